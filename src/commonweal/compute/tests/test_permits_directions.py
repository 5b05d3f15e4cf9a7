"""Which way a new version goes: compared with the rule that holds a licence within its agreement."""

from __future__ import annotations

from datetime import date
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from commonweal.compute.permits import clauses as c
from commonweal.compute.permits.directions import directions
from commonweal.compute.permits.narrowing import widenings
from commonweal.compute.permits.terms import Terms

A, B = UUID(int=1), UUID(int=2)
DAYS = st.dates(date(2026, 1, 1), date(2026, 1, 9))
FIELDS = st.lists(st.sampled_from(["area", "month", "age"]), min_size=1, unique=True)
CLAUSES = st.tuples(
    st.lists(st.sampled_from([A, B]), min_size=1, unique=True).map(
        lambda ids: c.Party("provider", tuple(c.Organisation(i, str(i)) for i in ids))
    ),
    FIELDS.map(lambda names: c.Data("beds", tuple(names))),
    st.lists(
        st.sampled_from(["cw:MeasureSharedOutcomes", "cw:MonitorEquity"]), min_size=1, unique=True
    ).map(lambda keys: c.Purpose(tuple(keys))),
    st.integers(1, 20).map(c.MinimumCell),
    st.booleans().map(c.Linkage),
    st.sampled_from(c.LEVELS).map(c.Publication),
    st.integers(1, 60).map(c.Retention),
    DAYS.map(c.Start),
    DAYS.map(c.Expiry),
    st.integers(0, 90).map(c.Withdrawal),
)


def terms(clauses: tuple[c.Clause, ...]) -> Terms:
    return Terms(uuid4(), "DSA-1", 1, "dsa", "", "UTC", clauses)


@given(CLAUSES, CLAUSES)
def test_wider_is_what_a_licence_would_be_refused_for(
    old: tuple[c.Clause, ...], new: tuple[c.Clause, ...]
) -> None:
    found = directions(old, new)
    assert {each.kind for each in found if each.wider} == {
        fault.kind for fault in widenings(terms(new), terms(old))
    }
    assert {each.kind for each in found if not each.wider} == {
        fault.kind for fault in widenings(terms(old), terms(new))
    }


@given(CLAUSES)
def test_nothing_changed_has_no_direction(clauses: tuple[c.Clause, ...]) -> None:
    assert directions(clauses, clauses) == ()


def test_says_from_what_to_what() -> None:
    (cell,) = directions([c.MinimumCell(10)], [c.MinimumCell(5)])
    assert (cell.kind, cell.wider, cell.before, cell.after) == ("minimum_cell", True, 10, 5)
    gone, more = directions([c.Data("beds", ("area",))], [c.Data("visits", ("day",))])[::-1]
    assert (gone.contract, gone.removed, gone.wider) == ("beds", ("area",), False)
    assert (more.contract, more.added, more.wider) == ("visits", ("day",), True)


def test_an_organisation_under_another_name_is_the_same() -> None:
    old = c.Party("user", (c.Organisation(A, "Office"),))
    assert directions([old], [c.Party("user", (c.Organisation(A, "The Office"),))]) == ()
