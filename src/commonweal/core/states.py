"""States as tables: (from, event, to, guard). Diagrams in the docs are drawn from them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from commonweal.core.errors import Conflict, Denied

T = TypeVar("T")


@dataclass(frozen=True)
class Transition(Generic[T]):
    """`guard` answers "" when the way is open, else the reason it is not, in plain words."""

    source: str
    event: str
    target: str
    guard: Callable[[T], str] = field(default=lambda _record: "")


@dataclass(frozen=True)
class StateTable(Generic[T]):
    name: str
    transitions: Sequence[Transition[T]]

    def sources(self, event: str) -> list[str]:
        return [row.source for row in self.transitions if row.event == event]

    def target(self, record: T, state: str, event: str) -> str:
        """The state that `event` leads to. Raises Conflict for no such way, Denied by its guard."""
        for row in self.transitions:
            if (row.source, row.event) == (state, event):
                if reason := row.guard(record):
                    raise Denied(reason)
                return row.target
        raise Conflict(f"{self.name}: “{event}” does not follow “{state}”.")

    def mermaid(self) -> str:
        """The table as a Mermaid state diagram, for the documentation."""
        lines: list[str] = ["stateDiagram-v2"]
        lines += [f"    {row.source} --> {row.target}: {row.event}" for row in self.transitions]
        return "\n".join(lines)


def names(table: StateTable[Any]) -> set[str]:
    """Every state that a table mentions."""
    return {name for row in table.transitions for name in (row.source, row.target)}
