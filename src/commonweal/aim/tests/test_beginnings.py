"""Entry points: who proposes, rates and chooses; the gate; that nobody's own points are told."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from commonweal.agree.tests.factories import constituted
from commonweal.aim.beginnings import actions, queries
from commonweal.aim.beginnings.actions import Idea
from commonweal.aim.beginnings.models import EntryRating, PilotReview
from commonweal.aim.models import EntryPoint, Node
from commonweal.aim.tests.factories import EntryPointFactory, NodeFactory
from commonweal.cli import main
from commonweal.compute.convening.entry import CRITERIA
from commonweal.compute.permits.governing import DecisionRule
from commonweal.convene import actions as convene
from commonweal.convene.models import Partnership, Seat
from commonweal.convene.tests.factories import (
    AT,
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
from commonweal.core import due
from commonweal.core.errors import Conflict, Denied, Invalid, Missing
from commonweal.core.models import Event, Organisation
from commonweal.core.scope import NOBODY, Actor

pytestmark = pytest.mark.django_db

IDEA = Idea(
    statement="A bed for every newborn",
    meaningful="Words on meaningful.",
    actionable="Words on actionable.",
    acceptable="Words on acceptable.",
    provisional="Words on provisional.",
    doer="The charity, with a van.",
    early_win="Fifty beds.",
    early_win_on=date(2026, 5, 1),
    next_move="Brothers and sisters.",
    review_date=date(2026, 6, 1),
)
WORDS = [name for name, value in vars(IDEA).items() if isinstance(value, str)]


def speaker(seat: Seat) -> Actor:
    assert seat.organisation is not None
    return member_of(seat.organisation)


def proposed(partnership: Partnership, **changes: Any) -> EntryPoint:
    """By the convener; of several each a second after the one before, so that their order is known."""
    seat = partnership.seats.get(kind="convener")
    return actions.propose_entry_point(
        partnership=partnership,
        seat=seat,
        idea=replace(IDEA, **changes),
        by=speaker(seat),
        at=AT + timedelta(seconds=EntryPoint.objects.count()),
    )


def rated(point: EntryPoint, seat: Seat, points: str, objection: str = "") -> EntryRating:
    return actions.rate(
        entry_point=point,
        seat=seat,
        points=dict(zip(CRITERIA, map(int, points), strict=True)),
        objection=objection,
        by=speaker(seat),
        at=AT,
    )


@pytest.fixture
def table() -> tuple[Partnership, list[Seat]]:
    """A convener, a sponsor and two partners: four seats."""
    partnership = PartnershipFactory()
    partners = [seated(partnership), seated(partnership)]
    kinds = ("convener", "sponsor")
    return partnership, [*(partnership.seats.get(kind=kind) for kind in kinds), *partners]


class TestProposing:
    @pytest.mark.parametrize("field", WORDS)
    def test_everything_is_argued(self, field: str) -> None:
        with pytest.raises(Invalid) as refusal:
            proposed(PartnershipFactory(), **{field: " "})
        assert list(refusal.value.fields) == [field]

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"review_date": AT.date()}, "review_date"),
            ({"early_win_on": AT.date()}, "early_win_on"),
            ({"early_win_on": IDEA.review_date + timedelta(days=1)}, "early_win_on"),
        ],
    )
    def test_the_days_are_in_order(self, changes: dict[str, date], field: str) -> None:
        with pytest.raises(Invalid) as refusal:
            proposed(PartnershipFactory(), **changes)
        assert list(refusal.value.fields) == [field]

    def test_an_early_win_on_the_day_of_the_review_will_do(self) -> None:
        assert proposed(PartnershipFactory(), early_win_on=IDEA.review_date)

    def test_whoever_holds_a_seat_and_for_no_other(self, table: Any) -> None:
        partnership, seats = table
        for seat in seats:
            actions.propose_entry_point(
                partnership=partnership, seat=seat, idea=IDEA, by=speaker(seat), at=AT
            )
        with pytest.raises(Denied):
            actions.propose_entry_point(
                partnership=partnership, seat=seats[0], idea=IDEA, by=speaker(seats[1]), at=AT
            )
        for by in (NOBODY, convener_of(PartnershipFactory())):
            with pytest.raises(Missing):
                actions.propose_entry_point(
                    partnership=partnership, seat=seats[0], idea=IDEA, by=by, at=AT
                )

    def test_nothing_of_another_table(self, table: Any) -> None:
        partnership, seats = table
        with pytest.raises(Denied, match="own partnership"):
            proposed(partnership, outcome=NodeFactory())
        with pytest.raises(Denied, match="own table"):
            actions.propose_entry_point(
                partnership=PartnershipFactory(),
                seat=seats[0],
                idea=IDEA,
                by=speaker(seats[0]),
                at=AT,
            )


class TestRating:
    def test_one_for_each_seat_and_changed_until_it_is_chosen(self, table: Any) -> None:
        partnership, seats = table
        point = proposed(partnership)
        rated(point, seats[2], "1234", "Harm.")
        rated(point, seats[2], "4321", "  ")
        row = EntryRating.objects.get()
        assert (row.points, row.objection) == ((4, 3, 2, 1), "")
        actions.choose_entry_point(
            entry_point=point, because="Now.", by=convener_of(partnership), at=AT
        )
        with pytest.raises(Conflict, match="chosen"):
            rated(point, seats[2], "0000")
        assert EntryRating.objects.get().points == (4, 3, 2, 1)

    @pytest.mark.parametrize("value", [-1, 5, None, "3"])
    def test_points_are_whole_and_between_nothing_and_four(self, table: Any, value: Any) -> None:
        partnership, seats = table
        point = proposed(partnership)
        with pytest.raises(Invalid) as refusal:
            actions.rate(
                entry_point=point,
                seat=seats[0],
                points={**dict.fromkeys(CRITERIA, 2), "acceptable": value},
                objection="",
                by=speaker(seats[0]),
                at=AT,
            )
        assert list(refusal.value.fields) == ["acceptable"]

    def test_not_for_another_seat_nor_at_another_table(self, table: Any) -> None:
        partnership, seats = table
        point = proposed(partnership)
        for seat, by, error in (
            (seats[1], speaker(seats[0]), Denied),
            (seats[1], partner_of(PartnershipFactory()), Missing),
            (other := seated(PartnershipFactory()), speaker(other), Denied),
        ):
            with pytest.raises(error):
                actions.rate(
                    entry_point=point,
                    seat=seat,
                    points=dict.fromkeys(CRITERIA, 2),
                    objection="",
                    by=by,
                    at=AT,
                )
        assert not EntryRating.objects.exists()

    def test_the_log_tells_who_rated_and_not_how(self, table: Any) -> None:
        partnership, seats = table
        rated(proposed(partnership), seats[0], "1234", "A grave word.")
        event = Event.objects.get(kind="aim.entry_point_rated")
        assert event.data == {}
        assert event.organisation == seats[0].organisation_id


class TestBoard:
    def board(self, partnership: Partnership) -> queries.Board:
        return queries.board(convener_of(partnership), partnership, AT)

    def test_nothing_below_three_ratings(self, table: Any) -> None:
        partnership, seats = table
        point = proposed(partnership)
        for seat in seats[:2]:
            rated(point, seat, "4444")
        (found,) = self.board(partnership).proposed
        assert (found.profile.rated, found.profile.marks, found.profile.place) == (2, (), None)
        rated(point, seats[2], "0444")
        (found,) = self.board(partnership).proposed
        assert [mark.low for mark in found.profile.marks] == [0, 4, 4, 4]

    def test_ordered_by_the_weakest_with_ties(self, table: Any) -> None:
        partnership, seats = table
        strong, even, also = (proposed(partnership, statement=name) for name in "ABC")
        for seat in seats[:3]:
            rated(strong, seat, "4044")
            rated(even, seat, "2222")
            rated(also, seat, "2444")
        found = [
            (each.point, each.profile.place, each.profile.tied)
            for each in self.board(partnership).proposed
        ]
        assert found == [(even, 1, True), (also, 1, True), (strong, 3, False)]

    def test_who_left_the_table_counts_no_more_and_two_seats_are_one_voice(
        self, table: Any
    ) -> None:
        partnership, seats = table
        point = proposed(partnership)
        for seat in seats:
            rated(point, seat, "4444", "Harm." if seat == seats[3] else "")
        seated(partnership, seats[2].organisation, Seat.Kind.FUNDER)
        (before,) = self.board(partnership).proposed
        assert (before.profile.rated, len(before.objections)) == (4, 1)
        convene.end_seat(seat=seats[3], reason="Moved on.", by=convener_of(partnership), at=AT)
        board = queries.board(convener_of(partnership), partnership, AT + timedelta(days=1))
        assert (board.proposed[0].profile.rated, board.proposed[0].objections) == (3, ())
        assert board.seats == 3

    def test_a_vacant_seat_is_not_waited_for(self, table: Any) -> None:
        partnership, _seats = table
        seated(partnership, voice="Young parents")
        assert self.board(partnership).seats == 4


class TestGate:
    def test_without_a_constitution_more_than_half(self, table: Any) -> None:
        partnership, seats = table
        point = proposed(partnership)
        bar = queries.bar(partnership, AT)
        assert (bar.enough.rule, bar.reference) == ("half", "")
        for seat in seats[:2]:
            rated(point, seat, "4444")
        assert not self.is_open(point)
        rated(point, seats[2], "4444")
        assert self.is_open(point)
        rated(point, seats[3], "4444", "Harm.")
        assert self.is_open(point)

    def test_the_constitution_in_force_sets_what_is_enough(self, table: Any) -> None:
        partnership, seats = table
        constituted(partnership, DecisionRule("consent", 50, 12))
        point = proposed(partnership)
        bar = queries.bar(partnership, AT)
        assert (bar.enough.rule, bar.enough.quorum, bar.clause > 0) == ("consent", 50, True)
        for seat in seats[:3]:
            rated(point, seat, "4444")
        assert self.is_open(point)
        rated(point, seats[3], "4444", "Harm.")
        assert not self.is_open(point)

    def test_where_one_seat_decides_the_default_holds(self, table: Any) -> None:
        partnership, _seats = table
        constituted(partnership, DecisionRule("lead", 50, 12))
        bar = queries.bar(partnership, AT)
        assert (bar.enough.rule, bar.is_lead) == ("half", True)

    def is_open(self, point: EntryPoint) -> bool:
        found, _bar = queries.candidate(convener_of(point.partnership), point, AT)
        return found.gate.answer.is_open


class TestChoosing:
    def test_against_the_gate_only_with_a_reason_that_is_kept(self, table: Any) -> None:
        partnership, _seats = table
        point, by = proposed(partnership), convener_of(partnership)
        with pytest.raises(Invalid) as refusal:
            actions.choose_entry_point(entry_point=point, because=" ", by=by, at=AT)
        assert list(refusal.value.fields) == ["because"]
        actions.choose_entry_point(entry_point=point, because="Winter is near.", by=by, at=AT)
        point.refresh_from_db()
        assert (point.is_chosen, point.chosen_because) == (True, "Winter is near.")
        assert point.chosen_trace["gate"]["open"] is False

    def test_with_an_open_gate_no_reason_is_kept(self, table: Any) -> None:
        partnership, seats = table
        point = proposed(partnership)
        for seat in seats[:3]:
            rated(point, seat, "4444")
        actions.choose_entry_point(
            entry_point=point, because="Needless.", by=convener_of(partnership), at=AT
        )
        point.refresh_from_db()
        assert (point.chosen_because, point.chosen_trace["gate"]["content"]) == ("", 3)

    def test_another_leaves_the_first_behind_on_record(self, table: Any) -> None:
        partnership, _seats = table
        by = convener_of(partnership)
        first, second, third = (proposed(partnership, statement=name) for name in "ABC")
        for _ in range(2):
            actions.choose_entry_point(entry_point=first, because="x", by=by, at=AT)
        later = AT + timedelta(days=1)
        actions.choose_entry_point(entry_point=second, because="x", by=by, at=later)
        assert list(queries.entry_points(partnership)) == [second, third, first]
        assert queries.chosen_entry_point(partnership) == second
        first.refresh_from_db()
        assert first.left_at == later
        with pytest.raises(Conflict, match="left behind"):
            actions.choose_entry_point(entry_point=first, because="x", by=by, at=later)
        assert Event.objects.filter(kind="aim.entry_point_chosen").count() == 2

    def test_one_whose_review_date_has_passed(self) -> None:
        found = EntryPointFactory(review_date=date(2026, 2, 1))
        with pytest.raises(Conflict, match="review date"):
            actions.choose_entry_point(entry_point=found, by=convener_of(found.partnership), at=AT)

    def test_it_is_chosen_once_however_old_the_page_is(self, table: Any) -> None:
        partnership, _seats = table
        by = convener_of(partnership)
        point = proposed(partnership)
        old = EntryPoint.objects.get(pk=point.pk)
        actions.choose_entry_point(entry_point=point, because="First.", by=by, at=AT)
        with pytest.raises(Conflict, match="just changed"):
            actions.choose_entry_point(entry_point=old, because="Second.", by=by, at=AT)
        assert EntryPoint.objects.get().chosen_because == "First."

    def test_what_was_rated_is_shown_as_it_was_when_it_was_chosen(self, table: Any) -> None:
        """Also of who has left the table since, and of an organisation with two seats once."""
        partnership, seats = table
        point = proposed(partnership)
        second = seated(partnership, seats[2].organisation, Seat.Kind.FUNDER)
        for seat in (*seats, second):
            rated(point, seat, "4444")
        by = convener_of(partnership)
        actions.choose_entry_point(entry_point=point, by=by, at=AT)
        convene.end_seat(seat=seats[3], reason="Moved on.", by=by, at=AT)
        board = queries.board(by, partnership, AT + timedelta(days=1))
        assert board.profiles[point.pk].rated == 4

    def test_only_the_convener(self, table: Any) -> None:
        partnership, seats = table
        point = proposed(partnership)
        with pytest.raises(Denied):
            actions.choose_entry_point(entry_point=point, because="x", by=speaker(seats[2]), at=AT)


class TestReview:
    def review(self, point: EntryPoint, **changes: Any) -> PilotReview:
        given: dict[str, Any] = {
            "came_of_it": "Forty beds.",
            "then": "adapt",
            "next_step": "Evenings instead of mornings.",
            "review_date": date(2026, 9, 1),
            "by": convener_of(point.partnership),
            "at": AT,
        }
        return actions.review_pilot(entry_point=point, **{**given, **changes})

    def test_goes_on_to_the_next_review_or_stops_on_record(self) -> None:
        point = EntryPointFactory(chosen_at=AT)
        self.review(point)
        point.refresh_from_db()
        assert (point.review_date, point.is_chosen) == (date(2026, 9, 1), True)
        self.review(point, then="stop", review_date=date(2027, 1, 1))
        point.refresh_from_db()
        assert (point.left_at, point.reviews.count()) == (AT, 2)
        assert point.reviews.get(then="stop").review_date is None
        with pytest.raises(Conflict):
            self.review(point)

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"came_of_it": " "}, "came_of_it"),
            ({"next_step": ""}, "next_step"),
            ({"then": "wait"}, "then"),
            ({"review_date": None}, "review_date"),
            ({"review_date": AT.date()}, "review_date"),
        ],
    )
    def test_what_is_missing(self, changes: dict[str, Any], field: str) -> None:
        with pytest.raises(Invalid) as refusal:
            self.review(EntryPointFactory(chosen_at=AT), **changes)
        assert list(refusal.value.fields) == [field]

    def test_only_the_convener_and_only_of_what_is_chosen(self) -> None:
        point = EntryPointFactory(chosen_at=AT)
        with pytest.raises(Denied):
            self.review(point, by=partner_of(point.partnership))
        with pytest.raises(Conflict, match="not begun"):
            self.review(EntryPointFactory())


class TestDatabase:
    def refused(self, write: Callable[[], object]) -> None:
        with pytest.raises(DatabaseError), transaction.atomic():
            write()

    def test_entry_points(self) -> None:
        first = EntryPointFactory(chosen_at=AT)
        self.refused(lambda: EntryPointFactory(partnership=first.partnership, chosen_at=AT))
        self.refused(lambda: EntryPointFactory(acceptable=""))
        self.refused(lambda: EntryPointFactory(left_at=AT))
        self.refused(lambda: EntryPointFactory(early_win="Fifty beds."))
        self.refused(lambda: EntryPointFactory(chosen_because="Now."))
        EntryPointFactory(partnership=first.partnership, chosen_at=AT, left_at=AT)

    def test_ratings(self) -> None:
        point = EntryPointFactory()
        seat = point.partnership.seats.get(kind="convener")
        rated(point, seat, "4444")
        points = dict.fromkeys(CRITERIA, 1)
        self.refused(
            lambda: EntryRating.objects.create(entry_point=point, seat=seat, rated_at=AT, **points)
        )
        for value in (5, -1):
            self.refused(lambda value=value: EntryRating.objects.update(actionable=value))

    def test_reviews_are_never_changed(self) -> None:
        point = EntryPointFactory(chosen_at=AT)
        good = {"entry_point": point, "came_of_it": "x", "next_step": "y", "reviewed_at": AT}
        for bad in (
            {"then": "scale"},
            {"then": "wait", "review_date": AT.date()},
            {"then": "stop", "review_date": AT.date()},
            {"then": "stop", "came_of_it": ""},
        ):
            self.refused(lambda bad=bad: PilotReview.objects.create(**{**good, **bad}))
        PilotReview.objects.create(**good, then="stop")
        self.refused(lambda: PilotReview.objects.update(came_of_it="Better."))


# Pages ------------------------------------------------------------------------------------------


def signed_in(organisation: Organisation) -> Client:
    person = PersonFactory()
    affiliated(person, organisation)
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def client_of(seat: Seat) -> Client:
    assert seat.organisation is not None
    return signed_in(seat.organisation)


@pytest.mark.usefixtures("day_of_agreements")
class TestPages:
    def words(self, **given: str) -> dict[str, str]:
        return {
            **{name: getattr(IDEA, name) for name in WORDS},
            "early_win_on": "2026-05-01",
            "review_date": "2026-06-01",
            **given,
        }

    def test_from_proposing_to_what_came_of_it(self, table: Any) -> None:
        partnership, seats = table
        outcome = NodeFactory(partnership=partnership, label="Babies sleep")
        here = reverse("entry_points", args=[partnership.slug])
        client = client_of(seats[2])
        assert "No entry point yet" in client.get(here).content.decode()
        add = reverse("propose_entry_point", args=[partnership.slug])
        assert client.get(add).status_code == 200
        sent = self.words(seat=str(seats[2].pk), outcome=str(outcome.pk))
        assert client.post(add, sent).status_code == 302
        point = EntryPoint.objects.get()
        assert (point.outcome, point.proposed_by) == (outcome, seats[2])
        for seat in seats[:3]:
            url = reverse("rate_entry_point", args=[partnership.slug, point.pk])
            answer = client_of(seat).post(
                url, {"seat": seat.pk, **dict.fromkeys(CRITERIA, "3"), "meaningful": "4"}
            )
            assert answer.status_code == 302
        page = client.get(here).content.decode()
        for said in (
            "Place 1.",
            "Words on acceptable.",
            "cw-chart--intervals",
            "Change your rating",
        ):
            assert said in page
        assert "Begin here" not in page
        runs = client_of(seats[0])
        choose = reverse("choose_entry_point", args=[partnership.slug, point.pk])
        assert "Yes, enough members accept it." in runs.get(choose).content.decode()
        assert runs.post(choose).status_code == 302
        review = reverse("review_entry_point", args=[partnership.slug, point.pk])
        assert runs.get(review).status_code == 200
        bad = runs.post(
            review, {"came_of_it": "Kept words.", "then": "scale", "next_step": "More."}
        )
        assert bad.status_code == 422
        assert "Kept words." in bad.content.decode()
        sent = {"came_of_it": "Fifty beds.", "then": "stop", "next_step": "Rest."}
        assert runs.post(review, sent).status_code == 302
        page = runs.get(here).content.decode()
        assert "Fifty beds." in page and "Chosen before" in page

    def test_against_the_gate_the_page_asks_for_a_reason(self, table: Any) -> None:
        partnership, seats = table
        point = proposed(partnership)
        runs = client_of(seats[0])
        url = reverse("choose_entry_point", args=[partnership.slug, point.pk])
        answer = runs.post(url, {})
        assert answer.status_code == 422
        assert "Say why you begin here all the same" in answer.content.decode()
        assert runs.post(url, {"because": "Winter is near."}).status_code == 302
        page = runs.get(reverse("entry_points", args=[partnership.slug])).content.decode()
        assert "Winter is near." in page and "although not enough" in page

    def test_own_points_are_shown_to_their_seat_alone(self, table: Any) -> None:
        partnership, seats = table
        point = proposed(partnership)
        rated(point, seats[2], "1234", "A grave word.")
        url = reverse("rate_entry_point", args=[partnership.slug, point.pk])
        mine = client_of(seats[2]).get(url).context["form"].initial
        assert (mine["actionable"], mine["objection"]) == (2, "A grave word.")
        assert "actionable" not in client_of(seats[3]).get(url).context["form"].initial
        page = client_of(seats[3]).get(reverse("entry_points", args=[partnership.slug]))
        assert "A grave word." in page.content.decode()
        assert "cw-chart" not in page.content.decode()

    @pytest.mark.parametrize(
        ("given", "says"),
        [
            ({"acceptable": " "}, "who agrees, who has doubts"),
            ({"review_date": "31 February"}, "like 2027-01-31"),
            ({"review_date": "2020-01-01"}, "in the future"),
            ({"early_win_on": "2026-06-02"}, "not after the review"),
            ({"statement": "x" * 301}, "at most 300 characters"),
            ({"seat": ""}, "Choose a seat."),
        ],
    )
    def test_bad_input_loses_nothing(self, table: Any, given: dict[str, str], says: str) -> None:
        partnership, seats = table
        url = reverse("propose_entry_point", args=[partnership.slug])
        answer = client_of(seats[3]).post(url, self.words(**{"seat": str(seats[3].pk), **given}))
        page = answer.content.decode()
        assert answer.status_code == 422
        assert says in page
        assert "Words on meaningful." in page
        assert not EntryPoint.objects.exists()

    def test_the_number_of_queries_does_not_grow(
        self, table: Any, django_assert_max_num_queries: Any
    ) -> None:
        partnership, seats = table
        for _ in range(6):
            point = proposed(partnership)
            for seat in seats:
                rated(point, seat, "1234", "Harm.")
        client = client_of(seats[2])
        with django_assert_max_num_queries(25):
            client.get(reverse("entry_points", args=[partnership.slug]))


def test_the_command_prints_the_order_and_no_rating(
    table: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    partnership, seats = table
    few, many = proposed(partnership, statement="Few"), proposed(partnership, statement="Many")
    rated(few, seats[0], "4444")
    for seat in seats:
        rated(many, seat, "4321", "Harm." if seat == seats[3] else "")
    person = PersonFactory()
    affiliated(person, seats[3].organisation)
    ask = ["entry-points", partnership.slug, "--format", "json", "--as"]
    assert main([*ask, person.email]) == 0
    first, second = json.loads(capsys.readouterr().out)
    assert (first["statement"], first["place"], first["weakest"]) == ("Many", 1, 1.0)
    assert (first["criteria"], first["acceptable"]) == ("provisional", True)
    assert (second["place"], second["weakest"], second["rated"]) == (None, None, 1)
    assert main([*ask, PersonFactory().email]) != 0


class TestDue:
    def test_the_review_is_due_on_the_desk_of_the_table_only(self) -> None:
        point = EntryPointFactory(
            chosen_at=AT, review_date=date(2026, 3, 10), statement="A bed for every baby. "
        )
        EntryPointFactory(partnership=point.partnership)
        person = PersonFactory()
        affiliated(person, convener_organisation(point.partnership))
        by = actor(person)
        (item,) = [item for item in due.items(by, AT) if item.kind.startswith("aim.")]
        assert item.title == "Review the entry point: A bed for every baby"
        assert (item.partnership_id, item.late) == (point.partnership_id, False)
        late = datetime(2026, 3, 12, tzinfo=UTC)
        assert [item.late for item in due.items(by, late) if item.kind.startswith("aim.")] == [True]
        stranger = actor(PersonFactory())
        assert not [item for item in due.items(stranger, AT) if item.kind.startswith("aim.")]

    def test_an_entry_point_is_due_only_while_it_is_chosen(self) -> None:
        found = EntryPointFactory(review_date=date(2026, 3, 1))
        assert not found.is_due(date(2026, 4, 1))
        found.chosen_at = AT
        assert found.is_due(date(2026, 3, 1))
        assert not found.is_due(date(2026, 2, 28))


def test_the_outcome_may_go_and_the_entry_point_stays() -> None:
    point = EntryPointFactory()
    point.outcome = NodeFactory(partnership=point.partnership)
    point.save()
    Node.objects.all().delete()
    point.refresh_from_db()
    assert point.outcome is None
