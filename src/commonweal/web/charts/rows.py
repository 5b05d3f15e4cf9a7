"""Charts with one row per slice: dots with whiskers, and bars.

Rows keep the order they are given in. Each row names itself and says its value in words beside
its mark, so no legend is needed and nothing is told by place or colour alone.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.safestring import SafeString
from django.utils.translation import get_language_bidi, ngettext
from django.utils.translation import gettext as _

from commonweal.web.charts import figure, svg
from commonweal.web.charts.model import ChartRow, Panel, Reference, RowChart
from commonweal.web.charts.scale import Scale, ticks
from commonweal.web.figures import HIDDEN, UNKNOWN
from commonweal.web.figures import figure as cell_figure
from commonweal.web.tables import Column, Table

LINE = 19
LISTED = 8


@dataclass(frozen=True)
class Layout:
    """Where things stand, as shares of the width. `base`: the narrowest width it is made for."""

    base: int
    stacked: bool
    rtl: bool
    plot: tuple[float, float]
    label_characters: int

    def x(self, share: float) -> str:
        """A share of the whole width as a position, mirrored for right to left."""
        return svg.percent_of(1 - share if self.rtl else share)

    @property
    def plot_x(self) -> str:
        start, width = self.plot
        return svg.percent_of(1 - start - width if self.rtl else start)


@dataclass(frozen=True)
class Drawing:
    """One drawing in the making: the chart, its scale, its layout, its ids."""

    chart: RowChart
    bars: bool
    layout: Layout
    scale: Scale
    marks: list[float]
    ids: svg.Ids

    def at(self, value: float) -> str:
        return svg.percent_of(self.scale(value))


def interval_chart(chart: RowChart) -> SafeString:
    """Dots with whiskers on one scale, with lines for totals and targets."""
    return _figure(chart, bars=False)


def bar_chart(chart: RowChart) -> SafeString:
    """Bars from zero."""
    return _figure(chart, bars=True)


def _figure(chart: RowChart, *, bars: bool) -> SafeString:
    root = figure.root_id(chart.about, chart, bars)
    pictures = []
    for place in ("wide", "narrow"):
        layout = _layout(chart, stacked=place == "narrow")
        marks = _ticks(chart, bars, 3 if layout.stacked else 5)
        scale = Scale(marks[0], marks[-1], layout.rtl)
        made = Drawing(chart, bars, layout, scale, marks, svg.Ids(f"{root}-{place}"))
        pictures.append(figure.Picture(place, _draw(made)))
    kind = "bars" if bars else "intervals"
    missing = figure.statuses(chart.rows)
    return figure.frame(kind, root, chart.about, pictures, table(chart), missing=missing)


def _layout(chart: RowChart, *, stacked: bool) -> Layout:
    rtl = get_language_bidi()
    if stacked:
        return Layout(288, True, rtl, (0.03, 0.94), 36)
    longest = max((svg.width_of(row.label) for row in chart.rows), default=60.0)
    values = max((svg.width_of(words(chart, row)) for row in chart.rows), default=60.0)
    label = min(0.36, (longest + 14) / 600)
    value = min(0.34, (values + 18) / 600)
    return Layout(600, False, rtl, (label, 1 - label - value), int(label * 600 / svg.CHARACTER) - 1)


def _ends(chart: RowChart) -> list[float]:
    known = [row for row in chart.rows if row.known]
    found = [float(v) for row in known for v in (row.value, row.lower, row.upper) if v is not None]
    return found + [float(reference.value) for reference in chart.references]


def _ticks(chart: RowChart, bars: bool, about: int) -> list[float]:
    """The scale's ticks: from zero where zero is near or bars demand it."""
    ends = _ends(chart) or [0.0, 1.0]
    low, high = min(ends), max(ends)
    if bars or (0 <= low < 0.4 * high):
        low, high = min(low, 0.0), max(high, 0.0)
    if chart.low is not None:
        low = float(chart.low)
    if chart.high is not None:
        high = float(chart.high)
    found = ticks(low, high, about)
    if chart.unit.kind == "percent" and high <= 1:
        found = [tick for tick in found if tick <= 1]
    return found if len(found) > 1 else [found[0], found[0] + 1]


def words(chart: RowChart, row: ChartRow) -> str:
    """The row's value in words, with its interval: "58% (54 to 62%)", or why there is none."""
    if row.value is None:
        return figure.hidden_words(row)
    said = chart.unit.write(row.value)
    if row.lower is None or row.upper is None:
        return said
    return f"{said} ({chart.unit.write_range(row.lower, row.upper)})"


def _draw(made: Drawing) -> SafeString:
    parts: list[str] = [svg.patterns(made.ids)]
    y = 0.0
    for panel in made.chart.panels:
        drawn, y = _panel(made, panel, y)
        parts.append(drawn)
    axis, y = _axis(made, y)
    about = made.chart.about
    title = about.finding or about.subject
    return svg.drawing(made.ids, title, describe(made.chart), y, *parts, axis)


def _panel(made: Drawing, panel: Panel, top: float) -> tuple[SafeString, float]:
    parts: list[str] = []
    y = top
    if panel.title:
        y += 24
        parts.append(svg.text(panel.title, made.layout.x(0), y - 4, "cw-svg-head"))
        y += 4
    lines_top = y
    y += LINE * len(made.chart.references) + (6 if made.chart.references else 0)
    rows_top = y
    drawn = []
    for row in panel.rows:
        one, y = _row(made, row, y)
        drawn.append(one)
    parts.append(_grid(made, rows_top, y))
    parts.append(_references(made, lines_top, y))
    return svg.group(*parts, *drawn), y + (14 if panel.title else 0)


def _row(made: Drawing, row: ChartRow, top: float) -> tuple[SafeString, float]:
    layout, chart = made.layout, made.chart
    lines = svg.wrap(row.label, layout.label_characters)
    said = words(chart, row)
    css = "cw-svg-label cw-svg-total" if row.total else "cw-svg-label"
    value_css = "cw-svg-value" if row.known else "cw-svg-value cw-svg-quiet"
    if layout.stacked:
        if svg.width_of(lines[-1]) + svg.width_of(said) + 12 > layout.base:
            lines.append("")
        value_y = top + 15 + LINE * (len(lines) - 1)
        middle = value_y + 18
        bottom = middle + 20
    else:
        height = max(34.0, LINE * len(lines) + 14)
        middle = top + height / 2
        value_y = middle + 5
        bottom = top + height
    first = top + 15 if layout.stacked else middle + 5 - LINE * (len(lines) - 1) / 2
    parts = [
        svg.text(line, layout.x(0), first + LINE * number, css)
        for number, line in enumerate(lines)
        if line
    ]
    parts.append(svg.text(said, layout.x(1), value_y, value_css, text_anchor="end"))
    mark = _missing(made, row) if row.value is None else _mark(made, row)
    parts.append(
        svg.el(
            "svg",
            *mark,
            x=layout.plot_x,
            y=middle - 12,
            width=svg.percent_of(layout.plot[1]),
            height=24,
            overflow="visible",
        )
    )
    sector = f"cw-row cw-sector--{row.sector}" if row.sector else "cw-row"
    return svg.group(*parts, class_=sector), bottom


def _missing(made: Drawing, row: ChartRow) -> list[str]:
    """The look of a number that is not there: it takes the whole track and tells no size."""
    fill = {HIDDEN: f"url(#{made.ids.hatch})", UNKNOWN: f"url(#{made.ids.dots})"}
    return [
        svg.el(
            "rect",
            x=0,
            y=5,
            width="100%",
            height=14,
            rx=2,
            class_=f"cw-blank cw-blank--{row.status}",
            fill=fill.get(row.status, "none"),
        )
    ]


def _mark(made: Drawing, row: ChartRow) -> list[str]:
    assert row.value is not None  # noqa: S101 - narrowed by the caller
    return _bar(made, row) if made.bars else _dot(made, row)


def _whisker(made: Drawing, row: ChartRow, css: str) -> list[str]:
    if row.lower is None or row.upper is None:
        return []
    low, high = made.at(float(row.lower)), made.at(float(row.upper))
    parts: list[str] = [svg.el("line", x1=low, x2=high, y1=12, y2=12, class_=css)]
    parts += [svg.el("line", x1=end, x2=end, y1=7, y2=17, class_=css) for end in (low, high)]
    return parts


def _dot(made: Drawing, row: ChartRow) -> list[str]:
    place = made.at(float(row.value or 0))
    parts: list[str] = [svg.el("line", x1=0, x2="100%", y1=12, y2=12, class_="cw-track")]
    parts += _whisker(made, row, "cw-whisker")
    if row.total:
        diamond = svg.el("path", d="M0 -8L8 0L0 8L-8 0Z", class_="cw-point")
        # A nested picture moves the path to a percentage, which a transform cannot do.
        parts.append(svg.el("svg", diamond, x=place, y=12, overflow="visible"))
    else:
        parts.append(svg.el("circle", cx=place, cy=12, r=6, class_="cw-point"))
    return parts


def _bar(made: Drawing, row: ChartRow) -> list[str]:
    value = float(row.value or 0)
    zero, end = made.scale(0.0), made.scale(value)
    if value == 0:
        at = svg.percent_of(zero)
        return [svg.el("line", x1=at, x2=at, y1=3, y2=21, class_="cw-zero")]
    css = "cw-bar cw-bar--total" if row.total else "cw-bar"
    bar = svg.el(
        "rect",
        x=svg.percent_of(min(zero, end)),
        y=3,
        width=svg.percent_of(abs(end - zero)),
        height=18,
        class_=css,
    )
    return [bar, *_whisker(made, row, "cw-whisker cw-whisker--bar")]


def _grid(made: Drawing, top: float, bottom: float) -> SafeString:
    lines = [
        svg.el(
            "line",
            x1=made.at(mark),
            x2=made.at(mark),
            y1=0,
            y2=bottom - top,
            class_="cw-axis" if made.bars and mark == 0 else "cw-grid",
        )
        for mark in made.marks
    ]
    return _plot(made, top, bottom - top, lines)


def _plot(made: Drawing, top: float, height: float, children: list[SafeString]) -> SafeString:
    return svg.el(
        "svg",
        *children,
        x=made.layout.plot_x,
        y=top,
        width=svg.percent_of(made.layout.plot[1]),
        height=height,
        overflow="visible",
    )


def _references(made: Drawing, top: float, bottom: float) -> SafeString:
    """Level lines through all rows, each named at its head, one under the other."""
    parts: list[SafeString] = []
    for number, reference in enumerate(made.chart.references):
        y = LINE * number
        at = made.at(float(reference.value))
        css = f"cw-reference cw-reference--{reference.kind}"
        parts.append(svg.el("line", x1=at, x2=at, y1=y + LINE, y2=bottom - top, class_=css))
        said = _named(made.chart, reference)
        anchor = _anchor(made, float(reference.value), said)
        parts.append(svg.text(said, at, y + 14, "cw-svg-reference", text_anchor=anchor))
    return _plot(made, top, bottom - top, parts)


def _named(chart: RowChart, reference: Reference) -> str:
    return f"{reference.label} {chart.unit.write(reference.value)}"


def _anchor(made: Drawing, value: float, said: str) -> str:
    """Centred on its line unless that would leave the picture."""
    share = made.scale(value)
    half = svg.width_of(said) / 2 / (made.layout.base * made.layout.plot[1])
    if share < half:
        return "end" if made.layout.rtl else "start"
    if share > 1 - half:
        return "start" if made.layout.rtl else "end"
    return "middle"


def _axis(made: Drawing, top: float) -> tuple[SafeString, float]:
    marks = [
        svg.text(
            made.chart.unit.write_tick(_whole(mark)),
            made.at(mark),
            20,
            "cw-svg-tick",
            text_anchor="middle",
        )
        for mark in made.marks
    ]
    return _plot(made, top, 26, marks), top + 28


def _whole(value: float) -> float | int:
    return int(value) if value == int(value) else value


def describe(chart: RowChart) -> str:
    """The chart in words, for those who do not see it."""
    if chart.about.description:
        return chart.about.description
    rows = chart.rows
    parts = [ngettext("%(n)s row.", "%(n)s rows.", len(rows)) % {"n": len(rows)}]
    if len(rows) <= LISTED:
        parts.append("; ".join(f"{row.label}: {words(chart, row)}" for row in rows) + ".")
    else:
        known = [float(row.value) for row in rows if row.value is not None]
        if known:
            low, high = chart.unit.write(min(known)), chart.unit.write(max(known))
            parts.append(_("Values from %(low)s to %(high)s.") % {"low": low, "high": high})
    parts += [f"{_named(chart, reference)}." for reference in chart.references]
    parts.append(_("The table below holds the same values."))
    return " ".join(parts)


def table(chart: RowChart) -> Table:
    """The chart's equal: every value, interval, count and status that the picture shows."""
    rows = chart.rows
    ranged = any(row.lower is not None for row in rows)
    counted = any(row.n is not None for row in rows)
    titled = any(panel.title for panel in chart.panels)
    columns = [Column(chart.row_title or _("Group"))]
    columns += [Column(_("Part"))] if titled else []
    columns.append(Column(_("Value"), numeric=True))
    columns += [Column(chart.range_title or _("Likely range"), numeric=True)] if ranged else []
    columns += [Column(_("Based on"), numeric=True)] if counted else []
    body: list[list[str | SafeString]] = []
    for panel in chart.panels:
        for row in panel.rows:
            line: list[str | SafeString] = [row.label]
            line += [panel.title] if titled else []
            said = None if row.value is None else chart.unit.write_exact(row.value)
            line.append(cell_figure(said, row.status, row.reason))
            line += [figure.interval_words(row, chart.unit.write_range)] if ranged else []
            line += [_count(row)] if counted else []
            body.append(line)
    foot = _table_references(chart, len(columns), 2 if titled else 1)
    return Table(
        caption=chart.about.subject or chart.about.finding,
        columns=columns,
        rows=body + foot,
    )


def _count(row: ChartRow) -> str | SafeString:
    return "–" if row.n is None else cell_figure(row.n)


def _table_references(chart: RowChart, width: int, before: int) -> list[list[str | SafeString]]:
    found: list[list[str | SafeString]] = []
    for reference in chart.references:
        line: list[str | SafeString] = [reference.label]
        line += [""] * (before - 1)
        line.append(cell_figure(chart.unit.write_exact(reference.value)))
        found.append(line + [""] * (width - len(line)))
    return found
