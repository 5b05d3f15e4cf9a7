"""Codes: read back however they are typed; a mistake is told from a code that is not known."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commonweal.compute.codes import DIGITS, code, read
from commonweal.compute.errors import Unusable

SECRETS = st.binary(min_size=7, max_size=32)


@given(SECRETS)
def test_is_read_as_it_is_written_and_as_people_type_it(secret: bytes) -> None:
    written = code(secret)
    assert read(written) == written
    assert read(written.lower().replace("-", " ")) == written
    assert read(written.replace("-", "–").replace("0", "O").replace("1", "l")) == written
    assert read(written.removeprefix("CW-")) == written


@given(SECRETS, st.integers(0, 11), st.sampled_from(DIGITS))
def test_every_single_wrong_character_is_told(secret: bytes, place: int, other: str) -> None:
    bare = code(secret).removeprefix("CW-").replace("-", "")
    typed = bare[:place] + other + bare[place + 1 :]
    if typed == bare:
        return
    with pytest.raises(Unusable, match="mistake"):
        read(f"CW{typed}")


@given(SECRETS, st.integers(0, 10))
def test_neighbours_swapped_are_told_but_for_the_first_and_last_digit(
    secret: bytes, place: int
) -> None:
    bare = code(secret).removeprefix("CW-").replace("-", "")
    pair = bare[place : place + 2]
    if len(set(pair)) == 1 or set(pair) == {"0", "Z"}:
        return
    with pytest.raises(Unusable, match="mistake"):
        read(f"CW{bare[:place]}{pair[::-1]}{bare[place + 2 :]}")


def test_fifty_five_bits_count() -> None:
    assert code(bytes(7)) == "CW-0000-0000-0000"
    assert code(b"\0" * 6 + b"\1") == code(bytes(7))
    assert code(b"\0" * 6 + b"\2") != code(bytes(7))
    with pytest.raises(ValueError, match="55"):
        code(b"short")


@pytest.mark.parametrize("typed", ["", "CW", "CW-7F3K", "CW-7F3K-9Q2M-0XTPP", "CW-7F3K-9Q2M-0XTU"])
def test_says_what_a_code_looks_like(typed: str) -> None:
    with pytest.raises(Unusable, match="not a verification code"):
        read(typed)


@given(st.text(max_size=30))
def test_no_text_breaks_it(typed: str) -> None:
    with suppress(Unusable):
        assert read(typed).startswith("CW-")
