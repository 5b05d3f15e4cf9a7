"""What the values of a clause must be for it to mean anything. Each raises Unusable."""

from __future__ import annotations

import re
from collections.abc import Sequence

from commonweal.compute.errors import Unusable
from commonweal.compute.permits.marking import gettext_noop as _

CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u0085\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def line(text: str, where: str, limit: int = 200) -> None:
    """Refuse text that would not stay on one line or could pass for another clause."""
    if not text.strip() or text != text.strip() or len(text) > limit or "\n" in text:
        raise Unusable(
            _("A name here is empty, too long, or has space around it."),
            mend=_("Use one short line."),
            where=where,
        )
    if CONTROL.search(text) or "\t" in text:
        raise Unusable(
            _("A name here holds characters that do not print."),
            mend=_("Type it again instead of pasting it."),
            where=where,
        )


def lines(texts: Sequence[str], where: str) -> None:
    """One short line or more, none of them twice."""
    some(texts, where)
    for text in texts:
        line(text, where, 500)


def words(text: str, where: str, limit: int = 20_000) -> None:
    """Free words, of several lines if need be."""
    if not text.strip() or len(text) > limit:
        raise Unusable(
            _("The clause has no words, or too many."),
            mend=_("Use at most 20,000 characters."),
            where=where,
        )
    if CONTROL.search(text.replace("\r\n", "\n")):
        raise Unusable(
            _("The clause holds characters that do not print."),
            mend=_("Type it again instead of pasting it."),
            where=where,
        )


def whole(value: object, low: int, high: int, where: str) -> None:
    """A whole number within bounds; yes and no are none."""
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise Unusable(_("The number is out of range."), mend=f"Use {low} to {high}.", where=where)


def some(values: Sequence[object], where: str) -> None:
    """At least one, and each once."""
    if not values:
        raise Unusable(_("The clause names nothing."), mend=_("Name at least one."), where=where)
    if len(set(values)) != len(values):
        raise Unusable(
            _("The clause names something twice."), mend=_("Name each once."), where=where
        )


def yes_or_no(value: object, where: str) -> None:
    if not isinstance(value, bool):
        raise Unusable(
            _("The answer is neither yes nor no."), mend=_("Say yes or no."), where=where
        )


def one_of(value: str, known: Sequence[str], where: str) -> None:
    if value not in known:
        raise Unusable(
            _("The value is not one of those that the software understands."),
            mend=f"Use one of {', '.join(known)}.",
            where=where,
        )
