"""Who owes which month, what is late, and who is reminded."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.test.utils import CaptureQueriesContext

from commonweal.agree import actions as agree
from commonweal.agree.tests.factories import signatory_of
from commonweal.compute.permits import clauses as c
from commonweal.convene.tests.factories import PartnershipFactory
from commonweal.core import due
from commonweal.core.scope import Actor
from commonweal.pool import matrix, months
from commonweal.pool.tests.factories import (
    AT,
    BAD_ROW,
    GOOD,
    Agreed,
    agreed,
    checked,
    csv,
    sent,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def cells(here: Agreed, periods: list[str], at: datetime = AT) -> dict[tuple[str, str], str]:
    (grid,) = matrix.grids(here.convener, here.partnership, at, periods)
    return {(cell.provider.name, cell.period): cell.state for cell in grid.cells}


def test_months_are_late_due_or_not_asked() -> None:
    here = agreed(start=c.Start(datetime(2026, 1, 15, tzinfo=UTC).date()))
    found = cells(here, ["2025-12", "2026-01", "2026-02", "2026-03"])
    mine = {period: state for (name, period), state in found.items() if name == here.provider.name}
    assert mine == {
        "2025-12": "not_asked",
        "2026-01": "late",
        "2026-02": "late",
        "2026-03": "due",
    }
    early = cells(here, ["2026-02"], datetime(2026, 3, 10, 12, tzinfo=UTC))
    assert set(early.values()) == {"due"}


def test_a_month_shows_what_counts_and_what_came_after() -> None:
    here = agreed()
    first = checked(here, csv([*GOOD, BAD_ROW]))
    refused = checked(here, b"")
    (grid,) = matrix.grids(here.convener, here.partnership, AT, ["2026-02"])
    cell = next(each for each in grid.cells if each.provider == here.provider)
    assert (cell.state, cell.submission, cell.newer) == ("partly_accepted", first, refused)


def test_who_has_withdrawn_owes_nothing_more() -> None:
    here = agreed()
    agree.withdraw(
        agreement=here.contract.agreement,
        organisation=here.provider,
        reason="",
        by=signatory_of(here.provider),
        at=datetime(2026, 2, 20, tzinfo=UTC),
    )
    found = cells(here, ["2026-01", "2026-02"])
    assert found[here.provider.name, "2026-01"] == "not_asked"
    assert found[here.provider.name, "2026-02"] == "not_asked"
    assert items(here.steward) == []
    assert found[here.other.name, "2026-02"] == "late"


def test_the_grid_costs_the_same_for_any_number_of_files(django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    from django.db import connection

    here = agreed()
    checked(here, csv())
    with CaptureQueriesContext(connection) as one:
        cells(here, months.run("2026-03", 6))
    for period in ("2026-01", "2025-12"):
        checked(here, csv(), period=period)
        checked(here, csv(), period=period, provider=here.other, by=here.stranger)
    with django_assert_num_queries(len(one)):
        cells(here, months.run("2026-03", 6))


def items(actor: Actor, at: datetime = AT) -> list[due.Item]:
    return [item for item in due.items(actor, at) if item.kind == "pool.file"]


def test_stewards_are_reminded_of_last_month() -> None:
    here = agreed()
    (item,) = items(here.steward)
    assert "February 2026" in item.title
    assert here.provider.name in item.title
    assert item.late
    assert item.due_at == datetime(2026, 3, 11, tzinfo=UTC)
    assert item.organisation_id == here.provider.pk
    assert "period=2026-02" in item.url
    assert not items(here.steward, AT - timedelta(days=5))[0].late
    for nobody in (here.colleague, here.convener, Actor()):
        assert items(nobody) == []


def test_nothing_is_due_once_it_came_but_again_when_it_was_refused() -> None:
    here = agreed()
    sent(here, csv())
    assert items(here.steward) == []
    here_too = agreed(PartnershipFactory())
    checked(here_too, b"")
    assert len(items(here_too.steward)) == 1


def test_months() -> None:
    assert months.shifted("2026-01", -1) == "2025-12"
    assert months.shifted("2025-12", 1) == "2026-01"
    assert months.run("2026-01", 3) == ["2025-11", "2025-12", "2026-01"]
    assert months.label("2026-02") == "February 2026"
    # A file sent in the first minutes of April in summer time is about March or earlier.
    assert months.of(datetime(2026, 3, 31, 23, 30, tzinfo=UTC)) == "2026-04"
