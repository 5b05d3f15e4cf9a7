"""Pages of meetings."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from commonweal.convene import policies
from commonweal.convene.models import Partnership, Seat
from commonweal.convene.queries import partnership_for, seats
from commonweal.core.formerrors import done, status_of
from commonweal.core.requests import SignedInRequest
from commonweal.desk.meetings import actions, calendar, queries
from commonweal.desk.meetings.forms import CallForm, MinutesForm, PointForm, TodoForm
from commonweal.desk.meetings.models import Meeting

page = require_http_methods(["GET", "HEAD", "POST"])
MOST_SHOWN = 60


def _mine(request: SignedInRequest, partnership: Partnership) -> list[Seat]:
    held = list(seats(partnership, request.at))
    if policies.can_convene(request.actor, partnership, request.at):
        return held
    own, person = request.actor.organisation_ids, request.actor.person_id
    near = [s for s in held if s.organisation_id in own or (person and s.person_id == person)]
    return [seat for seat in near if policies.can_speak_for(request.actor, seat, request.at)]


@login_required
@require_safe
def meetings(request: SignedInRequest, slug: str) -> HttpResponse:
    """When do we meet, and what came of it?"""
    partnership = partnership_for(request.actor, slug, request.at)
    rows = list(queries.meetings(partnership)[:MOST_SHOWN])
    context = {
        "partnership": partnership,
        "nav_current": "table",
        "coming": [row for row in reversed(rows) if row.closed_at is None],
        "closed": [row for row in rows if row.closed_at is not None],
        "convenes": policies.can_convene(request.actor, partnership, request.at),
    }
    return render(request, "desk/meetings.html", context)


@login_required
@require_safe
def meetings_calendar(request: SignedInRequest, slug: str) -> HttpResponse:
    """The meetings to come, for a calendar."""
    partnership = partnership_for(request.actor, slug, request.at)
    rows = queries.meetings(partnership).filter(closed_at__isnull=True)
    answer = HttpResponse(calendar.of(rows, request.at), content_type="text/calendar")
    answer["Content-Disposition"] = 'attachment; filename="meetings.ics"'
    return answer


@login_required
@page
def call_meeting(request: SignedInRequest, slug: str) -> HttpResponse:
    """Call a meeting."""
    partnership = partnership_for(request.actor, slug, request.at)
    policies.check_can_convene(request.actor, partnership, request.at)
    form = CallForm(request.POST or None)
    if done(
        request,
        form,
        lambda: actions.call(
            partnership=partnership, **form.cleaned_data, by=request.actor, at=request.at
        ),
    ):
        messages.success(request, _("The meeting is called."))
        return redirect("meetings", slug)
    context = {"partnership": partnership, "nav_current": "table", "form": form}
    context["title"], context["submit"] = _("Call a meeting"), _("Call it")
    return render(request, "desk/meeting_form.html", context, status=status_of(form))


@login_required
@require_safe
def meeting(request: SignedInRequest, slug: str, meeting_id: UUID) -> HttpResponse:
    """One meeting: its agenda, its minutes, and who does what."""
    found = queries.meeting_for(request.actor, slug, meeting_id, request.at)
    return _shown(request, found)


def _shown(
    request: SignedInRequest, found: Meeting, minutes: Any = None, todo: Any = None
) -> HttpResponse:
    drawn = queries.drawn(found, request.actor, request.at)
    held = list(seats(found.partnership, request.at))
    present = list(found.present.select_related("organisation"))
    convenes = policies.can_convene(request.actor, found.partnership, request.at)
    ordered = [(drawn.points[slot.key], slot) for slot in drawn.found.answer]
    writes = convenes and found.begun_at is not None and found.closed_at is None
    if writes and minutes is None:
        points = [point for point, _slot in ordered]
        minutes = MinutesForm(points=points, seats=held, initial={"present": present})
    if writes and todo is None:
        todo = TodoForm(seats=held)
    own = {seat.pk for seat in _mine(request, found.partnership)}
    todos = found.todos.select_related("seat__organisation").order_by("due_on", "id")
    context = {
        "partnership": found.partnership,
        "nav_current": "table",
        "meeting": found,
        "ordered": ordered,
        "trace": drawn.found.trace,
        "present": present,
        "todos": [(row, row.seat_id in own and row.done_at is None) for row in todos],
        "minutes": minutes if writes else None,
        "todo": todo if writes else None,
        "convenes": convenes,
        "may_add": bool(own) and found.closed_at is None,
    }
    wrong = next((form for form in (minutes, todo) if form is not None and form.errors), None)
    status = status_of(wrong) if wrong is not None else 200
    return render(request, "desk/meeting.html", context, status=status)


@login_required
@page
def add_point(request: SignedInRequest, slug: str, meeting_id: UUID) -> HttpResponse:
    """Put something on the agenda."""
    found = queries.meeting_for(request.actor, slug, meeting_id, request.at)
    form = PointForm(request.POST or None, seats=_mine(request, found.partnership))
    if done(
        request,
        form,
        lambda: actions.add_point(
            meeting=found, **form.cleaned_data, by=request.actor, at=request.at
        ),
    ):
        messages.success(request, _("It is on the agenda."))
        return redirect("meeting", slug, found.pk)
    context = {"partnership": found.partnership, "nav_current": "table", "form": form}
    context["title"], context["submit"] = _("Put something on the agenda"), _("Put it there")
    context["meeting"] = found
    return render(request, "desk/meeting_form.html", context, status=status_of(form))


@login_required
@require_POST
def begin_meeting(request: SignedInRequest, slug: str, meeting_id: UUID) -> HttpResponse:
    """Take up the agenda."""
    found = queries.meeting_for(request.actor, slug, meeting_id, request.at)
    actions.begin(meeting=found, by=request.actor, at=request.at)
    return redirect("meeting", slug, found.pk)


@login_required
@require_POST
def take_minutes(request: SignedInRequest, slug: str, meeting_id: UUID) -> HttpResponse:
    """Write down what was said, and who was there."""
    found = queries.meeting_for(request.actor, slug, meeting_id, request.at)
    policies.check_can_convene(request.actor, found.partnership, request.at)
    held, points = list(seats(found.partnership, request.at)), list(found.points.all())
    form = MinutesForm(request.POST, points=points, seats=held)
    if done(
        request,
        form,
        lambda: actions.take_minutes(
            meeting=found,
            words=form.words(),
            present=form.cleaned_data["present"],
            by=request.actor,
            at=request.at,
        ),
    ):
        messages.success(request, _("Saved."))
        return redirect("meeting", slug, found.pk)
    return _shown(request, found, minutes=form)


@login_required
@require_POST
def add_todo(request: SignedInRequest, slug: str, meeting_id: UUID) -> HttpResponse:
    """Write down who does what by when."""
    found = queries.meeting_for(request.actor, slug, meeting_id, request.at)
    policies.check_can_convene(request.actor, found.partnership, request.at)
    form = TodoForm(request.POST, seats=seats(found.partnership, request.at))
    if done(
        request,
        form,
        lambda: actions.add_todo(
            meeting=found, **form.cleaned_data, by=request.actor, at=request.at
        ),
    ):
        messages.success(request, _("It is written down."))
        return redirect("meeting", slug, found.pk)
    return _shown(request, found, todo=form)


@login_required
@require_POST
def todo_done(request: SignedInRequest, slug: str, todo_id: UUID) -> HttpResponse:
    """Call it done."""
    todo = queries.todo_for(request.actor, slug, todo_id, request.at)
    actions.call_done(todo=todo, by=request.actor, at=request.at)
    messages.success(request, _("It is done."))
    return redirect("meeting", slug, todo.meeting_id)


@login_required
@require_POST
def close_meeting(request: SignedInRequest, slug: str, meeting_id: UUID) -> HttpResponse:
    """Close the minutes."""
    found = queries.meeting_for(request.actor, slug, meeting_id, request.at)
    actions.close(meeting=found, by=request.actor, at=request.at)
    messages.success(request, _("The minutes are closed, and everybody at the table is told."))
    return redirect("meetings", slug)
