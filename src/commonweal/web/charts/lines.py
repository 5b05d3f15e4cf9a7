"""Lines over periods: points with their band, level lines for baseline and target.

Periods stand at equal steps. Where a point is missing the line breaks and the period's column
says why: hatched for hidden, dotted for not known, empty for not due yet.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from django.utils.safestring import SafeString
from django.utils.translation import get_language_bidi
from django.utils.translation import gettext as _

from commonweal.web.charts import figure, svg
from commonweal.web.charts.model import ChartRow, LineChart, Reference, Series
from commonweal.web.charts.scale import Scale, ticks
from commonweal.web.figures import HIDDEN, NOT_DUE, UNKNOWN
from commonweal.web.figures import figure as cell_figure
from commonweal.web.tables import Column, Table

TOP = 20
LINE = 17
# Inner width of the picture that holds paths: they cannot be placed in percentages.
INNER = 1000.0


@dataclass(frozen=True)
class Drawing:
    """One drawing in the making. `left` and `right`: shares of the width kept for labels."""

    chart: LineChart
    ids: svg.Ids
    base: int
    height: int
    left: float
    right: float
    rtl: bool
    scale: Scale
    marks: list[float]

    @property
    def width(self) -> float:
        return 1 - self.left - self.right

    def step(self, number: float) -> float:
        """The share of the plot's width at a period's middle."""
        share = (number + 0.5) / len(self.chart.periods)
        return 1 - share if self.rtl else share

    def y(self, value: float) -> float:
        return round(self.height * (1 - self.scale(value)), 2)

    def outer(self, share: float) -> str:
        return svg.percent_of(1 - share if self.rtl else share)


def line_chart(chart: LineChart) -> SafeString:
    """The whole figure."""
    root = figure.root_id(chart.about, chart)
    pictures = [
        figure.Picture("wide", _draw(_plan(chart, f"{root}-wide", 600, 280))),
        figure.Picture("narrow", _draw(_plan(chart, f"{root}-narrow", 288, 220))),
    ]
    missing = figure.statuses(point for one in chart.series for point in one.points)
    return figure.frame("lines", root, chart.about, pictures, table(chart), missing=missing)


def _plan(chart: LineChart, root: str, base: int, height: int) -> Drawing:
    marks = _ticks(chart, 4)
    longest = max(svg.width_of(chart.unit.write_tick(mark)) for mark in marks)
    return Drawing(
        chart=chart,
        ids=svg.Ids(root),
        base=base,
        height=height,
        left=(longest + 8) / base,
        right=_label_room(chart, base) / base,
        rtl=get_language_bidi(),
        scale=Scale(marks[0], marks[-1]),
        marks=marks,
    )


def _label_room(chart: LineChart, base: int) -> float:
    names = [one.label for one in chart.series]
    names += [_named(chart, reference) for reference in chart.references]
    longest = max((svg.width_of(name) for name in names), default=0.0)
    return min(longest + 16, base * 0.3) if longest else 4.0


def _ticks(chart: LineChart, about: int) -> list[float]:
    points = [point for one in chart.series for point in one.points if point.known]
    ends = [float(v) for p in points for v in (p.value, p.lower, p.upper) if v is not None]
    ends += [float(reference.value) for reference in chart.references]
    low, high = min(ends, default=0.0), max(ends, default=1.0)
    if 0 <= low < 0.5 * high:
        low = 0.0
    low = float(chart.low) if chart.low is not None else low
    high = float(chart.high) if chart.high is not None else high
    found = ticks(low, high, about)
    if chart.unit.kind == "percent" and high <= 1:
        found = [tick for tick in found if tick <= 1]
    return found


def _draw(made: Drawing) -> SafeString:
    chart = made.chart
    plot: list[str] = [_grid(made), *_blanks(made), *_references(made)]
    for number, one in enumerate(chart.series, start=1):
        plot.append(_series(made, one, number))
    inner = svg.el(
        "svg",
        *plot,
        x=svg.percent_of(made.right if made.rtl else made.left),
        y=TOP,
        width=svg.percent_of(made.width),
        height=made.height,
        overflow="visible",
    )
    title = chart.about.finding or chart.about.subject
    return svg.drawing(
        made.ids,
        title,
        describe(chart),
        made.height + TOP + 30,
        svg.patterns(made.ids),
        *_tick_words(made),
        inner,
        *_end_words(made),
    )


def _grid(made: Drawing) -> SafeString:
    lines = [
        svg.el(
            "line",
            x1=0,
            x2="100%",
            y1=made.y(mark),
            y2=made.y(mark),
            class_="cw-axis" if number == 0 else "cw-grid",
        )
        for number, mark in enumerate(made.marks)
    ]
    return svg.group(*lines)


def _tick_words(made: Drawing) -> list[SafeString]:
    return [
        svg.text(
            made.chart.unit.write_tick(int(mark) if mark == int(mark) else mark),
            made.outer(made.left),
            TOP + made.y(mark) + 5,
            "cw-svg-tick",
            text_anchor="end",
            dx=8 if made.rtl else -8,
        )
        for mark in made.marks
    ] + _period_words(made)


def _period_words(made: Drawing) -> list[SafeString]:
    periods = made.chart.periods
    room = made.base * made.width / max(1, len(periods))
    longest = max((svg.width_of(period) for period in periods), default=0.0)
    every = max(1, math.ceil((longest + 8) / room))
    shown = [n for n in range(len(periods)) if (len(periods) - 1 - n) % every == 0]
    found = []
    for number in shown:
        share = made.left + made.width * (number + 0.5) / len(periods)
        y = TOP + made.height + 20
        found.append(
            svg.text(periods[number], made.outer(share), y, "cw-svg-tick", text_anchor="middle")
        )
    return found


def _blanks(made: Drawing) -> list[str]:
    """Columns of the periods for which no series has a number."""
    count = len(made.chart.periods)
    fill = {HIDDEN: f"url(#{made.ids.hatch})", UNKNOWN: f"url(#{made.ids.dots})"}
    found: list[str] = []
    for number in range(count):
        points = [one.points[number] for one in made.chart.series]
        if not points or any(point.known for point in points):
            found += _partly(made, number, points, fill)
            continue
        status = points[0].status
        middle = made.step(number)
        found.append(
            svg.el(
                "rect",
                x=svg.percent_of(middle - 0.4 / count),
                y=0,
                width=svg.percent_of(0.8 / count),
                height=made.height,
                class_=f"cw-blank cw-blank--{status}",
                fill=fill.get(status, "none"),
            )
        )
        words = svg.text(
            figure.hidden_words(points[0]), 0, 0, "cw-svg-blank", transform="rotate(-90)", dy=5
        )
        found.append(
            svg.el(
                "svg",
                words,
                x=svg.percent_of(middle),
                y=made.height - 8,
                overflow="visible",
                direction="ltr",
            )
        )
    return found


def _partly(made: Drawing, number: int, points: list[ChartRow], fill: dict[str, str]) -> list[str]:
    """Where some lines have a number and others not: a small sign on the axis for each."""
    missing = [point for point in points if not point.known and point.status != NOT_DUE]
    return [
        svg.el(
            "svg",
            svg.el(
                "rect",
                x=-6,
                y=-14 - 15 * place,
                width=12,
                height=12,
                class_=f"cw-blank cw-blank--{point.status}",
                fill=fill.get(point.status, "none"),
            ),
            x=svg.percent_of(made.step(number)),
            y=made.height,
            overflow="visible",
        )
        for place, point in enumerate(missing)
    ]


def _references(made: Drawing) -> list[str]:
    """Level lines; their names stand at the end, with those of the series."""
    return [
        svg.el(
            "line",
            x1=0,
            x2="100%",
            y1=made.y(float(reference.value)),
            y2=made.y(float(reference.value)),
            class_=f"cw-reference cw-reference--{reference.kind}",
        )
        for reference in made.chart.references
    ]


def _runs(one: Series) -> list[list[tuple[int, ChartRow]]]:
    """Stretches of points without a gap."""
    runs: list[list[tuple[int, ChartRow]]] = [[]]
    for number, point in enumerate(one.points):
        if point.value is None:
            runs.append([])
        else:
            runs[-1].append((number, point))
    return [run for run in runs if run]


def _series(made: Drawing, one: Series, number: int) -> SafeString:
    paths: list[str] = []
    dots: list[str] = []
    for run in _runs(one):
        band = [(n, point) for n, point in run if point.lower is not None]
        if len(band) > 1:
            paths.append(svg.el("path", d=_band(made, band), class_="cw-band"))
        if len(run) > 1:
            spots = [(n, float(point.value or 0)) for n, point in run]
            paths.append(
                svg.el(
                    "path",
                    d="M" + "L".join(_spot(made, n, value) for n, value in spots),
                    class_="cw-line",
                    vector_effect="non-scaling-stroke",
                )
            )
        for n, point in run:
            dots += _point(made, n, point, alone=len(run) == 1)
    stretched = svg.el(
        "svg",
        *paths,
        width="100%",
        height=made.height,
        viewBox=f"0 0 {INNER:g} {made.height}",
        preserveAspectRatio="none",
        overflow="visible",
    )
    words = _point_words(made, one) if len(made.chart.series) == 1 else []
    return svg.group(stretched, *dots, *words, class_=f"cw-series cw-series--{number}")


def _spot(made: Drawing, number: int, value: float) -> str:
    return f"{made.step(number) * INNER:.1f} {made.y(value):.1f}"


def _band(made: Drawing, points: list[tuple[int, ChartRow]]) -> str:
    upper = [_spot(made, n, float(point.upper or 0)) for n, point in points]
    lower = [_spot(made, n, float(point.lower or 0)) for n, point in reversed(points)]
    return "M" + "L".join(upper + lower) + "Z"


def _point(made: Drawing, number: int, point: ChartRow, *, alone: bool) -> list[str]:
    x = svg.percent_of(made.step(number))
    parts: list[str] = []
    if alone and point.lower is not None and point.upper is not None:
        # A band needs two points; a point by itself shows its interval as a whisker.
        ends = made.y(float(point.lower)), made.y(float(point.upper))
        parts.append(svg.el("line", x1=x, x2=x, y1=ends[0], y2=ends[1], class_="cw-whisker"))
    y = made.y(float(point.value or 0))
    return [*parts, svg.el("circle", cx=x, cy=y, r=4.5, class_="cw-point")]


def _point_words(made: Drawing, one: Series) -> list[SafeString]:
    """The values at the first and last point; at all of them where there is room."""
    known = [
        (n, point, point.value) for n, point in enumerate(one.points) if point.value is not None
    ]
    room = made.base * made.width / max(1, len(one.points))
    if room < 64:
        known = known[:1] + known[1:][-1:]
    return [
        svg.text(
            made.chart.unit.write(value),
            svg.percent_of(made.step(n)),
            made.y(float(value if point.upper is None else point.upper)) - 9,
            "cw-svg-value",
            text_anchor="middle",
        )
        for n, point, value in known
    ]


def _end_words(made: Drawing) -> list[SafeString]:
    """The name of each line at its end, moved apart where ends are close."""
    room = int(made.right * made.base / svg.CHARACTER) - 1
    named: list[tuple[float, str, str]] = []
    for number, one in enumerate(made.chart.series, start=1):
        known = [point for point in one.points if point.value is not None]
        if one.label and known:
            y = made.y(float(known[-1].value or 0))
            named.append((y, f"cw-svg-series cw-series--{number}", one.label))
    for reference in made.chart.references:
        y = made.y(float(reference.value))
        named.append((y, "cw-svg-reference", _named(made.chart, reference)))
    blocks = []
    for y, css, words in sorted(named):
        lines = svg.wrap(words, room)
        blocks.append((y - LINE / 2 * (len(lines) - 1), css, lines))
    return [
        svg.text(
            line,
            made.outer(made.left + made.width),
            TOP + y + 5 + LINE * place,
            css,
            dx=-8 if made.rtl else 8,
        )
        for y, css, lines in _apart(blocks)
        for place, line in enumerate(lines)
    ]


def _named(chart: LineChart, reference: Reference) -> str:
    return f"{reference.label} {chart.unit.write(reference.value)}"


Block = tuple[float, str, list[str]]


def _apart(blocks: list[Block]) -> list[Block]:
    """Names pushed down just so far that none covers the one above it."""
    moved: list[Block] = []
    free = -math.inf
    for wanted, css, lines in blocks:
        y = max(wanted, free)
        moved.append((y, css, lines))
        free = y + LINE * len(lines) + 2
    return moved


def describe(chart: LineChart) -> str:
    """The chart in words: each line's first and last point."""
    if chart.about.description:
        return chart.about.description
    parts = []
    for one in chart.series:
        known = [point for point in one.points if point.value is not None]
        if not known:
            continue
        first, last = known[0], known[-1]
        parts.append(
            _("%(name)s: from %(first)s (%(start)s) to %(last)s (%(end)s).")
            % {
                "name": one.label or chart.about.subject or _("Value"),
                "first": chart.unit.write(first.value or 0),
                "start": first.label,
                "last": chart.unit.write(last.value or 0),
                "end": last.label,
            }
        )
    parts += [f"{_named(chart, reference)}." for reference in chart.references]
    parts.append(_("The table below holds the same values."))
    return " ".join(parts)


def table(chart: LineChart) -> Table:
    """One line per period; for several lines one column each, the range in brackets."""
    columns = [Column(_("Period"))]
    single = len(chart.series) == 1
    if single:
        columns += [Column(_("Value"), numeric=True), Column(_("Likely range"), numeric=True)]
    else:
        columns += [Column(one.label, numeric=True) for one in chart.series]
    body: list[list[str | SafeString]] = []
    for number, period in enumerate(chart.periods):
        line: list[str | SafeString] = [period]
        for one in chart.series:
            point = one.points[number]
            range_ = figure.interval_words(point, chart.unit.write_range)
            if single:
                line += [_cell(chart, point, ""), range_]
            else:
                line.append(_cell(chart, point, range_))
        body.append(line)
    for reference in chart.references:
        value = cell_figure(chart.unit.write_exact(reference.value))
        body.append([reference.label, value, *[""] * (len(columns) - 2)])
    return Table(chart.about.subject or chart.about.finding, columns, body)


def _cell(chart: LineChart, point: ChartRow, range_: str) -> SafeString:
    if point.value is None:
        return cell_figure(None, point.status, point.reason)
    said = chart.unit.write_exact(point.value)
    return cell_figure(f"{said} ({range_})" if range_ else said)
