"""Everything that moves a proposal on: its words, its way, its end, its review.

Each writes one event. The log names seats, states and counts, never what somebody said.
"""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from commonweal.agree.decisions import policies, queries, recording, states, words
from commonweal.agree.decisions.models import (
    DecisionType,
    Position,
    Proposal,
    ProposalText,
    State,
)
from commonweal.agree.decisions.recording import about
from commonweal.compute.decisions.outcome import Outcome
from commonweal.compute.result import Result
from commonweal.convene.models import Partnership, Seat
from commonweal.core import events, links
from commonweal.core.errors import Conflict, Denied, Invalid
from commonweal.core.scope import Actor

EDITABLE = frozenset({State.DRAFT, State.CLARIFY, State.INTEGRATE})


def propose(
    *,
    decision_type: DecisionType,
    title: str,
    text: str,
    seat: Seat,
    hat: str,
    by: Actor,
    at: datetime,
) -> Proposal:
    """Draft a proposal for a seat: its title, and the words that would be decided.

    Raises Denied for who does not take part for the seat, Invalid for a blank title or text.
    """
    policies.check_can_speak_for(by, seat, at)
    partnership = decision_type.partnership
    title = " ".join(recording.said(title, "title", _("Give the proposal a title.")).split())
    text = recording.said(text, "text", _("Write what would be decided."))
    recording.check_hat(hat)
    with transaction.atomic():
        Partnership.objects.select_for_update().get(pk=partnership.pk)
        last = Proposal.objects.filter(partnership=partnership).aggregate(Max("number"))
        proposal = Proposal.objects.create(
            partnership=partnership,
            number=(last["number__max"] or 0) + 1,
            decision_type=decision_type,
            title=title,
            proposed_by=seat,
            hat=hat,
            proposed_at=at,
            is_public=decision_type.is_public,
        )
        _write(proposal, 1, text, at)
        _log("proposed", proposal, by, at, seat=seat, data={"type": decision_type.number})
    return proposal


def rewrite(
    *,
    proposal: Proposal,
    text: str,
    because: str,
    by: Actor,
    at: datetime,
    integrates: Position | None = None,
) -> ProposalText:
    """Change the words, with the reason: everybody has to answer anew.

    `integrates`: the objection that the new words take in. Raises Conflict while positions are
    being taken on the present words, Invalid when nothing changes.
    """
    policies.check_can_edit(by, proposal, at)
    text = recording.said(text, "text", _("Write what would be decided."))
    because = recording.said(because, "because", _("Say why the words change."))
    with transaction.atomic():
        recording.lock(proposal)
        _check_editable(proposal)
        present = queries.latest_text(proposal)
        if present.text == text:
            raise Invalid(
                _("These are the same words as before."),
                fields={"text": _("Change the words, or leave them.")},
            )
        if integrates is not None and integrates.text.proposal_id != proposal.pk:
            raise Conflict(_("This objection was raised on another proposal."))
        number = present.number + 1
        written = _write(proposal, number, text, at, because=because, integrates=integrates)
        data = {"text": written.number, "text_hash": written.text_hash}
        _log("rewritten", proposal, by, at, data=data)
    return written


def _check_editable(proposal: Proposal) -> None:
    if proposal.state == State.POSITIONS:
        raise Conflict(
            _("Positions are being taken on the present words, so they cannot change now."),
            mend=_("Take the objections in first; then everybody is asked about the new words."),
        )
    if proposal.state not in EDITABLE:
        raise recording.closed()


def open_for_questions(*, proposal: Proposal, by: Actor, at: datetime) -> None:
    """Show a draft to the table: from now on it asks questions and gives advice."""
    policies.check_can_edit(by, proposal, at)
    with transaction.atomic():
        _move(proposal, states.CLARIFY)
        _log("opened_for_questions", proposal, by, at)


def ask_for_positions(*, proposal: Proposal, answer_by: date, by: Actor, at: datetime) -> None:
    """Ask every seat with a say to answer the present words, until a day."""
    policies.check_can_run(by, proposal, at)
    if answer_by < at.date():
        raise Invalid(
            _("The last day to answer is over already."),
            fields={"answer_by": _("Choose today or a later day.")},
        )
    with transaction.atomic():
        _move(proposal, states.ASK, answer_by=answer_by)
        text = queries.latest_text(proposal)
        _log("positions_asked", proposal, by, at, data={"text": text.number})


def take_objections_in(*, proposal: Proposal, by: Actor, at: datetime) -> None:
    """Stop asking, to change the words so that they take the objections in."""
    policies.check_can_run(by, proposal, at)
    with transaction.atomic():
        _move(proposal, states.INTEGRATE, answer_by=None)
        _log("integrating", proposal, by, at)


def adopt(
    *,
    proposal: Proposal,
    review_on: date | None,
    minutes: str,
    is_public: bool,
    by: Actor,
    at: datetime,
) -> None:
    """Adopt what the positions carry. Raises Denied with every reason that they do not.

    `review_on`: the day it comes back, which every decision has. Raises Invalid without one.
    """
    policies.check_can_run(by, proposal, at)
    if review_on is None or review_on <= at.date():
        ask = _("Choose a later day on which you look at it again.")
        raise Invalid(_("Every decision comes back."), mend=ask, fields={"review_on": ask})
    with transaction.atomic():
        recording.lock(proposal)
        _check_step(proposal, states.ADOPT)
        result = queries.outcome_now(proposal, queries.here(proposal.partnership, at))
        if not result.answer.adopted:
            raise Denied(
                _("It cannot be adopted yet. %(why)s")
                % {"why": words.sentences(result.answer.reasons)},
                mend=words.mends(result.answer.reasons),
            )
        _close(
            proposal,
            states.ADOPT,
            by,
            at,
            outcome=dict(result.trace),
            review_on=review_on,
            minutes=minutes.strip(),
            is_public=is_public,
        )
        _log("adopted", proposal, by, at, data=_counts(result))


def close_without_adopting(
    *, proposal: Proposal, because: str, minutes: str, is_public: bool, by: Actor, at: datetime
) -> None:
    """Close what the positions do not carry, with the reason. Raises Denied when they carry it."""
    policies.check_can_run(by, proposal, at)
    because = recording.said(because, "because", _("Say why it was not adopted."))
    with transaction.atomic():
        recording.lock(proposal)
        _check_step(proposal, states.CLOSE)
        result = queries.outcome_now(proposal, queries.here(proposal.partnership, at))
        if proposal.state == State.POSITIONS:
            _check_may_close(result.answer)
        _close(
            proposal,
            states.CLOSE,
            by,
            at,
            outcome=dict(result.trace),
            closed_because=because,
            minutes=minutes.strip(),
            is_public=is_public,
        )
        _log("not_adopted", proposal, by, at, data=_counts(result))


def _check_may_close(found: Outcome) -> None:
    if found.adopted:
        raise Denied(
            _("The positions carry this proposal, so it cannot be closed as not adopted."),
            mend=_("Adopt it, or let whoever proposed it withdraw it."),
        )
    waiting = [each for each in found.reasons if each.code in {"time_left", "advice_awaited"}]
    if waiting:
        raise Denied(words.sentences(waiting), mend=words.mends(waiting))


def withdraw(*, proposal: Proposal, because: str, by: Actor, at: datetime) -> None:
    """Take a proposal back, with the reason. It stays on record."""
    policies.check_can_edit(by, proposal, at)
    because = recording.said(because, "because", _("Say why it is withdrawn."))
    with transaction.atomic():
        recording.lock(proposal)
        _check_step(proposal, states.WITHDRAW)
        # Kept as it stood: the rule of its type may change later.
        result = queries.outcome_now(proposal, queries.here(proposal.partnership, at))
        _close(
            proposal,
            states.WITHDRAW,
            by,
            at,
            outcome=dict(result.trace),
            closed_because=because,
            is_public=False,
        )
        _log("withdrawn", proposal, by, at)


def hold_review(
    *, proposal: Proposal, said: str, review_on: date | None, by: Actor, at: datetime
) -> None:
    """Look at an adopted decision again and write down what was found.

    With `review_on` it comes back once more; without, this was the last review.
    """
    policies.check_can_run(by, proposal, at)
    said = recording.said(
        said, "words", _("Say what you found: does it still do what it was meant to do?")
    )
    if review_on is not None and review_on <= at.date():
        ask = _("Choose a later day, or leave it blank.")
        raise Invalid.at("review_on", ask)
    dated = f"{at.date().isoformat()}: {said}"
    with transaction.atomic():
        recording.lock(proposal)
        if proposal.state != State.ADOPTED or proposal.reviewed_at is not None:
            raise Conflict(
                _("There is no review to hold: it is not adopted, or was reviewed for good.")
            )
        if review_on is not None:
            minutes = "\n\n".join(part for part in (proposal.minutes, dated) if part)
            _set(proposal, review_on=review_on, minutes=minutes)
        else:
            _set(proposal, reviewed_at=at, review_words=said)
        _log("reviewed", proposal, by, at, data={"comes_back": review_on is not None})


# What they share --------------------------------------------------------------------------------


def text_hash(title: str, number: int, text: str) -> str:
    """The fingerprint of one wording: another number is another wording, whatever it says."""
    return hashlib.sha256(f"{title}\n{number}\n\n{text}".encode()).hexdigest()


def _write(
    proposal: Proposal,
    number: int,
    text: str,
    at: datetime,
    *,
    because: str = "",
    integrates: Position | None = None,
) -> ProposalText:
    return ProposalText.objects.create(
        proposal=proposal,
        number=number,
        text=text,
        text_hash=text_hash(proposal.title, number, text),
        because=because,
        integrates=integrates,
        written_at=at,
    )


def _set(proposal: Proposal, **values: Any) -> None:
    for field, value in values.items():
        setattr(proposal, field, value)
    proposal.save(update_fields=list(values))


def _check_step(proposal: Proposal, event: str) -> None:
    if proposal.state not in states.PROPOSAL.sources(event):
        raise recording.closed()


def _move(proposal: Proposal, event: str, **changes: Any) -> None:
    """Take one step of `states.PROPOSAL`. Raises Conflict when it does not follow."""
    _check_step(proposal, event)
    source = proposal.state
    target = states.PROPOSAL.target(proposal, source, event)
    here = Proposal.objects.filter(pk=proposal.pk, state=source)
    if not here.update(state=target, **changes):
        raise Conflict(
            _("Somebody else has just moved this proposal on."),
            mend=_("Reload the page and look where it stands."),
        )
    proposal.state = target
    for field, value in changes.items():
        setattr(proposal, field, value)


def _close(proposal: Proposal, event: str, by: Actor, at: datetime, **values: Any) -> None:
    """The last step; every personal link to answer dies with it."""
    _move(proposal, event, closed_at=at, **values)
    for link in queries.links_of(proposal).filter(revoked_at__isnull=True):
        links.revoke(link=link, by=by, at=at)


def _counts(result: Result[Outcome]) -> dict[str, Any]:
    """What the log keeps of an outcome: numbers and codes."""
    kept = ("rule", "seats", "needed", "present", "counts")
    codes = [each.code for each in result.answer.reasons]
    return {key: result.trace[key] for key in kept} | {"reasons": codes}


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
