"""Where to begin and the Strategic Triangle: order, gate and gap against slow versions."""

from __future__ import annotations

import json
from fractions import Fraction
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commonweal.compute.convening import entry, triangle
from commonweal.compute.convening.entry import Enough, Rated, enough_by, gate, ordered
from commonweal.compute.convening.spread import points, spread
from commonweal.compute.convening.triangle import BY_KEY, TASKS, Shown, picture
from commonweal.compute.errors import Unusable
from commonweal.compute.tests import convening_reference as slow

POINT = st.integers(0, 4)
RATING = st.tuples(POINT, POINT, POINT, POINT)
PROPOSALS = st.lists(st.lists(RATING, max_size=6), max_size=6).map(
    lambda found: [Rated(str(number), tuple(each)) for number, each in enumerate(found)]
)
RULES = st.sampled_from(["consent", "majority", "two_thirds", "unanimity", "lead", "half"])
STANCES = st.lists(st.sampled_from(["content", "objects", "silent"]), min_size=1, max_size=12)


class TestSpread:
    @given(st.lists(POINT, min_size=3))
    def test_is_the_median_between_the_ends(self, scores: list[int]) -> None:
        found = spread(scores)
        assert found
        assert (found.low, found.high, found.rated) == (min(scores), max(scores), len(scores))
        assert found.middle == Fraction(median(scores))

    @pytest.mark.parametrize("scores", [[], [4], [0, 4]])
    def test_nothing_is_told_below_three(self, scores: list[int]) -> None:
        assert spread(scores) is None

    @pytest.mark.parametrize("score", [-1, 5])
    def test_other_points_are_refused_however_few(self, score: int) -> None:
        with pytest.raises(Unusable, match="from 0 to 4"):
            spread([score])

    @pytest.mark.parametrize(
        ("value", "said"), [(Fraction(0), "0"), (Fraction(4, 3), "1.33"), (Fraction(-5, 2), "-2.5")]
    )
    def test_points(self, value: Fraction, said: str) -> None:
        assert points(value) == said


class TestOrder:
    def test_the_weakest_counts_and_not_the_sum(self) -> None:
        """15 of 16 points with one criterion at nothing stands behind a plain 2, 2, 2, 2."""
        bright = Rated("bright", ((4, 0, 4, 4),) * 3)
        plain = Rated("plain", ((2, 2, 2, 2),) * 3)
        first, second = ordered([bright, plain]).answer
        assert (first.key, second.key, second.weakest_criteria) == (
            "plain",
            "bright",
            ("actionable",),
        )

    @given(PROPOSALS)
    def test_as_the_slow_version_groups_them(self, proposals: list[Rated]) -> None:
        found = ordered(proposals).answer
        groups = slow.groups([(each.key, each.ratings) for each in proposals])
        assert [each.key for each in found] == [key for group in groups for key in group]
        for group in groups[:-1]:
            mine = [each for each in found if each.key in group]
            assert len({each.place for each in mine}) == 1
            assert all(each.tied == (len(group) > 1) for each in mine)
            assert mine[0].place == 1 + [each.key for each in found].index(group[0])
        assert all(
            each.place is None and not each.marks for each in found if each.key in groups[-1]
        )

    @given(PROPOSALS, st.randoms())
    def test_the_order_of_the_seats_changes_nothing(
        self, proposals: list[Rated], dice: object
    ) -> None:
        turned = [
            Rated(each.key, tuple(dice.sample(each.ratings, len(each.ratings))))  # type: ignore[attr-defined]
            for each in proposals
        ]
        assert ordered(turned) == ordered(proposals)

    @given(PROPOSALS)
    def test_the_trace_is_plain_and_holds_no_rating(self, proposals: list[Rated]) -> None:
        trace = ordered(proposals).trace
        assert json.loads(json.dumps(trace)) == trace
        for row in trace["order"]:
            assert (row["marks"] is None) == (row["rated"] < 3)


class TestGate:
    @given(STANCES, RULES, st.integers(1, 100))
    def test_as_the_slow_version(self, stances: list[str], rule: str, quorum: int) -> None:
        found = counted(stances, enough_by(rule, quorum))
        assert found.is_open == slow.is_open(stances, rule, quorum)
        assert found.is_open == (not found.reasons)

    @given(STANCES, RULES, st.integers(1, 100), st.data())
    def test_one_more_objection_never_opens_it(
        self, stances: list[str], rule: str, quorum: int, data: st.DataObject
    ) -> None:
        """Whether who objects now had rated or not."""
        place = data.draw(st.integers(0, len(stances) - 1))
        more = [*stances[:place], "objects", *stances[place + 1 :]]
        enough = enough_by(rule, quorum)
        assert counted(more, enough).is_open <= counted(stances, enough).is_open

    @given(STANCES, RULES, st.integers(1, 100), st.data())
    def test_one_more_without_objection_never_closes_it(
        self, stances: list[str], rule: str, quorum: int, data: st.DataObject
    ) -> None:
        place = data.draw(st.integers(0, len(stances) - 1))
        more = [*stances[:place], "content", *stances[place + 1 :]]
        enough = enough_by(rule, quorum)
        assert counted(more, enough).is_open >= counted(stances, enough).is_open

    def test_silence_opens_nothing(self) -> None:
        for rule in ("consent", "majority", "two_thirds", "unanimity", "half"):
            found = gate(seats=5, content=0, objections=0, enough=Enough(rule, 1)).answer
            assert found.reasons[0] == "too_few"

    def test_says_everything_that_stands_in_the_way(self) -> None:
        found = gate(seats=10, content=2, objections=3, enough=Enough("majority", 60))
        assert found.answer.reasons == ("too_few", "no_majority")
        assert found.answer.needed == 6
        assert found.trace["reasons"] == ["too_few", "no_majority"]

    @pytest.mark.parametrize("counts", [(2, 2, 1), (3, -1, 0)])
    def test_counts_that_do_not_fit(self, counts: tuple[int, int, int]) -> None:
        seats, content, objections = counts
        with pytest.raises(Unusable, match="do not fit"):
            gate(seats=seats, content=content, objections=objections, enough=Enough())


def counted(stances: list[str], enough: Enough) -> entry.Gate:
    return gate(
        seats=len(stances),
        content=stances.count("content"),
        objections=stances.count("objects"),
        enough=enough,
    ).answer


SHOWN = st.fixed_dictionaries(
    {
        task.key: st.tuples(
            st.frozensets(st.sampled_from(task.pieces)), st.lists(POINT, max_size=6).map(tuple)
        )
        for task in TASKS
    }
).map(lambda found: [Shown(key, pieces, scores) for key, (pieces, scores) in found.items()])


class TestTriangle:
    def test_everybody_says_it_stands_and_nothing_shows_it(self) -> None:
        found = picture([Shown("governance", frozenset(), (4, 4, 3))]).answer
        (reading,) = [each for each in found.tasks if each.task.key == "governance"]
        assert (reading.finding, reading.gap) == ("ahead", Fraction(4))
        assert reading.missing == BY_KEY["governance"].pieces
        assert [each.finding for each in found.tasks].count("unrated") == 4

    @pytest.mark.parametrize(
        ("pieces", "scores", "finding"),
        [
            ({"theory", "tested"}, (3, 3, 3), "close"),
            ({"theory", "tested"}, (1, 3, 4), "apart"),
            ({"theory", "tested", "entry_point"}, (2, 2, 3), "behind"),
            ({"theory", "tested", "entry_point"}, (0, 0), "unrated"),
            (set(), (1, 1, 2), "close"),
            (set(), (1, 1, 2, 2), "ahead"),
        ],
    )
    def test_findings(self, pieces: set[str], scores: tuple[int, ...], finding: str) -> None:
        found = picture([Shown("approach", frozenset(pieces), scores)]).answer
        assert found.tasks[2].finding == finding

    @given(SHOWN, st.randoms())
    def test_corners_are_counted_piece_by_piece(self, shown: list[Shown], dice: object) -> None:
        found = picture(shown)
        for corner in found.answer.corners:
            there = [
                piece
                for each in shown
                if BY_KEY[each.task].corner == corner.key
                for piece in each.pieces
            ]
            assert corner.found == len(there)
        assert sum(each.expected for each in found.answer.corners) == sum(
            len(task.pieces) for task in TASKS
        )
        dice.shuffle(shown)  # type: ignore[attr-defined]
        assert picture(shown) == found
        assert json.loads(json.dumps(found.trace)) == found.trace

    @given(SHOWN, st.data())
    def test_one_more_piece_never_empties_a_corner_nor_widens_what_is_claimed(
        self, shown: list[Shown], data: st.DataObject
    ) -> None:
        task = data.draw(st.sampled_from(TASKS))
        piece = data.draw(st.sampled_from(task.pieces))
        more = [
            Shown(each.task, each.pieces | {piece}, each.scores) if each.task == task.key else each
            for each in shown
        ]
        before, after = picture(shown).answer, picture(more).answer
        assert all(b.found <= a.found for b, a in zip(before.corners, after.corners, strict=True))
        for b, a in zip(before.tasks, after.tasks, strict=True):
            assert a.finding != "ahead" or b.finding == "ahead"

    @pytest.mark.parametrize(
        ("shown", "says"),
        [
            ([Shown("money", frozenset())], "no task"),
            ([Shown("people", frozenset({"theory"}))], "no piece"),
            ([Shown("people", frozenset()), Shown("people", frozenset())], "twice"),
        ],
    )
    def test_what_cannot_be_read(self, shown: list[Shown], says: str) -> None:
        with pytest.raises(Unusable, match=says):
            picture(shown)

    def test_every_task_stands_under_a_corner_and_every_corner_has_one(self) -> None:
        assert {task.corner for task in TASKS} == set(triangle.CORNERS)
