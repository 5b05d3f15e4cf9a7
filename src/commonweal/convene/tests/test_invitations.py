"""Inviting: all or nothing, one mail, and never a way into another table."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from commonweal.convene import invitations, queries
from commonweal.convene.invitations import Guest, NewOrganisation
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
    member_of,
    partner_of,
    seated,
)
from commonweal.core import links, mail
from commonweal.core.errors import Conflict, Denied, Failure, Invalid
from commonweal.core.models import (
    Event,
    Link,
    Organisation,
    OutgoingMail,
    Person,
    Role,
    Sector,
)
from commonweal.core.scope import Actor

pytestmark = pytest.mark.django_db

GUEST = Guest("New@Example.org ", "Nell New", frozenset({Role.SIGNATORY}))


def bring(
    partnership: Partnership, organisation: Organisation | NewOrganisation, **given: Any
) -> Seat:
    return invitations.bring(
        partnership=partnership,
        organisation=organisation,
        kind=given.pop("kind", "partner"),
        contribution="A van",
        by=given.pop("by", None) or convener_of(partnership),
        at=AT,
        **given,
    )


def test_a_new_organisation_with_its_first_person() -> None:
    partnership = PartnershipFactory()
    new = NewOrganisation("Baby Basics", Sector.NONPROFIT, (("GB-CHC", "1089464"),))
    seat = bring(partnership, new, guest=GUEST)
    assert seat.organisation
    assert str(seat.organisation.identifiers.get()) == "GB-CHC-1089464"
    person = Person.objects.get(email="new@example.org")
    by = actor(person)
    assert by.holds(Role.MEMBER, seat.organisation.pk)
    assert by.holds(Role.SIGNATORY, seat.organisation.pk)
    assert queries.standing(by, partnership, AT).is_seated
    assert not queries.standing(by, partnership, AT).convenes


def test_the_mailed_link_signs_in_once_within_fourteen_days() -> None:
    partnership = PartnershipFactory()
    bring(partnership, NewOrganisation("Baby Basics", "nonprofit"), guest=GUEST)
    message = OutgoingMail.objects.get()
    assert message.to == "new@example.org"
    assert partnership.name in message.subject
    found = re.search(r"/l/sign-in/([\w-]+)/", mail.body_of(message))
    assert found
    late = AT + timedelta(days=13)
    link = links.find(found[1], purpose="sign-in", at=late, client="test")
    assert link.person and link.person.email == "new@example.org"
    assert link.data == {"next": f"/partnerships/{partnership.slug}/table/"}
    with pytest.raises(Failure):
        links.find(found[1], purpose="sign-in", at=AT + timedelta(days=15), client="test")


@pytest.mark.parametrize(
    ("guest", "field"),
    [(Guest("not an address", "Nell"), "email"), (Guest("a@example.org", " "), "name")],
)
def test_a_bad_guest_leaves_nothing_behind(guest: Guest, field: str) -> None:
    partnership = PartnershipFactory()
    before = Organisation.objects.count(), Event.objects.count()
    with pytest.raises(Invalid) as refusal:
        bring(partnership, NewOrganisation("Baby Basics", "nonprofit"), guest=guest)
    assert field in refusal.value.fields
    assert (Organisation.objects.count(), Event.objects.count()) == before
    assert not Link.objects.exists()


def test_the_log_names_the_inviting_person_and_no_address() -> None:
    partnership = PartnershipFactory()
    by = convener_of(partnership)
    bring(partnership, NewOrganisation("Baby Basics", "nonprofit"), guest=GUEST, by=by)
    invited = Event.objects.get(kind="convene.person_invited")
    assert invited.actor == by.label
    for event in Event.objects.all():
        assert "ell" not in event.subject
        assert "example.org" not in str(event.data)


def test_people_who_act_for_it_already_are_told() -> None:
    partnership, organisation = PartnershipFactory(), OrganisationFactory()
    member_of(organisation)
    member_of(organisation)
    bring(partnership, organisation)
    assert OutgoingMail.objects.count() == 2
    assert not Link.objects.exists()


def test_a_known_person_keeps_name_and_roles() -> None:
    partnership = PartnershipFactory()
    person = PersonFactory(name="Her own name", email="new@example.org")
    organisation = OrganisationFactory()
    affiliated(person, organisation)
    bring(partnership, organisation, guest=GUEST)
    person.refresh_from_db()
    assert person.name == "Her own name"
    assert Person.objects.filter(email__iexact="new@example.org").count() == 1
    assert actor(person).holds(Role.SIGNATORY, organisation.pk)


def test_somebody_shut_out_is_not_let_in_again() -> None:
    partnership = PartnershipFactory()
    PersonFactory(email="new@example.org", is_active=False)
    with pytest.raises(Invalid):
        bring(partnership, NewOrganisation("Baby Basics", "nonprofit"), guest=GUEST)


def test_no_way_into_another_table_through_its_organisations() -> None:
    """The attack: seat somebody else's organisation, then invite oneself to act for it."""
    hospital = OrganisationFactory(sector=Sector.NONPROFIT)
    seated(PartnershipFactory(), hospital)
    mine = PartnershipFactory()
    by = convener_of(mine)
    with pytest.raises(Denied):
        bring(mine, hospital, guest=GUEST, by=by)
    assert not mine.seats.filter(organisation=hospital).exists()
    bring(mine, hospital, by=by)
    with pytest.raises(Denied):
        invitations.invite(partnership=mine, organisation=hospital, guest=GUEST, by=by, at=AT)
    assert not Person.objects.filter(email="new@example.org").exists()


def test_a_wrong_address_is_mended_until_somebody_came_in() -> None:
    partnership = PartnershipFactory()
    by = convener_of(partnership)
    seat = bring(partnership, NewOrganisation("Baby Basics", "nonprofit"), guest=GUEST, by=by)
    assert seat.organisation

    def again(email: str) -> Person:
        return invitations.invite(
            partnership=partnership,
            organisation=seat.organisation,
            guest=Guest(email, "Nell"),
            by=by,
            at=AT,
        )

    person = again("nell@example.org")
    person.last_login = EARLIER
    person.save()
    with pytest.raises(Denied):
        again("third@example.org")


def test_a_colleague_invites_by_the_rules_of_core() -> None:
    partnership = PartnershipFactory()
    organisation = seated(partnership).organisation
    assert organisation
    by = member_of(organisation)
    invitations.invite(
        partnership=partnership,
        organisation=organisation,
        guest=Guest("colleague@example.org", "C"),
        by=by,
        at=AT,
    )
    with pytest.raises(Denied):
        invitations.invite(
            partnership=partnership, organisation=organisation, guest=GUEST, by=by, at=AT
        )


class TestResidents:
    def bring(self, partnership: Partnership, guest: Guest | None, by: Actor | None = None) -> Seat:
        return invitations.bring_residents(
            partnership=partnership,
            voice="Young parents",
            contribution="",
            guest=guest,
            by=by or convener_of(partnership),
            at=AT,
        )

    def test_vacant_without_a_guest(self) -> None:
        assert self.bring(PartnershipFactory(), None).is_vacant
        assert not OutgoingMail.objects.exists()

    def test_held_by_the_guest(self) -> None:
        partnership = PartnershipFactory()
        seat = self.bring(partnership, Guest("res@example.org", "Amina"))
        assert seat.person
        assert queries.standing(actor(seat.person), partnership, AT).kinds == {"resident"}
        assert "Young parents" in mail.body_of(OutgoingMail.objects.get())

    def test_all_or_nothing(self) -> None:
        partnership = PartnershipFactory()
        with pytest.raises(Invalid):
            self.bring(partnership, Guest("nonsense", "Amina"))
        assert not partnership.seats.filter(kind="resident").exists()

    def test_only_the_convener(self) -> None:
        partnership = PartnershipFactory()
        with pytest.raises(Denied):
            self.bring(partnership, None, by=partner_of(partnership))
        seat = seated(partnership, voice="Parents")
        with pytest.raises(Denied):
            invitations.invite_resident(seat=seat, guest=GUEST, by=partner_of(partnership), at=AT)

    def test_a_filled_seat_is_not_given_away(self) -> None:
        seat = seated(PartnershipFactory(), voice="Parents", person=PersonFactory())
        with pytest.raises(Conflict):
            invitations.invite_resident(
                seat=seat, guest=GUEST, by=convener_of(seat.partnership), at=AT
            )
        assert not OutgoingMail.objects.exists()
