"""Every page that a role can reach: by following the links from where that role begins."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
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
    """`kind`: the name of the address, or the address where it has none. `parts`: see `parts_of`."""

    path: str
    kind: str
    status: int
    parts: frozenset[str]


@dataclass
class LookedAt:
    """What was looked at already: of each kind of page how many, and the parts they were made of."""

    pages: Counter[str] = field(default_factory=Counter)
    parts: dict[str, set[str]] = field(default_factory=dict)

    def is_new(self, place: Place) -> bool:
        """Whether to look: the first of its kind, or one that holds a part which none held so far.

        What roles may do differs, so their pages of one kind differ mostly in what is left out.
        """
        known = self.parts.setdefault(place.kind, set())
        if self.pages[place.kind] >= MOST_OF_A_KIND and place.parts <= known:
            return False
        self.pages[place.kind] += 1
        known |= place.parts
        return True


def places(visit: Visit, role: str) -> Iterator[Place]:
    """Breadth first."""
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
        yield Place(path, kind, answer.status, parts_of(html))
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


def parts_of(html: str) -> frozenset[str]:
    """The kinds of element of a page: tag, classes, type and role, without what they say."""
    return frozenset(
        " ".join([tag, *sorted(re.findall(r'\b(?:class|type|role)="[^"]*"', rest))])
        for tag, rest in re.findall(r"<([a-z][a-z0-9]*)\b([^>]*)>", html)
    )


def everything(visit: Visit, role: str) -> list[Place]:
    found: Any = places(visit, role)
    return list(found)
