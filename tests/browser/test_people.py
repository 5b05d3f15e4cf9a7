"""The story as people live it: each by their own way in, on their own machine."""

from __future__ import annotations

import io
import re
from pathlib import Path
from random import Random
from typing import Any

import openpyxl
import pytest

from commonweal.compute.synthetic.drops import as_csv
from commonweal.compute.synthetic.records import home_visits
from commonweal.compute.synthetic.world import make_world
from tests.browser import checks
from tests.browser.visits import PHONE, Visit, Visits

HERE = "/partnerships/safe-space-to-sleep/"
CLERK = "clerk@aldmoor.example"
ON_A_PHONE = {"viewport": PHONE, "is_mobile": True, "has_touch": True, "device_scale_factor": 2}
PATIENCE_MS = 120_000


def sound(visit: Visit) -> None:
    """The page that is open has no fault."""
    found = [fault for check in checks.EVERYTHING for fault in check(visit.page)]
    assert [*found, *visit.faults()] == [], visit.page.url


def heading(page: Any) -> str:
    shown: str = page.locator("h1").inner_text()
    return shown


# The convener -----------------------------------------------------------------------------------


def test_the_convener_computes_and_publishes(visits: Visits) -> None:
    with visits.as_("Convener") as visit:
        page = visit.page
        visit.go("/home/")
        visit.press(page.locator("main h3").get_by_role("link", name="Safe Space to Sleep"))
        visit.press(page.get_by_role("navigation").get_by_role("link", name="Table"))
        assert "sectors are at the table" in page.locator("main").inner_text()
        assert "Vacant" in page.locator("main").inner_text()
        visit.press(page.get_by_role("navigation").get_by_role("link", name="Results"))
        before = page.locator("tbody tr").count()
        visit.press(page.get_by_role("link", name="Compute new results"))
        page.get_by_label("What is this release called?").fill("Looked at together")
        page.get_by_label("Everyone").check()
        page.get_by_label("measure", exact=False).first.check()
        visit.press(page.get_by_role("button", name="Compute"))
        page.wait_for_url(re.compile(r"/jobs/"))
        # The page looks again by itself.
        page.get_by_text("Done.").wait_for(timeout=PATIENCE_MS)
        sound(visit)
        visit.press(page.get_by_role("link", name="Continue"))
        rows = page.locator("tbody tr")
        assert rows.count() == before + 1
        assert "Partners only" in rows.first.inner_text()
        visit.press(rows.first.get_by_role("link"))
        visit.press(page.get_by_role("button", name="Publish this release"))
        assert "is public now" in page.locator("main").inner_text()
        number = re.search(r"/results/(\d+)/", page.url)
        assert number
    with visits.as_() as visit:
        visit.go("/p/safe-space-to-sleep/")
        assert f"Release {number[1]}, published" in visit.page.locator("main").inner_text()


def test_a_printed_link_signs_in_once(visits: Visits) -> None:
    role = "Families who speak Spanish at home"
    with visits.as_(role) as visit:
        visit.go("/home/")
        assert heading(visit.page) == "Home"
        assert "Luz Prieto" in visit.page.locator("header").inner_text()
        visit.press(visit.page.get_by_role("button", name="Sign out"))
        visit.page.get_by_role("link", name="Sign in").first.wait_for()
        # What this window was shown is not shown again by going back.
        assert visit.go("/home/").url.startswith(f"{visit.address}/sign-in/")
    with visits.as_() as visit:
        assert visit.page.goto(visits.demo.links[role]).status == 404
        assert "does not work any more" in visit.page.locator("main").inner_text()
        assert [fault for check in checks.EVERYTHING for fault in check(visit.page)] == []


def test_the_convener_invites_somebody_to_a_free_seat(visits: Visits) -> None:
    with visits.as_("Convener") as visit:
        page = visit.page
        visit.go(f"{HERE}table/")
        visit.press(page.get_by_role("link", name="Families who speak Urdu at home"))
        visit.press(page.get_by_role("link", name=re.compile("invite", re.IGNORECASE)).first)
        sound(visit)
        page.get_by_label("name", exact=False).first.fill("Sana Mir")
        page.get_by_label(re.compile("e-mail", re.IGNORECASE)).fill("sana@example.org")
        visit.press(page.locator("main form button.govuk-button"))
        assert "The invitation is on its way." in page.locator("main").inner_text()


# A partner without an account -------------------------------------------------------------------


def visits_file() -> bytes:
    """Thirty visits of one council as its office keeps them; one has a day that does not exist."""
    world = make_world(seed=11, children=300)
    found = home_visits(world, Random("phone"))
    rows = [record.row for record in found if record.provider == "aldmoor"][:30]
    rows[7] = {**rows[7], "visit_date": "2026-02-31"}
    return as_csv(rows, ";", "cp1252")


@pytest.fixture(scope="package")
def personal_link(visits: Visits) -> str:
    """The convener has a link mailed; the demo's outbox shows the message."""
    with visits.as_("Convener") as visit:
        page = visit.page
        visit.go(f"{HERE}data/links/")
        page.get_by_label("For which data?").select_option(
            label="Home visits at six weeks – Aldmoor Council"
        )
        page.get_by_label(re.compile("e-mail", re.IGNORECASE)).fill(CLERK)
        visit.press(page.get_by_role("button", name="Mail the link"))
        assert CLERK in page.locator("main").inner_text()
        visit.go("/outbox/")
        found = re.search(r"http\S+/l/submit/[\w-]+/", page.locator("main").inner_text())
        assert found
        return found[0].removeprefix(visit.address)


def test_a_partner_sends_a_file_from_an_old_phone(
    visits: Visits, personal_link: str, tmp_path: Path
) -> None:
    path = tmp_path / "Besuche März.csv"
    path.write_bytes(visits_file())
    with visits.as_(**ON_A_PHONE) as visit:
        page = visit.page
        visit.go(personal_link)
        assert heading(page).endswith("Home visits at six weeks")
        sound(visit)
        page.get_by_label("The spreadsheet").set_input_files(path)
        visit.press(page.get_by_role("button", name="Send and check"))
        page.get_by_text("Partly accepted").first.wait_for(timeout=PATIENCE_MS)
        text = page.locator("main").inner_text()
        assert "29 of 30 rows were taken in" in text
        assert "2026-02-31" in text
        sound(visit)
        with page.expect_download() as waiting:
            page.get_by_role("link", name="Download the rows to mend").tap()
        book = openpyxl.load_workbook(io.BytesIO(Path(waiting.value.path()).read_bytes()))
        cells = [str(cell.value) for sheet in book for row in sheet for cell in row if cell.value]
        assert "2026-02-31" in cells
        assert waiting.value.suggested_filename.endswith("rows-to-mend.xlsx")
        visit.press(page.get_by_role("link", name="Send another file"))
        assert "What you sent before" in page.locator("main").inner_text()


def test_a_link_shows_nothing_else_of_the_partnership(visits: Visits, personal_link: str) -> None:
    with visits.as_(**ON_A_PHONE) as visit:
        visit.go(personal_link)
        assert visit.page.get_by_role("navigation").count() == 0
        visit.go(f"{HERE}data/")
        assert visit.page.url.startswith(f"{visit.address}/sign-in/")


# A resident without an account ------------------------------------------------------------------


def test_a_neighbour_reads_what_happened_and_where_it_comes_from(visits: Visits) -> None:
    with visits.as_(**ON_A_PHONE) as visit:
        page = visit.page
        visit.go("/")
        visit.press(page.get_by_role("link", name="Safe Space to Sleep"))
        text = page.locator("main").inner_text()
        assert "One newborn in nine" in text
        assert "What was promised" in text
        assert re.search(r"\d+%", text)
        assert page.locator("figure svg:visible").count() > 0
        page.get_by_text("Show as table").first.tap()
        assert page.locator("figure table:visible").count() == 1
        visit.press(page.get_by_role("link", name=re.compile("How do we know")).first)
        assert heading(page) == "How do we know?"
        known = page.locator("main").inner_text()
        for said in ("What is counted", "Which agreement allows it", "DSA-", "hidden to protect"):
            assert said in known
        sound(visit)
        visit.press(page.get_by_role("link", name="Safe Space to Sleep").first)
        visit.press(page.get_by_role("button", name="Español"))
        page.locator("html[lang=es]").wait_for(state="attached")
        assert "¿" in page.locator("main").inner_text()
        sound(visit)


# A lawyer ---------------------------------------------------------------------------------------


def test_a_lawyer_reads_the_new_text_and_signs_it(visits: Visits) -> None:
    agreement = f"{HERE}agreements/DSA-2/"
    with visits.as_("Convener") as visit:
        page = visit.page
        visit.go(f"{agreement}revise/")
        visit.press(page.locator("main form button.govuk-button").first)
        sound(visit)
        visit.press(page.get_by_role("button", name="Open for signature"))
        assert "open for signature" in page.locator("main").inner_text()
    with visits.as_("Lawyer") as visit:
        page = visit.page
        visit.go("/home/")
        visit.press(page.get_by_role("link", name=re.compile("DSA-2")).first)
        if page.get_by_role("link", name="Read and sign").count():
            visit.press(page.get_by_role("link", name="Read and sign"))
        assert heading(page).endswith("Sign DSA-2")
        sound(visit)
        page.get_by_role("checkbox").check()
        visit.press(page.get_by_role("button", name="Sign", exact=True))
        assert "Signed." in page.locator("main").inner_text()
        sound(visit)
