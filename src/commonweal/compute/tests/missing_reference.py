"""Who is missing, the slow and obvious way: each rule as its sentence, asked of every seat."""

from __future__ import annotations

from collections.abc import Sequence

from commonweal.compute.convening.missing import Actor, ProblemMap, Seat


def slow_missing(
    problem: ProblemMap, seats: Sequence[Seat], sectors: Sequence[str]
) -> set[tuple[str, str, bool]]:
    """(rule, about, strong) of every finding."""

    def at_table(actor: Actor) -> bool:
        for seat in seats:
            if seat.organisation and seat.organisation == actor.organisation:
                return True
            same = seat.name.strip().lower() == actor.name.strip().lower()
            if seat.organisation and not actor.organisation and same:
                return True
        return False

    def held_here(lever: object) -> bool:
        for seat in seats:
            if seat.organisation and seat.organisation in lever.organisations:  # type: ignore[attr-defined]
                return True
        return any(at_table(a) for a in problem.actors if a.key in lever.actors)  # type: ignore[attr-defined]

    affected = False
    for seat in seats:
        if seat.sector == "resident_group":
            affected = True
        if seat.sector == "" and not seat.vacant:
            affected = True
    found = set()
    for actor in problem.actors:
        if not at_table(actor):
            strong = False
            for lever in problem.levers:
                holds = actor.key in lever.actors
                if holds and (lever.grip != "controls" or not held_here(lever)):
                    strong = True
            found.add(("actor-without-seat", actor.key, strong))
    for lever in problem.levers:
        if not held_here(lever):
            found.add(("lever-nobody-holds", lever.key, False))
    for group in problem.groups:
        theirs = [seat for seat in seats if seat.key == group.seat]
        if not theirs:
            found.add(("group-without-seat", group.key, False))
        elif theirs[0].vacant:
            found.add(("group-with-vacant-seat", group.key, False))
    for place in problem.places:
        if not any(seat.organisation in place.organisations for seat in seats if seat.organisation):
            found.add(("place-nobody-works-in", place.key, False))
    for sector in sectors:
        here = any(seat.sector == sector for seat in seats)
        if not here and not (sector == "resident_group" and affected):
            found.add(("sector-without-seat", sector, False))
    for sector in {seat.sector for seat in seats if seat.sector}:
        several = {seat.organisation or seat.key for seat in seats if seat.sector == sector}
        if len(several) >= 2 and not affected:
            found.add(("sector-without-those-affected", sector, False))
    return found
