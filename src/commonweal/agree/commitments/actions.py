"""Making, changing and following a commitment. Each writes one event."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from commonweal.agree.commitments import policies, states
from commonweal.agree.commitments.models import (
    Commitment,
    CommitmentVersion,
    Source,
    Word,
)
from commonweal.agree.decisions.models import Proposal
from commonweal.agree.decisions.models import State as Stage
from commonweal.agree.models import Agreement
from commonweal.compute import following
from commonweal.convene.models import Partnership
from commonweal.core import events
from commonweal.core.errors import Conflict, Invalid
from commonweal.core.models import Organisation
from commonweal.core.scope import Actor

FARTHEST: Final = timedelta(days=50 * 366)
MOST_MINOR: Final = 10**15
SETTLED: Final = {states.KEEP, states.KEEP_PARTLY}


@dataclass(frozen=True)
class Promise:
    """What an organisation volunteers. All but the action and the day may be blank."""

    action: str
    due_on: date
    amount_minor: int | None = None
    currency: str = ""
    data: str = ""
    staff: str = ""
    target_area: str = ""
    outcome: str = ""


@dataclass(frozen=True)
class Origin:
    """Where it comes from. `ref` names a meeting, or a decision that is not kept here, in words."""

    kind: str = Source.NONE
    ref: str = ""
    agreement: Agreement | None = None
    decision: Proposal | None = None


def make(
    *,
    partnership: Partnership,
    organisation: Organisation,
    promise: Promise,
    by: Actor,
    at: datetime,
    origin: Origin | None = None,
    is_public: bool = True,
) -> Commitment:
    """Put a voluntary commitment of an organisation on record. Its own people only.

    Raises Denied for anybody else, Invalid for what is blank, past or does not fit together.
    """
    policies.check_can_make(by, partnership, organisation, at)
    origin = origin or Origin()
    _check(promise, at)
    _check_origin(origin, partnership)
    with transaction.atomic():
        # Two that are made at once get different numbers.
        Partnership.objects.select_for_update().get(pk=partnership.pk)
        last = Commitment.objects.filter(partnership=partnership).aggregate(n=Max("number"))["n"]
        commitment = Commitment.objects.create(
            partnership=partnership,
            number=(last or 0) + 1,
            organisation=organisation,
            is_public=is_public,
            source_kind=origin.kind,
            source_ref=origin.ref.strip(),
            agreement=origin.agreement,
            decision=origin.decision,
            made_at=at,
            made_by=by.label,
        )
        _write(commitment, 1, promise, reason="", by=by, at=at)
        _log("commitment_made", commitment, by, at, public=is_public)
    return commitment


def change(
    *,
    commitment: Commitment,
    promise: Promise,
    reason: str,
    version: int,
    by: Actor,
    at: datetime,
) -> CommitmentVersion:
    """Say it differently from now on, with the reason. What it said before stays on its page.

    `version`: the number of the wording that was read. Raises Conflict when somebody has changed
    it since, and for a commitment that has ended; Invalid when nothing is said differently.
    """
    policies.check_can_change(by, commitment, at)
    if commitment.state not in following.OPEN_STATES:
        raise Conflict(
            _("This commitment has ended, so its words stay as they are."),
            mend=_("Say first that it is under way again."),
        )
    ask = _("Say why it changes.")
    if not reason.strip():
        raise Invalid.at("reason", ask)
    last = commitment.versions.get(number=version)
    if _said(promise) == {each: getattr(last, each) for each in _said(promise)}:
        raise Invalid(_("Nothing is said differently."), mend=_("Change a field, or go back."))
    _check(promise, at, may_be_past=last.due_on)
    with transaction.atomic():
        written = _write(commitment, version + 1, promise, reason=reason.strip(), by=by, at=at)
        _log("commitment_changed", commitment, by, at, version=version + 1)
    return written


def open_to_public(*, commitment: Commitment, by: Actor, at: datetime) -> None:
    """Put it on the public page. There is no way back: it can be withdrawn, in public."""
    policies.check_can_change(by, commitment, at)
    with transaction.atomic():
        closed = Commitment.objects.filter(pk=commitment.pk, is_public=False)
        if closed.update(is_public=True):
            _log("commitment_opened_to_public", commitment, by, at)
    commitment.is_public = True


def tell(
    *,
    commitment: Commitment,
    event: str,
    words: str,
    by: Actor,
    at: datetime,
    done_on: date | None = None,
) -> Word:
    """Say in the organisation's own words how it goes. Its people, or the holder of its link.

    `event` is one of `states.COMMITMENT`. Words are required for all but a promise that was kept;
    `done_on` (today when not given) counts for what was kept, wholly or in part.
    """
    policies.check_can_tell(by, commitment, at)
    target = states.COMMITMENT.target(commitment, commitment.state, event)
    words = words.strip()
    if not words and event != states.KEEP:
        ask = _("Say in your own words how it goes or what came of it.")
        raise Invalid.at("words", ask)
    day = _done_on(done_on, commitment, at) if event in SETTLED else None
    with transaction.atomic():
        Commitment.objects.select_for_update().get(pk=commitment.pk)
        here = Commitment.objects.filter(pk=commitment.pk, state=commitment.state)
        if not here.update(state=target, done_on=day):
            raise Conflict(
                _("A colleague has just said how this commitment stands."),
                mend=_("Reload the page and read it first."),
            )
        commitment.state, commitment.done_on = target, day
        word = Word.objects.create(
            commitment=commitment,
            number=commitment.said.count() + 1,
            state=target,
            words=words,
            done_on=day,
            said_at=at,
            said_by=by.label,
        )
        _log("commitment_told", commitment, by, at, state=target)
    return word


def _done_on(given: date | None, commitment: Commitment, at: datetime) -> date:
    day = given or timezone.localdate(at)
    if day > timezone.localdate(at):
        ask = _("This day is still to come. Give the day on which it was done.")
        raise Invalid.at("done_on", ask)
    return day


def _said(promise: Promise) -> dict[str, Any]:
    """As it is stored: words without surrounding space."""
    return {k: v.strip() if isinstance(v, str) else v for k, v in asdict(promise).items()}


def _check(promise: Promise, at: datetime, *, may_be_past: date | None = None) -> None:
    faults = {}
    if not promise.action.strip():
        faults["action"] = _("Say what your organisation will do.")
    if promise.due_on < timezone.localdate(at) and promise.due_on != may_be_past:
        faults["due_on"] = _("This day has passed. Name a day that is still to come.")
    if promise.due_on > timezone.localdate(at) + FARTHEST:
        faults["due_on"] = _("Name a day within the next fifty years.")
    if promise.amount_minor is not None and not 0 < promise.amount_minor <= MOST_MINOR:
        faults["amount"] = _("Enter an amount above zero, or leave it blank.")
    elif (promise.amount_minor is None) != (not promise.currency.strip()):
        faults["amount"] = _("Give the amount and its currency, or neither.")
    if faults:
        raise Invalid(" ".join(faults.values()), fields=faults)


def _check_origin(origin: Origin, partnership: Partnership) -> None:
    field, wrong = _fault(origin, partnership)
    if wrong:
        raise Invalid.at(field, wrong)


def _fault(origin: Origin, partnership: Partnership) -> tuple[str, str]:
    """The field at fault and what is wrong with it, "" for nothing."""
    if origin.kind not in Source.values:
        return "source_kind", _("Choose where the commitment comes from.")
    if (origin.kind == Source.AGREEMENT) != (origin.agreement is not None):
        return "agreement", _("Choose the agreement that it comes from.")
    if origin.agreement is not None and origin.agreement.partnership_id != partnership.pk:
        return "agreement", _("This agreement belongs to another partnership.")
    if origin.decision is not None and (wrong := _wrong_decision(origin, partnership)):
        return "decision", wrong
    return "source_ref", _wrong_words(origin)


def _wrong_decision(origin: Origin, partnership: Partnership) -> str:
    decision = origin.decision
    if decision is None or origin.kind != Source.DECISION:
        return _("Choose a decision only for what comes from one.")
    if decision.partnership_id != partnership.pk:
        return _("This decision belongs to another partnership.")
    if decision.state != Stage.ADOPTED:
        return _("This decision was not adopted. Choose one that was.")
    return ""


def _wrong_words(origin: Origin) -> str:
    named = bool(origin.ref.strip())
    if origin.kind == Source.MEETING and not named:
        return _("Say which meeting, for example “meeting of 3 May”.")
    if origin.kind == Source.DECISION and not named and origin.decision is None:
        return _("Choose the decision, or name it in words if it is not in the list.")
    if named and (origin.kind in {Source.NONE, Source.AGREEMENT} or origin.decision is not None):
        return _("Only a meeting, or a decision that is not in the list, is named in words.")
    return ""


def _write(
    commitment: Commitment, number: int, promise: Promise, *, by: Actor, at: datetime, reason: str
) -> CommitmentVersion:
    try:
        with transaction.atomic():
            return CommitmentVersion.objects.create(
                commitment=commitment,
                number=number,
                **_said(promise),
                reason=reason,
                written_at=at,
                written_by=by.label,
            )
    except IntegrityError as race:
        raise Conflict(
            _("A colleague has just changed this commitment."),
            mend=_("Reload the page and read it first."),
        ) from race


def _log(what: str, commitment: Commitment, by: Actor, at: datetime, **data: Any) -> None:
    events.append(
        kind=f"agree.{what}",
        subject=policies.link_subject(commitment),
        by=by,
        at=at,
        scope=commitment.partnership_id,
        organisation=commitment.organisation_id,
        data={"number": commitment.number, **data},
    )
