"""The five characteristics and the spread of power as plain values for templates. Reads nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from commonweal.agree.words import listed
from commonweal.core.formats import number, percent
from commonweal.core.models import Sector
from commonweal.desk.characteristics.queries import Evidence, Found, Power

TITLES: dict[str, Promise] = {
    "stakeholders": gettext_lazy("Several who have a stake"),
    "goals": gettext_lazy("Goals that all share"),
    "resources": gettext_lazy("Resources put together"),
    "decisions": gettext_lazy("Decisions taken together"),
    "accountability": gettext_lazy("Answering to each other"),
}
SIGNS: dict[str, Promise] = {
    "organisations": gettext_lazy("At least two organisations are at the table"),
    "sectors": gettext_lazy("They come from at least two sectors"),
    "affected": gettext_lazy("Those affected have a seat that somebody holds"),
    "goal": gettext_lazy("What shall change is written down"),
    "signed": gettext_lazy("A constitution or a memorandum is in force"),
    "signed_by_all": gettext_lazy("Every organisation at the table has signed it"),
    "pooled": gettext_lazy("Money or data is put together"),
    "pooled_by_two": gettext_lazy("At least two organisations bring something in"),
    "decided": gettext_lazy("The table has decided by consent"),
    "took_part": gettext_lazy("At least half of the answers that were asked for were given"),
    "promised": gettext_lazy("Organisations have committed themselves"),
    "promised_by_two": gettext_lazy("At least two of them have"),
    "reported": gettext_lazy("They say in time how it goes"),
}
STATUSES: dict[str, tuple[Promise, str]] = {
    "shown": (gettext_lazy("shown"), "good"),
    "partly": (gettext_lazy("partly shown"), "attention"),
    "not_shown": (gettext_lazy("not shown"), "bad"),
    "not_known": (gettext_lazy("not known"), "neutral"),
}
POWERS: dict[str, Promise] = {
    "seats": gettext_lazy("Seats"),
    "money": gettext_lazy("Money"),
    "data": gettext_lazy("Data"),
    "decisions": gettext_lazy("Decisions"),
}


@dataclass(frozen=True)
class Shown:
    """One of the five. `signs`: (sentence, state in words, what was found)."""

    title: str
    status: str
    tag: str
    signs: Sequence[tuple[str, str, Evidence]]


def shown(found: Found) -> list[Shown]:
    made = []
    for each in found.result.answer:
        words, tag = STATUSES[each.status]
        signs = [
            (str(SIGNS[sign]), _state(state), found.evidence[sign]) for sign, state in each.signs
        ]
        made.append(Shown(str(TITLES[each.key]), str(words), tag, signs))
    return made


def _state(state: bool | None) -> str:
    if state is None:
        return _("not known")
    return _("yes") if state else _("no")


def lead(found: Found) -> str:
    """What is weakest, by name; never how many of five."""
    open_ones = [each for each in found.result.answer if each.status != "shown"]
    if not open_ones:
        return _("All five can be seen in what you do.")
    names = listed([f"“{TITLES[each.key]}”" for each in open_ones])
    return _("What you do does not show all of this yet: %(names)s.") % {"names": names}


@dataclass(frozen=True)
class PowerView:
    title: str
    said: str
    note: str
    url: str
    chart: dict[str, Any] | None


def power(each: Power) -> PowerView:
    title = str(POWERS[each.key])
    chart = {
        "id": f"balance-{each.key}",
        "finding": title,
        "unit": "percent",
        "rows": [
            {"label": _sector(sector), "value": float(share), "sector": sector}
            for sector, share in each.spread.shares
        ],
        "row_title": _("Sector"),
    }
    return PowerView(title, _said(each), each.note, each.url, chart if each.spread.total else None)


def _said(each: Power) -> str:
    found = each.spread
    if not found.known:
        return _("Not known.")
    if found.equal_to is None:
        return _("There is nothing yet that could be spread.")
    most = found.shares[0][1]
    names = listed([_sector(sector) for sector in found.largest])
    said = (
        _("%(names)s hold %(share)s each.")
        if len(found.largest) > 1
        else _("%(names)s: %(share)s.")
    ) % {"names": names, "share": percent(float(most))}
    return (
        said
        + " "
        + _("It is spread as if %(count)s sectors held equal parts (index %(index)s).")
        % {"count": number(float(found.equal_to), 1), "index": number(float(found.index or 0), 2)}
    )


def _sector(code: str) -> str:
    return str(Sector(code).label)


def balance_lead(found: Sequence[Power]) -> str:
    """Which powers lie with one sector for more than half; that none does."""
    heavy = [
        f"{POWERS[each.key]} ({_sector(each.spread.largest[0])})"
        for each in found
        if each.spread.shares and each.spread.shares[0][1] * 2 > 1
    ]
    if heavy:
        return _("One sector holds more than half: %(names)s.") % {"names": listed(heavy)}
    if not any(each.spread.shares for each in found):
        return _("Nothing is known yet of how power is spread.")
    return _("In what is known, no sector holds more than half.")
