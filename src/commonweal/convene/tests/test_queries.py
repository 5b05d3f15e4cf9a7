"""What each reader finds, and what stays invisible."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from pytest_django.fixtures import DjangoAssertNumQueries

from commonweal.convene import queries
from commonweal.convene.models import Seat
from commonweal.convene.tests.factories import (
    AT,
    OrganisationFactory,
    PartnershipFactory,
    PersonFactory,
    actor,
    affiliated,
    convener_of,
    convener_organisation,
    member_of,
    partner_of,
    seated,
)
from commonweal.core.errors import Missing
from commonweal.core.models import Sector
from commonweal.core.scope import NOBODY, system

pytestmark = pytest.mark.django_db


def test_a_foreign_partnership_is_missing_in_the_same_words_as_none() -> None:
    partnership = PartnershipFactory()
    stranger = convener_of(PartnershipFactory())
    with pytest.raises(Missing) as foreign:
        queries.partnership_for(stranger, partnership.slug, AT)
    with pytest.raises(Missing) as none:
        queries.partnership_for(stranger, "no-such-partnership", AT)
    assert str(foreign.value) == str(none.value)


def test_partnerships_for_lists_each_once_and_only_mine() -> None:
    mine = PartnershipFactory(name="B")
    organisation = convener_organisation(mine)
    other = PartnershipFactory(name="A")
    seated(other, organisation)
    seated(other, organisation, Seat.Kind.FUNDER)
    PartnershipFactory()
    by = member_of(organisation)
    assert list(queries.partnerships_for(by, AT)) == [other, mine]
    assert not queries.partnerships_for(NOBODY, AT).exists()
    assert queries.partnerships_for(system("worker"), AT).count() == 3


def test_a_vacant_residents_seat_lets_nobody_in() -> None:
    partnership = PartnershipFactory()
    seated(partnership, voice="Young parents")
    assert not queries.partnerships_for(NOBODY, AT).exists()
    assert not queries.partnerships_for(actor(PersonFactory()), AT).exists()


def test_public_partnership_only_while_open() -> None:
    partnership = PartnershipFactory()
    with pytest.raises(Missing):
        queries.public_partnership(partnership.slug)
    partnership.public_at = AT
    partnership.save()
    assert queries.public_partnership(partnership.slug) == partnership
    assert list(queries.public_partnerships()) == [partnership]


def test_seat_for_finds_only_open_seats_of_ones_own_table() -> None:
    partnership, elsewhere = PartnershipFactory(), PartnershipFactory()
    by = convener_of(partnership)
    seat, foreign = seated(partnership), seated(elsewhere)
    ended = seated(partnership, until_at=AT - timedelta(hours=1), ended_because="Left.")
    assert queries.seat_for(by, partnership.slug, seat.pk, AT) == seat
    for pk in (foreign.pk, ended.pk, uuid4()):
        with pytest.raises(Missing):
            queries.seat_for(by, partnership.slug, pk, AT)
    with pytest.raises(Missing):
        queries.seat_for(by, elsewhere.slug, foreign.pk, AT)


def test_standing() -> None:
    partnership = PartnershipFactory()
    organisation = convener_organisation(partnership)
    other = OrganisationFactory()
    seated(partnership, organisation, Seat.Kind.FUNDER)
    person = PersonFactory()
    affiliated(person, organisation)
    affiliated(person, other)
    seated(partnership, voice="Parents", person=person)
    found = queries.standing(actor(person), partnership, AT)
    assert found.kinds == {"convener", "funder", "resident"}
    assert found.organisations == {organisation.pk}
    assert found.convenes
    assert found.is_seated
    partner = queries.standing(partner_of(partnership), partnership, AT)
    assert (partner.kinds, partner.convenes, partner.is_seated) == ({"partner"}, False, True)
    nobody = queries.standing(NOBODY, partnership, AT)
    assert (nobody.kinds, nobody.convenes, nobody.is_seated) == (frozenset(), False, False)
    assert queries.standing(system("worker"), partnership, AT).convenes


def test_standing_costs_one_query(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    partnership = PartnershipFactory()
    by = convener_of(partnership)
    with django_assert_num_queries(1):
        queries.standing(by, partnership, AT)


def test_at_table_groups_by_sector_and_shows_who_is_missing(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    partnership = PartnershipFactory()
    for _ in range(5):
        seated(partnership, OrganisationFactory(sector=Sector.NONPROFIT))
    vacant = seated(partnership, voice="Young parents")
    held = seated(partnership, voice="Grandparents", person=PersonFactory())
    gone = seated(partnership, until_at=AT, ended_because="Merged.")
    with django_assert_num_queries(2):
        table = queries.at_table(partnership, AT)
        names = [seat.holder for _sector, seats in table.sectors for seat in seats]
    assert len(names) == 7
    assert table.organisations == 7
    assert Sector.PUBLIC not in table.empty_sectors
    assert Sector.UNIVERSITY in table.empty_sectors
    assert set(table.residents) == {vacant, held}
    assert table.vacant == (vacant,)
    assert table.ended == (gone,)
    assert table.convener and table.convener.organisation == convener_organisation(partnership)
    assert table.sponsor and table.sponsor.kind == Seat.Kind.SPONSOR


def test_partners_are_organisations_with_an_open_seat_once_each() -> None:
    partnership = PartnershipFactory(sponsor=False)
    organisation = convener_organisation(partnership)
    seated(partnership, organisation, Seat.Kind.FUNDER)
    seated(partnership, until_at=AT, ended_because="Left.")
    seated(partnership, voice="Parents", person=PersonFactory())
    assert list(queries.partners(partnership, AT)) == [organisation]


def test_partner_named_by_name_or_identifier_at_this_table_only() -> None:
    partnership = PartnershipFactory()
    organisation = OrganisationFactory(name="Baby Basics")
    organisation.identifiers.create(register="GB-CHC", number="1089464")
    seated(partnership, organisation)
    for name in ("baby basics ", "gb-chc-1089464"):
        assert queries.partner_named(partnership, name, AT) == organisation
    with pytest.raises(Missing, match="Baby Basics"):
        queries.partner_named(partnership, "Nobody", AT)
    with pytest.raises(Missing):
        queries.partner_named(PartnershipFactory(), "Baby Basics", AT)
