"""Accessibility, the strict policy and the frame of pages, for every role, in every look.

A smoke set runs always; with --slow (and in CI) every page that each role can reach by its links.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser import checks
from tests.browser.places import LookedAt, Place, everything
from tests.browser.test_states_in_between import SHOWN
from tests.browser.visits import VISITOR, Visit, Visits
from tests.journeys.access import RULES

HERE = "/partnerships/safe-space-to-sleep/"
PUBLIC = "/p/safe-space-to-sleep/"
SMOKE = {
    VISITOR: ("/p/", PUBLIC, f"{PUBLIC}releases/2/safe-sleep-six-weeks/", "/sign-in/"),
    "Convener": (
        "/home/",
        HERE,
        f"{HERE}table/",
        f"{HERE}agreements/DSA-1/",
        f"{HERE}theory/",
        f"{HERE}data/",
        f"{HERE}results/2/",
        f"{HERE}table/organisations/new/",
    ),
    "Data steward": (f"{HERE}data/send/",),
}
ROLES = (
    VISITOR,
    "Convener",
    "Sponsor",
    "Partner staff",
    "Data steward",
    "Lawyer",
    "Funder",
    "Evaluator",
    "Auditor",
    "Young parents in Hollin Bank",
)
# (language, colour scheme): English reads left to right, Arabic right to left.
LOOKS = (("en", "light"), ("ar", "dark"))
# Addresses that show no page of their own, or one that is gone in a moment.
NOT_A_PAGE = {
    "front",
    "health",
    "set_language",
    "agreement_text",
    "submission_progress",
    "submission_by_link_progress",
    "submission_bad_rows",
    "submission_by_link_bad_rows",
    "data_contract_blank",
    "submit_by_link_blank",
    "release_data",
    "plan_file",
    "network_file",
    "meetings_calendar",
    "public_data",
    "access_file",
    "agreement_paper",
    "agreement_pdf",
    "decision_reviews",
    "decisions_json",
    "public_commitments_file",
    "public_decisions_json",
    "account/email/",
    "account/signup/",
}
# Pages that other tests of this folder open, each on its way through a story.
IN_STORIES = {
    "sign_in_link",
    "submit_by_link",
    "submission_by_link",
    "job",
    "agreement_version",
    "sign_agreement",
    "fill_seat",
}.union(*SHOWN.values())


def looked_at(visit: Visit, path: str, *, again: bool = False) -> list[str]:
    """All faults of one page; `again`: of what another direction and other colours can change."""
    visit.go(path)
    if again:
        found = checks.axe(visit.page, rules=["color-contrast", "link-in-text-block"])
    else:
        found = checks.focus(visit.page) + checks.axe(visit.page)
    found += [fault for check in checks.LAYOUT for fault in check(visit.page)]
    return [f"{path}: {each}" for each in [*found, *visit.faults()]]


@pytest.mark.parametrize(("language", "scheme"), LOOKS)
def test_the_pages_of_every_day(visits: Visits, language: str, scheme: str) -> None:
    faults = []
    for role, paths in SMOKE.items():
        with visits.as_(role, language=language, color_scheme=scheme) as visit:
            for path in paths:
                faults += looked_at(visit, path)
                assert page_is(visit, "rtl" if language == "ar" else "ltr")
    assert not faults, "\n".join(faults)


def page_is(visit: Visit, direction: str) -> bool:
    shown: str = visit.page.evaluate("document.documentElement.dir")
    sheet: str = visit.page.evaluate("document.querySelector('link[rel=stylesheet]').href")
    return shown == direction and (".rtl." in sheet) == (direction == "rtl")


def kinds_of(found: list[Place]) -> set[str]:
    return {place.kind for place in found if place.status == 200}


@pytest.fixture(scope="package")
def seen() -> dict[str, set[str]]:
    """The kinds of page that some role reached, and those roles."""
    return {"kinds": set(), "roles": set()}


@pytest.fixture(scope="package")
def before() -> LookedAt:
    return LookedAt()


@pytest.mark.slow
@pytest.mark.parametrize("role", ROLES)
def test_every_page_of_every_role(
    visits: Visits, seen: dict[str, set[str]], before: LookedAt, role: str
) -> None:
    """In both directions and both colour schemes; what roles share is looked at once."""
    with visits.as_(role) as visit:
        found = everything(visit, role)
    assert len(found) > 5
    seen["roles"].add(role)
    seen["kinds"] |= kinds_of(found)
    fresh = [place for place in found if before.is_new(place)]
    faults = [f"{place.path}: {place.status}" for place in found if place.status >= 500]
    for language, scheme in LOOKS:
        with visits.as_(role, language=language, color_scheme=scheme) as visit:
            for place in fresh:
                faults += looked_at(visit, place.path, again=(language, scheme) != LOOKS[0])
    assert not faults, "\n".join(faults)


@pytest.mark.slow
def test_no_page_was_left_out(visits: Visits, seen: dict[str, set[str]]) -> None:
    """Every address that shows a page is reached by the links of some role, or in a story."""
    for role in set(ROLES) - seen["roles"]:
        with visits.as_(role) as visit:
            seen["kinds"] |= kinds_of(everything(visit, role))
    shown = {name for name, rule in RULES.items() if rule.read}
    assert shown - seen["kinds"] - NOT_A_PAGE - IN_STORIES == set()


FORMS = (
    ("Convener", f"{HERE}table/organisations/new/"),
    ("Convener", f"{HERE}indicators/new/"),
    ("Convener", f"{HERE}agreements/new/"),
    ("Data steward", f"{HERE}data/send/"),
    (VISITOR, "/sign-in/"),
)


def test_forms_say_what_is_wrong_and_stay_accessible(visits: Visits) -> None:
    faults = []
    for role, path in FORMS:
        with visits.as_(role) as visit:
            visit.go(path)
            send = visit.page.locator("main form button.govuk-button").first
            # The browser's own bubbles would come first; the page's words are what is tried here.
            visit.page.evaluate(
                "document.querySelectorAll('form').forEach(f => f.noValidate = true)"
            )
            send.click()
            visit.page.wait_for_selector(".govuk-error-summary")
            assert visit.page.evaluate(
                "document.activeElement.classList.contains('govuk-error-summary')"
            )
            assert visit.page.title().startswith("Error:")
            for check in (checks.frame, checks.axe, checks.sideways, checks.targets):
                faults += [f"{path}: {each}" for each in check(visit.page)]
            wrong = visit.page.locator(".govuk-error-summary a").first
            wrong.click()
            at: str = visit.page.evaluate("document.activeElement.id || ''")
            if not at:
                faults.append(f"{path}: the summary leads nowhere")
            faults += [f"{path}: {each}" for each in visit.faults()]
    assert not faults, "\n".join(faults)


# The checks themselves --------------------------------------------------------------------------

BROKEN = """
document.documentElement.lang = "";
document.querySelector("main").innerHTML = `
  <h1>One</h1><h1>Two</h1><img src="data:,"><div id="wide">wide</div>
  <p id="grey">Hard to read against white, and long enough to be read as text.</p>
  <div class="row"><button id="a">a</button><button id="b">b</button></div>
  <div id="short">Words that need more room when they are spaced out by a reader.</div>
  <a href="/x" tabindex="0" id="plain">A link without a mark</a>
  <a href="/y" tabindex="5">A link out of turn</a>`;
const sheet = new CSSStyleSheet();
sheet.replaceSync(`#wide { width: 700px } #grey { color: #bbb; background: #fff }
  .row { display: flex } .row button { all: unset; width: 12px; height: 12px; display: block }
  #short { height: 1.2em; width: 14em; overflow: hidden }
  #plain:focus { outline: none !important; box-shadow: none !important }`);
document.adoptedStyleSheets = [sheet];
"""
EXPECTED = {
    checks.frame: "2 main headings",
    checks.sideways: "px wide",
    checks.targets: "small target",
    checks.spacing: "cut off",
    checks.focus: "not marked",
}


def test_each_check_finds_what_is_broken(visits: Visits) -> None:
    """The control: without it a check that looks at nothing would pass for ever."""
    with visits.as_() as visit:
        visit.go("/p/")
        visit.page.evaluate(BROKEN)
        found: dict[Any, list[str]] = {check: check(visit.page) for check in checks.EVERYTHING}
        for check, words in EXPECTED.items():
            assert any(words in each for each in found[check]), (check.__name__, found[check])
        assert any("out of turn" in each for each in found[checks.focus])
        rules = {each.split(":")[0].removeprefix("axe ") for each in found[checks.axe]}
        assert {"image-alt", "color-contrast", "html-has-lang"} <= rules


def test_a_broken_policy_and_a_foreign_host_are_noticed(visits: Visits) -> None:
    with visits.as_() as visit:
        visit.go("/p/")
        visit.page.evaluate(
            """() => { const s = document.createElement("style"); s.textContent = "p{}";
              document.head.append(s);
              const i = new Image(); i.src = "http://127.0.0.1:9/x.png"; document.body.append(i); }"""
        )
        visit.page.wait_for_function("window.__refused.length >= 2", timeout=30_000)
        found = " ".join(visit.faults())
        assert "style-src" in found
        assert "img-src" in found
