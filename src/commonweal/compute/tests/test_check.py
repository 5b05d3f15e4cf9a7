"""Each rule by example: what is found, where, what it says, and what becomes of the row."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from commonweal.compute.check.findings import LONGEST, MASK, Finding, Rule
from commonweal.compute.check.messages import MESSAGES
from commonweal.compute.check.run import Checked, check
from commonweal.compute.contract.parse import parse
from commonweal.compute.errors import Unusable
from commonweal.compute.reading.read import read
from commonweal.compute.reading.table import Caps, RawTable, fault_frame
from commonweal.compute.result import Result

HEAD = "{kind: DataContract, apiVersion: v3.1.0, id: c, version: 1.0.0, status: active, schema: "


def one(columns: str, text: str, more: str = "") -> Checked:
    """The judgement of a CSV text on a contract with one table `t`."""
    contract = parse(f"{HEAD}[{{name: t, properties: [{columns}]{more}}}]}}")
    return check(contract, {"t": read("t.csv", text.encode(), Caps())}).answer


def found(checked: Checked) -> list[tuple[str, int | None, str | None, str | None]]:
    return [(f.rule, f.row, f.column, f.value) for f in checked.findings]


def column(kind: str, extra: str = "", name: str = "a") -> str:
    return f"{{name: {name}, logicalType: {kind}, classification: payload{extra}}}"


def options(kind: str, given: str) -> str:
    return column(kind, f", logicalTypeOptions: {{{given}}}")


CODES = ", quality: [{metric: invalidValues, mustBe: 0, arguments: {validValues: [one, two]}}]"
MARKERS = ", customProperties: [{property: missingValues, value: [N/A]}]"


@pytest.mark.parametrize(
    ("spec", "cell", "value"),
    [
        (column("integer"), "12", 12),
        (column("integer"), " 12\u00a0", 12),
        (column("integer"), "447.0", 447),
        (column("integer"), "-0", 0),
        (column("integer"), "9223372036854775807", 2**63 - 1),
        (column("number"), "1.10", 1.1),
        (column("number"), "0.1", 0.1),
        (column("date"), "2024-02-29", date(2024, 2, 29)),
        (options("date", "format: dd.MM.yyyy"), "29.02.2024", date(2024, 2, 29)),
        (options("date", "format: dd.MM.yyyy"), "2024-02-29", date(2024, 2, 29)),
        (column("boolean"), "TRUE", True),
        (column("boolean"), "false", False),
        (column("string"), "  a  b ", "a  b"),
        (column("string"), "+44 114 496 0000", "+44 114 496 0000"),
        (column("string"), "- a dash, then words", "- a dash, then words"),
        (column("string"), "=)", "=)"),
        (column("string"), "@home", "@home"),
        (column("string"), "-", "-"),
        (column("string"), "#1", "#1"),
        (column("string", CODES), "two ", "two"),
        (options("string", "pattern: '[A-Z]{2}'"), "AB", "AB"),
        (options("string", "maxLength: 2"), "éé", "éé"),
        (options("number", "exclusiveMinimum: 0"), "0.000001", 0.000001),
        (options("date", "maximum: 2024-12-31"), "2024-12-31", date(2024, 12, 31)),
    ],
)
def test_valid_cells_become_values(spec: str, cell: str, value: object) -> None:
    checked = one(spec, f'a\n"{cell}"\n')

    assert found(checked) == []
    clean = checked.clean["t"]
    assert clean.rows() == [(2, value)]
    assert checked.bad["t"].height == 0


@pytest.mark.parametrize(
    ("spec", "cell", "rule", "says"),
    [
        (column("integer"), "3.5", "integer", "nothing is rounded"),
        (column("integer"), "abc", "type", "whole number"),
        (column("integer"), "9223372036854775808", "range", "too large"),
        (column("integer"), "007", "type", "starts with zeros"),
        (column("integer"), "1e3", "type", "exponent"),
        (column("integer"), "1,234", "type", "comma"),
        (column("integer"), "1 234 567", "type", "Thousands"),
        (column("integer"), "1\u00a0234", "type", "Thousands"),
        (column("integer"), "+5", "type", "plus sign"),
        (column("integer"), "٣", "type", "digits 0 to 9"),
        (column("number"), "1,5", "type", "comma"),
        (column("number"), "1.234.567,8", "type", "Thousands"),
        (column("number"), "£5", "type", "decimal point"),
        (column("number"), ".5", "type", "both sides"),
        (column("number"), "nan", "type", "decimal point"),
        (column("number"), "9" * 400, "range", "too large"),
        (column("date"), "2024-02-31", "date", "no such day"),
        (column("date"), "31/01/2024", "type", "2024-01-31"),
        (column("date"), "2024-01-31T10:00:00", "type", "time of day"),
        (column("date"), "45351", "type", "day number"),
        (options("date", "format: dd/MM/yyyy"), "1/2/2024", "type", "31/01/2024"),
        (column("boolean"), "yes", "type", "true or false"),
        (column("string"), "=SUM(A1:A9)", "formula", "Paste its value"),
        (column("string"), "=cmd|'/C calc'!A0", "formula", "Paste its value"),
        (column("string"), "@SUM(1)", "formula", "Paste its value"),
        (column("string"), "-A1+B2", "formula", "Paste its value"),
        (column("number"), "=1+1", "formula", "Paste its value"),
        (column("string"), "#N/A", "cell_error", "spreadsheet error"),
        (column("number"), "#DIV/0!", "cell_error", "spreadsheet error"),
        (column("string", CODES), "three", "code", "one, two"),
        (options("string", "minLength: 3"), "ab", "length", "at least 3"),
        (options("string", "minLength: 1, maxLength: 2"), "abc", "length", "between 1 and 2"),
        (options("string", "pattern: '[A-Z]{2}'"), "xABx", "pattern", "[A-Z]{2}"),
        (options("string", r"pattern: '\d'"), "٣", "pattern", "form"),
        (options("integer", "minimum: 0, maximum: 9"), "10", "range", "at least 0 and at most 9"),
        (options("number", "exclusiveMaximum: 9"), "9", "range", "less than 9"),
        (options("date", "minimum: 2024-01-01"), "2023-12-31", "range", "at least 2024-01-01"),
        (options("date", "exclusiveMaximum: 2024-01-01"), "2024-01-01", "range", "before"),
        (options("date", "exclusiveMinimum: 2024-01-01"), "2024-01-01", "range", "after"),
        (options("number", "exclusiveMinimum: 0"), "0", "range", "more than 0"),
        (options("number", "exclusiveMinimum: 0"), "-0.0", "range", "more than 0"),
    ],
)
def test_faulty_cells_are_found_and_say_how_to_mend(
    spec: str, cell: str, rule: str, says: str
) -> None:
    checked = one(spec, f'a\n"{cell}"\n')

    (finding,) = checked.findings
    shown = cell if len(cell) <= LONGEST else cell[:LONGEST] + "…"
    assert (finding.rule, finding.row, finding.column, finding.value) == (rule, 2, "a", shown)
    assert finding.severity == "error"
    assert says in finding.message
    assert checked.clean["t"].height == 0
    assert checked.bad["t"].rows() == [(2, cell)]


def test_blank_marker_and_value_stay_apart() -> None:
    spec = f"{column('number', MARKERS)}, {column('string', name='b')}"

    checked = one(spec, "a,b\n1,x\nN/A,x\n,x\n")

    assert found(checked) == []
    clean = checked.clean["t"]
    assert clean.columns == ["_row", "a", "a__missing", "b"]
    assert clean.rows() == [(2, 1.0, None, "x"), (3, None, "N/A", "x"), (4, None, None, "x")]


def test_a_marker_answers_a_required_cell_and_a_blank_does_not() -> None:
    spec = f"{column('integer', ', required: true' + MARKERS)}, {column('string', name='b')}"

    checked = one(spec, "a,b\nN/A,x\n  ,x\n")

    assert found(checked) == [("required", 3, "a", "  ")]


def test_clean_columns_are_typed_even_without_rows() -> None:
    spec = ", ".join(
        column(kind, name=kind) for kind in ("string", "integer", "number", "date", "boolean")
    )

    checked = one(spec, "string,integer,number,date,boolean\n")

    assert found(checked) == [("no_rows", None, None, None)]
    assert checked.clean["t"].schema == {
        "_row": pl.UInt32,
        "string": pl.String,
        "integer": pl.Int64,
        "number": pl.Float64,
        "date": pl.Date,
        "boolean": pl.Boolean,
    }


def test_columns_stand_in_the_contracts_order() -> None:
    checked = one(f"{column('string', name='a')}, {column('string', name='b')}", "b,a\n1,2\n")

    assert checked.clean["t"].rows() == [(2, "2", "1")]


def test_every_row_of_a_repeated_key_is_found() -> None:
    checked = one(column("integer", ", primaryKey: true"), "a\n1\n2\n1\n1.0\n")

    assert found(checked) == [
        ("primary_key", 2, "a", "1"),
        ("primary_key", 4, "a", "1"),
        ("primary_key", 5, "a", "1.0"),
    ]
    messages = [finding.message for finding in checked.findings]
    assert "row 4" in messages[0]
    assert all("row 2" in message for message in messages[1:])


def test_a_key_must_be_filled() -> None:
    spec = f"{column('string', ', primaryKey: true')}, {column('string', name='b')}"

    assert found(one(spec, "a,b\n,1\n,2\n")) == [
        ("required", 2, "a", None),
        ("required", 3, "a", None),
    ]


def test_unique_columns_and_groups() -> None:
    spec = f"{column('string', ', unique: true')}, {column('string', name='b')}"
    group = ", quality: [{metric: duplicateValues, mustBe: 0, arguments: {properties: [b, a]}}]"

    checked = one(spec, "a,b\nx,1\nx,2\n,1\n,1\ny,2\ny,2\n", group)

    assert found(checked) == [
        ("unique", 2, "a", "x"),
        ("unique", 3, "a", "x"),
        ("unique", 6, "a", "y"),
        ("unique", 6, "b, a", "2, y"),
        ("unique", 7, "a", "y"),
        ("unique", 7, "b, a", "2, y"),
    ]


def test_order_of_two_dates() -> None:
    spec = f"{column('date')}, {column('date', name='b')}"
    rule = (
        ", quality: [{type: custom, engine: commonweal, "
        "implementation: {rule: order, earlier: a, later: b}}]"
    )

    checked = one(spec, "a,b\n2024-01-02,2024-01-01\n2024-01-01,2024-01-01\n,2024-01-01\n", rule)

    assert found(checked) == [("order", 2, "a, b", "2024-01-02, 2024-01-01")]


@pytest.mark.parametrize("text", ["2024-01-02,2019-01-01", "2031-01-01,2024-01-01"])
def test_a_date_that_is_out_of_range_is_not_out_of_order_too(text: str) -> None:
    limits = ", logicalTypeOptions: {minimum: 2020-01-01, maximum: 2030-12-31}"
    spec = f"{column('date', limits)}, {column('date', limits, name='b')}"
    rule = (
        ", quality: [{type: custom, engine: commonweal, "
        "implementation: {rule: order, earlier: a, later: b}}]"
    )

    assert [each[0] for each in found(one(spec, f"a,b\n{text}\n", rule))] == ["range"]


def test_minus_zero_is_zero() -> None:
    checked = one(column("number", ", unique: true"), "a\n0\n-0.0\n")

    assert [each[0] for each in found(checked)] == ["unique", "unique"]


PERSON = "{name: name, logicalType: string, classification: identifier, primaryKey: true}"


def test_values_of_personal_columns_are_masked_everywhere() -> None:
    spec = f"{PERSON}, {column('date')}, " + column(
        "integer", name="age", extra=", customProperties: [{property: personal, value: true}]"
    )

    checked = one(spec, "name,a,age\nAnn,x,200.5\nAnn,2024-01-01,7\n=Bob+1,2024-01-01,8\n")

    assert found(checked) == [
        ("primary_key", 2, "name", MASK),
        ("type", 2, "a", "x"),
        ("integer", 2, "age", MASK),
        ("primary_key", 3, "name", MASK),
        ("formula", 4, "name", MASK),
    ]
    for finding in checked.findings:
        assert "Ann" not in str(finding)
        assert "Bob" not in str(finding)


def test_a_file_without_headings_shows_nothing_of_its_first_row() -> None:
    checked = one(f"{PERSON}, {column('integer')}", "Ann,7\nBob,8\n")

    assert found(checked) == [("missing_header", None, None, None)]
    assert checked.blocked == ("t",)
    assert "Ann" not in str(list(checked.findings))
    assert checked.clean["t"].height == 0


def test_a_renamed_column_is_missing_and_the_new_name_is_suggested() -> None:
    spec = f"{column('integer', name='score_reading')}, {column('integer', name='school')}"

    checked = one(spec, "score_read,school,remarks\n1,x,y\n")

    assert found(checked) == [
        ("missing_column", None, "score_reading", None),
        ("unknown_column", None, "score_read", None),
        ("unknown_column", None, "remarks", None),
        ("type", 2, "school", "x"),
    ]
    assert "`score_read` instead" in checked.findings[0].message
    assert checked.findings[1].severity == "warning"
    assert checked.blocked == ("t",)
    assert checked.clean["t"].columns == ["_row", "score_reading", "school"]
    assert checked.bad["t"].height == 1


def test_a_missing_column_without_a_likely_new_name_says_so() -> None:
    checked = one(f"{column('string')}, {column('string', name='zzz')}", "a,q\n1,2\n")

    assert checked.findings[0].message == MESSAGES[Rule.MISSING_COLUMN]


def test_unknown_columns_are_reported_and_harmless() -> None:
    checked = one(column("string"), "a,b,\n1,2,3\n")

    assert found(checked) == [
        ("unknown_column", None, "b", None),
        ("unknown_column", None, "(column 3)", None),
    ]
    assert checked.blocked == ()
    assert checked.clean["t"].rows() == [(2, "1")]
    assert checked.counts["t"] == {"rows": 1, "clean": 1, "bad": 0, "errors": 0, "warnings": 2}


def test_a_doubled_column_blocks() -> None:
    checked = one(column("string"), "a,a\n1,2\n")

    assert found(checked) == [("duplicate_column", None, "a", None)]
    assert checked.clean["t"].height == 0


def test_rows_out_of_shape_are_reported_once() -> None:
    spec = f"{column('integer', ', required: true')}, {column('integer', name='b')}"

    checked = one(spec, 'a,b\nx\n1,2,3\n"1"x,y\n1,2\n')

    assert found(checked) == [
        ("ragged_row", 2, None, None),
        ("ragged_row", 3, None, None),
        ("quote", 4, None, None),
    ]
    assert "1 cell but there are 2 headings" in checked.findings[0].message
    assert checked.clean["t"].rows() == [(5, 1, 2)]


def test_a_guessed_encoding_is_a_warning() -> None:
    contract = parse(f"{HEAD}[{{name: t, properties: [{column('string')}]}}]}}")

    checked = check(contract, {"t": read("t.csv", "a\né\n".encode("cp1252"), Caps())}).answer

    assert found(checked) == [("encoding", None, None, None)]
    assert checked.clean["t"].rows() == [(2, "é")]


def spreadsheet(faults: list[tuple[str, int | None, int | None, str | None]]) -> Checked:
    """As if read from a spreadsheet with these faults."""
    person = "{name: name, logicalType: string, classification: identifier}"
    contract = parse(f"{HEAD}[{{name: t, properties: [{column('integer')}, {person}]}}]}}")
    frame = pl.DataFrame({"a": ["x", "2", None], "name": ["Ann", "Bob", "Cy"]})
    rows = pl.Series("_row", [2, 3, 4], pl.UInt32)
    raw = RawTable("t", ("a", "name"), frame, rows, fault_frame(faults))
    return check(contract, {"t": raw}).answer


def test_what_the_spreadsheet_reader_saw_is_reported_instead_of_the_cells_own_fault() -> None:
    checked = spreadsheet(
        [("formula", 2, 0, None), ("cell_error", 2, 0, None), ("merged_cell", 4, 1, None)]
    )

    assert found(checked) == [("formula", 2, "a", "x"), ("merged_cell", 4, "name", MASK)]
    assert checked.clean["t"].rows() == [(3, 2, "Bob")]


def test_merged_headings_block() -> None:
    checked = spreadsheet([("merged_header", None, 0, None)])

    assert found(checked)[0] == ("merged_header", None, None, None)
    assert checked.blocked == ("t",)


TWO = (
    HEAD
    + """[
  {name: families, properties: [
    {name: family, logicalType: string, primaryKey: true, classification: payload},
    {name: size, logicalType: integer, classification: payload}]},
  {name: visits, properties: [
    {name: family, logicalType: string, classification: identifier,
     relationships: [{to: families.family}]}]}]}"""
)


def two(**texts: str) -> Result[Checked]:
    tables = {name: read(name, text.encode(), Caps()) for name, text in texts.items()}
    return check(parse(TWO), tables)


def test_references_to_rows_that_are_not_there() -> None:
    checked = two(families="family,size\nF1,2\n", visits="family\nF1\nF9\n\n").answer

    assert [(f.rule, f.table, f.row, f.value) for f in checked.findings] == [
        ("foreign_key", "visits", 3, MASK)
    ]


def test_a_faulty_parent_row_is_one_fault_but_its_children_are_counted() -> None:
    result = two(families="family,size\nF1,x\nF2,1\n", visits="family\nF1\nF2\nF1\n")

    assert [(f.table, f.row) for f in result.answer.findings] == [("families", 2)]
    assert result.answer.clean["visits"].height == 3
    assert result.trace["tables"]["visits"]["rows_whose_parent_is_held_back"] == 2


def test_a_missing_table_blocks_those_that_refer_to_it() -> None:
    checked = two(visits="family\nF1\n").answer

    assert [(f.rule, f.table) for f in checked.findings] == [("missing_table", "families")]
    assert checked.blocked == ("visits",)
    assert checked.clean["visits"].height == 0
    assert checked.bad["visits"].height == 1


def test_a_missing_table_blocks_no_other() -> None:
    checked = two(families="family,size\nF1,1\n").answer

    assert [(f.rule, f.table) for f in checked.findings] == [("missing_table", "visits")]
    assert checked.clean["families"].height == 1


def test_a_table_the_contract_does_not_have_is_refused() -> None:
    with pytest.raises(Unusable, match="no table others"):
        two(others="a\n1\n")


def test_findings_are_in_order_and_can_be_sliced() -> None:
    checked = two(families="family,size\n,x\nF2,y\n,1\n", visits="family\nF9\nF2\n").answer

    order = [(f.table, f.row, f.column) for f in checked.findings]
    assert order == [
        ("families", 2, "family"),
        ("families", 2, "size"),
        ("families", 3, "size"),
        ("families", 4, "family"),
        ("visits", 2, "family"),
    ]
    assert len(checked.findings) == 5
    assert list(checked.findings[1:3]) == list(checked.findings)[1:3]
    assert checked.findings[-1].rule == "foreign_key"
    assert checked.findings.counts() == {"required": 2, "type": 2, "foreign_key": 1}


def test_the_trace_tells_how_it_was_done() -> None:
    result = two(families="family,size\n F1 ,1\n", visits="family\nF1\n")

    families = result.trace["tables"]["families"]
    assert families["read"]["separator"] == "comma"
    assert families["trimmed_cells"] == {"family": 1}
    assert result.trace["contract"]["version"] == "1.0.0"


def test_every_rule_has_a_place_and_a_severity() -> None:
    assert {rule.severity for rule in Rule} == {"error", "warning"}
    assert sorted(rule.position for rule in Rule) == list(range(len(Rule)))


def test_a_finding_is_the_documented_json() -> None:
    finding = Finding("type", "error", "t", 2, "a", "x", "Correct it.")

    assert finding.as_dict() == {
        "rule": "type",
        "severity": "error",
        "table": "t",
        "row": 2,
        "column": "a",
        "value": "x",
        "message": "Correct it.",
    }
