"""Indicators over rows -> protected rows to publish: what `commonweal measure` gives.

The form of a row is a contract: docs/reference/measure-output.md.
"""

from __future__ import annotations

import enum
import hashlib
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from commonweal.compute.errors import Unusable
from commonweal.compute.indicators.compile import period_end, period_label
from commonweal.compute.indicators.database import Limits
from commonweal.compute.indicators.definition import Definition, definition_hash
from commonweal.compute.indicators.engine import Cell, Counted, engine_version, evaluate
from commonweal.compute.indicators.families import Line, Protected, protected
from commonweal.compute.indicators.figures import Figure, figures
from commonweal.compute.indicators.nesting import Nesting
from commonweal.compute.indicators.plan import Request, Slice
from commonweal.compute.indicators.shadows import Companion, companions, parents, widened
from commonweal.compute.indicators.tables import Table
from commonweal.compute.result import Result

MAX_SLICES = 100
MAX_CROSSING = 6


class Status(enum.StrEnum):
    """What a row's numbers are."""

    OK = "ok"
    HIDDEN = "hidden"
    UNKNOWN = "unknown"
    NOT_DUE = "not_due"


@dataclass(frozen=True)
class Row:
    """One figure of one indicator, or why there is none.

    `slice` maps column to category, None for "attribute unknown"; the total's is empty. All numbers
    are None unless `status` is OK; `lower` and `upper` are None where the kind has no interval.
    """

    indicator: str
    version: int
    period: str | None
    slice: Mapping[str, str | None]
    value: int | float | None
    lower: float | None
    upper: float | None
    numerator: int | float | None
    denominator: int | float | None
    n: int | None
    status: Status

    def tree(self) -> dict[str, Any]:
        """The row as plain JSON, fields in the order of the contract."""
        return {
            "indicator": self.indicator,
            "version": self.version,
            "period": self.period,
            "slice": dict(self.slice),
            "value": self.value,
            "lower": self.lower,
            "upper": self.upper,
            "numerator": self.numerator,
            "denominator": self.denominator,
            "n": self.n,
            "status": self.status.value,
        }


def canonical_bytes(rows: Sequence[Row]) -> bytes:
    """The rows as canonical JSON: names sorted, no spaces, numbers at full precision, UTF-8."""
    trees = [row.tree() for row in rows]
    text = json.dumps(
        trees, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )
    return text.encode()


def measure(
    definitions: Sequence[Definition],
    table: Table,
    *,
    by: Sequence[Sequence[str]] | None = None,
    minimum: int | None = None,
    as_at: date | None = None,
    limits: Limits | None = None,
) -> Result[tuple[Row, ...]]:
    """Every figure of `definitions` over `table`, with what is too small to publish hidden.

    `by` replaces the definitions' own slices; a column that a definition does not declare is read
    as text. `minimum` replaces their own smallest cell (a partnership passes the greater of its
    agreement's and theirs). Rows of periods that end after `as_at` are NOT_DUE.

    Rows are ordered by indicator as given, then slice as given with the total first, then category
    with unknown last, then period. The same definitions over the same rows, in any order, give the
    same rows to the byte.

    The trace names engine, run id, and for each indicator its hash, interval, minimum, units left
    out for a missing value (None where that number is small) and the slices withheld with reasons.

    Raises Unusable for a column that is absent, a value that is not as declared, definitions that
    contradict each other, or more than the limits allow; the reason when `limits.stop` is pulled.
    """
    _check(definitions, by, minimum)
    limits = limits or Limits()
    requests = [_request(definition, by) for definition in definitions]
    minima = [d.minimum if minimum is None else minimum for d in definitions]
    others = companions(requests, minima, table, limits)
    minima += [minima[each.of] for each in others]
    everything = [*requests, *(each.request for each in others)]
    wide, counted, nesting = _counted(everything, table, minima, limits)
    lines = [
        line
        for number, (request, found) in enumerate(zip(wide, counted, strict=True))
        for line in _lines(number, request, found, requests[number : number + 1])
    ]
    limits.stop.check()
    verdict = protected(wide, lines, minima, nesting)
    limits.stop.check()
    hidden = verdict.hidden | _parts_hidden(requests, others, lines, verdict.hidden)
    rows = tuple(
        _row(requests[line.request], line, position in hidden, as_at)
        for position, line in enumerate(lines)
        if line.published
    )
    trace = {
        "run_id": run_id(requests, minima[: len(requests)], table.content_ids, as_at),
        "engine": engine_version(),
        "content_ids": list(table.content_ids),
        "indicators": [
            _trace(number, request, found, minima[number], verdict)
            for number, (request, found) in enumerate(zip(requests, counted, strict=False))
        ],
    }
    return Result(rows, trace)


def _parts_hidden(
    requests: Sequence[Request],
    others: Sequence[Companion],
    lines: Sequence[Line],
    hidden: Collection[int],
) -> set[int]:
    """The lines that add up to hidden lines of companions."""
    places: dict[tuple[int, Slice, tuple[str | None, ...]], list[int]] = {}
    for position, line in enumerate(lines):
        places.setdefault((line.request, line.slice, line.category), []).append(position)
    found: set[int] = set()
    for position in hidden:
        line = lines[position]
        if line.request >= len(requests):
            other = others[line.request - len(requests)]
            for part in places.get((other.of, line.slice, line.category), ()):
                if other.covers(requests[other.of], line.period, lines[part].period):
                    found.add(part)
    return found


def _counted(
    requests: Sequence[Request], table: Table, minima: Sequence[int], limits: Limits
) -> tuple[Sequence[Request], Sequence[Counted], Nesting]:
    """The requests as they must be counted to be protected, their cells, and how they nest."""
    if max(minima) <= 1:
        return requests, *evaluate(requests, table, limits)
    counted, nesting = evaluate(requests, table, limits, nested=True)
    wide = widened(requests, minima, nesting, parents(requests, table))
    if wide != list(requests):
        counted, nesting = evaluate(wide, table, limits, nested=True)
    return wide, counted, nesting


def run_id(
    requests: Sequence[Request],
    minima: Sequence[int],
    content_ids: Sequence[str],
    as_at: date | None,
) -> str:
    """SHA-256 (hexadecimal) of all that a run's rows depend on."""
    inputs = {
        "content": list(content_ids),
        "definitions": [definition_hash(request.definition) for request in requests],
        "slices": [[list(slice_) for slice_ in request.slices] for request in requests],
        "minima": list(minima),
        "as_at": as_at.isoformat() if as_at else None,
        "engine": engine_version(),
    }
    canonical = json.dumps(inputs, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _check(
    definitions: Sequence[Definition], by: Sequence[Sequence[str]] | None, minimum: int | None
) -> None:
    if not definitions:
        raise Unusable("There is no indicator to measure.", mend="Give at least one definition.")
    hashes: dict[tuple[str, int], str] = {}
    for definition in definitions:
        found = definition_hash(definition)
        if definition.key in hashes:
            same = hashes[definition.key] == found
            raise Unusable(
                f'"{definition.id}" version {definition.version} is given twice'
                + ("." if same else ", with different content."),
                mend="Give it once." if same else "A changed definition needs a new version.",
            )
        hashes[definition.key] = found
    if minimum is not None and (isinstance(minimum, bool) or minimum < 0):
        raise Unusable("The smallest cell to publish cannot be negative.", mend="Give 0 or more.")
    if by is not None:
        _check_by(by)


def _check_by(by: Sequence[Sequence[str]]) -> None:
    if len(by) > MAX_SLICES:
        raise Unusable(f"More than {MAX_SLICES} slices are asked for.", mend="Ask for fewer.")
    for columns in by:
        if not columns or len(set(columns)) != len(columns) or len(columns) > MAX_CROSSING:
            raise Unusable(
                f"A slice names one to {MAX_CROSSING} different columns.",
                mend="Name each column once: --by ethnicity,sex",
            )


def _request(definition: Definition, by: Sequence[Sequence[str]] | None) -> Request:
    if by is None:
        return Request(definition, definition.slices)
    return Request(definition, tuple(dict.fromkeys(tuple(columns) for columns in by)))


def _lines(
    number: int, request: Request, counted: Counted, asked: Sequence[Request]
) -> Iterator[Line]:
    """Every period and category with a unit in question, and always a total.

    Lines of slices that the request `asked`, if any, does not have only protect the others.
    """
    shown = {slice_ for each in asked for slice_ in each.tables}
    dated = request.definition.period.column is not None
    for slice_ in request.tables:
        cells = [cell for cell in counted.cells[slice_] if cell.selected]
        for cell, figure in zip(cells, figures(request.definition, cells), strict=True):
            published = slice_ in shown and (not dated or cell.period is not None)
            yield Line(number, slice_, cell.period, cell.category, figure, published)
        if not slice_ and not any(cell.period is not None for cell in cells):
            nothing = figures(request.definition, [Cell(None, ())])[0]
            yield Line(number, (), None if dated else 0, (), nothing, bool(asked))


def _row(request: Request, line: Line, hidden: bool, as_at: date | None) -> Row:
    definition = request.definition
    status = _status(definition, line, hidden, as_at)
    figure = line.figure if status is Status.OK else Figure(None, None, None, None, None, 0)
    label = None if line.period is None else period_label(definition, line.period)
    return Row(
        indicator=definition.id,
        version=definition.version,
        period=label,
        slice=dict(zip(line.slice, line.category, strict=True)),
        value=figure.value,
        lower=figure.lower,
        upper=figure.upper,
        numerator=figure.numerator,
        denominator=figure.denominator,
        n=figure.n if status is Status.OK else None,
        status=status,
    )


def _status(definition: Definition, line: Line, hidden: bool, as_at: date | None) -> Status:
    if as_at is not None and line.period is not None:
        end = period_end(definition, line.period)
        if end is not None and end > as_at:
            return Status.NOT_DUE
    if hidden:
        return Status.HIDDEN
    return Status.UNKNOWN if line.figure.value is None else Status.OK


def _trace(
    number: int, request: Request, counted: Counted, minimum: int, verdict: Protected
) -> dict[str, Any]:
    definition = request.definition
    return {
        "id": definition.id,
        "version": definition.version,
        "definition_hash": definition_hash(definition),
        "interval": definition.interval,
        "minimum": minimum,
        "missing": _missing(counted, minimum),
        "slices": [
            {"columns": list(slice_), "withheld": verdict.withheld.get((number, slice_))}
            for slice_ in request.tables
        ],
    }


def _missing(counted: Counted, minimum: int) -> int | None:
    """Units left out because a value was missing; None where they are too few to tell."""
    total = counted.keyless
    for cell in counted.cells[()]:
        total += cell.doubtful + (cell.missing if cell.period is not None else cell.selected)
    return None if 0 < total < minimum else total
