"""What the pages of this room say, as plain values for templates. Reads nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from commonweal.agree import text, words
from commonweal.agree.models import AgreementVersion, Kind, State
from commonweal.agree.queries import Summary
from commonweal.agree.sheets import Line, Sheet
from commonweal.compute.permits import clauses as c
from commonweal.compute.permits.asking import Refusal
from commonweal.compute.permits.terms import Terms


@dataclass(frozen=True)
class Standing:
    """A word for a tag with its look, and a sentence with what would change it ("" when in force)."""

    word: str
    look: str
    sentence: str = ""


def standing_of(state: str, closed: Refusal | None) -> Standing:
    """How an agreement stands: its state as a version, or why it allows nothing now."""
    if state == State.DRAFT:
        return Standing(
            _("Draft"),
            "neutral",
            _("This is a draft: it allows nothing until every party has signed."),
        )
    if state == State.SIGNING:
        return Standing(
            _("Open for signature"),
            "progress",
            _("It allows nothing until every party has signed."),
        )
    if state == State.REPLACED:
        return Standing(
            _("Replaced"), "neutral", _("This version was replaced; it is kept for the record.")
        )
    if closed is None:
        return Standing(_("In force"), "good")
    word, look = {
        "expired": (_("Ended"), "neutral"),
        "not_started": (_("Not begun"), "progress"),
        "suspended": (_("Suspended"), "attention"),
        "provider_withdrawn": (_("Withdrawn"), "attention"),
        "recipient_withdrawn": (_("Withdrawn"), "attention"),
        "user_withdrawn": (_("Withdrawn"), "attention"),
    }.get(closed.code, (_("Allows nothing"), "attention"))
    return Standing(word, look, f"{words.refusal(closed)} {words.mend(closed)}")


def standing(sheet: Sheet) -> Standing:
    return standing_of(sheet.version.state, sheet.closed)


@dataclass(frozen=True)
class Entry:
    """One agreement in a list, with the licences under it."""

    url: str
    reference: str
    title: str
    standing: Standing
    who: str
    purposes: str
    limits: str
    until: str
    withdrawn: str
    licences: tuple[Entry, ...]


def grouped(found: Iterable[Summary]) -> list[Entry]:
    """Sharing agreements with their licences below; licences alone when their agreement is absent."""
    held = list(found)
    present = {each.agreement.pk for each in held}
    below: dict[Any, list[Entry]] = {}
    for each in held:
        if each.agreement.parent_id in present:
            below.setdefault(each.agreement.parent_id, []).append(_entry(each, ()))
    return [
        _entry(each, tuple(below.get(each.agreement.pk, ())))
        for each in held
        if each.agreement.parent_id not in present
    ]


def _entry(summary: Summary, licences: tuple[Entry, ...]) -> Entry:
    agreement, version = summary.agreement, summary.version
    return Entry(
        url=reverse("agreement", args=[agreement.partnership.slug, agreement.reference]),
        reference=agreement.reference,
        title=agreement.title,
        standing=standing_of(version.state, summary.closed),
        who=text.in_short(summary.terms.clauses)[0],
        purposes=_purposes(summary.terms),
        limits=_limits(summary.terms),
        until=words.day(version.expires_on),
        withdrawn=_withdrawn(summary.terms),
        licences=licences,
    )


def _limits(terms: Terms) -> str:
    cell, reach = terms.clause(c.MinimumCell), terms.clause(c.Publication)
    return _("no group under %(cell)s shown, results for %(level)s") % {
        "cell": cell.minimum if cell else "–",
        "level": words.level(reach.level if reach else "none"),
    }


def lead(found: Sequence[Summary]) -> str:
    """The page's answer in a sentence or two."""
    if not found:
        return _("Nothing yet: there is no agreement, so no data can come in or be used.")
    in_force = [each for each in found if each.standing == "in_force"]
    sharing = sum(each.agreement.kind == Kind.DSA for each in in_force)
    licences = len(in_force) - sharing
    said = _("In force: %(sharing)s and %(licences)s.") % {
        "sharing": ngettext("%(count)d sharing agreement", "%(count)d sharing agreements", sharing)
        % {"count": sharing},
        "licences": ngettext(
            "%(count)d licence to use data", "%(count)d licences to use data", licences
        )
        % {"count": licences},
    }
    waiting = sum(each.standing == "signing" for each in found)
    if not waiting:
        return said
    return f"{said} " + ngettext(
        "%(count)d waits for signatures.", "%(count)d wait for signatures.", waiting
    ) % {"count": waiting}


def summary_rows(sheet: Sheet) -> list[tuple[str, str]]:
    """Who gives what to whom, for what, until when, and what is never shown."""
    terms = sheet.terms
    rows: list[tuple[str, str]] = []
    for role, label in (
        (c.PROVIDER, _("Who gives")),
        (c.RECIPIENT, _("Who keeps")),
        (c.USER, _("Who uses")),
    ):
        if party := terms.party(role):
            rows.append((label, words.listed(party.names)))
    if gone := _withdrawn(terms):
        rows.append((_("Who withdrew"), gone))
    data = [each for each in terms.clauses if isinstance(each, c.Data)]
    rows.append(
        (_("What"), "; ".join(f"{each.contract}: {', '.join(each.fields)}" for each in data))
    )
    rows.append((_("What for"), _purposes(terms)))
    rows.append((_("Until when"), words.day(sheet.version.expires_on)))
    rows += [
        (text.heading(each), _VALUED[type(each)](each))
        for each in terms.clauses
        if type(each) in _VALUED
    ]
    return rows


def _purposes(terms: Terms) -> str:
    clause = terms.clause(c.Purpose)
    return "; ".join(words.purpose(each) for each in clause.purposes) if clause else ""


def _withdrawn(terms: Terms) -> str:
    """Who withdrew and when, e.g. “Baby Basics (21 November 2026)”."""
    return words.listed(
        [
            f"{terms.parties[each]} ({words.day(terms.day_of(moment))})"
            for each, moment in sorted(terms.withdrawals.items(), key=lambda pair: pair[1])
        ]
    )


def _kept(clause: c.Retention) -> str:
    return ngettext("%(count)d month", "%(count)d months", clause.months) % {"count": clause.months}


def _leaving(clause: c.Withdrawal) -> str:
    if not clause.notice_days:
        return _("At any time; data destroyed at once")
    return ngettext(
        "At any time; data destroyed after %(count)d day",
        "At any time; data destroyed after %(count)d days",
        clause.notice_days,
    ) % {"count": clause.notice_days}


def _reach(clause: c.Publication) -> str:
    said = words.level(clause.level)
    return said[:1].upper() + said[1:]


# Limits that the summary shows by their heading, and how.
_VALUED: Mapping[type[Any], Callable[[Any], str]] = {
    c.MinimumCell: lambda clause: str(clause.minimum),
    c.Publication: _reach,
    c.Linkage: lambda clause: _("Allowed") if clause.allowed else _("Not allowed"),
    c.Retention: _kept,
    c.Withdrawal: _leaving,
}


def party_table(sheet: Sheet) -> dict[str, Any]:
    """Parties with signature, date and the hash of the text that they signed."""
    return {
        "caption": _("Parties and signatures"),
        "hide_caption": True,
        "columns": [_("Organisation"), _("Signed by"), _("On"), _("Text")],
        "rows": [_party_row(line, sheet) for line in sheet.parties],
    }


def _party_row(line: Line, sheet: Sheet) -> list[Any]:
    if line.signature is None:
        waits = sheet.version.state == State.SIGNING
        said = _("Signature missing") if waits else _("Not signed")
        look = "attention" if waits else "neutral"
        return [line.organisation.name, {"text": said, "tag": look}, "", ""]
    terms = sheet.terms
    on = words.day(terms.day_of(line.signature.signed_at))
    if line.withdrawal is not None:
        gone = _("withdrew on %(day)s") % {"day": words.day(terms.day_of(line.withdrawal.at))}
        on = f"{on}; {gone}"
    return [line.organisation.name, line.signature.name, on, short_hash(line.signature.text_hash)]


def departures(sheet: Sheet) -> list[tuple[str, str, str]]:
    """Withdrawals for a timeline: (when, who, the reason and what is destroyed when)."""
    provided = {
        each.id
        for party in [sheet.terms.party(c.PROVIDER)]
        if party
        for each in party.organisations
    }
    found = []
    for line in sheet.parties:
        if line.withdrawal is None:
            continue
        said = [line.withdrawal.reason] if line.withdrawal.reason else []
        if line.organisation.pk in provided and sheet.agreement.kind == Kind.DSA:
            day = words.day(sheet.terms.day_of(line.withdrawal.destroy_at))
            said.append(_("What it handed in is destroyed on %(day)s.") % {"day": day})
        when = words.day(sheet.terms.day_of(line.withdrawal.at))
        found.append(
            (when, _("%(name)s withdrew") % {"name": line.organisation.name}, " ".join(said))
        )
    return found


def short_hash(value: str) -> str:
    """The first twelve digits in groups of four, to compare by eye."""
    return " ".join(value[start : start + 4] for start in (0, 4, 8)) + " …"


@dataclass(frozen=True)
class Passage:
    """A block of the text, or a run of items as one list.

    `number`: of a clause, 0 else. `refused`: how many requests it has refused.
    """

    kind: str
    text: str = ""
    items: tuple[str, ...] = ()
    refused: int = 0
    number: int = 0


def caption(sheet: Sheet) -> str:
    """E.g. “DSA-1 · Data-sharing agreement”."""
    return f"{sheet.agreement.reference} · {sheet.agreement.get_kind_display()}"


def passages(version: AgreementVersion, refusals: Mapping[int, int]) -> list[Passage]:
    """The text as signed, each clause's heading with how many requests it has refused."""
    found: list[Passage] = []
    for block in text.blocks(version.text):
        if block.kind == text.ITEM and found and found[-1].kind == text.ITEM:
            found[-1] = Passage(text.ITEM, items=(*found[-1].items, block.text))
        elif block.kind == text.ITEM:
            found.append(Passage(text.ITEM, items=(block.text,)))
        else:
            said = block.text.partition(".")[0] if block.kind == text.CLAUSE else ""
            number = int(said) if said.isdigit() else 0
            times = refusals.get(number, 0)
            found.append(Passage(block.kind, block.text, refused=times, number=number))
    return found


def history(sheet: Sheet) -> list[tuple[str, str, str, str]]:
    """Versions for a timeline, newest first: (when, title, words, address)."""
    slug, reference = sheet.agreement.partnership.slug, sheet.agreement.reference
    return [
        (
            words.day(sheet.terms.day_of(each.drafted_at)),
            _("Version %(number)s") % {"number": each.number},
            _happened(each, sheet.terms),
            ""
            if each == sheet.version
            else reverse("agreement_version", args=[slug, reference, each.number]),
        )
        for each in sheet.versions
    ]


def _happened(version: AgreementVersion, terms: Terms) -> str:
    parts = [
        (_("opened for signature on %(day)s"), version.opened_at),
        (_("signed by every party on %(day)s"), version.active_at),
        (_("replaced on %(day)s"), version.replaced_at),
    ]
    said = [words_ % {"day": words.day(terms.day_of(when))} for words_, when in parts if when]
    return "; ".join(said) or _("drafted")
