"""The tutorial does what it says: every command in it is run, on real data where that is here."""

from __future__ import annotations

import re
import runpy
import shlex
from pathlib import Path

import pytest

from commonweal.cli import main

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "tutorial" / "first-number.md"
REAL = ROOT.parent / "shared" / "data" / "star" / "star.csv"


def commands() -> list[tuple[list[str], str]]:
    """Each console block: the words after `./cw` and what the page says it prints first."""
    blocks = re.findall(r"```console\n\$ \./cw (.+?)\n(.*?)```", PAGE.read_text(), re.DOTALL)
    return [(shlex.split(command), output) for command, output in blocks]


@pytest.fixture(params=["real", "invented"])
def star(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    if request.param == "real":
        if not REAL.is_file():
            pytest.skip("real input is not here: ../shared/data/star is absent")
        return REAL
    path = tmp_path / "star.csv"
    maker = runpy.run_path(str(ROOT / "docs" / "tutorial" / "star" / "make_rows.py"))
    maker["main"](str(path))
    return path


def test_every_command_of_the_tutorial_works(
    star: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    assert len(commands()) >= 4
    for words, begins in commands():
        arguments = [str(star) if word == "star.csv" else word for word in words]
        outputs = []
        for _ in range(2):
            assert main(arguments) == 0, words
            outputs.append(capsys.readouterr().out)
        assert outputs[0] == outputs[1]
        assert outputs[0].startswith(begins.strip())
