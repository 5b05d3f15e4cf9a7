"""Why it may fail, gathered from several so that nobody can be told by what was said.

Source: Klein, "Performing a Project Premortem", Harvard Business Review, 2007: imagine that it has failed
and say why. The three families of barriers (substantive, process, accountability) are those of "The Art
and Science of Cross-Sector Collaboration", Bloomberg Harvard City Leadership Initiative, 2026. That nothing
is told below three is ours.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from commonweal.compute.result import Result

FEWEST = 3
"""From fewer answers than this, a reader could tell who said what."""


class Family(StrEnum):
    SUBSTANTIVE = "substantive"
    PROCESS = "process"
    ACCOUNTABILITY = "accountability"


@dataclass(frozen=True)
class Said:
    """One reason of one seat. `key`: the reason's own, `seat`: any key that tells seats apart."""

    key: str
    seat: str
    family: Family
    words: str


@dataclass(frozen=True)
class Reason:
    """`seats`: how many said the same, None where fewer than three did. `keys`: of what was said."""

    family: Family
    words: str
    seats: int | None
    keys: tuple[str, ...]


def gather(said: Sequence[Said], salt: str) -> Result[tuple[Reason, ...]]:
    """Reasons by family; equal ones (but for case and spaces) once, the most said first, then in an order
    that depends on the words and the salt only. Nothing where fewer than three seats answered.

    The trace says how many seats answered, None for fewer than three, and how many reasons there are.
    """
    seats = {each.seat for each in said}
    if len(seats) < FEWEST:
        return Result((), {"seats": None, "reasons": 0})
    alike: dict[tuple[Family, str], list[Said]] = {}
    for each in said:
        alike.setdefault((each.family, _plain(each.words)), []).append(each)
    found = [_reason(rows) for rows in alike.values()]
    order = list(Family)
    found.sort(
        key=lambda each: (order.index(each.family), -(each.seats or 0), _mixed(each.words, salt))
    )
    return Result(tuple(found), {"seats": len(seats), "reasons": len(found)})


def _reason(rows: Sequence[Said]) -> Reason:
    count = len({each.seat for each in rows})
    return Reason(
        rows[0].family,
        min(each.words.strip() for each in rows),
        count if count >= FEWEST else None,
        tuple(sorted(each.key for each in rows)),
    )


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


def _mixed(words: str, salt: str) -> str:
    return hashlib.sha256(f"{salt}|{_plain(words)}".encode()).hexdigest()
