"""Confidence limits of proportions, means, rates and differences, as public health uses them.

Every function takes arrays (or what NumPy makes an array of) of one shape and gives a pair of
float64 arrays of that shape, lower and upper; where no interval exists both hold NaN. Method and
reasons: docs/explanation/intervals.md.
"""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike, NDArray

Limits = tuple[NDArray[np.float64], NDArray[np.float64]]

CONFIDENCE = 0.95
EXACT_BELOW = 10
"""Byar's approximation is poor below this many events: the exact Poisson limits are used."""


def wilson(successes: ArrayLike, n: ArrayLike, confidence: float = CONFIDENCE) -> Limits:
    """Wilson score limits of the proportion `successes / n`, between 0 and 1.

    NaN where n is 0. Source: Wilson 1927; Newcombe 1998, method 3.
    """
    x, n_ = _floats(successes, n)
    n_ = np.where(n_ > 0, n_, np.nan)
    z = _z(confidence)
    middle = 2 * x + z**2
    half = z * np.sqrt(z**2 + 4 * x * (1 - x / n_))
    scale = 2 * (n_ + z**2)
    lower = np.where(x == 0, 0.0, (middle - half) / scale)
    upper = np.where(x == n_, 1.0, (middle + half) / scale)
    return np.where(np.isnan(n_), np.nan, lower), np.where(np.isnan(n_), np.nan, upper)


def student(mean: ArrayLike, sd: ArrayLike, n: ArrayLike, confidence: float = CONFIDENCE) -> Limits:
    """Student's t limits of a mean, in the unit of `mean`; `sd` is the sample's (n - 1).

    NaN where n is below 2: one observation says nothing of its own spread.
    """
    # SciPy takes longer to load than most indicators to compute: only where it is needed.
    from scipy import special

    mean_, sd_, n_ = _floats(mean, sd, n)
    n_ = np.where(n_ >= 2, n_, np.nan)
    half = special.stdtrit(n_ - 1, 0.5 + confidence / 2) * sd_ / np.sqrt(n_)
    return mean_ - half, mean_ + half


def events(count: ArrayLike, confidence: float = CONFIDENCE) -> Limits:
    """Limits of an observed number of events: Byar's, exact Poisson below 10 events.

    `count` holds whole numbers from 0. The limits of a rate are these, divided by the person-time.
    Source: Breslow and Day 1987, vol. II; exact limits by the chi-squared link (Garwood 1936), as
    in UKHSA's technical guide for public health indicators.
    """
    (x,) = _floats(count)
    few = x < EXACT_BELOW
    # Each formula sees only counts it is defined for; np.where would evaluate both on all.
    exact_lower, exact_upper = _exact_poisson(np.where(few, x, 0.0), confidence)
    byar_lower, byar_upper = byar(np.where(few, float(EXACT_BELOW), x), confidence)
    return np.where(few, exact_lower, byar_lower), np.where(few, exact_upper, byar_upper)


def byar(count: ArrayLike, confidence: float = CONFIDENCE) -> Limits:
    """Byar's limits of an observed number of events, for counts from 1.

    NaN for a lower limit below 0, which tiny counts at high confidence give.
    """
    (x,) = _floats(count)
    z = _z(confidence)
    lower = x * (1 - 1 / (9 * x) - z / (3 * np.sqrt(x))) ** 3
    more = x + 1
    upper = more * (1 - 1 / (9 * more) + z / (3 * np.sqrt(more))) ** 3
    return np.where(lower < 0, np.nan, lower), upper


def difference(
    one: tuple[ArrayLike, ArrayLike, ArrayLike],
    other: tuple[ArrayLike, ArrayLike, ArrayLike],
    comparisons: int = 1,
) -> Limits:
    """95% limits of `other - one`, each given as (value, lower, upper) with its own 95% limits.

    For independent figures of any kind: each side's distance to its own limit is added in
    quadrature, so the answer follows from what is published. With `comparisons` above 1 the limits
    hold for all of them at once (Bonferroni), taking each distance as normal. Source: Newcombe 1998
    (Statistics in Medicine 17:873), method 10; for other kinds Zou and Donner 2008 (27:1693).
    """
    value_1, lower_1, upper_1 = _floats(*one)
    value_2, lower_2, upper_2 = _floats(*other)
    wider = _z(1 - (1 - CONFIDENCE) / comparisons) / _z(CONFIDENCE)
    gap = value_2 - value_1
    down = wider * np.hypot(value_2 - lower_2, upper_1 - value_1)
    up = wider * np.hypot(upper_2 - value_2, value_1 - lower_1)
    return gap - down, gap + up


def _exact_poisson(x: NDArray[np.float64], confidence: float) -> Limits:
    from scipy import special

    tail = (1 - confidence) / 2
    # chi2.ppf(q, 2k) / 2 is the inverse of the regularised incomplete gamma function.
    lower = np.where(x == 0, 0.0, special.gammaincinv(np.where(x == 0, 1.0, x), tail))
    return lower, special.gammaincinv(x + 1, 1 - tail)


def _z(confidence: float) -> float:
    return NormalDist().inv_cdf(0.5 + confidence / 2)


def _floats(*values: ArrayLike) -> tuple[NDArray[np.float64], ...]:
    return tuple(np.asarray(value, dtype=np.float64) for value in values)
