"""Two pieces of text compared word by word.

Kept and deleted runs together are the old text exactly, kept and inserted runs the new one.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby

KEPT, DELETED, INSERTED = "kept", "deleted", "inserted"
# Below this share of kept words a reader follows two whole sentences more easily than their shreds.
LEAST_KEPT = 0.4
# A kept word of at most this many letters does not stand alone between two changes.
_SHORT = 3
_WORD = re.compile(r"\S+\s*|\s+")


@dataclass(frozen=True)
class Run:
    """A stretch of text. `kind`: kept, deleted or inserted."""

    kind: str
    text: str


def compare(old: str, new: str) -> tuple[Run, ...]:
    """The runs from `old` to `new`; deletions stand before the insertions that replace them."""
    if old == new:
        return (Run(KEPT, old),) if old else ()
    before, after = tokens(old), tokens(new)
    runs = _tidied(_runs(before, after))
    if _kept_share(runs, len(before), len(after)) < LEAST_KEPT:
        runs = [(DELETED, before), (INSERTED, after)]
    return tuple(Run(kind, "".join(held)) for kind, held in runs if held)


def likeness(old: str, new: str) -> float:
    """The share of words that two texts have in common, in order: 0 to 1; rough below LEAST_KEPT."""
    if old == new:
        return 1.0
    before, after = tokens(old), tokens(new)
    # What they share in any order is quickly counted, and no more can be kept in order.
    at_most = sum((Counter(_bare(before)) & Counter(_bare(after))).values())
    if at_most < LEAST_KEPT * max(len(before), len(after)):
        return at_most / max(len(before), len(after), 1)
    return _kept_share(_runs(before, after), len(before), len(after))


def tokens(text: str) -> list[str]:
    """Words with the space that follows them: “no group” is “no ” and “group”."""
    return _WORD.findall(text)


_Held = tuple[str, list[str]]


def _runs(before: Sequence[str], after: Sequence[str]) -> Iterator[_Held]:
    # A word is the same whatever space follows it: at the end of a sentence there is none.
    matcher = SequenceMatcher(None, _bare(before), _bare(after))
    for tag, i, until_i, j, until_j in matcher.get_opcodes():
        if tag != "equal":
            yield DELETED, list(before[i:until_i])
            yield INSERTED, list(after[j:until_j])
            continue
        for was, now in zip(before[i:until_i], after[j:until_j], strict=True):
            if was == now:
                yield KEPT, [was]
            else:
                yield KEPT, [was.rstrip()]
                yield DELETED, [was[len(was.rstrip()) :]]
                yield INSERTED, [now[len(now.rstrip()) :]]


def _bare(words: Sequence[str]) -> list[str]:
    return [word.rstrip() for word in words]


def _kept_share(runs: Iterable[_Held], before: int, after: int) -> float:
    kept = sum(len(held) for kind, held in runs if kind == KEPT)
    return kept / max(before, after, 1)


def _joined(runs: Iterable[_Held]) -> list[_Held]:
    """Each change whole: its deletions, then its insertions; kept words between as one run."""
    found: list[_Held] = []
    for kept, group in groupby(runs, key=lambda run: run[0] == KEPT):
        listed = list(group)
        for kind in (KEPT,) if kept else (DELETED, INSERTED):
            held = [word for each, words in listed if each == kind for word in words if word]
            if held:
                found.append((kind, held))
    return found


def _tidied(runs: Iterable[_Held]) -> list[_Held]:
    """Without confetti: a lone short word between two changes belongs to the change."""
    listed = _joined(runs)
    tidy: list[_Held] = []
    for place, (kind, held) in enumerate(listed):
        inside = 0 < place < len(listed) - 1
        if kind == KEPT and inside and len(held) == 1 and len(held[0].strip()) <= _SHORT:
            tidy += [(DELETED, held), (INSERTED, held)]
        else:
            tidy.append((kind, held))
    return _joined(tidy)
