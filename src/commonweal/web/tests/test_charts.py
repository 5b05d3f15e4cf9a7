"""Charts say what they are given, nothing that is hidden, in the same bytes every time."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from commonweal.web import gallery
from commonweal.web.charts import graph_draw, lines, model, rows
from commonweal.web.charts.scale import Scale, ticks
from commonweal.web.tests.pages import Element, Page

DRAW = {
    "intervals": lambda: rows.interval_chart(model.row_chart_of(gallery.intervals())),
    "panels": lambda: rows.interval_chart(model.row_chart_of(gallery.panels())),
    "bars": lambda: rows.bar_chart(model.row_chart_of(gallery.bars())),
    "lines": lambda: lines.line_chart(model.line_chart_of(gallery.lines())),
    "two lines": lambda: lines.line_chart(model.line_chart_of(gallery.two_lines())),
    "graph": lambda: graph_draw.graph(model.graph_of(gallery.theory())),
}


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


def share(value: str | None) -> float:
    assert value is not None
    assert value.endswith("%"), value
    return float(value[:-1])


def bars_of(entries: list[dict[str, Any]], **more: Any) -> Page:
    return Page(rows.bar_chart(model.row_chart_of({"rows": entries, "finding": "x", **more})))


def wide(page: Page) -> Element:
    return page.one("div", "cw-chart__wide")


def within(page: Page, place: Element, tag: str, css: str = "") -> list[Element]:
    def holds(one: Element) -> bool:
        above = one.parent
        while above and above is not place:
            above = above.parent
        return above is place

    return [one for one in page.all(tag, css) if holds(one)]


@pytest.mark.parametrize("name", DRAW)
def test_every_chart_is_named_described_tabled_and_sound(name: str) -> None:
    html = DRAW[name]()
    page = Page(html)
    pictures = page.all("svg", role="img")
    assert pictures
    for picture in pictures:
        for reference in (picture.attrs["aria-labelledby"] or "").split():
            assert page.one(id=reference).words()
    assert page.one("summary").words() == "Show as table"
    assert page.one("table")
    assert page.one("figcaption").words()
    assert len(page.ids) == len(set(page.ids))
    assert "style=" not in html
    for svg in re.findall(r"<svg.*?</svg>\s*</div>", html, re.S):
        ElementTree.fromstring(svg.removesuffix("</div>").strip())
    for used in re.findall(r"url\(#([^)]+)\)", html):
        assert used in page.ids


@pytest.mark.parametrize("name", DRAW)
def test_same_input_same_bytes(name: str) -> None:
    assert DRAW[name]() == DRAW[name]()


@pytest.mark.parametrize("draw", [rows.interval_chart, rows.bar_chart])
@pytest.mark.parametrize("status", ["hidden", "unknown", "not_due"])
def test_a_number_given_with_another_status_leaves_no_trace(draw: Any, status: str) -> None:
    secret = {"label": "Riverside", "value": 7319, "lower": 7301, "upper": 7333, "n": 7399}
    with_it = {"finding": "x", "rows": [{"label": "A", "value": 1}, {**secret, "status": status}]}
    without = {
        "finding": "x",
        "rows": [{"label": "A", "value": 1}, {"label": "Riverside", "status": status}],
    }
    html = draw(model.row_chart_of(with_it))
    assert html == draw(model.row_chart_of(without))
    assert "73" not in re.sub(r'id="[^"]*"|url\([^)]*\)|labelledby="[^"]*"', "", html)


def test_a_hidden_point_leaves_no_trace_in_a_line() -> None:
    def chart(points: list[Any]) -> str:
        series = [{"label": "", "points": points}]
        return lines.line_chart(model.line_chart_of({"periods": ["1", "2", "3"], "series": series}))

    hidden = {"status": "hidden"}
    assert chart([1, {**hidden, "value": 99, "lower": 90, "upper": 100}, 2]) == chart(
        [1, hidden, 2]
    )


def test_the_four_looks_differ() -> None:
    page = bars_of(
        [
            {"label": "zero", "value": 0},
            {"label": "unknown", "value": None},
            {"label": "later", "status": "not_due"},
            {"label": "hidden", "status": "hidden"},
            {"label": "some", "value": 5},
        ]
    )
    place = wide(page)
    blanks = {
        next(iter(one.classes - {"cw-blank"})): one.attrs["fill"] or ""
        for one in within(page, place, "rect", "cw-blank")
    }
    assert set(blanks) == {"cw-blank--unknown", "cw-blank--not_due", "cw-blank--hidden"}
    assert blanks["cw-blank--hidden"].endswith("hatch)")
    assert blanks["cw-blank--unknown"].endswith("dots)")
    assert blanks["cw-blank--not_due"] == "none"
    assert len(within(page, place, "line", "cw-zero")) == 1
    assert len(within(page, place, "rect", "cw-bar")) == 1
    words = place.words()
    for said in ("not known", "not due yet", "hidden"):
        assert said in words
    key = page.one("p", "cw-chart__key").words()
    assert "Hatched" in key
    assert "Dotted" in key
    assert "Empty" in key


@given(
    st.lists(st.integers(-10_000, 10_000).filter(bool), min_size=1, max_size=6),
    st.sampled_from(["en", "ar"]),
)
@settings(deadline=None, max_examples=40)
def test_bars_start_at_zero_and_keep_proportion(values: list[int], language: str) -> None:
    with translation.override(language):
        page = bars_of([{"label": str(n), "value": v} for n, v in enumerate(values)])
    bars = within(page, wide(page), "rect", "cw-bar")
    starts, widths = [], []
    for value, bar in zip(values, bars, strict=True):
        left, width = share(bar.attrs["x"]), share(bar.attrs["width"])
        rightwards = (value > 0) == (language == "en")
        starts.append(left if rightwards else left + width)
        widths.append(width)
    assert max(starts) - min(starts) < 0.05
    unit = max(widths) / max(abs(value) for value in values)
    # Places are written to a hundredth of a per cent.
    for value, width in zip(values, widths, strict=True):
        assert width == pytest.approx(unit * abs(value), abs=0.02)


def test_an_interval_is_drawn_where_its_numbers_are() -> None:
    chart = {"finding": "x", "rows": [{"label": "a", "value": 5, "lower": 2, "upper": 9}]}
    page = Page(rows.interval_chart(model.row_chart_of({**chart, "low": 0, "high": 10})))
    whisker = within(page, wide(page), "line", "cw-whisker")[0]
    point = within(page, wide(page), "circle", "cw-point")[0]
    assert (whisker.attrs["x1"], point.attrs["cx"], whisker.attrs["x2"]) == ("20%", "50%", "90%")
    with translation.override("ar"):
        page = Page(rows.interval_chart(model.row_chart_of({**chart, "low": 0, "high": 10})))
    whisker = within(page, wide(page), "line", "cw-whisker")[0]
    assert (whisker.attrs["x1"], whisker.attrs["x2"]) == ("80%", "10%")


def test_small_multiples_share_one_scale() -> None:
    panels = [
        ("one", [{"label": "a", "value": 10}]),
        ("two", [{"label": "a", "value": 10}, {"label": "b", "value": 100}]),
    ]
    page = Page(rows.interval_chart(model.row_chart_of({"panels": panels})))
    first, second, _ = within(page, wide(page), "circle", "cw-point")
    assert first.attrs["cx"] == second.attrs["cx"]


@pytest.mark.parametrize("name", ["intervals", "bars", "lines", "two lines"])
def test_the_table_is_the_pictures_equal(name: str) -> None:
    page = Page(DRAW[name]())
    table = page.one("table").words()
    for words in within(page, wide(page), "text", "cw-svg-value"):
        said = words.words().split(" (")[0]
        # Money is rounded in the picture and exact in the table.
        if not said.endswith(("K", "M")):
            assert said in table, said


def test_the_graphs_table_has_every_arrow() -> None:
    page = Page(DRAW["graph"]())
    body = page.one("tbody")
    assert len(body.children) == len(gallery.theory()["links"])  # type: ignore[arg-type]
    assert "has not held up" in body.words()


def test_a_line_breaks_where_a_point_is_missing() -> None:
    points = [1, 2, {"status": "hidden"}, 3, 4, None, 5]
    chart = {"periods": list("abcdefg"), "series": [{"label": "", "points": points}]}
    page = Page(lines.line_chart(model.line_chart_of(chart)))
    paths = within(page, wide(page), "path", "cw-line")
    assert [path.attrs["d"].count("L") for path in paths if path.attrs["d"]] == [1, 1]
    assert len(within(page, wide(page), "circle", "cw-point")) == 5


@pytest.mark.parametrize(
    ("make", "given_", "said"),
    [
        (model.row_chart_of, {"rows": [{"label": "a", "status": "lost"}]}, "status is one of"),
        (
            model.row_chart_of,
            {"rows": [{"label": "a", "value": 5, "lower": 6, "upper": 7}]},
            "does not hold the value",
        ),
        (model.row_chart_of, {"rows": [{"label": "a", "value": 5, "lower": 4}]}, "both its ends"),
        (
            model.line_chart_of,
            {"periods": ["1", "2"], "series": [{"label": "a", "points": [1]}]},
            "1 points for 2 periods",
        ),
        (
            model.graph_of,
            {"nodes": [{"id": "a", "label": "A"}], "links": [{"source": "a", "target": "b"}]},
            "leads to no box",
        ),
    ],
)
def test_what_cannot_be_drawn_is_refused(make: Any, given_: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        make(given_)


@pytest.mark.parametrize("draw", [rows.interval_chart, rows.bar_chart])
def test_a_chart_without_any_number_is_still_a_chart(draw: Any) -> None:
    page = Page(draw(model.row_chart_of({"rows": [{"label": "a", "status": "not_due"}]})))
    assert "not due yet" in page.one("table").words()
    Page(draw(model.row_chart_of({"rows": []})))
    Page(lines.line_chart(model.line_chart_of({"periods": [], "series": []})))
    Page(graph_draw.graph(model.graph_of({"nodes": [], "links": []})))


def test_words_from_data_are_escaped() -> None:
    evil = '<script>alert("x")</script>'
    html = rows.bar_chart(
        model.row_chart_of(
            {
                "finding": evil,
                "rows": [{"label": evil, "value": 1, "sector": '"><script>'}],
                "references": [{"label": evil, "value": 2, "kind": '"><script>'}],
            }
        )
    )
    assert "<script" not in html


finite = st.floats(-1e9, 1e9, allow_nan=False)


@given(finite, finite, st.integers(2, 8))
def test_ticks_are_round_even_and_cover_the_values(one: float, two: float, about: int) -> None:
    low, high = min(one, two), max(one, two)
    found = ticks(low, high, about)
    steps = {round((b - a) / (found[1] - found[0]), 6) for a, b in itertools.pairwise(found)}
    assert steps == {1}
    if high - low > 1e-6 * max(1, abs(low)):
        slack = 1e-6 * (found[1] - found[0])
        assert found[0] <= low + slack
        assert found[-1] >= high - slack
        assert len(found) <= about + 3


@given(finite, st.booleans())
def test_a_scale_stays_within_the_picture(value: float, mirrored: bool) -> None:
    assert 0 <= Scale(-3, 7, mirrored)(value) <= 1
    assert Scale(-3, 7, mirrored)(-3) == float(mirrored)
