"""What happens to a record on its way into a spreadsheet: typing, leaving blank, mistyping."""

from __future__ import annotations

import unicodedata
from random import Random

KEYS_BESIDE = dict(zip("aeioustrnl", "siuoyaeymk", strict=True))


def typed_name(draw: Random, name: str) -> str:
    """A name as somebody types it: mostly right, else case, blanks, accents or one slip."""
    chance = draw.random()
    if chance < 0.80:
        return name
    if chance < 0.86:
        return name.upper()
    if chance < 0.90:
        return name.lower()
    if chance < 0.93:
        return f"{name} "
    if chance < 0.95:
        plain = unicodedata.normalize("NFKD", name)
        return "".join(letter for letter in plain if not unicodedata.combining(letter))
    return slip(draw, name)


def slip(draw: Random, name: str) -> str:
    """One finger slip: two letters swapped, one doubled, or its neighbour on the keyboard."""
    if len(name) < 3:
        return name
    at = draw.randrange(1, len(name) - 1)
    kind = draw.randrange(3)
    if kind == 0:
        return name[:at] + name[at + 1] + name[at] + name[at + 2 :]
    if kind == 1:
        return name[:at] + name[at] + name[at:]
    return name[:at] + KEYS_BESIDE.get(name[at], "e") + name[at + 1 :]


def or_blank(draw: Random, value: str, share: float, marker: str = "") -> str:
    return marker if draw.random() < share else value


def spoil(draw: Random, row: dict[str, str], columns: tuple[str, ...]) -> dict[str, str]:
    """One fault that a contract finds, in one of the given columns."""
    column = columns[draw.randrange(len(columns))]
    if column.endswith("_date"):
        fault = draw.choice(["31/02/2026", "2026-02-31", "tomorrow", ""])
    elif column in {"weight_g", "cost_pence", "deprivation", "felt_listened_to"}:
        fault = draw.choice(["3.5", "n/a?", "-4", "1,200"])
    else:
        fault = draw.choice(["Y?", "???", "see notes"])
    return {**row, column: fault}
