"""What the kind of a partnership sets beforehand: which agreements come first, how it decides."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from commonweal.agree.models import Kind
from commonweal.compute.convening.kinds import KINDS
from commonweal.convene.kinds import queries as kinds
from commonweal.convene.models import Partnership
from commonweal.convene.premortem import queries as premortem


def first(partnership: Partnership) -> tuple[str, ...]:
    """Kinds of agreement that the partnership begins with, in their order; none while it chose none."""
    chosen = kinds.chosen(partnership)
    return KINDS[chosen.kind].agreements if chosen else ()


def initial(partnership: Partnership, kind: str) -> dict[str, Any]:
    """What the form of a new agreement begins with."""
    if kind != Kind.CONSTITUTION:
        return {}
    chosen, against = kinds.chosen(partnership), premortem.clauses(partnership)
    begins = {"decision_rule": KINDS[chosen.kind].rule} if chosen else {}
    if against:
        begins["further"] = "\n".join([f"# {_('What we agree against failure')}", *against])
    return begins
