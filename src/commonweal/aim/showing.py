"""The frame of the pages of this room's parts. Part of the views, in a file of its own."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse  # noqa: TID251
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from commonweal.convene.models import Partnership
from commonweal.core.formerrors import status_of
from commonweal.core.requests import SignedInRequest

page = require_http_methods(["GET", "HEAD", "POST"])


def show(
    request: SignedInRequest, template: str, partnership: Partnership, **context: Any
) -> HttpResponse:
    """A page of the room; one with a `form` has the status of what is wrong with it."""
    status = status_of(context["form"]) if "form" in context else 200
    frame = {"partnership": partnership, "nav_current": "theory"}
    return render(request, f"aim/{template}.html", {**frame, **context}, status=status)
