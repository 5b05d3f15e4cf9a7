"""JSON-LD, as far as an ODRL policy needs it: every name in one spelling, whatever the file's.

No context is ever fetched. A name that cannot be traced to a vocabulary keeps a mark, so that the
reader finds it unknown.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from commonweal.compute.errors import Unusable
from commonweal.compute.permits.odrl import names

_DEPTH = 20
_VOCABULARIES = {**names.STANDARD, **names.PREFIXES}
_ALIASES = {"@id": "uid", "uid": "uid", "type": "@type"}


def parse(text: str) -> Mapping[str, Any]:
    """The one policy in a JSON text. Raises Unusable."""
    try:
        value = json.loads(text, object_pairs_hook=_unique, parse_constant=_constant)
    except (ValueError, RecursionError) as fault:
        if isinstance(fault, Unusable):
            raise
        raise Unusable("The text is not JSON.", mend="Save the policy as JSON-LD.") from fault
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if not isinstance(value, dict):
        raise Unusable("The text is not one policy.", mend="Give one policy as a JSON object.")
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    held = dict(pairs)
    if len(held) != len(pairs):
        raise Unusable("The text says something twice.", mend="Give each name once.")
    return held


def _constant(text: str) -> None:
    raise Unusable("The text holds something that is not a number.", where=text)


class Names:
    """What the names in one document stand for, by its `@context`."""

    def __init__(self, context: Any) -> None:
        self.unknown: list[str] = []
        self.ours = False
        """Whether a word of our profile has been met."""
        self.iris: dict[str, str] = {}
        self.plain = False
        """Whether names without a prefix are ODRL's."""
        for each in context if isinstance(context, list) else [context]:
            self._take(each)
        if not self.plain and "odrl" not in self.iris:
            raise Unusable(
                "The document does not say that it is ODRL.",
                mend=f"Name {names.CONTEXT} in its @context.",
                where="@context",
            )

    def _take(self, context: Any) -> None:
        if context in (names.CONTEXT, names.CONTEXT.replace("http:", "https:")):
            self.plain = True
            self.iris.update(names.STANDARD)
            return
        if not isinstance(context, dict):
            self.unknown.append(str(context))
            return
        for name, meant in context.items():
            iri = meant.get("@id") if isinstance(meant, dict) else meant
            if name == "@vocab" and iri == names.ODRL:
                self.plain = True
            elif isinstance(iri, str) and not name.startswith("@"):
                self.iris[name] = iri
            else:
                self.unknown.append(name)

    def short(self, name: str) -> str:
        """In one spelling: `use`, `cw:linkRecords`; what is not of our vocabularies in full."""
        if name in _ALIASES:
            return _ALIASES[name]
        if name.startswith("@"):
            return name
        iri = self._full(name)
        for prefix, vocabulary in _VOCABULARIES.items():
            if iri.startswith(vocabulary):
                self.ours = self.ours or prefix == "cw"
                local = iri.removeprefix(vocabulary)
                return local if prefix == "odrl" else f"{prefix}:{local}"
        return iri

    def address(self, text: str) -> str:
        """The same for what identifies something: a word without a prefix is no name there."""
        return self.short(text) if ":" in text else f"?{text}"

    def _full(self, name: str) -> str:
        prefix, colon, local = name.partition(":")
        if name in self.iris:
            return self.iris[name]
        if not colon:
            return names.ODRL + name if self.plain else f"?{name}"
        if local.startswith("//") or prefix not in self.iris:
            return name
        # A prefix may itself be said with a prefix, once.
        outer, inner_colon, inner = self.iris[prefix].partition(":")
        if inner_colon and not inner.startswith("//") and outer in self.iris:
            return self.iris[outer] + inner + local
        return self.iris[prefix] + local

    def node(self, value: Any, depth: int = 0) -> Any:
        """The value with every key in one spelling. Raises Unusable when two keys become one."""
        if depth > _DEPTH:
            raise Unusable("The document is nested too deeply.", mend="Give one policy.")
        if isinstance(value, list):
            return [self.node(each, depth + 1) for each in value]
        if not isinstance(value, dict):
            return value
        if value.get("@type") == "@json":
            return value
        held = {self.short(key): self.node(each, depth + 1) for key, each in value.items()}
        if len(held) != len(value):
            raise Unusable("The document says something twice.", mend="Give each name once.")
        return held
