"""The gallery in a real browser under the strict policy: axe, reflow, targets, focus.

No server and no network: every request is answered here from the rendered page and the built
files, with the content security policy of the installation.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.shortcuts import render
from django.test import RequestFactory, override_settings
from django.utils import translation

from commonweal.web import gallery

ROOT = Path(__file__).resolve().parents[4]
STATIC = ROOT / "src" / "commonweal" / "web" / "static"
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
CHROMIUM = os.environ.get("COMMONWEAL_TEST_CHROMIUM") or shutil.which("chromium") or ""
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
    " font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'"
)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}

pytestmark = [
    pytest.mark.browser,
    pytest.mark.enable_socket,
    pytest.mark.skipif(not CHROMIUM, reason="no Chromium here"),
    pytest.mark.skipif(
        not (STATIC / "dist" / "cw.css").is_file() or not AXE.is_file(),
        reason="not built: run tools/build_assets.py",
    ),
]


def gallery_html(language: str) -> str:
    request = RequestFactory().get("/gallery/")
    request.user = AnonymousUser()
    with translation.override(language):
        return render(request, "web/gallery.html", gallery.context()).content.decode()


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    """Rendered before the browser starts: its event loop forbids Django's synchronous parts."""
    made = {language: gallery_html(language) for language in ("en", "ar")}
    with override_settings(DEMO=True):
        return made | {"demo": gallery_html("en")}


@pytest.fixture(scope="module")
def browser(pages: dict[str, str]) -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        started = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield started
        started.close()


def answer(route: Any, html: str) -> None:
    path = route.request.url.removeprefix("https://gallery.test/")
    if not path:
        headers = {"Content-Security-Policy": POLICY, "Content-Type": "text/html; charset=utf-8"}
        route.fulfill(body=html, headers=headers)
    elif path.startswith("static/") and (STATIC / path.removeprefix("static/")).is_file():
        file = STATIC / path.removeprefix("static/")
        route.fulfill(body=file.read_bytes(), headers={"Content-Type": KINDS[file.suffix]})
    else:
        route.fulfill(status=404, body="")


def opened(browser: Any, html: str, *, bypass: bool = False, **looks: Any) -> tuple[Any, list[str]]:
    context = browser.new_context(bypass_csp=bypass, **looks)
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.route("**/*", lambda route: answer(route, html))
    page.goto("https://gallery.test/")
    return page, said


DESK, PHONE = {"width": 1280, "height": 900}, {"width": 320, "height": 640}
LOOKS = {
    "light": ("en", DESK, "light"),
    "dark": ("en", DESK, "dark"),
    "right to left": ("ar", DESK, "light"),
    "phone": ("en", PHONE, "light"),
    "phone, dark, right to left": ("ar", PHONE, "dark"),
}


@pytest.mark.parametrize("name", LOOKS)
def test_axe_finds_nothing(browser: Any, pages: dict[str, str], name: str) -> None:
    language, size, scheme = LOOKS[name]
    page, _ = opened(browser, pages[language], bypass=True, viewport=size, color_scheme=scheme)
    page.add_script_tag(content=AXE.read_text())
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    assert not [(one["id"], one["nodes"][0]["html"]) for one in found]
    page.context.close()


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("width", [320, 768, 1280])
def test_the_page_never_scrolls_sideways_and_breaks_no_policy(
    browser: Any, pages: dict[str, str], language: str, width: int
) -> None:
    page, said = opened(browser, pages[language], viewport={"width": width, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert said == []
    page.context.close()


def test_wider_letter_spacing_breaks_nothing(browser: Any, pages: dict[str, str]) -> None:
    """WCAG 1.4.12: the reader's own spacing of lines, paragraphs, letters and words."""
    page, _ = opened(browser, pages["en"], bypass=True, viewport=PHONE)
    page.add_style_tag(
        content="* { line-height: 1.5 !important; letter-spacing: 0.12em !important;"
        " word-spacing: 0.16em !important } p { margin-bottom: 2em !important }"
    )
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.context.close()


def test_targets_are_large_enough(browser: Any, pages: dict[str, str]) -> None:
    """WCAG 2.5.8: 24 by 24, except links within a line of text and what is off the page."""
    page, _ = opened(browser, pages["en"], viewport=PHONE)
    small = page.evaluate(
        """() => [...document.querySelectorAll("a, button, input, select, summary, textarea")]
          .filter(e => e.type !== "hidden" && !["radio", "checkbox"].includes(e.type)
            && !e.classList.contains("govuk-skip-link")
            && getComputedStyle(e).display !== "inline")
          .filter(e => { const r = e.getBoundingClientRect();
            return r.width > 0 && (r.width < 24 || r.height < 24); })
          .map(e => e.outerHTML.slice(0, 120))"""
    )
    assert small == []
    labels = page.evaluate(
        """() => [...document.querySelectorAll("input[type=radio], input[type=checkbox]")]
          .map(e => Math.min(e.getBoundingClientRect().width, e.getBoundingClientRect().height))"""
    )
    assert min(labels) >= 24
    page.context.close()


def test_focus_is_always_visible(browser: Any, pages: dict[str, str]) -> None:
    page, _ = opened(browser, pages["en"], viewport=DESK)
    page.evaluate("document.querySelector('.govuk-skip-link').focus()")
    seen = set()
    for _step in range(75):
        page.keyboard.press("Tab")
        looks = page.evaluate(
            """() => { const e = document.activeElement; const s = getComputedStyle(e);
              const l = e.nextElementSibling && getComputedStyle(e.nextElementSibling, "::before");
              const shows = one => one && (parseFloat(one.outlineWidth) >= 2
                && one.outlineStyle !== "none" || one.boxShadow !== "none");
              return [e.outerHTML.slice(0, 100), !!(shows(s) || shows(l))]; }"""
        )
        seen.add(looks[0])
        assert looks[1], looks[0]
    assert len(seen) > 40
    page.context.close()


def test_errors_take_the_focus_and_lead_to_their_field(browser: Any, pages: dict[str, str]) -> None:
    page, _ = opened(browser, pages["en"], viewport=DESK)
    assert "govuk-error-summary" in page.evaluate("document.activeElement.className")
    page.click(".govuk-error-summary a >> nth=0")
    assert page.evaluate("document.activeElement.id") == "id_wrong-name"
    page.context.close()


def test_paper_shows_what_the_screen_folds_away(browser: Any, pages: dict[str, str]) -> None:
    page, _ = opened(browser, pages["en"], viewport=DESK)
    page.emulate_media(media="print", color_scheme="dark")
    heights = page.evaluate(
        "[...document.querySelectorAll('figure table')].map(t => t.getBoundingClientRect().height)"
    )
    assert min(heights) > 40
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert not page.is_visible(".cw-nav")
    page.context.close()


def test_paper_says_that_the_numbers_of_a_demonstration_are_invented(
    browser: Any, pages: dict[str, str]
) -> None:
    page, _ = opened(browser, pages["demo"], viewport=DESK)
    page.emulate_media(media="print")
    assert "numbers are invented" in page.inner_text(".cw-demo")
    assert page.evaluate("document.querySelector('.cw-demo').getBoundingClientRect().height") > 20
    page.context.close()


def test_right_to_left_what_stands_at_the_start_of_a_line_stands_right(
    browser: Any, pages: dict[str, str]
) -> None:
    page, _ = opened(browser, pages["ar"], viewport=DESK)
    for marked in ("blockquote", ".govuk-inset-text", ".cw-banner"):
        widths = page.evaluate(
            "s => { const c = getComputedStyle(document.querySelector(s));"
            " return [parseFloat(c.borderLeftWidth), parseFloat(c.borderRightWidth)]; }",
            marked,
        )
        assert (widths[0], widths[1] > 0) == (0, True), marked
    first, last = page.evaluate(
        "(all => [all[0], all[all.length - 1]].map(e => e.getBoundingClientRect().right))"
        "([...document.querySelectorAll('.govuk-breadcrumbs__list-item')])"
    )
    assert first > last > DESK["width"] / 2
    page.context.close()
