"""How answers and choices are shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from commonweal.compute.convening import kinds
from commonweal.compute.convening.kinds import Fit, Suggestion
from commonweal.convene.kinds import words
from commonweal.convene.kinds.models import Kind, KindChoice
from commonweal.convene.models import Seat


@dataclass(frozen=True)
class FitView:
    """A kind with the reasons for and against it. `suggested`: by the answers."""

    name: str
    what: str
    suggested: bool
    gate: str
    speaks_for: list[str]
    speaks_against: list[tuple[str, str]]
    open_questions: list[str]


def fits(found: Suggestion) -> list[FitView]:
    """Every kind, what is suggested first."""
    shown = [_fit(each, each.kind in found.kinds) for each in found.fits]
    return sorted(shown, key=lambda each: not each.suggested)


def _fit(fit: Fit, suggested: bool) -> FitView:
    told = [words.question(each) for each in fit.speaks_against]
    return FitView(
        name=str(Kind(fit.kind).label),
        what=words.kind(fit.kind).what,
        suggested=suggested,
        gate=_gate(fit),
        speaks_for=[words.question(each).told for each in fit.speaks_for],
        speaks_against=[(each.told, each.care) for each in told],
        open_questions=[words.question(each).text for each in fit.open_questions],
    )


def _gate(fit: Fit) -> str:
    if fit.closed_by:
        lacks = "; ".join(words.question(each).told for each in fit.closed_by)
        return _("Not this kind, as this is not so: %(what)s.") % {"what": lacks}
    needs = kinds.KINDS[fit.kind].gates
    if not needs:
        return _("What remains when none of the others is it.")
    said = "; ".join(words.question(each).told for each in needs)
    if fit.gate == kinds.YES:
        return _("Possible, because: %(what)s.") % {"what": said}
    return _("Possible only if: %(what)s.") % {"what": said}


def lead(found: Suggestion) -> str:
    """What the answers suggest, in a sentence."""
    names = [str(Kind(each).label) for each in found.kinds]
    if len(names) == 1:
        return _("Your answers suggest: %(kind)s.") % {"kind": names[0]}
    if names:
        return _("Your answers suggest more than one kind: %(kinds)s. Choose together.") % {
            "kinds": "; ".join(names)
        }
    asked = " ".join(words.question(each).text for each in found.undecided_by)
    return _("It cannot be told yet. What would decide it: %(questions)s") % {"questions": asked}


@dataclass(frozen=True)
class Preset:
    """What a kind begins with: `seats` and `rule` by name, `agreements` as keys of agree's kinds."""

    held_by: str
    watch: str
    seats: list[str]


def preset(kind: str) -> Preset:
    told, seats = words.kind(kind), kinds.KINDS[kind].seats
    return Preset(told.held_by, told.watch, [str(Seat.Kind(each).label) for each in seats])


def suggestion_of(choice: KindChoice) -> Suggestion:
    """What the recorded answers say by today's rules; questions that are gone are left out."""
    return kinds.suggest(known(choice.answers)).answer


def known(answers: Mapping[str, str]) -> dict[str, str]:
    """Those of the answers that answer a question of today."""
    return {
        each: answers[each] for each in kinds.QUESTIONS if answers.get(each, "") in kinds.ANSWERS
    }
