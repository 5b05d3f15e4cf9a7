"""Answers that other code gives without words: they get the words of this installation."""

from __future__ import annotations

import importlib
from argparse import Namespace
from datetime import UTC, datetime

import pytest
from django.conf import settings
from django.test import Client

from commonweal.core import mail
from commonweal.core.commands import run_outbox
from commonweal.core.models import Person

AT = datetime(2026, 3, 12, 12, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(Person.objects.create(email="ana@example.org", name="Ana", created_at=AT))
    return client


def test_an_address_for_forms_says_so_when_it_is_opened(client: Client) -> None:
    answer = client.get("/partnerships/some/agreements/DSA-1/open/")
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert "it only takes what a form sends" in answer.content.decode()


def test_a_form_with_too_much_in_it_says_how_much_is_too_much() -> None:
    most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    for fields in ({"email": "x" * (most + 1)}, {f"f{n}": "" for n in range(600)}):
        answer = Client().post("/sign-in/", fields)
        assert answer.status_code == 400
        assert "2 MB of text, or 500 fields" in answer.content.decode()


def test_the_sign_in_librarys_too_many_is_our_page() -> None:
    client = Client()
    for _ in range(12):
        answer = client.post("/account/password/reset/", {"email": "nobody@example.org"})
    assert answer.status_code == 429
    assert answer["Retry-After"] == "300"
    assert "Too many tries" in answer.content.decode()


def test_without_a_mail_server_nothing_is_printed_but_the_outbox_can_be_read(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert importlib.import_module(settings.SETTINGS_MODULE).EMAIL_BACKEND.endswith(
        "dummy.EmailBackend"
    )
    row = mail.queue(to="ana@example.org", subject="S", body="The words", purpose="t", at=AT)
    assert run_outbox(Namespace(read=str(row.pk), again=None, all=False)) == 0
    assert capsys.readouterr().out == "The words\n"
