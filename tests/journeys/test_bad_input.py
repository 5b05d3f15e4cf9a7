"""Bad files for the example's home visits, by page, personal link, `submit` and `check`.

The room's own tests (`pool/tests/test_bad_input.py`) try every fault on a contract of their own.
Here the example's council sends them, and the four ways must find the same.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any
from unittest import mock

import openpyxl
import pytest

from commonweal import cli
from commonweal.compute.synthetic.drops import as_csv, as_xlsx
from commonweal.compute.synthetic.records import home_visits
from commonweal.compute.synthetic.world import make_world
from commonweal.core.models import Organisation, Person
from commonweal.core.queries import actor_for
from commonweal.core.scope import NOBODY
from commonweal.desk.demo import example as shipped
from commonweal.pool import contracts
from commonweal.pool.models import DataContract, Submission
from commonweal.pool.tests.factories import AT, Agreed
from commonweal.pool.tests.ways import Answer, by_command, by_link, by_page
from commonweal.pool.vault import files

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("example")]

Rows = list[dict[str, str]]


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    with mock.patch("django.utils.timezone.now", return_value=AT):
        yield


@pytest.fixture(scope="module")
def rows() -> Rows:
    """Forty visits without a fault, as one council keeps them."""
    world = make_world(seed=5, children=300)
    found = home_visits(world, Random("bad input"))
    return [record.row for record in found if record.provider == "aldmoor"][:40]


@pytest.fixture
def council(example: Any) -> Agreed:
    """Aldmoor Council and its steward, under the example's own agreement and contract."""

    def acting(email: str) -> Any:
        return actor_for(Person.objects.get(email=email), AT)

    return Agreed(
        contract=DataContract.objects.select_related("agreement", "partnership").get(
            partnership=example, key="home-visits"
        ),
        partnership=example,
        provider=Organisation.objects.get(name="Aldmoor Council"),
        other=Organisation.objects.get(name="Calderby Council"),
        steward=acting("steward@example.org"),
        colleague=acting("steward@example.org"),
        stranger=NOBODY,
        convener=acting("convener@example.org"),
    )


# The files --------------------------------------------------------------------------------------


def plain(rows: Rows) -> bytes:
    return as_csv(rows, ",", "utf-8")


def spoiled(column: str, value: str, *, at: int = 3) -> Callable[[Rows], bytes]:
    """One cell of one row is wrong."""
    return lambda rows: plain([*rows[:at], {**rows[at], column: value}, *rows[at + 1 :]])


def edited(change: Callable[[Any], None]) -> Callable[[Rows], bytes]:
    """A workbook after somebody changed something in it."""

    def make(rows: Rows) -> bytes:
        book = openpyxl.load_workbook(io.BytesIO(as_xlsx(rows)))
        change(book.active)
        sink = io.BytesIO()
        book.save(sink)
        return sink.getvalue()

    return make


def with_formula(sheet: Any) -> None:
    sheet["J5"] = "=1+1"


def bomb(rows: Rows) -> bytes:
    """A workbook that unpacks to 64 MB of blanks."""
    sink = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(as_xlsx(rows))) as source,
        zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        for name in source.namelist():
            filler = b" " * (64 << 20) if name.startswith("xl/worksheets/") else b""
            archive.writestr(name, source.read(name) + filler)
    return sink.getvalue()


def renamed(rows: Rows) -> bytes:
    return plain(
        [{("slept" if k == "safe_sleep" else k): v for k, v in row.items()} for row in rows]
    )


@dataclass(frozen=True)
class Case:
    """`rule` must be found, or, where the file cannot be read at all, the page `says` why."""

    name: str
    make: Callable[[Rows], bytes]
    state: str
    rule: str = ""
    says: str = ""
    suffix: str = "csv"


CASES = (
    Case("wrong encoding", lambda r: as_csv(r, ",", "cp1252"), "accepted", "encoding", "UTF-8"),
    Case("byte order mark", lambda r: as_csv(r, ",", "utf-8-sig"), "accepted"),
    Case("semicolons", lambda r: as_csv(r, ";", "utf-8"), "accepted"),
    Case(
        "merged header cells",
        edited(lambda sheet: sheet.merge_cells("A1:B1")),
        "refused",
        "merged_header",
        "Unmerge",
        "xlsx",
    ),
    Case("3.5 in a whole number", spoiled("deprivation", "3.5"), "partly_accepted", "integer"),
    Case("31 February", spoiled("visit_date", "2026-02-31"), "partly_accepted", "date"),
    Case("the same key twice", lambda r: plain([*r, r[0]]), "partly_accepted", "primary_key"),
    Case("an empty file", lambda r: b"", "refused", says="0 bytes"),
    Case("a zip bomb", bomb, "refused", says="unpacks to more than is safe", suffix="xlsx"),
    Case("a formula", edited(with_formula), "partly_accepted", "formula", suffix="xlsx"),
    Case("a renamed column", renamed, "refused", "missing_column", "slept"),
    Case("text in a number", spoiled("deprivation", "two"), "partly_accepted", "type"),
    Case("a 0-byte workbook", lambda r: b"", "refused", says="0 bytes", suffix="xlsx"),
    Case("a code nobody knows", spoiled("pilot", "Hospital!"), "partly_accepted", "code"),
)


# The ways ---------------------------------------------------------------------------------------


def vault() -> set[Path]:
    return {path for path in files._root().glob("*/*") if path.is_file()}


def addresses(row: Submission) -> set[str]:
    held = (row.landed_file, row.clean_file, row.quarantine_file, row.findings_file)
    return {address for address in held if address}


def sent(council: Agreed, case: Case, data: bytes, way: str, folder: Path) -> Answer:
    name = f"visits.{case.suffix}"
    if way == "command":
        return by_command(council, data, name, folder=folder)
    return {"page": by_page, "link": by_link}[way](council, data, name)


@pytest.mark.parametrize("way", ["page", "link", "command"])
def test_each_bad_file_ends_in_a_finding_or_a_refusal(
    council: Agreed, rows: Rows, tmp_path: Path, way: str
) -> None:
    """One after the other for one month; after each, all that is written belongs to its answer."""
    before = Submission.objects.count()
    for count, case in enumerate(CASES, start=1):
        there = vault()
        answer = sent(council, case, case.make(rows), way, tmp_path)
        row = answer.submission
        assert row is not None, (case.name, answer.text)
        assert row.state == case.state, (case.name, row.verdict, row.finding_counts)
        assert not case.rule or case.rule in row.finding_counts, (case.name, row.finding_counts)
        assert case.says in answer.text or way == "command", case.name
        assert {path.parent.name + path.name for path in vault() - there} == addresses(row)
        assert bool(row.clean_file) == (row.state != "refused"), case.name
        assert Submission.objects.count() == before + count
        check_values_are_masked(rows, answer)


def check_values_are_masked(rows: Rows, answer: Answer) -> None:
    for row in rows[:5]:
        for column in ("visit_ref", "family_name", "postcode"):
            assert not row[column] or f">{row[column]}<" not in answer.text


def test_every_way_finds_the_same(
    council: Agreed, rows: Rows, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`commonweal check` needs no server; what it finds is what a submission's page counts."""
    contract = tmp_path / "contract.yaml"
    contract.write_text(shipped("contracts", "home-visits"))
    for case in CASES:
        data = case.make(rows)
        path = tmp_path / f"checked.{case.suffix}"
        path.write_bytes(data)
        code = cli.main(["check", str(contract), str(path), "--format", "json"])
        said = capsys.readouterr()
        counted = sent(council, case, data, "page", tmp_path).submission
        assert counted is not None
        if not counted.finding_counts and case.state == "refused":
            assert (code, said.out) == (2, ""), case.name
            continue
        found = json.loads(said.out)
        assert code == (1 if found else 0), case.name
        assert {each["rule"] for each in found} == set(counted.finding_counts), case.name
        for row in rows[:5]:
            assert row["family_name"] not in said.out


def test_the_contract_that_is_checked_is_the_one_that_is_shipped(council: Agreed) -> None:
    version = council.contract.versions.latest("number")
    assert version.text == shipped("contracts", "home-visits")
    assert contracts.table_of(version).name == "home-visits"


@pytest.mark.parametrize("way", ["page", "link"])
def test_a_file_over_the_cap_is_refused_and_nothing_stays(
    council: Agreed, rows: Rows, tmp_path: Path, settings: Any, way: str
) -> None:
    settings.UPLOAD_CAP = 2000
    there, count = vault(), Submission.objects.count()
    answer = sent(council, CASES[1], plain(rows), way, tmp_path)
    assert answer.code == 422
    assert "larger than" in answer.text
    assert Submission.objects.count() == count
    assert vault() == there


def test_the_command_takes_a_file_of_any_size(
    council: Agreed, rows: Rows, tmp_path: Path, settings: Any
) -> None:
    settings.UPLOAD_CAP = 2000
    answer = sent(council, CASES[1], plain(rows), "command", tmp_path)
    assert (answer.code, getattr(answer.submission, "state", "")) == (0, "accepted")
