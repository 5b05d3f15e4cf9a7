"""What the pages of decisions say, as plain values for templates. Reads nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from commonweal.agree.decisions import states, words
from commonweal.agree.decisions.constitution import OnDeciding
from commonweal.agree.decisions.models import (
    OPEN,
    Contribution,
    Decider,
    DecisionType,
    Delegation,
    Dispute,
    DisputeState,
    Hat,
    ObjectionReason,
    Position,
    Proposal,
    ProposalText,
    Rule,
    Stance,
    State,
    Verb,
)
from commonweal.convene.models import Seat
from commonweal.core import formats

LOOKS = {
    State.DRAFT: "neutral",
    State.CLARIFY: "progress",
    State.POSITIONS: "attention",
    State.INTEGRATE: "progress",
    State.ADOPTED: "good",
    State.NOT_ADOPTED: "neutral",
    State.WITHDRAWN: "neutral",
}
STANCE_LOOKS = {
    Stance.CONSENT: "good",
    Stance.FOR: "good",
    Stance.OBJECT: "attention",
    Stance.AGAINST: "attention",
    Stance.ABSTAIN: "neutral",
}


def lead(found: Sequence[Proposal], reviews: int) -> str:
    """How the list begins: what is open, what was adopted, what comes back."""
    waiting = sum(each.state in OPEN for each in found)
    adopted = sum(each.state == State.ADOPTED for each in found)
    parts = [
        ngettext("%(count)d proposal is open.", "%(count)d proposals are open.", waiting)
        % {"count": waiting},
        ngettext("%(count)d decision was adopted.", "%(count)d decisions were adopted.", adopted)
        % {"count": adopted},
    ]
    if reviews:
        parts.append(
            ngettext(
                "%(count)d comes back for review within 30 days or is late.",
                "%(count)d come back for review within 30 days or are late.",
                reviews,
            )
            % {"count": reviews}
        )
    return " ".join(parts)


def entry(proposal: Proposal, at: datetime) -> dict[str, Any]:
    """A proposal in a list."""
    return {
        "url": reverse("proposal", args=[proposal.partnership.slug, proposal.number]),
        "title": str(proposal),
        "state": proposal.get_state_display(),
        "look": LOOKS[State(proposal.state)],
        "sentence": standing(proposal, at),
        "type": proposal.decision_type.name,
        "by": proposal.proposed_by.holder,
    }


def standing(proposal: Proposal, at: datetime) -> str:
    """Where a proposal stands, in one sentence."""
    if proposal.state == State.ADOPTED:
        return f"{_why(proposal)} {_review(proposal, at)}".strip()
    if proposal.state in {State.NOT_ADOPTED, State.WITHDRAWN}:
        return proposal.closed_because
    if proposal.state == State.POSITIONS and proposal.answer_by:
        return _("Every seat with a say is asked for a position by %(day)s.") % {
            "day": formats.day(proposal.answer_by)
        }
    return {
        State.DRAFT: _("A draft: nobody is asked yet."),
        State.CLARIFY: _("The table asks questions and gives advice; nobody votes yet."),
    }.get(
        State(proposal.state),
        _("The words are being changed so that they take the objections in."),
    )


def _why(proposal: Proposal) -> str:
    """What carried an adopted proposal."""
    trace = proposal.outcome or {}
    return " ".join(sentence for sentence, _mend in reasons_of(trace))


def _review(proposal: Proposal, at: datetime) -> str:
    if proposal.reviewed_at is not None:
        return _("Reviewed on %(day)s.") % {"day": formats.day(proposal.reviewed_at)}
    if proposal.review_on is None:
        return ""
    day = {"day": formats.day(proposal.review_on)}
    if proposal.review_on < at.date():
        return _("Its review was due on %(day)s.") % day
    return _("It comes back on %(day)s.") % day


def reasons_of(trace: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(what is the case, what would change it) for each reason of an outcome."""
    return [
        (words.reason(each["code"], each["params"]), words.mend(each["code"], each["params"]))
        for each in trace.get("reasons", ())
    ]


def path(proposal: Proposal) -> list[tuple[str, str]]:
    """The way of a proposal: (label, done, current or todo)."""
    labels = [
        _("Draft"),
        _("Questions and advice"),
        _("Positions"),
        _("Taking objections in"),
        _("Decided until the review"),
    ]
    if proposal.decision_type.rule != Rule.CONSENT and proposal.state != State.INTEGRATE:
        del labels[3]
    at = {
        State.DRAFT: 0,
        State.CLARIFY: 1,
        State.POSITIONS: 2,
        State.INTEGRATE: 3,
    }.get(State(proposal.state), len(labels) - 1)
    found = []
    for number, label in enumerate(labels):
        found.append((label, "done" if number < at else "current" if number == at else "todo"))
    return found


def positions_table(
    trace: Mapping[str, Any],
    taken: Mapping[str, Position],
    vacant: Sequence[Seat],
    attendance: Mapping[str, str],
) -> dict[str, Any]:
    """Everybody who is asked, with what they answered, absences said out loud."""
    rows = [
        [
            row["name"],
            _stance_cell(row),
            _said(row, taken.get(row["seat"])),
            attendance.get(row["seat"], ""),
        ]
        for row in trace["standings"]
    ]
    rows += [[seat.holder, {"text": _("Vacant"), "tag": "neutral"}, "", ""] for seat in vacant]
    columns = [_("Seat"), _("Position"), _("For whom, and in their words"), _("Meeting")]
    if not any(row[3] for row in rows):
        columns, rows = columns[:3], [row[:3] for row in rows]
    return {
        "caption": _("Who has answered, and who has not"),
        "hide_caption": True,
        "columns": columns,
        "rows": rows,
        "empty": _("Nobody is asked."),
    }


def _stance_cell(row: Mapping[str, Any]) -> dict[str, str]:
    if row["stance"]:
        stance = Stance(row["stance"])
        text = str(stance.label)
        if row["via"]:
            text = _("%(stance)s, by %(seat)s") % {"stance": text, "seat": row["via"]}
        return {"text": text, "tag": STANCE_LOOKS[stance]}
    said = {
        "conflict": _("Conflict of interest"),
        "delegate_conflict": _("Delegate has a conflict of interest"),
        "other_text": _("Answered the former words only"),
    }
    return {"text": said.get(row["how"], _("No answer")), "tag": "neutral"}


def _said(row: Mapping[str, Any], position: Position | None) -> str:
    if position is None or row["how"] != "own":
        return ""
    parts = [f"{Hat(position.hat).label}."]
    if position.reason:
        parts.append(f"{ObjectionReason(position.reason).label}.")
    parts.append(position.words)
    if position.by_link:
        parts.append(_("(By personal link.)"))
    return " ".join(part for part in parts if part)


def said_rows(found: Iterable[Contribution]) -> list[dict[str, Any]]:
    """Contributions for a timeline."""
    return [
        {
            "when": each.said_at,
            "title": _("%(kind)s – %(seat)s (%(hat)s)")
            % {
                "kind": each.get_kind_display(),
                "seat": each.seat.holder,
                "hat": each.get_hat_display(),
            },
            "text": each.words,
        }
        for each in found
    ]


def former_objections(
    found: Sequence[Position], texts: Sequence[ProposalText]
) -> list[dict[str, Any]]:
    """Objections to former words, each with the words that took it in."""
    taken_in = {each.integrates_id: each for each in texts if each.integrates_id}
    current = texts[0].pk
    rows = []
    for each in found:
        if each.stance != Stance.OBJECT or each.text_id == current:
            continue
        later = taken_in.get(each.pk)
        end = (
            _("Taken in by text %(number)d: %(because)s")
            % {"number": later.number, "because": later.because}
            if later
            else _("The words have changed since.")
        )
        rows.append(
            {
                "when": each.taken_at,
                "title": _("%(seat)s objected to text %(number)d: %(reason)s")
                % {
                    "seat": each.seat.holder,
                    "number": each.text.number,
                    "reason": ObjectionReason(each.reason).label,
                },
                "text": f"“{each.words}” {end}",
            }
        )
    return rows


def history(texts: Sequence[ProposalText]) -> list[dict[str, Any]]:
    """Every wording for a timeline, the newest first."""
    return [
        {
            "when": each.written_at,
            "title": _("Text %(number)d") % {"number": each.number},
            "text": each.because or _("The first words."),
        }
        for each in texts
    ]


def type_rows(decision_type: DecisionType) -> list[tuple[str, str]]:
    """How a type of decision is taken, for a summary list."""
    rows = [
        (_("Who decides"), decider(decision_type)),
        (_("Rule"), str(Rule(decision_type.rule).label)),
    ]
    if decision_type.rule != Rule.LEAD:
        rows.append(
            (_("Quorum"), _("%(percent)d%% of the seats") % {"percent": decision_type.quorum})
        )
    for verb in Verb:
        if verb != Verb.DECIDE and (names := holders(decision_type, verb)):
            rows.append((str(verb.label), names))
    return rows


def decided_rows(trace: Mapping[str, Any]) -> list[tuple[str, str]]:
    """How a decision was taken; its type may be taken another way since."""
    rows = [
        (_("Who was asked"), ", ".join(row["name"] for row in trace["standings"])),
        (_("Rule"), str(Rule(trace["rule"]).label)),
    ]
    if trace["rule"] != Rule.LEAD:
        rows.append((_("Quorum"), _("%(percent)d%% of the seats") % {"percent": trace["quorum"]}))
    return rows


def holders(decision_type: DecisionType, verb: str) -> str:
    """The seats with this right, one after the other."""
    return ", ".join(row.seat.holder for row in decision_type.rights.all() if row.verb == verb)


def decider(decision_type: DecisionType) -> str:
    """Who decides, by name."""
    names = holders(decision_type, Verb.DECIDE)
    if decision_type.decider == Decider.TABLE:
        return _("The whole table, residents’ seats included")
    if decision_type.body:
        return f"{decision_type.body}: {names}"
    return names


def departing(
    found: Sequence[DecisionType], slug: str, constitution: OnDeciding | None
) -> list[dict[str, str]]:
    """The types of decision that depart from the constitution, each with how and why."""
    told = [(each, constitution.departure(each) if constitution else "") for each in found]
    return [
        {
            "name": each.name,
            "url": reverse("decision_type", args=[slug, each.number]),
            "departure": departure,
        }
        for each, departure in told
        if departure
    ]


def types_table(found: Sequence[DecisionType], slug: str) -> dict[str, Any]:
    """Types of decision by who does what in them."""
    verbs = [verb for verb in Verb if verb != Verb.DECIDE]
    return {
        "caption": _("Who does what in which decision"),
        "columns": [
            _("Type of decision"),
            _("Rule"),
            _("Quorum"),
            _("Decides"),
            *(str(verb.label) for verb in verbs),
        ],
        "rows": [
            [
                {"text": each.name, "url": reverse("decision_type", args=[slug, each.number])},
                str(Rule(each.rule).label),
                "" if each.rule == Rule.LEAD else words.percent(each.quorum),
                decider(each),
                *(holders(each, verb) for verb in verbs),
            ]
            for each in found
        ],
        "empty": _("No type of decision yet."),
    }


def delegation_row(row: Delegation) -> str:
    """A delegation as a sentence."""
    names = {
        "giver": row.giver.holder,
        "holder": row.holder.holder,
        "type": row.decision_type.name if row.decision_type else "",
        "day": formats.day(row.until_on) if row.until_on else "",
    }
    if row.decision_type and row.until_on:
        return _("%(holder)s answers for %(giver)s in “%(type)s”, until %(day)s.") % names
    if row.decision_type:
        return _("%(holder)s answers for %(giver)s in “%(type)s”.") % names
    if row.until_on:
        return _("%(holder)s answers for %(giver)s in all decisions, until %(day)s.") % names
    return _("%(holder)s answers for %(giver)s in all decisions.") % names


def dispute_entry(dispute: Dispute, at: datetime) -> dict[str, Any]:
    """A dispute in a list."""
    is_over = dispute.state in {DisputeState.SETTLED, DisputeState.RECORDED}
    late = dispute.next_on is not None and dispute.next_on < at.date()
    return {
        "url": reverse("dispute", args=[dispute.partnership.slug, dispute.number]),
        "title": str(dispute),
        "state": dispute.get_state_display(),
        "look": "good" if is_over else ("attention" if late else "progress"),
        "parties": ", ".join(seat.holder for seat in dispute.parties.all()),
        "next": formats.day(dispute.next_on) if dispute.next_on else "",
    }


def dispute_ways(dispute: Dispute) -> list[tuple[str, str]]:
    """(event, what it is called) of the steps that follow from here."""
    names = {
        states.TALK: _("We talk it over"),
        states.MEDIATE: _("Somebody of the table mediates"),
        states.FACILITATE: _("Somebody from outside facilitates"),
        states.SETTLE: _("It is settled"),
        states.RECORD: _("It is not settled; we put that on record"),
    }
    return [
        (row.event, names[row.event])
        for row in states.DISPUTE.transitions
        if row.source == dispute.state
    ]


def dispute_history(dispute: Dispute) -> list[dict[str, Any]]:
    """The steps of a dispute for a timeline."""
    steps = sorted(dispute.steps.all(), key=lambda each: each.taken_at)
    return [
        {"when": each.taken_at, "title": each.get_state_display(), "text": each.words}
        for each in steps
    ]
