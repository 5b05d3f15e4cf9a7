"""Public pages: what was promised, what happened, and where each number comes from."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from commonweal.convene import queries as convene
from commonweal.measure import exports, marks
from commonweal.measure import queries as measure
from commonweal.measure.models import Release
from commonweal.measure.presentation import shown
from commonweal.measure.provenance import provenance
from commonweal.publish import queries


def _page(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    response = render(request, template, context)
    # A minute of rest for a phone that goes back and forth; a withdrawal shows within that minute.
    response["Cache-Control"] = "private, max-age=60"
    return response


@require_safe
def partnerships(request: HttpRequest) -> HttpResponse:
    """Every partnership that has opened its page."""
    return _page(
        request, "publish/partnerships.html", {"partnerships": convene.public_partnerships()}
    )


@require_safe
def partnership(request: HttpRequest, slug: str) -> HttpResponse:
    """What was promised, what happened, how do I speak up?"""
    page = queries.page(slug, request.at)  # type: ignore[attr-defined]
    return _page(request, "publish/partnership.html", {"page": page, **_named(page.partnership)})


@require_safe
def release(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """One published release, for whoever holds a link to it; of a withdrawn one, why it went."""
    found = measure.public_page(slug, number)
    context = {"release": found, **_named(found.partnership)}
    if found.state == Release.State.WITHDRAWN:
        return _page(request, "publish/withdrawn.html", context)
    paused = marks.paused(found, request.at)  # type: ignore[attr-defined]
    return _page(
        request, "publish/release.html", {**context, "shown": shown(found), "paused": paused}
    )


@require_safe
def how(request: HttpRequest, slug: str, number: int, key: str) -> HttpResponse:
    """How do we know? Where does this number come from?"""
    found = measure.public_release(slug, number)
    way = provenance(found, key, request.at)  # type: ignore[attr-defined]
    context = {"release": found, "way": way, **_named(found.partnership)}
    return _page(request, "publish/how.html", context)


@require_safe
def data(request: HttpRequest, slug: str, number: int, form: str) -> HttpResponse:
    """A published release's rows as CSV or JSON."""
    file = exports.file_of(measure.public_release(slug, number), form)
    return HttpResponse(file.data, content_type=file.content_type, headers=file.headers)


def _named(partnership: Any) -> dict[str, Any]:
    return {
        "public_name": partnership.name,
        "public_home_url": f"/p/{partnership.slug}/",
        "partnership": partnership,
    }
