"""Personal links to answer: mailed by the convener, used without an account."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from commonweal.agree.decisions import (
    answering,
    policies,
    position_links,
    presentation,
    queries,
    sheets,
)
from commonweal.agree.decisions.forms.proposals import ContributionForm, LinkForm, PositionForm
from commonweal.agree.decisions.models import Proposal, ProposalText
from commonweal.agree.decisions.views.frame import FRAME, sent
from commonweal.agree.decisions.views.saying import initial_of
from commonweal.agree.showing import page
from commonweal.convene.models import Seat
from commonweal.core import links, ratelimit
from commonweal.core.formerrors import attempt, done, status_of
from commonweal.core.models import Link
from commonweal.core.requests import Request, SignedInRequest


@login_required
@page
def issued(request: SignedInRequest, slug: str, number: int) -> HttpResponse:
    """Who answers by a link of their own?"""
    found = queries.proposal_for(request.actor, slug, number, request.at)
    policies.check_can_keep_links(request.actor, found, request.at)
    asked = queries.roll_of(found, request.at)
    seats = list(dict.fromkeys([*asked.asked, *asked.consulted]))
    form = LinkForm(sent(request), seats=seats)
    if done(
        request,
        form,
        lambda: position_links.issue(
            proposal=found,
            seat=form.cleaned_data["seat"],
            email=form.cleaned_data["email"],
            by=request.actor,
            at=request.at,
        ),
    ):
        messages.success(request, _("The link is on its way."))
        return redirect("position_links", slug, number)
    names = {
        str(seat.pk): seat.holder for seat in queries.open_seats(found.partnership, request.at)
    }
    rows = [_row(link, names, request) for link in queries.links_of(found)]
    return FRAME.form(request, "links", found.partnership, form, proposal=found, rows=rows)


def _row(link: Link, names: dict[str, str], request: SignedInRequest) -> dict[str, Any]:
    is_open = link.revoked_at is None and link.expires_at > request.at
    state = _("Works") if is_open else _("Withdrawn") if link.revoked_at else _("Expired")
    return {
        "link": link,
        "seat": names.get(str(link.data.get("seat")), ""),
        "is_open": is_open,
        "state": state,
        "kind": "good" if is_open else "neutral",
    }


def _kept(request: SignedInRequest, slug: str, number: int, link_id: UUID) -> Link:
    found = queries.proposal_for(request.actor, slug, number, request.at)
    policies.check_can_keep_links(request.actor, found, request.at)
    return queries.link_for(found, link_id)


@login_required
@require_POST
def resend(request: SignedInRequest, slug: str, number: int, link_id: UUID) -> HttpResponse:
    """Mail the link once more; the former one stops working."""
    link = _kept(request, slug, number, link_id)
    position_links.resend(link=link, by=request.actor, at=request.at)
    messages.success(request, _("A new link is on its way; the former one does not work any more."))
    return redirect("position_links", slug, number)


@login_required
@require_POST
def revoke(request: SignedInRequest, slug: str, number: int, link_id: UUID) -> HttpResponse:
    """The link stops working now."""
    link = _kept(request, slug, number, link_id)
    position_links.revoke(link=link, by=request.actor, at=request.at)
    messages.success(request, _("The link does not work any more."))
    return redirect("position_links", slug, number)


@page
def by_link(request: Request, token: str) -> HttpResponse:
    """What is proposed, and what does your seat say to it? No account, this proposal only."""
    client = ratelimit.client_of(request.META)
    link = links.find(token, purpose=policies.LINK, at=request.at, client=client)
    proposal, seat = queries.proposal_of_link(link)
    policies.check_can_answer(links.actor(link), proposal, seat, request.at)
    text = queries.latest_text(proposal)
    table = queries.open_seats(proposal.partnership, request.at)
    answers = bool(sheets.answering_seats([seat], proposal, table))
    form = _form(request, proposal, seat, text, answers=answers)
    if request.method == "POST" and form.is_valid():
        is_done = attempt(
            form, lambda: _send(request, link, proposal, seat, form.cleaned_data, answers=answers)
        )
        if is_done:
            return redirect(f"{request.path}?done=1")
    context = {
        "proposal": proposal,
        "seat": seat,
        "present": text,
        "form": form,
        "answers": answers,
        "former": queries.position_of(text, seat),
        "lead": presentation.standing(proposal, request.at),
        "type_rows": presentation.type_rows(proposal.decision_type),
        "contributions": presentation.said_rows(queries.contributions(proposal)),
        "is_done": "done" in request.GET,
        "public_name": proposal.partnership.name,
        "expires_at": link.expires_at,
    }
    return render(request, "decisions/by_link.html", context, status=status_of(form))


def _form(
    request: Request, proposal: Proposal, seat: Seat, text: ProposalText, *, answers: bool
) -> PositionForm | ContributionForm:
    """Positions while they are asked for, else questions and advice."""
    if not answers:
        return ContributionForm(sent(request), mine=[seat])
    former = queries.position_of(text, seat)
    rule = proposal.decision_type.rule
    return PositionForm(sent(request), rule=rule, initial=initial_of(text.text_hash, former))


def _send(
    request: Request,
    link: Link,
    proposal: Proposal,
    seat: Seat,
    said: dict[str, Any],
    *,
    answers: bool,
) -> None:
    links.consume(link, at=request.at)
    by = links.actor(link)
    if answers:
        answering.take_position(
            proposal=proposal,
            seat=seat,
            stance=said["stance"],
            reason=said.get("reason", ""),
            said=said["words"],
            hat=said["hat"],
            text_hash=said["text_hash"],
            replaces=said["replaces"],
            by=by,
            at=request.at,
        )
        return
    answering.contribute(
        proposal=proposal,
        seat=seat,
        kind=said["kind"],
        hat=said["hat"],
        said=said["words"],
        by=by,
        at=request.at,
    )
