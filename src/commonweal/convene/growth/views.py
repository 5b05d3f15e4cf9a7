"""The page of how the table grew."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from commonweal.compute.convening.growth import Month
from commonweal.convene.growth import queries
from commonweal.convene.queries import partnership_for
from commonweal.core import formats
from commonweal.core.models import Sector
from commonweal.core.requests import SignedInRequest

MOST_SHOWN = 24  # months; earlier ones are in the list below


@login_required
@require_safe
def growth(request: SignedInRequest, slug: str) -> HttpResponse:
    """Who joined, who left and why, and how did the table grow?"""
    partnership = partnership_for(request.actor, slug, request.at)
    seats = queries.stays(partnership)
    months = queries.months(seats, request.at).answer
    context = {
        "partnership": partnership,
        "nav_current": "table",
        "chart": _chart(months[-MOST_SHOWN:]) if len(months) > 1 else None,
        "table": _table(months[-MOST_SHOWN:]) if months else None,
        "joined": [(seat, formats.day(seat.since_at)) for seat in reversed(seats)][:200],
        "left": [
            (seat, formats.day(seat.until_at))
            for seat in reversed(seats)
            if seat.until_at and seat.until_at <= request.at
        ][:200],
    }
    return render(request, "convene/growth.html", context)


def _chart(months: Sequence[Month]) -> dict[str, Any]:
    """All seats, and those of residents and their groups, month by month."""
    affected = [dict(each.seats).get(Sector.RESIDENT_GROUP, 0) for each in months]
    lines = ((_("All"), [each.all for each in months]), (_("Those affected"), affected))
    return {
        "finding": _("%(count)d seats now") % {"count": months[-1].all},
        "subject": _("Seats at the end of each month"),
        "periods": [formats.month(each.first) for each in months],
        "series": [
            {"label": label, "points": [{"label": "", "value": value} for value in values]}
            for label, values in lines
        ],
        "unit": {"kind": "number"},
        "low": 0,
    }


def _table(months: Sequence[Month]) -> dict[str, Any]:
    """Only months in which something changed, and the last."""
    shown = [each for each in months if each.joined or each.left or each is months[-1]]
    here = [sector for sector in Sector if any(sector in dict(each.seats) for each in shown)]
    return {
        "caption": _("Seats at the end of each month in which the table changed"),
        "columns": [
            _("Month"),
            *((str(sector.label), "numeric") for sector in here),
            (_("All"), "numeric"),
            (_("Joined"), "numeric"),
            (_("Left"), "numeric"),
        ],
        "rows": [
            [
                formats.month(each.first),
                *(dict(each.seats).get(sector, 0) for sector in here),
                each.all,
                each.joined,
                each.left,
            ]
            for each in shown
        ],
    }
