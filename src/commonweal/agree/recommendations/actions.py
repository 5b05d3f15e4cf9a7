"""Appointing, recommending, finding, answering. Each writes one event."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from commonweal.agree.recommendations import policies, states
from commonweal.agree.recommendations.models import (
    Answer,
    Appointment,
    Independent,
    Kind,
    Launch,
    Recommendation,
    State,
)
from commonweal.convene.models import Partnership, Seat
from commonweal.core import events
from commonweal.core.errors import Conflict, Invalid
from commonweal.core.models import Organisation, Person
from commonweal.core.scope import Actor

FARTHEST: Final = timedelta(days=2 * 366)


@dataclass(frozen=True)
class Matter:
    """What is put to somebody, who shall answer it, and by when."""

    title: str
    words: str
    addressee: Organisation
    answer_by: date
    is_public: bool = True


@dataclass(frozen=True)
class Term:
    """What an independent role is to look at, from which day to which."""

    mandate: str
    starts_on: date
    ends_on: date


def appoint(
    *,
    partnership: Partnership,
    role: str,
    holder: Organisation | Person,
    term: Term,
    by: Actor,
    at: datetime,
) -> Appointment:
    """Give an organisation or a person an independent role for a term. Convener only.

    Raises Invalid for the convener's or the sponsor's organisation: who leads is not independent.
    """
    policies.check_can_appoint(by, partnership, at)
    _check_term(role, term, at)
    _check_independence(partnership, holder, at)
    with transaction.atomic():
        found = Appointment.objects.create(
            partnership=partnership,
            role=role,
            organisation=holder if isinstance(holder, Organisation) else None,
            person=holder if isinstance(holder, Person) else None,
            mandate=term.mandate.strip(),
            starts_on=term.starts_on,
            ends_on=term.ends_on,
            appointed_at=at,
        )
        _log_appointment("independent_appointed", found, by, at)
    return found


def end_appointment(*, appointment: Appointment, reason: str, by: Actor, at: datetime) -> None:
    """End an independent role before its term. Convener only; everybody reads the reason.

    What was filed stays and its answers stay owed. Raises Conflict when it has ended already.
    """
    policies.check_can_appoint(by, appointment.partnership, at)
    reason = _needed(reason, "reason", _("Say why it ends before its term."))
    with transaction.atomic():
        here = policies.in_force(at).filter(pk=appointment.pk)
        if not here.update(ended_at=at, ended_because=reason):
            raise Conflict(_("This role has ended already."), mend=_("Reload the page."))
        _log_appointment("independent_ended", appointment, by, at)
    appointment.refresh_from_db()


def recommend(
    *, partnership: Partnership, matter: Matter, basis: str, by: Actor, at: datetime
) -> Recommendation:
    """Record what the table recommends to one of its organisations, as a rule to the sponsor.

    Convener only. `basis` names the decision or meeting in which the table agreed on it.
    """
    policies.check_can_recommend(by, partnership, at)
    ask = _("Say in which decision or meeting the table agreed on it.")
    basis = _needed(basis, "basis", ask)
    _check(matter, partnership, at)
    return _file(partnership, matter, by, at, kind=Kind.RECOMMENDATION, basis=basis)


def find(*, appointment: Appointment, matter: Matter, by: Actor, at: datetime) -> Recommendation:
    """File what an independent role has found, in its own name. Who holds the role, nobody else."""
    policies.check_can_find(by, appointment, at)
    if appointment.organisation_id == matter.addressee.pk:
        ask = _("Nobody answers their own finding. Choose another organisation.")
        raise Invalid.at("addressee", ask)
    _check(matter, appointment.partnership, at)
    return _file(
        appointment.partnership, matter, by, at, kind=Kind.FINDING, appointment=appointment
    )


def withdraw(*, one: Recommendation, reason: str, by: Actor, at: datetime) -> None:
    """Take it back before it is answered; it stays on its page with the reason."""
    policies.check_can_withdraw(by, one, at)
    states.RECOMMENDATION.target(one, one.state, states.WITHDRAW)
    reason = _needed(reason, "reason", _("Say why it is withdrawn."))
    with transaction.atomic():
        _move(one, states.WITHDRAW, withdrawn_because=reason)
        _log("recommendation_withdrawn", one, by, at)


def answer(*, one: Recommendation, event: str, words: str, by: Actor, at: datetime) -> Answer:
    """Accept, accept in part or decline (`states.ANSWERS`), in words. The addressee only."""
    policies.check_can_answer(by, one, at)
    if event not in states.ANSWERS:
        ask = _("Choose an answer.")
        raise Invalid.at("event", ask)
    target = states.RECOMMENDATION.target(one, one.state, event)
    words = _needed(words, "words", _("Give your reasons. Everybody reads them."))
    with transaction.atomic():
        _move(one, event)
        found = Answer.objects.create(
            recommendation=one,
            number=one.answers.count() + 1,
            verdict=target,
            words=words,
            answered_at=at,
            answered_by=by.label,
        )
        _log("recommendation_answered", one, by, at, verdict=target)
    return found


def launch(
    *, one: Recommendation, what: str, begun_on: date, by: Actor, at: datetime, link: str = ""
) -> Launch:
    """Say what was begun because of it. The addressee only, once it has accepted at least a part."""
    policies.check_can_answer(by, one, at)
    states.RECOMMENDATION.target(one, one.state, states.LAUNCH)
    what = _needed(what, "what", _("Say what was begun."))
    if begun_on > timezone.localdate(at):
        ask = _("This day is still to come. Tell what has begun.")
        raise Invalid.at("begun_on", ask)
    with transaction.atomic():
        _move(one, states.LAUNCH)
        found = Launch.objects.create(
            recommendation=one,
            what=what,
            begun_on=begun_on,
            link=link,
            told_at=at,
            told_by=by.label,
        )
        _log("recommendation_launched", one, by, at)
    return found


def _needed(text: str, field: str, ask: str) -> str:
    if not text.strip():
        raise Invalid.at(field, ask)
    return text.strip()


def _check(matter: Matter, partnership: Partnership, at: datetime) -> None:
    today, faults = timezone.localdate(at), {}
    if not matter.title.strip():
        faults["title"] = _("Say it in one sentence.")
    if not matter.words.strip():
        faults["words"] = _("Say what, and why.")
    if matter.answer_by <= today:
        faults["answer_by"] = _("Name a day after today, so that there is time to answer.")
    if matter.answer_by > today + FARTHEST:
        faults["answer_by"] = _("Name a day within the next two years.")
    if matter.addressee.pk not in policies.seated(partnership, at):
        faults["addressee"] = _("Choose an organisation at the table.")
    if faults:
        raise Invalid(" ".join(faults.values()), fields=faults)


def _check_term(role: str, term: Term, at: datetime) -> None:
    faults = {}
    if role not in Independent.values:
        faults["role"] = _("Choose a role.")
    if not term.mandate.strip():
        faults["mandate"] = _("Say what they are to look at.")
    if term.ends_on < max(term.starts_on, timezone.localdate(at)):
        faults["ends_on"] = _("The term ends after it begins, and not before today.")
    if faults:
        raise Invalid(" ".join(faults.values()), fields=faults)


def _check_independence(
    partnership: Partnership, holder: Organisation | Person, at: datetime
) -> None:
    leads = Seat.objects.filter(
        partnership=partnership, kind__in=[Seat.Kind.CONVENER, Seat.Kind.SPONSOR]
    ).open(at)
    leading = set(leads.values_list("organisation_id", flat=True))
    if isinstance(holder, Organisation):
        own: set[UUID] = {holder.pk}
    else:
        acts = holder.affiliations.all().in_force(at)
        own = set(acts.values_list("organisation_id", flat=True))
    if own & leading:
        ask = _("The convener and the sponsor lead the table: their people are not independent.")
        raise Invalid.at("organisation", ask)


def _file(
    partnership: Partnership, matter: Matter, by: Actor, at: datetime, **more: Any
) -> Recommendation:
    with transaction.atomic():
        Partnership.objects.select_for_update().get(pk=partnership.pk)
        filed = Recommendation.objects.filter(partnership=partnership)
        one = Recommendation.objects.create(
            partnership=partnership,
            number=(filed.aggregate(n=Max("number"))["n"] or 0) + 1,
            title=matter.title.strip(),
            words=matter.words.strip(),
            addressee=matter.addressee,
            answer_by=matter.answer_by,
            is_public=matter.is_public,
            filed_at=at,
            filed_by=by.label,
            **more,
        )
        is_finding = one.kind == Kind.FINDING
        kind = "finding_filed" if is_finding else "recommendation_made"
        _log(kind, one, by, at)
    return one


def _move(one: Recommendation, event: str, **values: Any) -> None:
    """Conditional on the state that was read: of two that race, one is told."""
    target = states.RECOMMENDATION.target(one, one.state, event)
    Recommendation.objects.select_for_update().get(pk=one.pk)
    here = Recommendation.objects.filter(pk=one.pk, state=one.state)
    if not here.update(state=target, **values):
        raise Conflict(
            _("Somebody has just answered or withdrawn this."),
            mend=_("Reload the page and read it first."),
        )
    one.state = State(target)


def _log(what: str, one: Recommendation, by: Actor, at: datetime, **data: Any) -> None:
    events.append(
        kind=f"agree.{what}",
        subject=f"recommendations.recommendation:{one.pk}",
        by=by,
        at=at,
        scope=one.partnership_id,
        organisation=one.addressee_id,
        data={"number": one.number, **data},
    )


def _log_appointment(what: str, found: Appointment, by: Actor, at: datetime) -> None:
    """A person in an independent role is logged by the appointment's id alone."""
    events.append(
        kind=f"agree.{what}",
        subject=f"recommendations.appointment:{found.pk}",
        by=by,
        at=at,
        scope=found.partnership_id,
        organisation=found.organisation_id,
        data={"role": found.role},
    )
