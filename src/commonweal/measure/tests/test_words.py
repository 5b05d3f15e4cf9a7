"""What a release says in English for good, a reader understands."""

from __future__ import annotations

import pytest
from django.utils.translation import override

from commonweal.compute.disclosure import audit, protect
from commonweal.measure import words


@pytest.mark.parametrize(
    "stored", [protect.WITHHELD, protect.PINNED, audit.TOO_LARGE, audit.DOUBTFUL]
)
def test_every_reason_for_withholding_a_table_is_translated(stored: str) -> None:
    assert words.reason(stored) == stored
    with override("es"):
        assert words.reason(stored) not in {stored, ""}


def test_a_reason_of_another_release_of_the_software_stays_readable() -> None:
    with override("es"):
        assert words.reason("Something older.") == "Something older."
        assert words.reason("") == ""
