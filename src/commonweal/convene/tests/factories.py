"""Records for tests of this room and of every room above it.

`PartnershipFactory()` has a convener and a sponsor at its table; `convener_of(partnership)` is an
actor who may change it, `seated(partnership, organisation)` gives another organisation a seat.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import factory
from factory.django import DjangoModelFactory

from commonweal.convene.models import Partnership, Seat, Step
from commonweal.core import queries as core
from commonweal.core.models import Affiliation, Organisation, Person, Role, Sector
from commonweal.core.scope import Actor

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
EARLIER = datetime(2026, 1, 5, 9, tzinfo=UTC)


class OrganisationFactory(DjangoModelFactory[Organisation]):
    class Meta:
        model = Organisation

    name = factory.Sequence(lambda n: f"Council {n}")
    sector = Sector.PUBLIC
    created_at = EARLIER


class PersonFactory(DjangoModelFactory[Person]):
    class Meta:
        model = Person

    name = factory.Sequence(lambda n: f"Person {n}")
    email = factory.Sequence(lambda n: f"person{n}@example.org")
    password = "!"
    created_at = EARLIER


class PartnershipFactory(DjangoModelFactory[Partnership]):
    """With `convener` and `sponsor` (organisations, made when not given; `sponsor=False` leaves it out)."""

    class Meta:
        model = Partnership
        skip_postgeneration_save = True

    name = factory.Sequence(lambda n: f"Safe Space to Sleep {n}")
    slug = factory.Sequence(lambda n: f"safe-space-{n}")
    problem = "One newborn in nine has no bed of its own."
    affected = "Families with children under five"
    place = "South Yorkshire"
    step = Step.LEAD
    step_since_at = EARLIER
    opened_at = EARLIER

    @factory.post_generation
    def convener(self, create: bool, given: Organisation | None, **_extra: Any) -> None:
        seated(self, given or OrganisationFactory(), Seat.Kind.CONVENER)

    @factory.post_generation
    def sponsor(self, create: bool, given: Organisation | bool | None, **_extra: Any) -> None:
        if given is not False:
            seated(self, given or OrganisationFactory(), Seat.Kind.SPONSOR)


def seated(
    partnership: Partnership,
    organisation: Organisation | None = None,
    kind: str = Seat.Kind.PARTNER,
    *,
    since_at: datetime = EARLIER,
    **fields: Any,
) -> Seat:
    """A seat for the organisation; without one and without `voice`, for a new organisation."""
    if organisation is None and "voice" not in fields:
        organisation = OrganisationFactory()
    if "voice" in fields:
        kind = Seat.Kind.RESIDENT
    return Seat.objects.create(
        partnership=partnership, organisation=organisation, kind=kind, since_at=since_at, **fields
    )


def affiliated(
    person: Person, organisation: Organisation, role: str = Role.MEMBER, at: datetime = EARLIER
) -> Affiliation:
    """The person acts for the organisation in this role, from `at` on."""
    return Affiliation.objects.create(
        person=person, organisation=organisation, role=role, from_at=at
    )


def actor(person: Person, at: datetime = AT) -> Actor:
    """The actor that the person is."""
    return core.actor_for(person, at)


def member_of(organisation: Organisation, *roles: str) -> Actor:
    """Somebody new who acts for the organisation: as a member, and in the other roles given."""
    person = PersonFactory()
    for role in {Role.MEMBER, *roles}:
        affiliated(person, organisation, role)
    return actor(person)


def convener_organisation(partnership: Partnership) -> Organisation:
    seat = partnership.seats.get(kind=Seat.Kind.CONVENER, until_at__isnull=True)
    assert seat.organisation is not None
    return seat.organisation


def sponsor_organisation(partnership: Partnership) -> Organisation:
    seat = partnership.seats.get(kind=Seat.Kind.SPONSOR, until_at__isnull=True)
    assert seat.organisation is not None
    return seat.organisation


def convener_of(partnership: Partnership) -> Actor:
    """Somebody new who may change the partnership."""
    return member_of(convener_organisation(partnership))


def partner_of(partnership: Partnership) -> Actor:
    """Somebody new who acts for a new partner at the table."""
    seat = seated(partnership)
    assert seat.organisation is not None
    return member_of(seat.organisation)
