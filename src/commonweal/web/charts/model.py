"""What a chart is given. Templates pass plain mappings or any object with these names.

Rooms below `web` import nothing from here: `{% interval_chart chart %}` reads a mapping such as

    {"finding": _("Babies in Northside sleep safely less often"), "unit": {"kind": "percent"},
     "rows": [{"label": "Northside", "value": 0.58, "lower": 0.54, "upper": 0.62, "n": 412}],
     "references": [{"label": _("All areas"), "value": 0.66}], "source": "…", "run_id": "…"}

Values are numbers in the unit's own terms: fractions of one for percentages, integer minor units
for money. A row that is not known, not due or hidden has no value; one given with it is dropped
here, before anything is drawn, described or hashed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any, TypeVar

from commonweal.core.formats import Number, Unit
from commonweal.web.figures import KNOWN, STATUSES, UNKNOWN

T = TypeVar("T")


@dataclass(frozen=True)
class ChartRow:
    """One slice. `status`: known, unknown, not_due, hidden. `lower`, `upper`: its interval.

    `n`: how many it rests on. `reason`: why it is hidden. `sector`: a sector code, for its colour.
    `total`: set apart from the others as their whole.
    """

    label: str
    value: Number | None = None
    lower: Number | None = None
    upper: Number | None = None
    status: str = KNOWN
    n: int | None = None
    reason: str = ""
    sector: str = ""
    total: bool = False

    @property
    def known(self) -> bool:
        return self.status == KNOWN


@dataclass(frozen=True)
class Reference:
    """A line to compare with: a total, a target, a baseline."""

    label: str
    value: Number
    kind: str = "total"


@dataclass(frozen=True)
class Panel:
    """One of several small charts on the same scale."""

    title: str
    rows: list[ChartRow]


@dataclass(frozen=True)
class Series:
    """One line over the chart's periods: as many points as there are periods."""

    label: str
    points: list[ChartRow]


@dataclass(frozen=True)
class About:
    """What every chart says besides its picture.

    finding: the sentence the chart shows. subject: what is measured, of whom, when. description:
    for those who do not see it (written from the data when empty). downloads: (label, address).
    id: needed only where the same chart stands twice on a page.
    """

    finding: str = ""
    subject: str = ""
    description: str = ""
    source: str = ""
    run_id: str = ""
    run_url: str = ""
    note: str = ""
    downloads: list[tuple[str, str]] = field(default_factory=list)
    id: str = ""


@dataclass(frozen=True)
class RowChart:
    """Dots with whiskers, or bars. `low` and `high` fix the scale; bars always include zero.

    `row_title`, `range_title`: heads of the table's columns, where a row is no group and what is drawn
    around a value is no likely range.
    """

    about: About
    panels: list[Panel]
    unit: Unit
    references: list[Reference] = field(default_factory=list)
    low: Number | None = None
    high: Number | None = None
    row_title: str = ""
    range_title: str = ""

    @property
    def rows(self) -> list[ChartRow]:
        return [row for panel in self.panels for row in panel.rows]


@dataclass(frozen=True)
class LineChart:
    """Values over periods, with their band. References are drawn as level lines."""

    about: About
    periods: list[str]
    series: list[Series]
    unit: Unit
    references: list[Reference] = field(default_factory=list)
    low: Number | None = None
    high: Number | None = None


@dataclass(frozen=True)
class Node:
    """A box of the theory of change. kind: activity, output, outcome or goal."""

    id: str
    label: str
    kind: str = "activity"
    note: str = ""
    url: str = ""


@dataclass(frozen=True)
class Link:
    """An arrow. `assumption`: what must hold for it. state: untested, held, mixed, failed."""

    source: str
    target: str
    assumption: str = ""
    state: str = "untested"


@dataclass(frozen=True)
class Graph:
    """A theory of change to be drawn."""

    about: About
    nodes: list[Node]
    links: list[Link]


@dataclass(frozen=True)
class Corner:
    """A corner of a triangle: `found` of `expected` pieces are there; `before`: the share of an earlier
    time, None without one. `words` say it."""

    label: str
    found: int = 0
    expected: int = 1
    before: float | None = None
    words: str = ""

    @property
    def share(self) -> float:
        return self.found / self.expected


@dataclass(frozen=True)
class Corners:
    """A triangle whose corners fill."""

    about: About
    corners: list[Corner]


@dataclass(frozen=True)
class Bar:
    """One item of a plan, both days counted. `words`: its slack."""

    label: str
    group: str
    starts: date
    ends: date
    critical: bool = False
    words: str = ""


@dataclass(frozen=True)
class Timeline:
    """A plan over time; bars of one group stand together."""

    about: About
    bars: list[Bar]
    today: date


@dataclass(frozen=True)
class Member:
    """An organisation in a network. `sector`: its code; `links`: how many it has in all."""

    id: str
    label: str
    sector: str = ""
    links: int = 0
    drawn: bool = True


@dataclass(frozen=True)
class Working:
    """Two that work together: how much, 1 to 4, in words too, and whether both say so."""

    one: str
    two: str
    level: int = 1
    both: bool = False
    words: str = ""


@dataclass(frozen=True)
class Network:
    """Who works with whom; members of a sector stand together.

    `listed`: how many of `links`, the first of them, are in the table; `total`: how many there are.
    """

    about: About
    nodes: list[Member]
    links: list[Working]
    listed: int = 0
    total: int = 0


def read(given: Any, name: str, default: Any = None) -> Any:
    """A value by name from a mapping or an object."""
    if isinstance(given, Mapping):
        return given.get(name, default)
    return getattr(given, name, default)


def _plain(kind: type[T], given: Any) -> T:
    """A dataclass of plain values from whatever has its names; missing ones keep defaults."""
    if isinstance(given, kind):
        return given
    names = [f.name for f in fields(kind)]  # type: ignore[arg-type]
    found = {name: read(given, name) for name in names}
    return kind(**{name: value for name, value in found.items() if value is not None})


def _many(make: Callable[[Any], T], given: Any) -> list[T]:
    return [make(entry) for entry in given or []]


def unit_of(given: Any) -> Unit:
    """A unit from a `Unit`, a mapping, or the name of its kind."""
    return Unit(kind=given) if isinstance(given, str) else _plain(Unit, given or {})


def row_of(given: Any) -> ChartRow:
    """A row, stripped of every number unless its status is known.

    Raises ValueError for an unknown status or an interval that does not hold its value.
    """
    row = _plain(ChartRow, given)
    if row.status not in STATUSES:
        raise ValueError(f"A row's status is one of {STATUSES}, not {row.status!r}.")
    if row.known and row.value is None:
        return ChartRow(
            row.label, status=UNKNOWN, reason=row.reason, sector=row.sector, total=row.total
        )
    if not row.known:
        return ChartRow(
            row.label, status=row.status, reason=row.reason, sector=row.sector, total=row.total
        )
    if (row.lower is None) != (row.upper is None):
        raise ValueError(f"{row.label}: an interval needs both its ends.")
    if row.lower is not None and row.upper is not None and row.value is not None:
        slack = 1e-9 * max(1.0, abs(float(row.value)))
        if not float(row.lower) - slack <= float(row.value) <= float(row.upper) + slack:
            raise ValueError(f"{row.label}: the interval does not hold the value.")
    return row


def reference_of(given: Any) -> Reference:
    return _plain(Reference, given)


def _panel(given: Any) -> Panel:
    if isinstance(given, tuple):
        return Panel(str(given[0]), _many(row_of, given[1]))
    return Panel(str(read(given, "title", "")), _many(row_of, read(given, "rows")))


def row_chart_of(given: Any) -> RowChart:
    """A chart of rows from a mapping with either `rows` or `panels`."""
    panels = _many(_panel, read(given, "panels")) or [_panel(("", read(given, "rows")))]
    return RowChart(
        about=_plain(About, given),
        panels=panels,
        unit=unit_of(read(given, "unit")),
        references=_many(reference_of, read(given, "references")),
        low=read(given, "low"),
        high=read(given, "high"),
        row_title=str(read(given, "row_title") or ""),
        range_title=str(read(given, "range_title") or ""),
    )


def line_chart_of(given: Any) -> LineChart:
    """A line chart. Raises ValueError when a series has not one point for each period."""
    periods = [str(period) for period in read(given, "periods") or []]
    series = [
        Series(str(read(one, "label") or ""), _points(read(one, "points"), periods))
        for one in read(given, "series") or []
    ]
    for one in series:
        if len(one.points) != len(periods):
            raise ValueError(f"{one.label}: {len(one.points)} points for {len(periods)} periods.")
    return LineChart(
        about=_plain(About, given),
        periods=periods,
        series=series,
        unit=unit_of(read(given, "unit")),
        references=_many(reference_of, read(given, "references")),
        low=read(given, "low"),
        high=read(given, "high"),
    )


def _points(given: Any, periods: list[str]) -> list[ChartRow]:
    """Points may leave out their label: it is their period's."""
    made = []
    for number, one in enumerate(given or []):
        label = periods[number] if number < len(periods) else ""
        bare = isinstance(one, int | float) or one is None
        entry = {"value": one} if bare else one
        names = ("value", "lower", "upper", "status", "n", "reason")
        found = {name: read(entry, name) for name in names}
        kept = {name: value for name, value in found.items() if value is not None}
        made.append(row_of({"label": label, **kept}))
    return made


def graph_of(given: Any) -> Graph:
    """A graph. Raises ValueError for a link whose ends are not among the nodes."""
    nodes = _many(lambda one: _plain(Node, one), read(given, "nodes"))
    links = _many(lambda one: _plain(Link, one), read(given, "links"))
    known = {node.id for node in nodes}
    for link in links:
        if not {link.source, link.target} <= known:
            raise ValueError(f"The link {link.source} to {link.target} leads to no box.")
    return Graph(_plain(About, given), nodes, links)


def corners_of(given: Any) -> Corners:
    """A triangle. Raises ValueError for a corner of which more is there than expected."""
    found = _many(lambda one: _plain(Corner, one), read(given, "corners"))
    for one in found:
        if not 0 <= one.found <= one.expected or one.expected < 1:
            raise ValueError(f"{one.label}: {one.found} of {one.expected} is no share.")
    return Corners(_plain(About, given), found)


def timeline_of(given: Any) -> Timeline:
    """A plan over time."""
    bars = _many(lambda one: _plain(Bar, one), read(given, "bars"))
    return Timeline(_plain(About, given), bars, read(given, "today"))


def network_of(given: Any) -> Network:
    """A network. Raises ValueError for a link whose ends are not among its members."""
    nodes = _many(lambda one: _plain(Member, one), read(given, "nodes"))
    links = _many(lambda one: _plain(Working, one), read(given, "links"))
    known = {node.id for node in nodes}
    if any(not {link.one, link.two} <= known for link in links):
        raise ValueError("A link leads to nobody.")
    listed, total = (int(read(given, name) or len(links)) for name in ("listed", "total"))
    return Network(_plain(About, given), nodes, links, listed, total)
