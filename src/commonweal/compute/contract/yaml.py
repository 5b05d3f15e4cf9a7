"""Safe YAML: a bounded tree of plain values, with the YAML 1.2 meaning of scalars.

Built from parser events, so no tag can construct an object. YAML 1.1's surprises are left out:
`no` and `on` stay text, `01` stays text, `2024-01-01` stays text.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator
from typing import Any

import yaml

from commonweal.compute.errors import Unusable

MOST_CHARACTERS = 1_000_000
MOST_DEPTH = 24
MOST_NODES = 100_000

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,17})")
_FLOAT = re.compile(r"-?(0|[1-9][0-9]*)\.[0-9]+([eE][-+]?[0-9]{1,3})?")
_WORDS = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}


def load(text: str) -> Any:
    """The one document in `text` as dict, list, str, int, float, bool and None.

    Raises `Unusable` for broken YAML, repeated keys, tags, more than 1,000,000 characters,
    100,000 nodes (aliases counted at every place they stand) or 24 levels.
    """
    if len(text) > MOST_CHARACTERS:
        raise Unusable(
            f"The contract has {len(text):,} characters; {MOST_CHARACTERS:,} is the most.",
            mend="Split it into several contracts.",
        )
    try:
        return _Builder(yaml.parse(text, Loader=_LOADER)).document()
    except yaml.YAMLError as error:
        raise Unusable(
            f"The contract is not valid YAML{_place(error)}.",
            mend="Check indentation, quotes and colons at that place.",
        ) from error
    except (ValueError, RecursionError) as error:
        if isinstance(error, Unusable):
            raise
        raise Unusable(
            "The contract cannot be read as YAML.", mend="Save it as plain UTF-8 text."
        ) from error


def _place(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    return f" at line {mark.line + 1}" if mark is not None else ""


class _Builder:
    """Turns parser events into values, counting as it goes."""

    def __init__(self, events: Iterator[Any]) -> None:
        self.events = events
        self.anchors: dict[str, tuple[Any, int]] = {}
        self.nodes = 0

    def document(self) -> Any:
        value: Any = None
        seen = False
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                if seen:
                    raise _refuse(event, "holds a second document", "Keep one contract per file.")
                seen = True
                value = self.value(next(self.events), 0)
        if not seen:
            raise Unusable("The contract is empty.", mend="Give the contract's YAML text.")
        return value

    def value(self, event: Any, depth: int) -> Any:
        before = self.nodes
        self.count(event, 1)
        if depth > MOST_DEPTH:
            raise _refuse(event, "is nested too deeply", f"Use at most {MOST_DEPTH} levels.")
        if isinstance(event, yaml.AliasEvent):
            if event.anchor not in self.anchors:
                raise _refuse(event, "refers to an anchor inside itself", "Write the value out.")
            value, size = self.anchors[event.anchor]
            self.count(event, size)
            return value
        if event.tag not in (None, "!"):
            raise _refuse(event, f"uses the tag {event.tag}", "Leave tags out.")
        if isinstance(event, yaml.ScalarEvent):
            value = _scalar(event)
        elif isinstance(event, yaml.SequenceStartEvent):
            value = self.sequence(depth)
        else:
            value = self.mapping(depth)
        if event.anchor is not None:
            self.anchors[event.anchor] = (value, self.nodes - before)
        return value

    def count(self, event: Any, more: int) -> None:
        self.nodes += more
        if self.nodes > MOST_NODES:
            raise _refuse(event, "holds too many values", f"Use at most {MOST_NODES:,}.")

    def sequence(self, depth: int) -> list[Any]:
        values = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            values.append(self.value(event, depth + 1))
        return values

    def mapping(self, depth: int) -> dict[str, Any]:
        values: dict[str, Any] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            key = self.value(event, depth + 1)
            if not isinstance(key, Hashable) or not isinstance(key, str):
                raise _refuse(event, "has a key that is not text", "Put quotes around the key.")
            if key in values:
                raise _refuse(event, f"has the key {key!r} twice", "Keep one of the two.")
            values[key] = self.value(next(self.events), depth + 1)
        return values


def _scalar(event: yaml.ScalarEvent) -> Any:
    text = event.value
    if event.style or event.tag == "!":
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    return text


def _refuse(event: Any, what: str, mend: str) -> Unusable:
    return Unusable(f"The contract {what} at line {event.start_mark.line + 1}.", mend=mend)
