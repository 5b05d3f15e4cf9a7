"""A plan over time: bars are the days, what has no slack is told by texture and by words."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from django.utils import translation

from commonweal.web.charts import timeline
from commonweal.web.charts.model import timeline_of

BARS = [
    {
        "label": "Visits <all>",
        "group": "Council",
        "starts": date(2026, 1, 1),
        "ends": date(2026, 6, 30),
        "critical": True,
        "words": "none",
    },
    {
        "label": "Review",
        "group": "Charity",
        "starts": date(2026, 12, 31),
        "ends": date(2026, 12, 31),
        "words": "3 days",
    },
]


def drawn(bars: list[dict[str, Any]] = BARS, today: date = date(2026, 7, 1)) -> str:
    return timeline.timeline(timeline_of({"finding": "The plan", "bars": bars, "today": today}))


def boxes(picture: str) -> list[tuple[float, float]]:
    found = re.findall(
        r'<rect x="([\d.]+)%" y="[\d.]+" width="([\d.]+)%"[^>]*class="cw-bar"', picture
    )
    return [(float(x), float(width)) for x, width in found]


def test_a_bar_is_as_long_as_its_days() -> None:
    narrow = drawn().split("</svg>")[1]
    (visits, review) = boxes(narrow)
    assert visits == (0, pytest.approx(181 / 365 * 100, abs=0.1))
    assert review == (99, 1)


def test_right_to_left_it_runs_the_other_way() -> None:
    with translation.override("ar"):
        visits, _review = boxes(drawn().split("</svg>")[1])
    assert visits[0] + visits[1] == pytest.approx(100, abs=0.1)


def test_slack_is_told_by_texture_and_in_the_table() -> None:
    picture = drawn()
    assert picture.count('class="cw-blank"') == 2
    assert "none" in picture
    assert "3 days" in picture
    assert "Visits &lt;all&gt;" in picture
    assert "<all>" not in picture


def test_today_is_a_line_only_where_it_falls_in_the_plan() -> None:
    assert drawn().count(">today<") == 2
    assert ">today<" not in drawn(today=date(2030, 1, 1))


def test_many_years_have_few_names_of_months() -> None:
    long = [{**BARS[0], "ends": date(2036, 1, 1)}]
    assert len(re.findall("cw-svg-tick", drawn(long).split("</svg>")[0])) <= 6


def test_nothing_planned_is_no_timeline() -> None:
    with pytest.raises(ValueError, match="bars"):
        drawn([])
