"""A theory of change as a picture: boxes by layer, arrows with numbered assumptions.

The numbers lead to a list under the picture that says each assumption in full and whether it has
held; an arrow's dash and its number's rim say the same. On a narrow screen the picture keeps its
size and scrolls inside its own frame.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language_bidi, gettext_lazy
from django.utils.translation import gettext as _

from commonweal.web.charts import figure, svg
from commonweal.web.charts.graph import BOX, GAP, LINE, PAD, ROW, Place, Plan, Route, layout
from commonweal.web.charts.model import Graph, Node
from commonweal.web.tables import Column, Table

KINDS = {
    "activity": gettext_lazy("What we do"),
    "output": gettext_lazy("What that gives"),
    "outcome": gettext_lazy("What changes"),
    "goal": gettext_lazy("What we want"),
}
STATES = {
    "untested": gettext_lazy("not tested yet"),
    "held": gettext_lazy("has held up"),
    "mixed": gettext_lazy("held in part"),
    "failed": gettext_lazy("has not held up"),
}
TAGS = {"untested": "neutral", "held": "good", "mixed": "attention", "failed": "bad"}
HEAD = 34
# Room at both sides for arrows that lead back.
EDGE = 24
LANE = 18


@dataclass(frozen=True)
class Canvas:
    """The plan with the direction of reading."""

    plan: Plan
    ids: svg.Ids
    rtl: bool

    @property
    def width(self) -> float:
        return self.plan.width + 2 * EDGE

    def x(self, value: float) -> float:
        return self.width - EDGE - value if self.rtl else value + EDGE

    def y(self, value: float) -> float:
        return value + HEAD


def graph(given: Graph) -> SafeString:
    """The whole figure."""
    root = figure.root_id(given.about, given)
    plan = layout(given)
    canvas = Canvas(plan, svg.Ids(f"{root}-scroll"), get_language_bidi())
    title = given.about.finding or given.about.subject or _("Theory of change")
    picture = svg.drawing(
        canvas.ids,
        title,
        describe(given),
        plan.height + HEAD + PAD,
        _arrowhead(canvas),
        *_heads(canvas),
        *[_arrow(canvas, route) for route in plan.routes if not route.loop],
        *_loops(canvas),
        *[_box(canvas, plan.places[node.id]) for node in given.nodes],
        *[_badge(canvas, route) for route in plan.routes if route.number and not route.loop],
        width=canvas.width,
    )
    numbered = any(route.number for route in plan.routes)
    notes: list[str] = [_assumptions(plan)] if numbered else []
    pictures = [figure.Picture("scroll", picture)]
    return figure.frame("graph", root, given.about, pictures, table(given), notes=notes)


def _arrowhead(canvas: Canvas) -> SafeString:
    marker = svg.el(
        "marker",
        svg.el("path", d="M0 0L8 4L0 8Z", class_="cw-arrowhead"),
        id=canvas.ids.arrow,
        viewBox="0 0 8 8",
        refX=7,
        refY=4,
        markerWidth=8,
        markerHeight=8,
        markerUnits="userSpaceOnUse",
        orient="auto",
    )
    return svg.el("defs", marker)


def _heads(canvas: Canvas) -> list[SafeString]:
    """Above each layer the question its boxes answer, where they are of one kind."""
    found = []
    said = set()
    for number, keys in enumerate(canvas.plan.layers):
        kinds = {place.node.kind for k in keys if (place := canvas.plan.places[k]).node}
        kind = kinds.pop() if len(kinds) == 1 else ""
        if kind in KINDS and kind not in said:
            said.add(kind)
            x = canvas.x(number * (BOX + GAP))
            found.append(svg.text(str(KINDS[kind]), x, 16, "cw-svg-head"))
    return found


def _box(canvas: Canvas, place: Place) -> SafeString:
    node = place.node or Node("", "")
    left = canvas.x(canvas.plan.left(place.key))
    edge = left - BOX if canvas.rtl else left
    y = canvas.y(place.y)
    # Outcomes and goals have rounder boxes, so that the kinds differ without colour.
    round_ = {"activity": 2, "output": 2, "outcome": 14, "goal": 22}.get(node.kind, 2)
    box = svg.el("rect", x=edge, y=y, width=BOX, height=place.height, rx=round_, class_="cw-box")
    middle = edge + BOX / 2
    lines = [
        svg.text(line, middle, y + PAD + 14 + LINE * n, "cw-svg-box", text_anchor="middle")
        for n, line in enumerate(place.lines)
    ]
    return svg.group(box, *lines, class_=f"cw-node cw-node--{node.kind}")


def _arrow(canvas: Canvas, route: Route) -> SafeString:
    """A curve from the right side of a box to the left side of the next, through its lanes."""
    plan = canvas.plan
    x, y = plan.left(route.keys[0]) + BOX, plan.places[route.keys[0]].middle
    d = f"M{_at(canvas, x, y)}"
    for key in route.keys[1:]:
        left, middle = plan.left(key), plan.places[key].middle
        bend = (x + left) / 2
        d += f"C{_at(canvas, bend, y)} {_at(canvas, bend, middle)} {_at(canvas, left, middle)}"
        x, y = left, middle
        if plan.places[key].node is None:
            x = left + BOX
            d += f"L{_at(canvas, x, y)}"
    return svg.el(
        "path",
        d=d,
        class_=f"cw-arrow cw-arrow--{route.link.state}",
        marker_end=f"url(#{canvas.ids.arrow})",
    )


def _at(canvas: Canvas, x: float, y: float) -> str:
    return f"{canvas.x(x):.1f} {canvas.y(y):.1f}"


def _badge(canvas: Canvas, route: Route) -> SafeString:
    """The number of an arrow's assumption, half way along its first stretch."""
    plan = canvas.plan
    one, two = plan.places[route.keys[0]], plan.places[route.keys[1]]
    x = plan.left(route.keys[0]) + BOX + GAP / 2
    y = (one.middle + two.middle) / 2
    return _sign(canvas, x, y, route)


def _sign(canvas: Canvas, x: float, y: float, route: Route) -> SafeString:
    circle = svg.el("circle", cx=canvas.x(x), cy=canvas.y(y), r=12, class_="cw-badge")
    number = svg.text(
        str(route.number), canvas.x(x), canvas.y(y) + 5, "cw-svg-badge", text_anchor="middle"
    )
    return svg.group(circle, number, class_=f"cw-badge-group cw-badge-group--{route.link.state}")


def _loops(canvas: Canvas) -> list[SafeString]:
    """Feedback: dashed, out of its source's far side, along a lane below, into its target."""
    plan = canvas.plan
    loops = [route for route in plan.routes if route.loop]
    bottom = max((place.y + place.height for place in plan.places.values()), default=0.0)
    found = []
    for number, route in enumerate(loops):
        lane = bottom + ROW + LANE * number
        apart = 12 + 4 * (number % 3)
        source, target = (plan.places[key] for key in route.keys)
        out = plan.left(route.keys[0]) + BOX
        back = plan.left(route.keys[1])
        points = [
            (out, source.middle + 8),
            (out + apart, source.middle + 8),
            (out + apart, lane),
            (back - apart, lane),
            (back - apart, target.middle + 8),
            (back, target.middle + 8),
        ]
        d = "M" + "L".join(_at(canvas, x, y) for x, y in points)
        css = f"cw-arrow cw-arrow--loop cw-arrow--{route.link.state}"
        arrow = svg.el("path", d=d, class_=css, marker_end=f"url(#{canvas.ids.arrow})")
        middle = (out + back) / 2
        words = svg.text(
            _("feeds back"),
            canvas.x(middle),
            canvas.y(lane) + 5,
            "cw-svg-blank",
            text_anchor="middle",
        )
        parts = [arrow, words]
        if route.number:
            parts.append(_sign(canvas, middle - 60, lane, route))
        found.append(svg.group(*parts))
    return found


def _assumptions(plan: Plan) -> SafeString:
    """The numbered list under the picture."""
    names = {key: place.node.label for key, place in plan.places.items() if place.node}
    items = [
        {
            "number": route.number,
            "text": route.link.assumption,
            "state": str(STATES.get(route.link.state, route.link.state)),
            "kind": TAGS.get(route.link.state, "neutral"),
            "source": names[route.link.source],
            "target": names[route.link.target],
        }
        for route in plan.routes
        if route.number
    ]
    return render_to_string("web/components/assumptions.html", {"items": items})


def describe(given: Graph) -> str:
    """How many boxes and arrows of which kind."""
    if given.about.description:
        return given.about.description
    parts = []
    for kind, words in KINDS.items():
        labels = [node.label for node in given.nodes if node.kind == kind]
        if labels:
            parts.append(f"{words}: {'; '.join(labels)}.")
    parts.append(_("The table below lists every arrow."))
    return " ".join(parts)


def table(given: Graph) -> Table:
    """Every arrow in words."""
    names = {node.id: node.label for node in given.nodes}
    columns = [
        Column(_("From")),
        Column(_("Leads to")),
        Column(_("Because we assume")),
        Column(_("So far")),
    ]
    rows: list[list[str | SafeString]] = [
        [
            names[link.source],
            names[link.target],
            link.assumption or "–",
            str(STATES.get(link.state, link.state)) if link.assumption else "–",
        ]
        for link in given.links
    ]
    caption = given.about.subject or given.about.finding or _("Theory of change")
    return Table(caption, columns, rows)
