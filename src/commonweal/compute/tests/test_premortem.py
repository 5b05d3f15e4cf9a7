"""The premortem: what is told, in which order, and that it does not tell who said it."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from commonweal.compute.convening.premortem import FEWEST, Family, Said, gather

WORDS = ["No money", "no  money", "Nobody decides", "The mayor changes"]
said = st.lists(
    st.builds(
        Said,
        key=st.uuids().map(str),
        seat=st.sampled_from("abcde"),
        family=st.sampled_from(Family),
        words=st.sampled_from(WORDS),
    ),
    max_size=9,
    unique_by=lambda each: each.key,
)


def test_from_fewer_than_three_seats_nothing_is_told() -> None:
    two = [Said(str(n), "ab"[n % 2], Family.PROCESS, f"reason {n}") for n in range(6)]
    assert gather(two, "x").answer == ()
    assert gather(two, "x").trace == {"seats": None, "reasons": 0}
    three = [*two, Said("9", "c", Family.PROCESS, "reason 9")]
    assert len(gather(three, "x").answer) == 7


def test_the_same_said_by_three_stands_first_with_their_number() -> None:
    rows = [Said(seat, seat, Family.PROCESS, WORDS[n % 2]) for n, seat in enumerate("abc")]
    found = gather([Said("z", "a", Family.PROCESS, "Other"), *rows], "x").answer
    assert [(each.words, each.seats) for each in found] == [("No money", 3), ("Other", None)]


@given(said, st.randoms())
def test_neither_order_nor_names_of_seats_show(rows: list[Said], chance: Random) -> None:
    before = gather(rows, "x")
    mixed = list(rows)
    chance.shuffle(mixed)
    names = dict(zip("abcde", chance.sample("vwxyz", 5), strict=True))
    renamed = [replace(each, seat=names[each.seat]) for each in mixed]
    assert gather(renamed, "x") == before


@given(said)
def test_everything_is_told_once_or_nothing(rows: list[Said]) -> None:
    found = gather(rows, "x").answer
    keys = [key for each in found for key in each.keys]
    enough = len({each.seat for each in rows}) >= FEWEST
    assert sorted(keys) == (sorted(each.key for each in rows) if enough else [])
    assert all(each.seats is None or each.seats >= FEWEST for each in found)
