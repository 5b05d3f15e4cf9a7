"""Run the whole suite: `./cw test [--slow] [pytest arguments]`.

On PostgreSQL first, where the machine has a server, then all of it on SQLite, so that the runner's own
summary of the whole suite comes last. What a machine cannot run is left out and said in one line;
with CI set, leaving anything out is a failure.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import postgres

ROOT = Path(__file__).resolve().parents[1]
NOTHING_SELECTED = 5  # pytest's own exit code: of these tests none depends on the database


def chromium() -> str | None:
    named = os.environ.get("CHROMIUM")
    return named or next(
        filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
    )


def pytest(arguments: list[str], **environment: str) -> int:
    command = [sys.executable, "-m", "pytest", "-n", "2", "--dist", "loadgroup", *arguments]
    return subprocess.run(
        command, cwd=ROOT, env={**os.environ, **environment}, check=False
    ).returncode


def main(arguments: list[str]) -> int:
    in_ci = bool(os.environ.get("CI"))
    server, browser = postgres.binaries(), chromium()
    left_out = [
        name
        for name, found in (("PostgreSQL", server), ("browser tests (no Chromium)", browser))
        if not found
    ]
    if left_out and in_ci:
        print(f"CI must leave nothing out, but this machine lacks: {', '.join(left_out)}")
        return 1
    extra = {"CHROMIUM": browser} if browser else {}
    if in_ci and "--slow" not in arguments:
        arguments = ["--slow", *arguments]
    if left_out:
        print(f"cw: left out on this machine: {', '.join(left_out)}")
    on_server = run_on_server(arguments, extra) if server else 0
    print("cw: on SQLite", flush=True)
    status = pytest([*arguments, *([] if browser else ["-m", "not browser"])], **extra)
    if on_server:
        # The summary above is SQLite's and may well be green.
        print("cw: the run on PostgreSQL failed, see above", flush=True)
    return status or on_server


def run_on_server(arguments: list[str], extra: dict[str, str]) -> int:
    print("cw: on PostgreSQL", flush=True)
    with postgres.cluster() as url:
        # What does not depend on the database runs once, on SQLite.
        rest = ["-m", "not browser and not repo", "--ignore=src/commonweal/compute"]
        status = pytest([*arguments, *rest], DATABASE_URL=url, **extra)
    return 0 if status == NOTHING_SELECTED else status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
