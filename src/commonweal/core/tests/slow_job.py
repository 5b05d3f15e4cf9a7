"""A job that hangs the first time and is quick the second; for the test that kills its worker."""

from __future__ import annotations

import time
from pathlib import Path

from commonweal.core import jobs


@jobs.job("test.slow")
def slow(progress: jobs.Progress, folder: str) -> None:
    (Path(folder) / f"attempt-{progress.attempt}").touch()
    if progress.attempt == 1:
        time.sleep(120)
