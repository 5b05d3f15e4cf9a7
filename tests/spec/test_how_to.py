"""How-to pages hold: their examples are run, the words they name are on the pages.

In these pages **text** is a link, button or choice, `/address/` an address of the installation
(SLUG and NUMBER stand for any), and `$ ./cw …` a command.
"""

from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path
from typing import Any

import pytest
from django.urls import resolve

from commonweal.cli import main, parser
from commonweal.core import queries
from commonweal.core.models import Organisation, Person, Role

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs" / "how-to"
EXAMPLES = ("write-a-data-contract", "write-an-indicator", "protect-small-groups")
PAGES = (
    *EXAMPLES,
    "choose-where-to-begin",
    "from-draft-to-signature",
    "hand-in-data",
    "make-a-commitment",
    "measure-and-publish",
    "print-check-and-compare-agreements",
    "re-run-a-published-number",
    "see-who-can-see-what",
    "sign-an-agreement",
    "start-a-partnership",
    "take-everything-with-you",
    "translate-the-pages",
)
# Bold words that stress something and are not on any page.
STRESSED = {
    "classification",
    "data-sharing agreement",
    "data-use licence",
    "description",
    "missingValues",
    "release",
    "required",
}


def page(name: str) -> str:
    return (FOLDER / f"{name}.md").read_text()


def test_the_examples_give_what_the_pages_show(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One folder for all three pages, as for a reader who goes on from one to the next."""
    monkeypatch.chdir(tmp_path)
    ran = 0
    for name in EXAMPLES:
        blocks = r"[Ss]ave as `(?P<file>[\w.-]+)`:\n\n```\w+\n(?P<text>.*?)```"
        blocks += r"|```console\n\$ \./cw (?P<command>.+?)\n(?P<shown>.*?)```"
        for block in re.finditer(blocks, page(name), re.DOTALL):
            if block["file"]:
                (tmp_path / block["file"]).write_text(block["text"])
                continue
            code = main(shlex.split(block["command"]))
            printed = capsys.readouterr().out
            assert printed == block["shown"], block["command"]
            findings = block["command"].startswith("check") and len(printed.splitlines()) > 1
            assert code == int(findings)
            ran += 1
    assert ran >= 4


@pytest.fixture(scope="module")
def on_the_pages() -> Any:
    """A pattern of every text that is translated, with anything in place of a placeholder."""
    sys.path.insert(0, str(ROOT / "tools"))
    try:
        from messages import extracted  # type: ignore[import-not-found]
    finally:
        sys.path.pop(0)
    texts: set[str] = set()
    for message in extracted():
        texts |= {message.id} if isinstance(message.id, str) else set(message.id)
    parts = [re.sub(r"%\\?\(\w+\\?\)s", ".+", re.escape(text.strip())) for text in texts if text]
    return re.compile("|".join(sorted(parts)))


@pytest.mark.parametrize("name", PAGES)
def test_what_is_to_be_pressed_is_on_the_pages(name: str, on_the_pages: Any) -> None:
    named = {" ".join(text.split()) for text in re.findall(r"\*\*([^*]+)\*\*", page(name))}
    assert not {text for text in named - STRESSED if not on_the_pages.fullmatch(text)}


@pytest.mark.parametrize("name", PAGES)
def test_addresses_lead_somewhere(name: str) -> None:
    for address in re.findall(r"`(/(?:p|partnerships|sign-in)/[^`]*)`", page(name)):
        resolve(address.replace("SLUG", "safe-space").replace("NUMBER", "2"))


@pytest.mark.parametrize("name", PAGES)
def test_commands_are_understood(name: str) -> None:
    for command in re.findall(r"^\$ \./cw (.+)$", page(name), re.M):
        assert parser().parse_args(shlex.split(command)).run


@pytest.mark.django_db
def test_the_first_organisation_comes_in_as_the_page_says() -> None:
    command = re.search(r"^    \./cw (create-organisation .+)$", page("start-a-partnership"), re.M)
    assert command
    assert main(shlex.split(command[1])) == 0
    person, office = Person.objects.get(), Organisation.objects.get()
    held = queries.actor_for(person, person.created_at).roles
    assert held == {(office.pk, role) for role in Role.values}


def test_the_refusals_of_signing_are_those_that_people_read(on_the_pages: Any) -> None:
    """Each quoted sentence is one of the software's, with a name in place of its placeholder."""
    told = re.findall(
        r"“([^”]+)”", page("from-draft-to-signature").partition("## What is refused")[2]
    )
    assert len(told) == 7
    for sentence in told:
        assert any(
            on_the_pages.fullmatch(whole)
            for whole in (
                sentence,
                f"{sentence} Nothing was signed.",
                f"{sentence}: this one cannot be signed any more.",
            )
        ), sentence
