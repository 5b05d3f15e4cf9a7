"""The shape of every computation's answer: the value and how it came about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Result(Generic[T]):
    """An answer with its explanation.

    `trace` holds plain JSON values (strings, integers, booleans, None, lists, mappings) that a page
    can render: which rule applied, which clause, which rows counted. It never holds a person-level
    value.
    """

    answer: T
    trace: Mapping[str, Any] = field(default_factory=dict)
