"""Home leads nobody to a page that refuses them."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from commonweal.convene.models import Partnership, Seat, Step
from commonweal.core import actions
from commonweal.core.models import Organisation, Person, Role
from commonweal.core.scope import system

pytestmark = pytest.mark.django_db
BY = system("test")
START = "/partnerships/new/"


@pytest.fixture
def person(client: Client) -> Person:
    made = actions.create_person(email="ana@example.org", name="Ana", by=BY, at=timezone.now())
    client.force_login(made)
    return made


def seat(person: Person) -> None:
    now = timezone.now()
    table = Partnership.objects.create(
        name="Beds", slug="beds", problem="Beds.", step=Step.LEAD, step_since_at=now, opened_at=now
    )
    Seat.objects.create(
        partnership=table, kind=Seat.Kind.RESIDENT, voice="Mothers", person=person, since_at=now
    )


def join(person: Person) -> None:
    now = timezone.now()
    office = Organisation.objects.create(name="Office", sector="public", created_at=now)
    actions.affiliate(person=person, organisation=office, role=Role.MEMBER, by=BY, at=now)


@pytest.mark.parametrize("seated", [False, True])
@pytest.mark.parametrize("member", [False, True])
def test_only_who_may_start_a_partnership_is_shown_where(
    client: Client, person: Person, seated: bool, member: bool
) -> None:
    if seated:
        seat(person)
    if member:
        join(person)
    page = client.get("/home/").content.decode()
    assert ("Beds." in page) is seated
    assert (START in page) is member
    assert client.get(START).status_code == (200 if member else 403)
