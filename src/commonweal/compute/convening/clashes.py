"""Where partners' incentives and restrictions pull against each other, and where they pull together.

Source: Seyle and Connolly, Stanford Social Innovation Review, 2020: partners agree on the goal and do
not adapt what they decide at home, such as resource allocation or measurement, to it. Rules are ours.

It is given only what its reader may read (`visibility`), so it tells nothing else.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from commonweal.compute.errors import Unusable
from commonweal.compute.result import Result


class Kind(StrEnum):
    INSTITUTIONAL = "institutional"
    PERSONAL = "personal"
    PRESSURE = "pressure"
    DISCLOSURE = "disclosure"
    BUDGET = "budget"
    MEASURE = "measure"


class Pull(StrEnum):
    """What its owner wants of the matter."""

    MORE = "more"
    LESS = "less"
    NONE = ""


class Rule(StrEnum):
    OPPOSED = "opposed"
    MEASURES = "measures-opposed"
    SILENCE = "wanted-but-not-disclosed"
    YEARS = "budget-years-differ"
    ENDS = "one-budget-ends-first"
    TOGETHER = "together"


@dataclass(frozen=True)
class Entry:
    """`about`: the matter in a few words; two entries meet when these are equal but for case and
    spaces. `year_begins`: the month (1 to 12) in which a budget's year begins. `until`: the last day
    of a budget.
    """

    key: str
    owner: str
    kind: Kind
    about: str
    pull: Pull = Pull.NONE
    year_begins: int | None = None
    until: date | None = None


@dataclass(frozen=True)
class Clash:
    """`sides`: owners by side, each side in order of name: those who want more and less; those who
    want it and those who cannot disclose; budgets by month or last day, as `labels` says.
    """

    rule: Rule
    about: str
    sides: tuple[tuple[str, ...], ...]
    labels: tuple[str, ...] = ()
    entries: tuple[str, ...] = ()


def clashes(entries: Sequence[Entry]) -> Result[tuple[Clash, ...]]:
    """Clashes by rule, then by matter; what pulls together comes last. Linear in the entries.

    A matter on which one owner pulls both ways is no clash of partners and is left out. The trace
    says per matter how many entries and owners there are, and what was found. Raises Unusable for
    a month that is none.
    """
    matters: dict[str, list[Entry]] = defaultdict(list)
    for entry in sorted(entries, key=lambda each: (each.owner, each.key)):
        if entry.year_begins is not None and not 1 <= entry.year_begins <= 12:
            raise Unusable("A year begins in a month from 1 to 12.", mend="Write the month.")
        matters[_plain(entry.about)].append(entry)
    found = [clash for matter in sorted(matters) for clash in _within(matters[matter])]
    order = list(Rule)
    found.sort(key=lambda clash: (order.index(clash.rule), _plain(clash.about)))
    trace = {
        "matters": [
            {
                "about": rows[0].about,
                "entries": len(rows),
                "owners": len({row.owner for row in rows}),
                "found": [clash.rule.value for clash in _within(rows)],
            }
            for _matter, rows in sorted(matters.items())
        ]
    }
    return Result(tuple(found), trace)


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


def _within(rows: Sequence[Entry]) -> Iterator[Clash]:
    """All that is found on one matter."""
    measured = any(row.kind == Kind.MEASURE and row.pull for row in rows)
    more, less = _pulling(rows, Pull.MORE), _pulling(rows, Pull.LESS)
    wanting = [row for row in rows if row.pull and row.kind != Kind.DISCLOSURE]
    if _across(more, less):
        rule = Rule.MEASURES if measured else Rule.OPPOSED
        yield _clash(rule, [more, less], wanting)
    elif len({*more, *less}) > 1:
        yield _clash(Rule.TOGETHER, [[*more, *less]], wanting, (str(wanting[0].pull),))
    closed = [row for row in rows if row.kind == Kind.DISCLOSURE]
    if closed and _across(more, [row.owner for row in closed]):
        keen = [row for row in wanting if row.pull == Pull.MORE]
        yield _clash(Rule.SILENCE, [more, [row.owner for row in closed]], [*keen, *closed])
    budgets = [row for row in rows if row.kind == Kind.BUDGET]
    yield from _differing(Rule.YEARS, budgets, lambda row: row.year_begins)
    yield from _differing(Rule.ENDS, budgets, lambda row: row.until)


def _pulling(rows: Sequence[Entry], pull: Pull) -> list[str]:
    return [row.owner for row in rows if row.pull == pull and row.kind != Kind.DISCLOSURE]


def _across(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether two different owners stand on the two sides."""
    return bool(one) and bool(other) and len({*one, *other}) > 1


def _differing(
    rule: Rule, budgets: Sequence[Entry], value: Callable[[Entry], int | date | None]
) -> Iterator[Clash]:
    by_value: dict[str, list[Entry]] = defaultdict(list)
    for row in budgets:
        at = value(row)
        if at is not None:
            by_value[f"{at:02}" if isinstance(at, int) else at.isoformat()].append(row)
    sides = [[row.owner for row in by_value[label]] for label in sorted(by_value)]
    if len(sides) > 1 and len({owner for side in sides for owner in side}) > 1:
        rows = [row for label in sorted(by_value) for row in by_value[label]]
        yield _clash(rule, sides, rows, tuple(sorted(by_value)))


def _clash(
    rule: Rule,
    sides: Sequence[Sequence[str]],
    rows: Sequence[Entry],
    labels: tuple[str, ...] = (),
) -> Clash:
    return Clash(
        rule,
        rows[0].about,
        tuple(tuple(sorted(set(side))) for side in sides),
        labels,
        tuple(row.key for row in rows),
    )
