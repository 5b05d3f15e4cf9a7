"""How power is spread: shares and index by hand, and that unknown is not nothing."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commonweal.compute.convening.balance import spread
from commonweal.compute.convening.characteristics import SIGNS, characteristics
from commonweal.compute.errors import Unusable

held = st.dictionaries(st.sampled_from("abcdefg"), st.integers(0, 50))


def test_by_hand() -> None:
    found = spread({"public": 6, "nonprofit": 3, "private": 3, "university": 0}).answer
    assert found.index == Fraction(3, 8)
    assert found.equal_to == Fraction(8, 3)
    assert found.largest == ("public",)
    assert dict(found.shares)["private"] == Fraction(1, 4)
    assert spread({"b": 1, "a": 1}).answer.largest == ("a", "b")


def test_not_known_and_nothing_differ() -> None:
    assert spread(None).answer.known is False
    nothing = spread({"public": 0}).answer
    assert (nothing.known, nothing.total, nothing.index) == (True, 0, None)
    with pytest.raises(Unusable):
        spread({"public": -1})


@given(held)
def test_it_agrees_with_drawing_two_at_random(holding: dict[str, int]) -> None:
    """The index is how likely two draws (with putting back) hit one sector: every draw is counted."""
    found = spread(holding).answer
    pot = [sector for sector, amount in holding.items() for _each in range(amount)]
    if not pot:
        assert found.index is None
        return
    same = sum(one == two for one in pot for two in pot)
    assert found.index == Fraction(same, len(pot) ** 2)
    assert sum(share for _sector, share in found.shares) == 1
    assert found.equal_to is not None
    assert 1 <= found.equal_to <= len(found.shares)


@given(
    st.dictionaries(
        st.sampled_from([s for v in SIGNS.values() for s in v]),
        st.sampled_from([True, False, None]),
    )
)
def test_each_of_the_five_by_its_sentence(signs: dict[str, bool | None]) -> None:
    for each in characteristics(signs).answer:
        states = [signs.get(sign) for sign in SIGNS[each.key]]
        there, missing = states.count(True), states.count(False)
        if there == len(states):
            assert each.status == "shown"
        elif there:
            assert each.status == "partly"
        else:
            assert each.status == ("not_shown" if missing else "not_known")


def test_a_sign_that_does_not_exist_is_refused() -> None:
    with pytest.raises(Unusable):
        characteristics({"harmony": True})
