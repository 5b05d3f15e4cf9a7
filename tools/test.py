"""Run the whole suite: `./cw test [--slow] [pytest arguments]`.

On SQLite first, then on PostgreSQL where the machine has a server. What a machine cannot run is
left out and said in one line; with CI set, leaving anything out is a failure.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import postgres

ROOT = Path(__file__).resolve().parents[1]


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
    selection = [] if browser else ["-m", "not browser"]
    status = 0
    if server:
        print("cw: on PostgreSQL", flush=True)
        with postgres.cluster() as url:
            # What does not depend on the database runs once, on SQLite.
            rest = ["-m", "not browser and not repo", "--ignore=src/commonweal/compute"]
            status = pytest([*arguments, *rest], DATABASE_URL=url, **extra)
    print("cw: on SQLite", flush=True)
    status = pytest([*arguments, *selection], **extra) or status
    if left_out:
        print(f"cw: left out on this machine: {', '.join(left_out)}")
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
