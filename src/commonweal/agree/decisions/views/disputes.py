"""Disputes: the list, raising one, and one dispute on its way."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from commonweal.agree.decisions import constitution as constitutions
from commonweal.agree.decisions import disputing, policies, presentation, queries
from commonweal.agree.decisions.forms.disputes import DisputeForm, StepForm
from commonweal.agree.decisions.models import Dispute
from commonweal.agree.decisions.views.frame import FRAME, sent
from commonweal.agree.showing import page
from commonweal.convene import queries as convene
from commonweal.convene.reach import Part
from commonweal.core.formerrors import done
from commonweal.core.requests import SignedInRequest


@login_required
@require_safe
def disputes(request: SignedInRequest, slug: str) -> HttpResponse:
    """What do partners not agree on, and what is being done about it?"""
    partnership = convene.readable_for(request.actor, slug, Part.UNDER_WAY, request.at)
    context = {
        "found": [
            presentation.dispute_entry(each, request.at) for each in queries.disputes(partnership)
        ],
        "constitution": constitutions.on_disputes(partnership, request.at),
        "raises": policies.can_propose(request.actor, partnership, request.at),
    }
    return FRAME.page(request, "disputes", partnership, context)


@login_required
@page
def raise_dispute(request: SignedInRequest, slug: str) -> HttpResponse:
    """Say that you do not agree."""
    partnership = convene.partnership_for(request.actor, slug, request.at)
    policies.check_can_propose(request.actor, partnership, request.at)
    constitution = constitutions.on_disputes(partnership, request.at)
    form = DisputeForm(
        sent(request),
        initial={"next_on": constitution.next_on(request.at)} if constitution else {},
        mine=queries.own_seats(request.actor, partnership, request.at),
        others=queries.open_seats(partnership, request.at),
        proposals=queries.proposals(partnership),
    )
    made: list[Dispute] = []

    def act() -> None:
        said = form.cleaned_data
        made.append(
            disputing.raise_dispute(
                seat=said["seat"],
                others=list(said["others"]),
                about=said["about"],
                words=said["words"],
                next_on=said["next_on"],
                proposal=said["proposal"],
                by=request.actor,
                at=request.at,
            )
        )

    if done(request, form, act):
        messages.success(request, _("It is on record. The parties see it as theirs to talk over."))
        return redirect("dispute", slug, made[0].number)
    return FRAME.form(request, "raise_dispute", partnership, form, constitution=constitution)


@login_required
@page
def dispute(request: SignedInRequest, slug: str, number: int) -> HttpResponse:
    """Where is it, and what has been tried? POST takes the next step."""
    found = queries.dispute_for(request.actor, slug, number, request.at)
    steps = policies.can_step(request.actor, found, request.at)
    if request.method == "POST":
        policies.check_can_step(request.actor, found, request.at)
    ways = presentation.dispute_ways(found)
    constitution = constitutions.on_disputes(found.partnership, request.at)
    goes_on = any(event not in disputing.CLOSING for event, _name in ways)
    form = StepForm(
        sent(request),
        ways=ways,
        initial={"next_on": constitution.next_on(request.at)} if constitution and goes_on else {},
    )
    if done(
        request,
        form,
        lambda: disputing.step(dispute=found, **form.cleaned_data, by=request.actor, at=request.at),
    ):
        messages.success(request, _("Written down."))
        return redirect("dispute", slug, number)
    context = {
        "found": found,
        "entry": presentation.dispute_entry(found, request.at),
        "history": presentation.dispute_history(found),
        "constitution": constitution,
        "steps": steps and bool(ways),
    }
    return FRAME.form(request, "dispute", found.partnership, form, **context)
