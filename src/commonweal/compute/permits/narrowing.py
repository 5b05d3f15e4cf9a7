"""A child can only narrow: comparing a licence with the agreement that it rests on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from commonweal.compute.permits.clauses import (
    LEVELS,
    Clause,
    Data,
    Expiry,
    Linkage,
    MinimumCell,
    Party,
    Publication,
    Purpose,
    Retention,
    Start,
    Withdrawal,
)
from commonweal.compute.permits.terms import Fault, Faulty, Terms


def check_within(child: Terms, parent: Terms) -> None:
    """Raises Faulty when the child is wider than its parent in any clause."""
    if faults := widenings(child, parent):
        raise Faulty(faults)


def widenings(child: Terms, parent: Terms) -> tuple[Fault, ...]:
    """Every clause of the child that is wider than its parent, in the child's order.

    A kind of clause on which the parent is silent does not limit the child. Users are the child's
    own affair: the parent's recipients license them within the parent's purposes.
    """
    return tuple(
        fault
        for number, clause in enumerate(child.clauses, 1)
        for fault in _wider(number, clause, parent)
    )


def _wider(number: int, clause: Clause, parent: Terms) -> Iterator[Fault]:
    match clause:
        case Party():
            yield from _parties(number, clause, parent)
        case Data():
            yield from _fields(number, clause, parent)
        case Purpose():
            held = parent.clause(Purpose)
            extra = [each for each in clause.purposes if held and each not in held.purposes]
            if extra:
                yield _names("wider_purposes", number, clause, parent, extra)
        case _:
            yield from _limit(number, clause, parent)


def _parties(number: int, clause: Party, parent: Terms) -> Iterator[Fault]:
    held = parent.party(clause.role)
    extra = [each.name for each in clause.organisations if held and each.id not in held.ids]
    if extra:
        yield _names("wider_parties", number, clause, parent, extra)


def _fields(number: int, clause: Data, parent: Terms) -> Iterator[Fault]:
    held = parent.data(clause.contract)
    if held is None:
        if parent.contracts:
            params = {"contract": clause.contract, "parent": parent.reference}
            yield Fault("wider_contract", number, clause.kind, params)
        return
    extra = [each for each in clause.fields if each not in held.fields]
    if extra:
        yield _names("wider_fields", number, clause, parent, extra)


def _names(code: str, number: int, clause: Clause, parent: Terms, extra: list[str]) -> Fault:
    contract = clause.contract if isinstance(clause, Data) else ""
    params = {
        "parent": parent.reference,
        "number": parent.number(clause.kind, contract),
        "kind": clause.kind,
        "names": tuple(extra),
    }
    return Fault(code, number, clause.kind, params)


# For each limit: whether the child's value is within the parent's, and the parent's value to show.
_LIMITS: Mapping[type[Any], tuple[Callable[[Any, Any], bool], Callable[[Any], Any]]] = {
    MinimumCell: (lambda child, above: child.minimum >= above.minimum, lambda each: each.minimum),
    Linkage: (lambda child, above: above.allowed or not child.allowed, lambda each: each.allowed),
    Publication: (
        lambda child, above: LEVELS.index(child.level) <= LEVELS.index(above.level),
        lambda each: each.level,
    ),
    Retention: (lambda child, above: child.months <= above.months, lambda each: each.months),
    Start: (lambda child, above: child.day >= above.day, lambda each: each.day),
    Expiry: (lambda child, above: child.day <= above.day, lambda each: each.day),
    Withdrawal: (
        lambda child, above: child.notice_days <= above.notice_days,
        lambda each: each.notice_days,
    ),
}


def _limit(number: int, clause: Clause, parent: Terms) -> Iterator[Fault]:
    rule = _LIMITS.get(type(clause))
    above = parent.clause(type(clause))
    if rule is None or above is None:
        return
    within, shown = rule
    if not within(clause, above):
        params = {
            "parent": parent.reference,
            "number": parent.number(clause.kind),
            "kind": clause.kind,
            "limit": shown(above),
        }
        yield Fault("wider_value", number, clause.kind, params)
