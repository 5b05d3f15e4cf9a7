"""`./cw test` says what failed where somebody who looks at the last lines sees it."""

from __future__ import annotations

import contextlib
import importlib.util
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

TOOLS = Path(__file__).resolve().parents[2] / "tools"
pytestmark = pytest.mark.repo


@contextlib.contextmanager
def cluster() -> Iterator[str]:
    yield "postgresql://server/test"


@pytest.fixture
def runner(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script, with a server and a browser that are not there."""
    monkeypatch.syspath_prepend(str(TOOLS))
    spec = importlib.util.spec_from_file_location("cw_test", TOOLS / "test.py")
    assert spec and spec.loader
    found = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    monkeypatch.setattr(found.postgres, "binaries", lambda: TOOLS)
    monkeypatch.setattr(found.postgres, "cluster", cluster)
    monkeypatch.setattr(found, "chromium", lambda: "chromium")
    monkeypatch.delenv("CI", raising=False)
    return found


@pytest.mark.parametrize(
    ("on_server", "on_sqlite", "expected"),
    [(0, 0, 0), (1, 0, 1), (0, 1, 1), (1, 1, 1), (5, 0, 0), (5, 5, 5), (2, 0, 2)],
)
def test_the_summary_is_last_unless_the_server_run_failed(
    runner: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    on_server: int,
    on_sqlite: int,
    expected: int,
) -> None:
    def pytest_(arguments: list[str], **environment: Any) -> int:
        name = "PostgreSQL" if "DATABASE_URL" in environment else "SQLite"
        print(f"summary of {name}")
        return on_server if name == "PostgreSQL" else on_sqlite

    monkeypatch.setattr(runner, "pytest", pytest_)
    assert runner.main([]) == expected
    lines = capsys.readouterr().out.splitlines()
    said = ["cw: on PostgreSQL", "summary of PostgreSQL", "cw: on SQLite", "summary of SQLite"]
    failed = ["cw: the run on PostgreSQL failed, see above"] if on_server in {1, 2} else []
    assert lines == said + failed


def test_what_is_left_out_is_said_before_the_summary(
    runner: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(runner.postgres, "binaries", lambda: None)
    monkeypatch.setattr(runner, "pytest", lambda _arguments, **_environment: print("summary") or 0)
    assert runner.main([]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "cw: left out on this machine: PostgreSQL",
        "cw: on SQLite",
        "summary",
    ]


GROUPED = """
import os
from pathlib import Path
import pytest

@pytest.mark.xdist_group("one")
@pytest.mark.parametrize("number", range(8))
def test_it(number):
    (Path(__file__).parent / os.environ["PYTEST_XDIST_WORKER"]).touch()
"""


def test_what_shares_a_browser_or_an_example_runs_in_one_process(tmp_path: Path) -> None:
    """xdist forgets the groups, without a word, where a newer pytest changed under it."""
    written = tmp_path / "test_grouped.py"
    written.write_text(GROUPED)
    command = [sys.executable, "-m", "pytest", "-n", "2", "--dist", "loadgroup", "--rootdir"]
    done = subprocess.run(
        [*command, str(tmp_path), "-c", "/dev/null", "-p", "no:django", str(written)],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stdout
    assert len(list(tmp_path.glob("gw*"))) == 1
