"""Results for those at the table: releases, their figures, how each came about."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from commonweal.agree import queries as agree
from commonweal.agree import words
from commonweal.aim import queries as aim
from commonweal.convene import queries as convene
from commonweal.convene.models import Partnership
from commonweal.convene.reach import Part
from commonweal.core.errors import Denied, Failure
from commonweal.core.models import Job
from commonweal.core.queries import organisations
from commonweal.core.scope import Actor
from commonweal.measure import actions, exports, marks, policies, queries, standing
from commonweal.measure.forms import OrderForm, WithdrawForm
from commonweal.measure.models import Release
from commonweal.measure.presentation import shown
from commonweal.measure.provenance import provenance


@login_required
@require_safe
def results(request: HttpRequest, slug: str) -> HttpResponse:
    """What changed, for whom, and how sure are we? The newest release and all before it."""
    actor, at = request.actor, request.at  # type: ignore[attr-defined]
    partnership = convene.readable_for(actor, slug, Part.RESULTS, at)
    listed = list(queries.releases(partnership).defer("rows"))
    newest = next((one for one in listed if one.state != Release.State.WITHDRAWN), None)
    gone = standing.gone(listed)
    figures = []
    if newest:
        whole = queries.release_for(actor, slug, newest.number, at)
        figures = shown(whole, gone.get(newest.pk, {}))
    context = {
        "partnership": partnership,
        "nav_current": "results",
        "releases": listed,
        "marked": standing.marked(gone),
        "paused": marks.paused(newest, at) if newest else [],
        "newest": newest,
        "shown": figures,
        "running": queries.running(partnership) if partnership.opened is None else [],
        "failed": queries.failed(partnership) if partnership.opened is None else [],
        "may_order": bool(convene.standing(actor, partnership, at).organisations),
        "has_indicators": aim.indicators(partnership).exists(),
    }
    return render(request, "measure/results.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def order(request: HttpRequest, slug: str) -> HttpResponse:
    """Choose what to compute; a refusal names its clause beside the form, nothing is lost."""
    actor, at = request.actor, request.at  # type: ignore[attr-defined]
    partnership = convene.partnership_for(actor, slug, at)
    form = _order_form(request, partnership, actor, at)
    refusal: Failure | None = None
    if request.method == "POST" and not form.organisations:
        raise Denied(
            _(
                "Results are computed for an organisation at the table. You take part as a resident:"
                " you can read every release here."
            )
        )
    if request.method == "POST" and form.is_valid():
        chosen = actions.Order(
            partnership=partnership,
            title=form.cleaned_data["title"],
            indicators=form.chosen(),
            organisation=form.organisations[form.cleaned_data["organisation"]],
            purpose=form.cleaned_data["purpose"],
            audience=form.cleaned_data["audience"],
        )
        try:
            job = actions.order_release(order=chosen, by=actor, at=at)
        except Failure as failure:
            refusal = failure
        else:
            return redirect(_job_address(job, slug))
    context = {
        "partnership": partnership,
        "nav_current": "results",
        "form": form,
        "failure": refusal,
        "left_out": [marks.next_run(each) for each in standing.partners_gone(partnership)],
        "paused": marks.paused_in(partnership, at),
        "may_order": bool(form.organisations),
    }
    status = refusal.http_status if refusal else 422 if form.errors else 200
    return render(request, "measure/order.html", context, status=status)


def _order_form(
    request: HttpRequest, partnership: Partnership, actor: Actor, at: datetime
) -> OrderForm:
    standing = convene.standing(actor, partnership, at)
    return OrderForm(
        request.POST if request.method == "POST" else None,
        versions=aim.current_versions(partnership, at),
        organisations=list(organisations(standing.organisations)),
        purposes=purposes_licensed(partnership, at),
    )


def purposes_licensed(partnership: Partnership, at: datetime) -> list[tuple[str, str]]:
    """The purposes that licences name, with their words.

    Also of a licence that is not in force: asked for it, the agreement answers with its clause.
    """
    keys = {
        purpose
        for each in agree.summaries(partnership, at)
        if each.agreement.kind == "dul"
        for purpose in each.purposes
    }
    return sorted((key, words.purpose(key)) for key in keys)


def _job_address(job: Job, slug: str) -> str:
    """Where the reader follows the computation, and goes on from to its results."""
    return f"{reverse('job', args=[job.pk])}?{urlencode({'next': reverse('results', args=[slug])})}"


@login_required
@require_safe
def release(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """One release with every figure and slice."""
    actor, at = request.actor, request.at  # type: ignore[attr-defined]
    found = queries.release_for(actor, slug, number, at)
    context = {
        "partnership": found.partnership,
        "nav_current": "results",
        "release": found,
        "shown": shown(found),
        "paused": marks.paused(found, at),
        "may_publish": policies.can_publish(actor, found, at),
        "withdraw_form": WithdrawForm(),
    }
    return render(request, "measure/release.html", context)


@login_required
@require_safe
def how(request: HttpRequest, slug: str, number: int, key: str) -> HttpResponse:
    """Where does this number come from?"""
    found = queries.release_for(request.actor, slug, number, request.at)  # type: ignore[attr-defined]
    context = {
        "partnership": found.partnership,
        "nav_current": "results",
        "release": found,
        "way": provenance(found, key, request.at),  # type: ignore[attr-defined]
    }
    return render(request, "measure/how.html", context)


@login_required
@require_safe
def data(request: HttpRequest, slug: str, number: int, form: str) -> HttpResponse:
    """A release's rows as they are, for a spreadsheet (csv) or a program (json)."""
    found = queries.release_for(request.actor, slug, number, request.at)  # type: ignore[attr-defined]
    file = exports.file_of(found, form)
    return HttpResponse(file.data, content_type=file.content_type, headers=file.headers)


@login_required
@require_POST
def publish(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    actor, at = request.actor, request.at  # type: ignore[attr-defined]
    found = queries.release_for(actor, slug, number, at)
    actions.publish_release(release=found, by=actor, at=at)
    messages.success(request, _("Release %(number)s is public now.") % {"number": number})
    return redirect("release", slug=slug, number=number)


@login_required
@require_POST
def withdraw(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    actor, at = request.actor, request.at  # type: ignore[attr-defined]
    found = queries.release_for(actor, slug, number, at)
    form = WithdrawForm(request.POST)
    if form.is_valid():
        because = form.cleaned_data["because"]
        actions.withdraw_release(release=found, because=because, by=actor, at=at)
        messages.success(request, _("Release %(number)s is withdrawn.") % {"number": number})
        return redirect("release", slug=slug, number=number)
    context = {
        "partnership": found.partnership,
        "nav_current": "results",
        "release": found,
        "shown": shown(found),
        "paused": marks.paused(found, at),
        "may_publish": policies.can_publish(actor, found, at),
        "withdraw_form": form,
        "form": form,
    }
    return render(request, "measure/release.html", context, status=422)
