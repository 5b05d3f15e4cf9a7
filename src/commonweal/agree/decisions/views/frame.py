"""What every page of this part shares: the frame, and a form that is shown, sent, or sent back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from commonweal.convene.models import Partnership
from commonweal.core.formerrors import attempt, status_of
from commonweal.core.requests import Request, SignedInRequest

page = require_http_methods(["GET", "HEAD", "POST"])


def sent(request: Request) -> QueryDict | None:
    """What was sent, also when it was nothing; None for a page that is only looked at."""
    return request.POST if request.method == "POST" else None


def done(request: SignedInRequest, form: forms.Form, act: Callable[[], object]) -> bool:
    """Whether the form was sent, is valid, and the action went through."""
    return request.method == "POST" and form.is_valid() and attempt(form, act)


def show(
    request: SignedInRequest,
    template: str,
    partnership: Partnership,
    context: dict[str, Any],
    status: int = 200,
) -> HttpResponse:
    shell = {"partnership": partnership, "nav_current": "decisions"}
    return render(request, f"decisions/{template}.html", {**shell, **context}, status=status)


def form_page(
    request: SignedInRequest,
    template: str,
    partnership: Partnership,
    form: forms.Form,
    **context: Any,
) -> HttpResponse:
    return show(request, template, partnership, {"form": form, **context}, status_of(form))
