"""Test set-up shared by every room: settings for tests, no network, factories."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

HOME = Path(tempfile.mkdtemp(prefix="commonweal-test-"))
(HOME / "static").mkdir()
os.environ["COMMONWEAL_HOME"] = str(HOME)
os.environ["COMMONWEAL_KEYS"] = str(HOME / "keys")
os.environ.setdefault("COMMONWEAL_DEBUG", "1")
# The example keeps its data in one country, as a real installation says.
os.environ["COMMONWEAL_PLACE"] = "GB"
os.environ["COMMONWEAL_SECRET_KEY"] = "test-only"
os.environ["COMMONWEAL_BASE_URL"] = "http://testserver"
# Named here and not in pyproject: from there pytest-django loads it before the lines above.
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "commonweal.web.settings")

import django  # noqa: E402
import pytest  # noqa: E402
from django.utils import translation  # noqa: E402

# pytest-django looked for settings before this file named them, so it leaves this step to us.
django.setup()

# Only a set-up compiles the words; a fresh clone has had none, and tests read Spanish pages.
from commonweal.core.setup import compile_messages  # noqa: E402

compile_messages()

SHARED = Path(__file__).resolve().parent.parent / "shared"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real input; tests that need it skip where it is absent."""
    folder = SHARED / "data"
    if not folder.is_dir():
        pytest.skip("real input is not here: ../shared/data is absent")
    return folder


@pytest.fixture
def day_of_agreements(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages are read on a day within the term of the agreements that the rooms' factories make."""
    from commonweal.convene.tests.factories import AT

    monkeypatch.setattr("django.utils.timezone.now", lambda: AT)


@pytest.fixture(autouse=True)
def english_again() -> Iterator[None]:
    """A test that reads a page in another language leaves that language switched on."""
    yield
    translation.activate("en")


def pytest_configure(config: pytest.Config) -> None:
    """Let every worker of a parallel run have a folder of its own.

    Workers inherit this process's environment. With the settings named there, pytest-django would
    load them before a worker has come to the lines above, and all would share one vault.
    """
    if config.getoption("numprocesses", None) and not hasattr(config, "workerinput"):
        os.environ.pop("DJANGO_SETTINGS_MODULE", None)


def pytest_unconfigure() -> None:
    """Each process, worker or not, takes its own folder away again."""
    shutil.rmtree(HOME, ignore_errors=True)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--slow", action="store_true", help="run the full matrix and large inputs")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--slow"):
        return
    skip = pytest.mark.skip(reason="slow: runs in CI and with --slow")
    for item in items:
        if "slow" in item.keywords:
            item.add_marker(skip)
