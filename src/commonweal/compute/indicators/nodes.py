"""The parts a formula is made of. Numbers are exact: a whole number and its decimal places."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

QUOTIENT_DECIMALS = 6
"""Decimal places of a quotient, rounded half away from zero."""

MAX_DECIMALS = 18


class Kind(enum.Enum):
    """What a value is."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    BOOLEAN = "boolean"

    @property
    def with_article(self) -> str:
        return {"boolean": "a condition (true or false)"}.get(self.value, f"a {self.value}")


@dataclass(frozen=True)
class Type:
    """What a value is and, for a number, how many decimal places it is exact to."""

    kind: Kind
    decimals: int = 0


_BOOLEAN = Type(Kind.BOOLEAN)


@dataclass(frozen=True)
class Read:
    """The value of a column in this row."""

    column: str
    type: Type


@dataclass(frozen=True)
class Literal:
    """A fixed value; a number is held as the whole number `value / 10 ** type.decimals`."""

    value: str | int | bool | date
    type: Type


@dataclass(frozen=True)
class Or:
    parts: tuple[Node, ...]
    type: Type = _BOOLEAN


@dataclass(frozen=True)
class And:
    parts: tuple[Node, ...]
    type: Type = _BOOLEAN


@dataclass(frozen=True)
class Not:
    part: Node
    type: Type = _BOOLEAN


@dataclass(frozen=True)
class Missing:
    part: Node
    type: Type = _BOOLEAN


@dataclass(frozen=True)
class Compare:
    sign: str
    left: Node
    right: Node
    type: Type = _BOOLEAN


@dataclass(frozen=True)
class OneOf:
    part: Node
    values: tuple[Literal, ...]
    type: Type = _BOOLEAN


@dataclass(frozen=True)
class Between:
    part: Node
    low: Node
    high: Node
    type: Type = _BOOLEAN


@dataclass(frozen=True)
class Negate:
    part: Node

    @property
    def type(self) -> Type:
        return self.part.type


@dataclass(frozen=True)
class Arithmetic:
    """`+`, `-` or `*`, exact."""

    sign: str
    left: Node
    right: Node

    @property
    def type(self) -> Type:
        left, right = self.left.type.decimals, self.right.type.decimals
        return Type(Kind.NUMBER, left + right if self.sign == "*" else max(left, right))


@dataclass(frozen=True)
class Divide:
    """A quotient to QUOTIENT_DECIMALS places; missing where the divisor is zero."""

    left: Node
    right: Node
    type: Type = Type(Kind.NUMBER, QUOTIENT_DECIMALS)


@dataclass(frozen=True)
class Days:
    """Whole days from `first` to `last`, negative when `last` is earlier."""

    first: Node
    last: Node
    type: Type = Type(Kind.NUMBER)


Node = (
    Read
    | Literal
    | Or
    | And
    | Not
    | Missing
    | Compare
    | OneOf
    | Between
    | Negate
    | Arithmetic
    | Divide
    | Days
)


def children(node: Node) -> tuple[Node, ...]:
    """The parts directly below `node`, in order."""
    found: tuple[Node, ...]
    match node:
        case Or(parts) | And(parts):
            found = parts
        case Not(part) | Missing(part) | Negate(part):
            found = (part,)
        case OneOf(part, values):
            found = (part, *values)
        case Between(part, low, high):
            found = (part, low, high)
        case Days(left, right) | Divide(left, right):
            found = (left, right)
        case Compare(_, left, right) | Arithmetic(_, left, right):
            found = (left, right)
        case Read() | Literal():
            found = ()
    return found


def columns(node: Node | None) -> Iterator[str]:
    """The columns `node` reads, in order of appearance, with repeats."""
    if node is None:
        return
    if isinstance(node, Read):
        yield node.column
    for child in children(node):
        yield from columns(child)


def matched(node: Node | None) -> Iterator[str]:
    """The columns that `node` tells apart by single values: `x = 'a'`, `x in (1, 2)`."""
    if node is None:
        return
    parts = children(node)
    if isinstance(node, OneOf) or (isinstance(node, Compare) and node.sign in {"=", "!="}):
        yield from (part.column for part in parts if isinstance(part, Read))
    for child in parts:
        yield from matched(child)


def tree(node: Node | None) -> Any:
    """`node` as plain JSON, the form that is hashed and stored."""
    match node:
        case None:
            return None
        case Read(column):
            return {"column": column}
        case Literal(value, type_):
            return _literal_tree(value, type_)
        case Compare(sign, left, right) | Arithmetic(sign, left, right):
            return {sign: [tree(left), tree(right)]}
        case _:
            name = type(node).__name__.lower()
            return {name: [tree(child) for child in children(node)]}


def _literal_tree(value: str | int | bool | date, type_: Type) -> Any:
    if isinstance(value, date):
        return {"date": value.isoformat()}
    if type_.kind is Kind.NUMBER:
        return {"number": value, "decimals": type_.decimals}
    return {type_.kind.value: value}
