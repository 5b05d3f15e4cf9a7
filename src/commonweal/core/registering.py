"""How a room takes what rooms above it know: it asks the functions that they registered at start-up."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Generic, TypeVar

P = TypeVar("P")


class Registry(Generic[P]):
    """Functions, each once, in the order of their registering. As a decorator it adds one."""

    def __init__(self) -> None:
        self._known: list[P] = []

    def __call__(self, provider: P) -> P:
        if provider not in self._known:
            self._known.append(provider)
        return provider

    def __iter__(self) -> Iterator[P]:
        return iter(self._known)
