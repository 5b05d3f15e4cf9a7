"""The network as a picture: everything in the table, names apart, the order without effect."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

import pytest

from commonweal.web.charts import network
from commonweal.web.charts.model import network_of

NODES = [
    {"id": "a", "label": "Aldmoor <Council>", "sector": "public"},
    {"id": "b", "label": "Brackwater", "sector": "public"},
    {"id": "c", "label": "A Bed Each", "sector": "nonprofit"},
    {"id": "d", "label": "Alone", "sector": "nonprofit"},
]
LINKS = [
    {"one": "a", "two": "b", "level": 2, "both": True, "words": "share"},
    {"one": "a", "two": "c", "level": 4, "both": False, "words": "together"},
]


def drawn(nodes: list[dict[str, Any]], links: list[dict[str, Any]], **more: Any) -> str:
    return network.network(network_of({"finding": "x", "nodes": nodes, "links": links, **more}))


def test_what_both_say_is_full_and_what_one_says_is_dashed() -> None:
    wide = drawn(NODES, LINKS).split("</svg>")[0]
    arcs = re.findall(r'<path [^>]*class="cw-arc"[^>]*>', wide)
    assert len(arcs) == 2
    assert [("stroke-dasharray" in each) for each in arcs] == [False, True]
    assert 'stroke-width="4"' in arcs[1]
    assert "Aldmoor &lt;Council&gt;" in wide
    assert "style=" not in drawn(NODES, LINKS)


def test_the_table_holds_every_link_and_who_has_none() -> None:
    rows = network.table(network_of({"nodes": NODES, "links": LINKS})).rows
    assert rows == [
        ["Aldmoor <Council>", "Brackwater", "share", "both"],
        ["Aldmoor <Council>", "A Bed Each", "together", "one of them"],
        ["Alone", "nobody", "–", "–"],
    ]


def test_names_stand_apart_and_all_stays_in_the_picture() -> None:
    picture = drawn(NODES, LINKS)
    for part, width in zip(picture.split('<svg width="100%"')[1:], (600, 288), strict=False):
        heights = [float(y) for y in re.findall(r'<text x="[^"]+" y="([^"]+)"', part)]
        assert all(after - before >= 20 for before, after in pairwise(heights))
        for path in re.findall(r'<path d="([^"]+)"', part):
            start, out = (float(x) for x in re.findall(r"[MC]([\d.]+) ", path))
            # The curve's farthest point lies three quarters of the way out to its handles.
            assert start + (out - start) * 0.75 <= width


def test_of_very_many_some_are_drawn_and_listed_and_it_is_said() -> None:
    nodes = [
        {"id": str(n), "label": f"Org {n:03}", "sector": "public", "links": n % 2, "drawn": n < 40}
        for n in range(300)
    ]
    links = [{"one": "1", "two": str(n), "level": 1, "words": "x"} for n in range(3, 39, 2)]
    picture = drawn(nodes, links, listed=5, total=150)
    wide = picture.split("</svg>")[0]
    assert wide.count('class="cw-bar"') == 40
    assert wide.count('class="cw-arc"') == 18
    assert "of 300 organisations" in picture
    assert "the first 5 links" in picture
    listed = network.table(network_of({"nodes": nodes, "links": links, "listed": 5})).rows
    # Nobody is said to be alone because its links are not in the table.
    assert len(listed) == 5 + 150


def test_a_network_without_links_and_without_anybody_is_still_a_picture() -> None:
    assert "<svg" in drawn(NODES, [])
    assert "<svg" in drawn([], [])


def test_a_link_to_nobody_is_refused() -> None:
    with pytest.raises(ValueError, match="leads to nobody"):
        network_of({"nodes": NODES, "links": [{"one": "a", "two": "z"}]})
