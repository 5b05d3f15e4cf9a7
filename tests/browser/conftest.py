"""One demo, one Chromium and one signed-in state per role for all tests in a browser."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.browser import checks
from tests.browser.server import Served, served
from tests.browser.visits import Visits

CHROMIUM = (
    os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
)
FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run"
    " --disable-background-networking --disable-component-update --disable-sync"
).split()
# Pictures show the demo as it is shipped; tests do with less.
CHILDREN = 5000 if os.environ.get("COMMONWEAL_SCREENSHOTS") else 400


# Two halves of about equal length, each in one process with a demo of its own.
FIRST_HALF = {"Visitor", "Convener", "Sponsor", "Partner staff"}


def group_of(item: pytest.Item) -> str:
    role = getattr(item, "callspec", None) and item.callspec.params.get("role")  # type: ignore[attr-defined]
    return "browser-1" if role in FIRST_HALF else "browser-2"


@pytest.hookimpl(tryfirst=True)  # Before xdist reads the groups and -m the marks.
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here not in item.path.parents:
            continue
        for mark in (pytest.mark.browser, pytest.mark.xdist_group(group_of(item))):
            item.add_marker(mark)
        item.add_marker(pytest.mark.enable_socket)
        if not CHROMIUM:
            item.add_marker(pytest.mark.skip(reason="no Chromium on this machine"))
        elif not checks.AXE.is_file():
            item.add_marker(pytest.mark.skip(reason="not built: run tools/build_assets.py"))


@pytest.fixture(scope="package")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("demo"), children=CHILDREN) as here:
        yield here


@contextmanager
def chromium_started() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        started = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield started
        started.close()


@pytest.fixture(scope="package")
def chromium(demo: Served) -> Iterator[Any]:
    with chromium_started() as started:
        yield started


@pytest.fixture(scope="package")
def visits(demo: Served, chromium: Any) -> Visits:
    """How tests open pages: `visits.as_("Convener")`."""
    return Visits(demo, chromium)
