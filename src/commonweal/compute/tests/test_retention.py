"""How long records may be kept, against counting days one by one."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from commonweal.compute.permits.retention import keep_until, months_after

ZONES = ("Europe/London", "Pacific/Auckland", "America/Lima", "UTC")


def slowly(day: date, months: int) -> date:
    """Walk on until that month, then stop at the day's number or at the month's last day."""
    wanted, here = (day.year * 12 + day.month + months), day.replace(day=1)
    while here.year * 12 + here.month < wanted:
        here += timedelta(days=1)
    while here.day < day.day and (here + timedelta(days=1)).month == here.month:
        here += timedelta(days=1)
    return here


@given(st.dates(date(1999, 1, 1), date(2032, 12, 31)), st.integers(1, 60))
def test_months_end_where_counting_day_by_day_ends(day: date, months: int) -> None:
    assert months_after(day, months) == slowly(day, months)


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2032, 1, 1), timezones=st.just(UTC)),
    st.integers(1, 120),
    st.sampled_from(ZONES),
)
def test_nothing_is_kept_longer_and_at_most_four_days_shorter(
    received: datetime, months: int, zone: str
) -> None:
    until = keep_until(received, months, zone).astimezone(ZoneInfo(zone))
    day = received.astimezone(ZoneInfo(zone)).date()
    assert until.date() == slowly(day, months)
    assert keep_until(received, months, zone) > received


def test_ends_of_months_and_leap_years() -> None:
    assert months_after(date(2027, 1, 31), 1) == date(2027, 2, 28)
    assert months_after(date(2028, 1, 31), 1) == date(2028, 2, 29)
    assert months_after(date(2028, 2, 29), 12) == date(2029, 2, 28)
    assert months_after(date(9999, 1, 1), 1200) == date.max
