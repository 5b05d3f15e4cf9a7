"""Marks text that a room translates later."""

from __future__ import annotations


def gettext_noop(text: str) -> str:
    """The text itself. Its name is what the collector of translations looks for."""
    return text
