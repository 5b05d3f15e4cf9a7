"""The tutorials in a browser do what they say: every address, link, button and word.

A page is read as instructions, in their order: `/address/` is opened, **text** must be a link or
button of the page that is open (a link is followed, a button pressed), “words” must stand there.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client

from commonweal.core import jobs, mail
from commonweal.core.models import Organisation, OutgoingMail
from commonweal.desk import commands

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("example")]

ROOT = Path(__file__).resolve().parents[2]
PAGES = ("first-partnership", "a-partner-leaves")
TOKEN = re.compile(
    r"`(?P<address>/[^`]*)`|\*\*(?P<press>[^*]+)\*\*|“(?P<words>(?:[^“”]|“[^”]*”)+)”"
)
NAMES_A_LINK = "Open the link "


def plain(text: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())


@dataclass
class Browser:
    """A reader: what is open, what can be followed or pressed on it."""

    client: Client
    at: str = "/"
    page: str = ""
    pressed: list[str] = field(default_factory=list)

    def show(self, answer: Any) -> None:
        assert answer.status_code in {200, 403}, (answer.status_code, self.at)
        if answer.redirect_chain:
            self.at = answer.redirect_chain[-1][0]
        self.page = re.sub(
            r"<(script|style)[^>]*>.*?</\1>", "", answer.content.decode(), flags=re.S
        )

    def open(self, address: str) -> None:
        parts = urlsplit(urljoin(self.at, html.unescape(address)))
        self.at = f"{parts.path}?{parts.query}" if parts.query else parts.path
        self.show(self.client.get(self.at, follow=True))

    def again(self) -> None:
        """The page shows by itself what has become of the file; here it is loaded again."""
        self.open(self.at)

    @property
    def words(self) -> str:
        return plain(self.page)

    def links(self, text: str) -> list[str]:
        """Where the links with this text lead; hidden words may follow it."""
        found = re.findall(r'<a\b[^>]*\bhref="([^"]*)"[^>]*>(.*?)</a>', self.page, re.S)
        return [target for target, inside in found if plain(inside).startswith(text)]

    def press(self, text: str) -> None:
        self.pressed.append(text)
        buttons = [plain(each) for each in re.findall(r"<button\b[^>]*>(.*?)</button>", self.page)]
        if text in buttons:
            self.show(self.client.post(self.goes_to(text), self.filled(text), follow=True))
            return
        targets = self.links(text)
        assert targets, (text, self.at)
        if ".xlsx" in targets[0]:
            assert self.client.get(html.unescape(targets[0])).status_code == 200
        else:
            self.open(targets[0])

    def goes_to(self, button: str) -> str:
        """The address of the form with this button: its own, or the page that is open."""
        for opening, inside in re.findall(r"<form\b([^>]*)>(.*?)</form>", self.page, re.S):
            if re.search(rf"<button\b[^>]*>\s*{re.escape(button)}\s*</button>", inside):
                self.at = html.unescape((*re.findall(r'action="([^"]+)"', opening), self.at)[0])
        return self.at

    def filled(self, button: str) -> dict[str, Any]:
        """The form that is open, filled in as the tutorial says."""
        chosen: dict[str, Any] = {
            "Sign in": dict,
            "Mail the link": self._link,
            "Send and check": self._file,
            "Compute": self._order,
            "Withdraw": self._leave,
            "Publish this release": dict,
        }
        return dict(chosen[button]())

    def _options(self, name: str) -> list[str]:
        select = re.search(rf'<select[^>]*name="{name}".*?</select>', self.page, re.S)
        assert select, name
        return re.findall(r'<option[^>]*value="([^"]*)"', select[0])

    def _link(self) -> dict[str, Any]:
        select = re.search(
            r'<option value="([^"]+)"[^>]*>\s*Beds delivered – A Bed Each', self.page
        )
        assert select
        return {"way": select[1], "email": "someone@example.org"}

    def _file(self) -> dict[str, Any]:
        data = (ROOT / "docs" / "tutorial" / "beds.csv").read_bytes()
        return {
            "period": self._options("period")[-1],
            "file": SimpleUploadedFile("beds.csv", data),
        }

    def _order(self) -> dict[str, Any]:
        ticked = r'<input[^>]*name="indicators"[^>]*value="([^"]+)"[^>]*checked'
        convenes = "Southmoor Partnership Office" in self.words
        asks = "Southmoor Partnership Office" if convenes else "A Bed Each"
        organisation = Organisation.objects.get(name=asks).pk
        assert f'value="{organisation}"' in self.page
        return {
            "title": "My look",
            "indicators": re.findall(ticked, self.page),
            "organisation": str(organisation),
            "purpose": "cw:MeasureSharedOutcomes",
            "audience": "public" if convenes else "partners",
        }

    def _leave(self) -> dict[str, Any]:
        council = Organisation.objects.get(name="Aldmoor Council").pk
        return {"organisation": str(council), "reason": "", "understood": "on"}


def sign_in_links(capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    """Role → address, as `./cw demo` prints them."""
    commands.print_links()
    printed = capsys.readouterr().out
    return dict(re.findall(r"^  (\S.*?)\s{2,}(http\S+)$", printed, re.M))


def mailed_address() -> str:
    message = OutgoingMail.objects.filter(purpose="submit-link").latest("queued_at")
    address = re.search(r"http\S+/l/submit/\S+", mail.body_of(message))
    assert address
    return address[0]


def instructions(page: str) -> list[tuple[str, str]]:
    """(kind, text) of everything the tutorial names after its introduction, in its order."""
    whole = (ROOT / "docs" / "tutorial" / f"{page}.md").read_text()
    body = whole.split("\n## ", 1)[1].split("## What you have seen")[0]
    found = []
    for match in TOKEN.finditer(" ".join(body.split())):
        kind = str(match.lastgroup)
        before = match.string[: match.start()]
        if kind == "words" and before.endswith(NAMES_A_LINK):
            kind = "role"
        found.append((kind, match[kind if kind != "role" else "words"]))
    return found


# Pressed by each page at least; so much of it is checked that a page cannot become empty unseen.
MUST_PRESS = {
    "first-partnership": {
        "Mail the link",
        "Send and check",
        "Compute",
        "Withdraw your organisation",
    },
    "a-partner-leaves": {"Withdraw", "Compute", "Publish this release"},
}


@pytest.fixture
def alone(example: Any) -> Iterator[None]:
    """What a page does to the example is undone for the next."""
    block = transaction.atomic()
    block._from_testcase = True  # type: ignore[attr-defined]
    with block:
        yield
        transaction.set_rollback(True)


@pytest.mark.parametrize("page", PAGES)
def test_every_step_of_the_tutorial_works(
    alone: None, capsys: pytest.CaptureFixture[str], settings: Any, page: str
) -> None:
    settings.DEMO = True
    roles = sign_in_links(capsys)
    browser = Browser(Client())
    for kind, text in instructions(page):
        if kind == "role":
            browser.client = Client()
            browser.open(roles[text])
        elif kind == "address":
            browser.open(text)
        elif kind == "press":
            browser.press(text)
            jobs.run_due()
            if text == "Send and check" or "/jobs/" in browser.at:
                browser.again()
        else:
            assert text in browser.words, (text, browser.at)
            if text.startswith("Your link to send"):
                browser.open(mailed_address())
    assert set(browser.pressed) >= MUST_PRESS[page]


@pytest.mark.parametrize(
    ("page", "presses", "words", "roles"),
    [
        (
            "first-partnership",
            20,
            15,
            ["Convener", "Lawyer", "Partner staff", "Young parents in Hollin Bank"],
        ),
        ("a-partner-leaves", 12, 12, ["Council", "Convener"]),
    ],
)
def test_the_tutorial_names_enough_to_be_worth_checking(
    page: str, presses: int, words: int, roles: list[str]
) -> None:
    found = instructions(page)
    assert sum(kind == "press" for kind, _text in found) >= presses
    assert sum(kind == "words" for kind, _text in found) >= words
    assert [text for kind, text in found if kind == "role"] == roles
