"""Visiting the demo as somebody: signed in by the printed link, in a look of one's own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.browser.server import Served

VISITOR = "Visitor"
DESK = {"width": 1280, "height": 900}
PHONE = {"width": 320, "height": 640}
PATIENCE_MS = 30_000
_LISTEN = """
window.__refused = [];
document.addEventListener("securitypolicyviolation", (e) =>
  window.__refused.push(`${e.violatedDirective} ${e.blockedURI}`));
"""


@dataclass
class Visit:
    """A page of one's own and all that it complained about since it was opened."""

    page: Any
    address: str
    touch: bool = False
    complaints: list[str] = field(default_factory=list)

    def go(self, path: str) -> Any:
        """Open an address of the demo. Returns the response."""
        return self.page.goto(self.address + path)

    def press(self, place: Any) -> None:
        """Follow what leads to a page, with mouse or finger, and wait until it is there to read."""
        with self.page.expect_navigation():
            (place.tap if self.touch else place.click)()

    def faults(self) -> list[str]:
        """Complaints of the console, broken policies, requests to other hosts; then forgets them."""
        refused = self.page.evaluate("window.__refused || []")
        found = [*self.complaints, *(f"refused by policy: {each}" for each in refused)]
        self.complaints.clear()
        return found


@dataclass
class Visits:
    """Opens the demo in one browser. A role's printed link works once, so its state is kept."""

    demo: Served
    chromium: Any
    states: dict[str, Any] = field(default_factory=dict)

    @contextmanager
    def as_(self, role: str = VISITOR, *, language: str = "en", **looks: Any) -> Iterator[Visit]:
        """A fresh window for somebody of this role. `looks`: what the browser is told to be."""
        with self._window(self._state(role), language, **looks) as visit:
            yield visit

    def _state(self, role: str) -> Any:
        if role == VISITOR:
            return None
        if role not in self.states:
            with self._window(None, "en") as visit:
                sign_in(visit, self.demo.links[role])
                self.states[role] = visit.page.context.storage_state()
        return self.states[role]

    @contextmanager
    def _window(self, state: Any, language: str, **looks: Any) -> Iterator[Visit]:
        looks = {"viewport": DESK, "color_scheme": "light", "locale": "en-GB", **looks}
        context = self.chromium.new_context(storage_state=state, **looks)
        try:
            context.set_default_timeout(PATIENCE_MS)
            if language != "en":
                cookie = {"name": "django_language", "value": language, "url": self.demo.address}
                context.add_cookies([cookie])
            context.add_init_script(_LISTEN)
            touch = bool(looks.get("has_touch"))
            visit = Visit(context.new_page(), self.demo.address, touch)
            listen(visit)
            yield visit
        finally:
            context.close()


def listen(visit: Visit) -> None:
    said = visit.complaints
    visit.page.on("pageerror", lambda error: said.append(f"script error: {error}"))
    visit.page.on("console", lambda message: said.extend(_complaint(message)))
    visit.page.on("request", lambda request: said.extend(_abroad(request, visit.address)))


def _complaint(message: Any) -> list[str]:
    # The browser reports every page with an error status, also those that a test asks for.
    if message.type not in {"error", "warning"} or "Failed to load resource" in message.text:
        return []
    return [f"console: {message.text}"]


def _abroad(request: Any, address: str) -> list[str]:
    home = request.url.startswith((address + "/", "data:", "about:", "blob:"))
    return [] if home else [f"request to another host: {request.url[:80]}"]


def sign_in(visit: Visit, link: str) -> None:
    """By the printed link: it shows who one is about to be, and one button."""
    page = visit.page
    page.goto(link)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{visit.address}/home/")
