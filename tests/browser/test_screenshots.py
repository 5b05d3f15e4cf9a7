"""The picture in the README: made from the demo, and still true of it.

Make it anew with COMMONWEAL_SCREENSHOTS=1.
"""

from __future__ import annotations

import os
import re
import struct
from pathlib import Path

from tests.browser.visits import Visits

ROOT = Path(__file__).resolve().parents[2]
PICTURE = ROOT / "docs" / "images" / "public-page.png"
PAGE = "/p/safe-space-to-sleep/"
SIZE = {"width": 1280, "height": 1400}
MOST_BYTES = 300_000


def size_of(data: bytes) -> tuple[int, int]:
    """Width and height as a PNG file states them."""
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", data[16:24])
    return width, height


def test_the_picture_in_the_readme(visits: Visits) -> None:
    with visits.as_(viewport=SIZE) as visit:
        visit.go(PAGE)
        text = visit.page.locator("main").inner_text()
        if os.environ.get("COMMONWEAL_SCREENSHOTS"):
            # The tests' own language is not one of the installation's.
            visit.page.locator("button[lang=ar]").evaluate("(button) => button.remove()")
            PICTURE.parent.mkdir(exist_ok=True)
            visit.page.screenshot(path=PICTURE, clip={"x": 0, "y": 0, **SIZE})
    data = PICTURE.read_bytes()
    assert size_of(data) == (SIZE["width"], SIZE["height"])
    assert len(data) < MOST_BYTES
    # What the words beside the picture promise stands on the page.
    readme = (ROOT / "README.md").read_text()
    found = re.search(r"!\[([^\]]+)\]\(docs/images/public-page\.png\)", readme)
    assert found
    shown = {
        "the problem": "One newborn in nine",
        "who is at the table": "Who is at the table",
        "how many babies sleep safely": "Babies who sleep in a safe space of their own",
        "its uncertainty": "95%",
        "where the number came from": "How do we know?",
    }
    for promised, words in shown.items():
        assert promised not in found[1] or words in text, promised
    assert sum(promised in found[1] for promised in shown) >= 3
