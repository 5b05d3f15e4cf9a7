"""A child can only narrow: comparing a licence with the agreement that it rests on."""

from __future__ import annotations

from collections.abc import Iterator

from commonweal.compute.permits.clauses import (
    INTERMEDIARY,
    MEMBER,
    USER,
    Clause,
    Data,
    Party,
    Purpose,
)
from commonweal.compute.permits.governing import GRAINS, Fixed, Grain, Place
from commonweal.compute.permits.limits import LIMITS, looseness, value_of
from commonweal.compute.permits.terms import Fault, Faulty, Terms


def check_within(child: Terms, parent: Terms) -> None:
    """Raises Faulty when the child is wider than its parent in any clause."""
    if faults := widenings(child, parent):
        raise Faulty(faults)


def widenings(child: Terms, parent: Terms) -> tuple[Fault, ...]:
    """Every clause of the child that is wider than its parent, in the child's order.

    A kind of clause on which the parent is silent does not limit the child. Users are the child's
    own affair: the parent's recipients license them within the parent's purposes. Where the parent
    names members, nobody else takes part. What the parent fixes, the child has word for word.
    """
    return tuple(
        fault
        for number, clause in enumerate(child.clauses, 1)
        for fault in _wider(number, clause, parent)
    )


def _wider(number: int, clause: Clause, parent: Terms) -> Iterator[Fault]:
    fixed = parent.clause(Fixed)
    if fixed and clause.kind in fixed.kinds and _as_fixed(clause, parent) not in (None, clause):
        params = {
            "parent": parent.reference,
            "number": parent.number(clause.kind),
            "kind": clause.kind,
        }
        yield Fault("fixed_above", number, clause.kind, params)
        return
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
        case Place():
            place = parent.clause(Place)
            extra = [each for each in clause.countries if place and each not in place.countries]
            if extra:
                yield _names("wider_places", number, clause, parent, extra)
        case _:
            yield from _limit(number, clause, parent)


def _as_fixed(clause: Clause, parent: Terms) -> Clause | None:
    """The parent's clause that settles the same, None when there is none."""
    contract = clause.contract if isinstance(clause, Data) else ""
    number = parent.number(clause.kind, contract)
    return parent.clauses[number - 1] if number else None


def _parties(number: int, clause: Party, parent: Terms) -> Iterator[Fault]:
    for role in (clause.role, MEMBER):
        held = parent.party(role)
        extra = [each.name for each in clause.organisations if held and each.id not in held.ids]
        if extra:
            yield _names("wider_parties", number, clause, parent, extra, kind=role)
            return
    keeper = parent.party(INTERMEDIARY)
    if clause.role == USER and keeper and keeper.ids & clause.ids:
        both = [each.name for each in clause.organisations if each.id in keeper.ids]
        yield _names("intermediary_uses", number, clause, parent, both, kind=INTERMEDIARY)


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
    bare = [each for each in held.masked if each in clause.fields and each not in clause.masked]
    if bare:
        yield _names("unmasked", number, clause, parent, bare)


def _names(
    code: str, number: int, clause: Clause, parent: Terms, extra: list[str], *, kind: str = ""
) -> Fault:
    contract = clause.contract if isinstance(clause, Data) else ""
    params = {
        "parent": parent.reference,
        "number": parent.number(kind or clause.kind, contract),
        "kind": kind or clause.kind,
        "names": tuple(extra),
    }
    return Fault(code, number, clause.kind, params)


def _limit(number: int, clause: Clause, parent: Terms) -> Iterator[Fault]:
    above, kind = parent.clause(type(clause)), clause.kind
    if isinstance(clause, Grain) and above is None and parent.contracts:
        # To share data without a word on single records is to share it for totals.
        above, kind = Grain(GRAINS[0]), "data"
    if above is None or type(clause) not in LIMITS:
        return
    if looseness(clause) > looseness(above):
        params = {
            "parent": parent.reference,
            "number": parent.number(kind),
            "kind": kind,
            "limit": value_of(above),
        }
        yield Fault("wider_value", number, clause.kind, params)
