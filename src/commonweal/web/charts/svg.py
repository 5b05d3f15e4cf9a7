"""Building SVG as safe text: elements, wrapped words, the patterns for what has no number.

Nothing here writes a style attribute: looks come from classes, positions from presentation
attributes, so the pages' content security policy holds.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from functools import cache

from django.utils.html import format_html
from django.utils.safestring import SafeString

Attribute = str | int | float | None

# Average advance of a character at the charts' 15 px, a little generous: text must never collide.
CHARACTER = 7.9


def el(name: str, *children: str, **attributes: Attribute) -> SafeString:
    """An element. Underscores in names become hyphens, a trailing one is dropped; None is left out.

    Children that are not safe are escaped.
    """
    given = {key: value for key, value in attributes.items() if value is not None}
    filled = children or ("",)
    pattern = _pattern(name, tuple(given), len(filled))
    return format_html(pattern, *[_plain(value) for value in given.values()], *filled)


@cache
def _pattern(name: str, keys: tuple[str, ...], children: int) -> str:
    """The element with gaps for its values: one formatting instead of one for each attribute.

    Names come from this package's own code; what comes from data only ever fills a gap.
    """
    names = [key.rstrip("_").replace("_", "-") for key in keys]
    for one in (name, *names):
        if not one.replace("-", "").isalnum():
            raise ValueError(f"{one!r} is no name of an element or attribute.")
    head = "".join(f' {one}="{{}}"' for one in names)
    return f"<{name}{head}>{'{}' * children}</{name}>"


def group(*children: str, **attributes: Attribute) -> SafeString:
    return el("g", *children, **attributes)


def text(content: str, x: Attribute, y: float, css: str, **attributes: Attribute) -> SafeString:
    """A line of text at a position; `x` may be a percentage."""
    return el("text", content, x=x, y=y, class_=css, **attributes)


def _plain(value: Attribute) -> str:
    """Numbers without noise: the same chart is the same bytes everywhere."""
    if isinstance(value, float):
        return f"{value:.2f}".rstrip("0").rstrip(".") or "0"
    return str(value)


def percent_of(share: float) -> str:
    """A position as a percentage of the drawing's width."""
    return _plain(round(share * 100, 2)) + "%"


def wrap(words: str, characters: int, lines: int = 3) -> list[str]:
    """Words broken into at most `lines` lines; the rest is cut with an ellipsis."""
    found = textwrap.wrap(words, max(6, characters), break_long_words=True) or [""]
    if len(found) > lines:
        found = found[:lines]
        found[-1] = found[-1][: max(1, characters - 1)].rstrip() + "…"
    return found


def width_of(words: str) -> float:
    """Roughly how many pixels a line of text takes."""
    return len(words) * CHARACTER


@dataclass(frozen=True)
class Ids:
    """The ids of one drawing: unique on the page, the same for the same chart."""

    root: str

    @property
    def title(self) -> str:
        return f"{self.root}-title"

    @property
    def description(self) -> str:
        return f"{self.root}-desc"

    @property
    def hatch(self) -> str:
        return f"{self.root}-hatch"

    @property
    def dots(self) -> str:
        return f"{self.root}-dots"

    @property
    def arrow(self) -> str:
        return f"{self.root}-arrow"


def patterns(ids: Ids) -> SafeString:
    """Hatching for hidden, dots for not known. They differ in texture, not only in tone."""
    hatch = el(
        "pattern",
        el("rect", width=7, height=7, class_="cw-hatch-ground"),
        el("path", d="M0 0V7", class_="cw-hatch-line"),
        id=ids.hatch,
        width=7,
        height=7,
        patternUnits="userSpaceOnUse",
        patternTransform="rotate(45)",
    )
    dots = el(
        "pattern",
        el("circle", cx=3, cy=3, r=1.3, class_="cw-dot"),
        id=ids.dots,
        width=6,
        height=6,
        patternUnits="userSpaceOnUse",
    )
    return el("defs", hatch, dots)


def drawing(
    ids: Ids, title: str, description: str, height: float, *children: str, **attributes: Attribute
) -> SafeString:
    """A whole picture with its name and description, as wide as its place and `height` high."""
    return el(
        "svg",
        el("title", title, id=ids.title),
        el("desc", description, id=ids.description),
        *children,
        role="img",
        aria_labelledby=f"{ids.title} {ids.description}",
        focusable="false",
        **{"width": "100%", "height": height, **attributes},
    )
