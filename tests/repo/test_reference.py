"""The reference says what the code says: generated pages, words for events, roles, links."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import pytest

from commonweal.desk.words import SENTENCES

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "commonweal"
pytestmark = [pytest.mark.repo, pytest.mark.xdist_group("checks")]


@pytest.fixture
def tools(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "tools"))


@pytest.fixture
def event_kinds(tools: None) -> Any:
    import event_kinds  # type: ignore[import-not-found]

    return event_kinds


def test_generated_pages_are_what_the_code_says(tools: None) -> None:
    import reference  # type: ignore[import-not-found]

    for name, text in reference.pages().items():
        kept = (ROOT / "docs" / "reference" / name).read_text()
        assert kept == text, f"{name} is out of date: run python tools/reference.py"


def test_every_kind_of_event_has_words_and_every_word_an_event(event_kinds: Any) -> None:
    assert {each.kind for each in event_kinds.appended()} == set(SENTENCES)


def test_kinds_are_found_through_the_functions_around_the_log(event_kinds: Any) -> None:
    source = """
def _log(what, by):
    events.append(kind=f"room.{what}", by=by)

def _log_twice(what, by):
    _log(what, by)

def paid(by):
    _log_twice("paid", by)

def judged(good, by):
    _log("kept" if good else "left", by)

def foreseen(at):
    kind, days = _which(at)
    events.append(kind=kind)

def _which(at):
    return ("room.over", 0) if at else ("room.near", 3)

def _settle(by):
    _log("settled", by)

def close(by):
    _settle(by)
"""
    found = {(each.kind, each.where) for each in event_kinds.kinds_of(source, "room.actions")}
    assert found == {
        ("room.paid", "room.actions.paid"),
        ("room.kept", "room.actions.judged"),
        ("room.left", "room.actions.judged"),
        ("room.over", "room.actions.foreseen"),
        ("room.near", "room.actions.foreseen"),
        ("room.settled", "room.actions.close"),
    }


def test_a_kind_that_cannot_be_told_is_an_error(event_kinds: Any) -> None:
    source = "def act(record):\n    events.append(kind=record.kind)\n"
    with pytest.raises(LookupError, match=r"room\.actions\.act"):
        list(event_kinds.kinds_of(source, "room.actions"))


def test_every_rule_about_roles_is_described() -> None:
    written = set()
    for path in sorted(PACKAGE.glob("*/policies.py")):
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("check_"):
                written.add(f"{path.parent.name}.{node.name}")
    page = (ROOT / "docs" / "reference" / "roles.md").read_text()
    assert set(re.findall(r"`(\w+\.check_\w+)`", page)) == written


def files_linked() -> list[tuple[Path, str]]:
    """(page, target) of every relative link; Sphinx checks those between documentation pages."""
    pages = [*ROOT.glob("*.md"), *PACKAGE.glob("*/README.md"), *(ROOT / "docs").rglob("*.md")]
    return [
        (page, target)
        for page in pages
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text())
        if not target.startswith(("http:", "https:", "mailto:"))
    ]


def test_links_between_files_lead_somewhere() -> None:
    found = files_linked()
    assert len(found) > 50
    broken = {
        f"{page.relative_to(ROOT)}: {target}"
        for page, target in found
        if not (page.parent / target).exists()
    }
    assert not broken
