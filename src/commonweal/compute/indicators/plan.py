"""What to compute together: indicators that share unit and period share one scan for each slice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from commonweal.compute.errors import Unusable
from commonweal.compute.indicators import nodes
from commonweal.compute.indicators.definition import Column, Definition
from commonweal.compute.indicators.nodes import Kind, Node, Type

Slice = tuple[str, ...]

_NAMED_TEXT = Type(Kind.TEXT)


@dataclass(frozen=True)
class Request:
    """An indicator and the slices to give it by, the total `()` not among them."""

    definition: Definition
    slices: tuple[Slice, ...]

    def column(self, name: str) -> Column:
        """The column of that name; one that is not declared is read as text."""
        return self.definition.reads.get(name) or Column(name, _NAMED_TEXT)

    @property
    def tables(self) -> tuple[Slice, ...]:
        """The total and the slices, in order."""
        return ((), *self.slices)


@dataclass(frozen=True)
class FrameKey:
    """What indicators must have in common to be computed in one statement.

    For distinct units that includes the selection: which rows are a unit's own decides its
    attributes.
    """

    distinct: Column | None
    period: Column | None
    grain: str | None
    selection: Node | None


@dataclass
class Frame:
    """Indicators computed together, as positions in the list of requests."""

    key: FrameKey
    members: list[int] = field(default_factory=list)


def frames(requests: Sequence[Request]) -> list[Frame]:
    """The requests grouped into frames, in order of first appearance."""
    found: dict[FrameKey, Frame] = {}
    for position, request in enumerate(requests):
        key = _frame_key(request)
        found.setdefault(key, Frame(key)).members.append(position)
    return list(found.values())


def _frame_key(request: Request) -> FrameKey:
    definition = request.definition
    period = definition.period
    return FrameKey(
        distinct=request.column(definition.distinct) if definition.distinct else None,
        period=request.column(period.column) if period.column else None,
        grain=period.grain.value if period.grain else None,
        selection=definition.denominator if definition.distinct else None,
    )


@dataclass(frozen=True)
class Layout:
    """The encoded column of every column that is read; `raw` are only counted as distinct."""

    columns: Mapping[Column, str]
    raw: frozenset[Column]

    def names(self, request: Request) -> Mapping[str, str]:
        """Encoded columns by the name the request's definition gives them."""
        return {column.name: self.columns[column] for column in _used(request)}


def layout(requests: Sequence[Request]) -> Layout:
    """Names `c0`, `c1`, … for the columns that the requests read, in order of first use."""
    columns: dict[Column, str] = {}
    coded: set[Column] = set()
    for request in requests:
        for column in _used(request):
            columns.setdefault(column, f"c{len(columns)}")
        coded.update(_used(request, distinct=False))
    return Layout(columns, frozenset(columns.keys() - coded))


def _used(request: Request, *, distinct: bool = True) -> list[Column]:
    definition = request.definition
    formulas = (
        definition.denominator,
        definition.numerator,
        definition.value,
        definition.person_time,
    )
    names = [name for formula in formulas for name in nodes.columns(formula)]
    names.extend(name for slice_ in request.slices for name in slice_)
    if definition.period.column:
        names.append(definition.period.column)
    if distinct and definition.distinct:
        names.append(definition.distinct)
    return [request.column(name) for name in dict.fromkeys(names)]


def check_columns(requests: Sequence[Request], present: Sequence[str]) -> None:
    """Raises Unusable when a column that is read is not among those `present`."""
    known = set(present)
    for request in requests:
        for column in _used(request):
            if column.name not in known:
                raise Unusable(
                    f'The file has no column "{column.name}", which'
                    f' "{request.definition.id}" reads.',
                    mend=f"Its columns are: {', '.join(present)[:500]}.",
                )
