"""Five hundred items: `python bench/plan.py` prints seconds for findings and critical path."""

from __future__ import annotations

import json
import random
import time
from datetime import date, timedelta

from commonweal.compute.planning.critical import critical_path
from commonweal.compute.planning.model import Item, Kind
from commonweal.compute.planning.overlaps import Plan, find

COUNT, TRIES = 500, 5
START = date(2026, 1, 1)


def items(chance: random.Random) -> list[Item]:
    made: list[Item] = []
    for number in range(COUNT):
        starts = START + timedelta(days=chance.randrange(700))
        made.append(
            Item(
                key=f"i{number:03}",
                owner=f"organisation {chance.randrange(60)}",
                kind=chance.choice([*Kind]),
                starts=starts,
                ends=starts + timedelta(days=chance.randrange(1, 200)),
                place=f"street {chance.randrange(40)}",
                after=tuple(each.key for each in chance.sample(made, min(len(made), 2))),
            )
        )
    return made


def main() -> None:
    plan = items(random.Random(1))
    taken = {"find": [], "critical_path": []}  # type: dict[str, list[float]]
    for _try in range(TRIES):
        begun = time.process_time()
        found = find(Plan(plan, START)).answer
        taken["find"].append(time.process_time() - begun)
        begun = time.process_time()
        critical_path(plan)
        taken["critical_path"].append(time.process_time() - begun)
    told = {"items": COUNT, "findings": len(found)}
    print(json.dumps({**told, **{name: round(min(each), 5) for name, each in taken.items()}}))


if __name__ == "__main__":
    main()
