"""Pages of working groups."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from commonweal.convene import policies
from commonweal.convene.groups import actions, queries
from commonweal.convene.groups.forms import EndForm, GroupForm, initial_of
from commonweal.convene.models import Partnership
from commonweal.convene.queries import partnership_for, seats
from commonweal.core.formerrors import done, status_of
from commonweal.core.requests import SignedInRequest

page = require_http_methods(["GET", "HEAD", "POST"])


@login_required
@require_safe
def groups(request: SignedInRequest, slug: str) -> HttpResponse:
    """Who works on what, and what may they decide?"""
    partnership = partnership_for(request.actor, slug, request.at)
    rows = list(queries.groups(partnership)[:100])
    context = {
        "partnership": partnership,
        "nav_current": "table",
        "at_work": [row for row in rows if row.ended_at is None],
        "ended": [row for row in rows if row.ended_at is not None],
        "convenes": policies.can_convene(request.actor, partnership, request.at),
    }
    return render(request, "convene/groups.html", context)


def _form_page(
    request: SignedInRequest,
    partnership: Partnership,
    form: Any,
    title: str,
    submit: str,
    **more: Any,
) -> HttpResponse:
    context = {"partnership": partnership, "nav_current": "table", "form": form, "title": title}
    context |= {"submit": submit, **more}
    return render(request, "convene/group_form.html", context, status=status_of(form))


@login_required
@page
def begin_group(request: SignedInRequest, slug: str) -> HttpResponse:
    """Set up a working group."""
    partnership = partnership_for(request.actor, slug, request.at)
    policies.check_can_convene(request.actor, partnership, request.at)
    form = GroupForm(request.POST or None, seats=seats(partnership, request.at))
    if done(
        request,
        form,
        lambda: actions.begin(
            partnership=partnership, said=form.said(), by=request.actor, at=request.at
        ),
    ):
        messages.success(request, _("The group is set up."))
        return redirect("groups", slug)
    return _form_page(request, partnership, form, _("Set up a working group"), _("Set it up"))


@login_required
@page
def change_group(request: SignedInRequest, slug: str, group_id: UUID) -> HttpResponse:
    """Say anew what a group is."""
    group = queries.group_for(request.actor, slug, group_id, request.at)
    policies.check_can_convene(request.actor, group.partnership, request.at)
    held = list(seats(group.partnership, request.at))
    form = GroupForm(request.POST or None, seats=held, initial=initial_of(group))
    if done(
        request,
        form,
        lambda: actions.change(group=group, said=form.said(), by=request.actor, at=request.at),
    ):
        messages.success(request, _("Saved."))
        return redirect("groups", slug)
    return _form_page(request, group.partnership, form, group.name, _("Save"), ends=group.pk)


@login_required
@page
def end_group(request: SignedInRequest, slug: str, group_id: UUID) -> HttpResponse:
    """End a group, with the reason."""
    group = queries.group_for(request.actor, slug, group_id, request.at)
    policies.check_can_convene(request.actor, group.partnership, request.at)
    form = EndForm(request.POST or None)
    if done(
        request,
        form,
        lambda: actions.end(
            group=group, because=form.cleaned_data["because"], by=request.actor, at=request.at
        ),
    ):
        messages.success(request, _("The group has ended, and stays on record."))
        return redirect("groups", slug)
    title = _("End: %(name)s") % {"name": group.name}
    return _form_page(request, group.partnership, form, title, _("End the group"))
