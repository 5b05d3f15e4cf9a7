"""The palette holds: contrast on both grounds, and colours that colour-blind readers tell apart.

Luminance and contrast after WCAG 2.2. Colour-vision deficiency simulated at full severity with the
matrices of Machado, Oliveira and Fernandes (2009), differences in Oklab (Ottosson 2020) times 100;
about 2 is just visible side by side.
"""

from __future__ import annotations

import re
from itertools import combinations, pairwise
from pathlib import Path

import pytest

TOKENS = Path(__file__).resolve().parents[1] / "assets" / "scss" / "_tokens.scss"
SECTORS = (
    "public",
    "private",
    "nonprofit",
    "university",
    "civil_society",
    "resident_group",
    "philanthropy",
)
GROUNDS = ("paper", "paper-2")
Colour = tuple[float, float, float]
Matrix = tuple[Colour, Colour, Colour]
SEEN: dict[str, Matrix] = {
    "all": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}
TO_CONE: Matrix = (
    (0.4122214708, 0.5363325363, 0.0514459929),
    (0.2119034982, 0.6806995451, 0.1073969566),
    (0.0883024619, 0.2817188376, 0.6299787005),
)
TO_LAB: Matrix = (
    (0.2104542553, 0.7936177850, -0.0040720468),
    (1.9779984951, -2.4285922050, 0.4505937099),
    (0.0259040371, 0.7827717662, -0.8086757660),
)


def palette(mode: str) -> dict[str, str]:
    block = re.search(rf"\${mode}: \((.*?)\n\);", TOKENS.read_text(), re.S)
    assert block
    return dict(re.findall(r"([\w-]+): (#[0-9a-f]{6}),", block.group(1)))


def linear(colour: str) -> Colour:
    def one(place: int) -> float:
        share = int(colour[place : place + 2], 16) / 255
        return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4

    return one(1), one(3), one(5)


def times(matrix: Matrix, colour: Colour) -> Colour:
    x, y, z = (sum(a * b for a, b in zip(row, colour, strict=True)) for row in matrix)
    return x, y, z


def luminance(colour: str) -> float:
    red, green, blue = linear(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, two: str) -> float:
    high, low = sorted((luminance(one), luminance(two)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def oklab(colour: Colour) -> Colour:
    x, y, z = (min(1.0, max(0.0, value)) ** (1 / 3) for value in times(TO_CONE, colour))
    return times(TO_LAB, (x, y, z))


def difference(one: str, two: str, seen: str) -> float:
    a, b = (oklab(times(SEEN[seen], linear(colour))) for colour in (one, two))
    return 100 * sum((x - y) ** 2 for x, y in zip(a, b, strict=True)) ** 0.5


@pytest.fixture(params=["light", "dark"])
def colours(request: pytest.FixtureRequest) -> dict[str, str]:
    return palette(request.param)


def test_the_formulas_agree_with_known_values() -> None:
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#ffffff", "#777777") == pytest.approx(4.48, abs=0.01)
    assert difference("#ffffff", "#000000", "all") == pytest.approx(100, abs=0.1)


def test_both_modes_name_the_same_colours() -> None:
    assert list(palette("light")) == list(palette("dark"))


def test_running_text_has_seven_to_one(colours: dict[str, str]) -> None:
    for ground in GROUNDS:
        for text in ("ink", "ink-2"):
            assert contrast(colours[text], colours[ground]) >= 7, (text, ground)
    for tint in (name for name in colours if name.startswith("tint-")):
        assert contrast(colours["ink"], colours[tint]) >= 7, tint


def test_other_text_has_four_and_a_half(colours: dict[str, str]) -> None:
    words = ("link", "link-hover", "link-visited", "accent", "signal", "error", "good")
    for ground in GROUNDS:
        for text in words:
            assert contrast(colours[text], colours[ground]) >= 4.5, (text, ground)
    for fill in ("accent", "accent-strong", "error", "error-strong"):
        assert contrast(colours["on-accent"], colours[fill]) >= 4.5, fill
    assert contrast(colours["focus-ink"], colours["focus"]) >= 4.5
    assert contrast(colours["ink"], colours["paper-3"]) >= 4.5


def test_controls_and_marks_have_three_to_one(colours: dict[str, str]) -> None:
    for ground in GROUNDS:
        for mark in ("line", "accent", "signal", *SECTORS):
            assert contrast(colours[mark], colours[ground]) >= 3, (mark, ground)


@pytest.mark.parametrize("seen", SEEN)
def test_sectors_stay_apart_for_every_kind_of_sight(colours: dict[str, str], seen: str) -> None:
    for one, two in combinations(SECTORS, 2):
        assert difference(colours[one], colours[two], seen) >= 7.5, (one, two, seen)


def test_sectors_stay_apart_in_grey_print() -> None:
    # The paper gets the light palette; a lightness step of 4 in 100 is visible side by side.
    light = palette("light")
    greys = sorted(luminance(light[sector]) ** (1 / 3) * 100 for sector in SECTORS)
    assert min(b - a for a, b in pairwise(greys)) >= 4
