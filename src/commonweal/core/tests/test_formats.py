"""Numbers, money and dates as the language writes them."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from commonweal.core import formats as fmt
from commonweal.core.formats import Unit


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "12,345.5"),
        ("es", "12.345,5"),
        ("fr", "12\u202f345,5"),
        ("not-a-language", "12,345.5"),
    ],
)
def test_numbers_follow_the_language(language: str, said: str) -> None:
    with translation.override(language):
        assert fmt.number(12345.5) == said


@pytest.mark.parametrize(
    ("minor", "currency", "full", "short"),
    [
        (220_000_000, "GBP", "£2,200,000.00", "£2.2M"),
        (999_999, "GBP", "£9,999.99", "£9,999.99"),
        (999_900, "GBP", "£9,999.00", "£9,999"),
        (12_345_678, "GBP", "£123,456.78", "£123K"),
        (1_250_000, "GBP", "£12,500.00", "£12.5K"),
        (0, "GBP", "£0.00", "£0"),
        (-81_000_000, "GBP", "-£810,000.00", "-£810K"),
        (5000, "JPY", "JP¥5,000", "JP¥5,000"),
        (1234, "KWD", "KWD1.234", "KWD1.234"),
    ],
)
def test_money_from_minor_units(minor: int, currency: str, full: str, short: str) -> None:
    with translation.override("en"):
        assert fmt.money(minor, currency) == full
        assert fmt.money_short(minor, currency) == short


@given(st.integers(-(10**15), 10**15))
def test_no_penny_is_lost(minor: int) -> None:
    with translation.override("en"):
        digits = "".join(sign for sign in fmt.money(minor, "GBP") if sign.isdigit())
    assert int(digits) == abs(minor)


def test_dates_as_people_say_them() -> None:
    with translation.override("en"):
        assert fmt.day(date(2026, 11, 22)) == "22 November 2026"
        assert fmt.month(date(2026, 11, 22)) == "November 2026"
    with translation.override("es"):
        assert fmt.day(date(2026, 11, 22)) == "22 de noviembre de 2026"


@pytest.mark.parametrize(
    ("unit", "ends", "said"),
    [
        (Unit("percent"), (0.54, 0.62), "54–62%"),
        (Unit("percent", decimals=1), (0.543, 0.62), "54.3–62.0%"),
        (Unit("percent"), (-0.02, 0.05), "-2% to 5%"),
        (Unit("number", suffix="per 1,000"), (3.2, 4), "3.2–4 per 1,000"),
        (Unit("money", currency="GBP"), (100_000, 250_000), "£1,000–£2,500"),
    ],
)
def test_ranges_say_the_unit_once(unit: Unit, ends: tuple[float, float], said: str) -> None:
    with translation.override("en"):
        assert unit.write_range(*ends) == said


def test_percent_sign_before_the_number_is_kept_on_both_ends() -> None:
    with translation.override("tr"):
        assert Unit("percent").write_range(0.54, 0.62) == "%54–%62"


@given(
    st.integers(1, 10**15),
    st.sampled_from(["GBP", "JPY", "KWD", "EUR"]),
    st.sampled_from(["en", "es", "fr", "ar"]),
)
def test_an_amount_is_read_back_as_it_is_written(minor: int, currency: str, language: str) -> None:
    with translation.override(language):
        assert fmt.minor(fmt.written(minor, currency), currency) == minor


@pytest.mark.parametrize(
    "text", ["", "a lot", "1.999", "NaN", "inf", "1e999999999", "1,2,3", "--1"]
)
def test_what_is_no_amount_is_refused(text: str) -> None:
    with translation.override("en"), pytest.raises(ValueError):
        fmt.minor(text, "GBP")
