"""What the pages of this room say, as plain values for templates. Reads nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from commonweal.agree import governing_text, presets, short_text, text, words
from commonweal.agree.models import AgreementVersion, Kind, State
from commonweal.agree.queries import Summary
from commonweal.agree.sheets import Sheet
from commonweal.compute.permits import clauses as c
from commonweal.compute.permits import governing as g
from commonweal.compute.permits.asking import Refusal
from commonweal.compute.permits.kinds import KINDS
from commonweal.compute.permits.terms import Terms
from commonweal.convene.models import Partnership


@dataclass(frozen=True)
class Standing:
    """A word for a tag with its look, and a sentence with what would change it ("" when in force)."""

    word: str
    look: str
    sentence: str = ""


def _on_its_way(state: str) -> Standing:
    return {
        State.DRAFT.value: Standing(
            _("Draft"),
            "neutral",
            _("This is a draft: it allows nothing until every party has signed."),
        ),
        State.COMMENT.value: Standing(
            _("Open for comment"),
            "progress",
            _("The parties say what should change. It allows nothing until all have signed."),
        ),
        State.SIGNING.value: Standing(
            _("Open for signature"),
            "progress",
            _("It allows nothing until every party has signed."),
        ),
        State.REPLACED.value: Standing(
            _("Replaced"), "neutral", _("This version was replaced; it is kept for the record.")
        ),
        State.DROPPED.value: Standing(
            _("Dropped"), "neutral", _("This text was dropped; it is kept for the record.")
        ),
    }[state]


def standing_of(state: str, closed: Refusal | None, gone: Sequence[str] = ()) -> Standing:
    """How an agreement stands: its state as a version, or why it allows nothing now.

    `gone`: the parties that withdrew from it, by name, while it still binds the others.
    """
    if state != State.ACTIVE:
        return _on_its_way(state)
    if closed is None and gone:
        said = _("In force, without %(names)s") % {"names": words.listed(gone)}
        return Standing(said, "attention")
    if closed is None:
        return Standing(_("In force"), "good")
    word, look = {
        "expired": (_("Ended"), "neutral"),
        "not_started": (_("Not begun"), "progress"),
        "suspended": (_("Suspended"), "attention"),
        "provider_withdrawn": (_("Withdrawn"), "attention"),
        "member_withdrawn": (_("Withdrawn"), "attention"),
        "recipient_withdrawn": (_("Withdrawn"), "attention"),
        "user_withdrawn": (_("Withdrawn"), "attention"),
    }.get(closed.code, (_("Allows nothing"), "attention"))
    return Standing(word, look, f"{words.refusal(closed)} {words.mend(closed)}")


def standing(sheet: Sheet) -> Standing:
    return standing_of(sheet.version.state, sheet.closed, _gone(sheet.terms))


def _gone(terms: Terms) -> list[str]:
    return sorted(terms.parties[each] for each in terms.withdrawals)


@dataclass(frozen=True)
class Told:
    """A kind of agreement as its page introduces it: what it settles, and where it is drafted."""

    name: str
    question: str
    lead: str
    url: str = ""
    comes_first: bool = False


def kind_told(kind: str, url: str = "") -> Told:
    """What a kind of agreement is for, in the reader's language."""
    question, lead_ = {
        "constitution": (
            _("How will you work together and decide?"),
            _("Principles, meetings, channels, how you decide and how you handle conflict."),
        ),
        "mou": (
            _("Who works together, and what for?"),
            _("The frame: agreements that rest on it can only be narrower."),
        ),
        "dsa": (
            _("Who gives which data to whom, and what for?"),
            _("Nothing is shared before every party has signed it."),
        ),
        "dul": (
            _("Who may do what with which of the data?"),
            _("It is drafted from the page of a sharing agreement, and can only narrow it."),
        ),
        "funding": (
            _("Who pays what, for what, and who carries the risk?"),
            _("What is promised here is a duty, not a voluntary commitment."),
        ),
        "procurement": (
            _("What do you buy by which rules?"),
            _("Joint rules, and what a partner may do without asking each time."),
        ),
        "standards": (
            _("What does good work look like, and who may adapt it?"),
            _("A hub keeps it, the members follow it; each rule says whether it may be adapted."),
        ),
    }[kind]
    return Told(str(Kind(kind).label), question, lead_, url)


def kinds(partnership: Partnership) -> list[Told]:
    """Every kind that can be drafted here: what the partnership begins with, then from the widest
    frame to the narrowest."""
    addresses = {"dsa": reverse("draft_sharing", args=[partnership.slug]), "dul": ""}
    begins = presets.first(partnership)
    return [
        replace(
            kind_told(
                kind,
                addresses.get(kind, reverse("draft_kind", args=[partnership.slug, kind])),
            ),
            comes_first=kind in begins,
        )
        for kind in (*begins, *(each for each in Kind.values if each not in begins))
    ]


@dataclass(frozen=True)
class Entry:
    """One agreement in a list, and the agreements that rest on it.

    `newer`: number and address of a text in preparation beside the one that is shown.
    """

    url: str
    reference: str
    title: str
    kind: str
    standing: Standing
    who: str
    purposes: str
    limits: str
    until: str
    withdrawn: str
    newer: tuple[int, str] | None
    below: tuple[Entry, ...]


def grouped(found: Iterable[Summary]) -> list[Entry]:
    """Agreements with those that rest on them below; alone where what they rest on is absent."""
    held = list(found)
    present = {each.agreement.pk for each in held}
    return [
        _with_those_below(each, held) for each in held if each.agreement.parent_id not in present
    ]


def _with_those_below(summary: Summary, held: Sequence[Summary]) -> Entry:
    below = [each for each in held if each.agreement.parent_id == summary.agreement.pk]
    return _entry(summary, tuple(_with_those_below(each, held) for each in below))


def _entry(summary: Summary, below: tuple[Entry, ...]) -> Entry:
    agreement, version, newer = summary.agreement, summary.version, summary.newer
    where = [agreement.partnership.slug, agreement.reference]
    return Entry(
        url=reverse("agreement", args=where),
        reference=agreement.reference,
        title=agreement.title,
        kind=agreement.get_kind_display(),
        standing=standing_of(version.state, summary.closed, _gone(summary.terms)),
        who=short_text.in_short(summary.terms.clauses)[0],
        purposes=_purposes(summary.terms),
        limits=_limits(summary.terms),
        until=words.day(version.expires_on),
        withdrawn=_withdrawn(summary.terms),
        newer=(newer.number, reverse("agreement_version", args=[*where, newer.number]))
        if newer
        else None,
        below=below,
    )


def _limits(terms: Terms) -> str:
    cell, reach = terms.clause(c.MinimumCell), terms.clause(c.Publication)
    said = []
    if cell:
        said.append(_("no group under %(cell)s shown") % {"cell": cell.minimum})
    if reach:
        said.append(_("results for %(level)s") % {"level": words.level(reach.level)})
    return ", ".join(said)


def lead(found: Sequence[Summary]) -> str:
    """The page's answer in a sentence or two."""
    if not found:
        return _("Nothing yet: there is no agreement, so no data can come in or be used.")
    in_force = [each for each in found if each.standing == "in_force"]
    sharing = sum(each.agreement.kind == Kind.DSA for each in in_force)
    licences = sum(each.agreement.kind == Kind.DUL for each in in_force)
    others = len(in_force) - sharing - licences
    more = ngettext("%(count)d other", "%(count)d others", others) % {"count": others}
    said = (
        _("In force: %(sharing)s, %(licences)s and %(others)s.")
        if others
        else _("In force: %(sharing)s and %(licences)s.")
    ) % {
        "others": more,
        "sharing": ngettext("%(count)d sharing agreement", "%(count)d sharing agreements", sharing)
        % {"count": sharing},
        "licences": ngettext(
            "%(count)d licence to use data", "%(count)d licences to use data", licences
        )
        % {"count": licences},
    }
    waiting = sum(each.standing == "signing" for each in found)
    asked = sum(each.standing == "comment" for each in found)
    if asked:
        said += " " + ngettext(
            "%(count)d is open for comment.", "%(count)d are open for comment.", asked
        ) % {"count": asked}
    if not waiting:
        return said
    return f"{said} " + ngettext(
        "%(count)d waits for signatures.", "%(count)d wait for signatures.", waiting
    ) % {"count": waiting}


def summary_rows(sheet: Sheet) -> list[tuple[str, str]]:
    """Who gives what to whom, for what, until when, and what is never shown."""
    return rows_of(sheet.terms, sheet.version)


def rows_of(terms: Terms, version: AgreementVersion) -> list[tuple[str, str]]:
    """The same of any version: what it is called, what this one says."""
    rows: list[tuple[str, str]] = []
    for role, label in (
        (c.MEMBER, _("Who takes part")),
        (c.HUB, _("Hub")),
        (c.PROVIDER, _("Who gives")),
        (c.RECIPIENT, _("Who keeps")),
        (c.INTERMEDIARY, _("Trusted intermediary")),
        (c.USER, _("Who uses")),
    ):
        if party := terms.party(role):
            rows.append((label, words.listed(party.names)))
    if gone := _withdrawn(terms):
        rows.append((_("Who withdrew"), gone))
    data = [each for each in terms.clauses if isinstance(each, c.Data)]
    if data:
        held = "; ".join(f"{each.contract}: {', '.join(each.fields)}" for each in data)
        rows.append((_("What"), held))
    if purposes := _purposes(terms):
        rows.append((_("What for"), purposes))
    rows.append((_("From when"), words.day(version.starts_on)))
    rows.append((_("Until when"), words.day(version.expires_on)))
    rows += [
        (text.heading(each), _VALUED[type(each)](each))
        for each in terms.clauses
        if type(each) in _VALUED and (data or not isinstance(each, c.Withdrawal))
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
    return _upper(words.level(clause.level))


# Limits that the summary shows by their heading, and how.
_VALUED: Mapping[type[Any], Callable[[Any], str]] = {
    c.MinimumCell: lambda clause: str(clause.minimum),
    c.Publication: _reach,
    c.Linkage: lambda clause: _("Allowed") if clause.allowed else _("Not allowed"),
    c.Retention: _kept,
    c.Withdrawal: _leaving,
    g.Grain: lambda clause: governing_text.grain_sentence(clause.level),
    g.Place: lambda clause: words.listed([words.country(each) for each in clause.countries]),
    g.Breach: lambda clause: (
        ngettext("Told within %(count)d hour", "Told within %(count)d hours", clause.hours)
        % {"count": clause.hours}
    ),
    g.DecisionRule: lambda clause: _upper(governing_text.decision_rule_name(clause.rule)),
    g.Cadence: lambda clause: (
        ngettext("Every week", "Every %(count)d weeks", clause.weeks) % {"count": clause.weeks}
    ),
    g.RiskShare: lambda clause: "; ".join(
        f"{organisation.name} {share}%" for organisation, share in clause.shares
    ),
}


def rule_table(sheet: Sheet, notes: Mapping[int, Any]) -> dict[str, Any] | None:
    """Rules and payments, duties apart from what is volunteered; None where there are none.

    `notes`: what is said beside a rule that partners adapt, by its clause.
    """
    rows = [
        [
            each.heading,
            {"text": _("Duty"), "tag": "attention"}
            if each.binding
            else {"text": _("Voluntary"), "tag": "neutral"},
            _("Fixed for every partner")
            if each.fixed
            else notes.get(number, _("Each partner may adapt it")),
        ]
        for number, each in enumerate(sheet.terms.clauses, 1)
        if isinstance(each, g.Rule)
    ]
    rows += [
        [
            _("%(name)s pays %(amount)s by %(day)s")
            % {
                "name": each.organisation.name,
                "amount": words.money(each.amount_minor, each.currency),
                "day": words.day(each.due),
            },
            {"text": _("Duty"), "tag": "attention"},
            each.restriction,
        ]
        for each in sheet.terms.clauses
        if isinstance(each, g.Contribution)
    ]
    if not rows:
        return None
    return {
        "caption": _("Duties and voluntary commitments"),
        "hide_caption": True,
        "columns": [_("What"), _("Kind"), _("Note")],
        "rows": rows,
    }


def _upper(said: str) -> str:
    return said[:1].upper() + said[1:]


@dataclass(frozen=True)
class Passage:
    """A block of the text, or a run of items as one list; `refused`: requests that it refused.

    `number` is a clause's. What was said about a clause stands between the blocks as one more
    passage, of kind “remarks” or “adaptations”, with `url` to say something.
    """

    kind: str
    text: str = ""
    items: tuple[str, ...] = ()
    refused: int = 0
    number: int = 0
    remarks: tuple[Any, ...] = ()
    url: str = ""


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
            number = block.text.partition(".")[0] if block.kind == text.CLAUSE else ""
            clause = int(number) if number.isdigit() else 0
            times = refusals.get(clause, 0)
            found.append(Passage(block.kind, block.text, refused=times, number=clause))
    return found


def tells_refusals(sheet: Sheet) -> bool:
    """What never was in force has refused nothing, and need not say so."""
    was_in_force = any(each.active_at for each in sheet.versions)
    return KINDS[sheet.agreement.kind].is_enforced and was_in_force


def after_clauses(
    found: Sequence[Passage], closing: Callable[[int], Sequence[Passage]]
) -> list[Passage]:
    """The text with more passages at the end of each clause: those that `closing` has for its number."""
    whole: list[Passage] = []
    number = 0
    for passage in found:
        if passage.kind in {text.CLAUSE, text.HEADING, text.TITLE}:
            whole += closing(number) if number else []
            number = passage.number
        whole.append(passage)
    return [*whole, *(closing(number) if number else [])]


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
        (_("opened for comment on %(day)s"), version.commented_at),
        (_("opened for signature on %(day)s"), version.opened_at),
        (_("signed by every party on %(day)s"), version.active_at),
        (_("replaced on %(day)s"), version.replaced_at),
        (_("dropped on %(day)s"), version.dropped_at),
    ]
    said = [words_ % {"day": words.day(terms.day_of(when))} for words_, when in parts if when]
    return "; ".join(said) or _("drafted")
