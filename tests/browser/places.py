"""Every page that a role can reach: by following the links from where that role begins."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from typing import Any

from django.urls import Resolver404, resolve

from tests.browser.visits import VISITOR, Visit

# Of pages of one kind (agreements, submissions, …) this many are looked at.
MOST_OF_A_KIND = 2
# What browsers save instead of showing it.
FILES = re.compile(
    r"\.(csv|json|xlsx|txt|svg|css|js)$|/text/$|/pdf/$|/papers/[0-9a-f-]+/$|/progress/$|/download/$"
)
# Pages that nothing links to.
UNLINKED = {
    VISITOR: (
        "/verify/",
        "/sign-in/",
        "/sign-in/sent/",
        "/gallery/",
        "/account/login/",
        "/p/no-such-page/",
    ),
    "Convener": ("/account/", "/outbox/", "/partnerships/new/", "/partnerships/other/table/"),
    "Data steward": ("/partnerships/safe-space-to-sleep/settings/",),
}


@dataclass(frozen=True)
class Place:
    """`kind`: the name of the address, or the address where it has none."""

    path: str
    kind: str
    status: int
    fingerprint: str


def places(visit: Visit, role: str) -> Iterator[Place]:
    """Breadth first. `fingerprint` is equal for pages that differ in the reader's name only."""
    waiting = ["/home/" if role != VISITOR else "/p/", *UNLINKED.get(role, ())]
    seen, kinds = set(waiting), Counter[str]()
    while waiting:
        path = waiting.pop(0)
        kind = kind_of(path)
        if kinds[kind] >= MOST_OF_A_KIND:
            continue
        answer = visit.page.context.request.get(visit.address + path)
        if not answer.headers.get("content-type", "").startswith("text/html"):
            continue
        kinds[kind] += answer.status == 200
        html = answer.text()
        yield Place(path, kind, answer.status, fingerprint(html))
        for found in links(html):
            if found not in seen:
                seen.add(found)
                waiting.append(found)


def kind_of(path: str) -> str:
    try:
        match = resolve(path)
    except Resolver404:
        return path.strip("/")
    return match.url_name or match.route


def links(html: str) -> list[str]:
    """Addresses of this installation that the page leads to, without their queries."""
    found = (unescape(each) for each in re.findall(r'<a\b[^>]*?\bhref="(/[^"#?]*)', html))
    return [each for each in found if not each.startswith("/static/") and not FILES.search(each)]


def fingerprint(html: str) -> str:
    html = re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", html)
    html = re.sub(r'"X-CSRFToken": "[^"]*"', "", html)
    html = re.sub(r'<span class="cw-header__person">.*?</span>', "", html, flags=re.DOTALL)
    return hashlib.sha256(html.encode()).hexdigest()


def everything(visit: Visit, role: str) -> list[Place]:
    found: Any = places(visit, role)
    return list(found)
