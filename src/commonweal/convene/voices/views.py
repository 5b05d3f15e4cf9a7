"""Pages of the map and of who is missing."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from commonweal.convene import policies
from commonweal.convene.queries import partnership_for
from commonweal.convene.voices import actions, presentation, queries
from commonweal.convene.voices.forms import NAMES, LineForm, initial_of
from commonweal.convene.voices.models import Line
from commonweal.core.formerrors import done, status_of
from commonweal.core.requests import SignedInRequest

page = require_http_methods(["GET", "HEAD", "POST"])


@login_required
@require_safe
def who_is_missing(request: SignedInRequest, slug: str) -> HttpResponse:
    """Who is missing, and why is it thought so? With the map that it rests on."""
    partnership = partnership_for(request.actor, slug, request.at)
    lines = list(queries.lines(partnership))
    answer = queries.who_is_missing(partnership, request.at, lines).answer
    convenes = policies.can_convene(request.actor, partnership, request.at)
    context = {
        "partnership": partnership,
        "nav_current": "table",
        "lead": presentation.lead(answer, lines),
        "findings": presentation.findings(answer) if lines else [],
        "levers": presentation.levers(answer),
        "parts": presentation.parts(partnership, lines, edits=convenes),
        "is_empty": not lines,
        "convenes": convenes,
    }
    return render(request, "convene/who_is_missing.html", context)


@login_required
@page
def add_line(request: SignedInRequest, slug: str, kind: str) -> HttpResponse:
    """Put something on the map."""
    partnership = partnership_for(request.actor, slug, request.at)
    policies.check_can_convene(request.actor, partnership, request.at)
    if kind not in NAMES:
        raise policies.missing()
    form = LineForm(request.POST or None, kind=kind, partnership=partnership, at=request.at)
    if done(
        request,
        form,
        lambda: actions.add(
            partnership=partnership, kind=kind, said=form.said(), by=request.actor, at=request.at
        ),
    ):
        messages.success(request, _("It is on the map."))
        return redirect("who_is_missing", slug)
    context = {"partnership": partnership, "nav_current": "table", "form": form}
    context["title"] = str(Line.Kind(kind).label)
    return render(request, "convene/line.html", context, status=status_of(form))


@login_required
@page
def change_line(request: SignedInRequest, slug: str, line_id: UUID) -> HttpResponse:
    """Say anew what a line of the map says, or take it off."""
    line = queries.line_for(request.actor, slug, line_id, request.at)
    policies.check_can_convene(request.actor, line.partnership, request.at)
    form = LineForm(
        request.POST or None,
        kind=line.kind,
        partnership=line.partnership,
        at=request.at,
        initial=initial_of(line),
    )
    if done(
        request,
        form,
        lambda: actions.change(line=line, said=form.said(), by=request.actor, at=request.at),
    ):
        messages.success(request, _("Saved."))
        return redirect("who_is_missing", slug)
    context = {"partnership": line.partnership, "nav_current": "table", "form": form, "line": line}
    context["title"] = line.name
    return render(request, "convene/line.html", context, status=status_of(form))


@login_required
@require_POST
def remove_line(request: SignedInRequest, slug: str, line_id: UUID) -> HttpResponse:
    """Take a line off the map."""
    line = queries.line_for(request.actor, slug, line_id, request.at)
    actions.remove(line=line, by=request.actor, at=request.at)
    messages.success(request, _("It is off the map."))
    return redirect("who_is_missing", slug)
