"""A triangle whose corners fill: how much of what is expected is there, and how much was before.

Each corner has a field of its own, of the same size. What is there fills it from the corner; the filled
area, not its height, is the share. The earlier share is a thin line.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from commonweal.core.formats import percent
from commonweal.web.charts import figure, svg
from commonweal.web.charts.model import Corner, Corners
from commonweal.web.tables import Column, Table

Point = tuple[float, float]
LINE = 19


@dataclass(frozen=True)
class Shape:
    """A picture of one size: `side` of the triangle, `base`: the narrowest width it is made for."""

    side: int
    base: int
    top: float

    @property
    def height(self) -> float:
        return self.side * math.sqrt(3) / 2

    @property
    def corners(self) -> tuple[Point, Point, Point]:
        """The upper one, then those at its left and right; x runs from the middle of the picture."""
        low = self.top + self.height
        return ((0.0, self.top), (-self.side / 2, low), (self.side / 2, low))

    @property
    def middle(self) -> Point:
        return (0.0, self.top + self.height * 2 / 3)


def corners(chart: Corners) -> SafeString:
    """The whole figure. Raises ValueError for another number of corners than three."""
    if len(chart.corners) != 3:
        raise ValueError("A triangle has three corners.")
    root = figure.root_id(chart.about, chart)
    pictures = [
        figure.Picture("wide", _draw(chart, Shape(300, 600, 2.0 * LINE + 12), f"{root}-wide")),
        figure.Picture("narrow", _draw(chart, Shape(220, 288, 3.0 * LINE + 12), f"{root}-narrow")),
    ]
    return figure.frame("corners", root, chart.about, pictures, table(chart))


def _draw(chart: Corners, shape: Shape, root: str) -> SafeString:
    places = shape.corners
    fields = [
        _field(one, _kite(place, places, shape.middle))
        for one, place in zip(chart.corners, places, strict=True)
    ]
    labels = [_label(one, shape, place) for one, place in enumerate(places)]
    words = [
        part
        for one, given in zip(chart.corners, labels, strict=True)
        for part in _words(one, shape, given)
    ]
    inner = svg.el("svg", *fields, *words, x="50%", y=0, overflow="visible")
    title = chart.about.finding or chart.about.subject
    bottom = shape.top + shape.height + 4 * LINE + 8
    return svg.drawing(svg.Ids(root), title, describe(chart), bottom, inner)


def _kite(corner: Point, places: tuple[Point, ...], middle: Point) -> list[Point]:
    """A corner's third of the triangle."""
    one, two = (each for each in places if each != corner)
    return [corner, _between(corner, one, 0.5), middle, _between(corner, two, 0.5)]


def _between(start: Point, end: Point, share: float) -> Point:
    return (start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share)


def _scaled(kite: list[Point], share: float) -> list[Point]:
    """The kite's part at its corner whose area is this share of it."""
    return [_between(kite[0], each, math.sqrt(share)) for each in kite]


def _field(one: Corner, kite: list[Point]) -> SafeString:
    """What was there before is a line within the filled area, or a dotted one around it."""
    parts = [_polygon(kite, "cw-box")]
    if one.before is not None and one.before > one.share:
        earlier = _scaled(kite, one.before)
        parts.append(_polygon(earlier, "cw-reference cw-reference--baseline", fill="none"))
    if one.found:
        parts.append(_polygon(_scaled(kite, one.share), "cw-bar"))
    if one.before and one.before < one.share:
        parts.append(_polygon(_scaled(kite, one.before), "cw-point"))
    return svg.group(*parts)


def _polygon(points: list[Point], css: str, **more: svg.Attribute) -> SafeString:
    said = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return svg.el("polygon", points=said, class_=css, **more)


def _label(number: int, shape: Shape, place: Point) -> tuple[float, int]:
    """Where a corner's words stand, and how many characters fit: below it, or above the upper one."""
    whole = int(shape.base / svg.CHARACTER)
    if number == 0:
        return 0.0, whole
    # Below its corner, but never so far out that its words leave the picture.
    x = min(abs(place[0]), shape.base / 4 + 8) * (1 if place[0] > 0 else -1)
    return x, int(shape.base / 2 / svg.CHARACTER) - 1


def _words(one: Corner, shape: Shape, label: tuple[float, int]) -> list[SafeString]:
    x, characters = label
    lines = svg.wrap(one.label, characters, 2)
    first = shape.top - 12 - LINE * len(lines) if x == 0 else shape.top + shape.height + LINE + 6
    parts = [
        svg.text(line, x, first + LINE * number, "cw-svg-head", text_anchor="middle")
        for number, line in enumerate(lines)
    ]
    said = svg.text(one.words, x, first + LINE * len(lines), "cw-svg-value", text_anchor="middle")
    return [*parts, said]


def describe(chart: Corners) -> str:
    """The picture in words."""
    if chart.about.description:
        return chart.about.description
    parts = [f"{one.label}: {one.words}." for one in chart.corners]
    return " ".join([*parts, _("The table below holds the same values.")])


def table(chart: Corners) -> Table:
    """The picture's equal."""
    earlier = any(one.before is not None for one in chart.corners)
    columns = [Column(_("Corner")), Column(_("There"), numeric=True)]
    columns += [Column(_("Share"), numeric=True)]
    columns += [Column(_("Share before"), numeric=True)] if earlier else []
    rows: list[list[str | SafeString]] = []
    for one in chart.corners:
        row: list[str | SafeString] = [one.label, one.words, percent(one.share)]
        row += [percent(one.before) if one.before is not None else "–"] if earlier else []
        rows.append(row)
    return Table(chart.about.subject or chart.about.finding, columns, rows)
