"""Matching three hundred offers and needs: `python bench/matching.py` prints seconds and what was served."""

from __future__ import annotations

import json
import random
import time

from commonweal.compute.convening.matching import Side, match

KINDS = ("people", "skills", "data", "space", "money", "pilot", "students")
SKILLS = ("driving", "nursing", "writing", "building")
COUNT, TRIES = 300, 5


def sides(prefix: str, chance: random.Random) -> list[Side]:
    return [
        Side(
            key=f"{prefix}{number:03}",
            owner=f"organisation {chance.randrange(COUNT)}",
            kind=chance.choice(KINDS),
            amount=chance.choice((None, 1, 2, 5)),
            place=chance.choice(("", "Hollin Bank", "Brackwater")),
            skills=frozenset(chance.sample(SKILLS, chance.randrange(3))),
        )
        for number in range(COUNT)
    ]


def main() -> None:
    chance = random.Random(1)
    offers, needs = sides("o", chance), sides("n", chance)
    taken = []
    for _try in range(TRIES):
        begun = time.process_time()
        found = match(offers, needs).answer
        taken.append(time.process_time() - begun)
    told = {"offers": COUNT, "needs": COUNT, "served": len(found.pairs), "seconds": min(taken)}
    print(json.dumps(told))


if __name__ == "__main__":
    main()
