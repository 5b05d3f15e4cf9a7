"""Pages of the premortem."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from commonweal.convene import policies
from commonweal.convene.models import Partnership, Seat
from commonweal.convene.premortem import actions, queries
from commonweal.convene.premortem.forms import AnswerForm, TakeUpForm
from commonweal.convene.premortem.models import Premortem, Reason
from commonweal.convene.queries import partnership_for, seats
from commonweal.core.errors import Denied
from commonweal.core.formerrors import done, status_of
from commonweal.core.models import Role
from commonweal.core.requests import SignedInRequest


def own_seats(request: SignedInRequest, partnership: Partnership) -> list[Seat]:
    """The seats that the reader answers for; the convener answers for its own only."""
    person = request.actor.person_id
    return [
        seat
        for seat in seats(partnership, request.at)
        if (seat.organisation_id and request.actor.holds(Role.MEMBER, seat.organisation_id))
        or (person and seat.person_id == person)
    ]


@login_required
@require_safe
def premortem(request: SignedInRequest, slug: str) -> HttpResponse:
    """It is two years on and it has failed. Why?"""
    partnership = partnership_for(request.actor, slug, request.at)
    current, closed = queries.open_one(partnership), queries.last_closed(partnership)
    told, gathered = queries.told(closed) if closed else ([], None)
    families = [
        (label, [each for each in told if each.reason.family.value == family])
        for family, label in Reason.Family.choices
    ]
    context = {
        "partnership": partnership,
        "nav_current": "table",
        "current": current,
        "closed": closed,
        "answered": queries.seats_answered(current) if current else None,
        "families": [(label, rows) for label, rows in families if rows],
        "seats": gathered.trace["seats"] if gathered else None,
        "answers": bool(current and own_seats(request, partnership)),
        "convenes": policies.can_convene(request.actor, partnership, request.at),
    }
    return render(request, "convene/premortem.html", context)


@login_required
@require_POST
def begin_premortem(request: SignedInRequest, slug: str) -> HttpResponse:
    """Ask the table."""
    partnership = partnership_for(request.actor, slug, request.at)
    actions.begin(partnership=partnership, by=request.actor, at=request.at)
    messages.success(request, _("The table is asked. You see what it said once you close it."))
    return redirect("premortem", slug)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def answer_premortem(request: SignedInRequest, slug: str) -> HttpResponse:
    """Say why it failed."""
    partnership = partnership_for(request.actor, slug, request.at)
    found = _open_one(partnership)
    own = own_seats(request, partnership)
    if not own:
        raise Denied(_("Only who holds a seat answers."), mend=_("Ask the convener."))
    form = AnswerForm(request.POST or None, seats=own, initial=_said(found, own))
    if done(
        request,
        form,
        lambda: actions.answer(
            found=found,
            seat=form.cleaned_data["seat"],
            reasons=form.reasons(),
            by=request.actor,
            at=request.at,
        ),
    ):
        messages.success(request, _("It is kept. Nobody else reads it with your name."))
        return redirect("premortem", slug)
    context = {"partnership": partnership, "nav_current": "table", "form": form}
    return render(request, "convene/answer_premortem.html", context, status=status_of(form))


def _open_one(partnership: Partnership) -> Premortem:
    found = queries.open_one(partnership)
    if found is None:
        raise policies.missing()
    return found


def _said(found: Premortem, own: list[Seat]) -> dict[str, str]:
    """What the only seat of the reader said before."""
    if len(own) != 1:
        return {}
    lines: dict[str, list[str]] = {}
    for row in queries.own(found, own[0]):
        lines.setdefault(row.family, []).append(row.words)
    return {family: "\n".join(words) for family, words in lines.items()}


@login_required
@require_POST
def close_premortem(request: SignedInRequest, slug: str) -> HttpResponse:
    """Show what was said, unsigned."""
    partnership = partnership_for(request.actor, slug, request.at)
    policies.check_can_convene(request.actor, partnership, request.at)
    actions.close(found=_open_one(partnership), by=request.actor, at=request.at)
    messages.success(request, _("It is closed. Who said what is erased."))
    return redirect("premortem", slug)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def take_up_reason(request: SignedInRequest, slug: str, reason_id: UUID) -> HttpResponse:
    """Say what the table does about a reason."""
    reason = queries.reason_for(request.actor, slug, reason_id, request.at)
    initial = {"answer": reason.answer, "words": reason.answer_words}
    form = TakeUpForm(request.POST or None, initial=initial)
    if done(
        request,
        form,
        lambda: actions.take_up(
            reason=reason,
            what=form.cleaned_data["answer"],
            words=form.cleaned_data["words"],
            by=request.actor,
            at=request.at,
        ),
    ):
        messages.success(request, _("Saved."))
        return redirect("premortem", slug)
    partnership = reason.premortem.partnership
    context = {"partnership": partnership, "nav_current": "table", "form": form, "reason": reason}
    return render(request, "convene/take_up_reason.html", context, status=status_of(form))
