"""Offers and needs paired the slow and obvious way: every assignment there is."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from commonweal.compute.convening.matching import Side, points_of


def works(offer: Side, need: Side, declined: Collection[tuple[str, str]]) -> bool:
    if offer.kind != need.kind or offer.owner == need.owner:
        return False
    if (offer.key, need.key) in declined:
        return False
    if offer.until and need.from_ and offer.until < need.from_:
        return False
    if need.until and offer.from_ and need.until < offer.from_:
        return False
    if offer.currency and need.currency and offer.currency != need.currency:
        return False
    counted = offer.amount is not None and need.amount is not None
    if counted and offer.unit == need.unit and (offer.amount or 0) < (need.amount or 0):
        return False
    return not need.skills or bool(need.skills & offer.skills)


def every(
    offers: Sequence[Side], needs: Sequence[Side], declined: Collection[tuple[str, str]]
) -> Iterator[list[int]]:
    """The points of each pair, for every assignment."""
    if not needs:
        yield []
        return
    first, rest = needs[0], needs[1:]
    yield from every(offers, rest, declined)
    for offer in offers:
        if works(offer, first, declined):
            others = [each for each in offers if each is not offer]
            for found in every(others, rest, declined):
                yield [points_of(offer, first).all, *found]


def best(
    offers: Sequence[Side], needs: Sequence[Side], declined: Collection[tuple[str, str]] = ()
) -> tuple[int, int, int]:
    """How many needs are served, the fewest points of one, all points: the best there is."""
    return max(
        (len(found), min(found, default=0), sum(found)) for found in every(offers, needs, declined)
    )
