"""The engine against a slow reference, and what must hold for all data."""

from __future__ import annotations

import math
import random

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from commonweal.compute.errors import Unusable
from commonweal.compute.indicators import engine, frame, tables
from commonweal.compute.indicators.database import Limits, database
from commonweal.compute.indicators.parse import parse_definitions
from commonweal.compute.indicators.tables import FrameTable
from commonweal.compute.measuring import canonical_bytes, measure
from commonweal.compute.tests import indicators_reference as reference
from commonweal.compute.tests.indicators_scene import COLUMNS, FORMULAS, READS, ROWS, run, table

DEFINITIONS = parse_definitions(FORMULAS)
SOME = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def as_tuples(definition, rows):
    return {
        (row.period, tuple(row.slice.items())): (
            row.value,
            row.lower,
            row.upper,
            row.numerator,
            row.denominator,
            row.n,
            row.status.value,
        )
        for row in rows
        if row.indicator == definition.id
    }


def same(one, other):
    if one is None or other is None or isinstance(one, str):
        return one == other
    return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-9)


@SOME
@given(ROWS)
def test_every_figure_is_the_slow_references(rows):
    answer = run(FORMULAS, rows)
    for definition in DEFINITIONS:
        found = as_tuples(definition, answer)
        expected = {
            (period, slice_): numbers
            for period, slice_, *numbers in reference.rows_of(definition, definition.slices, rows)
        }
        assert found.keys() == expected.keys()
        for place, numbers in expected.items():
            pairs = list(zip(found[place], numbers, strict=True))
            assert all(same(*pair) for pair in pairs), (definition.id, place, pairs)


@settings(SOME, max_examples=8)
@given(ROWS, st.randoms(use_true_random=False))
def test_order_of_rows_threads_and_batches_change_no_byte(rows, chance):
    before = canonical_bytes(run(FORMULAS, rows))
    shuffled = rows.copy()
    chance.shuffle(shuffled)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tables, "BATCH_ROWS", 3)
        patch.setattr(frame, "MAX_GROUPS", 4)
        patch.setattr(frame, "MAX_PROFILES", 2)
        after = canonical_bytes(run(FORMULAS, shuffled, limits=Limits(400, 2)))
    assert after == before


@SOME
@given(ROWS, ROWS)
def test_rows_that_no_filter_selects_change_nothing(rows, more):
    text = (
        FORMULAS.replace("indicators:", "denominator: group = 'x'\nindicators:")
        .replace("    denominator:", "    description:")
        .replace(", denominator: age < 5", "")
        .replace(", denominator: weight != 0.5", "")
    )
    assert all(d.denominator is not None for d in parse_definitions(text))
    others = [{**row, "group": "y", "area": f"new {i}"} for i, row in enumerate(more)]
    assert canonical_bytes(run(text, rows)) == canonical_bytes(run(text, rows + others))


@SOME
@given(ROWS)
def test_slices_of_an_additive_indicator_add_up_to_the_total(rows):
    text = (
        READS
        + """
indicators:
  - {id: rows, version: 1, title: Rows, kind: count}
  - {id: score, version: 1, title: Score, kind: sum, value: score}
"""
    )
    answer = run(text, rows, by=[["area"], ["area", "group"], ["age"], ["child"]])
    for indicator in ("rows", "score"):
        sums: dict[tuple[str, ...], float] = {}
        for row in answer:
            if row.indicator == indicator:
                sums.setdefault(tuple(row.slice), 0)
                sums[tuple(row.slice)] += row.value or 0
        assert all(math.isclose(total, sums[()], abs_tol=1e-9) for total in sums.values())


def one(text, rows, columns=COLUMNS, **how):
    (row,) = [row for row in run(READS + text, rows, columns, **how) if not row.slice]
    return row


def test_half_is_not_zero_and_a_division_by_zero_is_missing():
    rows = [{"score": "1", "weight": "2"}, {"score": "7", "weight": "0"}]
    row = one(
        "{id: x, version: 1, title: X, kind: mean, value: score / weight}"[1:-1].replace(
            ", ", "\n"
        ),
        rows,
    )
    assert (row.value, row.n) == (0.5, 1)


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("score / 3", 0.333333),
        ("-score / 3", -0.333333),
        ("(score + 1) / 3", 0.666667),
        ("0.0000005 * score / 1", 0.000001),
        ("-0.0000005 * score / 1", -0.000001),
        ("score - 0.1 - 0.2 - 0.7", 0.0),
        ("days(date('2024-02-28'), date('2024-03-01'))", 2),
        ("days(date('2025-03-01'), date('2025-02-28'))", -1),
    ],
)
def test_numbers_are_decimal_and_quotients_round_half_away_from_zero(formula, value):
    row = one(f"id: x\nversion: 1\ntitle: X\nkind: sum\nvalue: {formula}\n", [{"score": "1"}])
    assert row.value == value


def test_a_blank_is_not_a_zero():
    rows = [{"score": "0"}, {"score": None}, {"score": " "}, {"score": "999"}, {"score": "4"}]
    row = one("id: x\nversion: 1\ntitle: X\nkind: mean\nvalue: score\n", rows)
    assert (row.value, row.n) == (2.0, 2)


def test_sums_are_exact_where_floating_point_is_not():
    rows = [{"score": "0.1"}] * 10 + [{"score": "1000000000000.01"}, {"score": "-1000000000000.01"}]
    row = one("id: x\nversion: 1\ntitle: X\nkind: sum\nvalue: score\n", rows)
    assert row.value == 1.0


def test_sums_wider_than_64_bits_are_exact():
    text = "id: x\nversion: 1\ntitle: X\nkind: mean\nvalue: 1000 * score\n"
    rows = [{"score": "9000000000000.01"}, {"score": "9000000000000.03"}] * 3
    row = one(text, rows)
    assert row.value == 9000000000000020.0
    # Deviations of 10 each, which squares as floating-point numbers (8e31) cannot tell.
    half = reference.stats.t.isf(0.025, 5) * math.sqrt(6 * 10**2 / 5 / 6)
    assert (row.upper - row.lower) / 2 == pytest.approx(half, abs=1)


def test_sums_too_large_to_be_exact_are_refused():
    text = "id: x\nversion: 1\ntitle: X\nkind: sum\nvalue: score * score * score * score\n"
    with pytest.raises(Unusable, match="too large to be computed exactly"):
        one(text, [{"score": "9000000000000000"}])


def test_a_unit_whose_rows_disagree_on_an_attribute_is_of_unknown_attribute():
    rows = [
        {"child": "a", "area": "north"},
        {"child": "a", "area": "south"},
        {"child": "b", "area": "north"},
        {"child": "b", "area": None},
        {"child": None, "area": "north"},
    ]
    text = (
        READS
        + "id: x\nversion: 1\ntitle: X\nkind: count\nunit: {distinct: child}\nslices: [area]\n"
    )
    result = measure(parse_definitions(text), table(rows))
    counts = {tuple(row.slice.values()): row.value for row in result.answer}
    assert counts == {(): 2, ("north",): 1, (None,): 1}
    assert result.trace["indicators"][0]["missing"] == 1


def test_a_unit_is_counted_once_in_each_period():
    rows = [{"child": "a", "seen": f"2025-0{month}-0{day}"} for month in (1, 2) for day in (1, 2)]
    text = READS + (
        "id: x\nversion: 1\ntitle: X\nkind: count\nunit: {distinct: child}\n"
        "period: {column: seen, grain: month}\n"
    )
    assert [(row.period, row.value) for row in run(text, rows)] == [("2025-01", 1), ("2025-02", 1)]


@pytest.mark.parametrize(
    ("grain", "labels"),
    [
        ("month", ["2024-12", "2025-01", "2025-12"]),
        ("quarter", ["2024-Q4", "2025-Q1", "2025-Q4"]),
        ("year", ["2024", "2025"]),
        ("whole", ["whole"]),
    ],
)
def test_periods_by_grain(grain, labels):
    rows = [{"seen": day} for day in ("2025-12-31", "2024-12-31", "2025-01-01", None)]
    text = (
        READS
        + f"id: x\nversion: 1\ntitle: X\nkind: count\nperiod: {{column: seen, grain: {grain}}}\n"
    )
    result = measure(parse_definitions(text), table(rows))
    assert [row.period for row in result.answer] == labels
    assert sum(row.value for row in result.answer) == 3
    assert result.trace["indicators"][0]["missing"] == 1


def test_slices_by_number_date_and_truth_are_labelled_as_people_write_them():
    rows = [
        {"age": "10", "score": "1.50", "born": "2025-02-01", "safe": "YES"},
        {"age": "9", "score": "-0.05", "born": "2024-12-31", "safe": "0"},
        {"age": "9.0", "score": "2", "born": None, "safe": None},
    ]
    by = [["age"], ["score"], ["born"], ["safe"]]
    answer = run(READS + "id: x\nversion: 1\ntitle: X\nkind: count\n", rows, by=by)
    found = {name: [row.slice[name] for row in answer if name in row.slice] for (name,) in by}
    assert found == {
        "age": ["9", "10"],
        "score": ["-0.05", "1.5", "2"],
        "born": ["2024-12-31", "2025-02-01", None],
        "safe": ["false", "true", None],
    }


def test_one_column_read_in_two_ways():
    text = """
indicators:
  - {id: a, version: 1, title: A, kind: sum, value: code, reads: {code: integer}}
  - {id: b, version: 1, title: B, kind: count, denominator: code = '07', reads: {code: text}}
"""
    answer = run(text, [{"code": "07"}, {"code": "7"}], ("code",))
    assert [row.value for row in answer] == [14, 1]


def test_texts_are_compared_across_columns():
    text = READS + "id: x\nversion: 1\ntitle: X\nkind: count\ndenominator: area = group\n"
    assert run(text, [{"area": "x", "group": " x "}, {"area": "y", "group": "x"}])[0].value == 1


def test_more_indicators_and_slices_than_fit_one_statement():
    chance = random.Random(5)
    rows = [{f"c{i}": chance.choice("abc") for i in range(70)} for _ in range(50)]
    names = tuple(f"c{i}" for i in range(70))
    text = (
        "reads: {"
        + ", ".join(f"{name}: text" for name in names)
        + "}\nindicators:\n"
        + "".join(
            f"  - {{id: i{i}, version: 1, title: I, kind: proportion, numerator: {name} = 'a'}}\n"
            for i, name in enumerate(names[::3])
        )
    )
    answer = run(text, rows, names, by=[[name] for name in names])
    for row in answer:
        number = int(row.indicator[1:])
        chosen = [r for r in rows if all(r[name] == value for name, value in row.slice.items())]
        assert (row.numerator, row.n) == (
            sum(r[f"c{3 * number}"] == "a" for r in chosen),
            len(chosen),
        )
    assert len(answer) == 24 * (1 + 70 * 3)


def test_the_database_reaches_nothing_and_stays_locked(tmp_path):
    secret = tmp_path / "secret.csv"
    secret.write_text("a\n1\n")
    rows = pl.DataFrame({"a": [1]})
    with database(Limits(200, 1)) as connection:
        for statement in (
            f"SELECT * FROM read_csv('{secret}')",
            f"SELECT * FROM '{secret}'",
            f"COPY (SELECT 1) TO '{tmp_path / 'out.csv'}'",
            f"ATTACH '{tmp_path / 'other.db'}'",
            "INSTALL httpfs",
            "LOAD httpfs",
            "SET enable_external_access = true",
            "SET memory_limit = '100GB'",
            "SET temp_directory = '/tmp'",
            "SELECT * FROM rows",
        ):
            with pytest.raises(engine.duckdb.Error):
                connection.execute(statement)
    assert rows.height == 1
    assert not (tmp_path / "out.csv").exists()


def test_too_little_memory_is_refused_and_nothing_is_spilled(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    keys = pl.Series(range(400_000)).cast(pl.String) + " a rather long key to fill the memory"
    big = FrameTable(pl.DataFrame({"child": keys}), "x")
    text = (
        "id: x\nversion: 1\ntitle: X\nkind: count\nunit: {distinct: child}\nreads: {child: text}\n"
    )
    with pytest.raises(Unusable, match="more than the 20 MB of memory"):
        measure(parse_definitions(text), big, limits=Limits(20, 1))
    assert list(tmp_path.iterdir()) == []


def test_too_many_cells_are_refused(monkeypatch):
    monkeypatch.setattr(engine, "MAX_CELLS", 3)
    rows = [{"age": str(age)} for age in range(4)]
    with pytest.raises(Unusable, match="more than 3 cells"):
        run(READS + "id: x\nversion: 1\ntitle: X\nkind: count\nslices: [age]\n", rows)


def test_an_absent_column_is_named_with_those_present():
    with pytest.raises(Unusable, match='no column "score"') as caught:
        run(READS + "id: x\nversion: 1\ntitle: X\nkind: mean\nvalue: score\n", [], ("age", "area"))
    assert "age, area" in caught.value.mend
