"""What the pages of this room share: who may change aims, one way to handle a form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from commonweal.aim import policies
from commonweal.convene import queries as convene
from commonweal.convene.models import Partnership
from commonweal.core.formerrors import attempt
from commonweal.core.requests import SignedInRequest


def uuid_of(text: str | None) -> UUID | None:
    """A choice from the address, ignored when it is not one."""
    try:
        return UUID(text or "")
    except ValueError:
        return None


def aimed(request: SignedInRequest, slug: str) -> Partnership:
    """The partnership, for who may change its aims. Raises Missing or Denied."""
    partnership = convene.partnership_for(request.actor, slug, request.at)
    policies.check_can_aim(request.actor, partnership, request.at)
    return partnership


def handle(
    request: SignedInRequest,
    template: str,
    form: forms.Form,
    partnership: Partnership,
    *,
    act: Callable[[dict[str, Any]], object],
    done: str,
    then: str = "theory",
    **context: Any,
) -> HttpResponse:
    """GET shows the form; POST acts and goes on to `then`, or shows what was wrong."""
    if (
        request.method == "POST"
        and form.is_valid()
        and attempt(form, lambda: act(form.cleaned_data))
    ):
        messages.success(request, done)
        return redirect(then, partnership.slug)
    context = {"form": form, "partnership": partnership, "nav_current": "theory", **context}
    status = 422 if form.errors else 200
    return render(request, f"aim/{template}.html", context, status=status)
