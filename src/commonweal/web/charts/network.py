"""A network as names below each other, grouped by sector, and arcs between those who work together.

Names never collide, however many links there are, and stay readable on a phone. What both sides say is a
full line, what only one says a dashed one; the more two do together, the wider the line.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language_bidi, ngettext
from django.utils.translation import gettext as _

from commonweal.core.models import Sector
from commonweal.web.charts import figure, svg
from commonweal.web.charts.model import Member, Network
from commonweal.web.tables import Column, Table

ROW = 24
WIDTHS = {1: 1.0, 2: 1.5, 3: 2.5, 4: 4.0}


@dataclass(frozen=True)
class Shape:
    """A picture of one size: its width, and how many characters of a name fit."""

    base: int
    characters: int

    @property
    def edge(self) -> float:
        """Where names end and arcs begin."""
        return self.characters * svg.CHARACTER + 24


def network(chart: Network) -> SafeString:
    """The whole figure."""
    drawn = _drawn(chart)
    root = figure.root_id(chart.about, chart)
    pictures = [
        figure.Picture("wide", _draw(drawn, Shape(600, 36), f"{root}-wide")),
        figure.Picture("narrow", _draw(drawn, Shape(288, 20), f"{root}-narrow")),
    ]
    notes = [_("Full line: both say it. Dashed line: one of them says it. Wider: they do more.")]
    if len(drawn.nodes) < len(chart.nodes):
        said = ngettext(
            "Drawn is the %(most)d with the most links, of %(all)d organisations.",
            "Drawn are the %(most)d with the most links, of %(all)d organisations.",
            len(drawn.nodes),
        )
        notes.append(said % {"most": len(drawn.nodes), "all": len(chart.nodes)})
    if chart.listed < chart.total:
        notes.append(_("The table holds the first %(most)d links.") % {"most": chart.listed})
    return figure.frame(
        "network", root, chart.about, pictures, table(chart), notes=[_note(each) for each in notes]
    )


def _note(words: str) -> str:
    return format_html('<p class="cw-chart__key">{}</p>', words)


def _drawn(chart: Network) -> Network:
    """The organisations that are drawn, in their order, and the links between them."""
    kept = {node.id for node in chart.nodes if node.drawn}
    return replace(
        chart,
        nodes=[node for node in chart.nodes if node.drawn],
        links=[link for link in chart.links if {link.one, link.two} <= kept],
    )


def _draw(chart: Network, shape: Shape, root: str) -> SafeString:
    parts: list[SafeString] = []
    places: dict[str, float] = {}
    y, sector = 0.0, None
    for node in chart.nodes:
        if node.sector != sector:
            sector = node.sector
            y += ROW + 6
            parts.append(svg.text(_sector(sector), _x(0, shape), y, "cw-svg-head"))
        y += ROW
        places[node.id] = y - 5
        parts.append(_name(node, shape, y))
    arcs = _arcs(chart, places, shape)
    inner = svg.el("svg", *arcs, *parts, x=0, y=0, width=shape.base, overflow="visible")
    title = chart.about.finding or chart.about.subject
    return svg.drawing(svg.Ids(root), title, describe(chart), y + 12, inner)


def _x(x: float, shape: Shape) -> float:
    """Where a right-to-left reader begins, the picture begins."""
    return shape.base - x if get_language_bidi() else x


def _sector(code: str) -> str:
    return str(Sector(code).label) if code in Sector.values else _("Other")


def _name(node: Member, shape: Shape, y: float) -> SafeString:
    label = svg.wrap(node.label, shape.characters, 1)[0]
    dot = svg.el("circle", cx=_x(shape.edge, shape), cy=y - 5, r=5, class_="cw-bar")
    css = f"cw-row cw-sector--{node.sector}" if node.sector else "cw-row"
    return svg.group(svg.text(label, _x(8, shape), y, "cw-svg-label"), dot, class_=css)


def _arcs(chart: Network, places: dict[str, float], shape: Shape) -> list[SafeString]:
    """The farther apart two names stand, the farther out their arc; all stay in the picture."""
    room = shape.base - shape.edge - 16
    longest = max((abs(places[a.one] - places[a.two]) for a in chart.links), default=1.0) or 1.0
    found = []
    for link in chart.links:
        one, two = sorted((places[link.one], places[link.two]))
        # A curve reaches three quarters of the way to its two handles.
        out = _x(shape.edge + (14 + (room - 14) * (two - one) / longest) * 4 / 3, shape)
        start = _x(shape.edge, shape)
        found.append(
            svg.el(
                "path",
                d=f"M{start:.1f} {one:.1f}C{out:.1f} {one:.1f} {out:.1f} {two:.1f} {start:.1f} {two:.1f}",
                class_="cw-arc",
                fill="none",
                stroke="currentColor",
                stroke_opacity=0.55,
                stroke_width=WIDTHS.get(link.level, 1.0),
                stroke_dasharray=None if link.both else "5 4",
            )
        )
    return found


def describe(chart: Network) -> str:
    """The picture in words."""
    if chart.about.description:
        return chart.about.description
    said = ngettext(
        "%(count)d organisation by sector, with lines between those who work together.",
        "%(count)d organisations by sector, with lines between those who work together.",
        len(chart.nodes),
    ) % {"count": len(chart.nodes)}
    return f"{said} {_('The table below holds the same values.')}"


def table(chart: Network) -> Table:
    """The picture's equal: one line for each pair."""
    names = {node.id: node.label for node in chart.nodes}
    columns = [Column(_("Organisation")), Column(_("works with")), Column(_("How"))]
    columns.append(Column(_("Who says so")))
    rows: list[list[str | SafeString]] = [
        [names[a.one], names[a.two], a.words, _("both") if a.both else _("one of them")]
        for a in chart.links[: chart.listed]
    ]
    linked = {end for link in chart.links for end in (link.one, link.two)}
    alone = [node for node in chart.nodes if not node.links and node.id not in linked]
    rows += [[node.label, _("nobody"), "–", "–"] for node in alone]
    return Table(chart.about.subject or chart.about.finding, columns, rows)
