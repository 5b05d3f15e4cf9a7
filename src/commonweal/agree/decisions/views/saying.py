"""Questions and advice, positions and conflicts of interest, for who signs in."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from commonweal.agree.decisions import answering, policies, queries, sheets
from commonweal.agree.decisions.forms.proposals import ConflictForm, ContributionForm, PositionForm
from commonweal.agree.decisions.models import Position, Proposal, State
from commonweal.agree.decisions.views.frame import FRAME, sent
from commonweal.agree.showing import page
from commonweal.convene.models import Seat
from commonweal.core.errors import Conflict, Denied
from commonweal.core.formerrors import done
from commonweal.core.requests import SignedInRequest


def _mine(request: SignedInRequest, found: Proposal) -> list[Seat]:
    policies.check_can_propose(request.actor, found.partnership, request.at)
    return queries.own_seats(request.actor, found.partnership, request.at)


@login_required
@page
def say(request: SignedInRequest, slug: str, number: int) -> HttpResponse:
    """Ask, answer, advise, raise a concern or comment."""
    found = queries.proposal_for(request.actor, slug, number, request.at)
    mine = _mine(request, found)
    form = ContributionForm(sent(request), mine=mine)

    def act() -> None:
        said = form.cleaned_data
        answering.contribute(
            proposal=found,
            seat=said["seat"],
            kind=said["kind"],
            hat=said["hat"],
            said=said["words"],
            by=request.actor,
            at=request.at,
        )

    if done(request, form, act):
        messages.success(request, _("It stands on the proposal’s page."))
        return redirect("proposal", slug, number)
    context = {"proposal": found, "present": queries.latest_text(found)}
    return FRAME.form(request, "say", found.partnership, form, **context)


def _answering_seat(request: SignedInRequest, found: Proposal) -> tuple[Seat, list[Seat]]:
    """The seat to answer for, and all that the person may answer for."""
    mine = _mine(request, found)
    if found.state != State.POSITIONS:
        raise Conflict(
            _("Nobody is being asked for a position on this proposal now."),
            mend=_("Look where it stands on its page."),
        )
    table = queries.open_seats(found.partnership, request.at)
    mine = sheets.answering_seats(mine, found, table)
    wanted = request.GET.get("seat") or request.POST.get("seat")
    chosen = [seat for seat in mine if str(seat.pk) == wanted] or mine
    if not chosen:
        raise Denied(
            _("None of your seats is asked for a position on this proposal."),
            mend=_("Ask a question or give advice instead."),
        )
    return chosen[0], mine


@login_required
@page
def position(request: SignedInRequest, slug: str, number: int) -> HttpResponse:
    """Take a position for one's seat, or change it."""
    found = queries.proposal_for(request.actor, slug, number, request.at)
    seat, mine = _answering_seat(request, found)
    text = queries.latest_text(found)
    former = queries.position_of(text, seat)
    form = PositionForm(
        sent(request),
        rule=found.decision_type.rule,
        initial=initial_of(text.text_hash, former),
    )

    def act() -> None:
        said = form.cleaned_data
        answering.take_position(
            proposal=found,
            seat=seat,
            stance=said["stance"],
            reason=said.get("reason", ""),
            said=said["words"],
            hat=said["hat"],
            text_hash=said["text_hash"],
            replaces=said["replaces"],
            by=request.actor,
            at=request.at,
        )

    if done(request, form, act):
        messages.success(request, _("Your answer is on record. You can change it until it closes."))
        return redirect("proposal", slug, number)
    others = [each for each in mine if each != seat]
    context = {"proposal": found, "present": text, "seat": seat, "former": former, "others": others}
    return FRAME.form(request, "position", found.partnership, form, **context)


def initial_of(text_hash: str, former: Position | None) -> dict[str, str]:
    """What the form shows: the answer that is there, or nothing chosen."""
    if former is None:
        return {"text_hash": text_hash}
    return {
        "text_hash": text_hash,
        "replaces": str(former.pk),
        "stance": former.stance,
        "reason": former.reason,
        "words": former.words,
        "hat": former.hat,
    }


@login_required
@page
def conflict(request: SignedInRequest, slug: str, number: int) -> HttpResponse:
    """Declare a conflict of interest."""
    found = queries.proposal_for(request.actor, slug, number, request.at)
    form = ConflictForm(sent(request), mine=_mine(request, found))

    def act() -> None:
        answering.declare_conflict(
            proposal=found,
            seat=form.cleaned_data["seat"],
            said=form.cleaned_data["words"],
            by=request.actor,
            at=request.at,
        )

    if done(request, form, act):
        messages.success(request, _("Declared. Your seat takes no position on this proposal."))
        return redirect("proposal", slug, number)
    context = {"proposal": found, "present": queries.latest_text(found)}
    return FRAME.form(request, "conflict", found.partnership, form, **context)
