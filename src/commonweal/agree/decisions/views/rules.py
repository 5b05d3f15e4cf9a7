"""How the table decides: types of decision with their rights, and delegations."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from commonweal.agree.decisions import constitution as constitutions
from commonweal.agree.decisions import policies, presentation, queries, setting_up
from commonweal.agree.decisions.forms.rules import DelegationForm, TypeForm, initial_of
from commonweal.agree.decisions.views.frame import FRAME, sent
from commonweal.agree.showing import page
from commonweal.convene import queries as convene
from commonweal.convene.reach import Part
from commonweal.core.errors import Denied
from commonweal.core.formerrors import done
from commonweal.core.requests import SignedInRequest


@login_required
@require_safe
def types(request: SignedInRequest, slug: str) -> HttpResponse:
    """Who decides what, by which rule?"""
    partnership = convene.readable_for(request.actor, slug, Part.DECISIONS, request.at)
    found = list(queries.types(partnership))
    constitution = constitutions.on_deciding(partnership, request.at)
    context = {
        "constitution": constitution,
        "table": presentation.types_table(found, slug),
        "departing": presentation.departing(found, slug, constitution),
        "found": found,
        "sets_up": policies.can_set_up(request.actor, partnership, request.at),
    }
    return FRAME.page(request, "types", partnership, context)


@login_required
@page
def set_up(request: SignedInRequest, slug: str) -> HttpResponse:
    """Set up a type of decision."""
    partnership = convene.partnership_for(request.actor, slug, request.at)
    policies.check_can_set_up(request.actor, partnership, request.at)
    constitution = constitutions.on_deciding(partnership, request.at)
    form = TypeForm(
        sent(request),
        seats=queries.open_seats(partnership, request.at),
        may_depart=constitution is not None,
        initial=constitution.initial if constitution else {},
    )
    if done(
        request,
        form,
        lambda: setting_up.set_up(
            partnership=partnership, setting=form.setting(), by=request.actor, at=request.at
        ),
    ):
        messages.success(request, _("The table can decide this way now."))
        return redirect("decision_types", slug)
    return FRAME.form(request, "set_up", partnership, form, constitution=constitution)


@login_required
@page
def one_type(request: SignedInRequest, slug: str, number: int) -> HttpResponse:
    """One type of decision; who may, changes it."""
    found = queries.type_for(request.actor, slug, number, request.at)
    if request.method == "POST" or policies.can_set_up(
        request.actor, found.partnership, request.at
    ):
        return _change(request, slug, number)
    constitution = constitutions.on_deciding(found.partnership, request.at)
    context = {
        "found": found,
        "rows": presentation.type_rows(found),
        "constitution": constitution,
        "departure": constitution.departure(found) if constitution else "",
    }
    return FRAME.page(request, "type", found.partnership, context)


def _change(request: SignedInRequest, slug: str, number: int) -> HttpResponse:
    found = queries.type_for(request.actor, slug, number, request.at)
    policies.check_can_set_up(request.actor, found.partnership, request.at)
    constitution = constitutions.on_deciding(found.partnership, request.at)
    form = TypeForm(
        sent(request),
        seats=queries.open_seats(found.partnership, request.at),
        may_depart=constitution is not None,
        initial=initial_of(found),
    )
    if done(
        request,
        form,
        lambda: setting_up.change(
            decision_type=found, setting=form.setting(), by=request.actor, at=request.at
        ),
    ):
        messages.success(request, _("Changed, for what is proposed from now on."))
        return redirect("decision_types", slug)
    context = {
        "found": found,
        "constitution": constitution,
        "departure": constitution.departure(found) if constitution else "",
    }
    return FRAME.form(request, "set_up", found.partnership, form, **context)


@login_required
@page
def delegations(request: SignedInRequest, slug: str) -> HttpResponse:
    """Who answers for whom?"""
    partnership = convene.partnership_for(request.actor, slug, request.at)
    policies.check_can_propose(request.actor, partnership, request.at)
    mine = queries.own_seats(request.actor, partnership, request.at)
    table = queries.open_seats(partnership, request.at)
    form = DelegationForm(
        sent(request),
        mine=mine,
        others=[
            seat for seat in table if not seat.is_vacant and (len(mine) > 1 or seat not in mine)
        ],
        types=queries.types(partnership),
    )

    def act() -> None:
        said = form.cleaned_data
        setting_up.delegate(
            giver=said["seat"],
            holder=said["holder"],
            decision_type=said["decision_type"],
            until_on=said["until_on"],
            by=request.actor,
            at=request.at,
        )

    if done(request, form, act):
        messages.success(request, _("Delegated. An answer of your own still goes before it."))
        return redirect("delegations", slug)
    rows = [
        (presentation.delegation_row(row), row, row.giver in mine)
        for row in queries.delegations(partnership, request.at)
    ]
    return FRAME.form(request, "delegations", partnership, form, rows=rows)


@login_required
@require_POST
def end_delegation(request: SignedInRequest, slug: str, delegation_id: UUID) -> HttpResponse:
    """From now on the seat answers itself."""
    found = queries.delegation_for(request.actor, slug, delegation_id, request.at)
    if not policies.holds(request.actor, found.giver):
        raise Denied(
            _("Only %(seat)s can end this delegation.") % {"seat": found.giver.holder},
            mend=_("Ask its people."),
        )
    setting_up.end_delegation(delegation=found, by=request.actor, at=request.at)
    messages.success(request, _("Ended. Your seat answers itself again."))
    return redirect("delegations", slug)
