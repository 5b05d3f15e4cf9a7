"""What `compute.decisions` says, in the reader's language. Leaf: imports no other part of the room."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from commonweal.compute.decisions.departing import Departure
from commonweal.compute.decisions.outcome import Reason
from commonweal.compute.decisions.words import FAULTS, OBJECTIONS, REASONS
from commonweal.core import formats


def reason(code: str, params: Mapping[str, Any]) -> str:
    """What is the case."""
    return _(REASONS[code].text) % _filled(params)


def mend(code: str, params: Mapping[str, Any]) -> str:
    """What would change it; "" where nothing needs to."""
    template = REASONS[code].mend
    return _(template) % _filled(params) if template else ""


def sentences(reasons: Iterable[Reason]) -> str:
    """All reasons one after the other."""
    return " ".join(reason(each.code, each.params) for each in reasons)


def mends(reasons: Iterable[Reason]) -> str:
    """What would change them, each once."""
    found = dict.fromkeys(mend(each.code, each.params) for each in reasons)
    return " ".join(each for each in found if each)


def fault(code: str) -> tuple[str, str]:
    """What is wrong with rights, and how to mend it."""
    return _(FAULTS[code].text), _(FAULTS[code].mend)


def objection(code: str) -> str:
    """Why an objection stops a proposal, within a sentence."""
    return _(OBJECTIONS[code]) if code in OBJECTIONS else code


def rule(code: str) -> str:
    """A rule, within a sentence."""
    return {
        "consent": _("consent"),
        "majority": _("majority"),
        "two_thirds": _("two thirds"),
        "unanimity": _("unanimity"),
        "lead": _("lead with advice"),
    }[code]


def departures(found: Iterable[Departure]) -> str:
    """What is other than the constitution says, e.g. “majority instead of consent”."""
    return ", ".join(
        _("%(here)s instead of %(said)s")
        % {"here": rule(str(each.here)), "said": rule(str(each.said))}
        if each.what == "rule"
        else _("a quorum of %(here)s instead of at least %(said)s")
        % {"here": percent(int(each.here)), "said": percent(int(each.said))}
        for each in found
    )


def percent(whole: int) -> str:
    return formats.percent(whole / 100)


def _filled(params: Mapping[str, Any]) -> dict[str, str]:
    return {key: _word(key, value) for key, value in params.items()}


def _word(key: str, value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(str(each) for each in value)
    return objection(str(value)) if key == "reason" else str(value)
