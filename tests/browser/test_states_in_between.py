"""Pages of a state in which the example is not: each is reached here on its way through a story.

Looked at by whoever the story gives them to, left to right in the light and right to left in the
dark. `SHOWN` tells `test_pages` which kinds of page these are.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

from tests.browser import checks
from tests.browser.places import kind_of
from tests.browser.visits import VISITOR, Visit, Visits

HERE = "/partnerships/safe-space-to-sleep/"
TEXT = f"{HERE}agreements/DSA-5/"
NEWER = f"{TEXT}versions/2/"
SHOWN = {
    "a text is talked over": {
        "agreement_changes",
        "answer_comment",
        "comment_agreement",
        "try_version",
    },
    "a text is signed from outside": {
        "name_signatory",
        "sign_by_link",
        "sign_on_paper",
        "drop_text",
    },
    "a proposal comes to its end": {
        "adopt_proposal",
        "answer_by_link",
        "ask_for_positions",
        "dispute",
        "rewrite_proposal",
    },
    "an organisation is asked how it goes": {"commitment_by_link"},
    "the table is asked, and somebody knocks": {
        "answer_network",
        "rate_network",
        "network_round",
        "answer_premortem",
        "door_thanks",
        "promise_match",
    },
    "a rule is adapted and taken as it is again": {"rule_differences", "take_rule_as_it_is"},
}


class Looks:
    """Looks at what a story comes by, and remembers which kinds of page these were."""

    def __init__(self, visits: Visits) -> None:
        self.visits = visits
        self.kinds: set[str] = set()

    def at(self, visit: Visit, role: str) -> None:
        path = visit.page.url.removeprefix(visit.address).partition("#")[0]
        faults = self._faults(visit, path)
        with self.visits.as_(role, language="ar", color_scheme="dark") as other:
            other.go(path)
            assert other.page.evaluate("document.documentElement.dir") == "rtl"
            faults += self._faults(other, path)
        assert not faults, "\n".join(faults)
        self.kinds.add(kind_of(path.split("?")[0]))

    def by_link(self, kind: str) -> None:
        """The page that the newest mailed link of a kind opens, for who has no account."""
        with self.visits.as_() as visit:
            visit.go(mailed(self.visits, kind))
            self.at(visit, VISITOR)

    def _faults(self, visit: Visit, path: str) -> list[str]:
        found = [fault for check in checks.EVERYTHING for fault in check(visit.page)]
        return [f"{path}: {each}" for each in [*found, *visit.faults()]]


def main(visit: Visit) -> str:
    said: str = visit.page.locator("main").inner_text()
    return said


def follow(visit: Visit, name: str) -> None:
    visit.press(visit.page.locator("main").get_by_role("link", name=name).first)


def press(visit: Visit, name: str) -> None:
    visit.press(visit.page.locator("main").get_by_role("button", name=name, exact=True).first)
    refused = visit.page.locator(".govuk-error-summary")
    assert not refused.count(), refused.inner_text()


def mailed(visits: Visits, kind: str) -> str:
    """The address in the newest message with such a link."""
    with visits.as_("Convener") as visit:
        visit.go("/outbox/")
        found: Any = re.search(rf"http\S+(/l/{kind}/[\w-]+/)", main(visit))
        assert found, kind
        return str(found[1])


def test_a_text_is_talked_over(visits: Visits) -> None:
    looks = Looks(visits)
    with visits.as_("Convener") as visit:
        visit.go(f"{TEXT}revise/")
        visit.page.get_by_label("Smallest group shown").fill("7")
        press(visit, "Save and read the text")
        follow(visit, "Try it against last month’s requests")
        looks.at(visit, "Convener")
        visit.go(NEWER)
        follow(visit, "in version 2")
        looks.at(visit, "Convener")
        visit.go(NEWER)
        press(visit, "Open for comment")
        follow(visit, "Comment on clause 5")
        looks.at(visit, "Convener")
        visit.page.get_by_label("Your comment").fill("Why seven, and not five?")
        press(visit, "Comment")
        follow(visit, "Answer Southmoor Partnership Office")
        looks.at(visit, "Convener")
    assert looks.kinds == SHOWN["a text is talked over"]


def test_a_text_is_signed_from_outside(visits: Visits) -> None:
    looks = Looks(visits)
    with visits.as_("Convener") as visit:
        visit.go(NEWER)
        visit.page.get_by_text("Open for signature without waiting").click()
        press(visit, "Open for signature anyway")
        follow(visit, "Let somebody sign for Southmoor Partnership Office who has no account")
        looks.at(visit, "Convener")
        visit.page.get_by_label("The signatory’s name").fill("Rowan Hale")
        visit.page.get_by_label("e-mail address").fill("rowan@example.org")
        visit.page.get_by_role("checkbox").check()
        press(visit, "Mail the link")
        signed = visit.page.context.request.get(visit.address + NEWER + "pdf/").body()
        follow(visit, "Attach a signed PDF")
        visit.page.get_by_label("The signed document").set_input_files(
            {"name": "signed.pdf", "mimeType": "application/pdf", "buffer": signed}
        )
        press(visit, "Attach")
        follow(visit, "Your organisation signed it on paper?")
        looks.at(visit, "Convener")
    looks.by_link("sign")
    with visits.as_("Convener") as visit:
        visit.go(NEWER)
        follow(visit, "Drop this text")
        looks.at(visit, "Convener")
        visit.page.get_by_label("Why is it dropped?").fill("The hospital asks for another term.")
        press(visit, "Drop it")
        assert "In force" in main(visit)
    assert looks.kinds == SHOWN["a text is signed from outside"]


def test_a_proposal_comes_to_its_end(visits: Visits) -> None:
    looks = Looks(visits)
    with visits.as_("Convener") as visit:
        page = visit.page
        visit.go(f"{HERE}decisions/types/new/")
        page.get_by_label("Name", exact=True).fill("What the office settles by itself")
        page.get_by_label("Lead with advice").check()
        page.get_by_label("Why it departs from the constitution").fill(
            "Small things need no meeting."
        )
        page.get_by_label("One seat, after advice").check()
        deciding = page.get_by_role("group", name="Which seats decide")
        deciding.get_by_label("Southmoor Partnership Office").check()
        press(visit, "Save")
        visit.go(f"{HERE}decisions/new/")
        page.get_by_label("What the office settles by itself").check()
        page.get_by_label("Title").fill("Leaflets in five languages")
        page.get_by_label("What would be decided?").fill("Every leaflet comes in five languages.")
        page.get_by_label("For us all").check()
        press(visit, "Save the draft")
        follow(visit, "Change the words")
        looks.at(visit, "Convener")
        follow(visit, "Cancel")
        press(visit, "Open it for questions")
        mine = page.url
        follow(visit, "Ask for positions")
        looks.at(visit, "Convener")
        press(visit, "Ask")
        follow(visit, "Links to answer without an account")
        page.get_by_label("Southmoor Partnership Office").check()
        page.get_by_label("E-mail address").fill("answers@example.org")
        press(visit, "Mail the link")
        page.goto(mine)
        follow(visit, "Answer for your seat")
        page.get_by_label("For", exact=True).check()
        page.get_by_label("For us all").check()
        press(visit, "Answer")
        follow(visit, "Adopt")
        looks.at(visit, "Convener")
        visit.go(f"{HERE}disputes/")
        follow(visit, "Raise a dispute")
        page.get_by_label("What is it about?").fill("Who pays for the leaflets")
        page.get_by_label("What do you not agree on?").fill("We were told the council would pay.")
        page.get_by_label("Aldmoor Council").check()
        page.get_by_label("You talk by").fill(f"{date.today() + timedelta(days=14):%Y-%m-%d}")
        press(visit, "Raise it")
        looks.at(visit, "Convener")
    looks.by_link("position")
    assert looks.kinds == SHOWN["a proposal comes to its end"]


def test_an_organisation_is_asked_how_it_goes(visits: Visits) -> None:
    looks = Looks(visits)
    with visits.as_("Convener") as visit:
        visit.go(f"{HERE}commitments/3/")
        press(visit, "Ask by mail how it goes")
    looks.by_link("commitment")
    assert looks.kinds == SHOWN["an organisation is asked how it goes"]


def test_a_rule_is_adapted_and_taken_as_it_is_again(visits: Visits) -> None:
    looks = Looks(visits)
    with visits.as_("Data steward") as visit:
        visit.go(f"{HERE}agreements/STD-1/differences/")
        follow(visit, "Say how your organisation adapts it")
        visit.page.get_by_label("How your organisation follows the rule").fill("We ring first.")
        visit.page.get_by_label("Why").fill("Many doors here have no bell.")
        visit.page.get_by_label("From which day on?").fill(f"{date.today():%Y-%m-%d}")
        press(visit, "Say it")
        looks.at(visit, "Data steward")
        follow(visit, "Take the rule as it is again")
        looks.at(visit, "Data steward")
        visit.page.get_by_label("From which day on?").fill(f"{date.today():%Y-%m-%d}")
        press(visit, "Take the rule as it is")
        assert "takes the rule as it is again" in main(visit)
    assert looks.kinds == SHOWN["a rule is adapted and taken as it is again"]


def test_the_table_is_asked_and_somebody_knocks(visits: Visits) -> None:
    looks = Looks(visits)
    with visits.as_() as visit:
        visit.go("/p/safe-space-to-sleep/join/")
        visit.page.get_by_label("Who are you?").fill("Harbour Choir")
        visit.page.get_by_label("Your email address").fill("choir@example.org")
        visit.page.get_by_label("What do you offer").fill("We can carry beds on Saturdays.")
        press(visit, "Send it")
        looks.at(visit, VISITOR)
    with visits.as_("Convener") as visit:
        visit.go(f"{HERE}premortem/")
        press(visit, "Ask the table again")
        follow(visit, "Say why")
        looks.at(visit, "Convener")
        visit.go(f"{HERE}network/")
        press(visit, "Ask again")
        visit.press(visit.page.locator("main a[href*='/network/answers/']").first)
        looks.at(visit, "Convener")
        visit.go(f"{visit.page.url.removeprefix(visit.address).split('?')[0]}trust/")
        looks.at(visit, "Convener")
        visit.go(f"{HERE}network/rounds/1/")
        looks.at(visit, "Convener")
    with visits.as_("Evaluator") as visit:
        visit.go(f"{HERE}offers/")
        visit.press(visit.page.locator("main a[href*='/offers/promise/']").first)
        looks.at(visit, "Evaluator")
    assert looks.kinds == SHOWN["the table is asked, and somebody knocks"]
