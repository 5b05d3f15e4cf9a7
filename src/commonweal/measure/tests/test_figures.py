"""How rows are arranged for a reader, and when a change may be called one."""

from __future__ import annotations

from typing import Any

from commonweal.measure.figures import arrange, difference_is_clear


def row(indicator: str = "safe", period: str | None = "2025-Q4", **changes: Any) -> dict[str, Any]:
    base: dict[str, Any] = {
        "indicator": indicator,
        "version": 1,
        "period": period,
        "slice": {},
        "value": 0.5,
        "lower": 0.4,
        "upper": 0.6,
        "numerator": 50,
        "denominator": 100,
        "n": 100,
        "status": "ok",
    }
    return {**base, **changes}


def hidden(**changes: Any) -> dict[str, Any]:
    nothing = dict.fromkeys(("value", "lower", "upper", "numerator", "denominator", "n"))
    return row(status="hidden", **nothing, **changes)


def test_totals_make_the_course_and_slices_are_kept_apart_by_period() -> None:
    rows = [
        row(period="2026-Q1", value=0.6),
        row(),
        row(slice={"pilot": "hub"}),
        hidden(slice={"pilot": None}),
        row(period="2026-Q1", slice={"pilot": "hub"}),
        row("beds", None),
    ]
    safe, beds = arrange(rows)
    assert [total["period"] for total in safe.course] == ["2025-Q4", "2026-Q1"]
    assert safe.latest["value"] == 0.6
    assert safe.earliest is not None and safe.earliest["value"] == 0.5
    (by_pilot,) = safe.slices_of("2025-Q4")
    assert by_pilot.key == "pilot"
    assert [row["status"] for row in by_pilot.rows] == ["ok", "hidden"]
    assert beds.earliest is None


def test_the_newest_period_without_an_answer_does_not_hide_the_last_answer() -> None:
    figure = arrange([row(), hidden(period="2026-Q1")])[0]
    assert figure.latest["period"] == "2025-Q4"
    assert arrange([hidden()])[0].latest["status"] == "hidden"


def test_a_change_is_called_clear_when_its_own_interval_holds_no_zero() -> None:
    # Limits that overlap a little can belong to a clear difference: 0.14 give or take 0.134.
    spring, autumn = row(value=0.5, lower=0.4, upper=0.6), row(value=0.64, lower=0.55, upper=0.73)
    assert difference_is_clear(spring, autumn) is True
    assert difference_is_clear(autumn, spring) is True
    assert difference_is_clear(spring, row(value=0.63, lower=0.54, upper=0.72)) is False
    assert difference_is_clear(row(), hidden()) is None


def test_a_pair_picked_out_of_many_groups_needs_a_wider_gap() -> None:
    low, high = row(value=0.5, lower=0.45, upper=0.55), row(value=0.62, lower=0.56, upper=0.67)
    assert difference_is_clear(low, high) is True
    assert difference_is_clear(low, high, among=4) is True
    assert difference_is_clear(low, high, among=12) is False
