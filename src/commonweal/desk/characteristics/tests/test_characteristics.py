"""The five characteristics and the spread of power, read from what was done."""

from __future__ import annotations

import json

import pytest
from django.urls import reverse

from commonweal.cli import main
from commonweal.convene.models import Partnership
from commonweal.convene.tests.factories import (
    AT,
    OrganisationFactory,
    PartnershipFactory,
    PersonFactory,
    convener_of,
    seated,
)
from commonweal.core.models import Person, Sector
from commonweal.core.tests.ways_in import signed_in
from commonweal.desk.characteristics import presentation, queries

pytestmark = pytest.mark.django_db


@pytest.fixture
def partnership() -> Partnership:
    return PartnershipFactory()


def statuses(partnership: Partnership) -> dict[str, str]:
    found = queries.characteristics(partnership, AT)
    return {each.key: each.status for each in found.result.answer}


def test_a_new_table_shows_little_and_says_what_is_missing(partnership: Partnership) -> None:
    assert statuses(partnership) == {
        "stakeholders": "partly",
        "goals": "not_shown",
        "resources": "not_shown",
        "decisions": "not_shown",
        "accountability": "not_shown",
    }
    seated(partnership, OrganisationFactory(sector=Sector.NONPROFIT))
    seat = seated(partnership, voice="Young parents")
    assert statuses(partnership)["stakeholders"] == "partly"
    seat.person = PersonFactory()
    seat.save(update_fields=["person"])
    assert statuses(partnership)["stakeholders"] == "shown"


def test_power_is_spread_over_sectors_and_unknown_stays_unknown(partnership: Partnership) -> None:
    seated(partnership, OrganisationFactory(sector=Sector.NONPROFIT))
    seated(partnership, voice="Young parents")
    powers = {each.key: each.spread for each in queries.balance(partnership, AT)}
    assert powers["seats"].total == 3
    assert powers["seats"].largest == ("public",)
    assert powers["money"].known is False
    assert (powers["data"].known, powers["data"].total) == (True, 0)
    assert (powers["decisions"].known, powers["decisions"].total) == (True, 0)
    said = presentation.balance_lead(queries.balance(partnership, AT))
    assert said == "One sector holds more than half: Seats (Public)."


def test_the_pages_say_it_with_links_and_without_a_score(partnership: Partnership) -> None:
    by = convener_of(partnership)
    client = signed_in(Person.objects.get(pk=by.person_id))
    page = client.get(reverse("characteristics", args=[partnership.slug])).content.decode()
    for title in presentation.TITLES.values():
        assert str(title) in page
    assert reverse("decisions", args=[partnership.slug]) in page
    assert "of five" not in page
    balance = client.get(reverse("balance", args=[partnership.slug])).content.decode()
    assert "No joint funding agreement in force says who pays in what." in balance
    assert "There is nothing yet that could be spread." in balance
    overview = client.get(reverse("partnership", args=[partnership.slug])).content.decode()
    assert reverse("characteristics", args=[partnership.slug]) in overview
    assert reverse("balance", args=[partnership.slug]) in overview


def test_the_command_prints_each_sign(
    partnership: Partnership, capsys: pytest.CaptureFixture[str]
) -> None:
    email = Person.objects.get(pk=convener_of(partnership).person_id).email
    assert main(["characteristics", partnership.slug, "--as", email]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["stakeholders"]["signs"]["organisations"]["there"] is True
    assert told["decisions"]["signs"]["took_part"]["there"] is None
