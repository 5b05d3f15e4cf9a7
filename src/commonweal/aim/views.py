"""Pages of indicators. Each makes one domain call."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from commonweal.aim import actions, policies, queries
from commonweal.aim.forms import IndicatorForm, VersionForm
from commonweal.aim.models import Indicator, IndicatorVersion
from commonweal.aim.pages import aimed, handle, uuid_of
from commonweal.convene import queries as convene
from commonweal.convene.reach import Part
from commonweal.core.requests import SignedInRequest

page = require_http_methods(["GET", "HEAD", "POST"])


@login_required
@require_safe
def indicators(request: SignedInRequest, slug: str) -> HttpResponse:
    """How will we know?"""
    partnership = convene.readable_for(request.actor, slug, Part.AIM, request.at)
    versions = queries.current_versions(partnership, request.at)
    return render(
        request,
        "aim/indicators.html",
        {
            "partnership": partnership,
            "nav_current": "theory",
            "edits": policies.can_aim(request.actor, partnership, request.at),
            "count": len(versions),
            "table": {
                "caption": _("Indicators and their current versions"),
                "hide_caption": True,
                "columns": [
                    _("Indicator"),
                    _("Whose"),
                    (_("Baseline"), "numeric"),
                    (_("Target"), "numeric"),
                    (_("Version"), "numeric"),
                ],
                "rows": [_indicator_row(version, slug) for version in versions],
            },
        },
    )


def _indicator_row(version: IndicatorVersion, slug: str) -> list[Any]:
    found = version.indicator
    return [
        {"text": found.title, "url": reverse("indicator", args=[slug, found.key])},
        found.owner.name if found.owner else _("Population"),
        figure_of(version, version.baseline, version.baseline_period),
        figure_of(version, version.target, version.target_period) or _("not set"),
        version.number,
    ]


def figure_of(version: IndicatorVersion, number: str, period: str) -> str | None:
    """A baseline or target with its period; None when none is set."""
    if not number:
        return None
    if version.kind == IndicatorVersion.Kind.PROPORTION:
        said = formats.localize((Decimal(number) * 100).normalize() + 0, use_l10n=True) + "%"
    else:
        said = formats.localize(Decimal(number), use_l10n=True)
    return f"{said} ({period})" if period else said


@login_required
@require_safe
def indicator(request: SignedInRequest, slug: str, key: str) -> HttpResponse:
    """One indicator: how it is computed now, and how that came about."""
    found = queries.indicator_for(request.actor, slug, key, request.at)
    versions = list(queries.versions(found))
    current = next((version for version in versions if version.agreed_at <= request.at), None)
    return render(
        request,
        "aim/indicator.html",
        {
            "partnership": found.partnership,
            "nav_current": "theory",
            "indicator": found,
            "current": current,
            "edits": policies.can_aim(request.actor, found.partnership, request.at),
            "facts": _facts(found, current),
            "history": [
                {
                    "when": version.agreed_at,
                    "title": _("Version %(number)d") % {"number": version.number},
                    "text": version.reason,
                }
                for version in versions
            ],
            "earlier": [version for version in versions if version != current],
        },
    )


def _facts(found: Indicator, current: IndicatorVersion | None) -> list[tuple[str, Any]]:
    none = _("Not set")
    rows = [
        (_("Level"), Indicator.Level(found.level).label),
        (_("Owner"), found.owner.name if found.owner else _("Nobody alone")),
        (_("Measures"), found.outcome.label if found.outcome else _("Not linked to an outcome")),
        (_("Unit"), found.unit),
        (_("Which way is better"), Indicator.Polarity(found.polarity).label),
    ]
    if current:
        rows += [
            (_("Baseline"), figure_of(current, current.baseline, current.baseline_period) or none),
            (_("Target"), figure_of(current, current.target, current.target_period) or none),
            (_("Data contract"), current.contract_key),
        ]
    return rows


@login_required
@page
def define_indicator(request: SignedInRequest, slug: str) -> HttpResponse:
    """Agree on a new indicator."""
    partnership = aimed(request, slug)
    form = IndicatorForm(
        request.POST or None,
        owners=convene.partners(partnership, request.at),
        nodes=queries.nodes(partnership),
        initial={"outcome": uuid_of(request.GET.get("outcome"))},
    )
    return handle(
        request,
        "define_indicator",
        form,
        partnership,
        act=lambda said: actions.define_indicator(
            partnership=partnership,
            definition=said["definition"],
            level=said["level"],
            unit=said["unit"],
            contract_key=said["contract_key"],
            reason=said["reason"],
            owner=said["owner"],
            outcome=said["outcome"],
            goal=form.goal(),
            by=request.actor,
            at=request.at,
        ),
        done=_("Agreed. It can be measured once its data have come in."),
        then="indicators",
    )


@login_required
@page
def revise_indicator(request: SignedInRequest, slug: str, key: str) -> HttpResponse:
    """Agree on the next version of an indicator."""
    partnership = aimed(request, slug)
    found = queries.indicator_for(request.actor, slug, key, request.at)
    last = queries.versions(found).first()
    form = VersionForm(request.POST or None, initial=_next_version(last) if last else {})
    return handle(
        request,
        "revise_indicator",
        form,
        partnership,
        act=lambda said: actions.revise_indicator(
            indicator=found,
            definition=said["definition"],
            contract_key=said["contract_key"],
            reason=said["reason"],
            goal=form.goal(),
            by=request.actor,
            at=request.at,
        ),
        done=_(
            "The next version is agreed. Earlier results keep the version they were computed by."
        ),
        then="indicators",
        indicator=found,
    )


def _next_version(last: IndicatorVersion) -> dict[str, str]:
    """The last version as a starting point, with its number moved on."""
    number = re.compile(rf"^(\s*version\s*:\s*){last.number}\s*$", re.MULTILINE)
    return {
        "definition": number.sub(rf"\g<1>{last.number + 1}", last.definition),
        "contract_key": last.contract_key,
        "baseline": last.baseline,
        "baseline_period": last.baseline_period,
        "target": last.target,
        "target_period": last.target_period,
    }
