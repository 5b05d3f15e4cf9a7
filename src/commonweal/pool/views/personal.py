"""Sending a file by personal link, without an account: the same pages, for one contract only."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from commonweal.core import links, ratelimit
from commonweal.core.formerrors import attempt, status_of
from commonweal.core.models import Link
from commonweal.core.requests import Request
from commonweal.pool import actions, months, policies, queries
from commonweal.pool.forms import FileForm
from commonweal.pool.models import Submission
from commonweal.pool.policies import SUBMIT_LINK
from commonweal.pool.views import showing
from commonweal.pool.views.contracts import blank_file
from commonweal.pool.views.data import XLSX, attachment, bad_rows_name, moving_part
from commonweal.pool.views.taking import takes_a_file


def _link(request: Request, token: str) -> Link:
    client = ratelimit.client_of(request.META)
    return links.find(token, purpose=SUBMIT_LINK, at=request.at, client=client)


def _frame(link: Link, token: str) -> dict[str, Any]:
    """What every page behind a link shows: for whom, what, and the way back."""
    contract, provider = queries.way_of_link(link)
    return {
        "contract": contract,
        "provider": provider,
        "public_name": contract.partnership.name,
        "send_url": reverse("submit_by_link", args=[token]),
        "blank_csv": reverse("submit_by_link_blank", args=[token, "csv"]),
        "blank_xlsx": reverse("submit_by_link_blank", args=[token, "xlsx"]),
        "expires_at": link.expires_at,
    }


@csrf_exempt
def send(request: Request, token: str) -> HttpResponse:
    """Choose the month and the file, and send it. Nothing is read before the link is known."""
    return _send(request, token, _link(request, token))


@takes_a_file
@require_http_methods(["GET", "HEAD", "POST"])
def _send(request: Request, token: str, link: Link) -> HttpResponse:
    frame = _frame(link, token)
    contract = frame["contract"]
    form = FileForm(
        request.POST if request.method == "POST" else None,
        request.FILES if request.method == "POST" else None,
        periods=showing.period_choices(request.at),
        initial={"period": months.shifted(months.of(request.at), -1)},
    )
    taken: list[Submission] = []
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["file"]

        def act() -> None:
            links.consume(link, at=request.at)
            taken.append(
                actions.receive(
                    partnership=contract.partnership,
                    contract_key=contract.key,
                    provider=frame["provider"],
                    period=form.cleaned_data["period"],
                    name=upload.name,
                    data=upload,
                    by=links.actor(link),
                    at=request.at,
                )
            )

        if attempt(form, act):
            address = reverse("submission_by_link", args=[token, taken[0].pk])
            return redirect(f"{address}?again=1" if taken[0].is_repeat else address)
    sent = list(queries.submissions_of_link(link)[:6])
    own = policies.countable(links.actor(link), sent, request.at)
    context = {
        **frame,
        "form": form,
        "columns": showing.column_rows(queries.latest_version(contract)),
        "sent": [_line(row, link, token, own) for row in sent],
    }
    return render(request, "pool/link_send.html", context, status=status_of(form))


def _line(row: Submission, link: Link, token: str, own: frozenset[UUID]) -> dict[str, Any]:
    current = None if row.is_current else queries.current_of_month(row)
    return {
        "when": showing.when_of(links.actor(link), row, own),
        "title": _("%(month)s, number %(number)s: %(state)s")
        % {
            "month": months.label(row.period),
            "number": row.number,
            "state": showing.state_of(row, current),
        },
        "url": reverse("submission_by_link", args=[token, row.pk]),
    }


@require_safe
def submission(request: Request, token: str, submission_id: UUID) -> HttpResponse:
    """What became of a file: row by row when this link sent it, else no more than its state."""
    link = _link(request, token)
    row = queries.submission_of_link(link, submission_id)
    what = showing.shown(
        links.actor(link),
        row,
        request.at,
        page=request.GET.get("page"),
        address=lambda other: reverse("submission_by_link", args=[token, other.pk]),
    )
    context = {
        **_frame(link, token),
        "shown": what,
        "page_url": reverse("submission_by_link", args=[token, row.pk]),
        "progress_url": reverse("submission_by_link_progress", args=[token, row.pk]),
        "is_repeat": "again" in request.GET,
        "bad_rows_url": reverse("submission_by_link_bad_rows", args=[token, row.pk]),
    }
    return render(request, "pool/link_submission.html", context)


@require_safe
def progress(request: Request, token: str, submission_id: UUID) -> HttpResponse:
    """The moving part of the page."""
    row = queries.submission_of_link(_link(request, token), submission_id)
    return moving_part(
        request,
        row,
        page_url=reverse("submission_by_link", args=[token, row.pk]),
        progress_url=reverse("submission_by_link_progress", args=[token, row.pk]),
    )


@require_safe
def bad_rows(request: Request, token: str, submission_id: UUID) -> HttpResponse:
    """The rows to mend, as a spreadsheet."""
    link = _link(request, token)
    row = queries.submission_of_link(link, submission_id)
    content = actions.take_bad_rows(submission=row, by=links.actor(link), at=request.at)
    return attachment(content, bad_rows_name(row), XLSX)


@require_safe
def blank(request: Request, token: str, form: str) -> HttpResponse:
    """An empty file with the contract's headings."""
    contract, _provider = queries.way_of_link(_link(request, token))
    return blank_file(queries.latest_version(contract), form)
