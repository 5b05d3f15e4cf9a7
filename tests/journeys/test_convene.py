"""A partnership convened from nothing to its first signed agreement, through the pages.

It reads like the how-to “Start a partnership”: an empty installation, a convener without authority, a
sponsor, a charity that answers e-mail only, a firm that leaves, a hospital that objects, and parents.
"""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.browser import server
from tests.browser.conftest import CHROMIUM, chromium_started
from tests.browser.visits import DESK, PATIENCE_MS, Visit, listen

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.enable_socket,
    pytest.mark.xdist_group("browser-1"),
    pytest.mark.skipif(not CHROMIUM, reason="no Chromium on this machine"),
]
SLUG = "a-bed-for-every-baby"
HERE = f"/partnerships/{SLUG}/"
OFFICE, SPONSOR = "Harbour Office", "Mayor of Brackwater"
CHARITY, FIRM, HOSPITAL = "A Bed Each", "Wharf Furniture", "Calderby Hospital"
# (name, sector, seat, first person, whether that person signs)
INVITED = (
    (SPONSOR, "Public", "Sponsor", "mayor@example.org", True),
    (CHARITY, "Nonprofit", "Partner", "charity@example.org", False),
    (FIRM, "Private", "Partner", "firm@example.org", True),
    (HOSPITAL, "Public", "Partner", "hospital@example.org", True),
)


@dataclass
class Installation:
    """An installation of its own with nobody in it."""

    home: Path
    address: str

    def command(self, *arguments: str) -> str:
        """What `commonweal …` prints."""
        found = subprocess.run(
            [sys.executable, "-m", "commonweal", *arguments],
            cwd=server.ROOT,
            env=server.environment(self.home) | {"COMMONWEAL_BASE_URL": self.address},
            capture_output=True,
            text=True,
            check=True,
        )
        return found.stdout

    def mailed(self, to: str, subject: str) -> str:
        """The words of the newest message to this address with this subject; it may take a moment."""
        until = time.monotonic() + 60
        while time.monotonic() < until:
            for line in self.command("outbox", "--all").splitlines():
                if to in line and subject in line:
                    return self.command("outbox", "--read", line.split()[0])
            time.sleep(1)
        raise AssertionError(f"no message to {to} about {subject}")


@contextmanager
def serving(folder: Path) -> Iterator[Installation]:
    port = server.free_port()
    here = Installation(folder / "home", f"http://localhost:{port}")
    here.command("setup")
    with (folder / "err.txt").open("w") as complained:
        process = subprocess.Popen(
            [sys.executable, "-m", "commonweal", "serve", "--port", str(port)],
            cwd=server.ROOT,
            env=server.environment(here.home) | {"COMMONWEAL_BASE_URL": here.address},
            stdout=complained,
            stderr=complained,
            start_new_session=True,
        )
    try:
        server.wait_for(here.address, process, folder / "err.txt")
        yield here
    finally:
        server.stop(process)


@dataclass
class Company:
    """Everybody in a window of their own, in one browser."""

    here: Installation
    browser: Any
    windows: dict[str, Visit]

    def come(self, who: str, link: str) -> Visit:
        """Somebody signs in by a link, once, and stays."""
        context = self.browser.new_context(viewport=DESK, locale="en-GB")
        context.set_default_timeout(PATIENCE_MS)
        visit = Visit(context.new_page(), self.here.address)
        listen(visit)
        visit.page.goto(link)
        button = visit.page.get_by_role("main").get_by_role("button", name="Sign in")
        if button.count():
            visit.press(button)
        self.windows[who] = visit
        return visit

    def invited(self, who: str, email: str) -> Visit:
        """Whoever was mailed an invitation follows its link."""
        words = self.here.mailed(email, "")
        return self.come(who, address_in(words))

    def stranger(self, link: str) -> Visit:
        """Somebody without an account opens a link."""
        return self.come(link, link)


def address_in(words: str) -> str:
    found = re.search(r"http://\S+/l/\S+/", words)
    assert found, words
    return found[0]


def fill(visit: Visit, button: str, **given: Any) -> None:
    """Fill in the form by the names of its fields, and send it. A list ticks boxes by their labels."""
    page = visit.page
    form = page.locator("main form").filter(has=page.get_by_role("button", name=button, exact=True))
    for name, value in given.items():
        if isinstance(value, list):
            for label in value:
                form.locator(f"[name={name}]").and_(form.get_by_label(label, exact=True)).check()
        elif form.locator(f"select[name={name}]").count():
            form.locator(f"select[name={name}]").select_option(label=value)
        else:
            form.locator(f"[name={name}]").first.fill(value)
    visit.press(form.get_by_role("button", name=button, exact=True))
    wrong = page.locator(".govuk-error-summary")
    assert not wrong.count(), wrong.inner_text()


def follow(visit: Visit, text: str) -> None:
    visit.press(visit.page.get_by_role("main").get_by_role("link", name=re.compile(text)).first)


def words(visit: Visit) -> str:
    said: str = visit.page.get_by_role("main").inner_text()
    return said


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with serving(tmp_path_factory.mktemp("convene")) as here, chromium_started() as browser:
        yield Company(here, browser, {})


def test_a_partnership_is_convened_from_nothing_to_a_signed_agreement(company: Company) -> None:
    convener = an_office_states_the_problem(company)
    invite_everybody(company, convener)
    talk_to_each_alone(company, convener)
    the_firm_leaves(company)
    draft_what_to_agree_on(convener)
    the_hospital_objects(company, convener)
    everybody_signs(company, convener)
    convener.go(f"{HERE}agreements/")
    assert "In force" in words(convener)


def an_office_states_the_problem(company: Company) -> Visit:
    """From the operator's one command to an invitation sent, in a few pages."""
    printed = company.here.command(
        *("create-organisation", OFFICE, "--sector", "public"),
        *("--person", "robin@example.org", "--person-name", "Robin Hale"),
    )
    convener = company.come("convener", address_in(printed))
    follow(convener, "Start a partnership")
    fill(
        convener,
        "Start the partnership",
        name="A bed for every baby",
        problem="One newborn in nine has no bed of its own.",
        affected="Families with a newborn",
        place="Brackwater",
    )
    assert convener.page.url.endswith(f"{HERE}table/")
    return convener


def invite_everybody(company: Company, convener: Visit) -> None:
    for name, sector, seat, email, signs in INVITED:
        follow(convener, "Add an organisation")
        fill(
            convener,
            "Add to the table",
            name=name,
            sector=[sector],
            kind=[seat],
            person_name=f"Somebody of {name}",
            email=email,
            roles=["Signs agreements"] if signs else [],
        )
        company.invited(name, email)
    convener.go(f"{HERE}table/")
    follow(convener, "Add a residents’ seat")
    fill(
        convener,
        "Add the seat",
        voice="Young parents",
        person_name="Kay Wren",
        email="parents@example.org",
    )
    company.invited("parents", "parents@example.org")
    sponsor = company.windows[SPONSOR]
    sponsor.go(f"{HERE}pledge/")
    fill(sponsor, "Make the pledge", words="I answer every recommendation within a month.")


def talk_to_each_alone(company: Company, convener: Visit) -> None:
    """What drives them is said to whom they choose; what they offer meets what others need."""
    hospital, charity = company.windows[HOSPITAL], company.windows[CHARITY]
    hospital.go(f"{HERE}incentives/new/")
    fill(
        hospital,
        "Write it down",
        kind=["What we cannot disclose"],
        about="Figures by ward",
        words="Our board wants no table in which we alone can be recognised.",
        reach=["Only the convener"],
        reach_because="The board has not met yet.",
    )
    charity.go(f"{HERE}incentives/")
    assert "Figures by ward" not in words(charity)
    convener.go(f"{HERE}incentives/")
    assert "Figures by ward" in words(convener)
    convener.go(f"{HERE}missing/")
    follow(convener, "Add a group")
    fill(convener, "Put it on the map", name="Families with a newborn", seat="Young parents")
    assert "It is on the map." in words(convener)


def the_firm_leaves(company: Company) -> None:
    """Nobody is held: it says why, and stays on record."""
    firm = company.windows[FIRM]
    firm.go(f"{HERE}table/")
    follow(firm, re.escape(f"Change ({FIRM})"))
    follow(firm, "End this seat")
    fill(firm, "End the seat", reason="We sell the shop in spring.")
    convener = company.windows["convener"]
    convener.go(f"{HERE}table/")
    assert "We sell the shop in spring." in words(convener)


def draft_what_to_agree_on(convener: Visit) -> None:
    convener.go(f"{HERE}agreements/new/mou/")
    fill(
        convener,
        "Save and read the text",
        title="What we agree in principle",
        member=[OFFICE, SPONSOR, CHARITY, HOSPITAL],
        purpose=["Plan services together"],
        expiry="2099-12-31",
    )
    fill(convener, "Open for comment")


def the_hospital_objects(company: Company, convener: Visit) -> None:
    """An objection is answered in the text, or with a reason; nothing is passed over."""
    hospital = company.windows[HOSPITAL]
    hospital.go(f"{HERE}agreements/MOU-1/")
    follow(hospital, "Comment on the text")
    fill(hospital, "Comment", words="We object: it must say that nobody hands on a patient’s name.")
    convener.go(f"{HERE}agreements/MOU-1/")
    assert "Every party is content" not in words(convener)
    follow(convener, f"Answer {HOSPITAL}")
    fill(
        convener,
        "Answer",
        outcome=["Taken into the text"],
        answer="It is a clause of its own now.",
    )
    convener.go(f"{HERE}agreements/MOU-1/")
    follow(convener, "Change the text")
    fill(
        convener,
        "Save and read the text",
        further="# Names\nNobody hands on the name of a patient.",
    )
    assert "Nobody hands on the name of a patient." in words(convener)
    if convener.page.get_by_role("button", name="Open for comment").count():
        fill(convener, "Open for comment")
    for name in (OFFICE, SPONSOR, CHARITY, HOSPITAL):
        party = convener if name == OFFICE else company.windows[name]
        party.go(f"{HERE}agreements/MOU-1/")
        fill(party, f"{name} is content with this text")
    convener.go(f"{HERE}agreements/MOU-1/")
    assert "Every party is content with this text" in words(convener)
    fill(convener, "Open for signature")


def everybody_signs(company: Company, convener: Visit) -> None:
    """Three sign signed in; the charity’s trustee, who has no account, by a link and a code."""
    charity = company.windows[CHARITY]
    charity.go(f"{HERE}agreements/MOU-1/")
    follow(charity, "who has no account")
    tick = charity.page.locator("[name=authority]")
    if tick.count():
        tick.check()
    fill(charity, "Mail the link", name="Mel Fraser", email="trustee@example.org")
    trustee = company.stranger(address_in(company.here.mailed("trustee@example.org", "")))
    fill(trustee, "Send me the code")
    code = re.search(r"\b\d{6}\b", company.here.mailed("trustee@example.org", "ode"))
    assert code
    trustee.page.locator("[name=may_sign]").check()
    fill(trustee, "Sign", code=code[0])
    assert "has signed for" in words(trustee)
    for party in (convener, company.windows[SPONSOR], company.windows[HOSPITAL]):
        party.go(f"{HERE}agreements/MOU-1/")
        follow(party, "Read and sign")
        party.page.locator("[name=may_sign]").check()
        fill(party, "Sign")
