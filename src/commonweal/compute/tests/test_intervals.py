"""Limits against published figures and against slow references."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commonweal.compute import intervals
from commonweal.compute.tests import indicators_reference as reference

# Golden figures: ukhsa-collaboration/PHEindicatormethods, tests/testthat, the expected results in
# testdata_Byars_Wilson.xlsx, testdata_Rate.xlsx, testdata_Proportion.xlsx and testdata_Mean.xlsx.
BYAR = [
    (65, 0.95, 50.163187710459454, 82.84913854593984),
    (1045, 0.95, 982.5932018073325, 1110.33121298565),
    (1, 0.95, 0.01307213290150435, 5.5637555824752605),
    (65, 0.998, 42.8802614714802, 94.00029084431802),
    (1045, 0.998, 947.9407035610374, 1148.806160988033),
    (10, 0.998, 2.916318374695686, 24.193724927880535),
    (1, 0.998, None, 9.362180217908362),
]
WILSON = [
    (65, 100, 0.95, 0.5525444329688797, 0.7363575175690247),
    (1045, 5000, 0.95, 0.19795549880013297, 0.22049130373189027),
    (0.445, 1, 0.95, 0.04381744772058822, 0.9334621276979156),
    (65, 100, 0.998, 0.4954946574070431, 0.7783540614089697),
    (1045, 5000, 0.998, 0.19179381799015244, 0.22731562902525818),
    (0.445, 1, 0.998, 0.019347006132900975, 0.9702259947019541),
    (1, 100, 0.95, 0.0017674320641406511, 0.054486196178705294),
    (5, 100, 0.95, 0.02154367915436798, 0.11175046923191911),
    (9856, 12345, 0.95, 0.7912101752909069, 0.8053640073614909),
    (7776456, 7564336677, 0.95, 0.0010273201001641094, 0.0010287644578977231),
    (222, 3215, 0.998, 0.05647101964624248, 0.08418414185270134),
    (999, 3456, 0.998, 0.26583995768074953, 0.3134475449279985),
]
RATES_PER_100 = [
    (1, 100, 0.95, 0.025317807984289897, 5.571643390938898),
    (1, 100, 0.998, 0.0010005003335835344, 9.233413476451585),
    (5, 100, 0.95, 1.62348639011842, 11.668332079322669),
    (5, 100, 0.998, 0.739371731917839, 16.454745203680105),
    (20, 100, 0.95, 12.211428834875937, 30.889880369197066),
    (65, 100, 0.998, 42.8802614714802, 94.00029084431802),
    (9856, 12345, 0.95, 78.26949058976757, 81.4300165427214),
    (7776456, 7564336677, 0.95, 0.10273196005302074, 0.10287648334092832),
    (222, 3215, 0.95, 6.026574877652675, 7.87572937087185),
    (999, 3456, 0.998, 26.162147596445767, 31.845604819822654),
]
AREA_1 = [33.09375, 48.38596, 64.83495, 67.98475, 22.93556, 71.23587, 38.78465, 82.37927]


@pytest.mark.parametrize(("events", "confidence", "lower", "upper"), BYAR)
def test_byar_as_published(events, confidence, lower, upper):
    found_lower, found_upper = intervals.byar(events, confidence)
    assert (
        math.isnan(found_lower) if lower is None else found_lower == pytest.approx(lower, rel=1e-13)
    )
    assert found_upper == pytest.approx(upper, rel=1e-13)


@pytest.mark.parametrize(("x", "n", "confidence", "lower", "upper"), WILSON)
def test_wilson_as_published(x, n, confidence, lower, upper):
    found = intervals.wilson(x, n, confidence)
    assert [float(limit) for limit in found] == pytest.approx([lower, upper], rel=1e-12)


@pytest.mark.parametrize(("events", "time", "confidence", "lower", "upper"), RATES_PER_100)
def test_rates_as_published(events, time, confidence, lower, upper):
    found = [float(limit) * 100 / time for limit in intervals.events(events, confidence)]
    assert found == pytest.approx([lower, upper], rel=1e-12)


@pytest.mark.parametrize(
    ("confidence", "lower", "upper"),
    [(0.95, 36.168325241336504, 71.24036475866352), (0.998, 18.216705294788838, 89.19198470521118)],
)
def test_student_as_published(confidence, lower, upper):
    mean, sd = 53.70434500000001, 20.97557525770931
    found = intervals.student(mean, sd, len(AREA_1), confidence)
    assert [float(limit) for limit in found] == pytest.approx([lower, upper], rel=1e-12)
    assert np.mean(AREA_1) == pytest.approx(mean)


# Newcombe 1998, Statistics in Medicine 17:873-890, table II, method 10.
DIFFERENCES = [
    ((56, 70), (48, 80), 0.0524, 0.3339),
    ((9, 10), (3, 10), 0.1705, 0.8090),
    ((10, 10), (0, 10), 0.6075, 1.0000),
    ((5, 56), (0, 29), -0.0381, 0.1926),
]


@pytest.mark.parametrize(("high", "low", "lower", "upper"), DIFFERENCES)
def test_differences_as_published(high, low, lower, upper):
    high_figure, low_figure = ((x / n, *map(float, intervals.wilson(x, n))) for x, n in (high, low))
    found = [float(limit) for limit in intervals.difference(low_figure, high_figure)]
    assert found == pytest.approx([lower, upper], abs=5e-5)
    turned = [float(limit) for limit in intervals.difference(high_figure, low_figure)]
    assert turned == pytest.approx([-upper, -lower], abs=5e-5)


def test_a_difference_of_no_difference_is_called_so_in_19_of_20_trials():
    random = np.random.default_rng(11)
    groups, people, share = 5, 150, 0.7
    clear_pair = clear_any = 0
    for _ in range(2000):
        x = random.binomial(people, share, groups)
        lower, upper = intervals.wilson(x, people)
        figures = list(zip(x / people, lower, upper, strict=True))
        low, high = min(figures, key=lambda f: f[0]), max(figures, key=lambda f: f[0])
        pair_low, pair_high = intervals.difference(figures[0], figures[1])
        clear_pair += bool(pair_low > 0 or pair_high < 0)
        clear_any += bool(intervals.difference(low, high, comparisons=10)[0] > 0)
    assert 60 <= clear_pair <= 140  # 100 expected
    assert clear_any <= 100


@settings(deadline=None)
@given(st.integers(1, 10**7).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_is_where_the_score_test_turns(counts):
    found = [float(limit) for limit in intervals.wilson(*counts)]
    assert found == pytest.approx(reference.wilson(*counts), rel=1e-7, abs=1e-12)
    assert 0 <= found[0] <= counts[0] / counts[1] <= found[1] <= 1


@settings(deadline=None)
@given(st.integers(0, 10**6))
def test_events_as_the_slow_reference(count):
    found = [float(limit) for limit in intervals.events(count)]
    assert found == pytest.approx(reference.poisson(count), rel=1e-9)
    assert found[0] <= count < found[1]


@pytest.mark.parametrize("count", range(10))
def test_exact_limits_leave_a_fortieth_in_each_tail(count):
    lower, upper = (float(limit) for limit in intervals.events(count))

    def at_most(mean: float, most: int) -> float:
        return sum(math.exp(-mean) * mean**k / math.factorial(k) for k in range(most + 1))

    assert at_most(upper, count) == pytest.approx(0.025)
    assert lower == 0 if count == 0 else 1 - at_most(lower, count - 1) == pytest.approx(0.025)


def test_the_ends_are_exact_and_nothing_gives_nothing():
    lower, upper = intervals.wilson([0, 7, 0], [7, 7, 0])
    assert (lower[0], upper[1]) == (0.0, 1.0)
    assert np.isnan([lower[2], upper[2]]).all()
    assert np.isnan(intervals.student([5.0, 5.0], [math.nan, math.nan], [0, 1])).all()


def test_arrays_give_what_single_values_give():
    counts = [0, 1, 9, 10, 11, 5000]
    together = intervals.events(counts)
    one_by_one = [intervals.events(count) for count in counts]
    assert together[0].tolist() == [float(lower) for lower, _ in one_by_one]
    assert together[1].tolist() == [float(upper) for _, upper in one_by_one]
