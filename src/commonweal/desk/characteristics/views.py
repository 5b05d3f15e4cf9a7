"""Two pages for the table: the five characteristics, and how power is spread."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from commonweal.convene.queries import partnership_for
from commonweal.core.requests import SignedInRequest
from commonweal.desk.characteristics import presentation, queries


@login_required
@require_safe
def characteristics(request: SignedInRequest, slug: str) -> HttpResponse:
    """Do we do what makes a collaboration across sectors, and where does one see it?"""
    partnership = partnership_for(request.actor, slug, request.at)
    found = queries.characteristics(partnership, request.at)
    context = {
        "partnership": partnership,
        "nav_current": "partnership",
        "lead": presentation.lead(found),
        "shown": presentation.shown(found),
    }
    return render(request, "desk/characteristics.html", context)


@login_required
@require_safe
def balance(request: SignedInRequest, slug: str) -> HttpResponse:
    """Who holds seats, money, data and decisions?"""
    partnership = partnership_for(request.actor, slug, request.at)
    found = queries.balance(partnership, request.at)
    context = {
        "partnership": partnership,
        "nav_current": "partnership",
        "lead": presentation.balance_lead(found),
        "powers": [presentation.power(each) for each in found],
    }
    return render(request, "desk/balance.html", context)
