"""The page on which an offer is promised."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from commonweal.agree.commitments import policies
from commonweal.agree.commitments.actions import Promise
from commonweal.convene.offers import queries
from commonweal.convene.policies import missing
from commonweal.core.formerrors import done, status_of
from commonweal.core.requests import SignedInRequest
from commonweal.desk.matching import actions
from commonweal.desk.matching.forms import PromiseForm


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def promise_match(request: SignedInRequest, slug: str, match_id: UUID) -> HttpResponse:
    """Promise what was asked for: it becomes a commitment."""
    match = queries.match_for(request.actor, slug, match_id, request.at)
    seat = match.offer.seat
    if seat.organisation is None:
        raise missing()
    policies.check_can_make(request.actor, seat.partnership, seat.organisation, request.at)
    action = _("%(offer)s for %(asker)s: %(need)s") % {
        "offer": match.offer.title,
        "asker": match.need.seat.holder,
        "need": match.need.title,
    }
    initial = {"action": action[:300], "due_on": match.need.until_date or match.offer.until_date}
    form = PromiseForm(request.POST or None, initial=initial)
    if done(
        request,
        form,
        lambda: actions.promise(
            match=match,
            promise=Promise(form.cleaned_data["action"], form.cleaned_data["due_on"]),
            is_public=form.cleaned_data["is_public"] == "yes",
            by=request.actor,
            at=request.at,
        ),
    ):
        messages.success(request, _("It is a commitment now, and off the list."))
        return redirect("offers", slug)
    context = {
        "partnership": seat.partnership,
        "nav_current": "table",
        "form": form,
        "title": action,
    }
    return render(request, "desk/promise_match.html", context, status=status_of(form))
