"""The portfolio: whose partnerships, how each stands, and that three hundred cost as much as one page."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from commonweal.convene.models import Partnership, Seat
from commonweal.convene.tests.factories import (
    AT,
    EARLIER,
    OrganisationFactory,
    PartnershipFactory,
    PersonFactory,
    actor,
    affiliated,
    seated,
)
from commonweal.core.models import Person, Sector
from commonweal.core.tests.ways_in import signed_in
from commonweal.desk.portfolio import queries

pytestmark = pytest.mark.django_db


@pytest.fixture
def forum() -> Person:
    person: Person = PersonFactory()
    affiliated(person, OrganisationFactory(name="Forum"))
    return person


def convened(person: Person, **more: Any) -> Partnership:
    organisation = person.affiliations.get().organisation
    found: Partnership = PartnershipFactory(convener=organisation, sponsor=False, **more)
    return found


def test_each_row_is_what_the_partnership_is(forum: Person) -> None:
    mine = convened(forum, step="invite")
    seated(mine, OrganisationFactory(sector=Sector.PRIVATE))
    seated(mine, voice="Parents")
    elsewhere = PartnershipFactory()
    seated(elsewhere, forum.affiliations.get().organisation)
    PartnershipFactory()
    found = queries.portfolio(actor(forum), AT)
    rows = {row.partnership: row for row in found.rows}
    assert set(rows) == {mine, elsewhere}
    one = rows[mine]
    assert (one.convened, one.organisations, one.sectors) == (True, 2, 2)
    assert (one.residents, one.vacant, one.in_force) == (1, 1, 0)
    assert not rows[elsewhere].convened
    only = queries.portfolio(actor(forum), AT, convened=True)
    assert [row.partnership for row in only.rows] == [mine]
    assert dict(only.by_step)["invite"] == 1
    assert queries.portfolio(actor(forum), AT, step="scale").rows == []


def test_who_left_sees_it_no_more(forum: Person) -> None:
    elsewhere = PartnershipFactory()
    seat = seated(elsewhere, forum.affiliations.get().organisation)
    assert len(queries.portfolio(actor(forum), AT).rows) == 1
    Seat.objects.filter(pk=seat.pk)
    seat.until_at, seat.ended_because = AT, "Left."
    seat.save(update_fields=["until_at", "ended_because"])
    assert queries.portfolio(actor(forum), AT).rows == []


def test_three_hundred_cost_as_many_queries_as_one(
    forum: Person, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    client = signed_in(forum)
    organisation = forum.affiliations.get().organisation
    many = Partnership.objects.bulk_create(
        Partnership(
            name=f"Partnership {number:03}",
            slug=f"p-{number}",
            problem="It is there.",
            step="lead",
            step_since_at=EARLIER,
            opened_at=EARLIER,
        )
        for number in range(300)
    )
    Seat.objects.bulk_create(
        Seat(partnership=each, organisation=organisation, kind="convener", since_at=EARLIER)
        for each in many
    )
    with django_assert_max_num_queries(16):
        page = client.get("/portfolio/?whose=ours&page=2")
    assert len(re.findall("Partnership 0", page.content.decode())) == 25
    assert client.get("/portfolio/?page=many&step=none").status_code == 200


def test_whoever_is_not_signed_in_is_asked_to(client: Client) -> None:
    assert client.get("/portfolio/").status_code == 302
