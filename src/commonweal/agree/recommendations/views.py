"""Pages of recommendations and findings: the list, one, recommending, finding, answering."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from commonweal.agree.recommendations import actions, inviting, policies, presentation, queries
from commonweal.agree.recommendations.forms import (
    AnswerForm,
    AppointForm,
    FindForm,
    LaunchForm,
    ReasonForm,
    RecommendForm,
)
from commonweal.agree.recommendations.models import Recommendation, State
from commonweal.agree.showing import Frame, page
from commonweal.convene import queries as convene
from commonweal.convene.models import Partnership
from commonweal.core.errors import Conflict
from commonweal.core.formerrors import done
from commonweal.core.requests import SignedInRequest

FRAME = Frame("recommendations", "commitments")


@login_required
@require_safe
def recommendations(request: SignedInRequest, slug: str) -> HttpResponse:
    """What was recommended and found, and what was answered?"""
    partnership = queries.partnership_for(request.actor, slug, request.at)
    found = queries.entries(partnership, request.at)
    roles = queries.appointments(partnership)
    context = {
        "lead": presentation.lead(found),
        "shown": [presentation.shown(each) for each in found],
        "roles": presentation.appointments(roles, timezone.localdate(request.at)),
        "opened": presentation.opened(),
        "recommends": policies.can_recommend(request.actor, partnership, request.at),
        "finds": policies.held(request.actor, partnership, request.at).exists(),
    }
    return FRAME.page(request, "recommendations", partnership, context)


@login_required
@require_safe
def recommendation(request: SignedInRequest, slug: str, number: int) -> HttpResponse:
    """One of them, every answer, and what was begun because of it."""
    entry = queries.entry_for(request.actor, slug, number, request.at)
    one = entry.one
    answers = policies.can_answer(request.actor, one, request.at)
    is_taken_up = one.state in {State.ACCEPTED, State.IN_PART, State.LAUNCHED}
    context = {
        "one": one,
        "shown": presentation.shown(entry),
        "facts": presentation.facts(entry),
        "history": presentation.history(entry),
        "answers": answers and one.state not in {State.WITHDRAWN, State.LAUNCHED},
        "launches": answers and is_taken_up,
        "withdraws": one.state == State.WAITING
        and policies.can_withdraw(request.actor, one, request.at),
    }
    return FRAME.page(request, "recommendation", one.partnership, context)


@login_required
@page
def recommend(request: SignedInRequest, slug: str) -> HttpResponse:
    """Record what the table recommends."""
    partnership = queries.partnership_for(request.actor, slug, request.at)
    policies.check_can_recommend(request.actor, partnership, request.at)
    sponsor = convene.at_table(partnership, request.at).sponsor
    form = RecommendForm(
        request.POST if request.method == "POST" else None,
        addressees=queries.addressees(partnership, request.at),
        initial={"addressee": sponsor.organisation_id if sponsor else None},
    )
    made: list[Recommendation] = []

    def act() -> None:
        made.append(
            actions.recommend(
                partnership=partnership,
                matter=form.matter(),
                basis=form.cleaned_data["basis"],
                by=request.actor,
                at=request.at,
            )
        )

    if done(request, form, act):
        messages.success(request, _("It is on record. Whom it is addressed to sees it as due."))
        return redirect("recommendation", slug, made[0].number)
    return FRAME.form(request, "recommend", partnership, form)


@login_required
@page
def find(request: SignedInRequest, slug: str) -> HttpResponse:
    """File a finding in an independent role."""
    partnership = queries.partnership_for(request.actor, slug, request.at)
    held = policies.held(request.actor, partnership, request.at)
    if not held.exists():
        raise policies.not_independent()
    form = FindForm(
        request.POST if request.method == "POST" else None,
        addressees=queries.addressees(partnership, request.at),
        held=held,
    )
    made: list[Recommendation] = []

    def act() -> None:
        made.append(
            actions.find(
                appointment=form.cleaned_data["appointment"],
                matter=form.matter(),
                by=request.actor,
                at=request.at,
            )
        )

    if done(request, form, act):
        messages.success(request, _("It is on record. Whom it is addressed to sees it as due."))
        return redirect("recommendation", slug, made[0].number)
    return FRAME.form(request, "find", partnership, form)


@login_required
@page
def answer(request: SignedInRequest, slug: str, number: int) -> HttpResponse:
    """Answer in public."""
    entry = queries.entry_for(request.actor, slug, number, request.at)
    one = entry.one
    policies.check_can_answer(request.actor, one, request.at)
    form = AnswerForm(request.POST if request.method == "POST" else None, state=one.state)
    if done(
        request,
        form,
        lambda: actions.answer(
            one=one,
            event=form.cleaned_data["event"],
            words=form.cleaned_data["words"],
            by=request.actor,
            at=request.at,
        ),
    ):
        messages.success(request, _("Your answer stands beside it now."))
        return redirect("recommendation", slug, number)
    shown = presentation.shown(entry)
    return FRAME.form(request, "answer", one.partnership, form, one=one, shown=shown)


@login_required
@page
def launch(request: SignedInRequest, slug: str, number: int) -> HttpResponse:
    """Say what was begun because of it."""
    one = queries.entry_for(request.actor, slug, number, request.at).one
    policies.check_can_answer(request.actor, one, request.at)
    form = LaunchForm(request.POST if request.method == "POST" else None)
    if done(
        request,
        form,
        lambda: actions.launch(
            one=one,
            what=form.cleaned_data["what"],
            begun_on=form.cleaned_data["begun_on"],
            link=form.cleaned_data["link"],
            by=request.actor,
            at=request.at,
        ),
    ):
        messages.success(request, _("Everybody can see now what came of it."))
        return redirect("recommendation", slug, number)
    return FRAME.form(request, "launch", one.partnership, form, one=one)


@login_required
@page
def withdraw(request: SignedInRequest, slug: str, number: int) -> HttpResponse:
    """Take it back before it is answered."""
    one = queries.entry_for(request.actor, slug, number, request.at).one
    policies.check_can_withdraw(request.actor, one, request.at)
    if one.state != State.WAITING:
        raise Conflict(
            _("It has been answered or withdrawn, so it stays."),
            mend=_("File another one that says what is different now."),
        )
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if done(
        request,
        form,
        lambda: actions.withdraw(
            one=one, reason=form.cleaned_data["reason"], by=request.actor, at=request.at
        ),
    ):
        messages.success(request, _("Withdrawn. It stays on its page with your reason."))
        return redirect("recommendation", slug, number)
    return FRAME.form(request, "withdraw", one.partnership, form, one=one)


@login_required
@page
def appoint(request: SignedInRequest, slug: str) -> HttpResponse:
    """Give somebody an independent role."""
    partnership = queries.partnership_for(request.actor, slug, request.at)
    policies.check_can_appoint(request.actor, partnership, request.at)
    form = AppointForm(
        request.POST if request.method == "POST" else None,
        organisations=convene.organisations_here(),
        initial={"starts_on": timezone.localdate(request.at)},
    )
    if done(request, form, lambda: _appoint(request, partnership, form)):
        messages.success(request, _("Appointed. They can file findings from the first day on."))
        return redirect("recommendations", slug)
    return FRAME.form(request, "appoint", partnership, form, opened=presentation.opened())


def _appoint(request: SignedInRequest, partnership: Partnership, form: AppointForm) -> None:
    said = form.cleaned_data
    common: dict[str, Any] = {
        "partnership": partnership,
        "role": said["role"],
        "term": form.term(),
        "by": request.actor,
        "at": request.at,
    }
    if said["organisation"]:
        actions.appoint(holder=said["organisation"], **common)
    else:
        inviting.appoint_person(email=said["email"], name=said["person_name"], **common)


@login_required
@page
def end_appointment(request: SignedInRequest, slug: str, pk: UUID) -> HttpResponse:
    """End an independent role before its term."""
    found = queries.appointment_for(request.actor, slug, pk, request.at)
    policies.check_can_appoint(request.actor, found.partnership, request.at)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if done(
        request,
        form,
        lambda: actions.end_appointment(
            appointment=found, reason=form.cleaned_data["reason"], by=request.actor, at=request.at
        ),
    ):
        messages.success(request, _("Ended. What they found stays, and so do the answers owed."))
        return redirect("recommendations", slug)
    who = presentation.role_of(found)
    return FRAME.form(request, "end_appointment", found.partnership, form, who=who)
