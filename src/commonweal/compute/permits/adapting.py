"""Which of the words by which a partner adapts a rule count, on a day and under a text.

A partner adapts a rule exactly as it stands: heading, words, what is asked of small partners, duty or
voluntary. Where the clause stands in the text does not matter, so a rule is told by what it says and
not by its number. Once a text in force says it otherwise, or fixes it, the partner has not adapted
what holds now, and has to say so anew; a later text that takes the old words up again changes nothing
about that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from commonweal.compute.permits.clauses import Clause
from commonweal.compute.permits.governing import Rule

FIXED, CHANGED, GONE = "fixed", "changed", "gone"


T = TypeVar("T")


@dataclass(frozen=True)
class Course(Generic[T]):
    """What holds on a day (None: nothing yet), what will from a later one, what did or never came to.

    `last`: what holds once all of it has begun.
    """

    now: T | None
    coming: tuple[T, ...]
    earlier: tuple[T, ...]

    @property
    def last(self) -> T | None:
        return self.coming[-1] if self.coming else self.now


def course(said: Sequence[T], begins: Callable[[T], date], day: date) -> Course[T]:
    """How one partner's words on one rule follow each other, seen on a day.

    `said`: in the order of writing; `begins`: from which day on one holds. It does so in the place of
    whatever was written before it about that day and later.
    """
    plan: list[T] = []
    for new in said:
        plan = [*(each for each in plan if begins(each) < begins(new)), new]
    begun = [each for each in plan if begins(each) <= day]
    now = begun[-1] if begun else None
    coming = tuple(each for each in plan if begins(each) > day)
    earlier = tuple(each for each in said if each != now and each not in coming)
    return Course(now, coming, earlier)


def stands(rule: Rule, since: int, texts: Mapping[int, Iterable[Clause]]) -> bool:
    """Whether a rule has been adaptable and the same since a version.

    `texts`: the clauses of every version that is or was in force, by number.
    """
    later = [clauses for number, clauses in texts.items() if number >= since]
    return bool(later) and not rule.fixed and all(rule in clauses for clauses in later)


def why_not(rule: Rule, newest: Iterable[Clause]) -> str:
    """What became of a rule that stands no more: it is `FIXED`, `CHANGED` or `GONE`."""
    same = [each for each in newest if isinstance(each, Rule) and each.heading == rule.heading]
    if not same:
        return GONE
    return FIXED if all(each.fixed for each in same) else CHANGED
