"""Spanish as it is written: months and quarters begin with a small letter, in mid-sentence most."""

from __future__ import annotations

import pytest
from django.utils.translation import override

from commonweal.measure.presentation import period_words

PERIODS = [f"2026-Q{n}" for n in range(1, 5)] + [f"2026-{n:02d}" for n in range(1, 13)]


@pytest.mark.parametrize("period", PERIODS)
def test_a_month_begins_with_a_small_letter(period: str) -> None:
    with override("en"):
        english = period_words(period)
    with override("es"):
        words = period_words(period)
    assert words == words.lower() != english.lower()
