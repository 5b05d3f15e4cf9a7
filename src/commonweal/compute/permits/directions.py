"""Whether a new version of an agreement allows more than the one before, clause by clause."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from commonweal.compute.permits.clauses import (
    ROLES,
    Clause,
    Data,
    Party,
    Purpose,
)
from commonweal.compute.permits.limits import LIMITS, looseness, value_of


@dataclass(frozen=True)
class Direction:
    """One clause that says something else. `kind`: of clause; `wider`: whether more is allowed.

    A value has `before` and `after`; a list (parties, purposes, fields) what was `added` and
    `removed`, `contract` the data contract whose fields they are.
    """

    kind: str
    wider: bool
    before: Any = None
    after: Any = None
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    contract: str = ""


def directions(old: Sequence[Clause], new: Sequence[Clause]) -> tuple[Direction, ...]:
    """Every enforced clause that changed, parties and data first. Free words have no direction.

    What was added and what was removed of one list are two: the one widens, the other narrows.
    """
    return (*_lists(old, new), *_limits(old, new))


def _limits(old: Sequence[Clause], new: Sequence[Clause]) -> Iterator[Direction]:
    for of in LIMITS:
        before = next((each for each in old if isinstance(each, of)), None)
        after = next((each for each in new if isinstance(each, of)), None)
        if before is not None and after is not None and before != after:
            wider = looseness(after) > looseness(before)
            yield Direction(after.kind, wider, value_of(before), value_of(after))


def _lists(old: Sequence[Clause], new: Sequence[Clause]) -> Iterator[Direction]:
    before, after = _named(old), _named(new)
    for kind, contract in dict.fromkeys([*after, *before]):
        was, now = before.get((kind, contract), {}), after.get((kind, contract), {})
        added = tuple(now[key] for key in now if key not in was)
        removed = tuple(was[key] for key in was if key not in now)
        if added:
            yield Direction(kind, True, added=added, contract=contract)
        if removed:
            yield Direction(kind, False, removed=removed, contract=contract)


def _named(clauses: Sequence[Clause]) -> dict[tuple[str, str], dict[object, str]]:
    """Of each list: what it names, by what is enforced. A renamed organisation is the same one."""
    found: dict[tuple[str, str], dict[object, str]] = {
        (kind, ""): {} for kind in (*ROLES, Data.kind, Purpose.kind)
    }
    for clause in clauses:
        match clause:
            case Party():
                held: dict[object, str] = {each.id: each.name for each in clause.organisations}
                found[clause.role, ""].update(held)
            case Purpose():
                found[clause.kind, ""].update({key: key for key in clause.purposes})
            case Data():
                fields = found.setdefault((clause.kind, clause.contract), {})
                fields.update({field: field for field in clause.fields})
    return found
