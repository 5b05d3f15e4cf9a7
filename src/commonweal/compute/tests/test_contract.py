"""Reading ODCS: what is understood, and that everything else is refused by its path."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commonweal.compute.contract.columns import whole_ascii
from commonweal.compute.contract.model import Contract, ForeignKey, Order
from commonweal.compute.contract.parse import parse
from commonweal.compute.errors import Unusable

HEAD = """\
kind: DataContract
apiVersion: v3.1.0
id: beds
name: Beds delivered
version: 1.2.0
status: active
description: {purpose: Count beds}
"""

FULL = (
    HEAD
    + r"""
tags: [children]
team: {members: [{username: someone}]}
schema:
  - name: families
    id: families_tbl
    physicalType: file
    properties:
      - {name: family, id: family_pk, logicalType: string, primaryKey: true,
         classification: identifier, logicalTypeOptions: {pattern: '^F\d+$', maxLength: 9}}
      - name: country
        logicalType: string
        classification: payload
        examples: [NO]
        quality:
          - {type: text, description: Where the family lives}
          - {metric: invalidValues, mustBe: 0, arguments: {validValues: [NO, SE]}}
  - name: visits
    properties:
      - {name: number, logicalType: integer, primaryKey: true, primaryKeyPosition: 2,
         classification: payload, logicalTypeOptions: {format: u8}}
      - {name: family, logicalType: string, primaryKey: true, primaryKeyPosition: 1,
         relationships: [{to: families.family}]}
      - {name: start, logicalType: date, required: true, classification: payload,
         logicalTypeOptions: {format: dd/MM/yyyy, minimum: 2020-01-01, exclusiveMaximum: 2030-01-01}}
      - {name: end, logicalType: date, classification: restricted}
      - name: score
        logicalType: number
        classification: payload
        logicalTypeOptions: {exclusiveMinimum: 0, maximum: 10.5}
        customProperties:
          - {property: missingValues, value: [N/A, not known]}
          - {property: somebodyElses, value: 1}
    relationships:
      - {type: foreignKey, from: [visits.family], to: [schema/families_tbl/properties/family_pk]}
    quality:
      - {metric: duplicateValues, mustBe: 0, arguments: {properties: [family, start]}}
      - {type: custom, engine: commonweal,
         implementation: {rule: order, earlier: start, later: end}}
"""
)


def columns(*lines: str) -> str:
    """A contract with one table of these columns."""
    return (
        HEAD
        + "schema:\n  - name: t\n    properties:\n"
        + "".join(f"      - {{{line}}}\n" for line in lines)
    )


def test_a_full_contract_is_read() -> None:
    contract = parse(FULL)

    assert (contract.id, contract.version, contract.purpose) == ("beds", "1.2.0", "Count beds")
    families, visits = contract.tables
    country = families.column("country")
    assert country.codes == ("NO", "SE")
    assert (country.classification, country.personal) == ("payload", False)
    family = families.column("family")
    assert family.required
    assert (family.pattern, family.max_length, family.personal) == (r"^F\d+$", 9, True)
    assert visits.primary_key == ("family", "number")
    number = visits.column("number")
    assert (number.minimum, number.maximum) == (0, 255)
    start = visits.column("start")
    assert (start.minimum, start.below) == (date(2020, 1, 1), date(2030, 1, 1))
    assert start.date_format == "dd/MM/yyyy"
    end = visits.column("end")
    assert (end.classification, end.personal) == ("payload", True)
    score = visits.column("score")
    assert (score.above, score.maximum) == (0.0, 10.5)
    assert score.missing == ("N/A", "not known")
    assert visits.foreign_keys == (ForeignKey(("family",), "families", ("family",)),) * 2
    assert visits.unique_together == (("family", "start"),)
    assert visits.orders == (Order("start", "end"),)


def test_a_column_without_classification_is_protected_most() -> None:
    column = parse(columns("name: a, logicalType: string")).tables[0].column("a")

    assert (column.classification, column.personal) == ("identifier", True)


@pytest.mark.parametrize(
    ("classification", "custom", "expected"),
    [
        ("identifier", "", ("identifier", True)),
        ("payload", "", ("payload", False)),
        ("public", "", ("payload", False)),
        ("confidential", "", ("payload", True)),
        ("payload", "true", ("payload", True)),
        ("restricted", "false", ("payload", False)),
        ("identifier", "false", ("identifier", True)),
    ],
)
def test_classification_and_masking(
    classification: str, custom: str, expected: tuple[str, bool]
) -> None:
    extra = f", customProperties: [{{property: personal, value: {custom}}}]" if custom else ""
    text = columns(f"name: a, logicalType: string, classification: {classification}{extra}")

    column = parse(text).tables[0].column("a")

    assert (column.classification, column.personal) == expected


def test_yaml_12_words_stay_words() -> None:
    """Norway is not false, and 01 is not 1."""
    rule = "quality: [{metric: invalidValues, mustBe: 0, arguments: {validValues: [no, 01, 7]}}]"

    column = parse(columns(f"name: a, logicalType: string, {rule}")).tables[0].column("a")

    assert column.codes == ("no", "01", "7")


def test_library_metrics_make_required_and_unique() -> None:
    rules = "quality: [{metric: nullValues, mustBe: 0}, {metric: duplicateValues, mustBe: 0}]"

    column = parse(columns(f"name: a, logicalType: string, {rules}")).tables[0].column("a")

    assert column.required
    assert column.unique


def test_hash_ignores_layout_and_nothing_else() -> None:
    contract = parse(FULL)

    assert parse("# a comment\n" + FULL).hash == contract.hash
    assert parse(FULL.replace("[NO, SE]", "[NO, SE, DK]")).hash != contract.hash
    assert parse(FULL.replace("Count beds", "Sell beds")).hash != contract.hash


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        ("kind: DataContract", "kind: Letter", "kind"),
        ("apiVersion: v3.1.0", "apiVersion: v2.2.2", "apiVersion"),
        ("version: 1.2.0", "version: '1.2'", "version"),
        ("version: 1.2.0", "version: 1.2", "version"),
        ("id: beds\n", "", "id"),
        ("tags: [children]", "tag: [children]", "tag"),
        ("physicalType: file", "physicaltype: file", "schema[families].physicaltype"),
        ("logicalType: integer", "logicalType: int", "schema[visits].properties[number].logicalType"),
        ("logicalType: number", "logicalType: timestamp", "properties[score].logicalType"),
        ("name: end,", "name: end, requird: true,", "properties[end].requird"),
        ("name: end,", "name: end, required: 1,", "properties[end].required"),
        ("name: end,", "name: end, physicalName: ende,", "properties[end].physicalName"),
        ("name: end,", "name: _row,", "properties[_row].name"),
        ("name: end,", "name: start,", "schema[visits].properties"),
        ("classification: restricted", "classification: secret", "properties[end].classification"),
        ("format: u8", "format: u128", "properties[number].logicalTypeOptions.format"),
        ("format: dd/MM/yyyy", "format: dd/MM/yy", "properties[start].logicalTypeOptions.format"),
        ("format: dd/MM/yyyy", "format: yyyy-dd-MM", "properties[start].logicalTypeOptions.format"),
        ("minimum: 2020-01-01", "minimum: 2020-02-31", "logicalTypeOptions.minimum"),
        ("minimum: 2020-01-01", "minimum: 2031-01-01", "logicalTypeOptions.minimum"),
        ("maximum: 10.5", "multipleOf: 5", "logicalTypeOptions.multipleOf"),
        (r"^F\d+$", r"^(?=F)\d+$", "properties[family].logicalTypeOptions.pattern"),
        (r"^F\d+$", r"^(F", "properties[family].logicalTypeOptions.pattern"),
        ("[NO, SE]", "[NO, true]", "quality[1].arguments.validValues"),
        ("[NO, SE]", "[NO, 1.10]", "quality[1].arguments.validValues"),
        ("[NO, SE]", "[NO, NO]", "quality[1].arguments.validValues"),
        ("[NO, SE]", "[]", "quality[1].arguments.validValues"),
        ("{metric: invalidValues, mustBe: 0", "{metric: invalidValues, mustBe: 5", "mustBe"),
        ("{metric: invalidValues, mustBe: 0", "{metric: rowCount, mustBe: 0", "metric"),
        ("{metric: duplicateValues, mustBe: 0",
         "{metric: duplicateValues, severity: warning, mustBe: 0", "severity"),
        ("properties: [family, start]", "properties: [family, begin]", "arguments.properties"),
        ("properties: [family, start]", "properties: [family]", "arguments.properties"),
        ("engine: commonweal", "engine: soda", "quality[1].engine"),
        ("rule: order", "rule: sorted", "implementation.rule"),
        ("later: end", "later: score", "implementation.earlier"),
        ("later: end", "later: ending", "implementation.later"),
        ("{to: families.family}", "{to: families.famly}", "relationships[0].to"),
        ("{to: families.family}", "{to: other.yaml#/schema/a/properties/b}", "relationships[0].to"),
        ("{to: families.family}", "{from: visits.family, to: families.family}", "relationships[0].from"),
        ("from: [visits.family]", "from: [visits.number]", "relationships[0].to"),
        ("from: [visits.family]", "from: [families.family]", "relationships[0].from"),
        ("primaryKeyPosition: 1", "primaryKeyPosition: 2", "schema[visits].properties"),
        ("property: missingValues", "property: missingvalues", "customProperties[0].property"),
        ("[N/A, not known]", "N/A", "customProperties[missingValues]"),
        ("[N/A, not known]", "[N/A, ' ']", "customProperties[missingValues]"),
        ("  - name: visits", "  - name: Families", "schema"),
        ("name: visits\n    properties:", "name: visits\n    columns:", "schema[visits].columns"),
    ],
)  # fmt: skip
def test_what_is_not_understood_is_refused_by_its_path(old: str, new: str, path: str) -> None:
    assert FULL.count(old) >= 1

    with pytest.raises(Unusable) as refused:
        parse(FULL.replace(old, new, 1))

    assert path in refused.value.text
    assert refused.value.mend


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "empty"),
        ("just words", "mapping"),
        ("- a\n- b\n", "mapping"),
        ("a: [1, 2\n", "line"),
        ("a: 1\na: 2\n", "twice at line 2"),
        ("a: !!python/object:os.system {}\n", "tag"),
        ("a: &x [*x]\n", "inside itself"),
        ("1: a\n", "not text"),
        ("? [a]\n: b\n", "not text"),
        ("a: 1\n---\nb: 2\n", "second document"),
        ("<<: {a: 1}\n", "<<"),
        ("a: " + "[" * 500 + "]" * 500, "deeply"),
        ("a: " + "x" * 1_000_001, "characters"),
        ("a: \x07", "YAML"),
        (HEAD + "schema: {}\n", "schema must be a list"),
        (HEAD + "schema: [3]\n", "schema[0] must be a mapping"),
        (HEAD + "schema: []\n", "names no table"),
    ],
)
def test_bad_yaml_is_refused(text: str, says: str) -> None:
    with pytest.raises(Unusable, match=says.replace("[", r"\[")):
        parse(text)


def test_a_billion_laughs_are_refused_at_once() -> None:
    lines = ["a0: &a0 [" + ",".join(["lol"] * 9) + "]"]
    lines += [f"a{n}: &a{n} [" + ",".join([f"*a{n - 1}"] * 9) + "]" for n in range(1, 12)]

    with pytest.raises(Unusable, match="too many values"):
        parse("\n".join(lines))


def test_a_few_aliases_are_welcome() -> None:
    text = columns(
        "name: a, logicalType: string, logicalTypeOptions: &o {maxLength: 3}",
        "name: b, logicalType: string, logicalTypeOptions: *o",
    )

    assert [each.max_length for each in parse(text).tables[0].columns] == [3, 3]


@settings(deadline=None)
@given(st.text(max_size=200) | st.text(alphabet="a:- []{}&*!\n'\"#|>,0", max_size=60))
def test_any_text_is_a_contract_or_unusable(text: str) -> None:
    try:
        assert isinstance(parse(text), Contract)
    except Unusable as refused:
        assert refused.text


@settings(max_examples=300, deadline=None)
@given(st.integers(0, len(FULL)), st.integers(0, 12), st.sampled_from(["", "x", ": ", "\n", "1"]))
def test_a_damaged_contract_is_a_contract_or_unusable(at: int, cut: int, insert: str) -> None:
    try:
        parse(FULL[:at] + insert + FULL[at + cut :])
    except Unusable as refused:
        assert refused.text


def test_patterns_match_the_whole_value_in_ascii() -> None:
    assert whole_ascii(r"a\d\\d") == r"\A(?:a[0-9]\\d)\z"
