"""The frame around every signed-in page: where in a partnership the reader is."""

from __future__ import annotations

from typing import Any

from django import template
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

register = template.Library()

PAGES = (
    ("partnership", _("Overview")),
    ("table", _("Table")),
    ("agreements", _("Agreements")),
    ("decisions", _("Decisions")),
    ("commitments", _("Commitments")),
    ("theory", _("Theory of change")),
    ("data", _("Data")),
    ("results", _("Results")),
)


@register.simple_tag(takes_context=True)
def partnership_nav(context: template.Context) -> list[tuple[str, Any, bool]]:
    """(url, label, is_current) of a partnership's pages; nothing outside one.

    A page names itself by `nav_current`, one of the url names above.
    """
    if "nav" in context:
        return list(context["nav"])
    slug = getattr(context.get("partnership"), "slug", "")
    if not slug:
        return []
    current = context.get("nav_current", "")
    found = []
    for name, label in PAGES:
        try:
            found.append((reverse(name, args=[slug]), label, name == current))
        except NoReverseMatch:
            continue
    return found
