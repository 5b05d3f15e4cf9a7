"""What changes a table: the record, its event, the permission, and what the database refuses."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from commonweal.convene import actions, queries
from commonweal.convene.models import Partnership, Seat, Step
from commonweal.convene.tests.factories import (
    AT,
    EARLIER,
    OrganisationFactory,
    PartnershipFactory,
    PersonFactory,
    actor,
    convener_of,
    convener_organisation,
    member_of,
    partner_of,
    seated,
    sponsor_organisation,
)
from commonweal.core.errors import Conflict, Denied, Failure, Invalid, Missing
from commonweal.core.models import Event
from commonweal.core.scope import NOBODY, Actor

pytestmark = pytest.mark.django_db


def last_event() -> Event:
    event = Event.objects.order_by("-number").first()
    assert event
    return event


def opened(**given: Any) -> Partnership:
    convener = given.pop("convener", None) or OrganisationFactory()
    fields = {"name": "Beds", "problem": "No bed.", "affected": "Babies", "place": "Here"}
    return actions.open_partnership(
        **{**fields, **given}, convener=convener, by=member_of(convener), at=AT
    )


class TestOpen:
    def test_starts_at_the_first_step_with_its_convener(self) -> None:
        convener = OrganisationFactory()
        partnership = opened(name="  Safe Space to Sleep ", convener=convener)
        assert partnership.slug == "safe-space-to-sleep"
        assert partnership.name == "Safe Space to Sleep"
        assert partnership.step == Step.LEAD
        assert [seat.kind for seat in partnership.seats.all()] == ["convener"]
        assert convener_organisation(partnership) == convener
        assert last_event().kind == "convene.opened"
        assert last_event().scope == partnership.pk

    @pytest.mark.parametrize(
        ("name", "slug"), [("New", "new-2"), ("مشاركة", "partnership"), ("x" * 90, "x" * 50)]
    )
    def test_an_address_for_every_name(self, name: str, slug: str) -> None:
        assert opened(name=name).slug == slug

    def test_addresses_are_numbered(self) -> None:
        assert [opened().slug for _ in range(3)] == ["beds", "beds-2", "beds-3"]

    @pytest.mark.parametrize("field", ["name", "problem"])
    def test_blank(self, field: str) -> None:
        with pytest.raises(Invalid) as refusal:
            opened(**{field: "  "})
        assert list(refusal.value.fields) == [field]
        assert not Partnership.objects.exists()

    def test_not_in_the_name_of_others(self) -> None:
        with pytest.raises(Denied):
            actions.open_partnership(
                name="x",
                problem="y",
                affected="",
                place="",
                convener=OrganisationFactory(),
                by=member_of(OrganisationFactory()),
                at=AT,
            )


def test_state_problem_logs_which_fields_changed_but_not_the_words() -> None:
    partnership = PartnershipFactory()
    actions.state_problem(
        partnership=partnership,
        name=partnership.name,
        problem="Mrs Jones of 4 Hill Street has no bed.",
        affected=partnership.affected,
        place=partnership.place,
        by=convener_of(partnership),
        at=AT,
    )
    partnership.refresh_from_db()
    assert "Jones" in partnership.problem
    assert last_event().data == {"changed": ["problem"]}


def test_state_problem_without_change_writes_nothing() -> None:
    partnership = PartnershipFactory()
    fields = ("name", "problem", "affected", "place")
    said = {field: getattr(partnership, field) for field in fields}
    actions.state_problem(partnership=partnership, **said, by=convener_of(partnership), at=AT)
    assert not Event.objects.exists()


class TestSeats:
    def seat(self, partnership: Partnership, kind: str, **given: Any) -> Seat:
        return actions.seat_organisation(
            partnership=partnership,
            organisation=given.get("organisation") or OrganisationFactory(),
            kind=kind,
            contribution=" Beds ",
            by=convener_of(partnership),
            at=AT,
        )

    @pytest.mark.parametrize("kind", ["partner", "funder", "evaluator"])
    def test_taken(self, kind: str) -> None:
        partnership = PartnershipFactory()
        seat = self.seat(partnership, kind)
        assert seat.contribution == "Beds"
        assert last_event().kind == "convene.seat_taken"
        assert last_event().organisation == seat.organisation_id

    @pytest.mark.parametrize("kind", ["convener", "resident", "king"])
    def test_kinds_that_an_organisation_cannot_be_given(self, kind: str) -> None:
        with pytest.raises(Invalid) as refusal:
            self.seat(PartnershipFactory(), kind)
        assert "kind" in refusal.value.fields

    def test_the_same_seat_twice(self) -> None:
        partnership = PartnershipFactory()
        organisation = OrganisationFactory()
        self.seat(partnership, "partner", organisation=organisation)
        self.seat(partnership, "funder", organisation=organisation)
        with pytest.raises(Conflict, match=organisation.name):
            self.seat(partnership, "partner", organisation=organisation)

    def test_one_sponsor(self) -> None:
        with pytest.raises(Conflict, match="sponsor"):
            self.seat(PartnershipFactory(), "sponsor")
        self.seat(PartnershipFactory(sponsor=False), "sponsor")

    def test_two_requests_at_once(self) -> None:
        """The check passes in both; the database lets one through, the other gets a Conflict."""
        partnership = PartnershipFactory(sponsor=False)
        seat = Seat(
            partnership=partnership,
            organisation=OrganisationFactory(),
            kind="sponsor",
            since_at=AT,
        )
        self.seat(partnership, "sponsor")
        with pytest.raises(Conflict):
            actions._claim(seat)

    def test_residents_seat_is_filled_once(self) -> None:
        partnership = PartnershipFactory()
        by = convener_of(partnership)
        seat = actions.seat_residents(
            partnership=partnership, voice=" Parents ", contribution="", by=by, at=AT
        )
        assert (seat.voice, seat.is_vacant) == ("Parents", True)
        person = PersonFactory()
        actions.fill_seat(seat=seat, person=person, by=by, at=AT)
        assert queries.standing(actor(person), partnership, AT).is_seated
        with pytest.raises(Conflict):
            actions.fill_seat(seat=seat, person=PersonFactory(), by=by, at=AT)

    def test_the_log_never_says_who_a_resident_is(self) -> None:
        partnership = PartnershipFactory()
        by = convener_of(partnership)
        person = PersonFactory(name="Amina Hassan", email="amina@example.org")
        seat = actions.seat_residents(
            partnership=partnership,
            voice="Amina’s street",
            person=person,
            contribution="",
            by=by,
            at=AT,
        )
        actions.end_seat(seat=seat, reason="Amina moved away.", by=by, at=AT)
        log = json.dumps([event.data | {"s": event.subject} for event in Event.objects.all()])
        assert Event.objects.count() == 2
        assert "Amina" not in log
        assert str(person.pk) not in log

    def test_contribution_by_its_holder(self) -> None:
        seat = seated(PartnershipFactory())
        assert seat.organisation
        actions.say_contribution(
            seat=seat, contribution="A van", by=member_of(seat.organisation), at=AT
        )
        seat.refresh_from_db()
        assert seat.contribution == "A van"

    def test_end_keeps_the_seat_with_its_reason(self) -> None:
        partnership = PartnershipFactory()
        seat = seated(partnership)
        assert seat.organisation
        actions.end_seat(
            seat=seat, reason="The council merged.", by=member_of(seat.organisation), at=AT
        )
        assert seat not in queries.seats(partnership, AT)
        (ended,) = queries.ended_seats(partnership, AT)
        assert (ended, ended.ended_because) == (seat, "The council merged.")
        with pytest.raises(Failure):
            actions.end_seat(seat=seat, reason="Again.", by=convener_of(partnership), at=AT)

    def test_end_needs_a_reason(self) -> None:
        seat = seated(PartnershipFactory())
        with pytest.raises(Invalid) as refusal:
            actions.end_seat(seat=seat, reason=" ", by=convener_of(seat.partnership), at=AT)
        assert "reason" in refusal.value.fields

    def test_the_convener_cannot_end_its_own_seat(self) -> None:
        partnership = PartnershipFactory()
        seat = partnership.seats.get(kind="convener")
        with pytest.raises(Denied, match="Hand"):
            actions.end_seat(seat=seat, reason="Tired.", by=convener_of(partnership), at=AT)

    def test_a_pledge_ends_with_the_sponsors_seat_but_is_kept_there(self) -> None:
        partnership = PartnershipFactory()
        sponsor = member_of(sponsor_organisation(partnership))
        actions.pledge(partnership=partnership, words="I will answer.", by=sponsor, at=AT)
        seat = queries.at_table(partnership, AT).sponsor
        assert seat
        actions.end_seat(seat=seat, reason="Election.", by=convener_of(partnership), at=AT)
        partnership.refresh_from_db()
        seat.refresh_from_db()
        assert (partnership.pledge, partnership.pledged_at) == ("", None)
        assert seat.pledge == "I will answer."

    def test_hand_over(self) -> None:
        partnership = PartnershipFactory()
        former = convener_organisation(partnership)
        by = convener_of(partnership)
        heir = seated(partnership).organisation
        assert heir
        actions.hand_over(partnership=partnership, to=heir, by=by, at=AT)
        later = AT + timedelta(minutes=1)
        assert convener_organisation(partnership) == heir
        assert not queries.standing(by, partnership, later).convenes
        assert queries.standing(by, partnership, later).organisations == {former.pk}
        for to in (OrganisationFactory(), heir):
            with pytest.raises(Failure):
                actions.hand_over(partnership=partnership, to=to, by=member_of(heir), at=later)


class TestPledge:
    def test_only_the_sponsor_pledges(self) -> None:
        partnership = PartnershipFactory()
        for by in (convener_of(partnership), partner_of(partnership)):
            with pytest.raises(Denied):
                actions.pledge(partnership=partnership, words="Yes.", by=by, at=AT)
        by = member_of(sponsor_organisation(partnership))
        actions.pledge(partnership=partnership, words=" Yes. ", by=by, at=AT)
        partnership.refresh_from_db()
        assert (partnership.pledge, partnership.pledged_at) == ("Yes.", AT)
        assert last_event().data == {}

    def test_without_a_sponsor(self) -> None:
        partnership = PartnershipFactory(sponsor=False)
        with pytest.raises(Denied, match="no sponsor"):
            actions.pledge(
                partnership=partnership, words="Yes.", by=convener_of(partnership), at=AT
            )


def test_public_page_opens_and_closes_once() -> None:
    partnership = PartnershipFactory()
    by = convener_of(partnership)
    for _ in range(2):
        actions.open_to_public(partnership=partnership, by=by, at=AT)
    assert partnership.public_at == AT
    for _ in range(2):
        actions.close_to_public(partnership=partnership, by=by, at=AT)
    assert queries.public_partnerships().count() == 0
    kinds = [event.kind for event in Event.objects.order_by("number")]
    assert kinds == ["convene.opened_to_public", "convene.closed_to_public"]


Change = Callable[[Partnership, Seat, Actor], object]
CHANGES: dict[str, Change] = {
    "state_problem": lambda p, s, by: actions.state_problem(
        partnership=p, name="a", problem="b", affected="", place="", by=by, at=AT
    ),
    "seat_organisation": lambda p, s, by: actions.seat_organisation(
        partnership=p,
        organisation=OrganisationFactory(),
        kind="partner",
        contribution="",
        by=by,
        at=AT,
    ),
    "seat_residents": lambda p, s, by: actions.seat_residents(
        partnership=p, voice="Parents", contribution="", by=by, at=AT
    ),
    "fill_seat": lambda p, s, by: actions.fill_seat(seat=s, person=PersonFactory(), by=by, at=AT),
    "say_contribution": lambda p, s, by: actions.say_contribution(
        seat=s, contribution="x", by=by, at=AT
    ),
    "end_seat": lambda p, s, by: actions.end_seat(seat=s, reason="x", by=by, at=AT),
    "hand_over": lambda p, s, by: actions.hand_over(
        partnership=p, to=sponsor_organisation(p), by=by, at=AT
    ),
    "pledge": lambda p, s, by: actions.pledge(partnership=p, words="x", by=by, at=AT),
    "move": lambda p, s, by: actions.move(partnership=p, event="begin_invite", by=by, at=AT),
    "open_to_public": lambda p, s, by: actions.open_to_public(partnership=p, by=by, at=AT),
    "close_to_public": lambda p, s, by: actions.close_to_public(partnership=p, by=by, at=AT),
}


@pytest.mark.parametrize("change", CHANGES)
def test_others_change_nothing(change: str) -> None:
    partnership = PartnershipFactory(public_at=EARLIER)
    seat = seated(partnership, voice="Parents")
    at_table = partner_of(partnership)
    strangers = [NOBODY, convener_of(PartnershipFactory()), actor(PersonFactory(is_operator=True))]
    with pytest.raises(Denied):
        CHANGES[change](partnership, seat, at_table)
    for by in strangers:
        with pytest.raises(Missing):
            CHANGES[change](partnership, seat, by)
    assert not Event.objects.exists()


class TestDatabase:
    """Invariants that hold even against a bulk update."""

    def refused(self, write: Callable[[], object]) -> None:
        with pytest.raises(DatabaseError), transaction.atomic():
            write()

    def test_one_convener_and_one_sponsor_at_a_time(self) -> None:
        partnership = PartnershipFactory()
        for kind in ("convener", "sponsor"):
            self.refused(lambda kind=kind: seated(partnership, kind=kind))
        partnership.seats.filter(kind="sponsor").update(until_at=AT, ended_because="x")
        seated(partnership, kind="sponsor")

    def test_a_seat_is_an_organisations_or_residents(self) -> None:
        partnership = PartnershipFactory()
        organisation = OrganisationFactory()
        bad: list[dict[str, Any]] = [
            {"kind": "partner"},
            {"kind": "resident"},
            {"kind": "partner", "organisation": organisation, "voice": "Parents"},
            {"kind": "partner", "organisation": organisation, "person": PersonFactory()},
            {"kind": "resident", "organisation": organisation, "voice": "Parents"},
            {"kind": "king", "organisation": organisation},
            {"kind": "partner", "organisation": organisation, "until_at": AT},
            {
                "kind": "partner",
                "organisation": organisation,
                "until_at": EARLIER - timedelta(days=1),
                "ended_because": "x",
            },
        ]
        for fields in bad:
            self.refused(
                lambda fields=fields: Seat.objects.create(
                    partnership=partnership, since_at=EARLIER, **fields
                )
            )

    def test_who_sat_where_is_never_rewritten(self) -> None:
        seat = seated(PartnershipFactory())
        for change in (
            {"kind": "funder"},
            {"organisation": OrganisationFactory()},
            {"since_at": AT},
            {"partnership": PartnershipFactory()},
        ):
            self.refused(lambda change=change: Seat.objects.filter(pk=seat.pk).update(**change))

    def test_partnership(self) -> None:
        found = Partnership.objects.filter(pk=PartnershipFactory().pk)
        for change in ({"step": "elsewhere"}, {"problem": ""}, {"pledge": "x"}):
            self.refused(lambda change=change: found.update(**change))

    def test_an_organisation_with_a_seat_is_not_deleted(self) -> None:
        seat = seated(PartnershipFactory())
        assert seat.organisation
        self.refused(seat.organisation.delete)

    def test_a_resident_who_is_erased_leaves_a_vacant_seat(self) -> None:
        person = PersonFactory()
        seat = seated(PartnershipFactory(), voice="Parents", person=person)
        person.delete()
        seat.refresh_from_db()
        assert seat.is_vacant
