"""Months as partners name them: "2026-03", in the installation's time zone."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from commonweal.core import formats
from commonweal.core.errors import Invalid

DUE_DAY = 10
"""The day of the following month by which a month's data is due."""

_FORM = re.compile(r"(20[0-9]{2})-(0[1-9]|1[0-2])")


def of(moment: datetime) -> str:
    """The month in which an instant lies."""
    return f"{timezone.localtime(moment, timezone.get_default_timezone()):%Y-%m}"


def shifted(period: str, months: int) -> str:
    """The month so many months later (earlier when negative)."""
    count = int(period[:4]) * 12 + int(period[5:]) - 1 + months
    return f"{count // 12:04}-{count % 12 + 1:02}"


def run(last: str, count: int) -> list[str]:
    """So many months up to `last`, the earliest first."""
    return [shifted(last, back) for back in range(1 - count, 1)]


def first_day(period: str) -> date:
    return date(int(period[:4]), int(period[5:]), 1)


def label(period: str) -> str:
    """As people say it: “February 2026”."""
    return formats.month(first_day(period))


def due_at(period: str) -> datetime:
    """When a month's data is late: the first instant after its due day."""
    day = first_day(shifted(period, 1)) + timedelta(days=DUE_DAY)
    return datetime(day.year, day.month, day.day, tzinfo=timezone.get_default_timezone())


def checked(period: str, at: datetime) -> str:
    """The month, if it is one and has begun. Raises Invalid."""
    if not _FORM.fullmatch(period):
        raise Invalid(
            _("“%(period)s” is not a month.") % {"period": period[:20]},
            mend=_("Write the year and the month, for example 2026-03."),
            fields={"period": _("Choose a month.")},
        )
    if period > of(at):
        raise Invalid(
            _("The month %(period)s has not begun yet.") % {"period": period},
            mend=_("Choose the month that the data is about."),
            fields={"period": _("Choose a month that has begun.")},
        )
    return period
