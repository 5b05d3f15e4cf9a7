"""The redline: exact both ways, clauses recognised, nothing shown as changed that is not."""

from __future__ import annotations

from functools import cache
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commonweal.compute.redline.matching import pair_equal, places
from commonweal.compute.redline.passages import Redline, redline
from commonweal.compute.redline.words import (
    DELETED,
    INSERTED,
    KEPT,
    LEAST_KEPT,
    compare,
    likeness,
    tokens,
)

Piece = tuple[str, str]

WORDS = st.lists(st.sampled_from("a no group of fewer than ten five 10 5 is\n shown".split(" ")))
FREE = st.text(st.sampled_from("ab \n\t.é中"), max_size=40)
KINDS = st.sampled_from(["title", "heading", "clause", "item", "prose", ""])
BLOCKS = st.lists(
    st.tuples(
        KINDS, st.one_of(WORDS.map(" ".join), st.sampled_from(["1. Data", "2. Data", "3. Start"]))
    ),
    max_size=9,
)


def between(old: list[Piece], new: list[Piece]) -> Redline:
    return redline(old, new).answer


def longest_common(old: list[str], new: list[str]) -> int:
    """The slow, obvious one: how many words can be kept in order at most."""

    @cache
    def best(i: int, j: int) -> int:
        if i == len(old) or j == len(new):
            return 0
        if old[i].rstrip() == new[j].rstrip():
            return 1 + best(i + 1, j + 1)
        return max(best(i + 1, j), best(i, j + 1))

    return best(0, 0)


@given(st.one_of(FREE, WORDS.map(" ".join)), st.one_of(FREE, WORDS.map(" ".join)))
def test_words_give_both_texts_back_exactly(old: str, new: str) -> None:
    runs = compare(old, new)
    assert "".join(run.text for run in runs if run.kind != INSERTED) == old
    assert "".join(run.text for run in runs if run.kind != DELETED) == new
    assert all(run.text for run in runs)
    assert old != new or {run.kind for run in runs} <= {KEPT}
    assert all(a.kind != b.kind for a, b in pairwise(runs))


@given(WORDS, WORDS)
def test_no_more_is_kept_than_can_be(old: list[str], new: list[str]) -> None:
    before, after = tokens(" ".join(old)), tokens(" ".join(new))
    kept = sum(
        len(tokens(run.text)) for run in compare(" ".join(old), " ".join(new)) if run.kind == KEPT
    )
    assert kept <= longest_common(before, after)
    if (share := likeness(" ".join(old), " ".join(new))) >= LEAST_KEPT and before != after:
        assert share * max(len(before), len(after)) <= longest_common(before, after) + 1e-9


@given(BLOCKS, BLOCKS)
def test_blocks_give_both_texts_back_exactly(old: list[Piece], new: list[Piece]) -> None:
    found = between(old, new)
    assert found.old == old
    assert found.new == new


@given(BLOCKS)
def test_equal_texts_have_no_change(text: list[Piece]) -> None:
    found = between(text, text)
    assert {passage.change for passage in found.passages} <= {"same"}
    assert not any(passage.moved for passage in found.passages)
    assert {part.change for part in found.parts} <= {"same"}


@given(st.lists(st.integers(0, 6), max_size=8), st.lists(st.integers(0, 6), max_size=8))
def test_every_piece_has_one_place_and_few_are_said_to_have_moved(
    old: list[int], new: list[int]
) -> None:
    pairs: dict[int, int] = {}
    pair_equal(old, new, pairs)
    found = places(len(old), len(new), pairs)
    assert sorted(p.was for p in found if p.was is not None) == list(range(len(old)))
    assert [p.now for p in found if p.now is not None] == list(range(len(new)))
    # By trying every choice: no larger part of the pieces kept its order.
    order = [pairs[now] for now in sorted(pairs)]
    best = max(
        bin(chosen).count("1")
        for chosen in range(2 ** len(order))
        if (kept := [v for i, v in enumerate(order) if chosen >> i & 1]) == sorted(kept)
    )
    assert sum(p.moved for p in found) == len(order) - best


OLD: list[Piece] = [
    ("title", "DSA-1 Beds"),
    ("heading", "Clauses"),
    ("clause", "1. Providers"),
    ("", "These organisations provide the data:"),
    ("item", "Aldmoor"),
    ("item", "Baby Basics"),
    ("clause", "2. Smallest group shown"),
    ("", "No result shows a group of fewer than 10 records."),
    ("clause", "3. Expiry"),
    ("", "The last day of use is 31 December 2027."),
    ("clause", "4. Cost"),
    ("prose", "Each party bears its own cost.\nNobody owes another anything."),
]


def said(found: Redline) -> dict[str, tuple[str, int, int]]:
    return {p.heading: (p.change, p.number_was, p.number_now) for p in found.parts if p.clause}


def test_a_number_changed_shows_only_the_number() -> None:
    new = [*OLD[:7], ("", "No result shows a group of fewer than 5 records."), *OLD[8:]]
    found = between(OLD, new)
    changed = [p for p in found.passages if p.change != "same"]
    assert [[(r.kind, r.text) for r in p.runs] for p in changed] == [
        [
            (KEPT, "No result shows a group of fewer than "),
            (DELETED, "10 "),
            (INSERTED, "5 "),
            (KEPT, "records."),
        ]
    ]
    assert said(found)["Smallest group shown"] == ("changed", 2, 2)


def test_a_clause_put_in_between_renumbers_and_changes_nothing_else() -> None:
    new = [*OLD[:6], ("clause", "2. Linkage"), ("", "No."), ("clause", "3. Smallest group shown")]
    new += [OLD[7], ("clause", "4. Expiry"), OLD[9], ("clause", "5. Cost"), OLD[11]]
    found = between(OLD, new)
    assert said(found) == {
        "Providers": ("same", 1, 1),
        "Linkage": ("added", 0, 2),
        "Smallest group shown": ("same", 2, 3),
        "Expiry": ("same", 3, 4),
        "Cost": ("same", 4, 5),
    }
    assert not any(part.moved for part in found.parts)


def test_a_clause_that_moved_says_so_and_is_not_struck_out() -> None:
    new = [*OLD[:2], ("clause", "1. Cost"), OLD[11], ("clause", "2. Providers"), *OLD[3:6]]
    new += [("clause", "3. Smallest group shown"), OLD[7], ("clause", "4. Expiry"), OLD[9]]
    found = between(OLD, new)
    assert {name: change for name, (change, *_n) in said(found).items()} == dict.fromkeys(
        ["Cost", "Providers", "Smallest group shown", "Expiry"], "same"
    )
    assert [part.heading for part in found.parts if part.moved] == ["Cost"]
    assert not [p for p in found.passages if p.change in {"added", "removed"}]


def test_items_are_compared_as_wholes() -> None:
    new = [*OLD[:4], ("item", "Baby Basics"), ("item", "Baldmoor"), *OLD[6:]]
    found = between(OLD, new)
    items = [(p.change, p.old or p.new) for p in found.passages if p.kind == "item"]
    assert sorted(items) == [("added", "Baldmoor"), ("removed", "Aldmoor"), ("same", "Baby Basics")]


def test_a_clause_under_another_heading_is_the_same_clause() -> None:
    new = [*OLD[:10], ("clause", "4. Who pays"), OLD[11]]
    result = redline(OLD, new)
    assert said(result.answer)["Who pays"] == ("changed", 4, 4)
    assert result.trace["parts"][-1]["recognised_by"] == "words"


def test_of_two_clauses_on_data_each_finds_its_own() -> None:
    old = [("clause", "1. Data"), ("", "Of “beds” these fields:"), ("item", "area")]
    more = [("clause", "2. Data"), ("", "Of “visits” these fields:"), ("item", "day")]
    swapped = [("clause", "1. Data"), *more[1:], ("clause", "2. Data"), *old[1:]]
    found = between([*old, *more], swapped)
    assert {part.change for part in found.parts} == {"same"}
    assert sum(part.moved for part in found.parts) == 1


def test_a_sentence_of_other_words_is_shown_whole() -> None:
    old, new = "Results stay with the user.", "Nothing here is shown to anybody at all, ever."
    assert [run.kind for run in compare(old, new)] == [DELETED, INSERTED]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a " * 10_000, "b " * 10_000),
        ("a " * 10_000, "a " * 9_999),
        (" ".join(map(str, range(4_000))), " ".join(map(str, range(4_000, 0, -1)))),
        ("x" * 20_000, "x" * 19_999),
    ],
)
def test_long_texts_take_no_long_time(old: str, new: str) -> None:
    runs = compare(old, new)
    assert "".join(run.text for run in runs if run.kind != DELETED) == new
