"""Bringing people to the table: a seat, somebody to act for it, and a mail that lets them in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from commonweal.convene import actions, policies
from commonweal.convene.models import Partnership, Seat
from commonweal.core import actions as core
from commonweal.core import events, links, mail, signin
from commonweal.core import queries as core_queries
from commonweal.core.errors import Invalid
from commonweal.core.models import Affiliation, Organisation, Person, Role
from commonweal.core.scope import Actor, system

VALID_FOR: Final = timedelta(days=14)


@dataclass(frozen=True)
class Guest:
    """Somebody to invite. Every guest takes part; `roles` are what they may do besides."""

    email: str
    name: str
    roles: frozenset[str] = frozenset()


@dataclass(frozen=True)
class NewOrganisation:
    """An organisation that is not here yet. `identifiers` are (register, number) of org-id.guide."""

    name: str
    sector: str
    identifiers: tuple[tuple[str, str], ...] = ()


def bring(
    *,
    partnership: Partnership,
    organisation: Organisation | NewOrganisation,
    kind: str,
    contribution: str,
    by: Actor,
    at: datetime,
    guest: Guest | None = None,
) -> Seat:
    """Seat an organisation, a new one if need be, and invite its first person. Convener only.

    All or nothing. Without a guest, the people who act for the organisation already are told.
    Raises as `actions.seat_organisation`, `invite` and `core.actions.create_organisation`.
    """
    policies.check_can_convene(by, partnership, at)
    with transaction.atomic():
        if isinstance(organisation, NewOrganisation):
            organisation = core.create_organisation(
                name=organisation.name,
                sector=organisation.sector,
                identifiers=organisation.identifiers,
                by=by,
                at=at,
            )
        seat = actions.seat_organisation(
            partnership=partnership,
            organisation=organisation,
            kind=kind,
            contribution=contribution,
            by=by,
            at=at,
        )
        if guest is not None:
            invite(partnership=partnership, organisation=organisation, guest=guest, by=by, at=at)
        else:
            for person in core_queries.people_of(organisation, Role.MEMBER, at):
                _tell(person, partnership, organisation.name, at)
    return seat


def invite(
    *,
    partnership: Partnership,
    organisation: Organisation,
    guest: Guest,
    by: Actor,
    at: datetime,
) -> Person:
    """Let a person act for an organisation at this table and mail them a link to sign in.

    A colleague of the organisation names whom its own rules let them; a convener may name anybody
    while nobody of the organisation has ever signed in (`policies.check_can_invite`).
    """
    policies.check_can_invite(by, partnership, organisation, at)
    with transaction.atomic():
        person = _person(guest, by, at)
        # The convener's right was checked above; core's rule knows only colleagues.
        namer = by if organisation.pk in by.organisation_ids else system("invitation")
        held = set(
            Affiliation.objects.in_force(at)
            .filter(person=person, organisation=organisation)
            .values_list("role", flat=True)
        )
        for role in sorted({Role.MEMBER, *guest.roles} - held):
            core.affiliate(person=person, organisation=organisation, role=role, by=namer, at=at)
        _log(partnership, person, organisation, by, at)
        _welcome(person, partnership, organisation.name, by, at)
    return person


def bring_residents(
    *,
    partnership: Partnership,
    voice: str,
    contribution: str,
    by: Actor,
    at: datetime,
    guest: Guest | None = None,
) -> Seat:
    """Set up a residents' seat and invite who holds it; without a guest it is vacant."""
    with transaction.atomic():
        seat = actions.seat_residents(
            partnership=partnership, voice=voice, contribution=contribution, by=by, at=at
        )
        if guest is not None:
            invite_resident(seat=seat, guest=guest, by=by, at=at)
    return seat


def invite_resident(*, seat: Seat, guest: Guest, by: Actor, at: datetime) -> Person:
    """Let a person hold a vacant residents' seat and mail them a link to sign in. Convener only."""
    policies.check_can_convene(by, seat.partnership, at)
    with transaction.atomic():
        person = _person(guest, by, at)
        actions.fill_seat(seat=seat, person=person, by=by, at=at)
        _welcome(person, seat.partnership, seat.voice, by, at)
    return person


def _person(guest: Guest, by: Actor, at: datetime) -> Person:
    """The person of this address: the one who is here keeps the name they gave themselves."""
    email = guest.email.strip().lower()
    known = Person.objects.filter(email__iexact=email).first()
    if known is not None and not known.is_active:
        refused = _("Somebody with this e-mail address was shut out of this installation.")
        raise Invalid(
            refused, mend=_("Ask the operator, or invite somebody else."), fields={"email": refused}
        )
    return known or core.create_person(email=email, name=guest.name, by=by, at=at)


def _welcome(
    person: Person, partnership: Partnership, holder: str, by: Actor, at: datetime
) -> None:
    """Mail a link that signs the person in once, within fourteen days, and leads to the table."""
    _link, token = links.issue(
        purpose=signin.PURPOSE,
        subject=f"core.person:{person.pk}",
        person=person,
        by=by,
        at=at,
        expires_at=at + VALID_FOR,
        scope=partnership.pk,
        data={"next": reverse("table", args=[partnership.slug])},
    )
    with translation.override(person.language):
        mail.queue(
            to=person.email,
            subject=_("Your seat at the table: %(partnership)s") % {"partnership": partnership},
            body=_(
                "Hello %(name)s,\n\n"
                "you are invited to the table of %(partnership)s, for %(holder)s. What it is"
                " about:\n\n"
                "%(problem)s\n\n"
                "Open this address and press the button to come in. You need no password:\n\n"
                "%(address)s\n\n"
                "It works once, for %(days)d days. Later, ask for a new link at %(sign_in)s.\n"
            )
            % {
                "name": person.name,
                "partnership": partnership,
                "holder": holder,
                "problem": partnership.problem,
                "address": links.address(signin.PURPOSE, token),
                "days": VALID_FOR.days,
                "sign_in": f"{settings.BASE_URL}{reverse('sign_in')}",
            },
            purpose="invitation",
            scope=partnership.pk,
            at=at,
        )


def _tell(person: Person, partnership: Partnership, holder: str, at: datetime) -> None:
    """Mail somebody who has an account that their organisation has a seat now."""
    with translation.override(person.language):
        mail.queue(
            to=person.email,
            subject=_("Your seat at the table: %(partnership)s") % {"partnership": partnership},
            body=_(
                "Hello %(name)s,\n\n"
                "%(holder)s has a seat at the table of %(partnership)s now. What it is about:\n\n"
                "%(problem)s\n\n"
                "Look at it here: %(address)s\n"
            )
            % {
                "name": person.name,
                "partnership": partnership,
                "holder": holder,
                "problem": partnership.problem,
                "address": f"{settings.BASE_URL}{reverse('table', args=[partnership.slug])}",
            },
            purpose="invitation",
            scope=partnership.pk,
            at=at,
        )


def _log(
    partnership: Partnership, person: Person, organisation: Organisation, by: Actor, at: datetime
) -> None:
    events.append(
        kind="convene.person_invited",
        subject=f"core.person:{person.pk}",
        by=by,
        at=at,
        scope=partnership.pk,
        organisation=organisation.pk,
    )
