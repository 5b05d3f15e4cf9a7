"""Pages of the table and the journey. Each makes one domain call."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from commonweal.convene import actions, invitations, policies, queries
from commonweal.convene.forms import (
    ColleagueForm,
    ContributionForm,
    EndForm,
    GuestForm,
    HandOverForm,
    OpenForm,
    PledgeForm,
    ProblemForm,
    ResidentsForm,
    SeatForm,
)
from commonweal.convene.journey import Check
from commonweal.convene.models import Partnership, Seat
from commonweal.convene.queries import Stage, Table
from commonweal.core.errors import Conflict, Denied
from commonweal.core.formerrors import attempt
from commonweal.core.requests import SignedInRequest
from commonweal.core.scope import Actor

page = require_http_methods(["GET", "HEAD", "POST"])


@login_required
@page
def open_partnership(request: SignedInRequest) -> HttpResponse:
    """Start a partnership."""
    mine = queries.may_convene(request.actor)
    if not mine:
        raise Denied(
            _("You do not take part in an organisation yet, and only an organisation convenes."),
            mend=_("Ask somebody at your organisation, or the operator, to invite you for it."),
        )
    first = {"convener": mine[0]}
    form = OpenForm(request.POST or None, mine=mine, initial=first)
    made: list[Partnership] = []
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data

        def act() -> None:
            made.append(actions.open_partnership(**said, by=request.actor, at=request.at))

        if attempt(form, act):
            messages.success(request, _("The partnership is open. Now bring others to its table."))
            return redirect("table", made[0].slug)
    return _form_page(request, "open", form)


@login_required
@require_safe
def table(request: SignedInRequest, slug: str) -> HttpResponse:
    """Who is at the table, who is missing, who carries what?"""
    partnership = queries.partnership_for(request.actor, slug, request.at)
    found = queries.at_table(partnership, request.at)
    standing = queries.standing(request.actor, partnership, request.at)
    return render(
        request,
        "convene/table.html",
        {
            "partnership": partnership,
            "nav_current": "table",
            "table": found,
            "standing": standing,
            "lead": _lead(found),
            "sectors": [
                (sector.value, [_row(seat, standing, request.actor) for seat in held])
                for sector, held in found.sectors
                if held
            ],
            "residents": [_row(seat, standing, request.actor) for seat in found.residents],
            "ended": [_ended_row(seat) for seat in found.ended],
            "sponsor_is_mine": found.sponsor is not None
            and found.sponsor.organisation_id in standing.organisations,
            "stage": _here(queries.journey(partnership, request.at)),
        },
    )


def _lead(table: Table) -> str:
    """Who is here and who is not, in one or two sentences."""
    organisations = ngettext(
        "%(count)d organisation", "%(count)d organisations", table.organisations
    ) % {"count": table.organisations}
    present = sum(bool(held) for _sector, held in table.sectors)
    sectors = ngettext("%(count)d sector", "%(count)d sectors", present) % {"count": present}
    lead = _("%(organisations)s from %(sectors)s are at the table.") % {
        "organisations": organisations,
        "sectors": sectors,
    }
    if not table.residents:
        return f"{lead} " + _("Those affected have no seat yet.")
    vacant = len(table.vacant)
    if vacant:
        return f"{lead} " + ngettext(
            "%(count)d residents’ seat is vacant.", "%(count)d residents’ seats are vacant.", vacant
        ) % {"count": vacant}
    return f"{lead} " + _("Every residents’ seat is filled.")


def _row(seat: Seat, standing: queries.Standing, actor: Actor) -> dict[str, Any]:
    """A seat for a list: who, as what, bringing what, and the way to change it."""
    mine = (
        standing.convenes
        or seat.organisation_id in standing.organisations
        or (seat.person_id is not None and seat.person_id == actor.person_id)
    )
    return {
        "seat": seat,
        "kind": _("Vacant") if seat.is_vacant else Seat.Kind(seat.kind).label,
        "tag": "attention" if seat.is_vacant else "neutral",
        "url": reverse("seat", args=[seat.partnership.slug, seat.pk]) if mine else "",
    }


def _ended_row(seat: Seat) -> dict[str, Any]:
    return {
        "when": seat.until_at,
        "title": f"{seat.holder} – {Seat.Kind(seat.kind).label}",
        "text": seat.ended_because,
    }


def _here(stages: tuple[Stage, ...]) -> Stage:
    return next(stage for stage in stages if stage.place == "here")


@login_required
@page
def journey(request: SignedInRequest, slug: str) -> HttpResponse:
    """Where the partnership stands in the six steps; POST moves it to another."""
    partnership = queries.partnership_for(request.actor, slug, request.at)
    if request.method == "POST":
        actions.move(
            partnership=partnership,
            event=request.POST.get("event", ""),
            by=request.actor,
            at=request.at,
        )
        messages.success(
            request, _("The partnership is now at: %s.") % partnership.get_step_display()
        )
        return redirect("journey", slug)
    convenes = policies.can_convene(request.actor, partnership, request.at)
    stages = queries.journey(partnership, request.at)
    return render(
        request,
        "convene/journey.html",
        {
            "partnership": partnership,
            "nav_current": "table",
            "stages": [
                (stage, [_task(check, slug, convenes) for check in stage.checks])
                for stage in stages
            ],
            "here": _here(stages),
            "next": queries.next_action(stages),
            "convenes": convenes,
        },
    )


def _task(check: Check, slug: str, convenes: bool) -> dict[str, str]:
    """A check for the list of a step. Only who can mend it gets the way to where it is mended."""
    if check.done:
        return {"title": check.words, "status": _("Done"), "kind": "good"}
    return {
        "title": check.words,
        "url": reverse(check.url, args=[slug]) if convenes else "",
        "hint": check.mend,
        "status": _("Missing") if check.needed else _("Advised"),
        "kind": "attention" if check.needed else "neutral",
    }


@login_required
@page
def state_problem(request: SignedInRequest, slug: str) -> HttpResponse:
    partnership = _convened(request, slug)
    fields = ("name", "problem", "affected", "place")
    form = ProblemForm(
        request.POST or None, initial={field: getattr(partnership, field) for field in fields}
    )
    return _handle(
        request,
        "problem",
        form,
        partnership,
        act=lambda said: actions.state_problem(
            partnership=partnership, **said, by=request.actor, at=request.at
        ),
        done=_("Saved."),
    )


@login_required
@page
def seat_organisation(request: SignedInRequest, slug: str) -> HttpResponse:
    """Bring an organisation to the table, and its first person."""
    partnership = _convened(request, slug)
    form = SeatForm(request.POST or None, others=queries.organisations_here())
    return _handle(
        request,
        "seat_organisation",
        form,
        partnership,
        act=lambda said: invitations.bring(
            partnership=partnership,
            organisation=form.chosen(),
            kind=said["kind"],
            contribution=said["contribution"],
            guest=form.guest(),
            by=request.actor,
            at=request.at,
        ),
        done=_("It has a seat at the table now."),
    )


@login_required
@page
def seat_residents(request: SignedInRequest, slug: str) -> HttpResponse:
    """Set up a seat for those affected, and invite who holds it."""
    partnership = _convened(request, slug)
    form = ResidentsForm(request.POST or None)
    return _handle(
        request,
        "seat_residents",
        form,
        partnership,
        act=lambda said: invitations.bring_residents(
            partnership=partnership,
            voice=said["voice"],
            contribution=said["contribution"],
            guest=form.guest(),
            by=request.actor,
            at=request.at,
        ),
        done=_("The seat is at the table now."),
    )


@login_required
@page
def seat(request: SignedInRequest, slug: str, seat_id: UUID) -> HttpResponse:
    """One seat: what it contributes, and what else can be done with it."""
    found = queries.seat_for(request.actor, slug, seat_id, request.at)
    policies.check_can_speak_for(request.actor, found, request.at)
    form = ContributionForm(request.POST or None, initial={"contribution": found.contribution})
    return _handle(
        request,
        "seat",
        form,
        found.partnership,
        act=lambda said: actions.say_contribution(
            seat=found, contribution=said["contribution"], by=request.actor, at=request.at
        ),
        done=_("Saved."),
        seat=found,
        kind=Seat.Kind(found.kind).label,
        convenes=policies.can_convene(request.actor, found.partnership, request.at),
        can_invite=found.organisation is not None
        and policies.can_invite(request.actor, found.partnership, found.organisation, request.at),
    )


@login_required
@page
def fill_seat(request: SignedInRequest, slug: str, seat_id: UUID) -> HttpResponse:
    """Invite somebody to hold a vacant residents' seat."""
    found = queries.seat_for(request.actor, slug, seat_id, request.at)
    policies.check_can_convene(request.actor, found.partnership, request.at)
    if not found.is_vacant:
        raise Conflict(_("This seat is not vacant."), mend=_("Set up another residents’ seat."))
    form = GuestForm(request.POST or None)
    return _handle(
        request,
        "fill_seat",
        form,
        found.partnership,
        act=lambda said: invitations.invite_resident(
            seat=found, guest=form.required_guest(), by=request.actor, at=request.at
        ),
        done=_("The invitation is on its way."),
        seat=found,
    )


@login_required
@page
def invite_person(request: SignedInRequest, slug: str, seat_id: UUID) -> HttpResponse:
    """Invite somebody to act for an organisation at the table."""
    found = queries.seat_for(request.actor, slug, seat_id, request.at)
    organisation = found.organisation
    if organisation is None:
        return redirect("fill_seat", slug, seat_id)
    policies.check_can_invite(request.actor, found.partnership, organisation, request.at)
    form = ColleagueForm(request.POST or None)
    return _handle(
        request,
        "invite_person",
        form,
        found.partnership,
        act=lambda said: invitations.invite(
            partnership=found.partnership,
            organisation=organisation,
            guest=form.required_guest(),
            by=request.actor,
            at=request.at,
        ),
        done=_("The invitation is on its way."),
        seat=found,
    )


@login_required
@page
def end_seat(request: SignedInRequest, slug: str, seat_id: UUID) -> HttpResponse:
    found = queries.seat_for(request.actor, slug, seat_id, request.at)
    policies.check_can_speak_for(request.actor, found, request.at)
    form = EndForm(request.POST or None)
    leaves = not policies.can_convene(request.actor, found.partnership, request.at)
    response = _handle(
        request,
        "end_seat",
        form,
        found.partnership,
        act=lambda said: actions.end_seat(
            seat=found, reason=said["reason"], by=request.actor, at=request.at
        ),
        done=_("The seat has ended. It stays on record with its reason."),
        seat=found,
        leaves=leaves,
    )
    if leaves and response.status_code == 302:
        # Whoever gave up their last seat cannot see the table any more.
        return redirect("home")
    return response


@login_required
@page
def hand_over(request: SignedInRequest, slug: str) -> HttpResponse:
    """Hand the convening to another organisation at the table."""
    partnership = _convened(request, slug)
    convener = queries.convener(partnership, request.at)
    others = queries.partners(partnership, request.at).exclude(pk=convener.pk)
    form = HandOverForm(request.POST or None, others=others)
    return _handle(
        request,
        "hand_over",
        form,
        partnership,
        act=lambda said: actions.hand_over(
            partnership=partnership, to=said["to"], by=request.actor, at=request.at
        ),
        done=_("The convening is handed over."),
        others=others,
    )


@login_required
@page
def pledge(request: SignedInRequest, slug: str) -> HttpResponse:
    """The sponsor's public promise."""
    partnership = queries.partnership_for(request.actor, slug, request.at)
    policies.check_can_pledge(request.actor, partnership, request.at)
    form = PledgeForm(request.POST or None, initial={"words": partnership.pledge})
    return _handle(
        request,
        "pledge",
        form,
        partnership,
        act=lambda said: actions.pledge(
            partnership=partnership, words=said["words"], by=request.actor, at=request.at
        ),
        done=_("Your pledge is on the table."),
    )


@login_required
@page
def settings(request: SignedInRequest, slug: str) -> HttpResponse:
    """Open or close the public page; the ways to the problem and to handing over."""
    partnership = _convened(request, slug)
    if request.method == "POST":
        opens = request.POST.get("public") == "open"
        change = actions.open_to_public if opens else actions.close_to_public
        change(partnership=partnership, by=request.actor, at=request.at)
        messages.success(
            request,
            _("Anybody can read the public page now.")
            if opens
            else _("The public page is closed."),
        )
        return redirect("partnership_settings", slug)
    return render(
        request, "convene/settings.html", {"partnership": partnership, "nav_current": "table"}
    )


def _convened(request: SignedInRequest, slug: str) -> Partnership:
    """The partnership, for its convener. Raises Missing or Denied."""
    partnership = queries.partnership_for(request.actor, slug, request.at)
    policies.check_can_convene(request.actor, partnership, request.at)
    return partnership


def _handle(
    request: SignedInRequest,
    template: str,
    form: forms.Form,
    partnership: Partnership,
    *,
    act: Callable[[dict[str, Any]], object],
    done: str,
    **context: Any,
) -> HttpResponse:
    """GET shows the form; POST acts and leads to the table, or shows what was wrong."""
    if (
        request.method == "POST"
        and form.is_valid()
        and attempt(form, lambda: act(form.cleaned_data))
    ):
        messages.success(request, done)
        return redirect("table", partnership.slug)
    return _form_page(
        request, template, form, partnership=partnership, nav_current="table", **context
    )


def _form_page(
    request: SignedInRequest, template: str, form: forms.Form, **context: Any
) -> HttpResponse:
    status = 422 if form.errors else 200
    return render(request, f"convene/{template}.html", {"form": form, **context}, status=status)
