"""What an indicator is: its definition as text, checked, and as an immutable value.

The file format is documented in docs/reference/definition.md.
"""

from __future__ import annotations

import enum
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from commonweal.compute.indicators import nodes
from commonweal.compute.indicators.nodes import Node, Type


class IndicatorKind(enum.StrEnum):
    """What is computed from the selected units."""

    COUNT = "count"
    SUM = "sum"
    PROPORTION = "proportion"
    MEAN = "mean"
    RATE = "rate"


class Grain(enum.StrEnum):
    """How long one period is."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    WHOLE = "whole"


class Polarity(enum.StrEnum):
    """Which way is better."""

    HIGHER = "higher"
    LOWER = "lower"
    NEITHER = "neither"


INTERVALS: Mapping[IndicatorKind, str | None] = MappingProxyType(
    {
        IndicatorKind.COUNT: None,
        IndicatorKind.SUM: None,
        IndicatorKind.PROPORTION: "Wilson",
        IndicatorKind.MEAN: "Student",
        IndicatorKind.RATE: "Byar, exact Poisson below 10 events",
    }
)
"""The interval method a kind implies."""


@dataclass(frozen=True)
class Column:
    """A column that a definition reads, and how its text becomes a value.

    `missing` holds the texts that mean "not known", besides a blank. `form` is the written form of
    a date.
    """

    name: str
    type: Type
    missing: tuple[str, ...] = ()
    form: str = ""

    def tree(self) -> dict[str, Any]:
        """The column as plain JSON."""
        number = self.type.kind is nodes.Kind.NUMBER
        return {
            "type": self.type.kind.value,
            **({"decimals": self.type.decimals} if number else {}),
            **({"format": self.form} if self.form else {}),
            "missing": sorted(self.missing),
        }


@dataclass(frozen=True)
class Period:
    """Where in time a unit belongs: by the date in `column`, or all under one `label`."""

    column: str | None = None
    grain: Grain | None = None
    label: str | None = None


@dataclass(frozen=True)
class Definition:
    """One version of an indicator; never changed once published under its id and version.

    `distinct` names the column whose distinct values are counted; None counts rows. `denominator`
    selects the units in question (None: all), `numerator` those of them that count, `value` is
    what is added up, `person_time` the exposure of a rate, per `multiplier` of which it is given.
    """

    id: str
    version: int
    title: str
    kind: IndicatorKind
    reads: Mapping[str, Column]
    description: str = ""
    distinct: str | None = None
    value: Node | None = None
    numerator: Node | None = None
    denominator: Node | None = None
    person_time: Node | None = None
    multiplier: int = 1
    period: Period = Period()
    slices: tuple[tuple[str, ...], ...] = ()
    polarity: Polarity = Polarity.NEITHER
    minimum: int = 0

    @property
    def interval(self) -> str | None:
        """The name of the interval method, None where the kind has none."""
        return INTERVALS[self.kind]

    @property
    def key(self) -> tuple[str, int]:
        """What names the definition: id and version."""
        return self.id, self.version

    @property
    def _formulas(self) -> tuple[Node | None, ...]:
        return self.value, self.numerator, self.denominator, self.person_time

    def matched(self) -> frozenset[str]:
        """The columns by whose single values it tells units apart: in formulas and slices."""
        names = {name for formula in self._formulas for name in nodes.matched(formula)}
        return frozenset(names.union(*self.slices))

    def columns(self) -> tuple[str, ...]:
        """The columns its figures depend on, sorted: formulas, unit, period, default slices."""
        names = {name for formula in self._formulas for name in nodes.columns(formula)}
        names.update(name for name in (self.distinct, self.period.column) if name)
        names.update(name for slice_ in self.slices for name in slice_)
        return tuple(sorted(names))

    def tree(self) -> dict[str, Any]:
        """The definition as plain JSON with every default filled in and formulas as trees."""
        return {
            "id": self.id,
            "version": self.version,
            "title": self.title,
            "description": self.description,
            "kind": self.kind.value,
            "unit": {"distinct": self.distinct} if self.distinct else "rows",
            "reads": {name: self.reads[name].tree() for name in self.columns()},
            "value": nodes.tree(self.value),
            "numerator": nodes.tree(self.numerator),
            "denominator": nodes.tree(self.denominator),
            "person_time": nodes.tree(self.person_time),
            "multiplier": self.multiplier,
            "period": {
                "column": self.period.column,
                "grain": self.period.grain.value if self.period.grain else None,
                "label": self.period.label,
            },
            "slices": [list(slice_) for slice_ in self.slices],
            "polarity": self.polarity.value,
            "minimum": self.minimum,
        }


def definition_hash(definition: Definition) -> str:
    """SHA-256 (hexadecimal) of the definition's canonical JSON.

    The same for every way of writing the same definition: comments, order of keys, spacing in
    formulas and columns declared but not used make no difference.
    """
    canonical = json.dumps(
        definition.tree(), sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )
    return hashlib.sha256(canonical.encode()).hexdigest()
