"""The data page, sending a file, and the page of a submission."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from commonweal.core.errors import Denied
from commonweal.core.formerrors import attempt, status_of
from commonweal.core.requests import Request, SignedInRequest
from commonweal.pool import actions, matrix, months, policies, queries
from commonweal.pool.forms import SendForm, way_key
from commonweal.pool.models import Submission
from commonweal.pool.queries import Way
from commonweal.pool.views import showing
from commonweal.pool.views.taking import takes_a_file

page = require_http_methods(["GET", "HEAD", "POST"])
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@login_required
@require_safe
def data(request: SignedInRequest, slug: str) -> HttpResponse:
    """What has come in, what is wrong, what did it feed?"""
    partnership = queries.partnership_for(request.actor, slug, request.at)
    until = _until(request)
    grids = matrix.grids(
        request.actor, partnership, request.at, months.run(until, showing.SHOWN_MONTHS)
    )
    ways = queries.ways(request.actor, partnership, request.at)
    own = frozenset(str(provider.pk) for _contract, provider in ways)
    last = months.shifted(months.of(request.at), -1)
    return render(
        request,
        "pool/data.html",
        {
            "partnership": partnership,
            "nav_current": "data",
            "lead": showing.lead_of(grids, last) if until >= last else "",
            "grids": [(grid, showing.grid_table(grid, slug, own)) for grid in grids],
            "ways": ways,
            "tasks": showing.tasks_of(grids, slug, own),
            "keeps_links": bool(queries.link_ways(request.actor, partnership, request.at)),
            "keeps_contracts": policies.can_keep_contracts(request.actor, partnership, request.at),
            "earlier": months.shifted(until, -showing.SHOWN_MONTHS),
            "later": _later(until, request),
        },
    )


def _until(request: SignedInRequest) -> str:
    """The last month shown: this one, or an earlier one that was asked for."""
    this = months.of(request.at)
    asked = request.GET.get("until", "")
    return asked if re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])", asked) and asked < this else this


def _later(until: str, request: SignedInRequest) -> str:
    this = months.of(request.at)
    return min(this, months.shifted(until, showing.SHOWN_MONTHS)) if until < this else ""


@login_required
@takes_a_file
@page
def send(request: SignedInRequest, slug: str) -> HttpResponse:
    """Send a file: what, which month, the spreadsheet."""
    partnership = queries.partnership_for(request.actor, slug, request.at)
    ways = queries.ways(request.actor, partnership, request.at)
    if not ways:
        raise Denied(
            _("You act for no organisation that sends data to this partnership."),
            mend=_("Whoever looks after the data of your organisation can send it."),
        )
    form = SendForm(
        request.POST if request.method == "POST" else None,
        request.FILES if request.method == "POST" else None,
        ways=ways,
        periods=showing.period_choices(request.at, _asked_period(request)),
        initial=_initial(request, ways),
    )
    taken: list[Submission] = []
    if request.method == "POST" and form.is_valid():
        contract, provider = form.chosen()
        upload = form.cleaned_data["file"]

        def act() -> None:
            taken.append(
                actions.receive(
                    partnership=partnership,
                    contract_key=contract.key,
                    provider=provider,
                    period=form.cleaned_data["period"],
                    name=upload.name,
                    data=upload,
                    by=request.actor,
                    at=request.at,
                )
            )

        if attempt(form, act):
            if taken[0].is_repeat:
                messages.info(request, showing_repeat(taken[0]))
            return redirect("submission", slug, taken[0].pk)
    context = {"partnership": partnership, "nav_current": "data", "form": form, "ways": ways}
    return render(request, "pool/send.html", context, status=status_of(form))


def showing_repeat(submission: Submission) -> str:
    return _("This is the same file as number %(number)s, so it was not taken in again.") % {
        "number": submission.number
    }


def _asked_period(request: SignedInRequest) -> str:
    asked = request.GET.get("period", "")
    fits = re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])", asked) and asked <= months.of(request.at)
    return asked if fits else ""


def _initial(request: SignedInRequest, ways: list[Way]) -> dict[str, Any]:
    """What the address names, else the only way there is and the last complete month."""
    last = months.shifted(months.of(request.at), -1)
    initial = {"period": _asked_period(request) or last}
    asked = (request.GET.get("contract", ""), request.GET.get("for", ""))
    named = [way for way in ways if (way[0].key, str(way[1].pk)) == asked]
    chosen = named or (ways if len(ways) == 1 else [])
    return initial | ({"way": way_key(*chosen[0])} if chosen else {})


@login_required
@require_safe
def submission(request: SignedInRequest, slug: str, submission_id: UUID) -> HttpResponse:
    """What became of a file; while it is being checked, the page looks again by itself."""
    row = queries.submission_for(request.actor, slug, submission_id, request.at)
    what = showing.shown(
        request.actor,
        row,
        request.at,
        page=request.GET.get("page"),
        address=lambda other: reverse("submission", args=[slug, other.pk]),
    )
    context = {
        "partnership": row.contract.partnership,
        "nav_current": "data",
        "shown": what,
        "page_url": reverse("submission", args=[slug, row.pk]),
        "progress_url": reverse("submission_progress", args=[slug, row.pk]),
        "bad_rows_url": reverse("submission_bad_rows", args=[slug, row.pk]),
        "contract_url": reverse("data_contract", args=[slug, row.contract.key]),
        "send_url": _send_url(request, slug, row),
    }
    return render(request, "pool/submission.html", context)


def _send_url(request: SignedInRequest, slug: str, row: Submission) -> str:
    if not policies.can_submit(request.actor, row.contract, row.provider, request.at):
        return ""
    address = reverse("data_send", args=[slug])
    return f"{address}?contract={row.contract.key}&for={row.provider_id}&period={row.period}"


@login_required
@require_safe
def progress(request: SignedInRequest, slug: str, submission_id: UUID) -> HttpResponse:
    """The moving part of the page. Over: the whole page is loaded anew, with what was found."""
    row = queries.submission_for(request.actor, slug, submission_id, request.at)
    return moving_part(
        request,
        row,
        page_url=reverse("submission", args=[slug, row.pk]),
        progress_url=reverse("submission_progress", args=[slug, row.pk]),
    )


def moving_part(
    request: Request, row: Submission, *, page_url: str, progress_url: str
) -> HttpResponse:
    """How far the check is; once it is over, htmx is sent to the page with what was found."""
    if not row.is_waiting:
        return HttpResponse(headers={"HX-Redirect": page_url})
    context = {
        "shown": showing.progress_of(row),
        "page_url": page_url,
        "progress_url": progress_url,
    }
    return render(request, "pool/progress.html", context)


@login_required
@require_safe
def bad_rows(request: SignedInRequest, slug: str, submission_id: UUID) -> HttpResponse:
    """The rows that were not taken in, with the reasons, as a spreadsheet."""
    row = queries.submission_for(request.actor, slug, submission_id, request.at)
    content = actions.take_bad_rows(submission=row, by=request.actor, at=request.at)
    return attachment(content, bad_rows_name(row), XLSX)


def bad_rows_name(row: Submission) -> str:
    return f"{row.contract.key}-{row.period}-{row.number}-rows-to-mend.xlsx"


def attachment(content: bytes, name: str, kind: str) -> HttpResponse:
    """A download that no browser opens as a page of ours. `name` holds nothing but ASCII words."""
    return HttpResponse(
        content,
        content_type=kind,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
