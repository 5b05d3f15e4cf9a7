"""Clauses as links to where they stand, and what permits and refusals say, as safe text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from commonweal.agree import governing_text, words
from commonweal.compute.permits.asking import Obligation, Permit, Refusal
from commonweal.compute.permits.terms import Terms

# The clauses that open something; the others limit it and are told as limits.
_OPENING = ("user", "provider", "data", "purpose")
_MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True)
class Citing:
    """Cites the agreements of one partnership. `terms`: (reference, version) → terms."""

    slug: str
    terms: Mapping[tuple[str, int], Terms]

    def link(
        self, reference: str, number: int, kind: str, version: int | None = None
    ) -> SafeString:
        """E.g. “DSA-1 clause 4 (data)”, leading to that clause."""
        if version is None:
            page = reverse("agreement", args=[self.slug, reference])
        else:
            page = reverse("agreement_version", args=[self.slug, reference, version])
        said = words.numbered(reference, number, kind)
        anchor = f"#clause-{number}" if number else ""
        return format_html('<a class="govuk-link" href="{}{}">{}</a>', page, anchor, said)

    def opening(self, permit: Permit) -> list[tuple[str, int, int, str]]:
        """(reference, version, clause number, its kind) of every clause that opens the use."""
        found = []
        for basis in permit.agreements:
            terms = self.terms.get((basis.reference, basis.version))
            for number in basis.clauses if terms else ():
                kind = terms.clauses[number - 1].kind if terms else ""
                if kind in _OPENING:
                    found.append((basis.reference, basis.version, number, kind))
        return found

    def opened_by(self, permit: Permit) -> SafeString:
        """The clauses that open the use, as links."""
        return joined(
            self.link(reference, number, kind, version)
            for reference, version, number, kind in self.opening(permit)
        )

    def limits(self, permit: Permit) -> SafeString:
        """What whoever uses it must keep to, each with its clause."""
        versions = {each.reference: each.version for each in permit.agreements}
        return joined(
            (
                format_html(
                    "{}: {}",
                    limit_said(each),
                    self.link(each.reference, each.number, each.kind, versions.get(each.reference)),
                )
                for each in permit.obligations
            ),
            "; ",
        )

    def until(self, permit: Permit) -> str:
        """The last day on which it holds, where the agreement lives."""
        return self.last_day(permit, permit.expires_at)

    def last_day(self, permit: Permit, over: datetime) -> str:
        """The day of the last moment before something is over."""
        moment = over - _MOMENT
        basis = permit.agreements[0]
        terms = self.terms.get((basis.reference, basis.version))
        return words.day(terms.day_of(moment) if terms else moment.date())

    def refused_by(self, refusal: Refusal) -> SafeString | str:
        """The clause that refuses, as a link; "" when there is no agreement to name."""
        if not refusal.reference:
            return ""
        version = refusal.params.get("version")
        known = isinstance(version, int) and (refusal.reference, version) in self.terms
        return self.link(
            refusal.reference, refusal.number, refusal.kind, version if known else None
        )


def joined(parts: Iterable[SafeString | str], separator: str = ", ") -> SafeString:
    return format_html_join(separator, "{}", ((part,) for part in parts))


def _hours(value: Any) -> str:
    return ngettext(
        "a breach is told within %(count)s hour",
        "a breach is told within %(count)s hours",
        int(value),
    ) % {"count": value}


def _months(value: Any) -> str:
    return ngettext(
        "kept for %(count)d month at most", "kept for %(count)d months at most", int(value)
    ) % {"count": int(value)}


_LIMITS: Mapping[str, Callable[[Any], str]] = {
    "minimum_cell": lambda value: _("no group under %(count)s is shown") % {"count": value},
    "publication": lambda value: _("results go to %(level)s") % {"level": words.level(str(value))},
    "linkage": lambda value: (
        _("records may be joined person by person")
        if value
        else _("records are not joined person by person")
    ),
    "retention": _months,
    "breach": _hours,
    "grain": lambda value: governing_text.grain_sentence(str(value)).rstrip("."),
}


def limit_said(limit: Obligation) -> str:
    """One limit in words, e.g. “no group under 10 is shown”."""
    say = _LIMITS.get(limit.kind)
    return say(limit.value) if say else f"{words.kind_name(limit.kind)}: {limit.value}"
