"""Pages of what drives and what binds each partner."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from commonweal.convene import policies
from commonweal.convene.incentives import actions, presentation, queries
from commonweal.convene.incentives.forms import SayForm, initial_of
from commonweal.convene.incentives.models import Entry
from commonweal.convene.incentives.policies import owns
from commonweal.convene.models import Seat
from commonweal.convene.queries import partnership_for, seat_for, seats
from commonweal.core.errors import Denied
from commonweal.core.formerrors import done, status_of
from commonweal.core.requests import SignedInRequest

page = require_http_methods(["GET", "HEAD", "POST"])


@login_required
@require_safe
def incentives(request: SignedInRequest, slug: str) -> HttpResponse:
    """What drives each partner, what binds it, and where that pulls in different ways?"""
    partnership = partnership_for(request.actor, slug, request.at)
    entries = queries.readable(request.actor, partnership, request.at)
    held = list(seats(partnership, request.at))
    own = [seat for seat in held if owns(request.actor, seat)]
    found = queries.clashes(entries)
    declared = queries.declared(partnership, request.at)
    mine, others, silent = presentation.owners(
        entries, held, frozenset(seat.pk for seat in own), declared
    )
    context = {
        "partnership": partnership,
        "nav_current": "table",
        "lead": presentation.lead(found.answer),
        "clashes": presentation.clashes(found.answer),
        "mine": mine,
        "others": others,
        "silent": silent,
        "to_declare": [seat for seat in own if seat.pk not in declared],
        "writes": bool(own) or policies.can_convene(request.actor, partnership, request.at),
        "talking": partnership.step in {"lead", "invite", "pause"},
    }
    return render(request, "convene/incentives.html", context)


@login_required
@page
def say_incentive(request: SignedInRequest, slug: str) -> HttpResponse:
    """Say what drives or binds a seat."""
    partnership = partnership_for(request.actor, slug, request.at)
    offered: list[Seat] = queries.own_seats(request.actor, partnership, request.at)
    if policies.can_convene(request.actor, partnership, request.at):
        offered += [seat for seat in seats(partnership, request.at) if seat not in offered]
    if not offered:
        raise Denied(
            _("Only who holds a seat can say what drives it."), mend=_("Ask the convener.")
        )
    form = SayForm(request.POST or None, seats=offered)
    if done(
        request,
        form,
        lambda: actions.say(
            seat=form.cleaned_data["seat"], said=form.said(), by=request.actor, at=request.at
        ),
    ):
        messages.success(request, _("It is written down."))
        return redirect("incentives", slug)
    context = {"partnership": partnership, "nav_current": "table", "form": form}
    return render(request, "convene/say_incentive.html", context, status=status_of(form))


@login_required
@page
def change_incentive(request: SignedInRequest, slug: str, entry_id: UUID) -> HttpResponse:
    """Say it anew, show it now, or withdraw it."""
    entry = queries.own_entry_for(request.actor, slug, entry_id, request.at)
    form = SayForm(request.POST or None, seats=[entry.seat], initial=initial_of(entry))
    if done(
        request,
        form,
        lambda: actions.change(entry=entry, said=form.said(), by=request.actor, at=request.at),
    ):
        messages.success(request, _("Saved."))
        return redirect("incentives", slug)
    context = {
        "partnership": entry.seat.partnership,
        "nav_current": "table",
        "form": form,
        "entry": entry,
        "can_show": entry.opened_at is None and entry.reach != Entry.Reach.CONVENER,
    }
    return render(request, "convene/change_incentive.html", context, status=status_of(form))


@login_required
@require_POST
def show_incentive(request: SignedInRequest, slug: str, entry_id: UUID) -> HttpResponse:
    """Open an entry before the step does."""
    entry = queries.own_entry_for(request.actor, slug, entry_id, request.at)
    actions.show_now(entry=entry, by=request.actor, at=request.at)
    messages.success(request, _("It is open now to whom you meant it for."))
    return redirect("incentives", slug)


@login_required
@require_POST
def withdraw_incentive(request: SignedInRequest, slug: str, entry_id: UUID) -> HttpResponse:
    """Take an entry back."""
    entry = queries.own_entry_for(request.actor, slug, entry_id, request.at)
    actions.withdraw(entry=entry, by=request.actor, at=request.at)
    messages.success(request, _("It is withdrawn. Only you read it now."))
    return redirect("incentives", slug)


@login_required
@require_POST
def declare_incentives(request: SignedInRequest, slug: str, seat_id: UUID) -> HttpResponse:
    """Tell the table that the seat has said what it has to say."""
    seat = seat_for(request.actor, slug, seat_id, request.at)
    actions.declare(seat=seat, by=request.actor, at=request.at)
    messages.success(request, _("The table knows now that you have said what you have to say."))
    return redirect("incentives", slug)
