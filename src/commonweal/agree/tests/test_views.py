"""The pages: who gets which, what they say, what they refuse."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from commonweal.agree import actions, queries
from commonweal.agree import text as texts
from commonweal.agree.drafting import party
from commonweal.agree.models import Agreement, Signature, State, Suspension, Withdrawal
from commonweal.agree.tests import factories as f
from commonweal.convene.models import Partnership
from commonweal.convene.tests.factories import (
    AT,
    PartnershipFactory,
    PersonFactory,
    affiliated,
    convener_organisation,
    seated,
    sponsor_organisation,
)
from commonweal.core.models import Organisation, Role
from commonweal.core.scope import system
from commonweal.core.tests.ways_in import signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("day_of_agreements")]


def client_of(organisation: Organisation | None, *roles: str) -> Client:
    """A signed-in person of an organisation."""
    person = PersonFactory()
    if organisation is not None:
        for role in {Role.MEMBER, *roles}:
            affiliated(person, organisation, role)
    return signed_in(person)


def path(name: str, agreement: Agreement, *more: Any) -> str:
    return reverse(name, args=[agreement.partnership.slug, agreement.reference, *more])


@pytest.fixture
def partnership() -> Partnership:
    return PartnershipFactory()


@pytest.fixture
def agreement(partnership: Partnership) -> Agreement:
    return f.shared(partnership)


@pytest.fixture
def convener(partnership: Partnership) -> Client:
    return client_of(convener_organisation(partnership), Role.SIGNATORY)


def body(response: HttpResponse) -> str:
    return response.content.decode()


PAGES = [
    ("agreement", []),
    ("agreement_version", [1]),
    ("agreement_text", [1]),
    ("draft_licence", []),
    ("revise_agreement", []),
    ("sign_agreement", []),
    ("withdraw_agreement", []),
    ("suspend_agreement", []),
]


@pytest.mark.parametrize(("name", "more"), PAGES)
def test_strangers_get_404_and_visitors_sign_in(
    agreement: Agreement, name: str, more: list[int]
) -> None:
    url = path(name, agreement, *more)
    stranger = client_of(convener_organisation(PartnershipFactory()), Role.SIGNATORY)
    assert stranger.get(url).status_code == 404
    assert stranger.post(url).status_code in {404, 405}
    answer = Client().get(url)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/sign-in/")


@pytest.mark.parametrize("name", ["open_for_signature", "resume_agreement"])
def test_strangers_get_404_on_posts(agreement: Agreement, name: str) -> None:
    stranger = client_of(convener_organisation(PartnershipFactory()), Role.SIGNATORY)
    assert stranger.post(path(name, agreement)).status_code == 404
    assert stranger.get(path(name, agreement)).status_code == 405


def test_references_of_one_partnership_do_not_open_at_another(
    agreement: Agreement, convener: Client
) -> None:
    elsewhere = f.shared(PartnershipFactory())
    assert convener.get(path("agreement", agreement)).status_code == 200
    assert convener.get(path("agreement", elsewhere)).status_code == 404
    url = reverse("agreement", args=[agreement.partnership.slug, "DSA-9"])
    assert convener.get(url).status_code == 404
    assert convener.get(path("agreement_version", agreement, 9)).status_code == 404


def test_the_list_answers_its_question(partnership: Partnership, convener: Client) -> None:
    url = reverse("agreements", args=[partnership.slug])
    assert "there is no agreement" in body(convener.get(url))
    f.licensed(f.shared(partnership))
    page = body(convener.get(url))
    assert "In force: 1 sharing agreement and 1 licence to use data." in page
    assert "DSA-1 Beds for babies" in page and "DUL-1 Measuring safe sleep" in page
    assert "Until the end of 31 December 2027." in page
    assert "no group under 5 shown" in page


def test_the_list_says_where_a_newer_text_is_in_preparation(
    agreement: Agreement, convener: Client, django_assert_num_queries: Any
) -> None:
    url = reverse("agreements", args=[agreement.partnership.slug])
    with CaptureQueriesContext(connection) as before:
        assert "newer text" not in body(convener.get(url))
    licence = opened(f.licensed(agreement))
    with django_assert_num_queries(len(before)):
        page = body(convener.get(url))
    newer = path("agreement_version", licence, 2)
    assert f'in preparation: <a href="{newer}">read version 2</a>' in page
    assert page.count("newer text") == 1  # Of a text that is itself in preparation it is not said.


def test_an_agreement_shows_summary_text_signatures_and_refusals(
    agreement: Agreement, convener: Client
) -> None:
    from commonweal.compute.permits.asking import Ask
    from commonweal.core.errors import Denied

    hub = convener_organisation(agreement.partnership)
    ask = Ask(
        "measure", "x", hub.pk, agreement.partnership_id, "beds", fields=("area",), purpose="x"
    )
    with pytest.raises(Denied):
        actions.permit(ask=ask, by=system("test"), at=AT)
    page = body(convener.get(path("agreement", agreement)))
    version = queries.latest(agreement)
    assert version.text_hash in page
    assert f"{version.text_hash[:4]} {version.text_hash[4:8]}" in page
    assert "11. Expiry" in page
    assert "This clause has refused 1 request." in page
    for signature in Signature.objects.all():
        assert signature.name in page
    assert "In force" in page


def test_the_text_comes_byte_for_byte(agreement: Agreement, convener: Client) -> None:
    answer = convener.get(path("agreement_text", agreement, 1))
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert texts.text_hash(answer.content.decode()) == queries.latest(agreement).text_hash


def sharing_post(partnership: Partnership, **changes: Any) -> dict[str, Any]:
    hub = convener_organisation(partnership)
    usual: dict[str, Any] = {
        "title": "Beds for babies",
        "prose": "Because one newborn in nine has no bed.",
        "provider": [str(sponsor_organisation(partnership).pk)],
        "recipient": [str(hub.pk)],
        "data": "bed-deliveries: area, month, slept_safely\n\ncots: area",
        "purpose": ["cw:MeasureSharedOutcomes", "cw:MonitorEquity"],
        "minimum_cell": "7",
        "linkage": "no",
        "publication": "public",
        "retention": "36",
        "start": "2026-01-01",
        "expiry": "2090-12-31",
        "withdrawal": "30",
        "further": "# Breach\nTell the others within 72 hours.\n\n# Contact\nWrite to the convener.",
    }
    return {**usual, **changes}


def licence_post(partnership: Partnership, **changes: Any) -> dict[str, Any]:
    usual = sharing_post(partnership)
    for name in ("provider", "recipient", "linkage", "further"):
        usual.pop(name)
    return {
        **usual,
        "title": "Measuring",
        "user": [str(convener_organisation(partnership).pk)],
        "data": ["bed-deliveries:area", "bed-deliveries:month"],
        "purpose": ["cw:MonitorEquity"],
        "publication": "partners",
        "four_questions_legal": "The councils’ duty to safeguard children.",
        "four_questions_ethical": "Parents were asked and agree.",
        "four_questions_good_idea": "It shows where beds are missing.",
        "four_questions_known": "The table looks at it every quarter.",
        **changes,
    }


def initial(form: Any) -> dict[str, Any]:
    """What a form would send if nothing were changed in it."""
    held = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    return {name: value for name, value in held.items() if value is not None}


def test_from_a_form_to_an_agreement_and_a_licence_in_force(
    partnership: Partnership, convener: Client
) -> None:
    """A lawyer's first afternoon: draft, read, open, sign, license, sign."""
    url = reverse("draft_sharing", args=[partnership.slug])
    assert convener.get(url).status_code == 200
    answer = convener.post(url, sharing_post(partnership), follow=True)
    assert answer.redirect_chain[-1][0].endswith("/agreements/DSA-1/versions/1/")
    page = body(answer)
    assert "Open for signature" in page and "16. Breach" in page and "Draft" in page
    agreement = Agreement.objects.get()
    answer = convener.post(path("open_for_signature", agreement), {"number": "1"}, follow=True)
    assert "Read and sign" in body(answer)

    version = queries.latest(agreement)
    sponsor = client_of(sponsor_organisation(partnership), Role.SIGNATORY)
    for client in (convener, sponsor):
        page = body(client.get(path("sign_agreement", agreement)))
        assert version.text_hash in page
        (mine,) = (
            each for each in queries.unsigned(version) if f"may sign for {each.name}" in page
        )
        answer = client.post(
            path("sign_agreement", agreement),
            {"organisation": mine.pk, "text_hash": version.text_hash, "may_sign": "on"},
            follow=True,
        )
        assert "Signed." in body(answer)
    assert queries.latest(agreement).state == State.ACTIVE

    url = path("draft_licence", agreement)
    page = body(convener.get(url))
    assert "bed-deliveries: slept_safely" in page and "DSA-1 says 7" in page
    assert "Academic research" not in page and 'name="linkage"' not in page
    answer = convener.post(url, licence_post(partnership), follow=True)
    licence = Agreement.objects.get(kind="dul")
    assert answer.status_code == 200
    convener.post(path("open_for_signature", licence), {"number": "1"})
    version = queries.latest(licence)
    convener.post(
        path("sign_agreement", licence),
        {
            "organisation": convener_organisation(partnership).pk,
            "text_hash": version.text_hash,
            "may_sign": "on",
        },
    )
    assert queries.latest(licence).state == State.ACTIVE


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("title", "", "Give the agreement a title"),
        ("provider", [], "Choose at least one organisation"),
        ("data", "no colon here", "Line 1"),
        ("data", "beds: area, area", "Line 1"),
        ("data", "beds: area\nBeds!: x", "Line 2"),
        ("data", "beds: area\nbeds: month", "both settle this"),
        ("purpose", [], "Choose at least one purpose"),
        ("purpose", ["everything"], ""),
        ("minimum_cell", "0", ""),
        ("publication", "", "Choose who may see results"),
        ("expiry", "2025-12-31", "is before the first"),
        ("expiry", "31 February", ""),
        ("further", "no heading", "words before the first heading"),
        ("further", "# Heading only", "no words"),
    ],
)
def test_input_that_cannot_stand_is_shown_at_its_field(
    partnership: Partnership, convener: Client, field: str, value: Any, said: str
) -> None:
    url = reverse("draft_sharing", args=[partnership.slug])
    answer = convener.post(url, sharing_post(partnership, **{field: value}))
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert said in body(answer)
    assert not Agreement.objects.exists()


def test_a_stranger_cannot_be_named_by_editing_the_form(
    partnership: Partnership, convener: Client
) -> None:
    stranger = convener_organisation(PartnershipFactory())
    url = reverse("draft_sharing", args=[partnership.slug])
    answer = convener.post(url, sharing_post(partnership, provider=[str(stranger.pk)]))
    assert answer.status_code == 422
    assert stranger.name not in body(answer)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("minimum_cell", "6"),
        ("expiry", "2091-01-01"),
        ("start", "2025-12-31"),
        ("retention", "37"),
        ("data", ["bed-deliveries:salary"]),
        ("purpose", ["dpv:AcademicResearch"]),
    ],
)
def test_a_wider_licence_is_refused_at_its_field(
    partnership: Partnership, convener: Client, field: str, value: Any
) -> None:
    convener.post(reverse("draft_sharing", args=[partnership.slug]), sharing_post(partnership))
    parent = Agreement.objects.get()
    answer = convener.post(
        path("draft_licence", parent), licence_post(partnership, **{field: value})
    )
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert Agreement.objects.count() == 1


def test_a_revision_begins_with_what_is_there(partnership: Partnership, convener: Client) -> None:
    convener.post(reverse("draft_sharing", args=[partnership.slug]), sharing_post(partnership))
    agreement = Agreement.objects.get()
    before = queries.clauses_of(queries.latest(agreement))
    form = convener.get(path("revise_agreement", agreement)).context["form"]
    answer = convener.post(path("revise_agreement", agreement), initial(form))
    assert answer.status_code == 302
    assert queries.clauses_of(queries.latest(agreement)) == before
    assert queries.latest(agreement).number == 2
    page = body(convener.get(path("agreement", agreement)))
    assert "Version 1" in page and "replaced on" in page


def test_a_licence_is_revised_within_its_agreement(agreement: Agreement, convener: Client) -> None:
    licence = f.licensed(agreement)
    form = convener.get(path("revise_agreement", licence)).context["form"]
    asked = {name: "Yes." for name in form.fields if name.startswith("four_questions")}
    data = {**initial(form), **asked}
    assert (
        convener.post(path("revise_agreement", licence), {**data, "minimum_cell": 9}).status_code
        == 302
    )
    page = body(convener.get(path("agreement", licence)))
    assert "A newer text is in preparation" in page
    assert queries.latest(licence).number == 1


def opened(agreement: Agreement) -> Agreement:
    """A second version, open for signature."""
    version = actions.revise(
        agreement=agreement,
        clauses=queries.clauses_of(queries.latest(agreement)),
        prose="New.",
        by=system("test"),
        at=f.EARLIER,
    )
    actions.open_for_signature(version=version, by=system("test"), at=f.EARLIER)
    return agreement


def test_signing_needs_the_box_and_the_right_hash(agreement: Agreement, convener: Client) -> None:
    opened(agreement)
    url = path("sign_agreement", agreement)
    hub = convener_organisation(agreement.partnership)
    version = queries.in_preparation(agreement)
    assert version is not None
    good = {"organisation": hub.pk, "text_hash": version.text_hash, "may_sign": "on"}
    for change in (
        {"may_sign": ""},
        {"text_hash": ""},
        {"organisation": sponsor_organisation(agreement.partnership).pk},
    ):
        answer = convener.post(url, {**good, **change})
        assert answer.status_code == 422
    # Another text than the one that was read: its tick does not count for this one.
    answer = convener.post(url, {**good, "text_hash": queries.latest(agreement).text_hash})
    assert answer.status_code == 409
    assert "The text has changed" in body(answer) and f'<a href="{url}">' in body(answer)
    assert 'value="' + version.text_hash in body(answer) and "checked" not in body(answer)
    assert "Reload" not in body(answer)
    assert not version.signatures.exists()
    assert convener.post(url, good).status_code == 302
    assert convener.post(url, good).status_code == 403


def test_members_and_third_parties_find_nothing_to_sign(agreement: Agreement) -> None:
    opened(agreement)
    partnership = agreement.partnership
    for client in (
        client_of(convener_organisation(partnership)),
        client_of(sponsor_organisation(partnership), Role.SIGNATORY),
    ):
        assert client.get(path("sign_agreement", agreement)).status_code == 403
        page = body(client.get(path("agreement_version", agreement, 2)))
        assert "Read and sign" not in page
    assert client.post(path("revise_agreement", agreement)).status_code == 403
    assert client.post(path("suspend_agreement", agreement)).status_code == 403


def test_an_old_draft_is_not_opened(partnership: Partnership, convener: Client) -> None:
    convener.post(reverse("draft_sharing", args=[partnership.slug]), sharing_post(partnership))
    agreement = Agreement.objects.get()
    actions.revise(
        agreement=agreement,
        clauses=queries.clauses_of(queries.latest(agreement)),
        prose="Changed meanwhile.",
        by=system("test"),
        at=f.EARLIER,
    )
    url = path("open_for_signature", agreement)
    assert convener.post(url, {"number": "1"}).status_code == 409
    assert convener.post(url, {"number": "2"}).status_code == 302


def test_withdrawing_says_what_happens_and_then_it_happens(agreement: Agreement) -> None:
    f.licensed(agreement)
    named = queries.organisations_named(queries.latest(agreement), "provider")
    provider = Organisation.objects.filter(pk__in=named)[0]
    client = client_of(provider, Role.SIGNATORY)
    assert "Withdraw your organisation" in body(client.get(path("agreement", agreement)))
    page = body(client.get(path("withdraw_agreement", agreement)))
    assert "the keys to what it handed in are destroyed" in page and "DUL-1" in page
    data = {"organisation": provider.pk, "reason": "Our board decided."}
    url = path("withdraw_agreement", agreement)
    assert client.post(url, data).status_code == 422
    assert not Withdrawal.objects.exists()
    assert client.post(url, {**data, "understood": "on"}).status_code == 302
    page = body(client.get(path("agreement", agreement)))
    assert "withdrew on" in page and "Our board decided." in page
    assert "What it handed in is destroyed on 31 March 2026." in page
    assert client.get(url).status_code == 403
    assert client_of(provider).get(url).status_code == 403


def test_suspending_and_lifting(agreement: Agreement, convener: Client) -> None:
    url = path("suspend_agreement", agreement)
    assert convener.post(url, {"reason": ""}).status_code == 422
    assert convener.post(url, {"reason": "A file went astray."}).status_code == 302
    page = body(convener.get(path("agreement", agreement)))
    assert "A file went astray." in page and "Lift the suspension" in page
    assert convener.post(path("resume_agreement", agreement)).status_code == 302
    assert Suspension.objects.get().until_at is not None


def test_residents_read_and_are_offered_nothing_else(agreement: Agreement) -> None:
    resident = PersonFactory()
    seated(agreement.partnership, voice="Young parents", person=resident)
    client = signed_in(resident)
    page = body(client.get(path("agreement", agreement)))
    assert "The text" in page
    for offer in ("Draft a", "Read and sign", "Withdraw your", "Suspend it"):
        assert offer not in page
    assert (
        client.get(reverse("draft_sharing", args=[agreement.partnership.slug])).status_code == 403
    )
    assert client.post(path("draft_licence", agreement)).status_code == 403


def test_every_page_is_whole_in_every_state(agreement: Agreement, convener: Client) -> None:
    """No page ends in an error, and none shows a template's gap."""
    licence = f.licensed(agreement)
    opened(agreement)
    for each in (agreement, licence):
        for name, more in PAGES:
            if name == "draft_licence" and each == licence:
                continue
            answer = convener.get(path(name, each, *more))
            assert answer.status_code in {200, 403}, name
            assert "%(" not in body(answer)
    assert convener.get(path("draft_licence", licence)).status_code == 409


def test_words_that_people_wrote_are_escaped(partnership: Partnership, convener: Client) -> None:
    evil = "<script>alert(1)</script>"
    convener.post(
        reverse("draft_sharing", args=[partnership.slug]),
        sharing_post(partnership, title=evil, prose=evil, further=f"# {evil}\n{evil}"),
    )
    agreement = Agreement.objects.get()
    for url in (path("agreement", agreement), reverse("agreements", args=[partnership.slug])):
        assert evil not in body(convener.get(url))


def test_spanish(agreement: Agreement, convener: Client) -> None:
    """The page follows the reader's language; the signed text stays as it was signed."""
    page = body(convener.get(path("agreement", agreement), headers={"accept-language": "es"}))
    assert "The last day of use is 31 December 2027." in page


def test_a_text_that_is_taken_back_while_somebody_reads_it(
    agreement: Agreement, convener: Client
) -> None:
    opened(agreement)
    version = queries.in_preparation(agreement)
    assert version is not None
    hub = convener_organisation(agreement.partnership)
    read = {"organisation": hub.pk, "text_hash": version.text_hash, "may_sign": "on"}
    clauses = queries.clauses_of(version)
    actions.revise(agreement=agreement, clauses=clauses, prose="Other.", by=system("test"), at=AT)
    url = path("sign_agreement", agreement)
    answer = convener.post(url, read)
    assert answer.status_code == 409
    assert "The text was taken back to be changed" in body(answer)
    assert "Nothing was signed." in body(answer)
    assert f'href="{path("agreement", agreement)}"' in body(answer)
    assert "You may not do this" not in body(answer)
    assert not version.signatures.exists()
    # Whoever could not have signed is told no more than before.
    assert client_of(hub).post(url, read).status_code == 403
    assert convener.post(url, {**read, "text_hash": "0" * 64}).status_code == 403
    assert convener.get(url).status_code == 409
    assert client_of(hub).get(url).status_code == 403


def test_the_changes_to_read_are_called_after_what_they_compare(
    agreement: Agreement, convener: Client
) -> None:
    opened(agreement)
    url = path("sign_agreement", agreement)
    assert "since version 1, which your organisation signed" in body(convener.get(url))
    partnership = agreement.partnership
    newcomer = seated(partnership).organisation
    assert newcomer is not None
    clauses = [
        *(
            each
            for each in queries.clauses_of(queries.latest(agreement))
            if each.kind != "provider"
        ),
        party("provider", [newcomer]),
    ]
    version = actions.revise(
        agreement=agreement, clauses=clauses, prose="", by=system("test"), at=AT
    )
    actions.open_for_signature(version=version, by=system("test"), at=AT)
    page = body(client_of(newcomer, Role.SIGNATORY).get(url))
    assert "What changed since version 1, which is in force" in page
    assert "?since=1" in page and "you signed" not in page
