"""Definition files: what they hold, their hash, and refusals that name the place."""

from __future__ import annotations

import re
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commonweal.compute.errors import Unusable
from commonweal.compute.indicators import parse
from commonweal.compute.indicators.definition import Grain, IndicatorKind, Polarity, definition_hash
from commonweal.compute.indicators.parse import parse_definitions
from commonweal.compute.indicators.yamltext import read_tree
from commonweal.compute.measuring import Status, measure
from commonweal.compute.tests.indicators_scene import FORMULAS, table

COUNT = "{id: x, version: 1, title: X, kind: count}"

FULL = """
id: safe-sleep
version: 3
title: Babies who sleep safely
description: At the visit nearest to six weeks.
kind: proportion
unit: {distinct: baby}
reads:
  baby: text
  seen: date
  weeks: integer
  bed: {type: text, missing: [unknown, 99]}
  area: text
denominator: weeks between 5 and 8
numerator: bed = 'own'
period: {column: seen, grain: month}
slices: [area, [area, bed]]
polarity: higher
minimum: 10
"""


def definition(text=FULL):
    (found,) = parse_definitions(text)
    return found


def test_every_field_is_read():
    found = definition()
    assert (found.id, found.version, found.kind) == ("safe-sleep", 3, IndicatorKind.PROPORTION)
    assert found.title == "Babies who sleep safely"
    assert found.distinct == "baby"
    assert found.period.grain is Grain.MONTH
    assert found.slices == (("area",), ("area", "bed"))
    assert (found.polarity, found.minimum, found.interval) == (Polarity.HIGHER, 10, "Wilson")
    assert found.reads["bed"].missing == ("unknown", "99")
    assert found.columns() == ("area", "baby", "bed", "seen", "weeks")


def test_the_least_definition_has_plain_defaults():
    found = definition("{id: a, version: 1, title: A, kind: count}")
    assert (found.distinct, found.period.column, found.period.label) == (None, None, None)
    assert (found.slices, found.minimum, found.interval) == ((), 0, None)
    assert found.polarity is Polarity.NEITHER


def test_a_definition_cannot_be_changed():
    found = definition()
    with pytest.raises(FrozenInstanceError):
        found.version = 4
    with pytest.raises(TypeError):
        found.reads["area"] = None


def test_shared_fields_apply_to_all_and_own_ones_win():
    found = parse_definitions("""
reads: {a: integer, b: text}
minimum: 5
polarity: higher
indicators:
  - {id: x, version: 1, title: X, kind: sum, value: a}
  - {id: y, version: 1, title: Y, kind: sum, value: c, reads: {c: integer, b: date}, minimum: 7}
""")
    assert [(d.id, d.minimum) for d in found] == [("x", 5), ("y", 7)]
    assert found[0].reads["b"].type.kind.value == "text"
    assert found[1].reads["b"].type.kind.value == "date"
    assert set(found[1].reads) == {"a", "b", "c"}


SAME = [
    FULL.replace("weeks between 5 and 8", "(weeks  BETWEEN 5 and 8.0)"),
    FULL + "# a comment\n",
    FULL.replace("  area: text\n", "  area: {type: text}\n  never_used: date\n"),
    FULL.replace("[unknown, 99]", "['99', unknown]"),
    FULL.replace("id: safe-sleep\nversion: 3\n", "version: 3\nid: safe-sleep\n"),
]
OTHER = [
    FULL.replace("version: 3", "version: 4"),
    FULL.replace("between 5 and 8", "between 5 and 9"),
    FULL.replace("'own'", "'Own'"),
    FULL.replace("[unknown, 99]", "[unknown]"),
    FULL.replace("weeks: integer", "weeks: number"),
    FULL.replace("unit: {distinct: baby}\n", ""),
    FULL.replace("minimum: 10", "minimum: 5"),
    FULL.replace("grain: month", "grain: year"),
    FULL.replace("[area, bed]", "[bed, area]"),
    FULL.replace("sleep safely", "slept safely"),
]


@pytest.mark.parametrize("text", SAME)
def test_the_hash_does_not_depend_on_how_it_is_written(text):
    assert definition_hash(definition(text)) == definition_hash(definition())


@pytest.mark.parametrize("text", OTHER)
def test_the_hash_depends_on_what_it_says(text):
    assert definition_hash(definition(text)) != definition_hash(definition())


def test_the_hash_stays_as_it_was():
    """Published figures carry it: a change here breaks every release's trail."""
    assert definition_hash(definition()) == (
        "48952ced5e362ef53ba7f009e318c2ffc855dfc88aaafd480fd35a6f2516c713"
    )


def changed(old, new):
    assert old in FULL
    return FULL.replace(old, new)


@pytest.mark.parametrize(
    ("text", "where", "says"),
    [
        ("", "", "no definition"),
        ("[]", "", "no definition"),
        ("{indicators: []}", "indicators", "empty"),
        ("{indicators: {}}", "indicators", "A list was expected"),
        ("{indicators: [3]}", "indicators[0]", "Fields with names"),
        ("{indicators: [], colour: red}", "colour", "not known here"),
        ("{id: a, version: 1, kind: count}", "", '"title" is missing'),
        (changed("id: safe-sleep", "id: Safe Sleep"), "id", "lower-case"),
        (changed("id: safe-sleep", "id: 'a\nb'"), "id", "lower-case"),
        (changed("version: 3", "version: 0"), "version", "from 1 to"),
        (changed("version: 3", "version: true"), "version", "whole number"),
        (changed("version: 3", "version: 3.0"), "version", "whole number"),
        (changed("kind: proportion", "kind: median"), "kind", "one of count, sum, proportion"),
        (changed("kind: proportion", "kind: mean"), "", 'A mean needs the field "value"'),
        (changed("numerator: bed = 'own'", "value: weeks"), "", 'needs the field "numerator"'),
        (changed("minimum: 10", "value: weeks"), "value", 'has no field "value"'),
        (changed("minimum: 10", "multiplier: 5"), "multiplier", 'has no field "multiplier"'),
        (changed("polarity: higher", "polarity: up"), "polarity", "higher, lower, neither"),
        (changed("polarity:", "polarty:"), "polarty", 'Did you mean "polarity"'),
        (changed("minimum: 10", "minimum: -1"), "minimum", "from 0"),
        (changed("unit: {distinct: baby}", "unit: babies"), "unit", "rows, or"),
        (changed("distinct: baby", "distinct: mother"), "unit.distinct", "not declared"),
        (changed("numerator: bed = 'own'", "numerator: weeks"), "numerator", "is needed here"),
        (changed("bed = 'own'", "cot = 'own'"), "numerator", '"cot" is not declared'),
        (changed("weeks: integer", "weeks: int"), "reads.weeks.type", "one of text, integer"),
        (
            changed("weeks: integer", "weeks: {type: integer, decimals: 2}"),
            "reads.weeks.decimals",
            "Only a number",
        ),
        (
            changed("weeks: integer", "weeks: {type: number, decimals: 12}"),
            "reads.weeks.decimals",
            "from 0 to 9",
        ),
        (
            changed("weeks: integer", "weeks: {type: integer, max: 9}"),
            "reads.weeks.max",
            "not known",
        ),
        (
            changed("seen: date", "seen: {type: date, format: '%d'}"),
            "reads.seen.format",
            "Only a date has a format",
        ),
        (
            changed("area: text", "area: {type: text, format: YYYY-MM-DD}"),
            "reads.area.format",
            "Only a date has a format",
        ),
        (changed("[unknown, 99]", "[unknown, [1]]"), "reads.bed.missing[1]", "A text was expected"),
        (
            changed("  area: text", "  'a\\u0000': text\n  area: text").replace(
                "'a\\u0000'", '"a\\u0000"'
            ),
            "reads.a\x00",
            "printable",
        ),
        (changed("column: seen", "column: weeks"), "period.column", "is not a date"),
        (changed("column: seen", "column: born"), "period.column", "not declared"),
        (changed("grain: month", "grain: week"), "period.grain", "month, quarter, year, whole"),
        (changed("{column: seen, grain: month}", "{grain: month}"), "period", "a date column"),
        (changed("grain: month", "grain: month, label: now"), "period.label", "the whole time"),
        (changed("[area, bed]", "[area, area]"), "slices[1]", "different columns"),
        (changed("[area, bed]", "[]"), "slices[1]", "different columns"),
        (changed("[area, bed]", "area"), "slices[1]", "given twice"),
        (changed("[area, bed]", "[area, sex]"), "slices[1]", "'sex' is not declared"),
        (changed("[area, bed]", "3"), "slices[1]", "A list was expected"),
        (changed("title: Babies who sleep safely", "title: [a]"), "title", "A text was expected"),
    ],
)
def test_a_mistake_is_named_with_its_place(text, where, says):
    with pytest.raises(Unusable) as caught:
        parse_definitions(text)
    assert caught.value.where == where
    assert says in f"{caught.value.text} {caught.value.mend}"


RATE = "{id: r, version: 1, title: R, kind: rate, reads: {n: integer, t: number, x: number}, %s}"


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ("person_time: t", "Give exactly one"),
        ("person_time: t, value: n, numerator: n > 1", "Give exactly one"),
        ("value: n", 'needs the field "person_time"'),
        ("person_time: t, value: x", "must be whole numbers"),
        ("person_time: t, value: n, unit: {distinct: n}", "distinct values can be counted only"),
        ("person_time: t, value: n, multiplier: 0", "from 1"),
        ("person_time: t, value: n, multiplier: 1.5", "whole number"),
    ],
)
def test_a_rate_has_events_and_person_time(fields, says):
    with pytest.raises(Unusable) as caught:
        parse_definitions(RATE % fields)
    assert says in str(caught.value)


def test_the_path_of_a_mistake_in_a_list_has_its_place():
    text = FORMULAS.replace("value: score / weight", "value: score / height")
    with pytest.raises(Unusable) as caught:
        parse_definitions(text)
    assert caught.value.where == "indicators[7].value"


def test_the_same_version_twice_is_refused():
    item = "{id: a, version: 1, title: A, kind: count}"
    with pytest.raises(Unusable, match="defined twice"):
        parse_definitions(f"indicators: [{item}, {item}]")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a: &x 1\nb: *x", "Anchors"),
        ("a: !!python/object/apply:os.system ['true']", "Tags"),
        ("a: 1\na: 2", "given twice"),
        ("{[1]: 2}", "A name was expected"),
        ("a: 1\n---\nb: 2", "second document"),
        ("a: [", "not readable as YAML"),
        ("a: \x07", "not readable as YAML"),
        ("[" * 20 + "]" * 20, "nested more than"),
        ("- 1\n" * 30_000, "more than 20000 values"),
        ("a: '" + "x" * 600_000 + "'", "larger than"),
        ("[" * 200_000, "nested more than"),
    ],
)
def test_hostile_yaml_is_refused(text, says):
    with pytest.raises(Unusable, match=says):
        read_tree(text)


def test_plain_values_mean_what_they_look_like():
    text = "{a: no, b: 1, c: '1', d: 1.5, e: null, f: true, g: 2024-01-31, h: 007, i: 1_000}"
    assert read_tree(text) == {
        "a": "no", "b": 1, "c": "1", "d": "1.5", "e": None, "f": True, "g": "2024-01-31",
        "h": "007", "i": "1_000",
    }  # fmt: skip


@settings(deadline=None)
@given(st.text(max_size=80))
def test_any_text_is_a_definition_or_refused(text):
    with pytest.raises(Unusable):
        parse_definitions(text)


DOCS = Path(__file__).parents[4] / "docs" / "reference"


def test_the_reference_shows_every_field_kind_type_and_form():
    text = (DOCS / "definition.md").read_text("utf-8")
    named = set(re.findall(r"`(?:\{)?([A-Za-z_/.-]+)", text))
    words = {*parse._FIELDS, *IndicatorKind, *parse._TYPES, *Grain, *Polarity, *parse.DATE_FORMS}
    assert words <= named | set(re.findall(r"[\w/.-]+", text))
    assert {f"`{field}`" for field in parse._FIELDS} <= set(re.findall(r"`\w+`", text))


def test_the_example_of_the_reference_is_a_definition():
    text = (DOCS / "definition.md").read_text("utf-8")
    (example,) = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    assert definition(example).minimum == 10


def test_the_output_reference_shows_every_field_and_status():
    text = (DOCS / "measure-output.md").read_text("utf-8")
    rows = measure(parse_definitions(COUNT), table([{"area": "a"}]))
    for name in (*rows.answer[0].tree(), *Status, "run_id", "engine", "content_ids"):
        assert f"`{name}`" in text
