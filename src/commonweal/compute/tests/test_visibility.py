"""Who reads what: the rule against a table written out by hand, over all actors, entries and steps."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commonweal.compute.convening.visibility import (
    Entry,
    Moment,
    Reach,
    Reader,
    Step,
    visible,
)

SEATS = ("council", "hospital", "parents")
entries = st.builds(
    Entry,
    owner=st.sampled_from(SEATS),
    reach=st.sampled_from(Reach),
    opened=st.booleans(),
    withdrawn=st.booleans(),
    owner_seated=st.booleans(),
)
readers = st.builds(
    Reader,
    speaks_for=st.frozensets(st.sampled_from(SEATS), max_size=2),
    convenes=st.booleans(),
    seated=st.booleans(),
)
moments = st.builds(Moment, step=st.sampled_from(Step), public=st.booleans())
LATER = {"agree", "execute", "scale"}


def slowly(entry: Entry, reader: Reader, moment: Moment) -> bool:
    """Each group of readers by itself: what it may read."""
    if entry.owner in reader.speaks_for:
        return True
    live = entry.owner_seated and not entry.withdrawn
    to_convener = live
    is_open = entry.opened or moment.step.value in LATER
    to_table = live and is_open and entry.reach.value in {"partners", "public"}
    to_all = live and is_open and entry.reach.value == "public" and moment.public
    return (reader.convenes and to_convener) or (reader.seated and to_table) or to_all


@given(entries, readers, moments)
def test_the_rule_is_the_table(entry: Entry, reader: Reader, moment: Moment) -> None:
    found = visible(entry, reader, moment)
    assert found.answer == slowly(entry, reader, moment)
    assert set(found.trace) == {"why"}


@given(entries, readers, moments)
def test_more_standing_never_reads_less(entry: Entry, reader: Reader, moment: Moment) -> None:
    before = visible(entry, reader, moment).answer
    for more in (replace(reader, convenes=True), replace(reader, seated=True)):
        assert visible(entry, more, moment).answer >= before


@given(entries, readers, moments)
def test_a_wider_reach_never_closes(entry: Entry, reader: Reader, moment: Moment) -> None:
    order = list(Reach)
    wider = order[min(order.index(entry.reach) + 1, len(order) - 1)]
    before = visible(entry, reader, moment).answer
    assert visible(replace(entry, reach=wider), reader, moment).answer >= before


@given(entries, moments)
def test_nobody_without_standing_reads_what_is_not_public(entry: Entry, moment: Moment) -> None:
    if entry.reach != Reach.PUBLIC or not moment.public:
        assert not visible(entry, Reader(), moment).answer


@pytest.mark.parametrize("step", Step)
def test_only_the_convener_is_told_what_is_for_it(step: Step) -> None:
    entry = Entry("council", Reach.CONVENER)
    assert visible(entry, Reader(convenes=True, seated=True), Moment(step, True)).answer
    assert not visible(entry, Reader(seated=True), Moment(step, True)).answer
