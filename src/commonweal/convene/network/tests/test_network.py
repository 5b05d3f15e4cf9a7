"""Rounds of the network: answering, closing, what is shown of it, and what never is."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from commonweal.cli import main
from commonweal.convene.models import Partnership
from commonweal.convene.network import actions, queries
from commonweal.convene.network.actions import Rated
from commonweal.convene.network.models import QUESTIONS, Round, Tie
from commonweal.convene.tests.factories import (
    AT,
    EARLIER,
    OrganisationFactory,
    PartnershipFactory,
    convener_of,
    convener_organisation,
    member_of,
    seated,
)
from commonweal.core.errors import Conflict, Denied, Invalid
from commonweal.core.models import Event, Organisation, Person, Sector
from commonweal.core.scope import Actor
from commonweal.core.tests.ways_in import signed_in

pytestmark = pytest.mark.django_db


class World:
    """A table of six in an open round. `one` acts for the first of them, the convener."""

    def __init__(self) -> None:
        self.partnership: Partnership = PartnershipFactory(sponsor=False)
        self.here: list[Organisation] = [convener_organisation(self.partnership)]
        for number in range(5):
            each = OrganisationFactory(name=f"Partner {number}", sector=Sector.NONPROFIT)
            seated(self.partnership, each)
            self.here.append(each)
        self.people: dict[Any, Actor] = {each.pk: member_of(each) for each in self.here}
        self.one = self.people[self.here[0].pk]
        self.round = actions.open_round(partnership=self.partnership, by=self.one, at=AT)

    def relate(self, source: int, said: dict[int, int], **more: Any) -> None:
        organisation = self.here[source]
        actions.relate(
            found=self.round,
            organisation=organisation,
            relations={self.here[target].pk: value for target, value in said.items()},
            by=self.people[organisation.pk],
            at=AT,
            **more,
        )

    def rate(self, source: int, target: int, *values: int | None) -> None:
        organisation = self.here[source]
        actions.rate(
            found=self.round,
            organisation=organisation,
            ratings={self.here[target].pk: Rated(*values)},
            by=self.people[organisation.pk],
            at=AT,
        )

    def close(self) -> None:
        actions.close_round(found=self.round, by=self.one, at=AT)
        self.round.refresh_from_db()

    def page(self, name: str = "network", *more: Any) -> str:
        client = client_of(self.one)
        response = client.get(reverse(name, args=[self.partnership.slug, *more]))
        assert response.status_code == 200
        return response.content.decode().split("<main")[1]


def client_of(actor: Actor) -> Client:
    return signed_in(Person.objects.get(pk=actor.person_id))


@pytest.fixture
def world() -> World:
    return World()


def test_a_round_from_the_question_to_the_picture(world: World) -> None:
    client = client_of(world.one)
    slug, own = world.partnership.slug, world.here[0]
    assert "Answer for" in world.page()
    address = reverse("answer_network", args=[slug, own.pk])
    sent = {world.here[1].pk.hex: "4", world.here[2].pk.hex: "1", "rest": "on"}
    answer = client.post(address, sent)
    assert answer.status_code == 302
    assert answer["Location"] == reverse("rate_network", args=[slug, own.pk])
    assert sorted(tie.relation for tie in world.round.ties.all()) == [0, 0, 0, 1, 4]
    field = f"reliable_{world.here[1].pk.hex}"
    assert field in client.get(answer["Location"]).content.decode()
    assert client.post(answer["Location"], {field: "3"}).status_code == 302
    assert world.round.ties.get(relation=4).reliable == 3
    world.relate(1, {0: 2})
    assert client.post(reverse("close_network_round", args=[slug])).status_code == 302
    page = world.page()
    assert "Partner 0" in page
    assert "1 pair works together" in page
    assert "We do things together" in page
    assert "2 of 6 organisations have answered" in page
    file = client.get(reverse("network_file", args=[slug, 1])).json()
    assert [(link["relation"], link["both"]) for link in file["links"]] == [("together", True)]
    assert client.get(reverse("network_file", args=[slug, 2])).status_code == 404
    assert "fewer than 4" in page


def test_an_answer_can_be_changed_until_the_round_closes(world: World) -> None:
    world.relate(0, {1: 4})
    world.rate(0, 1, 4, 4, 4)
    world.relate(0, {1: 1})
    tie = Tie.objects.get()
    assert (tie.relation, tie.reliable) == (1, None)
    world.close()
    with pytest.raises(Conflict):
        world.relate(0, {1: 4})
    with pytest.raises(Conflict):
        world.close()


def test_one_round_at_a_time(world: World) -> None:
    with pytest.raises(Conflict):
        actions.open_round(partnership=world.partnership, by=world.one, at=AT)
    world.close()
    again = actions.open_round(partnership=world.partnership, by=world.one, at=AT)
    assert again.number == 2


def test_who_may_not(world: World) -> None:
    partner = world.people[world.here[1].pk]
    with pytest.raises(Denied):
        actions.close_round(found=world.round, by=partner, at=AT)
    with pytest.raises(Denied):
        actions.relate(
            found=world.round,
            organisation=world.here[0],
            relations={world.here[1].pk: 1},
            by=partner,
            at=AT,
        )
    # Not even the page with what another organisation answered, nor with its ratings.
    for name in ("answer_network", "rate_network"):
        address = reverse(name, args=[world.partnership.slug, world.here[0].pk])
        assert client_of(partner).get(address).status_code == 403
        foreign = reverse(name, args=[world.partnership.slug, uuid4()])
        assert client_of(partner).get(foreign).status_code == 404
    assert not Tie.objects.exists()


def test_answers_that_cannot_be_are_refused(world: World) -> None:
    away = OrganisationFactory()
    for relations in ({away.pk: 2}, {world.here[0].pk: 2}, {world.here[1].pk: 9}, {}):
        with pytest.raises(Invalid):
            actions.relate(
                found=world.round,
                organisation=world.here[0],
                relations=relations,
                by=world.one,
                at=AT,
            )
    world.relate(0, {1: 1, 2: 4})
    with pytest.raises(Invalid):
        world.rate(0, 1, 3, None, None)
    with pytest.raises(Invalid):
        world.rate(0, 2, 5, None, None)


def full(world: World, *, first: int) -> None:
    """Everybody works with everybody and rates; `first` is what the first says of the second."""
    for source in range(6):
        world.relate(source, {target: 3 for target in range(6) if target != source})
    for source in range(4):
        for target in range(6):
            if target != source:
                value = first if (source, target) == (0, 1) else 3
                world.rate(source, target, value, value, value)


def test_no_rating_is_ever_shown_and_none_outlives_its_round(world: World) -> None:
    """Two worlds that differ in one rating show the same, before and after the round is closed."""
    full(world, first=3)
    before = _without_tokens(world.page())
    rated = world.people[world.here[1].pk]
    theirs = reverse("rate_network", args=[world.partnership.slug, world.here[1].pk])
    own = _without_tokens(client_of(rated).get(theirs).content.decode())
    world.rate(0, 1, 1, 4, 2)
    assert _without_tokens(world.page()) == before
    assert _without_tokens(client_of(rated).get(theirs).content.decode()) == own
    asked = queries.result_of(world.round, AT)
    world.rate(0, 1, 3, 3, 3)
    assert queries.result_of(world.round, AT) == asked
    world.close()
    assert not Tie.objects.exclude(**dict.fromkeys(QUESTIONS)).exists()
    page = world.page()
    assert "3.0 on a scale from 1 to 4, from 4 organisations" in page
    for event in Event.objects.filter(kind__startswith="convene.network"):
        assert set(event.data) == {"number"}


def _without_tokens(page: str) -> str:
    main = page.rsplit("<main", maxsplit=1)[-1]
    return "".join(part for part in main.split("<input") if "csrfmiddlewaretoken" not in part)


def test_a_later_round_with_one_rater_less_tells_nothing(world: World) -> None:
    full(world, first=3)
    world.close()
    world.round = actions.open_round(partnership=world.partnership, by=world.one, at=AT)
    full(world, first=3)
    world.relate(4, {0: 3})
    world.rate(4, 0, 4, 4, 4)
    world.close()
    assert world.round.result is not None
    assert {each["held"] for each in world.round.result["trust"].values()} == {"close"}
    assert "would tell what that one said" in world.page()
    assert "Round 1" in world.page()
    assert "3.0 on a scale" in world.page("network_round", 1)


def test_the_command_prints_the_last_closed_round(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    email = Person.objects.get(pk=world.one.person_id).email
    # The command reads at the real time, so the seats of the tests are open.
    assert main(["network", world.partnership.slug, "--as", email]) == 1
    capsys.readouterr()
    full(world, first=3)
    world.close()
    assert main(["network", world.partnership.slug, "--as", email]) == 0
    told = json.loads(capsys.readouterr().out)
    assert len(told["links"]) == 15
    assert told["links"][0]["relation"] == "coordinate"
    assert told["trust"]["reliable"] == {"raters": 4, "level": 3.0, "held": ""}


def test_extreme_means_are_told_as_a_range(world: World) -> None:
    for source in range(4):
        world.relate(source, {5: 4})
        world.rate(source, 5, 4, 1, None)
    world.close()
    page = world.page()
    assert "3.5 or more on a scale" in page
    assert "1.5 or less on a scale" in page
    assert "fewer than 4" in page


def test_the_order_of_the_answers_changes_nothing(world: World) -> None:
    def ask(order: list[int]) -> Any:
        for source in order:
            world.relate(source, {(source + 1) % 6: 2, (source + 2) % 6: 1})
        found = queries.result_of(world.round, AT)
        world.round.ties.all().delete()
        return found

    assert ask([0, 1, 2, 3, 4, 5]) == ask([5, 3, 1, 4, 2, 0])


def test_who_left_is_not_in_the_picture(world: World) -> None:
    world.relate(0, {1: 4, 2: 4})
    world.partnership.seats.filter(organisation=world.here[1]).update(
        until_at=AT, ended_because="Left."
    )
    found = queries.result_of(world.round, AT)
    assert found["figures"]["asked"] == 5
    assert len(found["lines"]) == 1


def test_a_round_without_answers_knows_nothing(world: World) -> None:
    world.close()
    assert "Nobody answered" in world.page()


def test_a_table_of_three_hundred_is_answered_page_by_page_and_shown_in_few_queries(
    world: World,
) -> None:
    many = [
        Organisation(name=f"Org {number:03}", sector=Sector.PUBLIC, created_at=EARLIER)
        for number in range(294)
    ]
    Organisation.objects.bulk_create(many)
    for each in many:
        seated(world.partnership, each)
    own = world.here[0]
    client = client_of(world.one)
    address = reverse("answer_network", args=[world.partnership.slug, own.pk])
    with CaptureQueriesContext(connection) as asked:
        page = client.get(address).content.decode()
    assert page.count("<select") == 25
    assert len(asked) < 20
    answer = client.post(address, {many[0].pk.hex: "3", many[1].pk.hex: "2"})
    assert answer["Location"] == f"{address}?page=2"
    client.post(f"{address}?page=12", {"rest": "on"})
    assert world.round.ties.count() == 299
    world.close()
    with CaptureQueriesContext(connection) as shown:
        page = client.get(reverse("network", args=[world.partnership.slug])).content.decode()
    assert "2 pairs work together" in page
    assert len(shown) < 16


def test_the_convener_asks_and_a_partner_sees_no_button(world: World) -> None:
    partner = client_of(world.people[world.here[1].pk])
    address = reverse("network", args=[world.partnership.slug])
    assert "Close the round" not in partner.get(address).content.decode()
    opening = reverse("open_network_round", args=[world.partnership.slug])
    assert partner.post(opening).status_code == 403
    assert client_of(world.one).post(opening).status_code == 409
    Round.objects.all().delete()
    assert "Nobody has been asked yet" in partner.get(address).content.decode()
    own = reverse("answer_network", args=[world.partnership.slug, world.here[1].pk])
    assert partner.get(own).status_code == 409
    assert client_of(convener_of(world.partnership)).post(opening).status_code == 302
