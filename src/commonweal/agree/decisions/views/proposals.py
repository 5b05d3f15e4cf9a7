"""The list of decisions, one proposal, and its way from draft to review."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from commonweal.agree.decisions import (
    actions,
    answering,
    constitution,
    policies,
    presentation,
    queries,
    sheets,
)
from commonweal.agree.decisions.forms.proposals import (
    AdoptForm,
    AskForm,
    AttendanceForm,
    CloseForm,
    ProposeForm,
    ReviewForm,
    RewriteForm,
    WithdrawForm,
)
from commonweal.agree.decisions.models import Attendance, Proposal
from commonweal.agree.decisions.views.frame import FRAME, sent
from commonweal.agree.showing import page
from commonweal.convene import queries as convene
from commonweal.convene.reach import Part
from commonweal.core.errors import Conflict
from commonweal.core.formerrors import done
from commonweal.core.requests import SignedInRequest

AHEAD = timedelta(days=30)
USUAL_TIME = timedelta(days=14)


@login_required
@require_safe
def decisions(request: SignedInRequest, slug: str) -> HttpResponse:
    """What is being decided, what was decided, and what comes back?"""
    partnership = convene.readable_for(request.actor, slug, Part.DECISIONS, request.at)
    found = list(queries.proposals(partnership))
    reviews = list(queries.reviews_coming(partnership, (request.at + AHEAD).date()))
    waiting = [each for each in found if each.is_open]
    over = [each for each in found if not each.is_open]
    context = {
        "lead": presentation.lead(found, len(reviews)),
        "waiting": [presentation.entry(each, request.at) for each in waiting],
        "over": [presentation.entry(each, request.at) for each in over],
        "reviews": [presentation.entry(each, request.at) for each in reviews],
        "has_types": queries.types(partnership).exists(),
        "proposes": policies.can_propose(request.actor, partnership, request.at),
        "sets_up": policies.can_set_up(request.actor, partnership, request.at),
        "constitution": constitution.on_deciding(partnership, request.at),
        "disputes": queries.open_disputes(partnership).count(),
    }
    return FRAME.page(request, "decisions", partnership, context)


@login_required
@page
def propose(request: SignedInRequest, slug: str) -> HttpResponse:
    """Write a proposal."""
    partnership = convene.partnership_for(request.actor, slug, request.at)
    policies.check_can_propose(request.actor, partnership, request.at)
    types = queries.types(partnership)
    if not types:
        raise Conflict(
            _("The table has not said yet how it decides."),
            mend=_("The convener sets up a type of decision first."),
        )
    form = ProposeForm(
        sent(request),
        mine=queries.own_seats(request.actor, partnership, request.at),
        types=types,
        initial={"decision_type": types[0]},
    )
    made: list[Proposal] = []

    def act() -> None:
        made.append(actions.propose(**form.cleaned_data, by=request.actor, at=request.at))

    if done(request, form, act):
        messages.success(request, _("Drafted. Open it for questions when the table may read it."))
        return redirect("proposal", slug, made[0].number)
    return FRAME.form(request, "propose", partnership, form)


@login_required
@require_safe
def proposal(request: SignedInRequest, slug: str, number: int) -> HttpResponse:
    """What is proposed, where is it, who has said what for whom, and what is missing?"""
    found = queries.proposal_for(request.actor, slug, number, request.at)
    context = sheets.sheet(request.actor, found, request.at)
    return FRAME.page(request, "proposal", found.partnership, context)


@login_required
@page
def rewrite(request: SignedInRequest, slug: str, number: int) -> HttpResponse:
    """Change the words."""
    found = queries.proposal_for(request.actor, slug, number, request.at)
    policies.check_can_edit(request.actor, found, request.at)
    present = queries.latest_text(found)
    form = RewriteForm(
        sent(request),
        objections=queries.objections(present),
        initial={"text": present.text},
    )
    return _step(
        request,
        found,
        form,
        "rewrite",
        act=lambda said: actions.rewrite(proposal=found, **said, by=request.actor, at=request.at),
        said=_("The words are changed. Everybody has to answer anew."),
    )


@login_required
@require_POST
def move(request: SignedInRequest, slug: str, number: int) -> HttpResponse:
    """Open a draft for questions, or begin to take objections in."""
    found = queries.proposal_for(request.actor, slug, number, request.at)
    if request.POST.get("event") == "take_objections_in":
        actions.take_objections_in(proposal=found, by=request.actor, at=request.at)
        messages.success(request, _("Change the words now; then ask for positions again."))
    else:
        actions.open_for_questions(proposal=found, by=request.actor, at=request.at)
        messages.success(request, _("The table can ask questions and give advice now."))
    return redirect("proposal", slug, number)


@login_required
@page
def ask(request: SignedInRequest, slug: str, number: int) -> HttpResponse:
    """Ask every seat with a say for its position."""
    found = queries.proposal_for(request.actor, slug, number, request.at)
    policies.check_can_run(request.actor, found, request.at)
    form = AskForm(sent(request), initial={"answer_by": (request.at + USUAL_TIME).date()})
    return _step(
        request,
        found,
        form,
        "ask",
        act=lambda said: actions.ask_for_positions(
            proposal=found, **said, by=request.actor, at=request.at
        ),
        said=_("Every seat with a say sees it as due now."),
    )


@login_required
@page
def adopt(request: SignedInRequest, slug: str, number: int) -> HttpResponse:
    """Adopt what the positions carry, with the day on which it comes back."""
    found = queries.proposal_for(request.actor, slug, number, request.at)
    policies.check_can_run(request.actor, found, request.at)
    clause = constitution.on_deciding(found.partnership, request.at)
    initial = {
        "is_public": found.is_public,
        "review_on": clause.review_on(request.at) if clause else None,
    }
    form = AdoptForm(sent(request), initial=initial)
    return _step(
        request,
        found,
        form,
        "adopt",
        act=lambda said: actions.adopt(proposal=found, **said, by=request.actor, at=request.at),
        said=_("Adopted. It comes back on the day of its review."),
        constitution=clause,
        **sheets.result_words(found, request.at),
    )


@login_required
@page
def close(request: SignedInRequest, slug: str, number: int) -> HttpResponse:
    """Close what the positions do not carry."""
    found = queries.proposal_for(request.actor, slug, number, request.at)
    policies.check_can_run(request.actor, found, request.at)
    form = CloseForm(sent(request), initial={"is_public": found.is_public})
    return _step(
        request,
        found,
        form,
        "close",
        act=lambda said: actions.close_without_adopting(
            proposal=found, **said, by=request.actor, at=request.at
        ),
        said=_("Closed. It stays on record with its reasons."),
        **sheets.result_words(found, request.at),
    )


@login_required
@page
def withdraw(request: SignedInRequest, slug: str, number: int) -> HttpResponse:
    """Take a proposal back."""
    found = queries.proposal_for(request.actor, slug, number, request.at)
    policies.check_can_edit(request.actor, found, request.at)
    form = WithdrawForm(sent(request))
    return _step(
        request,
        found,
        form,
        "withdraw",
        act=lambda said: actions.withdraw(proposal=found, **said, by=request.actor, at=request.at),
        said=_("Withdrawn. It stays on record with its reason."),
    )


@login_required
@page
def review(request: SignedInRequest, slug: str, number: int) -> HttpResponse:
    """Look at an adopted decision again."""
    found = queries.proposal_for(request.actor, slug, number, request.at)
    policies.check_can_run(request.actor, found, request.at)
    form = ReviewForm(sent(request))
    return _step(
        request,
        found,
        form,
        "review",
        act=lambda said: actions.hold_review(
            proposal=found,
            said=said["words"],
            review_on=said["review_on"],
            by=request.actor,
            at=request.at,
        ),
        said=_("Written down."),
    )


@login_required
@page
def attendance(request: SignedInRequest, slug: str, number: int) -> HttpResponse:
    """Note who was at the meeting."""
    found = queries.proposal_for(request.actor, slug, number, request.at)
    policies.check_can_run(request.actor, found, request.at)
    noted = list(found.attendance.all())
    form = AttendanceForm(
        sent(request),
        seats=[
            each for each in queries.open_seats(found.partnership, request.at) if not each.is_vacant
        ],
        initial={
            state: [each.seat_id for each in noted if each.state == state]
            for state in (Attendance.State.PRESENT.value, Attendance.State.EXCUSED.value)
        },
    )
    return _step(
        request,
        found,
        form,
        "attendance",
        act=lambda said: answering.note_attendance(
            proposal=found, seats=form.noted(), by=request.actor, at=request.at
        ),
        said=_("Noted. It says who was there, not who agreed."),
    )


def _step(
    request: SignedInRequest,
    found: Proposal,
    form: forms.Form,
    template: str,
    *,
    act: Callable[[dict[str, Any]], object],
    said: str,
    **context: Any,
) -> HttpResponse:
    """A form that leads back to the proposal."""
    if done(request, form, lambda: act(form.cleaned_data)):
        messages.success(request, said)
        return redirect("proposal", found.partnership.slug, found.number)
    # A refused action may have looked at the row before it was rolled back.
    found.refresh_from_db()
    context |= {"proposal": found, "present": queries.latest_text(found)}
    return FRAME.form(request, template, found.partnership, form, **context)
