"""Pages on where to begin. Each makes one domain call."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from commonweal.aim import seating
from commonweal.aim.beginnings import actions, policies, presentation, queries
from commonweal.aim.beginnings.forms import ChooseForm, EntryPointForm, RatingForm, ReviewForm
from commonweal.aim.models import EntryPoint
from commonweal.aim.showing import page, show
from commonweal.compute.convening.entry import CRITERIA
from commonweal.convene import queries as convene
from commonweal.convene.models import Partnership, Seat
from commonweal.convene.reach import Part
from commonweal.core.formerrors import done
from commonweal.core.requests import SignedInRequest


@login_required
@require_safe
def entry_points(request: SignedInRequest, slug: str) -> HttpResponse:
    """Where do we begin?"""
    partnership = convene.readable_for(request.actor, slug, Part.AIM, request.at)
    board = queries.board(request.actor, partnership, request.at)
    return show(
        request,
        "entry_points",
        partnership,
        lead=presentation.lead(board),
        bar=presentation.bar(board.bar, board.seats),
        rule_url=presentation.rule_url(board.bar, slug),
        chosen=presentation.pilot(board, board.chosen) if board.chosen else None,
        proposed=[presentation.card(each, board) for each in board.proposed],
        left=[presentation.pilot(board, each) for each in board.left],
        speaks=bool(board.mine),
        chooses=policies.can_choose(request.actor, partnership, request.at),
        today=request.at.date(),
    )


def _speakers(request: SignedInRequest, slug: str) -> tuple[Partnership, list[Seat]]:
    """The partnership, and for which of its seats the reader can speak. Raises Missing or Denied."""
    partnership = convene.partnership_for(request.actor, slug, request.at)
    policies.check_can_propose(request.actor, partnership, request.at)
    table = seating.seats(partnership, request.at)
    return partnership, seating.held_by(request.actor, table)


@login_required
@page
def propose_entry_point(request: SignedInRequest, slug: str) -> HttpResponse:
    """Where could you begin, small enough to get moving?"""
    partnership, mine = _speakers(request, slug)
    form = EntryPointForm(request.POST or None, mine=mine, outcomes=queries.outcomes(partnership))
    if done(
        request,
        form,
        lambda: actions.propose_entry_point(
            partnership=partnership,
            seat=form.cleaned_data["seat"],
            idea=form.idea(),
            by=request.actor,
            at=request.at,
        ),
    ):
        messages.success(request, _("Proposed. Now every seat can rate it."))
        return redirect("entry_points", slug)
    return show(request, "propose_entry_point", partnership, form=form)


@login_required
@page
def rate_entry_point(request: SignedInRequest, slug: str, pk: UUID) -> HttpResponse:
    """How does this proposal look from your seat?"""
    partnership, mine = _speakers(request, slug)
    point = queries.entry_point_for(request.actor, slug, pk, request.at)
    actions.check_can_be_rated(point)
    own = queries.own_rating(point, mine[0]) if len(mine) == 1 else None
    before = {name: getattr(own, name) for name in (*CRITERIA, "objection")} if own else None
    form = RatingForm(request.POST or None, mine=mine, initial=before)
    if done(request, form, lambda: _rate(request, point, form)):
        messages.success(request, _("Your rating counts. Nobody else sees its numbers."))
        return redirect("entry_points", slug)
    argued = presentation.argued(point)
    return show(
        request, "rate_entry_point", partnership, form=form, point=point, argued=argued, own=own
    )


def _rate(request: SignedInRequest, point: EntryPoint, form: RatingForm) -> object:
    given = form.cleaned_data
    return actions.rate(
        entry_point=point,
        seat=given["seat"],
        points={name: given[name] for name in CRITERIA},
        objection=given["objection"],
        by=request.actor,
        at=request.at,
    )


@login_required
@page
def choose_entry_point(request: SignedInRequest, slug: str, pk: UUID) -> HttpResponse:
    """Do enough members accept it?"""
    partnership = convene.partnership_for(request.actor, slug, request.at)
    policies.check_can_choose(request.actor, partnership, request.at)
    point = queries.entry_point_for(request.actor, slug, pk, request.at)
    actions.check_can_be_chosen(point, request.at)
    found, bar = queries.candidate(request.actor, point, request.at)
    # With an open gate the form has no field: it is sent when the request is, however empty.
    sent = request.POST if request.method == "POST" else None
    form = ChooseForm(sent, is_open=found.gate.answer.is_open)
    if done(
        request,
        form,
        lambda: actions.choose_entry_point(
            entry_point=point,
            because=form.cleaned_data.get("because", ""),
            by=request.actor,
            at=request.at,
        ),
    ):
        messages.success(request, _("This is where you begin."))
        return redirect("entry_points", slug)
    return show(
        request,
        "choose_entry_point",
        partnership,
        form=form,
        point=point,
        gate=presentation.gate(found.gate.trace),
        is_open=found.gate.answer.is_open,
        bar=presentation.bar(bar, found.gate.trace["seats"]),
        rule_url=presentation.rule_url(bar, slug),
        objections=found.objections,
    )


@login_required
@page
def review_entry_point(request: SignedInRequest, slug: str, pk: UUID) -> HttpResponse:
    """What came of it, and what follows?"""
    partnership = convene.partnership_for(request.actor, slug, request.at)
    policies.check_can_choose(request.actor, partnership, request.at)
    point = queries.entry_point_for(request.actor, slug, pk, request.at)
    actions.check_is_pilot(point)
    form = ReviewForm(request.POST or None)
    if done(
        request,
        form,
        lambda: actions.review_pilot(
            entry_point=point, **form.cleaned_data, by=request.actor, at=request.at
        ),
    ):
        messages.success(request, _("It is on record."))
        return redirect("entry_points", slug)
    argued = presentation.argued(point)
    return show(request, "review_entry_point", partnership, form=form, point=point, argued=argued)
