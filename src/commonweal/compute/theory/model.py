"""What the computations on a theory of change are given. Ids are the caller's, as text."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Box:
    """An activity, output, outcome or assumption.

    `watched` says whether somebody watches an assumption and how; `affected` whether those whom it
    concerns took part in saying what the box means.
    """

    id: str
    kind: str
    watched: bool = False
    affected: bool = False


@dataclass(frozen=True)
class Link:
    """The belief that `source` leads to `target`.

    `direction` is "more" (more leads to more), "less" (more leads to less) or "" while nobody has
    said. `evidence` is a level from 1 (none yet) to 5.
    """

    id: str
    source: str
    target: str
    direction: str = ""
    status: str = "untested"
    evidence: int = 1
    review: date | None = None


@dataclass(frozen=True)
class Measure:
    """An indicator and the box that it measures, None for no box."""

    id: str
    box: str | None
    population: bool = True
