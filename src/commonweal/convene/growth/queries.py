"""Reading the seats of a table, also those that ended, month by month."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils import timezone

from commonweal.compute.convening.growth import Month, Stay, growth
from commonweal.compute.result import Result
from commonweal.convene.models import Partnership, Seat
from commonweal.core.models import Sector


def stays(partnership: Partnership) -> list[Seat]:
    """Every seat there ever was, in order of arrival. One query."""
    rows = Seat.objects.filter(partnership=partnership).select_related("organisation")
    return list(rows.order_by("since_at", "id"))


def months(seats: Sequence[Seat], at: datetime) -> Result[tuple[Month, ...]]:
    """Open seats by sector at the end of each month; residents' own seats count as theirs."""
    return growth(
        [
            Stay(
                seat.organisation.sector if seat.organisation else Sector.RESIDENT_GROUP,
                timezone.localdate(seat.since_at),
                timezone.localdate(seat.until_at) if seat.until_at else None,
            )
            for seat in seats
        ],
        timezone.localdate(at),
    )
