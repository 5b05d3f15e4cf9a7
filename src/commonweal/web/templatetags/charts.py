"""Charts in templates: `{% load charts %}`. What each takes is described in `web.charts.model`."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.safestring import SafeString

from commonweal.web.charts import corners, graph_draw, lines, model, network, rows
from commonweal.web.charts import timeline as timelines

register = template.Library()


@register.simple_tag
def interval_chart(chart: Any) -> SafeString:
    """Dots with whiskers: rows or panels of rows, references."""
    return rows.interval_chart(model.row_chart_of(chart))


@register.simple_tag
def bar_chart(chart: Any) -> SafeString:
    """Bars from zero: rows or panels of rows, references."""
    return rows.bar_chart(model.row_chart_of(chart))


@register.simple_tag
def line_chart(chart: Any) -> SafeString:
    """Lines with bands over periods."""
    return lines.line_chart(model.line_chart_of(chart))


@register.simple_tag(name="graph")
def graph_tag(graph: Any) -> SafeString:
    """A theory of change: boxes, arrows, assumptions."""
    return graph_draw.graph(model.graph_of(graph))


@register.simple_tag
def triangle(chart: Any) -> SafeString:
    """A triangle whose three corners fill."""
    return corners.corners(model.corners_of(chart))


@register.simple_tag
def plan_chart(chart: Any) -> SafeString:
    """A plan over time: bars from first to last day."""
    return timelines.timeline(model.timeline_of(chart))


@register.simple_tag
def network_chart(chart: Any) -> SafeString:
    """Who works with whom, by sector."""
    return network.network(model.network_of(chart))
