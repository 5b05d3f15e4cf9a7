"""What `compute.permits` says, in the reader's language. Leaf: imports no other part of the room."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from commonweal.compute.errors import Unusable
from commonweal.compute.permits.asking import Refusal
from commonweal.compute.permits.clauses import NAMES, Clause
from commonweal.compute.permits.purposes import OWN, PURPOSES
from commonweal.compute.permits.terms import Fault
from commonweal.compute.permits.words import ANSWERS, FAULTS, REACH_NAMES, REFUSALS
from commonweal.core import formats

# Unions, parts of a country, and codes that stand for no place; continents have numbers.
_NO_COUNTRY = frozenset("AC CP DG EA EU EZ IC QO TA UN XA XB ZZ".split())


def refusal(found: Refusal) -> str:
    """Why not."""
    return _(REFUSALS[found.code].text) % _filled(found.params)


def mend(found: Refusal) -> str:
    """What would change the answer."""
    return _(REFUSALS[found.code].mend) % _filled(found.params)


def clause(found: Refusal) -> str:
    """E.g. “DSA-1 clause 7 (expiry)”; "" when no agreement is there to name."""
    if not found.reference:
        return ""
    return numbered(found.reference, found.number, found.kind)


def numbered(reference: str, number: int, kind: str) -> str:
    """A clause as people cite it."""
    return _("%(reference)s clause %(number)s (%(kind)s)") % {
        "reference": reference,
        "number": number,
        "kind": kind_name(kind),
    }


def fault(found: Fault) -> str:
    """What is wrong with a clause, and how to mend it."""
    params = _filled(found.params)
    return f"{_(FAULTS[found.code].text) % params} {_(FAULTS[found.code].mend) % params}"


def kind_name(kind: str) -> str:
    """A kind of clause, e.g. “smallest group shown”."""
    return _(NAMES[kind]) if kind in NAMES else kind


def unusable(found: Unusable) -> str:
    """What cannot be used and what to do about it, translated where the sentence is a fixed one."""
    return " ".join(_(part) for part in (found.text, found.mend) if part)


def purpose(key: str) -> str:
    """The purpose's name; the parties' own words as they are."""
    return _(PURPOSES[key].label) if key in PURPOSES else key.removeprefix(OWN)


def purpose_meaning(key: str) -> str:
    return _(PURPOSES[key].meaning) if key in PURPOSES else ""


def level(key: str) -> str:
    """How far results go, or how fine, e.g. “the partners”, “totals only”."""
    return _(REACH_NAMES[key])


def day(value: date) -> str:
    """As people say it: “31 December 2027”, “31 de diciembre de 2027”."""
    is_english = (get_language() or "en").startswith("en")
    # Django's long English date is the American one.
    return date_format(value, "j F Y" if is_english else "DATE_FORMAT")


def money(amount_minor: int, currency: str) -> str:
    """An amount in its currency as people write it, e.g. “£10,000.00”."""
    return formats.money(amount_minor, currency)


def country(code: str) -> str:
    """A country's name, e.g. “United Kingdom”; the code itself where there is none."""
    return str(formats.locale().territories.get(code, code))


def country_code(said: str) -> str:
    """The code of a country given by code, or by name in the reader's language; "" for no country."""
    code = said.strip().upper()
    code = "GB" if code == "UK" else code
    names = {key: name for key, name in formats.locale().territories.items() if _is_country(key)}
    if code in names:
        return code
    wanted = said.strip().casefold()
    return next((key for key, name in names.items() if name.casefold() == wanted), "")


def _is_country(key: str) -> bool:
    return key.isalpha() and len(key) == 2 and key not in _NO_COUNTRY


def listed(names: Sequence[str]) -> str:
    """“A, B and C”."""
    if len(names) < 2:
        return "".join(names)
    return _("%(first)s and %(last)s") % {"first": ", ".join(names[:-1]), "last": names[-1]}


def standing(state: str) -> str:
    """Where a version is on its way, for whoever asked for a step that does not follow."""
    return {
        "draft": _("It is a draft."),
        "comment": _("It is open for comment."),
        "signing": _("It is open for signature."),
        "active": _("Every party has signed it."),
        "replaced": _("A newer version has taken its place."),
        "dropped": _("It was dropped."),
    }[state]


def not_agreed(parties: Sequence[str], comments: int) -> str:
    """What a text that is open for comment still lacks; "" when every party agrees with it."""
    said = []
    if parties:
        said.append(_("Not content with this text yet: %(names)s.") % {"names": listed(parties)})
    if comments:
        said.append(
            ngettext(
                "%(count)d comment waits for an answer.",
                "%(count)d comments wait for an answer.",
                comments,
            )
            % {"count": comments}
        )
    return " ".join(said)


def find(clauses: Sequence[Clause], of: type[Any]) -> Any:
    """The first clause of a type, or None."""
    return next((each for each in clauses if isinstance(each, of)), None)


def _filled(params: Mapping[str, Any]) -> dict[str, str]:
    return {key: _word(key, value) for key, value in params.items()}


def _word(key: str, value: Any) -> str:
    if isinstance(value, date):
        return day(value)
    if isinstance(value, bool):
        return _(ANSWERS[value])
    if isinstance(value, list | tuple):
        return ", ".join(_word(key, each) for each in value)
    if key == "kind":
        return kind_name(str(value))
    if key in {"asked", "agreed", "limit"} and value in REACH_NAMES:
        return level(str(value))
    return purpose(str(value))
