"""Two versions of a text in blocks, compared clause by clause, item by item, word by word.

A clause is known by its heading, not by its number: one that moved says so and is not shown as
struck out and added again. Items of a list are compared as wholes, sentences word by word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from commonweal.compute.redline.matching import Pairs, pair_alike, pair_equal, places
from commonweal.compute.redline.words import (
    DELETED,
    INSERTED,
    KEPT,
    LEAST_KEPT,
    Run,
    compare,
    likeness,
)
from commonweal.compute.result import Result

SAME, CHANGED, ADDED, REMOVED = "same", "changed", "added", "removed"
TITLE, HEADING, CLAUSE, ITEM = "title", "heading", "clause", "item"
_HEADS = (TITLE, HEADING, CLAUSE)
_NUMBER = re.compile(r"(\d+)\. ")
# A clause under another heading is the same clause when most of its words are.
_SAME_CLAUSE = 0.6

Piece = tuple[str, str]


@dataclass(frozen=True)
class Passage:
    """One block. `was`, `now`: its place in the old and the new text; None: it is not there.

    `number_was`, `number_now`: of a clause's heading, 0 otherwise. `moved`: it changed places with
    its neighbours. `change`: same, changed, added or removed, words only.
    """

    kind: str
    runs: tuple[Run, ...]
    was: int | None
    now: int | None
    moved: bool = False
    number_was: int = 0
    number_now: int = 0

    @property
    def change(self) -> str:
        if self.was is None:
            return ADDED
        if self.now is None:
            return REMOVED
        return SAME if all(run.kind == KEPT for run in self.runs) else CHANGED

    @property
    def old(self) -> str:
        return "".join(run.text for run in self.runs if run.kind != INSERTED)

    @property
    def new(self) -> str:
        return "".join(run.text for run in self.runs if run.kind != DELETED)


@dataclass(frozen=True)
class Change:
    """One part under a heading. `clause`: whether it is numbered; numbers are 0 where it is not."""

    heading: str
    change: str
    clause: bool
    moved: bool
    number_was: int
    number_now: int


@dataclass(frozen=True)
class Redline:
    """`passages` in the order of the new text; `parts`: what became of each part under a heading."""

    passages: tuple[Passage, ...]
    parts: tuple[Change, ...]

    def clauses(self, change: str) -> list[Change]:
        return [each for each in self.parts if each.clause and each.change == change]

    @property
    def old(self) -> list[Piece]:
        """The old text's blocks again, exactly."""
        held = sorted((p.was, p.kind, p.old) for p in self.passages if p.was is not None)
        return [(kind, text) for _was, kind, text in held]

    @property
    def new(self) -> list[Piece]:
        """The new text's blocks again, exactly."""
        held = sorted((p.now, p.kind, p.new) for p in self.passages if p.now is not None)
        return [(kind, text) for _now, kind, text in held]


@dataclass(frozen=True)
class _Part:
    """A heading and what stands under it. `start`: the place of its first block."""

    start: int
    blocks: tuple[Piece, ...]

    @property
    def head(self) -> Piece:
        kind, text = self.blocks[0]
        return (kind, text) if kind in _HEADS else ("", "")

    @property
    def number(self) -> int:
        found = _NUMBER.match(self.head[1]) if self.head[0] == CLAUSE else None
        return int(found[1]) if found else 0

    @property
    def name(self) -> Piece:
        """Kind and heading without its number; there is one title, whatever it says."""
        kind, text = self.head
        if kind == TITLE:
            return TITLE, ""
        return kind, _NUMBER.sub("", text, count=1) if kind == CLAUSE else text

    @property
    def body(self) -> str:
        rest = self.blocks[1:] if self.head[0] else self.blocks
        return "\n".join(text for _kind, text in rest)


def redline(old: Sequence[Piece], new: Sequence[Piece]) -> Result[Redline]:
    """What changed from one text to another; a text is blocks of (kind, words).

    The trace says for each clause how it was recognised and how much of it was kept.
    """
    before, after = _parts(old), _parts(new)
    pairs, how = _same_parts(before, after)
    passages: list[Passage] = []
    changes: list[Change] = []
    trace = []
    for place in places(len(before), len(after), pairs):
        one = before[place.was] if place.was is not None else None
        other = after[place.now] if place.now is not None else None
        held = list(_inside(one, other, place.moved))
        passages += held
        change = _part_change(one, other, place.moved)
        changes.append(change)
        trace.append(_traced(change, how.get(place.now, "") if one and other else ""))
    return Result(Redline(tuple(passages), tuple(changes)), {"parts": trace})


def _parts(blocks: Sequence[Piece]) -> list[_Part]:
    starts = [place for place, (kind, _text) in enumerate(blocks) if kind in _HEADS]
    if blocks and starts[:1] != [0]:
        starts.insert(0, 0)
    ends = [*starts[1:], len(blocks)][: len(starts)]
    return [_Part(a, tuple(blocks[a:b])) for a, b in zip(starts, ends, strict=True)]


def _same_parts(old: list[_Part], new: list[_Part]) -> tuple[Pairs, dict[int | None, str]]:
    """Which part is which: of one name with one text, of one name, then by their words."""
    pairs: Pairs = {}
    how: dict[int | None, str] = {}

    def note(word: str) -> None:
        how.update({now: word for now in pairs if now not in how})

    pair_equal([(p.name, p.body) for p in old], [(p.name, p.body) for p in new], pairs)
    note("heading and words")
    for name in dict.fromkeys(part.name for part in new):
        ours = [place for place, part in enumerate(old) if part.name == name]
        theirs = [place for place, part in enumerate(new) if part.name == name]
        alone = len(ours) == len(theirs) == 1
        # Several of one name (data of different contracts): only like with like.
        _pair_parts((old, new), (ours, theirs), 0.0 if alone else LEAST_KEPT, pairs)
    note("heading")
    clauses = [place for place, part in enumerate(old) if part.head[0] == CLAUSE]
    renamed = [place for place, part in enumerate(new) if part.head[0] == CLAUSE]
    _pair_parts((old, new), (clauses, renamed), _SAME_CLAUSE, pairs)
    note("words")
    return pairs, how


def _pair_parts(
    parts: tuple[list[_Part], list[_Part]],
    among: tuple[list[int], list[int]],
    least: float,
    to: Pairs,
) -> None:
    old, new = parts
    taken = set(to.values())
    pair_alike(
        [place for place in among[0] if place not in taken],
        [place for place in among[1] if place not in to],
        lambda was, now: likeness(old[was].body, new[now].body),
        least,
        to,
    )


def _inside(old: _Part | None, new: _Part | None, moved: bool) -> Iterator[Passage]:
    """The blocks of one part, old and new side by side."""
    before = old.blocks if old else ()
    after = new.blocks if new else ()
    for place in places(len(before), len(after), _same_blocks(before, after)):
        was = before[place.was] if place.was is not None else None
        now = after[place.now] if place.now is not None else None
        kind = (now or was or ("", ""))[0]
        is_head = kind in _HEADS
        yield Passage(
            kind,
            _block_runs(was, now),
            old.start + place.was if old and place.was is not None else None,
            new.start + place.now if new and place.now is not None else None,
            moved=moved if is_head else place.moved,
            number_was=old.number if old and kind == CLAUSE else 0,
            number_now=new.number if new and kind == CLAUSE else 0,
        )


def _same_blocks(old: Sequence[Piece], new: Sequence[Piece]) -> Pairs:
    pairs: Pairs = {}
    if old and new and old[0][0] == new[0][0] and old[0][0] in _HEADS:
        pairs[0] = 0
    pair_equal(old, new, pairs)
    for kind in dict.fromkeys(kind for kind, _text in new if kind not in (*_HEADS, ITEM)):
        ours = [place for place, block in enumerate(old) if block[0] == kind]
        theirs = [place for place, block in enumerate(new) if block[0] == kind]
        taken = set(pairs.values())
        ours = [place for place in ours if place not in taken]
        theirs = [place for place in theirs if place not in pairs]
        # What stands alone against one other replaces it, however little they share.
        least = 0.0 if len(ours) == len(theirs) == 1 else LEAST_KEPT
        pair_alike(ours, theirs, lambda a, b: likeness(old[a][1], new[b][1]), least, pairs)
    return pairs


def _block_runs(was: Piece | None, now: Piece | None) -> tuple[Run, ...]:
    if was is None:
        return (Run(INSERTED, now[1]),) if now else ()
    if now is None:
        return (Run(DELETED, was[1]),)
    return compare(was[1], now[1])


def _part_change(old: _Part | None, new: _Part | None, moved: bool) -> Change:
    number_was, number_now = (old.number if old else 0), (new.number if new else 0)
    kind, heading = new.name if new else old.name if old else ("", "")
    if old is None or new is None:
        change = ADDED if old is None else REMOVED
    else:
        same = old.name == new.name and old.blocks[1:] == new.blocks[1:]
        # Of the title the words are its name; of a part without a heading there is only a body.
        whole = kind == CLAUSE or old.blocks[:1] == new.blocks[:1]
        change = SAME if same and whole else CHANGED
    return Change(heading, change, kind == CLAUSE, moved, number_was, number_now)


def _traced(change: Change, how: str) -> dict[str, object]:
    return {
        "heading": change.heading,
        "clause": change.clause,
        "change": change.change,
        "moved": change.moved,
        "was": change.number_was,
        "now": change.number_now,
        "recognised_by": how,
    }
