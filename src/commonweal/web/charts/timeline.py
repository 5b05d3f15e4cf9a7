"""A plan over time: one bar for each item, from its first day to its last, grouped by who plans it.

What has no slack is hatched and says so in words; today is a line. The table below is its equal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.safestring import SafeString
from django.utils.translation import get_language_bidi
from django.utils.translation import gettext as _

from commonweal.core.formats import day, month
from commonweal.web.charts import figure, svg
from commonweal.web.charts.model import Bar, Timeline
from commonweal.web.tables import Column, Table

LINE, AXIS = 19, 28
MOST_TICKS = 4
THINNEST = 0.01  # of the width: a single day in a plan of years is still seen


@dataclass(frozen=True)
class Place:
    """Where things stand. `plot`: start and width of the days, as shares of the whole width."""

    base: int
    stacked: bool
    rtl: bool
    first: date
    last: date

    @property
    def plot(self) -> tuple[float, float]:
        return (0.0, 1.0) if self.stacked else (0.36, 0.64)

    @property
    def characters(self) -> int:
        return int(self.base * (1 if self.stacked else self.plot[0]) / svg.CHARACTER) - 1

    def at(self, when: date, after: int = 0) -> float:
        """The share of the whole width at which a day begins, or ends with `after=1`."""
        days = (self.last - self.first).days + 1
        share = ((when - self.first).days + after) / days
        return self.plot[0] + self.plot[1] * min(max(share, 0.0), 1.0)

    def x(self, share: float) -> str:
        return svg.percent_of(1 - share if self.rtl else share)


def timeline(chart: Timeline) -> SafeString:
    """The whole figure. Raises ValueError for no bars."""
    if not chart.bars:
        raise ValueError("A timeline has bars.")
    root = figure.root_id(chart.about, chart)
    days = [each.starts for each in chart.bars] + [each.ends for each in chart.bars]
    pictures = []
    for name, base in (("wide", 600), ("narrow", 288)):
        place = Place(base, name == "narrow", get_language_bidi(), min(days), max(days))
        pictures.append(figure.Picture(name, _draw(chart, place, svg.Ids(f"{root}-{name}"))))
    notes = [_("Hatched: it has no slack. When it slips, the last day of the plan slips.")]
    return figure.frame(
        "timeline",
        root,
        chart.about,
        pictures,
        table(chart),
        notes=notes if any(each.critical for each in chart.bars) else [],
    )


def _draw(chart: Timeline, place: Place, ids: svg.Ids) -> SafeString:
    y, group, drawn = float(AXIS), "", []
    for each in chart.bars:
        if each.group != group:
            group, y = each.group, y + LINE + 12
            drawn.append(svg.text(group, place.x(0), y - 6, "cw-svg-head"))
        bar, y = _bar(each, place, ids, y)
        drawn.append(bar)
    title = chart.about.finding or chart.about.subject
    grid = _grid(chart, place, y)
    return svg.drawing(ids, title, describe(chart), y + 4, svg.patterns(ids), *grid, *drawn)


def _bar(each: Bar, place: Place, ids: svg.Ids, top: float) -> tuple[SafeString, float]:
    lines = svg.wrap(each.label, place.characters, 2)
    height = LINE * len(lines) + (26 if place.stacked else 8)
    parts = [
        svg.text(line, place.x(0), top + 15 + LINE * number, "cw-svg-label")
        for number, line in enumerate(lines)
    ]
    end = max(place.at(each.ends, 1), place.plot[0] + THINNEST)
    start = min(place.at(each.starts), end - THINNEST)
    box: dict[str, svg.Attribute] = {
        "x": place.x(end if place.rtl else start),
        "y": top + (LINE * len(lines) + 3 if place.stacked else height / 2 - 8),
        "width": svg.percent_of(end - start),
        "height": 16,
        "rx": 2,
    }
    parts.append(svg.el("rect", **box, class_="cw-bar"))
    if each.critical:
        parts.append(svg.el("rect", **box, class_="cw-blank", fill=f"url(#{ids.hatch})"))
    return svg.group(*parts, class_="cw-row"), top + height


def _grid(chart: Timeline, place: Place, bottom: float) -> list[SafeString]:
    """Months, as many as can be named, and today."""
    parts: list[SafeString] = []
    for when in _months(place.first, place.last, MOST_TICKS if not place.stacked else 2):
        at = place.x(place.at(when))
        parts.append(svg.el("line", x1=at, x2=at, y1=AXIS - 6, y2=bottom, class_="cw-grid"))
        parts.append(svg.text(month(when), at, 15, "cw-svg-tick", text_anchor="start"))
    if place.first <= chart.today <= place.last:
        at = place.x(place.at(chart.today))
        css = "cw-reference cw-reference--target"
        parts.append(svg.el("line", x1=at, x2=at, y1=AXIS - 6, y2=bottom, class_=css))
        parts.append(svg.text(_("today"), at, AXIS + 12, "cw-svg-reference", text_anchor="middle"))
    return parts


def _months(first: date, last: date, most: int) -> Sequence[date]:
    """First days of months, evenly left out until no more than `most` are there; none at the very end."""
    whole = (last.year - first.year) * 12 + last.month - first.month
    step = max(1, -(-whole // most))
    found = []
    for number in range(1, whole + 1, step):
        year, index = divmod(first.year * 12 + first.month - 1 + number, 12)
        when = date(year, index + 1, 1)
        if (last - when).days > (last - first).days * 0.18:
            found.append(when)
    return found


def describe(chart: Timeline) -> str:
    """The picture in words."""
    first, last = min(each.starts for each in chart.bars), max(each.ends for each in chart.bars)
    said = _("%(count)d items from %(first)s to %(last)s.") % {
        "count": len(chart.bars),
        "first": day(first),
        "last": day(last),
    }
    return f"{said} {_('The table below holds the same values.')}"


def table(chart: Timeline) -> Table:
    """The picture's equal."""
    columns = [Column(_("Who")), Column(_("What")), Column(_("First day")), Column(_("Last day"))]
    columns.append(Column(_("Slack")))
    rows: list[list[str | SafeString]] = [
        [each.group, each.label, day(each.starts), day(each.ends), each.words]
        for each in chart.bars
    ]
    return Table(chart.about.subject or chart.about.finding, columns, rows)
