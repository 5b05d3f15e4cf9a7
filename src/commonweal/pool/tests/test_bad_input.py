"""Bad files through page, link and command: each ends in a clear finding or refusal."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from commonweal.pool import upkeep
from commonweal.pool.models import Submission
from commonweal.pool.tests.factories import COLUMNS, GOOD, Agreed, agreed, csv, xlsx
from commonweal.pool.tests.ways import Answer, by_command, by_link, by_page
from commonweal.pool.vault import files

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def bomb() -> bytes:
    """A small archive that says it is a workbook and unpacks to 64 MB of nothing."""
    sink = io.BytesIO(xlsx())
    with zipfile.ZipFile(sink) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = next(name for name in parts if name.startswith("xl/worksheets/"))
    parts[sheet] += b" " * (64 * 1024 * 1024)
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return sink.getvalue()


def with_row(*cells: str) -> list[tuple[str, ...]]:
    return [*GOOD, ("C7", "Gus", "2026-02-28", "14", "yes")[: 5 - len(cells)] + cells]


@dataclass(frozen=True)
class Case:
    """`says`: words that the page must show; `rule`: a finding that must be counted."""

    name: str
    file: str
    data: bytes
    state: str
    says: str = ""
    rule: str = ""


CASES = [
    Case("wrong encoding", "a.csv", csv(encoding="cp1252"), "accepted", "UTF-8", "encoding"),
    Case("byte order mark", "a.csv", csv(encoding="utf-8-sig"), "accepted"),
    Case("UTF-16", "a.csv", csv(encoding="utf-16"), "accepted"),
    Case("semicolons", "a.csv", csv(separator=";"), "accepted"),
    Case("a good workbook", "a.xlsx", xlsx(), "accepted"),
    Case(
        "merged header cells", "a.xlsx", xlsx(merge="A1:B1"), "refused", "Unmerge", "merged_header"
    ),
    Case(
        "3.5 in a whole number",
        "a.csv",
        csv(with_row("3.5", "yes")),
        "partly_accepted",
        "not a whole number",
        "integer",
    ),
    Case(
        "31 February",
        "a.csv",
        csv(with_row("2026-02-31", "1", "yes")),
        "partly_accepted",
        "no such day",
        "date",
    ),
    Case(
        "the same key twice",
        "a.csv",
        csv([*GOOD, *[(f"D{n}", "x", "2026-02-01", "1", "yes") for n in range(9)], GOOD[0]]),
        "partly_accepted",
        "also stands in row",
        "primary_key",
    ),
    Case("0 bytes", "a.csv", b"", "refused", "0 bytes"),
    Case("a 0-byte workbook", "a.xlsx", b"", "refused", "0 bytes"),
    Case("headings only", "a.csv", csv([]), "refused", "headings but no rows", "no_rows"),
    Case("a zip bomb", "a.xlsx", bomb(), "refused", "unpacks to more than is safe"),
    Case(
        "a formula",
        "a.xlsx",
        xlsx([*GOOD, ("C7", "Gus", "2026-02-28", "=1+1", "yes")]),
        "partly_accepted",
        "holds a formula",
        "formula",
    ),
    Case(
        "a renamed column",
        "a.csv",
        csv(heading=[*COLUMNS[:4], "slept safely"]),
        "refused",
        "the file has `slept safely` instead",
        "missing_column",
    ),
    Case(
        "text in a number",
        "a.csv",
        csv(with_row("twelve", "yes")),
        "partly_accepted",
        "must hold a whole number",
        "type",
    ),
    Case("a picture", "a.png", b"\x89PNG\r\n\x1a\n" + bytes(99), "refused"),
    Case(
        "a PDF named CSV", "a.csv", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n...", "refused", "PDF document"
    ),
    Case("half a workbook", "a.xlsx", xlsx()[:2000], "refused"),
    Case(
        "too many bad rows",
        "a.csv",
        csv([*GOOD, *[(f"D{n}", "x", "2026-02-01", "61", "yes") for n in range(2)]]),
        "refused",
        "2 of 8 rows have errors",
        "range",
    ),
    Case(
        "the rows to mend, sent back alone",
        "a.csv",
        csv([("8", *GOOD[0])], heading=["_row", *COLUMNS]),
        "refused",
        "not the whole month",
    ),
    Case("an ODS-like archive", "a.ods", b"PK\x03\x04" + bytes(200), "refused", "damaged"),
]


@pytest.mark.parametrize("way", ["page", "link", "command"])
def test_every_bad_file_ends_clearly(way: str, tmp_path: Path) -> None:
    """All for the same month, one after the other: what counts changes only by what is accepted."""
    here = agreed()
    counts_now = None
    for case in CASES:
        answer = send(here, case, way, tmp_path)
        row = answer.submission
        assert row is not None, case.name
        assert row.state == case.state, (case.name, row.verdict, row.reason, row.finding_counts)
        assert (row.rows_total or 0) == (row.rows_clean or 0) + (row.rows_bad or 0), case.name
        assert not case.rule or case.rule in row.finding_counts, case.name
        check_answer(case, answer, way)
        if case.state == "refused":
            assert row.clean_file == row.content_id == "", case.name
        else:
            counts_now = row.pk
        current = Submission.objects.filter(state__in=Submission.CURRENT)
        assert list(current.values_list("pk", flat=True)) == [counts_now], case.name
    nothing_half_written()


def check_answer(case: Case, answer: Answer, way: str) -> None:
    if way == "command":
        refused = 1 if case.rule else 2
        expected = {"accepted": 0, "partly_accepted": 1, "refused": refused}[case.state]
        assert answer.code == expected, case.name
        assert case.rule in answer.text, case.name
    else:
        assert answer.code == 200, case.name
        assert case.says in answer.text, case.name


def send(here: Agreed, case: Case, way: str, folder: Path) -> Answer:
    if way == "page":
        return by_page(here, case.data, case.file)
    if way == "link":
        return by_link(here, case.data, case.file)
    return by_command(here, case.data, case.file, folder=folder)


def nothing_half_written() -> None:
    """Every file in the vault belongs to a submission and is whole; none is missing."""
    root = files._root()
    there = {p.parent.name + p.name for p in root.glob("*/*") if p.is_file()}
    assert there == upkeep.kept_addresses()
    for address in there:
        with files.reading(address):
            pass


@pytest.mark.parametrize("way", ["page", "link"])
def test_a_file_over_the_cap_is_refused_on_page_and_link(way: str, settings: Any) -> None:
    here = agreed()
    settings.UPLOAD_CAP = 1000
    case = Case("", "a.csv", csv() + b"\r\n" * 1000, "")
    answer = send(here, case, way, Path())
    assert answer.code == 422
    assert "larger than" in answer.text
    assert Submission.objects.count() == 0
    assert [p for p in files._root().glob("*/*") if p.is_file()] == []


def test_the_command_has_no_cap(settings: Any, tmp_path: Path) -> None:
    here = agreed()
    settings.UPLOAD_CAP = 100
    answer = by_command(here, csv(), "a.csv", folder=tmp_path)
    assert answer.code == 0
    assert answer.submission is not None
    assert answer.submission.state == "accepted"
