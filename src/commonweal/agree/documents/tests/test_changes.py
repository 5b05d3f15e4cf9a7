"""The page of changes: the answer first, marks that need no colour, the right version to compare."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.urls import reverse

from commonweal.agree import actions, queries
from commonweal.agree.documents.changes import changes
from commonweal.agree.documents.tests.scene import client_of, drafted, providers, revised
from commonweal.agree.models import Agreement
from commonweal.agree.tests.factories import signatory_of, signed_by_all
from commonweal.compute.permits import clauses as c
from commonweal.convene.tests.factories import AT
from commonweal.core.models import Role
from commonweal.core.scope import system

pytestmark = pytest.mark.django_db


def page(agreement: Agreement, number: int, since: str = "", status: int = 200) -> str:
    client = client_of(providers(agreement)[0], Role.SIGNATORY)
    where = reverse(
        "agreement_changes", args=[agreement.partnership.slug, agreement.reference, number]
    )
    answer = client.get(where, {"since": since} if since else {})
    assert answer.status_code == status
    return answer.content.decode()


def test_says_first_how_much_changed_and_which_way(agreement: Agreement) -> None:
    first = queries.latest(agreement)
    new = revised(agreement, prose=first.prose)
    found = changes(new, first)
    assert found.lead == "2 clauses changed."
    assert found.directions == (
        "Smallest group shown: 3 instead of 5 – wider: smaller groups may be shown.",
        "Expiry: 31 December 2028 instead of 31 December 2027 – lasts longer.",
    )


def test_says_when_only_the_reasons_changed(agreement: Agreement) -> None:
    first = queries.latest(agreement)
    same = {"minimum_cell": c.MinimumCell(5), "expiry": c.Expiry(first.expires_on)}
    new = revised(agreement, prose="For other reasons.", **same)
    found = changes(new, first)
    assert found.lead == "No clause changed. The reasons in the parties’ own words changed."
    assert found.directions == ()


def test_counts_what_was_added_and_removed(agreement: Agreement) -> None:
    first = drafted(agreement, "", clauses=[c.Data("visits", ("day",))])
    new = revised(first.agreement, more=c.Prose("Cost", "Each bears its own."))
    found = changes(new, first)
    assert found.lead == "2 clauses changed, 1 clause added, 1 clause removed."
    assert "Data “visits”: day removed – narrower." in found.directions
    notes = {m.passage.new or m.passage.old: m.notes for m in found.marked if m.kind == "clause"}
    assert notes["14. Cost"] == ("New clause",)
    assert notes["3. Data"] == ()
    # What only got another number is not counted, but says so.
    assert notes["4. Purposes"] == ("Was clause 5",)
    removed = [m for m in found.marked if m.notes == ("Clause removed",)]
    assert [m.passage.old for m in removed] == ["4. Data"]


def test_marks_are_elements_with_words_for_who_hears_the_page(agreement: Agreement) -> None:
    revised(agreement)
    html = page(agreement, 2)
    assert re.search(r"<del><span[^>]*>\[deleted: </span>5 <span", html)
    assert re.search(r"<ins><span[^>]*>\[added: </span>3 <span", html)


def test_free_words_stay_words(agreement: Agreement) -> None:
    revised(agreement, prose="<script>alert(1)</script>\n\n<ins>not a mark</ins>")
    html = page(agreement, 2)
    assert "<script>alert" not in html
    assert "&lt;ins&gt;not" in html


def test_compares_with_what_is_in_force_with_the_one_asked_for_with_the_one_signed(
    agreement: Agreement,
) -> None:
    revised(agreement)
    third = revised(agreement, minimum_cell=c.MinimumCell(4))
    assert "compared with version 1." in page(agreement, 3)
    assert "compared with version 2." in page(agreement, 3, "2")
    actions.open_for_signature(version=third, by=system("test"), at=AT)
    mine = providers(agreement)[0]
    actions.sign(
        version=third,
        organisation=mine,
        text_hash=third.text_hash,
        by=signatory_of(mine),
        at=AT,
    )
    revised(agreement)
    assert "compared with version 3." in page(agreement, 4, "signed")
    assert "compared with version 1." in page(agreement, 4)


def test_compares_a_text_open_for_comment_with_what_is_in_force(agreement: Agreement) -> None:
    revised(agreement)
    third = revised(agreement, minimum_cell=c.MinimumCell(4))
    actions.open_for_comment(version=third, by=system("test"), at=AT)
    assert "compared with version 1." in page(agreement, 3)


@pytest.mark.parametrize("since", ["2", "7", "x", "-1", "99999999999999999999", "1.0"])
def test_says_that_there_is_no_such_version(agreement: Agreement, since: str) -> None:
    revised(agreement)
    page(agreement, 2, since, status=404)


def test_teaches_what_to_do_with_a_first_version(agreement: Agreement) -> None:
    assert "This is the first version" in page(agreement, 1)


def test_says_when_languages_differ(agreement: Agreement) -> None:
    first = queries.latest(agreement)
    new = actions.revise(
        agreement=agreement,
        clauses=queries.clauses_of(first),
        prose="",
        by=system("test"),
        at=AT,
        language="es",
    )
    assert changes(new, first).is_translated
    assert "different languages" in page(agreement, 2)


def test_is_linked_from_the_agreement_and_from_where_one_signs(agreement: Agreement) -> None:
    new = revised(agreement)
    actions.open_for_signature(version=new, by=system("test"), at=AT)
    client = client_of(providers(agreement)[0], Role.SIGNATORY)
    where = [agreement.partnership.slug, agreement.reference]
    link = reverse("agreement_changes", args=[*where, 2])
    assert link in client.get(reverse("agreement", args=where)).content.decode()
    assert (
        f"{link}?since=signed" in client.get(reverse("sign_agreement", args=where)).content.decode()
    )


def test_a_long_text_of_many_versions_is_quick(
    agreement: Agreement, django_assert_max_num_queries: Any
) -> None:
    words = "Each of us bears its own cost, whatever comes. " * 200
    first = drafted(agreement, words)
    clauses = [*queries.clauses_of(first)]
    new = actions.revise(
        agreement=first.agreement,
        clauses=clauses,
        prose=words.replace("whatever", "what may"),
        by=system("test"),
        at=AT,
    )
    signed_by_all(new, AT)
    with django_assert_max_num_queries(45):
        assert "compared with version 1" in page(first.agreement, 2)
