"""The page of all partnerships side by side."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from commonweal.convene import queries as convene
from commonweal.convene.models import Step
from commonweal.core import formats
from commonweal.core.requests import SignedInRequest
from commonweal.desk.portfolio import queries


class FilterForm(forms.Form):
    step = forms.ChoiceField(
        label=gettext_lazy("Step"),
        choices=[("", gettext_lazy("Every step")), *Step.choices],
        required=False,
    )
    whose = forms.ChoiceField(
        label=gettext_lazy("Which"),
        choices=[
            ("", gettext_lazy("All that we take part in")),
            ("ours", gettext_lazy("Those that we convene")),
        ],
        required=False,
    )


@login_required
@require_safe
def portfolio(request: SignedInRequest) -> HttpResponse:
    """How do all our partnerships stand?"""
    form = FilterForm(request.GET or None)
    wanted = form.cleaned_data if form.is_bound and form.is_valid() else {}
    found = queries.portfolio(
        request.actor,
        request.at,
        step=wanted.get("step", ""),
        convened=wanted.get("whose") == "ours",
        number=request.GET.get("page"),
    )
    context = {
        "form": form,
        "found": found,
        "by_step": [(step.label, count) for step, count in found.by_step if count],
        "may_start": bool(convene.may_convene(request.actor)),
        "table": _table(found) if found.rows else None,
    }
    return render(request, "desk/portfolio.html", context)


def _table(found: queries.Portfolio) -> dict[str, Any]:
    return {
        "caption": _("Partnerships side by side"),
        "columns": [
            _("Partnership"),
            _("Step"),
            _("At the table"),
            _("Those affected"),
            _("Agreements"),
            _("Last change"),
        ],
        "rows": [_cells(row) for row in found.rows],
    }


def _cells(row: queries.Row) -> list[Any]:
    one = row.partnership
    table = _("%(organisations)d organisations, %(sectors)d sectors") % {
        "organisations": row.organisations,
        "sectors": row.sectors,
    }
    seats = _("%(seats)d seats, %(vacant)d of them free") % {
        "seats": row.residents,
        "vacant": row.vacant,
    }
    texts = _("%(in_force)d in force, %(coming)d in preparation") % {
        "in_force": row.in_force,
        "coming": row.in_preparation,
    }
    name = _("%(name)s (we convene)") % {"name": one.name} if row.convened else one.name
    return [
        {"text": name, "url": reverse("partnership", args=[one.slug])},
        _("%(step)s, since %(day)s")
        % {"step": one.get_step_display(), "day": formats.day(one.step_since_at)},
        table,
        seats,
        texts,
        formats.day(row.changed_at) if row.changed_at else "",
    ]
