"""Numbers, money and dates as people in the active language write them.

Values stay what they are until here: fractions for shares, integer minor units for money. All
functions are pure given the active language.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton
from babel.numbers import (
    format_compact_currency,
    format_currency,
    format_decimal,
    format_percent,
    get_currency_precision,
    list_currencies,
    parse_decimal,
)
from django.utils.translation import get_language, gettext, to_locale

Number = int | float | Decimal


@cache
def _parsed(language: str) -> Locale:
    # Plain English is written as in the United Kingdom: 22 November 2026.
    name = {"en": "en_GB"}.get(language) or to_locale(language)
    for candidate in (name, name.split("_")[0], "en_GB"):
        try:
            return Locale.parse(candidate)
        except (UnknownLocaleError, ValueError):
            continue
    raise AssertionError("Babel always has en_GB")


def locale() -> Locale:
    """Babel's locale for the active language; British English where Babel has none."""
    return _parsed(get_language() or "en")


def _pattern(decimals: int) -> str:
    return "#,##0" + ("." + "0" * decimals if decimals else "")


def number(value: Number, decimals: int | None = None) -> str:
    """Grouped digits. `decimals` None: as many as the value has, at most three."""
    if decimals is None:
        return str(format_decimal(value, locale=locale()))
    return str(format_decimal(value, format=_pattern(decimals), locale=locale()))


def percent(fraction: Number, decimals: int = 0) -> str:
    """A share of one as a percentage: 0.58 is 58%."""
    return str(format_percent(fraction, format=_percent_pattern(decimals), locale=locale()))


def _percent_pattern(decimals: int) -> str:
    pattern: str = locale().percent_formats[None].pattern
    return pattern.replace("#,##0", _pattern(decimals))


def money(minor: int, currency: str) -> str:
    """The exact amount, from minor units: 220000000 GBP is £2,200,000.00."""
    return str(format_currency(major(minor, currency), currency, locale=locale()))


def money_short(minor: int, currency: str) -> str:
    """The amount rounded to two or three figures: 220000000 GBP is £2.2m."""
    amount = major(minor, currency)
    if abs(amount) < 10_000:
        return str(
            format_currency(
                amount, currency, format="¤#,##0", locale=locale(), currency_digits=False
            )
            if amount == amount.to_integral()
            else format_currency(amount, currency, locale=locale())
        )
    digits = 0 if abs(amount) >= 100_000 and abs(amount) < 1_000_000 else 1
    return str(format_compact_currency(amount, currency, locale=locale(), fraction_digits=digits))


def major(minor: int, currency: str) -> Decimal:
    """Minor units as an exact decimal amount in the currency's own units."""
    return Decimal(minor).scaleb(-get_currency_precision(currency))


def minor(text: str, currency: str) -> int:
    """Minor units of an amount as people write it in the active language: “1,200.50” is 120050.

    Raises ValueError for what is no number, or finer than the currency's smallest unit.
    """
    if any(sign.isalpha() for sign in text):
        # “1e999999999” and “NaN” are numbers to the machine, and no amounts to anybody.
        raise ValueError(text)
    places = get_currency_precision(currency)
    plain = "".join(text.split()).replace("\u00a0", "")
    amount = parse_decimal(plain, locale=locale(), strict=True).scaleb(places)
    if amount != amount.to_integral_value():
        raise ValueError(text)
    return int(amount)


def written(minor_units: int, currency: str) -> str:
    """The amount alone, for a form field: 120050 GBP is “1,200.50”; `minor` reads it back."""
    return number(major(minor_units, currency), get_currency_precision(currency))


def is_currency(code: str) -> bool:
    """Whether this is a currency's ISO code."""
    return code in list_currencies()


def day(value: date) -> str:
    """22 November 2026."""
    return str(format_date(value, format="long", locale=locale()))


def month(value: date) -> str:
    """November 2026."""
    return str(format_skeleton("yMMMM", value, locale=locale()))


@dataclass(frozen=True)
class Unit:
    """How a chart's values are written.

    kind: "number", "percent" (values are fractions of one) or "money" (integer minor units).
    decimals: digits kept after the point; None keeps up to three. suffix: words after a number,
    e.g. "per 1,000 births". currency: ISO code, for money.
    """

    kind: str = "number"
    decimals: int | None = None
    suffix: str = ""
    currency: str = ""

    def write(self, value: Number) -> str:
        """One value with its unit."""
        if self.kind == "percent":
            return percent(value, self.decimals or 0)
        if self.kind == "money":
            return money_short(int(value), self.currency)
        text = number(value, self.decimals)
        return f"{text} {self.suffix}" if self.suffix else text

    def write_exact(self, value: Number) -> str:
        """As `write`, but money to the last cent: for tables."""
        if self.kind == "money":
            return money(int(value), self.currency)
        return self.write(value)

    def write_tick(self, value: Number) -> str:
        """A short form for axes: no suffix."""
        if self.kind == "number":
            return number(value, None)
        return self.write(value)

    def write_range(self, lower: Number, upper: Number) -> str:
        """An interval, the unit said once, e.g. 54 to 62 per cent."""
        low, high = self.write(lower), self.write(upper)
        if self.kind == "percent" and lower >= 0:
            # The sign stands after the number in most languages; then it is said once.
            bare = low.rstrip("%\u00a0\u202f ")
            if high.endswith("%") and low.endswith("%"):
                low = bare
        elif self.kind == "number" and self.suffix:
            low = number(lower, self.decimals)
        joiner = "–" if lower >= 0 else gettext(" to ")
        return f"{low}{joiner}{high}"
