"""Reading what core keeps. Every getter that takes an actor answers for that reader only."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from commonweal.core import policies
from commonweal.core.errors import Missing
from commonweal.core.models import (
    Affiliation,
    Event,
    Job,
    Organisation,
    OutgoingMail,
    Person,
)
from commonweal.core.scope import NOBODY, Actor


def affiliations_in_force(at: datetime) -> QuerySet[Affiliation]:
    return Affiliation.objects.in_force(at)


def actor_for(person: Person | None, at: datetime) -> Actor:
    """The actor that a signed-in person is at this moment. One query."""
    if person is None or not person.is_active:
        return NOBODY
    roles = affiliations_in_force(at).filter(person=person).values_list("organisation_id", "role")
    return Actor(person_id=person.pk, roles=frozenset(roles), operator=person.is_operator)


def actor_by_id(person: UUID, at: datetime) -> Actor:
    """The actor that a person is by now, for work that they ordered. NOBODY if shut out since."""
    return actor_for(Person.objects.filter(pk=person).first(), at)


def organisations(ids: set[UUID] | frozenset[UUID]) -> QuerySet[Organisation]:
    return Organisation.objects.filter(pk__in=ids).order_by("name")


def people_of(organisation: Organisation, role: str, at: datetime) -> QuerySet[Person]:
    """The people who hold a role in an organisation now, by name."""
    held = affiliations_in_force(at).filter(organisation=organisation, role=role)
    return Person.objects.filter(pk__in=held.values("person")).order_by("name")


def roles_given(people: Iterable[UUID | None], role: str) -> QuerySet[Event]:
    """When and by whom people were given a role in an organisation, the oldest first."""
    subjects = [f"core.person:{each}" for each in people]
    # What happens to people is in no partnership; saying so lets the index find it.
    given = Event.objects.filter(scope__isnull=True, kind="core.affiliated", data__role=role)
    return given.filter(subject__in=subjects).order_by("number")


def events_of(scope: UUID) -> QuerySet[Event]:
    """A partnership's part of the log, newest first."""
    return Event.objects.filter(scope=scope).order_by("-number")


def acts_for(person: Person, at: datetime) -> list[tuple[Organisation, list[str]]]:
    """The organisations a person acts for now, each with the names of the roles."""
    found: dict[UUID, tuple[Organisation, list[str]]] = {}
    held = affiliations_in_force(at).filter(person=person).select_related("organisation")
    for affiliation in held.order_by("organisation__name", "role"):
        entry = found.setdefault(affiliation.organisation_id, (affiliation.organisation, []))
        entry[1].append(affiliation.get_role_display())
    return list(found.values())


def job_for(actor: Actor, job_id: UUID) -> Job:
    """A job that this actor asked for, or any for the operator. Raises Missing."""
    job = Job.objects.filter(pk=job_id).first()
    mine = job is not None and not actor.is_anonymous and job.by == actor.label
    if job is None or not (mine or actor.operator):
        raise Missing(_("There is no such job, or it is not yours."))
    return job


def outbox(actor: Actor, *, demo: bool) -> QuerySet[OutgoingMail]:
    """Outgoing mail, newest first. Raises Denied."""
    policies.check_can_see_outbox(actor, demo=demo)
    return OutgoingMail.objects.order_by("-queued_at", "-pk")


def outgoing_mail(actor: Actor, mail_id: UUID, *, demo: bool) -> OutgoingMail:
    """One message. Raises Denied, Missing."""
    found = outbox(actor, demo=demo).filter(pk=mail_id).first()
    if found is None:
        raise Missing(_("There is no such message."))
    return found


def mail_in_trouble() -> int:
    """How many messages were given up."""
    return OutgoingMail.objects.filter(state=OutgoingMail.State.GIVEN_UP).count()


def actor_by_email(email: str, at: datetime) -> Actor:
    """The actor that a command on the console names. Raises Missing for an unknown address."""
    person = Person.objects.filter(email__iexact=email.strip(), is_active=True).first()
    if person is None:
        raise Missing(
            _("Nobody is known here under that e-mail address."),
            mend=_("Use the address with which the person signs in."),
        )
    return actor_for(person, at)


def unsent_mail(*, everything: bool = False) -> QuerySet[OutgoingMail]:
    """For the command line: what is not sent yet, or all, newest first."""
    found = OutgoingMail.objects.order_by("-queued_at", "-pk")
    return found if everything else found.exclude(state=OutgoingMail.State.SENT)


def mail_by_id(mail_id: str) -> OutgoingMail:
    """For the command line. Raises Missing."""
    try:
        return OutgoingMail.objects.get(pk=UUID(mail_id))
    except (ValueError, OutgoingMail.DoesNotExist):
        raise Missing(_("There is no such message.")) from None


def person_by_email(email: str) -> Person | None:
    return Person.objects.filter(email__iexact=email.strip()).first()
