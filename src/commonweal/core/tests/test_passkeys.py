"""Passkeys in a real browser, under our content security policy."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

import pytest
from django.utils import timezone
from playwright.sync_api import ConsoleMessage, Page, expect, sync_playwright
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from commonweal.core import actions, signin
from commonweal.core.models import Person
from commonweal.core.scope import system

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not os.environ.get("CHROMIUM"), reason="no Chromium named by CHROMIUM"),
]
PATIENCE_MS = 30_000  # for what a browser shows, also on a busy machine
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def trouble(message: ConsoleMessage) -> list[str]:
    """What the browser complains about, but for the icon of a page that is plain text."""
    icon = message.location["url"].endswith("/favicon.ico")
    return [message.text] if message.type == "error" and not icon else []


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> Iterator[Page]:
    """A page with a virtual authenticator; any violation of the policy fails the test."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=os.environ["CHROMIUM"])
        page = browser.new_page()
        page.set_default_timeout(PATIENCE_MS)
        troubles: list[str] = []
        page.on("console", lambda message: troubles.extend(trouble(message)))
        page.on("pageerror", lambda error: troubles.append(str(error)))
        devtools = page.context.new_cdp_session(page)
        devtools.send("WebAuthn.enable")
        devtools.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
        yield page
        browser.close()
        assert troubles == []


def press(page: Page, name: str) -> None:
    """Press what leads to another page, and wait until that is there."""
    with page.expect_navigation():
        page.get_by_role("button", name=name).click()


def mailed_link(person: Person) -> str:
    return signin.new_link(person=person, by=system("test"), at=timezone.now())


def test_a_passkey_is_enrolled_and_signs_in(
    page: Page, live_server: LiveServer, settings: Settings
) -> None:
    settings.BASE_URL = live_server.url
    ana = actions.create_person(
        email="ana@example.org", name="Ana", by=system("test"), at=timezone.now()
    )
    page.goto(mailed_link(ana))
    press(page, "Sign in")
    page.goto(f"{live_server.url}/account/2fa/webauthn/add/")
    page.get_by_label(re.compile("passwordless", re.IGNORECASE)).check()
    page.get_by_role("button", name="Add").click()
    page.wait_for_url("**/account/2fa/recovery-codes/**")
    assert ana.authenticator_set.filter(type="webauthn").count() == 1

    page.context.clear_cookies()
    page.goto(f"{live_server.url}/account/login/?next=/account/")
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url("**/account/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your account", timeout=PATIENCE_MS)

    # A mailed link alone is no longer enough.
    page.context.clear_cookies()
    page.goto(mailed_link(ana))
    press(page, "Sign in")
    page.wait_for_url("**/account/2fa/authenticate/")
    page.get_by_role("button", name="Use a security key").click()
    page.wait_for_url("**/home/")


def test_a_failing_passkey_is_said_on_the_page(page: Page, live_server: LiveServer) -> None:
    page.goto(f"{live_server.url}/account/login/")
    page.evaluate("() => { navigator.credentials.get = () => Promise.reject(new Error('no')) }")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.locator("#passkey-problem")).to_be_visible(timeout=PATIENCE_MS)
