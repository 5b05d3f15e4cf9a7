"""The pages that compose all rooms: home, a partnership at a glance, its log."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from commonweal.convene import queries as convene
from commonweal.convene.reach import Part
from commonweal.desk import queries
from commonweal.desk.words import sentence


@login_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What needs me, for whom, by when?"""
    found = queries.home(request.actor, request.at)  # type: ignore[attr-defined]
    items = [(item, found.name_of(item.partnership_id)) for item in found.items]
    tables = [(each, found.gone[each.pk]) for each in found.partnerships]
    # A resident, or who acts for nobody yet, cannot start one: no link leads them to a refusal.
    may_start = bool(convene.may_convene(request.actor))  # type: ignore[attr-defined]
    context = {"items": items, "found": found, "tables": tables, "may_start": may_start}
    return render(request, "desk/home.html", context)


@login_required
@require_safe
def partnership(request: HttpRequest, slug: str) -> HttpResponse:
    """Are we getting there, and what is stuck? Without a seat: what may I look at here?"""
    actor, at = request.actor, request.at  # type: ignore[attr-defined]
    here = convene.readable_for(actor, slug, Part.OVERVIEW, at)
    if here.opened is not None:
        one = queries.opened_here(actor, here, at)
        context = {"partnership": here, "nav_current": "partnership", "one": one}
        return render(request, "desk/opened.html", context)
    found = queries.overview(actor, here, at)
    context = {"partnership": found.partnership, "nav_current": "partnership", "found": found}
    return render(request, "desk/partnership.html", context)


@login_required
@require_safe
def log(request: HttpRequest, slug: str) -> HttpResponse:
    """Who did what, and when?"""
    found, lines = queries.log(request.actor, slug, request.at)  # type: ignore[attr-defined]
    context = {
        "partnership": found,
        "nav_current": "partnership",
        "lines": [(line, sentence(line.event.kind)) for line in lines],
    }
    return render(request, "desk/log.html", context)
