"""YAML text -> plain tree, for text that strangers wrote.

A small part of YAML 1.2: mappings with text keys, lists, texts, whole numbers, decimals as text,
true, false and null. Anchors, tags, several documents and repeated keys are refused, and size,
depth and number of values are capped before anything is built. JSON is read too.
"""

from __future__ import annotations

import re
from typing import Any, NoReturn

import yaml

from commonweal.compute.errors import Unusable

MAX_BYTES = 512 * 1024
MAX_DEPTH = 12
MAX_VALUES = 20_000

# The C parser where the library was built with it: ten times faster, the same events.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_WHOLE = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})")
_WORDS: dict[str, Any] = {"": None, "~": None, "null": None, "true": True, "false": False}


def read_tree(text: str) -> Any:
    """The tree that `text` writes down: dicts, lists, str, int, bool, None.

    Raises Unusable with line and column for anything outside the part of YAML named above.
    """
    if len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise Unusable(
            f"The text is larger than {MAX_BYTES // 1024} KB.", mend="Split it into several files."
        )
    try:
        return _Builder(yaml.parse(text, Loader=_LOADER)).document()
    except yaml.YAMLError as error:
        raise _not_yaml(error) from None


def _not_yaml(error: yaml.YAMLError) -> Unusable:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    where = f"line {mark.line + 1}, column {mark.column + 1}" if mark else ""
    problem = getattr(error, "problem", None) or "it holds characters that YAML does not allow"
    return Unusable(
        f"The text is not readable as YAML: {problem}.",
        mend="Check indentation, colons and quotes at that place.",
        where=where,
    )


class _Builder:
    """Builds the tree from the parser's events; recursion is bounded by MAX_DEPTH."""

    def __init__(self, events: Any) -> None:
        self.events = events
        self.values = 0

    def document(self) -> Any:
        next(self.events)
        event = next(self.events)
        if isinstance(event, yaml.StreamEndEvent):
            return None
        tree = self.value(next(self.events), depth=0)
        next(self.events)
        following = next(self.events)
        if not isinstance(following, yaml.StreamEndEvent):
            self.fail(following, "A second document starts here", "Keep one document in a file.")
        return tree

    def value(self, event: Any, depth: int) -> Any:
        self.values += 1
        if self.values > MAX_VALUES:
            self.fail(event, f"There are more than {MAX_VALUES} values", "Split the file.")
        if depth > MAX_DEPTH:
            self.fail(event, f"The text is nested more than {MAX_DEPTH} deep", "Flatten it.")
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
            self.fail(event, "Anchors and aliases are not used here", "Write the value out.")
        if event.tag is not None:
            self.fail(event, "Tags (words with !) are not used here", "Remove the tag.")
        if isinstance(event, yaml.MappingStartEvent):
            return self.mapping(depth)
        if isinstance(event, yaml.SequenceStartEvent):
            return self.sequence(depth)
        return event.value if event.style else _plain(event.value)

    def mapping(self, depth: int) -> dict[str, Any]:
        tree: dict[str, Any] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                self.fail(event, "A name was expected here", "Names are plain texts.")
            key = str(event.value)
            if key in tree:
                self.fail(event, f'The name "{key[:60]}" is given twice', "Keep one of them.")
            tree[key] = self.value(next(self.events), depth + 1)
        return tree

    def sequence(self, depth: int) -> list[Any]:
        items = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            items.append(self.value(event, depth + 1))
        return items

    def fail(self, event: Any, text: str, mend: str) -> NoReturn:
        mark = event.start_mark
        raise Unusable(
            f"{text}.", mend=mend, where=f"line {mark.line + 1}, column {mark.column + 1}"
        )


def _plain(text: str) -> Any:
    if text in _WORDS:
        return _WORDS[text]
    return int(text) if _WHOLE.fullmatch(text) else text
