"""How long records may be kept: calendar months from the day they were received."""

from __future__ import annotations

import calendar
from datetime import date, datetime
from zoneinfo import ZoneInfo

from commonweal.compute.permits.terms import NEVER, aware, begins


def months_after(day: date, months: int) -> date:
    """The same day so many months later, or that month's last when it has no such day.

    31 January and one month is 28 or 29 February: never later than what was agreed. Beyond the
    calendar, its last day.
    """
    count = day.year * 12 + day.month - 1 + months
    year, month = count // 12, count % 12 + 1
    if year > date.max.year:
        return date.max
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def keep_until(received: datetime, months: int, zone: str) -> datetime:
    """The instant, in UTC, from which what was received then is kept no more.

    The day of receipt is that of the agreement's time zone; the last day is not begun, so that what
    is destroyed at this instant was never kept longer than the months. Raises Unusable for an
    instant without a time zone or an unknown zone.
    """
    aware(received)
    begins(date(2000, 1, 1), zone)
    last = months_after(received.astimezone(ZoneInfo(zone)).date(), months)
    return NEVER if last == date.max else begins(last, zone)
