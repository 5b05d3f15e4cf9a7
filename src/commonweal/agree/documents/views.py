"""Pages and files of an agreement as a document."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from commonweal.agree import queries as agreements
from commonweal.agree.documents import queries
from commonweal.agree.documents.changes import changes
from commonweal.convene.models import Partnership
from commonweal.core.requests import SignedInRequest


@login_required
@require_safe
def agreement_changes(
    request: SignedInRequest, slug: str, reference: str, number: int
) -> HttpResponse:
    """What does this version change, clause by clause?"""
    version = agreements.version_for(request.actor, slug, reference, number, request.at)
    since = queries.earlier(version, request.GET.get("since", ""), request.actor)
    agreement = version.agreement
    context = {
        "agreement": agreement,
        "version": version,
        "since": since,
        "changes": changes(version, since) if since else None,
        "others": list(agreement.versions.filter(number__lt=number).order_by("-number")),
    }
    return _render(request, "changes", agreement.partnership, context)


def _render(
    request: SignedInRequest,
    template: str,
    partnership: Partnership,
    context: dict[str, Any],
    status: int = 200,
) -> HttpResponse:
    shell = {"partnership": partnership, "nav_current": "agreements"}
    return render(request, f"agree/{template}.html", {**shell, **context}, status=status)
