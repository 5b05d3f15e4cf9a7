"""Decisions for other software: motions and votes as JSON, reviews as a calendar."""

from __future__ import annotations

import json
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.views.decorators.http import require_safe

from commonweal.agree.decisions import calendar, popolo
from commonweal.convene import queries as convene
from commonweal.convene.reach import Part
from commonweal.core.requests import Request, SignedInRequest


def _json(found: dict[str, Any]) -> HttpResponse:
    body = json.dumps(found, ensure_ascii=False, indent=2)
    return HttpResponse(body, content_type="application/json; charset=utf-8")


@login_required
@require_safe
def decisions_json(request: SignedInRequest, slug: str) -> HttpResponse:
    """Every proposal that was put to positions, with how each seat answered; for the table."""
    partnership = convene.readable_for(request.actor, slug, Part.DECISIONS, request.at)
    return _json(popolo.document(partnership, request.at))


@require_safe
def public_json(request: Request, slug: str) -> HttpResponse:
    """The decisions that were made public, for anybody."""
    partnership = convene.public_partnership(slug)
    return _json(popolo.document(partnership, request.at, public=True))


@login_required
@require_safe
def reviews_ics(request: SignedInRequest, slug: str) -> HttpResponse:
    """The days on which decisions come back, for a calendar."""
    partnership = convene.readable_for(request.actor, slug, Part.DECISIONS, request.at)
    response = HttpResponse(
        calendar.reviews(partnership, request.at), content_type="text/calendar; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="{slug}-reviews.ics"'
    return response
