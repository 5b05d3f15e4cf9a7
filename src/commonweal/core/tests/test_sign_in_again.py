"""Showing once more who one is, without a password."""

from __future__ import annotations

import re

import pytest
from django.core import mail as django_mail
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from commonweal.core import actions, jobs
from commonweal.core.models import Person
from commonweal.core.scope import system

pytestmark = pytest.mark.django_db
LINK = re.compile(r"http://testserver(/l/sign-in/[^/\s]+/)")


@pytest.fixture
def ana() -> Person:
    cache.clear()
    return actions.create_person(
        email="ana@example.org", name="Ana", by=system("test"), at=timezone.now()
    )


@pytest.mark.parametrize("path", ["/account/reauthenticate/", "/account/2fa/reauthenticate/"])
def test_without_a_password_one_signs_in_again_by_mail(
    client: Client, ana: Person, path: str
) -> None:
    client.force_login(ana)
    answer = client.get(f"{path}?next=/account/2fa/")
    assert answer.status_code == 302
    asked = client.get(answer["Location"])
    page = asked.content.decode()
    assert (asked.status_code, "You have no password" in page) == (200, True)
    assert 'value="ana@example.org"' in page
    sent = client.post(answer["Location"], {"email": ana.email, "next": "/account/2fa/"})
    assert sent["Location"] == "/sign-in/sent/"
    jobs.run_due(timezone.now())
    jobs.run_due(timezone.now())
    (found,) = LINK.findall(str(django_mail.outbox[-1].body))
    assert client.post(found)["Location"] == "/account/2fa/"
    assert client.get("/account/2fa/").status_code == 200


def test_with_a_password_one_is_asked_for_it(client: Client, ana: Person) -> None:
    ana.set_password("correct horse battery staple")
    ana.save()
    client.force_login(ana)
    page = client.get("/account/reauthenticate/")
    assert page.status_code == 200
    assert b'type="password"' in page.content


def test_whoever_is_signed_in_is_not_asked_without_need(client: Client, ana: Person) -> None:
    client.force_login(ana)
    assert client.get("/sign-in/?next=/account/")["Location"] == "/account/"
    page = Client().get("/sign-in/?again=1").content
    assert b"You have no password" not in page
