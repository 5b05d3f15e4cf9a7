"""Project STAR by file: the published figures, and every slice against a slow reference."""

from __future__ import annotations

import csv
import math
from fractions import Fraction
from pathlib import Path

import pytest

from commonweal.compute.indicators.files import load
from commonweal.compute.indicators.parse import parse_definitions
from commonweal.compute.measuring import canonical_bytes, measure
from commonweal.compute.tests import indicators_reference as reference

ROOT = Path(__file__).parents[4]
DATA = ROOT.parent / "shared" / "data" / "star" / "star.csv"
DEFINITIONS = parse_definitions((ROOT / "docs/tutorial/star/definition.yaml").read_text("utf-8"))

pytestmark = [
    pytest.mark.real_data,
    pytest.mark.skipif(not DATA.exists(), reason="the STAR data are not beside this checkout"),
]

# Stock and Watson, Introduction to Econometrics, Table 13.1: mean of regular classes (the constant),
# differences of small classes and of regular classes with an aide, and the number of pupils.
TABLE_13_1 = {
    "star-total-k": (918.04, 13.90, 0.31, 5786),
    "star-total-1": (1039.39, 29.78, 11.96, 6379),
    "star-total-2": (1157.81, 19.39, 3.48, 6049),
    "star-total-3": (1228.51, 15.59, -0.29, 5967),
}


@pytest.fixture(scope="module")
def rows():
    return measure(DEFINITIONS, load([DATA])).answer


@pytest.fixture(scope="module")
def pupils():
    with DATA.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def figure(rows, indicator, **slice_):
    (row,) = [row for row in rows if row.indicator == indicator and dict(row.slice) == slice_]
    return row


@pytest.mark.parametrize("indicator", TABLE_13_1)
def test_differences_as_published(rows, indicator):
    regular, small, aide, pupils = TABLE_13_1[indicator]
    column = f"star{indicator[-1]}"
    means = {kind: figure(rows, indicator, **{column: kind}).value
             for kind in ("regular", "small", "regular+aide")}  # fmt: skip
    assert round(means["regular"], 2) == regular
    assert round(means["small"] - means["regular"], 2) == small
    assert round(means["regular+aide"] - means["regular"], 2) == aide
    assert figure(rows, indicator).n == pupils


def test_kindergarten_by_class_type(rows):
    counts = {row.slice["stark"]: row.n for row in rows if "stark" in row.slice}
    assert counts == {"regular": 2005, "small": 1738, "regular+aide": 2043}
    assert rows[0].indicator == "star-total-k"
    assert rows[0].slice == {}


@pytest.mark.parametrize("definition", DEFINITIONS, ids=lambda definition: definition.id)
def test_every_slice_is_the_slow_references(rows, pupils, definition):
    found = {tuple(row.slice.items()): row for row in rows if row.indicator == definition.id}
    year = definition.id[-1]
    assert definition.slices == tuple((f"{c}{year}" if c != "ethnicity" else c,) for c in
                                      ("star", "ethnicity", "lunch", "school"))  # fmt: skip
    groups = {}
    for pupil in pupils:
        if pupil[f"star{year}"]:
            both = pupil[f"read{year}"], pupil[f"math{year}"]
            score = sum(map(Fraction, both)) if all(both) else None
            for place in ((), *(((name, pupil[name] or None),) for (name,) in definition.slices)):
                groups.setdefault(place, []).append(score)
    assert found.keys() == groups.keys()
    for place, scores in groups.items():
        known = [score for score in scores if score is not None]
        row = found[place]
        assert row.period == definition.period.label
        assert row.n == (len(known) or None)
        if known:
            lower, upper = reference.student(known)
            assert row.value == float(sum(known) / len(known))
            assert row.numerator == float(sum(known))
            for limit, expected in ((row.lower, lower), (row.upper, upper)):
                assert limit == expected or math.isclose(limit, expected, rel_tol=1e-12)


def test_the_missing_are_the_pupils_of_the_year_without_both_scores(pupils):
    trace = measure(DEFINITIONS, load([DATA])).trace
    absent = sum(bool(p["stark"]) and not (p["readk"] and p["mathk"]) for p in pupils)
    assert trace["indicators"][0]["missing"] == absent == 539


def test_a_second_run_gives_the_same_bytes(rows):
    assert canonical_bytes(measure(DEFINITIONS, load([DATA])).answer) == canonical_bytes(rows)


def test_small_groups_are_hidden_when_asked():
    rows = measure(DEFINITIONS, load([DATA]), minimum=10).answer
    kept = {
        row.slice.get("ethnicity")
        for row in rows
        if row.indicator == "star-total-k" and "ethnicity" in row.slice and row.status == "ok"
    }
    assert {"cauc", "afam"} <= kept
    assert not kept & {"amindian", "hispanic", "other"}
    assert all(row.n >= 10 for row in rows if row.status == "ok")
