"""Pages: who can see what and why, what data was used for, what a draft would change."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.views.decorators.http import require_safe

from commonweal.agree.access import exports, policies, presentation, queries, trials, uses
from commonweal.agree.access.citing import Citing
from commonweal.agree.access.forms import AccessForm, UsesForm
from commonweal.agree.access.queries import Explored
from commonweal.agree.showing import AGREE
from commonweal.compute.permits.exploring import Wanted
from commonweal.core.requests import SignedInRequest

A_PAGE = 40


@login_required
@require_safe
def access(request: SignedInRequest, slug: str) -> HttpResponse:
    """Who can see what, and why?"""
    form, found = _explored(request, slug)
    page = Paginator(found.groups, A_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "lead": presentation.access_lead(found),
        "table": presentation.access_table(found, page.object_list),
        "unnamed": presentation.unnamed(found),
        "page": page,
        "sees_uses": policies.can_see_uses(request.actor, found.partnership, request.at),
        "asked": urlencode(dict(_given(request, form))),
    }
    status = 422 if form.errors else 200
    return AGREE.page(request, "access", found.partnership, context, status)


def _given(request: SignedInRequest, form: AccessForm) -> Iterator[tuple[str, str]]:
    """What was asked, and nothing else that stands in the address."""
    for name in form.fields:
        if value := request.GET.get(name):
            yield name, value


@login_required
@require_safe
def access_file(request: SignedInRequest, slug: str) -> HttpResponse:
    """The same answers as CSV, one line per field."""
    _form, found = _explored(request, slug)
    text = exports.as_csv(exports.access_rows(found), exports.ACCESS)
    response = HttpResponse(text, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{slug}-who-can-see-what.csv"'
    return response


def _explored(request: SignedInRequest, slug: str) -> tuple[AccessForm, Explored]:
    known = queries.known_for(request.actor, slug, request.at)
    form = AccessForm(request.GET or None, universe=known.universe)
    if not form.is_bound:
        return form, queries.explored(known, Wanted(), request.at)
    if not form.is_valid():
        # What cannot be understood is not answered as if it had not been asked.
        nobody = Wanted(organisations=frozenset())
        return form, queries.explored(known, nobody, request.at)
    found = queries.explored(known, form.wanted(), request.at, person=form.person_id())
    return form, found


@login_required
@require_safe
def data_uses(request: SignedInRequest, slug: str) -> HttpResponse:
    """What was your data used for?"""
    readable = uses.readable_for(request.actor, slug, request.at)
    span = uses.usual_span(request.at)
    usual: dict[str, Any] = {"since": span.first, "until": span.last}
    given = request.GET if request.GET.keys() & {"since", "until", "provider"} else None
    form = UsesForm(given, providers=readable.providers, initial=usual)
    provider = None
    if form.is_bound and form.is_valid():
        span = uses.Span(form.cleaned_data["since"], form.cleaned_data["until"])
        provider = form.provider_id()
    report = uses.report(request.actor, readable, span, request.at, provider=provider)
    citing = Citing(slug, {(each.reference, each.version): each for each in readable.terms})
    context = {
        "form": form,
        "report": report,
        "lead": presentation.uses_lead(report),
        "months": [] if form.errors else presentation.months(report, citing),
    }
    return AGREE.page(request, "uses", report.partnership, context, 422 if form.errors else 200)


@login_required
@require_safe
def try_version(request: SignedInRequest, slug: str, reference: str, number: int) -> HttpResponse:
    """What would this text have allowed or refused last month?"""
    trial = trials.trial(request.actor, slug, reference, number, request.at)
    context = {
        "trial": trial,
        "agreement": trial.version.agreement,
        "lead": presentation.trial_lead(trial),
        "outcomes": presentation.outcomes(trial),
    }
    return AGREE.page(request, "trial", trial.version.agreement.partnership, context)
