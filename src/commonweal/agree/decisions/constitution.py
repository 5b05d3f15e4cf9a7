"""What the constitution in force says about deciding and about disputes, as the pages tell it.

It says how the table decides where nothing else is agreed: forms begin with it, and what departs
from it is shown beside its reason.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from commonweal.agree import governing_text
from commonweal.agree import queries as agree
from commonweal.agree.decisions import words
from commonweal.agree.decisions.models import DecisionType
from commonweal.compute.decisions.departing import departures
from commonweal.compute.permits.governing import Conflict, DecisionRule
from commonweal.compute.permits.retention import months_after
from commonweal.compute.permits.terms import Terms
from commonweal.convene.models import Partnership


@dataclass(frozen=True)
class Said:
    """One clause in words. `reference` and `number` cite it, `url` leads to it."""

    reference: str
    number: int
    url: str
    words: str


@dataclass(frozen=True)
class OnDeciding:
    """The clause on how the table decides, `clause` as a value."""

    clause: DecisionRule
    said: Said

    @property
    def initial(self) -> dict[str, Any]:
        """With what the form of a new type of decision begins."""
        return {"rule": self.clause.rule, "quorum": self.clause.quorum}

    def review_on(self, at: datetime) -> date:
        """The day by which what is decided now comes back."""
        return months_after(timezone.localdate(at), self.clause.review_months)

    def departure(self, found: DecisionType) -> str:
        """How a type of decision departs, and why; "" when it keeps to the clause."""
        how = departures(self.clause, rule=found.rule, quorum=found.quorum)
        if not how:
            return ""
        said = _("Departs from the constitution: %(how)s.") % {"how": words.departures(how)}
        if not found.departs_because:
            unsaid = _("No reason is on record yet.")
            return f"{said} {unsaid}"
        return _("%(departure)s The reason: %(reason)s") % {
            "departure": said,
            "reason": found.departs_because,
        }


@dataclass(frozen=True)
class OnDisputes:
    """The clause on disputes, `clause` as a value."""

    clause: Conflict
    said: Said

    def next_on(self, at: datetime) -> date:
        """The last day of a step that begins now."""
        return timezone.localdate(at) + timedelta(days=self.clause.days)


def on_deciding(partnership: Partnership, at: datetime) -> OnDeciding | None:
    """None while no constitution is in force. Four queries."""
    terms = agree.constitution(partnership, at)
    clause = terms.clause(DecisionRule) if terms else None
    if terms is None or clause is None:
        return None
    told = ngettext(
        "%(rule)s, quorum %(quorum)s, comes back after %(months)d month",
        "%(rule)s, quorum %(quorum)s, comes back after %(months)d months",
        clause.review_months,
    ) % {
        "rule": words.rule(clause.rule),
        "quorum": words.percent(clause.quorum),
        "months": clause.review_months,
    }
    return OnDeciding(clause, _said(partnership, terms, clause.kind, told))


def on_disputes(partnership: Partnership, at: datetime) -> OnDisputes | None:
    """None while no constitution is in force. Four queries."""
    terms = agree.constitution(partnership, at)
    clause = terms.clause(Conflict) if terms else None
    if terms is None or clause is None:
        return None
    told = ngettext(
        "%(steps)s; each step takes at most %(days)d day",
        "%(steps)s; each step takes at most %(days)d days",
        clause.days,
    ) % {
        "steps": ", ".join(governing_text.step_name(each) for each in clause.steps),
        "days": clause.days,
    }
    return OnDisputes(clause, _said(partnership, terms, clause.kind, told))


def _said(partnership: Partnership, terms: Terms, kind: str, told: str) -> Said:
    number = terms.number(kind)
    page = reverse("agreement", args=[partnership.slug, terms.reference])
    return Said(terms.reference, number, f"{page}#clause-{number}", told)
