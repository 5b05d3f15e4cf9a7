"""What the views of this room share: running an action for a form, and the frame of a page.

Part of the views, in a file of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import HttpResponse  # noqa: TID251
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from commonweal.convene.models import Partnership
from commonweal.core.formerrors import attempt
from commonweal.core.requests import SignedInRequest

page = require_http_methods(["GET", "HEAD", "POST"])


def done(request: SignedInRequest, form: forms.Form, act: Callable[[], object]) -> bool:
    """Whether the form was sent, is valid, and the action went through."""
    return request.method == "POST" and form.is_valid() and attempt(form, act)


def form_page(
    request: SignedInRequest,
    template: str,
    partnership: Partnership,
    form: forms.Form,
    **context: Any,
) -> HttpResponse:
    status = 422 if form.errors else 200
    return render_page(request, template, partnership, {"form": form, **context}, status)


def render_page(
    request: SignedInRequest,
    template: str,
    partnership: Partnership,
    context: dict[str, Any],
    status: int = 200,
) -> HttpResponse:
    shell = {"partnership": partnership, "nav_current": "agreements"}
    return render(request, f"agree/{template}.html", {**shell, **context}, status=status)
