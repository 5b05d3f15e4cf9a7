"""Signing in: by mailed link, with a second factor, by password; and what strangers learn."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from unittest import mock

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.core import mail as django_mail
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from commonweal.core import actions, jobs, signin
from commonweal.core.models import Event, Job, Link, OutgoingMail, Person
from commonweal.core.scope import system

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery staple"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
STEP = 58_000_000  # one of the half minutes of which each has a code of its own


@pytest.fixture
def clock() -> Iterator[datetime]:
    """Requests and jobs happen at one moment: between two of them no full hour can pass."""
    at = timezone.now()
    with mock.patch("django.utils.timezone.now", return_value=at):
        yield at


@pytest.fixture
def ana(settings: Settings) -> Person:
    settings.BASE_URL = "http://testserver"
    return actions.create_person(
        email="ana@example.org", name="Ana", by=system("test"), at=timezone.now()
    )


def ask(client: Client, email: str, next_path: str = "") -> str:
    """Ask for a link; the path that was mailed, or nothing."""
    before = len(django_mail.outbox)
    response = client.post("/sign-in/", {"email": email, "next": next_path})
    assert (response.status_code, response["Location"]) == (302, "/sign-in/sent/")
    jobs.run_due()
    sent = django_mail.outbox[before:]
    if not sent:
        return ""
    found = re.search(r"http://testserver(/l/sign-in/[\w-]{43}/)", str(sent[0].body))
    assert found
    return found[1]


def who(client: Client) -> str | None:
    return client.session.get("_auth_user_id")


def test_a_mailed_link_signs_in_once(client: Client, ana: Person) -> None:
    path = ask(client, " ANA@example.org ")
    for _ in range(3):
        assert client.get(path).status_code == 200
        assert who(client) is None
    response = client.post(path)
    assert (response.status_code, response["Location"]) == (302, "/home/")
    assert who(client) == str(ana.pk)
    assert EmailAddress.objects.get(user=ana).verified
    other = Client()
    assert other.post(path).status_code == 404
    assert who(other) is None


def test_a_stranger_learns_nothing(client: Client, ana: Person) -> None:
    known = client.post("/sign-in/", {"email": "ana@example.org"})
    unknown = client.post("/sign-in/", {"email": "nobody@example.org"})
    assert known.headers == unknown.headers
    assert known.content == unknown.content
    # The same work is done before the answer, and the jobs cannot be told apart.
    queued = list(Job.objects.values_list("name", flat=True))
    assert queued == ["core.mail_sign_in_link"] * 2
    jobs.run_due()
    assert [message.to for message in django_mail.outbox] == [["ana@example.org"]]
    assert "nobody@example.org" not in str(list(Job.objects.values()))


def test_the_mail_carries_no_html_and_no_other_address(client: Client, ana: Person) -> None:
    ask(client, ana.email)
    (sent,) = django_mail.outbox
    assert (sent.to, sent.cc, sent.bcc, sent.content_subtype) == ([ana.email], [], [], "plain")


@pytest.mark.usefixtures("clock")
def test_an_address_is_mailed_at_most_five_times_an_hour_and_nobody_is_told(
    ana: Person,
) -> None:
    for n in range(signin.BY_ADDRESS.count + 2):
        response = Client(REMOTE_ADDR=f"192.0.2.{n}").post("/sign-in/", {"email": ana.email})
        assert response.status_code == 302
    jobs.run_due()
    assert len(django_mail.outbox) == signin.BY_ADDRESS.count


@pytest.mark.usefixtures("clock")
def test_a_client_that_asks_too_often_is_told_to_wait(client: Client, ana: Person) -> None:
    for n in range(signin.BY_CLIENT.count):
        client.post("/sign-in/", {"email": f"{n}@example.org"})
    response = client.post("/sign-in/", {"email": ana.email})
    assert response.status_code == 429
    assert b"minutes" in response.content


def test_an_expired_link_does_not_work(client: Client, ana: Person) -> None:
    path = ask(client, ana.email)
    Link.objects.update(
        issued_at=timezone.now() - timedelta(hours=1),
        expires_at=timezone.now() - timedelta(seconds=1),
    )
    assert client.get(path).status_code == 404
    assert client.post(path).status_code == 404


def test_somebody_shut_out_cannot_come_back(client: Client, ana: Person) -> None:
    first, second = ask(client, ana.email), ask(client, ana.email)
    client.post(first)
    assert client.get("/account/").status_code == 200
    actions.deactivate(person=ana, by=system("test"), at=timezone.now())
    assert client.get("/account/").status_code == 302
    assert Client().post(second).status_code == 404
    assert ask(client, ana.email) == ""


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "x" * 600,
    ],
)
def test_no_one_is_sent_elsewhere(client: Client, ana: Person, wanted: str) -> None:
    assert client.post(ask(client, ana.email, wanted))["Location"] == "/home/"


def test_one_arrives_where_one_wanted_to_go(client: Client, ana: Person) -> None:
    assert client.get("/account/")["Location"] == "/sign-in/?next=/account/"
    page = client.get("/sign-in/?next=/account/")
    assert b'value="/account/"' in page.content
    assert client.post(ask(client, ana.email, "/account/"))["Location"] == "/account/"


@pytest.mark.parametrize("email", ["", "ana", "ana@"])
def test_a_bad_address_is_explained_at_the_field(client: Client, email: str) -> None:
    response = client.post("/sign-in/", {"email": email})
    assert response.status_code == 422
    assert b"govuk-error-summary" in response.content


def with_second_factor(person: Person) -> None:
    EmailAddress.objects.create(user=person, email=person.email, primary=True, verified=True)
    TOTP.activate(person, SECRET)


def test_the_second_factor_is_asked_after_the_mailed_link_too(
    client: Client, ana: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auth, "yield_hotp_counters_from_time", lambda: iter([STEP]))
    with_second_factor(ana)
    response = client.post(ask(client, ana.email, "/account/"))
    assert response["Location"] == "/account/2fa/authenticate/"
    assert who(client) is None
    assert client.get("/account/")["Location"].startswith("/sign-in/")
    wrong = client.post("/account/2fa/authenticate/", {"code": "000000"})
    assert (wrong.status_code, who(client)) == (200, None)
    right = client.post(
        "/account/2fa/authenticate/", {"code": format_hotp_value(hotp_value(SECRET, STEP))}
    )
    assert (right["Location"], who(client)) == ("/account/", str(ana.pk))


def test_authenticator_secrets_are_sealed_at_rest(ana: Person) -> None:
    with_second_factor(ana)
    assert SECRET not in str(list(Authenticator.objects.values()))


def test_a_password_signs_in_and_is_limited(client: Client, ana: Person) -> None:
    ana.set_password(PASSWORD)
    ana.save()
    right = {"login": ana.email, "password": PASSWORD}
    assert client.post("/account/login/", right)["Location"] == "/home/"
    stranger = Client()
    for _ in range(5):
        answer = stranger.post("/account/login/", right | {"password": "wrong"})
        assert answer.status_code == 200
    assert stranger.post("/account/login/", right).status_code == 200
    assert who(stranger) is None


def test_signing_out_is_a_post(client: Client, ana: Person) -> None:
    client.force_login(ana)
    assert client.get("/account/logout/").status_code == 200
    assert who(client) == str(ana.pk)
    client.post("/account/logout/")
    assert who(client) is None


@pytest.mark.parametrize("path", ["/account/signup/", "/account/email/"])
def test_nobody_signs_up_or_changes_an_address_alone(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404
    assert client.post(path, {"email": "x@example.org", "password1": PASSWORD}).status_code == 404
    assert Person.objects.count() == 0


def test_a_forgotten_password_goes_through_our_outbox(client: Client, ana: Person) -> None:
    client.post("/account/password/reset/", {"email": ana.email})
    client.post("/account/password/reset/", {"email": "nobody@example.org"})
    message = OutgoingMail.objects.get()
    assert (message.to, message.purpose) == (ana.email, "account")
    jobs.run_due()
    body = str(django_mail.outbox[0].body)
    assert "/account/password/reset/key/" in body
    assert "127.0.0.1" not in body


def test_the_own_account_is_kept_by_oneself(client: Client, ana: Person) -> None:
    client.force_login(ana)
    assert client.post("/account/", {"name": " ", "language": "es"}).status_code == 422
    assert client.post("/account/", {"name": "Ana Ruiz", "language": "es"}).status_code == 302
    ana.refresh_from_db()
    assert (ana.name, ana.language) == ("Ana Ruiz", "es")
    assert Event.objects.filter(kind="core.profile_updated").count() == 1


ENROLMENT = [
    "/account/password/set/",
    "/account/2fa/",
    "/account/2fa/totp/activate/",
    "/account/2fa/webauthn/add/",
    "/account/2fa/webauthn/",
]


@pytest.mark.parametrize("path", ENROLMENT)
def test_every_page_of_the_account_is_in_our_design(client: Client, ana: Person, path: str) -> None:
    client.post(ask(client, ana.email))
    response = client.get(path)
    assert response.status_code == 200
    page = response.content.decode()
    assert "cw-header" in page
    assert not re.search(r"<script(?![^>]*(src=|application/json))", page)
    assert not re.search(r"\sstyle=|\son\w+=", page)
