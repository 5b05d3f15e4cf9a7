"""The Strategic Triangle: evidence found and added, rounds, owners; nobody's own points are told."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from commonweal.agree.tests.factories import constituted, shared
from commonweal.aim.tests.factories import EdgeFactory, EntryPointFactory, NodeFactory, indicator
from commonweal.aim.triangle import actions, queries
from commonweal.aim.triangle.finding import found
from commonweal.aim.triangle.models import Evidence, Round, TaskOwner, TaskRating
from commonweal.aim.triangle.words import CORNERS, PIECES, TASKS
from commonweal.cli import main
from commonweal.compute.convening import triangle
from commonweal.convene.models import Partnership, Seat
from commonweal.convene.tests.factories import (
    AT,
    OrganisationFactory,
    PartnershipFactory,
    PersonFactory,
    affiliated,
    convener_of,
    convener_organisation,
    member_of,
    partner_of,
    seated,
)
from commonweal.core.errors import Conflict, Denied, Invalid, Missing
from commonweal.core.models import Event
from commonweal.core.scope import NOBODY, Actor

pytestmark = pytest.mark.django_db

LATER = AT + timedelta(days=30)


def speaker(seat: Seat) -> Actor:
    assert seat.organisation is not None
    return member_of(seat.organisation)


def rated(seat: Seat, points: str) -> None:
    actions.rate_tasks(
        partnership=seat.partnership,
        seat=seat,
        points=dict(zip(TASKS, map(int, points), strict=True)),
        by=speaker(seat),
        at=AT,
    )


def shown(seat: Seat, **changes: Any) -> Evidence:
    given = {"task": "people", "words": "A letter.", "url": "", "piece": "", "by": speaker(seat)}
    return actions.add_evidence(
        partnership=seat.partnership, seat=seat, at=AT, **{**given, **changes}
    )


@pytest.fixture
def table() -> tuple[Partnership, list[Seat]]:
    """A convener, a sponsor and two partners: four seats, and a round that is open."""
    partnership = PartnershipFactory(affected="Families")
    partners = [seated(partnership), seated(partnership)]
    kinds = ("convener", "sponsor")
    actions.begin_round(partnership=partnership, by=convener_of(partnership), at=AT)
    return partnership, [*(partnership.seats.get(kind=kind) for kind in kinds), *partners]


def test_everything_has_words() -> None:
    assert set(TASKS) == set(triangle.BY_KEY)
    assert set(CORNERS) == set(triangle.CORNERS)
    assert set(PIECES) == {piece for task in triangle.TASKS for piece in task.pieces}


class TestFinding:
    def test_an_empty_table_has_little_to_show(self) -> None:
        partnership = PartnershipFactory(sponsor=False, affected="")
        assert found(partnership, AT) == {}

    def test_what_is_in_the_installation_is_found(self) -> None:
        partnership = PartnershipFactory()
        seated(partnership, OrganisationFactory(sector="private"))
        seated(partnership, voice="Young parents", person=PersonFactory())
        EdgeFactory(
            source=NodeFactory(partnership=partnership, kind="activity"),
            status="mixed",
            status_because="Two of four.",
            status_at=AT,
        )
        indicator(partnership)
        EntryPointFactory(partnership=partnership, chosen_at=AT)
        constituted(partnership)
        shared(partnership)
        there = found(partnership, AT)
        assert set(there) == {
            *("sponsor", "sectors", "residents", "problem", "outcome", "indicator", "theory"),
            *("entry_point", "constitution", "data", "voices", "tested"),
        }
        assert there["constitution"].words.startswith("CON-1")

    def test_a_vacant_seat_is_no_voice_and_a_draft_no_agreement(self) -> None:
        partnership = PartnershipFactory()
        seated(partnership, voice="Young parents")
        EntryPointFactory(partnership=partnership)
        seated(partnership, voice="Families", person=PersonFactory())
        EdgeFactory(source=NodeFactory(partnership=partnership, kind="activity"))
        there = set(found(partnership, AT))
        assert {"residents", "theory"} <= there
        assert not {"voices", "tested", "entry_point", "constitution"} & there


class TestEvidence:
    def test_stands_for_a_piece_that_is_not_in_here(self, table: Any) -> None:
        partnership, seats = table
        shown(seats[2], task="governance", piece="constitution", words="Signed on paper.")
        shown(seats[2], task="governance", words="Minutes.")
        board = queries.board(speaker(seats[2]), partnership, AT)
        assert board.picture.answer.tasks[3].found == ("constitution",)
        assert len(board.added["governance"]) == 2

    def test_a_piece_counts_once(self, table: Any) -> None:
        partnership, seats = table
        shown(seats[2], piece="sponsor", words="The mayor said so.")
        board = queries.board(speaker(seats[2]), partnership, AT)
        assert board.picture.answer.tasks[0].found == ("sponsor",)

    def test_taken_back_it_stays_on_record_and_fills_nothing(self, table: Any) -> None:
        partnership, seats = table
        row = shown(seats[2], task="governance", piece="memorandum")
        with pytest.raises(Denied):
            actions.take_back_evidence(evidence=row, by=speaker(seats[3]), at=AT)
        actions.take_back_evidence(evidence=row, by=speaker(seats[2]), at=AT)
        board = queries.board(speaker(seats[2]), partnership, AT)
        assert board.picture.answer.tasks[3].found == ()
        assert Evidence.objects.count() == 1

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"words": " "}, "words"),
            ({"words": "x" * 501}, "words"),
            ({"url": "javascript:alert(1)"}, "url"),
            ({"url": "https://example.org/" + "x" * 500}, "url"),
            ({"piece": "constitution"}, "piece"),
        ],
    )
    def test_what_cannot_be_added(self, table: Any, changes: dict[str, str], field: str) -> None:
        with pytest.raises(Invalid) as refusal:
            shown(table[1][2], **changes)
        assert list(refusal.value.fields) == [field]
        assert not Evidence.objects.exists()

    def test_not_for_another_seat_nor_for_a_task_that_is_none(self, table: Any) -> None:
        _partnership, seats = table
        with pytest.raises(Denied):
            shown(seats[2], by=speaker(seats[3]))
        with pytest.raises(Missing):
            shown(seats[2], task="magic")


class TestRounds:
    def test_a_closed_one_keeps_the_picture_of_its_day(self, table: Any) -> None:
        partnership, seats = table
        by = convener_of(partnership)
        for seat in seats[:3]:
            rated(seat, "44444")
        closed = actions.close_round(partnership=partnership, by=by, at=AT)
        constituted(partnership)
        closed.refresh_from_db()
        (then,) = [each for each in closed.picture["tasks"] if each["task"] == "governance"]
        assert (then["found"], then["finding"]) == ([], "ahead")
        board = queries.board(by, partnership, LATER)
        assert board.picture.answer.tasks[3].found == ("constitution",)
        assert (board.last_closed, board.earlier) == (closed, None)
        actions.begin_round(partnership=partnership, by=by, at=LATER)
        board = queries.board(by, partnership, LATER)
        assert (board.rated, board.earlier) == (0, closed)

    def test_one_at_a_time_and_none_is_closed_empty(self, table: Any) -> None:
        partnership, seats = table
        by = convener_of(partnership)
        with pytest.raises(Conflict, match="open already"):
            actions.begin_round(partnership=partnership, by=by, at=AT)
        with pytest.raises(Conflict, match="Nobody has rated"):
            actions.close_round(partnership=partnership, by=by, at=AT)
        rated(seats[0], "44444")
        actions.close_round(partnership=partnership, by=by, at=AT)
        with pytest.raises(Conflict, match="No round"):
            actions.close_round(partnership=partnership, by=by, at=AT)
        with pytest.raises(Conflict, match="No round"):
            rated(seats[0], "44444")
        assert actions.begin_round(partnership=partnership, by=by, at=AT).number == 2

    def test_only_the_convener(self, table: Any) -> None:
        partnership, seats = table
        rated(seats[2], "44444")
        for act in (actions.begin_round, actions.close_round):
            with pytest.raises(Denied):
                act(partnership=partnership, by=speaker(seats[2]), at=AT)
            for by in (NOBODY, convener_of(PartnershipFactory())):
                with pytest.raises(Missing):
                    act(partnership=partnership, by=by, at=AT)


class TestRating:
    def test_one_for_each_seat_and_task_and_nothing_below_three(self, table: Any) -> None:
        partnership, seats = table
        for points in ("01234", "43210"):
            for seat in seats[:2]:
                rated(seat, points)
        board = queries.board(speaker(seats[3]), partnership, AT)
        assert (board.rated, TaskRating.objects.count()) == (2, 10)
        assert all(each.rating is None for each in board.picture.answer.tasks)
        rated(seats[2], "43210")
        board = queries.board(speaker(seats[3]), partnership, AT)
        assert [each.rating.low for each in board.picture.answer.tasks if each.rating] == [
            *(4, 3, 2, 1, 0)
        ]
        assert [seat.pk for seat in board.unrated] == [seats[3].pk]

    @pytest.mark.parametrize("value", [-1, 5, None, "3"])
    def test_whole_points_on_every_task(self, table: Any, value: Any) -> None:
        _partnership, seats = table
        with pytest.raises(Invalid) as refusal:
            actions.rate_tasks(
                partnership=seats[0].partnership,
                seat=seats[0],
                points={**dict.fromkeys(TASKS, 2), "approach": value},
                by=speaker(seats[0]),
                at=AT,
            )
        assert list(refusal.value.fields) == ["approach"]
        assert not TaskRating.objects.exists()

    def test_not_for_another_seat_and_the_log_tells_no_point(self, table: Any) -> None:
        partnership, seats = table
        for by, error in ((speaker(seats[3]), Denied), (partner_of(PartnershipFactory()), Missing)):
            with pytest.raises(error):
                actions.rate_tasks(
                    partnership=partnership,
                    seat=seats[2],
                    points=dict.fromkeys(TASKS, 2),
                    by=by,
                    at=AT,
                )
        rated(seats[2], "01234")
        assert Event.objects.get(kind="aim.triangle_rated").data == {}


class TestOwners:
    def test_an_organisation_takes_it_on_itself_and_the_convener_writes_it_down(
        self, table: Any
    ) -> None:
        partnership, seats = table
        for by in (speaker(seats[2]), convener_of(partnership)):
            actions.name_owner(
                partnership=partnership,
                task="people",
                organisation=seats[2].organisation,
                by=by,
                at=AT,
            )
        with pytest.raises(Denied):
            actions.name_owner(
                partnership=partnership,
                task="people",
                organisation=seats[2].organisation,
                by=speaker(seats[3]),
                at=AT,
            )
        assert TaskOwner.objects.get().organisation == seats[2].organisation

    def test_only_at_the_table_and_only_of_a_task(self, table: Any) -> None:
        partnership, seats = table
        by = convener_of(partnership)
        with pytest.raises(Invalid, match="seat at the table"):
            actions.name_owner(
                partnership=partnership,
                task="people",
                organisation=OrganisationFactory(),
                by=by,
                at=AT,
            )
        with pytest.raises(Missing):
            actions.name_owner(
                partnership=partnership,
                task="magic",
                organisation=seats[2].organisation,
                by=by,
                at=AT,
            )


class TestDatabase:
    def refused(self, write: Callable[[], object]) -> None:
        with pytest.raises(DatabaseError), transaction.atomic():
            write()

    def test_rows(self, table: Any) -> None:
        partnership, seats = table
        rated(seats[0], "44444")
        here = {"partnership": partnership}
        self.refused(lambda: Round.objects.create(**here, number=2, begun_at=AT))
        self.refused(lambda: Round.objects.update(closed_at=AT))
        self.refused(lambda: Round.objects.update(picture={}))
        for bad in ({"points": 5}, {"points": -1}, {"task": "magic"}):
            self.refused(lambda bad=bad: TaskRating.objects.filter(task="people").update(**bad))
        row = {"round": Round.objects.get(), "seat": seats[0], "points": 1, "rated_at": AT}
        self.refused(lambda: TaskRating.objects.create(**row, task="people"))
        owner = {**here, "organisation": seats[0].organisation, "since_at": AT}
        self.refused(lambda: TaskOwner.objects.create(**owner, task="magic"))
        TaskOwner.objects.create(**owner, task="people")
        self.refused(lambda: TaskOwner.objects.create(**owner, task="people"))
        added = {**here, "added_by": seats[0], "added_at": AT}
        self.refused(lambda: Evidence.objects.create(**added, task="people", words=""))
        self.refused(lambda: Evidence.objects.create(**added, task="magic", words="x"))


# Pages ------------------------------------------------------------------------------------------


def client_of(seat: Seat) -> Client:
    person = PersonFactory()
    if seat.organisation:
        affiliated(person, seat.organisation)
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def text(answer: Any) -> str:
    return str(answer.content.decode())


@pytest.mark.usefixtures("day_of_agreements")
class TestPages:
    def at(self, partnership: Partnership, name: str = "triangle", *more: Any) -> str:
        return reverse(name, args=[partnership.slug, *more])

    def test_from_the_first_round_to_the_gap(self) -> None:
        partnership = PartnershipFactory()
        seats = [partnership.seats.get(kind="convener"), *(seated(partnership) for _ in range(3))]
        runs, inside = client_of(seats[0]), client_of(seats[1])
        assert "Begin the first round" in text(runs.get(self.at(partnership)))
        assert "The convener begins" in text(inside.get(self.at(partnership)))
        assert inside.get(self.at(partnership, "rate_triangle")).status_code == 409
        assert inside.post(self.at(partnership, "begin_triangle_round")).status_code == 403
        assert runs.post(self.at(partnership, "begin_triangle_round")).status_code == 302
        for seat in seats:
            answer = client_of(seat).post(
                self.at(partnership, "rate_triangle"),
                {"seat": seat.pk, **dict.fromkeys(TASKS, "3")},
            )
            assert answer.status_code == 302
        page = text(inside.get(self.at(partnership)))
        assert "Everybody who rated says that “" in page
        assert "no constitution is signed by all" in page
        assert "cw-chart--corners" in page and "cw-chart--intervals" in page
        assert "Adapted from De Jong" in page
        assert runs.post(self.at(partnership, "close_triangle_round")).status_code == 302
        page = text(runs.get(self.at(partnership)))
        assert "The thin line: when round 1 was closed" in page and "Begin the next round" in page

    def test_bad_input_is_kept(self, table: Any) -> None:
        partnership, seats = table
        client = client_of(seats[2])
        bad = client.post(
            self.at(partnership, "rate_triangle"), {"seat": seats[2].pk, "people": "4"}
        )
        assert bad.status_code == 422
        assert text(bad).count("Choose from 0 to 4.") >= 4
        url = self.at(partnership, "add_triangle_evidence", "people")
        bad = client.post(url, {"seat": seats[2].pk, "words": "Kept words.", "url": "javascript:x"})
        assert bad.status_code == 422
        assert "Kept words." in text(bad)
        bad = client.post(url, {"seat": seats[2].pk, "words": "Kept.", "piece": "constitution"})
        assert bad.status_code == 422
        assert not Evidence.objects.exists() and not TaskRating.objects.exists()
        assert client.get(self.at(partnership, "triangle_owner", "magic")).status_code == 404

    def test_evidence_and_owner_by_forms(self, table: Any) -> None:
        partnership, seats = table
        client = client_of(seats[2])
        url = self.at(partnership, "add_triangle_evidence", "governance")
        sent = {"seat": seats[2].pk, "words": "<b>Paper</b>", "url": "https://example.org/x"}
        assert client.post(url, {**sent, "piece": "constitution"}).status_code == 302
        owner = self.at(partnership, "triangle_owner", "governance")
        offered = client.get(owner).context["form"].fields["organisation"].queryset
        assert list(offered) == [seats[2].organisation]
        assert client.post(owner, {"organisation": seats[2].organisation_id}).status_code == 302
        page = text(client.get(self.at(partnership)))
        assert "<b>Paper" not in page
        assert "added by hand, see below" in page
        assert "looks after it." in page
        back = self.at(partnership, "take_back_triangle_evidence", Evidence.objects.get().pk)
        assert client_of(seats[3]).post(back).status_code == 403
        assert client.post(back).status_code == 302
        assert "example.org/x" not in text(client.get(self.at(partnership)))

    def test_own_points_are_shown_to_their_seat_alone(self, table: Any) -> None:
        partnership, seats = table
        rated(seats[2], "01234")
        url = self.at(partnership, "rate_triangle")
        assert client_of(seats[2]).get(url).context["form"].initial["resources"] == 4
        assert client_of(seats[3]).get(url).context["form"].initial == {}
        assert "cw-chart--intervals" not in text(client_of(seats[3]).get(self.at(partnership)))

    def test_only_the_table_reads_it(self, table: Any) -> None:
        partnership, _seats = table
        assert client_of(seated(PartnershipFactory())).get(self.at(partnership)).status_code == 404
        theory = reverse("theory", args=[partnership.slug])
        inside = client_of(seated(partnership))
        assert self.at(partnership) in text(inside.get(theory))


def test_the_command_prints_evidence_and_gap(
    table: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    partnership, seats = table
    for seat in seats:
        rated(seat, "22240")
    person = PersonFactory()
    affiliated(person, convener_organisation(partnership))
    ask = ["triangle", partnership.slug, "--format", "json", "--as"]
    assert main([*ask, person.email]) == 1
    rows = {row["task"]: row for row in json.loads(capsys.readouterr().out)}
    assert (rows["governance"]["gap"], rows["governance"]["finding"]) == (4.0, "ahead")
    assert (rows["resources"]["gap"], rows["resources"]["rated"]) == (0.0, 4)
    assert main([*ask, PersonFactory().email]) not in {0, 1}
