"""Who may do what at a table: the whole decision table, row by row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from commonweal.convene import policies
from commonweal.convene.models import Partnership, Seat
from commonweal.convene.tests.factories import (
    AT,
    EARLIER,
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
    sponsor_organisation,
)
from commonweal.core.errors import Denied, Failure, Missing
from commonweal.core.models import Role
from commonweal.core.scope import NOBODY, Actor, system

pytestmark = pytest.mark.django_db


def may(check: Callable[..., None], *asked: Any) -> bool:
    try:
        check(*asked)
    except Failure:
        return False
    return True


def steward_of_convener(partnership: Partnership) -> Actor:
    person = PersonFactory()
    affiliated(person, convener_organisation(partnership), Role.STEWARD)
    return actor(person)


def resident_at(partnership: Partnership) -> Actor:
    person = PersonFactory()
    seated(partnership, voice="Young parents", person=person)
    return actor(person)


def former_partner(partnership: Partnership) -> Actor:
    seat = seated(partnership, until_at=AT - timedelta(days=1), ended_because="Left.")
    assert seat.organisation
    return member_of(seat.organisation)


def future_partner(partnership: Partnership) -> Actor:
    seat = seated(partnership, since_at=AT + timedelta(days=1))
    assert seat.organisation
    return member_of(seat.organisation)


def former_colleague(partnership: Partnership) -> Actor:
    person = PersonFactory()
    held = affiliated(person, convener_organisation(partnership))
    held.until_at = AT - timedelta(days=1)
    held.save()
    return actor(person)


def link_holder(partnership: Partnership) -> Actor:
    """The convener's organisation hands out a personal link: it opens one thing, not the table."""
    member = convener_of(partnership)
    return replace(member, person_id=None, link_id=convener_organisation(partnership).pk)


def operator(_partnership: Partnership) -> Actor:
    return actor(PersonFactory(is_operator=True))


def convener_elsewhere(_partnership: Partnership) -> Actor:
    return convener_of(PartnershipFactory())


WHO: dict[str, tuple[Callable[[Partnership], Actor], bool, bool]] = {
    # who: how to be one, may see, may convene
    "the convener's people": (convener_of, True, True),
    "the convener's steward, who is no member": (steward_of_convener, True, False),
    "the sponsor's people": (lambda p: member_of(sponsor_organisation(p)), True, False),
    "a partner's people": (partner_of, True, False),
    "a resident with a seat": (resident_at, True, False),
    "a former partner's people": (former_partner, False, False),
    "a coming partner's people": (future_partner, False, False),
    "a former colleague": (former_colleague, False, False),
    "the holder of a link": (link_holder, True, False),
    "a convener elsewhere": (convener_elsewhere, False, False),
    "the operator": (operator, False, False),
    "nobody": (lambda _p: NOBODY, False, False),
    "the system": (lambda _p: system("worker"), True, True),
}


@pytest.mark.parametrize("who", WHO)
def test_see_and_convene(who: str) -> None:
    make, sees, convenes = WHO[who]
    partnership = PartnershipFactory()
    by = make(partnership)
    assert may(policies.check_can_see, by, partnership, AT) is sees
    assert policies.can_convene(by, partnership, AT) is convenes
    if not convenes:
        with pytest.raises(Denied if sees else Missing) as refusal:
            policies.check_can_convene(by, partnership, AT)
        assert refusal.value.text
        assert refusal.value.mend
        assert sees or partnership.name not in str(refusal.value)


@pytest.mark.parametrize(
    ("role", "has_role", "has_seat", "may"),
    [
        (Role.SIGNATORY, True, True, True),
        (Role.STEWARD, True, True, True),
        (Role.SIGNATORY, False, True, False),
        (Role.SIGNATORY, True, False, False),
    ],
)
def test_act_for(role: str, has_role: bool, has_seat: bool, may: bool) -> None:
    partnership = PartnershipFactory()
    organisation = OrganisationFactory()
    # The actor sits at the table in any case, through another organisation.
    home = seated(partnership).organisation
    person = PersonFactory()
    affiliated(person, home)
    affiliated(person, organisation, role if has_role else Role.MEMBER)
    if has_seat:
        seated(partnership, organisation)
    by = actor(person)
    assert policies.can_act_for(by, partnership, organisation, role, AT) is may
    if not may:
        with pytest.raises(Denied, match=organisation.name):
            policies.check_can_act_for(by, partnership, organisation, role, AT)


def test_act_for_is_missing_for_who_is_not_at_the_table() -> None:
    partnership = PartnershipFactory()
    organisation = OrganisationFactory()
    with pytest.raises(Missing):
        policies.check_can_act_for(
            member_of(organisation), partnership, organisation, Role.MEMBER, AT
        )


def test_open_in_the_name_of_ones_own_organisation_only() -> None:
    organisation = OrganisationFactory()
    policies.check_can_open(member_of(organisation), organisation)
    policies.check_can_open(system("demo"), organisation)
    link = replace(member_of(organisation), person_id=None, link_id=organisation.pk)
    for other in (member_of(OrganisationFactory()), NOBODY, link):
        with pytest.raises(Denied, match=organisation.name):
            policies.check_can_open(other, organisation)


def test_speak_for_a_seat() -> None:
    partnership = PartnershipFactory()
    person = PersonFactory()
    residents = seated(partnership, voice="Young parents", person=person)
    other_residents = seated(partnership, voice="Grandparents", person=PersonFactory())
    partner = seated(partnership)
    assert partner.organisation
    theirs = member_of(partner.organisation)
    assert may(policies.check_can_speak_for, actor(person), residents, AT)
    assert not may(policies.check_can_speak_for, actor(person), other_residents, AT)
    assert not may(policies.check_can_speak_for, actor(person), partner, AT)
    assert may(policies.check_can_speak_for, theirs, partner, AT)
    assert not may(policies.check_can_speak_for, theirs, residents, AT)
    for seat in (residents, partner):
        assert may(policies.check_can_speak_for, convener_of(partnership), seat, AT)
        assert not may(policies.check_can_speak_for, NOBODY, seat, AT)


class TestInvite:
    """A convener must not be able to enter another table by inviting into its organisations."""

    def refused(self, by: Actor, seat: Seat) -> Failure:
        assert seat.organisation
        with pytest.raises(Failure) as refusal:
            policies.check_can_invite(by, seat.partnership, seat.organisation, AT)
        assert not policies.can_invite(by, seat.partnership, seat.organisation, AT)
        return refusal.value

    def test_convener_into_a_new_organisation(self) -> None:
        seat = seated(PartnershipFactory())
        assert seat.organisation
        by = convener_of(seat.partnership)
        assert policies.can_invite(by, seat.partnership, seat.organisation, AT)

    def test_convener_may_mend_a_wrong_address_until_somebody_signed_in(self) -> None:
        seat = seated(PartnershipFactory())
        assert seat.organisation
        person = PersonFactory()
        affiliated(person, seat.organisation)
        by = convener_of(seat.partnership)
        assert policies.can_invite(by, seat.partnership, seat.organisation, AT)
        person.last_login = EARLIER
        person.save()
        assert "its own people" in str(self.refused(by, seat))

    def test_not_into_an_organisation_of_another_table(self) -> None:
        seat = seated(PartnershipFactory())
        seated(PartnershipFactory(), seat.organisation)
        self.refused(convener_of(seat.partnership), seat)

    def test_an_organisation_that_left_the_other_table_counts_too(self) -> None:
        seat = seated(PartnershipFactory())
        seated(PartnershipFactory(), seat.organisation, until_at=AT, ended_because="Left.")
        self.refused(convener_of(seat.partnership), seat)

    def test_its_own_people_invite_colleagues(self) -> None:
        seat = seated(PartnershipFactory())
        seated(PartnershipFactory(), seat.organisation)
        assert seat.organisation
        by = member_of(seat.organisation)
        assert policies.can_invite(by, seat.partnership, seat.organisation, AT)

    def test_other_partners_do_not(self) -> None:
        seat = seated(PartnershipFactory())
        assert isinstance(self.refused(partner_of(seat.partnership), seat), Denied)
        assert isinstance(self.refused(NOBODY, seat), Missing)
