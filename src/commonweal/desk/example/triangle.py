"""How far the example's table sees itself, before it had agreed on anything and a year and a half on."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Protocol

from commonweal.aim.triangle import actions
from commonweal.compute.convening.triangle import TASKS
from commonweal.core.models import Organisation
from commonweal.desk.example import deciding
from commonweal.desk.example.beginnings import SPEAKERS
from commonweal.desk.example.deciding import seat_of


class Stage(deciding.Stage, Protocol):
    """What of the example's stage is needed here."""

    organisations: dict[str, Organisation]


OWNERS = {
    "people": "mayor",
    "problem": "university",
    "approach": "charity",
    "governance": "office",
    "resources": "foundation",
}
# By speaker; five digits each for people, problem, approach, governance, resources; ----- for none.
EARLY = "32242 43343 32331 33242 32331 32332 33242 22233 32332 22341 ----- 33332 11241 -----"
LATE = "43424 44324 33323 33424 32323 43414 33334 43323 33423 21323 33424 43434 10213 21313"


def begin(stage: Stage, at: datetime) -> None:
    """The first round, before anything was signed; each task is looked after by one of the partners."""
    for task, part in OWNERS.items():
        actions.name_owner(
            partnership=stage.partnership,
            task=task,
            organisation=stage.organisations[part],
            by=stage.convener(at),
            at=at,
        )
    actions.begin_round(partnership=stage.partnership, by=stage.convener(at), at=at)
    _rate(stage, EARLY, at + timedelta(hours=2))
    later = at + timedelta(days=1)
    actions.close_round(partnership=stage.partnership, by=stage.convener(later), at=later)


def again(stage: Stage, at: datetime) -> None:
    """The second round is open, with something that lies elsewhere as evidence."""
    actions.begin_round(partnership=stage.partnership, by=stage.convener(at), at=at)
    _rate(stage, LATE, at + timedelta(hours=2))
    by = "firm@example.org"
    actions.add_evidence(
        partnership=stage.partnership,
        task="resources",
        seat=seat_of(stage, by, at),
        words="Our board’s minutes: a bed for every ten sold, for three more years.",
        url="",
        piece="",
        by=stage.acting(by, at),
        at=at,
    )


def _rate(stage: Stage, said: str, at: datetime) -> None:
    keys = [task.key for task in TASKS]
    for email, digits in zip(SPEAKERS, said.split(), strict=True):
        if digits == "-----":
            continue
        actions.rate_tasks(
            partnership=stage.partnership,
            seat=seat_of(stage, email, at),
            points=dict(zip(keys, map(int, digits), strict=True)),
            by=stage.acting(email, at),
            at=at,
        )
