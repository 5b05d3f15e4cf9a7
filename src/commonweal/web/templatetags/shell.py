"""The frame around every signed-in page: where in a partnership the reader is."""

from __future__ import annotations

from typing import Any

from django import template
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

register = template.Library()

# Name of the address, the part of the partnership that it shows, label.
PAGES = (
    ("partnership", "overview", _("Overview")),
    ("table", "table", _("Table")),
    ("agreements", "agreements", _("Agreements")),
    ("decisions", "decisions", _("Decisions")),
    ("commitments", "commitments", _("Commitments")),
    ("theory", "aim", _("Theory of change")),
    ("plan", "plan", _("Plan")),
    ("data", "data", _("Data")),
    ("results", "results", _("Results")),
)


@register.filter
def opens(partnership: Any, part: str) -> bool:
    """Whether the reader may open a part: no page links where they are refused."""
    return bool(getattr(partnership, "opens", lambda _part: True)(part))


@register.simple_tag(takes_context=True)
def partnership_nav(context: template.Context) -> list[tuple[str, Any, bool]]:
    """(url, label, is_current) of a partnership's pages that are open to the reader; nothing outside
    one.

    A page names itself by `nav_current`, one of the url names above.
    """
    if "nav" in context:
        return list(context["nav"])
    partnership = context.get("partnership")
    slug = getattr(partnership, "slug", "")
    if not slug:
        return []
    current = context.get("nav_current", "")
    found = []
    for name, part, label in PAGES:
        if not opens(partnership, part):
            continue
        try:
            found.append((reverse(name, args=[slug]), label, name == current))
        except NoReverseMatch:
            continue
    return found
