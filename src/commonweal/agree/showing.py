"""The frame of a page in this room and its parts. Part of the views, in a file of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpResponse  # noqa: TID251
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from commonweal.convene.models import Partnership
from commonweal.core.formerrors import status_of
from commonweal.core.requests import SignedInRequest

page = require_http_methods(["GET", "HEAD", "POST"])


@dataclass(frozen=True)
class Frame:
    """Where the templates of a part lie, and which entry of the navigation its pages belong to."""

    folder: str
    nav: str

    def page(
        self,
        request: SignedInRequest,
        template: str,
        partnership: Partnership,
        context: dict[str, Any],
        status: int = 200,
    ) -> HttpResponse:
        """A page within a partnership."""
        shell = {"partnership": partnership, "nav_current": self.nav}
        name = f"{self.folder}/{template}.html"
        return render(request, name, {**shell, **context}, status=status)

    def form(
        self,
        request: SignedInRequest,
        template: str,
        partnership: Partnership,
        form: forms.Form,
        **context: Any,
    ) -> HttpResponse:
        """A page with a form, also one that was sent back."""
        return self.page(request, template, partnership, {"form": form, **context}, status_of(form))


AGREE = Frame("agree", "agreements")


def form_page(
    request: SignedInRequest,
    template: str,
    partnership: Partnership,
    form: forms.Form,
    **context: Any,
) -> HttpResponse:
    """As `AGREE.form`, but what a rule refuses is told like any other fault of the form."""
    status = 422 if form.errors else 200
    return AGREE.page(request, template, partnership, {"form": form, **context}, status)
