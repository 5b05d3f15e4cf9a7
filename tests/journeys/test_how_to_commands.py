"""What the how-to pages say about the example: commands over a partnership, and a number re-run."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from commonweal.cli import main
from commonweal.compute.synthetic.drops import Drop, drops
from commonweal.compute.synthetic.world import make_world
from commonweal.desk import demo
from commonweal.measure import queries
from commonweal.measure.models import Release

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("example")]

ROOT = Path(__file__).resolve().parents[2]


def words_of(page: str, begins: str) -> list[str]:
    """The words of the command on a how-to page that begins so."""
    text = (ROOT / "docs" / "how-to" / f"{page}.md").read_text()
    found = re.search(rf"^\$ \./cw ({begins} .+)$", text, re.M)
    assert found
    return shlex.split(found[1])


def test_a_file_is_handed_in_by_command(
    example: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = str(ROOT / "docs" / "tutorial" / "beds.csv")
    words = words_of("hand-in-data", "submit")
    assert main([file if word == "deliveries.csv" else word for word in words]) == 1
    printed = json.loads(capsys.readouterr().out)
    assert printed["state"] == "partly_accepted"
    assert (printed["rows"], printed["rows_bad"]) == (6, 1)


def test_a_release_is_computed_by_command(example: Any, capsys: pytest.CaptureFixture[str]) -> None:
    words = words_of("measure-and-publish", "release")
    assert main(words) == 0
    printed = json.loads(capsys.readouterr().out)
    release = Release.objects.get(partnership=example, number=printed["release"])
    assert printed == {"release": 3, "run_id": release.run_id, "state": "draft"}
    refused = ["A Bed Each" if word.startswith("Southmoor") else word for word in words]
    refused = ["charity@example.org" if "@" in word else word for word in refused]
    assert main(refused) == 3
    assert "clause" in capsys.readouterr().err


def last_of_each_month() -> dict[str, Drop]:
    """The hospital's files as the example got them: period → the last one that was sent."""
    world = make_world(seed=20250401, children=700)
    return {drop.period: drop for drop in drops(world) if drop.contract == "newborns"}


def without_bad_rows(drop: Drop, folder: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """As the page says: `check` names the rows, they are removed."""
    contract, path = folder / "contract.yaml", folder / f"{drop.period}.csv"
    contract.write_text(demo.example("contracts", "newborns"))
    path.write_bytes(drop.data)
    main(["check", str(contract), str(path), "--format", "json"])
    found = json.loads(capsys.readouterr().out)
    bad = {finding["row"] for finding in found if finding["severity"] == "error"}
    lines = list(csv.reader(io.StringIO(drop.data.decode("utf-8-sig"))))
    kept = [line for row, line in enumerate(lines, start=1) if row not in bad]
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(kept)
    return path


def test_an_evaluator_gets_the_published_rows_from_the_files(
    example: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    address = f"/p/{example.slug}/releases/2/"
    published = [
        row
        for row in json.loads(Client().get(f"{address}data.json").content)
        if row["indicator"] == "own-bed-at-birth"
    ]
    page = Client().get(f"{address}own-bed-at-birth/").content.decode()
    files = last_of_each_month()
    for drop in files.values():
        assert hashlib.sha256(drop.data).hexdigest()[:12] in page
    release = queries.public_release(example.slug, 2)
    definition = release.indicators.get(indicator__key="own-bed-at-birth").definition
    (tmp_path / "own-bed-at-birth.yaml").write_text(definition)
    assert "id: own-bed-at-birth" in page
    paths = [str(without_bad_rows(drop, tmp_path, capsys)) for drop in files.values()]
    words = ["measure", str(tmp_path / "own-bed-at-birth.yaml"), *paths]
    assert main([*words, "--min-cell", "5", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out) == published
    assert any(row["status"] == "hidden" for row in published)
