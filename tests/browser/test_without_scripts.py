"""Everything works in a browser that runs no scripts."""

from __future__ import annotations

import re
import time
from pathlib import Path
from random import Random

from commonweal.compute.synthetic.drops import as_xlsx
from commonweal.compute.synthetic.records import home_visits
from commonweal.compute.synthetic.world import make_world
from tests.browser.test_states_in_between import Looks
from tests.browser.visits import VISITOR, Visits

HERE = "/partnerships/safe-space-to-sleep/"
PATIENCE = 120


def test_the_public_page_shows_charts_and_tables_and_changes_language(visits: Visits) -> None:
    with visits.as_(java_script_enabled=False) as visit:
        page = visit.page
        visit.go("/p/safe-space-to-sleep/")
        assert page.locator("figure svg:visible").count() > 0
        page.locator("summary:visible").first.click()
        assert page.locator("figure table:visible").count() == 1
        visit.press(page.get_by_role("button", name="Español"))
        assert page.locator("html").get_attribute("lang") == "es"
        visit.press(page.get_by_role("button", name="English"))
        assert page.locator("html").get_attribute("lang") == "en"
        assert page.url == f"{visit.address}/p/safe-space-to-sleep/"


def test_a_convener_gives_residents_a_seat(visits: Visits) -> None:
    voice = "Grandparents in Wath Meadow"
    with visits.as_("Convener", java_script_enabled=False) as visit:
        page = visit.page
        visit.go(f"{HERE}table/")
        visit.press(page.get_by_role("link", name="Add a residents’ seat"))
        visit.press(page.get_by_role("button", name="Add the seat"))
        assert page.locator(".govuk-error-summary").is_visible()
        page.get_by_label(re.compile("voice", re.IGNORECASE)).fill(voice)
        visit.press(page.get_by_role("button", name="Add the seat"))
        assert page.url == f"{visit.address}{HERE}table/"
        assert voice in page.locator("main").inner_text()


def test_a_steward_sends_a_file_and_looks_again(visits: Visits, tmp_path: Path) -> None:
    world = make_world(seed=3, children=200)
    found = home_visits(world, Random("no scripts"))
    rows = [record.row for record in found if record.provider == "aldmoor"][:20]
    path = tmp_path / "visits.xlsx"
    path.write_bytes(as_xlsx(rows))
    with visits.as_("Data steward", java_script_enabled=False) as visit:
        page = visit.page
        visit.go(f"{HERE}data/")
        visit.press(page.get_by_role("link", name="Send a file"))
        page.get_by_label("The spreadsheet").set_input_files(path)
        visit.press(page.get_by_role("button", name="Send and check"))
        until = time.monotonic() + PATIENCE
        again = page.get_by_role("link", name="Look again")
        while again.count() and time.monotonic() < until:
            visit.press(again)
        assert "All 20 rows were taken in" in page.locator("main").inner_text()
        assert visit.faults() == []


def test_a_council_leaves_and_everybody_is_told(visits: Visits) -> None:
    """Last of all, as it changes the example: every page that now carries a mark is looked at."""
    with visits.as_("Council", java_script_enabled=False) as visit:
        page = visit.page
        visit.go(f"{HERE}agreements/DSA-1/")
        visit.press(page.get_by_role("link", name="Withdraw your organisation"))
        page.get_by_label("I understand").check()
        visit.press(page.get_by_role("button", name="Withdraw"))
        assert "From now on its data is refused to everybody." in page.locator("main").inner_text()
    told = "Aldmoor Council has since withdrawn its data"
    looks = Looks(visits)
    for role, path, words in (
        (VISITOR, "/p/safe-space-to-sleep/", told),
        (VISITOR, "/p/safe-space-to-sleep/releases/2/safe-sleep-six-weeks/", told),
        ("Convener", HERE, told),
        ("Convener", f"{HERE}results/2/", told),
        ("Convener", f"{HERE}results/new/", "What a new release has to do without"),
        ("Convener", f"{HERE}agreements/DSA-1/", "withdrew"),
    ):
        with visits.as_(role) as visit:
            visit.go(path)
            assert words in visit.page.locator("main").inner_text(), path
            looks.at(visit, role)
