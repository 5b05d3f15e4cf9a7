"""Pages of offers and needs, and the public door."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from commonweal.convene import policies
from commonweal.convene import queries as convene
from commonweal.convene.models import Partnership, Seat
from commonweal.convene.offers import actions, presentation, queries
from commonweal.convene.offers.forms import (
    AnswerForm,
    BecauseForm,
    DoorForm,
    EntryForm,
    initial_of,
)
from commonweal.convene.offers.models import Entry
from commonweal.core.errors import Denied
from commonweal.core.formerrors import done, status_of
from commonweal.core.models import Role
from commonweal.core.ratelimit import client_of
from commonweal.core.requests import Request, SignedInRequest

page = require_http_methods(["GET", "HEAD", "POST"])


def mine(request: SignedInRequest, partnership: Partnership) -> list[Seat]:
    """The seats that the reader may speak for; all of them for the convener."""
    held = list(convene.seats(partnership, request.at))
    if policies.can_convene(request.actor, partnership, request.at):
        return held
    own = request.actor.organisation_ids
    person = request.actor.person_id
    return [
        seat
        for seat in held
        if (seat.organisation_id in own or (person and seat.person_id == person))
        and policies.can_speak_for(request.actor, seat, request.at)
    ]


def own(request: SignedInRequest, partnership: Partnership) -> frozenset[UUID]:
    """The seats of the reader's own organisations: only their people promise."""
    return frozenset(
        seat.pk
        for seat in convene.seats(partnership, request.at)
        if seat.organisation_id and request.actor.holds(Role.MEMBER, seat.organisation_id)
    )


@login_required
@require_safe
def offers(request: SignedInRequest, slug: str) -> HttpResponse:
    """What is offered, what is needed, and who could help whom?"""
    partnership = convene.partnership_for(request.actor, slug, request.at)
    board = queries.board(partnership, request.at)
    seats = presentation.speaks_for(mine(request, partnership))
    convenes = policies.can_convene(request.actor, partnership, request.at)
    context = {
        "partnership": partnership,
        "nav_current": "table",
        "lead": presentation.lead(board),
        "is_empty": not board.entries,
        "asked": presentation.asked(board.asked, slug, seats, own(request, partnership)),
        "proposed": presentation.proposed(board, slug, seats),
        "unmet": presentation.unmet(board),
        "offered": presentation.listed(board.entries, Entry.Side.OFFER, seats),
        "needed": presentation.listed(board.entries, Entry.Side.NEED, seats),
        "promised": presentation.promised(board.promised),
        "writes": bool(seats),
        "convenes": convenes,
        "letters": queries.letters(partnership)[:50] if convenes else [],
    }
    return render(request, "convene/offers.html", context)


def _form_page(
    request: Request, partnership: Partnership, form: Any, title: str, submit: str, **more: Any
) -> HttpResponse:
    context = {
        "partnership": partnership,
        "nav_current": "table",
        "form": form,
        "title": title,
        "submit": submit,
        **more,
    }
    return render(request, "convene/offer_form.html", context, status=status_of(form))


@login_required
@page
def add_offer(request: SignedInRequest, slug: str, side: str) -> HttpResponse:
    """Put an offer or a need on the list."""
    partnership = convene.partnership_for(request.actor, slug, request.at)
    if side not in Entry.Side.values:
        raise policies.missing()
    is_offer = side == Entry.Side.OFFER
    seats = [seat for seat in mine(request, partnership) if seat.organisation_id or not is_offer]
    if not seats:
        raise Denied(
            _("Only who holds a seat here can put something on the list."),
            mend=_("Ask the convener."),
        )
    form = EntryForm(request.POST or None, seats=seats)
    if done(
        request,
        form,
        lambda: actions.add(
            seat=form.cleaned_data["seat"],
            side=side,
            said=form.said(),
            by=request.actor,
            at=request.at,
        ),
    ):
        messages.success(request, _("It is on the list."))
        return redirect("offers", slug)
    title = _("What do you offer?") if is_offer else _("What do you need?")
    return _form_page(request, partnership, form, title, _("Put it on the list"))


@login_required
@page
def change_offer(request: SignedInRequest, slug: str, entry_id: UUID) -> HttpResponse:
    """Say anew what is offered or needed."""
    entry = queries.entry_for(request.actor, slug, entry_id, request.at)
    policies.check_can_speak_for(request.actor, entry.seat, request.at)
    form = EntryForm(request.POST or None, seats=[entry.seat], initial=initial_of(entry))
    if done(
        request,
        form,
        lambda: actions.change(entry=entry, said=form.said(), by=request.actor, at=request.at),
    ):
        messages.success(request, _("Saved."))
        return redirect("offers", slug)
    return _form_page(
        request, entry.seat.partnership, form, entry.title, _("Save"), closes=entry.pk
    )


@login_required
@page
def close_offer(request: SignedInRequest, slug: str, entry_id: UUID) -> HttpResponse:
    """Take it off the list, with the reason."""
    entry = queries.entry_for(request.actor, slug, entry_id, request.at)
    policies.check_can_speak_for(request.actor, entry.seat, request.at)
    form = BecauseForm(request.POST or None)
    if done(
        request,
        form,
        lambda: actions.close(
            entry=entry,
            because=form.cleaned_data["because"],
            by=request.actor,
            at=request.at,
        ),
    ):
        messages.success(request, _("It is off the list."))
        return redirect("offers", slug)
    title = _("Take off the list: %(title)s") % {"title": entry.title}
    return _form_page(request, entry.seat.partnership, form, title, _("Take it off the list"))


@login_required
@require_POST
def ask_for_offer(request: SignedInRequest, slug: str, offer: UUID, need: UUID) -> HttpResponse:
    """The needing side asks for the offer."""
    one, other = queries.pair_for(request.actor, slug, offer, need, request.at)
    actions.ask(offer=one, need=other, by=request.actor, at=request.at)
    messages.success(
        request, _("You have asked for it. %(name)s decides.") % {"name": one.seat.holder}
    )
    return redirect("offers", slug)


@login_required
@page
def decline_match(request: SignedInRequest, slug: str, offer: UUID, need: UUID) -> HttpResponse:
    """Say no to a pair, and why."""
    one, other = queries.pair_for(request.actor, slug, offer, need, request.at)
    if not policies.can_speak_for(request.actor, one.seat, request.at):
        policies.check_can_speak_for(request.actor, other.seat, request.at)
    form = BecauseForm(request.POST or None)
    if done(
        request,
        form,
        lambda: actions.decline(
            offer=one,
            need=other,
            because=form.cleaned_data["because"],
            by=request.actor,
            at=request.at,
        ),
    ):
        messages.success(request, _("It is not proposed again."))
        return redirect("offers", slug)
    title = _("Not this: %(offer)s → %(need)s") % {"offer": one.title, "need": other.title}
    return _form_page(request, one.seat.partnership, form, title, _("Do not propose it again"))


@login_required
@page
def answer_letter(request: SignedInRequest, slug: str, letter_id: UUID) -> HttpResponse:
    """Answer who wrote at the door."""
    letter = queries.letter_for(request.actor, slug, letter_id, request.at)
    form = AnswerForm(request.POST or None)
    if done(
        request,
        form,
        lambda: actions.answer(
            letter=letter, words=form.cleaned_data["words"], by=request.actor, at=request.at
        ),
    ):
        messages.success(request, _("The answer is on its way; their address is deleted."))
        return redirect("offers", slug)
    title = _("A letter from %(name)s") % {"name": letter.name}
    return _form_page(request, letter.partnership, form, title, _("Send the answer"), letter=letter)


@page
def door(request: Request, slug: str) -> HttpResponse:
    """Offer help, or ask to join: for anybody, without an account."""
    partnership = convene.public_partnership(slug)
    form = DoorForm(request.POST or None)
    if done(
        request,
        form,
        lambda: actions.knock(
            partnership=partnership,
            **form.cleaned_data,
            client=client_of(request.META),
            at=request.at,
        ),
    ):
        return redirect("door_thanks", slug)
    context = {"partnership": partnership, "form": form}
    return render(request, "convene/door.html", context, status=status_of(form))


@require_safe
def door_thanks(request: Request, slug: str) -> HttpResponse:
    """What happens with a letter now."""
    partnership = convene.public_partnership(slug)
    return render(request, "convene/door_thanks.html", {"partnership": partnership})
