"""From values to places: round ticks and mirrored scales."""

from __future__ import annotations

import math
from dataclasses import dataclass

STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)


def ticks(low: float, high: float, about: int = 4) -> list[float]:
    """Round values from at or below `low` to at or above `high`, `about` steps apart.

    >>> ticks(0.12, 0.81)
    [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]
    """
    if not (math.isfinite(low) and math.isfinite(high)):
        raise ValueError("A scale needs finite ends.")
    if high - low < 1e-9 * max(abs(low), abs(high)) or high - low < 1e-12:
        high = low + (abs(low) if abs(low) > 1e-9 else 1.0)
    raw = (high - low) / max(1, about)
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(power * one for one in STEPS if power * one >= raw * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    digits = max(0, 2 - math.floor(math.log10(step)))
    return [round(number * step, digits) for number in range(first, last + 1)]


@dataclass(frozen=True)
class Scale:
    """Shares of a width for values between the ends; mirrored where reading runs right to left."""

    low: float
    high: float
    mirrored: bool = False

    def __call__(self, value: float) -> float:
        """0 at the left edge, 1 at the right. Values beyond the ends stay at the edge."""
        share = (float(value) - self.low) / (self.high - self.low)
        share = min(1.0, max(0.0, share))
        return 1.0 - share if self.mirrored else share
