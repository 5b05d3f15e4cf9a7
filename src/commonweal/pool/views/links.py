"""Who may send files without an account: issue, send again and withdraw personal links."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from commonweal.core.errors import Denied
from commonweal.core.formerrors import attempt
from commonweal.core.models import Link
from commonweal.core.requests import SignedInRequest
from commonweal.pool import queries, submit_links
from commonweal.pool.forms import LinkForm


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def links(request: SignedInRequest, slug: str) -> HttpResponse:
    """Who can send files without an account?"""
    partnership = queries.partnership_for(request.actor, slug, request.at)
    ways = queries.link_ways(request.actor, partnership, request.at)
    if not ways:
        raise Denied(
            _("You cannot send personal links for this partnership’s data."),
            mend=_("The convener can, and whoever looks after the data of a partner."),
        )
    form = LinkForm(request.POST if request.method == "POST" else None, ways=ways)
    if request.method == "POST" and form.is_valid():
        contract, provider = form.chosen()

        def act() -> None:
            submit_links.issue(
                contract=contract,
                provider=provider,
                email=form.cleaned_data["email"],
                by=request.actor,
                at=request.at,
            )

        if attempt(form, act):
            messages.success(request, _("The link is on its way."))
            return redirect("data_links", slug)
    context = {
        "partnership": partnership,
        "nav_current": "data",
        "form": form,
        "links": [
            _row(link, request.at) for link in queries.links(request.actor, partnership, request.at)
        ],
    }
    return render(request, "pool/links.html", context, status=422 if form.errors else 200)


def _row(link: Link, at: datetime) -> dict[str, Any]:
    contract, _provider = queries.way_of_link(link)
    if link.revoked_at:
        state, kind = _("Withdrawn"), "neutral"
    elif link.expires_at <= at:
        state, kind = _("Expired"), "neutral"
    elif link.last_used_at:
        state, kind = _("Used"), "good"
    else:
        state, kind = _("Sent"), "progress"
    return {
        "link": link,
        "contract": contract,
        "state": state,
        "kind": kind,
        "is_open": link.revoked_at is None,
    }


@login_required
@require_POST
def resend(request: SignedInRequest, slug: str, link_id: UUID) -> HttpResponse:
    """Mail a new token; the old one dies."""
    partnership = queries.partnership_for(request.actor, slug, request.at)
    link = queries.link_for(request.actor, partnership, link_id, request.at)
    submit_links.resend(link=link, by=request.actor, at=request.at)
    messages.success(request, _("A new link is on its way. The one before works no more."))
    return redirect("data_links", slug)


@login_required
@require_POST
def revoke(request: SignedInRequest, slug: str, link_id: UUID) -> HttpResponse:
    """The link stops working now."""
    partnership = queries.partnership_for(request.actor, slug, request.at)
    link = queries.link_for(request.actor, partnership, link_id, request.at)
    submit_links.revoke(link=link, by=request.actor, at=request.at)
    messages.success(request, _("The link was withdrawn. It works no more."))
    return redirect("data_links", slug)
