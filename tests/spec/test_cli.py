"""The command's contract: what stands on standard output, and the exit codes."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest

from commonweal.cli import main

CONTRACT = """
kind: DataContract
apiVersion: v3.1.0
id: visits
name: Visits
version: 1.0.0
status: active
schema:
  - name: visits
    properties:
      - {name: ref, logicalType: string, primaryKey: true, classification: identifier}
      - {name: area, logicalType: string, required: true, classification: payload}
      - {name: weight, logicalType: integer, classification: payload}
      - {name: safe, logicalType: string, classification: payload}
"""
DEFINITION = """
id: safe
version: 3
title: Safe
kind: proportion
reads: {safe: text, area: text}
numerator: safe = 'yes'
denominator: safe is not missing
"""
FIELDS = ["rule", "severity", "table", "row", "column", "value", "message"]
COLUMNS = "indicator version period slice value lower upper numerator denominator n status".split()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "contract.yaml").write_text(CONTRACT)
    (tmp_path / "definition.yaml").write_text(DEFINITION)
    rows = [("north", "yes")] * 30 + [("north", "no")] * 10 + [("south", "yes")] * 3
    rows += [("south", "no")] * 40 + [("east", "yes")] * 20 + [("east", "no")] * 21
    lines = [f"r{at},{area},3000,{safe}" for at, (area, safe) in enumerate(rows)]
    (tmp_path / "visits.csv").write_text("\n".join(["ref,area,weight,safe", *lines, ""]))
    return tmp_path


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = main(list(words))
    said = capsys.readouterr()
    return code, said.out, said.err


def measured(capsys: pytest.CaptureFixture[str], *words: str) -> list[dict[str, Any]]:
    code, out, _err = run(
        capsys, "measure", "definition.yaml", "visits.csv", "--format", "json", *words
    )
    assert code == 0
    rows: list[dict[str, Any]] = json.loads(out)
    assert all(list(row) == COLUMNS for row in rows)
    return rows


def test_check_is_silent_and_0_on_a_clean_file(folder: Path, capsys: Any) -> None:
    code, out, err = run(capsys, "check", "contract.yaml", "visits.csv", "--format", "json")
    assert (code, json.loads(out)) == (0, [])
    assert "No findings" in err


def test_check_lists_findings_with_row_numbers_counted_from_the_header(
    folder: Path, capsys: Any
) -> None:
    (folder / "visits.csv").write_text("ref,area,weight,safe\na,north,3.5,yes\na,,3,no\n")
    code, out, _err = run(capsys, "check", "contract.yaml", "visits.csv", "--format", "json")
    findings = json.loads(out)
    assert code == 1
    assert all(list(finding) == FIELDS for finding in findings)
    assert {(f["row"], f["column"]) for f in findings} == {
        (2, "weight"),
        (2, "ref"),
        (3, "ref"),
        (3, "area"),
    }
    assert all(f["value"] != "a" for f in findings if f["column"] == "ref")


@pytest.mark.parametrize("form", ["table", "csv"])
def test_other_formats_say_the_same(folder: Path, capsys: Any, form: str) -> None:
    code, out, _err = run(
        capsys, "measure", "definition.yaml", "visits.csv", "--by", "area", "--format", form
    )
    assert code == 0
    assert out.splitlines()[0].replace(",", " ").split() == COLUMNS
    if form == "csv":
        lines = list(csv.DictReader(io.StringIO(out)))
        assert [line["slice"] for line in lines] == [
            "total",
            "area=east",
            "area=north",
            "area=south",
        ]


def test_the_total_is_always_there_and_slices_are_as_asked(folder: Path, capsys: Any) -> None:
    assert [row["slice"] for row in measured(capsys)] == [{}]
    rows = measured(capsys, "--by", "area", "--by", "area,safe")
    assert {tuple(row["slice"]) for row in rows} == {(), ("area",), ("area", "safe")}
    north = next(row for row in rows if row["slice"] == {"area": "north"})
    assert (north["value"], north["numerator"], north["denominator"], north["n"]) == (
        0.75,
        30,
        40,
        40,
    )
    assert north["indicator"] == "safe" and north["version"] == 3 and north["status"] == "ok"


def test_the_run_is_named_beside_the_result(folder: Path, capsys: Any) -> None:
    words = ("measure", "definition.yaml", "visits.csv", "--min-cell")
    runs = [run(capsys, *words, minimum)[2].splitlines()[-1] for minimum in ("5", "5", "6")]
    assert re.fullmatch("Run [0-9a-f]{64}", runs[0])
    assert runs[0] == runs[1] != runs[2]


def test_a_small_group_is_hidden_with_another_that_covers_it(folder: Path, capsys: Any) -> None:
    rows = {row["slice"].get("area", ""): row for row in measured(capsys, "--by", "area")}
    assert {row["status"] for row in rows.values()} == {"ok"}
    rows = {
        row["slice"].get("area", ""): row
        for row in measured(capsys, "--by", "area", "--min-cell", "5")
    }
    assert rows["south"]["status"] == "hidden"
    assert sum(row["status"] == "hidden" for row in rows.values()) >= 2
    for row in rows.values():
        if row["status"] == "hidden":
            assert all(row[key] is None for key in COLUMNS[4:10])


@pytest.mark.parametrize(
    "words",
    [
        ("check", "absent.yaml", "visits.csv"),
        ("check", "contract.yaml", "absent.csv"),
        ("check", "visits.csv", "visits.csv"),
        ("measure", "contract.yaml", "visits.csv"),
        ("measure", "definition.yaml", "visits.csv", "--by", "nowhere"),
        ("measure", "definition.yaml", "contract.yaml"),
    ],
)
def test_what_cannot_be_used_ends_in_2_with_nothing_on_standard_output(
    folder: Path, capsys: Any, words: tuple[str, ...]
) -> None:
    code, out, err = run(capsys, *words)
    assert (code, out) == (2, "")
    assert err.startswith("commonweal: ") and "Traceback" not in err


def test_wrong_options_end_in_2(folder: Path, capsys: Any) -> None:
    for words in (["measure"], ["nonsense"], ["measure", "a", "b", "--min-cell", "-1"]):
        with pytest.raises(SystemExit) as end:
            main(words)
        assert end.value.code == 2


def test_files_need_no_django() -> None:
    """An evaluator's machine has no database: the commands over files must not ask for one."""
    import subprocess
    import sys

    script = (
        "import sys; from commonweal.cli import main; code = main(sys.argv[1:]);"
        " sys.exit(code or (9 if 'django' in sys.modules else 0))"
    )
    root = Path(__file__).resolve().parents[2]
    star = root / "docs" / "tutorial" / "star"
    done = subprocess.run(
        [sys.executable, "-c", script, "check", str(star / "contract.yaml"), str(star / "x.csv")],
        capture_output=True,
        check=False,
    )
    assert done.returncode == 2
