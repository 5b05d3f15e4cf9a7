"""What `measure` gives: the row contract, its order, and nothing small."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from commonweal.compute.errors import Unusable
from commonweal.compute.indicators.parse import parse_definitions
from commonweal.compute.measuring import canonical_bytes, measure
from commonweal.compute.tests.indicators_scene import FORMULAS, READS, ROWS, run, table

COUNT = READS + "id: x\nversion: 2\ntitle: X\nkind: count\nslices: [area]\n"
PROPORTION = (
    READS + "id: x\nversion: 1\ntitle: X\nkind: proportion\nnumerator: safe\nslices: [area]\n"
)


def many(**counts):
    """Rows by area: many(north=3) is three rows."""
    return [{"area": area} for area, count in counts.items() for _ in range(count)]


def statuses(rows):
    return {tuple(row.slice.values()): str(row.status) for row in rows}


def test_a_row_has_the_fields_of_the_contract_in_order():
    rows = run(PROPORTION, [{"area": "a", "safe": "yes"}, {"area": None, "safe": "no"}])
    assert [row.tree() for row in rows[:2]] == [
        {
            "indicator": "x",
            "version": 1,
            "period": None,
            "slice": {},
            "value": 0.5,
            "lower": rows[0].lower,
            "upper": rows[0].upper,
            "numerator": 1,
            "denominator": 2,
            "n": 2,
            "status": "ok",
        },
        {
            "indicator": "x",
            "version": 1,
            "period": None,
            "slice": {"area": "a"},
            "value": 1.0,
            "lower": rows[1].lower,
            "upper": 1.0,
            "numerator": 1,
            "denominator": 1,
            "n": 1,
            "status": "ok",
        },
    ]
    assert list(rows[0].tree()) == [
        "indicator", "version", "period", "slice", "value", "lower", "upper", "numerator",
        "denominator", "n", "status",
    ]  # fmt: skip
    assert rows[2].slice == {"area": None}


@pytest.mark.parametrize(
    ("kind", "numbers"),
    [
        ("kind: count", (2, None, 2)),
        ("kind: count\nnumerator: safe", (1, None, 1)),
        ("kind: sum\nvalue: age", (7, None, 2)),
        ("kind: sum\nvalue: score", (2.5, None, 2)),
        ("kind: mean\nvalue: age", (7, 2, 2)),
        ("kind: proportion\nnumerator: safe", (1, 2, 2)),
        ("kind: rate\nnumerator: safe\nperson_time: days", (1, 40, 2)),
        ("kind: rate\nvalue: visits\nperson_time: weight", (5, 0.5, 2)),
    ],
)
def test_numerator_denominator_and_n_of_each_kind(kind, numbers):
    rows = [
        {"age": "3", "score": "1.25", "safe": "yes", "days": "30", "visits": "5", "weight": "0.5"},
        {"age": "4", "score": "1.25", "safe": "no", "days": "10", "visits": "0", "weight": "0"},
    ]
    (row,) = run(READS + f"id: x\nversion: 1\ntitle: X\n{kind}\n", rows)
    assert (row.numerator, row.denominator, row.n) == numbers
    assert (row.lower is None) == kind.startswith(("kind: count", "kind: sum"))


def test_nothing_measured_is_unknown_and_none_is_zero():
    text = (
        READS
        + """
slices: [area]
indicators:
  - {id: safe, version: 1, title: S, kind: proportion, numerator: safe}
  - {id: count, version: 1, title: C, kind: count, numerator: safe}
  - {id: mean, version: 1, title: M, kind: mean, value: score}
  - {id: rate, version: 1, title: R, kind: rate, numerator: safe, person_time: days}
"""
    )
    rows = run(text, [
        {"area": "blank", "days": "0"},
        {"area": "none", "safe": "no", "score": "0", "days": "10"},
    ])  # fmt: skip
    found = {(row.indicator, row.slice.get("area")): (row.value, str(row.status)) for row in rows}
    assert {place[0]: found[place] for place in found if place[1] == "none"} == {
        "safe": (0.0, "ok"),
        "count": (0, "ok"),
        "mean": (0.0, "ok"),
        "rate": (0.0, "ok"),
    }
    assert {found[place] for place in found if place[1] == "blank"} == {(None, "unknown")}


def test_one_value_has_a_mean_and_no_interval():
    (row,) = run(
        READS + "id: x\nversion: 1\ntitle: X\nkind: mean\nvalue: score\n", [{"score": "2"}]
    )
    assert (row.value, row.lower, row.upper, row.n, row.status) == (2.0, None, None, 1, "ok")


def test_rows_are_in_the_documented_order():
    text = (
        READS
        + """
period: {column: seen, grain: month}
slices: [group, [area, group]]
indicators:
  - {id: b, version: 1, title: B, kind: count}
  - {id: a, version: 1, title: A, kind: count}
"""
    )
    rows = run(text, [
        {"area": area, "group": group, "seen": seen}
        for area in (None, "b", "a") for group in ("y", "x") for seen in ("2025-02-01", "2024-12-01")
    ])  # fmt: skip
    places = [(row.indicator, *row.slice.values(), row.period) for row in rows]
    one = [("2024-12",), ("2025-02",), ("x", "2024-12"), ("x", "2025-02"), ("y", "2024-12"),
           ("y", "2025-02")]  # fmt: skip
    crossed = [(a, g, p) for a in ("a", "b", None) for g in "xy" for p in ("2024-12", "2025-02")]
    assert places == [(indicator, *place) for indicator in "ba" for place in (*one, *crossed)]


def test_by_replaces_the_slices_and_reads_other_columns_as_text():
    rows = [{"area": "a", "postcode": "01"}, {"area": "a", "postcode": "1"}]
    answer = run(COUNT, rows, ("area", "postcode"), by=[["postcode"], ["postcode", "area"]])
    assert [dict(row.slice) for row in answer] == [
        {}, {"postcode": "01"}, {"postcode": "1"},
        {"postcode": "01", "area": "a"}, {"postcode": "1", "area": "a"},
    ]  # fmt: skip
    assert [dict(row.slice) for row in run(COUNT, rows, by=[])] == [{}]
    with pytest.raises(Unusable, match='no column "postcode"'):
        run(COUNT, rows, by=[["postcode"]])


@pytest.mark.parametrize("by", [[[]], [["area", "area"]], [["area"]] * 101, [list("abcdefg")]])
def test_slices_that_make_no_sense_are_refused(by):
    with pytest.raises(Unusable, match="slice"):
        run(COUNT, many(a=1), by=by)


def test_the_smallest_cell_is_the_definitions_unless_the_caller_gives_one():
    rows = many(a=3, b=4, c=20, d=30)
    assert "hidden" not in statuses(run(COUNT, rows)).values()
    own = COUNT + "minimum: 4\n"
    assert statuses(run(own, rows))["a",] == "hidden"
    assert "hidden" not in statuses(run(own, rows, minimum=0)).values()
    assert statuses(run(COUNT, rows, minimum=5))["b",] == "hidden"
    with pytest.raises(Unusable, match="cannot be negative"):
        run(COUNT, rows, minimum=-1)


def test_a_hidden_row_has_no_number_and_is_covered():
    rows = run(COUNT, many(a=2, b=50, c=60), minimum=5)
    hidden = [row for row in rows if row.status == "hidden"]
    assert len(hidden) >= 2
    for row in hidden:
        tree = row.tree()
        assert {
            tree[name] for name in ("value", "lower", "upper", "numerator", "denominator", "n")
        } == {None}
    assert rows[0].value == 112


def test_a_small_numerator_or_rest_is_hidden():
    rows = [{"area": a, "safe": s} for a, yes, no in [("a", 2, 60), ("b", 40, 3), ("c", 50, 50),
            ("d", 0, 50)] for s in ["yes"] * yes + ["no"] * no]  # fmt: skip
    found = statuses(run(PROPORTION, rows, minimum=5))
    assert found["a",] == found["b",] == "hidden"


def test_a_filter_that_leaves_out_few_is_not_published_beside_the_whole():
    text = (
        READS
        + """
slices: [area]
indicators:
  - {id: all, version: 1, title: All, kind: count}
  - {id: most, version: 1, title: Most, kind: count, denominator: not (group = 'x')}
"""
    )
    rows = [
        {"area": area, "group": "x" if i < few else "y"}
        for area, few, size in [("a", 1, 40), ("b", 20, 60), ("c", 25, 70)]
        for i in range(size)
    ]
    answer = run(text, rows, minimum=5)
    shown = {(row.indicator, row.slice.get("area")) for row in answer if row.status == "ok"}
    assert not {("all", "a"), ("most", "a")} <= shown
    alone = run(
        text.replace("  - {id: all, version: 1, title: All, kind: count}\n", ""), rows, minimum=5
    )
    assert "hidden" not in statuses(alone).values()


def test_months_beside_their_year_give_no_small_month_away():
    text = (
        READS
        + """
indicators:
  - {id: months, version: 1, title: M, kind: count, period: {column: seen, grain: month}}
  - {id: years, version: 1, title: Y, kind: count, period: {column: seen, grain: year}}
"""
    )
    rows = [
        {"seen": f"2025-{month:02d}-01"}
        for month, n in [(1, 2), (2, 30), (3, 40)]
        for _ in range(n)
    ]
    answer = run(text, rows, minimum=5)
    hidden = [row.period for row in answer if row.status == "hidden"]
    assert "2025-01" in hidden
    assert len(hidden) >= 2
    alone = run(text.replace("  - {id: years", "  # {id: years"), rows, minimum=5)
    assert [row.period for row in alone if row.status == "hidden"] == ["2025-01"]


def test_small_numbers_of_events_are_hidden():
    text = READS + (
        "id: x\nversion: 1\ntitle: X\nkind: rate\nvalue: visits\nperson_time: days\nslices: [area]\n"
    )
    rows = [{"area": a, "visits": v, "days": "10"} for a, v in [("a", "0"), ("b", "2"), ("c", "2")]
            for _ in range(20)] + [{"area": "a", "visits": "3", "days": "1"}]  # fmt: skip
    found = statuses(run(text, rows, minimum=5))
    assert found["a",] == "hidden"
    assert "hidden" not in statuses(run(text, rows, minimum=3)).values()


def test_the_trace_tells_no_small_count():
    text = READS + "id: x\nversion: 1\ntitle: X\nkind: mean\nvalue: score\nslices: [area]\n"
    rows = [{"area": "a", "score": "1"}] * 3 + [{"area": "b", "score": "1"}] * 20
    rows += [{"area": "a", "score": None}] * 2
    trace = measure(parse_definitions(text), table(rows), minimum=5).trace
    (indicator,) = trace["indicators"]
    assert indicator["missing"] is None
    assert indicator["minimum"] == 5
    known = json.dumps({**trace, "run_id": "", "engine": "", "indicators": [
        {**indicator, "definition_hash": ""}]})  # fmt: skip
    assert not {"2", "3", "20"} & set(known.replace(",", " ").replace("}", " ").split())
    assert (
        measure(parse_definitions(text), table(rows), minimum=2).trace["indicators"][0]["missing"]
        == 2
    )


def test_periods_that_are_not_over_are_not_due():
    text = READS + "id: x\nversion: 1\ntitle: X\nkind: count\nperiod: {column: seen, grain: %s}\n"
    rows = [{"seen": "2024-12-05"}, {"seen": "2025-03-05"}, {"seen": "2025-04-01"}]
    for grain, expected in {
        "month": {"2024-12": "ok", "2025-03": "ok", "2025-04": "not_due"},
        "quarter": {"2024-Q4": "ok", "2025-Q1": "ok", "2025-Q2": "not_due"},
        "year": {"2024": "ok", "2025": "not_due"},
    }.items():
        answer = run(text % grain, rows, as_at=date(2025, 3, 31))
        assert {row.period: str(row.status) for row in answer} == expected
        assert all(row.value is None for row in answer if row.status == "not_due")
    assert run(text % "month", rows, as_at=date(2025, 3, 30))[1].status == "not_due"


def test_an_identical_run_has_the_same_id_and_bytes_and_another_has_not():
    rows = many(a=3, b=7)
    first = measure(parse_definitions(COUNT), table(rows))
    again = measure(parse_definitions(COUNT + "# a comment\n"), table(rows))
    assert canonical_bytes(first.answer) == canonical_bytes(again.answer)
    assert first.trace == again.trace
    others = [
        measure(parse_definitions(COUNT.replace("version: 2", "version: 3")), table(rows)),
        measure(parse_definitions(COUNT), table(rows), by=[["group"]]),
        measure(parse_definitions(COUNT), table(rows), minimum=3),
        measure(parse_definitions(COUNT), table(rows), as_at=date(2025, 1, 1)),
    ]
    ids = {first.trace["run_id"], *(other.trace["run_id"] for other in others)}
    assert len(ids) == 5


def test_canonical_bytes_are_json_with_sorted_names():
    content = canonical_bytes(run(COUNT, [{"area": "Łódź"}]))
    assert b" " not in content
    trees = json.loads(content)
    assert [list(tree) for tree in trees] == [sorted(tree) for tree in trees]
    assert "Łódź".encode() in content


def test_definitions_that_contradict_each_other_are_refused():
    one = parse_definitions(COUNT)
    other = parse_definitions(COUNT.replace("title: X", "title: Y"))
    with pytest.raises(Unusable, match="given twice, with different content"):
        measure([*one, *other], table([]))
    with pytest.raises(Unusable, match=r"given twice\."):
        measure([*one, *one], table([]))
    with pytest.raises(Unusable, match="no indicator"):
        measure([], table([]))


def test_negative_events_or_person_time_are_refused():
    text = READS + "id: x\nversion: 1\ntitle: X\nkind: rate\nvalue: visits\nperson_time: days\n"
    for row in ({"visits": "-1", "days": "3"}, {"visits": "1", "days": "-3"}):
        with pytest.raises(Unusable, match="add up to less than zero"):
            run(text, [row])


def test_units_without_a_date_are_protected_like_all_others():
    """Where some indicators have a period without any dated unit, and others have one."""
    base = dict.fromkeys(("visits", "weight", "age", "days"), "0")
    base |= {"child": "a", "group": "x", "area": "north", "safe": "true", "score": "0.00"}
    late = {"seen": "2024-11-01", "weight": None}
    more = [{"score": "999"}, {"score": "999", "age": "2"}, {}, {}, late]
    more.append(late | {"born": "2024-11-01"})
    rows = [base | {"seen": None, "born": None} | each for each in more]
    answer = run(FORMULAS, rows * 3, minimum=5)
    assert all(row.status != "ok" or row.n == 0 or row.n >= 5 for row in answer)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(ROWS, st.integers(2, 6))
def test_nothing_small_is_shown_and_nothing_hidden_follows_by_subtraction(rows, minimum):
    try:
        answer = run(FORMULAS, rows * 3, minimum=minimum)
    except Unusable as refusal:
        # Somebody in two groups of one slice: refused, never protected by halves.
        assert "do not add up" in str(refusal)
        return
    plain = {place(row): row for row in run(FORMULAS, rows * 3)}
    groups = defaultdict(list)
    for row in answer:
        groups[row.indicator, row.period, tuple(row.slice)].append(row)
        if row.status == "ok":
            assert row == plain[place(row)]
            assert row.n == 0 or row.n >= minimum
            if row.indicator in ("safe", "children-safe"):
                assert all(
                    not 0 < side < minimum for side in (row.numerator, row.n - row.numerator)
                )
    for (indicator, period, slice_), shown in groups.items():
        total = groups[indicator, period, ()][0]
        hidden = [row for row in shown if row.status == "hidden"]
        if slice_ and hidden and total.status == "ok":
            rest = total.n - sum(row.n for row in shown if row.status == "ok")
            assert len(hidden) > 1
            assert rest >= minimum or indicator in (
                "safe",
                "children-safe",
                "visit-rate",
                "safe-rate",
            )


def place(row):
    return row.indicator, row.period, tuple(row.slice.items())
