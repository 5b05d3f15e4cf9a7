"""Pages of the triangle. Each makes one domain call."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from commonweal.aim import seating
from commonweal.aim.showing import page, show
from commonweal.aim.triangle import actions, policies, presentation, queries
from commonweal.aim.triangle.forms import EvidenceForm, OwnerForm, RateForm
from commonweal.aim.triangle.words import TASKS
from commonweal.convene import queries as convene
from commonweal.convene.models import Partnership, Seat
from commonweal.core.errors import Denied
from commonweal.core.formerrors import done
from commonweal.core.requests import SignedInRequest


@login_required
@require_safe
def triangle(request: SignedInRequest, slug: str) -> HttpResponse:
    """Do we have what we need, and do we see it alike?"""
    partnership = convene.partnership_for(request.actor, slug, request.at)
    board = queries.board(request.actor, partnership, request.at)
    begins = policies.can_begin(request.actor, partnership, request.at)
    added = [each for rows in board.added.values() for each in rows]
    own = [each for each in added if begins or each.added_by in board.mine]
    return show(
        request,
        "triangle",
        partnership,
        board=board,
        lead=presentation.lead(board),
        picture=presentation.picture(board),
        spread=presentation.spread(board),
        tasks=presentation.tasks(board, slug, own),
        rounds=presentation.rounds(board.rounds),
        begins=begins,
        names_owners=begins or any(seat.organisation_id for seat in board.mine),
    )


def _speakers(request: SignedInRequest, slug: str) -> tuple[Partnership, list[Seat]]:
    """The partnership, and for which of its seats the reader can speak. Raises Missing or Denied."""
    partnership = convene.partnership_for(request.actor, slug, request.at)
    policies.check_can_take_part(request.actor, partnership, request.at)
    table = seating.seats(partnership, request.at)
    return partnership, seating.held_by(request.actor, table)


@login_required
@page
def rate_triangle(request: SignedInRequest, slug: str) -> HttpResponse:
    """How far are we, seen from your seat?"""
    partnership, mine = _speakers(request, slug)
    here = actions.check_round_open(partnership)
    before = queries.own_points(here, mine[0]) if len(mine) == 1 else {}
    form = RateForm(request.POST or None, mine=mine, initial=before)
    if done(
        request,
        form,
        lambda: actions.rate_tasks(
            partnership=partnership,
            seat=form.cleaned_data["seat"],
            points={name: form.cleaned_data[name] for name in TASKS},
            by=request.actor,
            at=request.at,
        ),
    ):
        messages.success(request, _("Your rating counts. Nobody else sees its numbers."))
        return redirect("triangle", slug)
    return show(request, "rate_triangle", partnership, form=form, round=here)


@login_required
@require_POST
def begin_triangle_round(request: SignedInRequest, slug: str) -> HttpResponse:
    partnership = convene.partnership_for(request.actor, slug, request.at)
    found = actions.begin_round(partnership=partnership, by=request.actor, at=request.at)
    messages.success(request, _("Round %(number)d is open.") % {"number": found.number})
    return redirect("triangle", slug)


@login_required
@require_POST
def close_triangle_round(request: SignedInRequest, slug: str) -> HttpResponse:
    partnership = convene.partnership_for(request.actor, slug, request.at)
    found = actions.close_round(partnership=partnership, by=request.actor, at=request.at)
    messages.success(request, _("Round %(number)d is closed.") % {"number": found.number})
    return redirect("triangle", slug)


@login_required
@page
def triangle_owner(request: SignedInRequest, slug: str, task: str) -> HttpResponse:
    """Who looks after this task?"""
    partnership = convene.partnership_for(request.actor, slug, request.at)
    found = queries.task_named(task)
    begins = policies.can_begin(request.actor, partnership, request.at)
    owners = queries.possible_owners(request.actor, partnership, begins, request.at)
    if not owners:
        raise Denied(
            _("Only an organisation at the table looks after a task."),
            mend=_("Ask the convener to write down who does."),
        )
    form = OwnerForm(request.POST or None, owners=owners)
    if done(
        request,
        form,
        lambda: actions.name_owner(
            partnership=partnership,
            task=found.key,
            organisation=form.cleaned_data["organisation"],
            by=request.actor,
            at=request.at,
        ),
    ):
        messages.success(request, _("Saved."))
        return redirect("triangle", slug)
    return show(request, "triangle_owner", partnership, form=form, name=TASKS[found.key])


@login_required
@page
def add_triangle_evidence(request: SignedInRequest, slug: str, task: str) -> HttpResponse:
    """What is there to show that is not in here?"""
    partnership, mine = _speakers(request, slug)
    found = queries.task_named(task)
    form = EvidenceForm(request.POST or None, mine=mine, task=found)
    if done(
        request,
        form,
        lambda: actions.add_evidence(
            partnership=partnership,
            task=found.key,
            **form.cleaned_data,
            by=request.actor,
            at=request.at,
        ),
    ):
        messages.success(request, _("Added, with the name of your seat."))
        return redirect("triangle", slug)
    return show(request, "add_triangle_evidence", partnership, form=form, name=TASKS[found.key])


@login_required
@require_POST
def take_back_triangle_evidence(request: SignedInRequest, slug: str, pk: UUID) -> HttpResponse:
    found = queries.evidence_for(request.actor, slug, pk, request.at)
    actions.take_back_evidence(evidence=found, by=request.actor, at=request.at)
    messages.success(request, _("Taken back."))
    return redirect("triangle", slug)
