"""A mapping of the contract with the path that leads to it, so that every refusal names it."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Set
from typing import Any, Literal, overload

from commonweal.compute.errors import Unusable


class Part:
    """One mapping of the YAML at `path`, read key by key."""

    def __init__(self, value: Any, path: str) -> None:
        self.path = path
        if not isinstance(value, dict):
            raise Unusable(f"{path} must be a mapping.", mend="Write `key: value` lines there.")
        self.values: dict[str, Any] = value

    def at(self, key: str) -> str:
        """The path of `key` in this part."""
        return f"{self.path}.{key}" if self.path else key

    def refuse(self, key: str, what: str, mend: str) -> Unusable:
        """The error that says what is wrong at `key`."""
        return Unusable(f"{self.at(key)} {what}.", mend=mend)

    def only(self, understood: Set[str], described: Set[str] = frozenset()) -> None:
        """Refuses keys that are neither understood nor merely descriptive."""
        known = understood | described
        for key in self.values:
            if key not in known:
                close = difflib.get_close_matches(key, sorted(known), n=1)
                mend = f"Did you mean `{close[0]}`?" if close else "Take it out."
                raise self.refuse(key, "is not understood here", mend)

    def has(self, key: str) -> bool:
        """Whether `key` stands here with a value."""
        return self.values.get(key) is not None

    @overload
    def text(self, key: str, *, must: Literal[True]) -> str: ...
    @overload
    def text(self, key: str, *, must: bool = False) -> str | None: ...
    def text(self, key: str, *, must: bool = False) -> str | None:
        """The text at `key`; None (or `Unusable` where it `must` be there) if absent or blank."""
        value = self.values.get(key)
        if isinstance(value, str) and value.strip():
            return value.strip()
        if value is not None and not isinstance(value, str):
            raise self.refuse(key, "must be text", "Put quotes around it.")
        if must:
            raise self.refuse(key, "is missing", "Give it a text.")
        return None

    def flag(self, key: str) -> bool:
        """The true or false at `key`; false if absent."""
        value = self.values.get(key)
        if value is None:
            return False
        if not isinstance(value, bool):
            raise self.refuse(key, "must be true or false", "Write true or false, unquoted.")
        return value

    def whole(self, key: str) -> int | None:
        """The whole number, zero or more, at `key`; None if absent."""
        value = self.values.get(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            raise self.refuse(key, "must be a whole number, zero or more", "Write it unquoted.")
        return value

    def list_of(self, key: str) -> list[Any]:
        """The list at `key`; empty if absent."""
        value = self.values.get(key)
        if value is None:
            return []
        if not isinstance(value, list):
            raise self.refuse(key, "must be a list", "Start each entry with `- `.")
        return value

    def parts(self, key: str) -> Iterator[Part]:
        """The mappings in the list at `key`; a path names an entry by its name where it has one."""
        for place, value in enumerate(self.list_of(key)):
            name = value.get("name") if isinstance(value, dict) else None
            label = name if isinstance(name, str) and name else place
            yield Part(value, f"{self.at(key)}[{label}]")

    def part(self, key: str) -> Part:
        """The mapping at `key`; an empty one if absent."""
        value = self.values.get(key)
        return Part({} if value is None else value, self.at(key))

    def custom(self, understood: Set[str]) -> dict[str, Any]:
        """ODCS `customProperties` as a mapping.

        Other people's properties are left alone; one that is almost ours is a slip of the pen and
        is refused.
        """
        found: dict[str, Any] = {}
        for entry in self.parts("customProperties"):
            entry.only({"property", "value"}, {"id", "description"})
            name = entry.text("property", must=True)
            if name in found:
                raise entry.refuse("property", f"names {name} a second time", "Keep one.")
            close = difflib.get_close_matches(name, sorted(understood), n=1, cutoff=0.8)
            if name not in understood and close:
                raise entry.refuse("property", f"is {name}", f"Did you mean `{close[0]}`?")
            found[name] = entry.values.get("value")
        return {name: value for name, value in found.items() if name in understood}
