"""A triangle whose corners fill: areas are the shares, and the table says the same."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

import pytest

from commonweal.web.charts import corners
from commonweal.web.charts.model import corners_of

THREE = [
    {"label": "Public value", "found": 1, "expected": 4, "words": "1 of 4", "before": 0.5},
    {"label": "Legitimacy and support", "found": 0, "expected": 7, "words": "0 of 7"},
    {
        "label": "Operational <capacity>",
        "found": 3,
        "expected": 3,
        "words": "3 of 3",
        "before": 0.33,
    },
]


def drawn(given: list[dict[str, Any]]) -> str:
    return corners.corners(corners_of({"finding": "How far", "corners": given}))


def polygons(picture: str, css: str) -> list[list[tuple[float, float]]]:
    found = re.findall(rf'<polygon points="([^"]+)" class="{css}"', picture)
    return [[tuple(map(float, pair.split(","))) for pair in each.split()] for each in found]


def area(polygon: list[tuple[float, float]]) -> float:
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise([*polygon, polygon[0]]))) / 2


def test_the_filled_area_is_the_share() -> None:
    wide = drawn(THREE).split("</svg>")[0]
    fields, filled = polygons(wide, "cw-box"), polygons(wide, "cw-bar")
    assert [round(area(each)) for each in fields] == [round(area(fields[0]))] * 3
    assert area(filled[0]) / area(fields[0]) == pytest.approx(0.25, abs=0.01)
    assert area(filled[1]) / area(fields[2]) == pytest.approx(1, abs=0.01)
    (more,) = polygons(wide, "cw-reference cw-reference--baseline")
    assert area(more) / area(fields[0]) == pytest.approx(0.5, abs=0.01)
    (less,) = polygons(wide, "cw-point")
    assert area(less) / area(fields[0]) == pytest.approx(0.33, abs=0.01)


def test_nothing_fills_nothing_and_words_are_text() -> None:
    picture = drawn(THREE)
    assert picture.count('class="cw-bar"') == 4  # two filled corners in two pictures
    assert "<capacity>" not in picture
    assert "Public value: 1 of 4. Legitimacy and support: 0 of 7." in picture


def test_the_table_is_the_pictures_equal() -> None:
    table = corners.table(corners_of({"finding": "x", "corners": THREE}))
    assert table.rows[0] == ["Public value", "1 of 4", "25%", "50%"]
    assert table.rows[1][3] == "–"


@pytest.mark.parametrize("found", [-1, 5])
def test_more_than_everything_is_refused(found: int) -> None:
    with pytest.raises(ValueError, match="no share"):
        drawn([{**THREE[0], "found": found}, *THREE[1:]])


def test_two_corners_are_no_triangle() -> None:
    with pytest.raises(ValueError, match="three corners"):
        drawn(THREE[:2])
