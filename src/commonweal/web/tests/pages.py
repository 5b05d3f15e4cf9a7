"""Reading rendered pages in tests: elements, ids and references between them."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}


@dataclass
class Element:
    tag: str
    attrs: dict[str, str | None]
    parent: Element | None = None
    text: str = ""
    children: list[Element] = field(default_factory=list)

    @property
    def classes(self) -> set[str]:
        return set((self.attrs.get("class") or "").split())

    def words(self) -> str:
        return " ".join([self.text, *(child.words() for child in self.children)]).strip()

    def inside(self, tag: str) -> bool:
        above = self.parent
        while above:
            if above.tag == tag:
                return True
            above = above.parent
        return False


class Page(HTMLParser):
    """A page as a flat list of elements; wrong nesting is an error."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[Element] = []
        self.open: list[Element] = []
        self.feed(html)
        self.close()
        assert not self.open, f"never closed: {[e.tag for e in self.open]}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"an attribute stands twice in <{tag}>: {names}"
        parent = self.open[-1] if self.open else None
        made = Element(tag, dict(attrs), parent)
        if parent:
            parent.children.append(made)
        self.elements.append(made)
        if tag not in VOID:
            self.open.append(made)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open[-1].tag == tag, f"</{tag}> closes <{self.open[-1].tag}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        if self.open:
            self.open[-1].text += data

    def all(self, tag: str = "", css: str = "", **attrs: Any) -> list[Element]:
        return [
            one
            for one in self.elements
            if (not tag or one.tag == tag)
            and (not css or css in one.classes)
            and all(one.attrs.get(name.rstrip("_")) == value for name, value in attrs.items())
        ]

    def one(self, tag: str = "", css: str = "", **attrs: Any) -> Element:
        found = self.all(tag, css, **attrs)
        assert len(found) == 1, f"{len(found)} of {tag} {css} {attrs}"
        return found[0]

    @property
    def ids(self) -> list[str]:
        return [value for one in self.elements if (value := one.attrs.get("id"))]
