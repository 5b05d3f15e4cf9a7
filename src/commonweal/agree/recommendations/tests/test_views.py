"""The pages: what they say, who gets which, what they refuse."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from commonweal.agree.recommendations import actions, queries, states
from commonweal.agree.recommendations.models import Appointment, Recommendation
from commonweal.agree.recommendations.tests.factories import appointed, found, recommended
from commonweal.convene.models import Partnership
from commonweal.convene.tests.factories import (
    AT,
    PartnershipFactory,
    PersonFactory,
    actor,
    affiliated,
    convener_organisation,
    seated,
    sponsor_organisation,
)
from commonweal.core import due, mail
from commonweal.core.models import Organisation, OutgoingMail, Person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("day_of_agreements")]


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def person_of(organisation: Organisation) -> Person:
    person = PersonFactory()
    affiliated(person, organisation)
    return person


@pytest.fixture
def partnership() -> Partnership:
    return PartnershipFactory(public_at=AT)


@pytest.fixture
def convener(partnership: Partnership) -> Client:
    return signed_in(person_of(convener_organisation(partnership)))


@pytest.fixture
def mayor(partnership: Partnership) -> Client:
    return signed_in(person_of(sponsor_organisation(partnership)))


def at(name: str, partnership: Partnership, *more: Any) -> str:
    return reverse(name, args=[partnership.slug, *more])


def body(response: HttpResponse) -> str:
    text = response.content.decode()
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))


def test_from_recommendation_to_what_was_launched(
    partnership: Partnership, convener: Client, mayor: Client
) -> None:
    assert "Nothing has been recommended yet" in body(
        convener.get(at("recommendations", partnership))
    )
    page = convener.get(at("recommend", partnership)).content.decode()
    sponsor = sponsor_organisation(partnership)
    assert re.search(rf'value="{sponsor.pk}"[^>]*checked', page)
    given = {
        "title": "Pay for one more van",
        "words": "Beds wait in the store.",
        "basis": "meeting of 1 March",
        "addressee": sponsor.pk,
        "answer_by": "2026-04-12",
        "is_public": "yes",
    }
    assert "see" in body(convener.post(at("recommend", partnership), given, follow=True))
    listed = body(mayor.get(at("recommendations", partnership)))
    assert "1 recommendation or finding: 1 answer owed." in listed
    assert "An answer is owed by 12 April 2026." in listed
    answer = at("answer_recommendation", partnership, 1)
    assert convener.get(answer).status_code == 403
    silent = mayor.post(answer, {"event": "accept", "words": ""})
    assert silent.status_code == 422 and "Give your reasons" in body(silent)
    assert mayor.post(answer, {"event": "accept", "words": "Yes, from May."}).status_code == 302
    launch = at("launch_recommendation", partnership, 1)
    wrong = mayor.post(launch, {"what": "A van", "begun_on": "2026-03-02", "link": "nonsense"})
    assert wrong.status_code == 422
    begun = {"what": "A second van runs", "begun_on": "2026-03-01", "link": "https://example.org/v"}
    assert mayor.post(launch, begun).status_code == 302
    public = Client().get(at("public_partnership", partnership)).content.decode()
    for words in ("Pay for one more van", "Yes, from May.", "A second van runs", "example.org/v"):
        assert words in public
    one = body(mayor.get(at("recommendation", partnership, 1)))
    assert "Under way" in one and "Answer anew" not in one


def test_a_late_answer_is_shown_late_and_due(partnership: Partnership, monkeypatch: Any) -> None:
    one = recommended(partnership)
    mayor = person_of(sponsor_organisation(partnership))
    other = person_of(convener_organisation(partnership))
    (item,) = [each for each in due.items(actor(mayor), AT) if each.kind.startswith("recomm")]
    assert not item.late and item.url == at("answer_recommendation", partnership, one.number)
    later = AT + timedelta(days=60)
    (item,) = [each for each in due.items(actor(mayor), later) if each.kind.startswith("recomm")]
    assert item.late
    assert not [each for each in due.items(actor(other), later) if each.kind.startswith("recomm")]
    monkeypatch.setattr("django.utils.timezone.now", lambda: later)
    assert "Answer late" in body(Client().get(at("public_partnership", partnership)))
    actions.answer(one=one, event=states.DECLINE, words="No.", by=actor(mayor), at=later)
    text = body(Client().get(at("public_partnership", partnership)))
    assert "Declined" in text and "The answer came after its day." in text
    assert not [each for each in due.items(actor(mayor), later) if each.kind.startswith("recomm")]


def test_what_only_the_table_reads_is_not_public(
    partnership: Partnership, convener: Client
) -> None:
    recommended(partnership, is_public=False, title="Among ourselves")
    assert "Among ourselves" in body(convener.get(at("recommendations", partnership)))
    assert "Among ourselves" not in body(Client().get(at("public_partnership", partnership)))


def test_an_evaluator_without_a_seat_files_a_finding(
    partnership: Partnership, convener: Client
) -> None:
    role = appointed(partnership)
    assert role.organisation is not None
    client = signed_in(person_of(role.organisation))
    page = body(client.get(at("recommendations", partnership)))
    assert "File a finding" in page and "Record a recommendation" not in page
    assert client.get(at("recommend", partnership)).status_code == 403
    for name in ("partnership", "theory", "commitments", "agreements", "results"):
        assert client.get(at(name, partnership)).status_code == 200
    for name in ("table", "data", "log", "access", "disputes"):
        assert client.get(at(name, partnership)).status_code == 404
    given = {
        "appointment": role.pk,
        "title": "Two streets are left out",
        "words": "Nobody rings there.",
        "addressee": convener_organisation(partnership).pk,
        "answer_by": "2026-04-12",
        "is_public": "yes",
    }
    assert client.post(at("file_finding", partnership), given).status_code == 302
    assert convener.get(at("file_finding", partnership)).status_code == 403
    one = Recommendation.objects.get()
    assert convener.get(at("withdraw_recommendation", partnership, one.number)).status_code == 403
    answer = {"event": "accept_in_part", "words": "We ring from Monday."}
    assert convener.post(at("answer_recommendation", partnership, 1), answer).status_code == 302
    again = client.post(at("withdraw_recommendation", partnership, 1), {"reason": "x"})
    assert again.status_code == 409


def test_another_roles_appointment_cannot_be_borrowed(partnership: Partnership) -> None:
    mine = appointed(partnership)
    theirs = appointed(partnership, seated(partnership).organisation, role="auditor")
    assert mine.organisation is not None
    client = signed_in(person_of(mine.organisation))
    given = {
        "appointment": theirs.pk,
        "title": "T",
        "words": "W",
        "addressee": convener_organisation(partnership).pk,
        "answer_by": "2026-04-12",
        "is_public": "yes",
    }
    assert client.post(at("file_finding", partnership), given).status_code == 422
    assert not Recommendation.objects.exists()


def test_appointing_a_person_mails_a_link_that_lets_them_in(
    partnership: Partnership, convener: Client
) -> None:
    given = {
        "role": "auditor",
        "mandate": "Where the money went.",
        "starts_on": "2026-03-01",
        "ends_on": "2026-12-31",
        "email": "auditor@example.org",
        "person_name": "Ada Quill",
    }
    appoint = at("appoint_independent", partnership)
    assert convener.post(appoint, {**given, "person_name": ""}).status_code == 422
    assert convener.post(appoint, {**given, "email": ""}).status_code == 422
    assert not Person.objects.filter(email="auditor@example.org").exists()
    page = convener.post(appoint, given, follow=True)
    assert "Auditor: Ada Quill" in body(page)
    message = OutgoingMail.objects.get(purpose="independent-role")
    assert message.to == "auditor@example.org" and "/l/sign-in/" in mail.body_of(message)
    person = Person.objects.get(email="auditor@example.org")
    role = Appointment.objects.get()
    actions.find(
        appointment=role,
        matter=actions.Matter(
            "Receipts are missing",
            "For March.",
            sponsor_organisation(partnership),
            AT.date() + timedelta(days=20),
        ),
        by=actor(person),
        at=AT,
    )
    public = body(Client().get(at("public_partnership", partnership)))
    assert "Receipts are missing" in public and "Auditor" in public and "Ada Quill" not in public


def test_the_leaders_are_refused_on_the_form(partnership: Partnership, convener: Client) -> None:
    given = {
        "role": "auditor",
        "mandate": "All.",
        "starts_on": "2026-03-01",
        "ends_on": "2026-12-31",
        "organisation": sponsor_organisation(partnership).pk,
    }
    answer = convener.post(at("appoint_independent", partnership), given)
    assert answer.status_code == 422 and "not independent" in body(answer)


def test_ending_a_role_with_a_reason_that_everybody_reads(
    partnership: Partnership, convener: Client, mayor: Client
) -> None:
    role = appointed(partnership)
    found(role, sponsor_organisation(partnership))
    end = at("end_independent", partnership, role.pk)
    assert mayor.get(end).status_code == 403
    assert convener.get(end).status_code == 200
    assert convener.post(end, {"reason": "They moved away."}).status_code == 302
    page = body(mayor.get(at("recommendations", partnership)))
    assert "They moved away." in page and "Two streets are left out" in page
    assert queries.entries(partnership, AT)[0].standing == "waiting"


def test_nothing_is_written_as_markup(partnership: Partnership, convener: Client) -> None:
    recommended(partnership, title="<script>alert(1)</script>", words="<img src=x onerror=1>")
    for path in (
        at("recommendations", partnership),
        at("recommendation", partnership, 1),
        at("public_partnership", partnership),
    ):
        page = convener.get(path).content
        assert b"<script>alert" not in page and b"<img src=x" not in page
