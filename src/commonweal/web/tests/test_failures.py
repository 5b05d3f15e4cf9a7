"""Refusals of the framework and of the sign-in library: pages of ours, with a way on."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from django.utils.http import urlencode

from commonweal.core import actions
from commonweal.core.scope import system
from commonweal.web.tests.pages import Element, Page

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_counted() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def links(response: Any) -> set[str]:
    main = Page(response.content.decode()).one("main")
    return {a.attrs["href"] or "" for a in within(main) if a.tag == "a"}


def within(element: Element) -> Iterator[Element]:
    for child in element.children:
        yield child
        yield from within(child)


def reset_passwords(client: Client, times: int) -> Any:
    for _ in range(times):
        answer = client.post("/account/password/reset/", {"email": "ana@example.org"})
    return answer


def test_the_limit_of_the_sign_in_library_is_told_on_a_page_of_ours(client: Client) -> None:
    client.cookies["django_language"] = "es"
    assert reset_passwords(client, 5).status_code != 429
    answer = reset_passwords(client, 1)
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0
    page = Page(answer.content.decode())
    assert page.one("html").attrs["lang"] == "es"
    assert page.one("h1").words() == "Demasiados intentos"
    assert "/" in links(answer)


@pytest.mark.parametrize(
    ("path", "above"),
    [
        ("/partnerships/x/agreements/DSA-1/open/", "/partnerships/x/agreements/DSA-1/"),
        ("/outbox/6f9619ff-8b86-4d01-b42d-00c04fc964ff/again/", "/outbox/"),
    ],
)
def test_an_address_for_forms_says_so_and_leads_back(
    client: Client, path: str, above: str, caplog: pytest.LogCaptureFixture
) -> None:
    client.force_login(
        actions.create_person(
            email="ana@example.org", name="Ana", by=system("test"), at=timezone.now()
        )
    )
    answer = client.get(path)
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert "This address only takes what a form sends." in answer.content.decode()
    assert links(answer) == {above, "/"}
    assert len(caplog.records) == 1


def test_an_address_for_reading_says_so_and_leads_to_itself(client: Client) -> None:
    answer = client.post("/about/")
    assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD")
    assert "only shows a page" in answer.content.decode()
    assert links(answer) == {"/about/", "/"}


def send(client: Client, fields: dict[str, str]) -> Any:
    return client.post(
        "/sign-in/", urlencode(fields), content_type="application/x-www-form-urlencoded"
    )


@pytest.mark.parametrize(
    ("fields", "status", "said"),
    [
        ({"email": "x" * 3_000_000}, 413, "2.0\xa0MB"),
        ({f"f{n}": "x" for n in range(1000)}, 400, "500 fields"),
    ],
)
def test_too_large_a_form_is_told_what_is_too_much_and_how_much_may_be(
    fields: dict[str, str],
    status: int,
    said: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    for strict in (False, True):
        client = Client(enforce_csrf_checks=strict)
        client.get("/sign-in/")
        caplog.clear()
        answer = send(client, fields)
        assert answer.status_code == status
        assert said in answer.content.decode()
        (record,) = caplog.records
        assert (record.levelno, record.exc_info) == (logging.WARNING, None)
        assert "/sign-in/" in record.getMessage()


def test_too_many_fields_in_an_address_are_told_too(client: Client) -> None:
    answer = client.get("/partnerships/", {f"f{n}": "x" for n in range(1000)})
    assert answer.status_code in {200, 400, 404}
