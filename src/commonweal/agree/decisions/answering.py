"""What seats say on a proposal: questions and advice, positions, conflicts of interest, who was there.

Each writes one event. The log names seats, stances and counts, never what somebody said.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from commonweal.agree.decisions import policies, queries, recording
from commonweal.agree.decisions.models import (
    Attendance,
    ConflictOfInterest,
    Contribution,
    ObjectionReason,
    Position,
    Proposal,
    ProposalText,
    State,
)
from commonweal.agree.decisions.recording import about
from commonweal.compute.decisions.asking import ANSWERS, Rule
from commonweal.convene.models import Seat
from commonweal.core import events
from commonweal.core.errors import Conflict, Denied, Invalid
from commonweal.core.scope import Actor


def contribute(
    *, proposal: Proposal, seat: Seat, kind: str, hat: str, said: str, by: Actor, at: datetime
) -> Contribution:
    """Ask, answer, advise, raise a concern or comment. Raises Conflict once it is closed."""
    policies.check_can_answer(by, proposal, seat, at)
    said = recording.said(said, "words", _("Say it in a sentence or two."))
    recording.check_hat(hat)
    if kind not in Contribution.Kind.values:
        raise Invalid(_("Choose what it is."), fields={"kind": _("Choose one of the list.")})
    with transaction.atomic():
        recording.lock(proposal)
        if not proposal.is_open or proposal.state == State.DRAFT:
            raise recording.closed()
        made = Contribution.objects.create(
            proposal=proposal,
            seat=seat,
            kind=kind,
            hat=hat,
            words=said,
            by_link=by.link_id is not None,
            said_at=at,
        )
        _log("contributed", proposal, by, at, seat=seat, data={"kind": kind})
    return made


def take_position(
    *,
    proposal: Proposal,
    seat: Seat,
    stance: str,
    text_hash: str,
    hat: str,
    by: Actor,
    at: datetime,
    reason: str = "",
    said: str = "",
    replaces: str = "",
) -> Position:
    """Answer for a seat. A second answer names the first one that it replaces (`replaces`, its id).

    `text_hash` is that of the words that were read: Conflict when they have changed, when nobody is
    asking, or when the seat has answered already. Raises Denied for who does not speak for the
    seat, a seat that is not asked, and one with a conflict of interest; Invalid for an answer that
    the rule does not know, and for an objection without a reason.
    """
    policies.check_can_answer(by, proposal, seat, at)
    _check_stance(proposal, stance, reason, said)
    recording.check_hat(hat)
    with transaction.atomic():
        recording.lock(proposal)
        text = _check_asked(proposal, seat, text_hash, at)
        former = queries.position_of(text, seat)
        if str(former.pk if former else "") != replaces:
            raise _answered(seat) if former else _overtaken()
        position = _claim(
            Position(
                text=text,
                seat=seat,
                stance=stance,
                reason=reason if stance == "object" else "",
                words=said.strip(),
                hat=hat,
                by_link=by.link_id is not None,
                supersedes=former,
                taken_at=at,
            )
        )
        data = {"stance": stance, "text": text.number, "again": former is not None}
        _log("position_taken", proposal, by, at, seat=seat, data=data)
    return position


def _check_stance(proposal: Proposal, stance: str, reason: str, said: str) -> None:
    if stance not in ANSWERS[Rule(proposal.decision_type.rule)]:
        raise Invalid(
            _("This decision is not taken with such an answer."),
            fields={"stance": _("Choose one of the answers.")},
        )
    if stance != "object":
        return
    if reason not in ObjectionReason.values:
        ask = _("Say whether it is about the effect, the cost, or harm elsewhere.")
        raise Invalid(_("An objection has a reason."), mend=ask, fields={"reason": ask})
    recording.said(said, "words", _("Say what would happen, so that the others can take it in."))


def _check_asked(proposal: Proposal, seat: Seat, text_hash: str, at: datetime) -> ProposalText:
    """The text to answer, when this seat is asked to answer exactly that."""
    if proposal.state != State.POSITIONS:
        raise Conflict(
            _("Nobody is being asked for a position on this proposal now."),
            mend=_("Look where it stands on its page."),
        )
    text = queries.latest_text(proposal)
    if text.text_hash != text_hash:
        raise Conflict(
            _("The words have changed since you read them."),
            mend=_("Read them again, then answer."),
        )
    if seat not in queries.roll_of(proposal, at).asked:
        raise Denied(
            _("%(seat)s has no say in this type of decision.") % {"seat": seat.holder},
            mend=_("Ask a question or give advice instead."),
        )
    if queries.conflict_of(proposal, seat) is not None:
        raise Denied(
            _("%(seat)s has declared a conflict of interest, so it takes no position.")
            % {"seat": seat.holder},
            mend=_("Ask a question or give advice instead."),
        )
    return text


def _answered(seat: Seat) -> Conflict:
    return Conflict(
        _("%(seat)s has answered this already; one seat has one vote.") % {"seat": seat.holder},
        mend=_("Reload the page and change the answer that is there."),
    )


def _overtaken() -> Conflict:
    return Conflict(
        _("The answer that you wanted to change is not there."), mend=_("Reload the page.")
    )


def _claim(position: Position) -> Position:
    """Insert it; when a colleague answered between look and insert, say so."""
    try:
        with transaction.atomic():
            position.save(force_insert=True)
    except IntegrityError as taken:
        raise _answered(position.seat) from taken
    return position


def declare_conflict(
    *, proposal: Proposal, seat: Seat, said: str, by: Actor, at: datetime
) -> ConflictOfInterest:
    """A seat declares what it has to gain or lose; it takes no position from then on.

    A position it took before stays on record and does not count any more.
    """
    policies.check_can_speak_for(by, seat, at)
    said = recording.said(said, "words", _("Say what the interest is."))
    with transaction.atomic():
        recording.lock(proposal)
        if not proposal.is_open:
            raise recording.closed()
        if queries.conflict_of(proposal, seat) is not None:
            raise Conflict(
                _("%(seat)s has declared a conflict of interest already.") % {"seat": seat.holder}
            )
        made = ConflictOfInterest.objects.create(
            proposal=proposal, seat=seat, words=said, declared_at=at
        )
        _log("conflict_declared", proposal, by, at, seat=seat)
    return made


def note_attendance(
    *, proposal: Proposal, seats: Mapping[Seat, str], by: Actor, at: datetime
) -> None:
    """Write down who was at the meeting and who was excused. It says nothing about agreement."""
    policies.check_can_run(by, proposal, at)
    with transaction.atomic():
        for seat, state in seats.items():
            Attendance.objects.update_or_create(
                proposal=proposal, seat=seat, defaults={"state": state, "noted_at": at}
            )
        present = sum(state == Attendance.State.PRESENT for state in seats.values())
        _log("attendance_noted", proposal, by, at, data={"present": present, "of": len(seats)})


def _log(
    what: str,
    proposal: Proposal,
    by: Actor,
    at: datetime,
    *,
    seat: Seat | None = None,
    data: dict[str, Any] | None = None,
) -> None:
    events.append(kind=f"decisions.{what}", by=by, at=at, **about(proposal, seat, data))
