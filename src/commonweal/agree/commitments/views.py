"""Pages of commitments: the list, one with its history, making, changing, saying how it goes."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from commonweal.agree.commitments import actions, asking, exports, policies, presentation, queries
from commonweal.agree.commitments.forms import ChangeForm, MakeForm, TellForm, initial_of
from commonweal.agree.commitments.models import Commitment
from commonweal.agree.showing import Frame, page
from commonweal.convene import queries as convene
from commonweal.core import links, ratelimit
from commonweal.core.errors import Denied
from commonweal.core.formerrors import done, status_of
from commonweal.core.requests import Request, SignedInRequest

FRAME = Frame("commitments", "commitments")


@login_required
@require_safe
def commitments(request: SignedInRequest, slug: str) -> HttpResponse:
    """What has each of us volunteered, and what came of it?"""
    partnership, found = queries.entries_for(request.actor, slug, request.at)
    context = {
        "lead": presentation.lead(found),
        "shown": [presentation.shown(each) for each in found],
        "may_make": bool(policies.own(request.actor, partnership, request.at)),
    }
    return FRAME.page(request, "commitments", partnership, context)


@login_required
@require_safe
def commitment(request: SignedInRequest, slug: str, number: int) -> HttpResponse:
    """One commitment and everything that was said of it."""
    entry = queries.entry_for(request.actor, slug, number, request.at)
    one = entry.commitment
    context = {
        "one": one,
        "shown": presentation.shown(entry),
        "word": entry.last_word,
        "facts": presentation.facts(entry),
        "history": presentation.history(entry),
        "is_mine": policies.can_change(request.actor, one, request.at),
        "is_open": bool(entry.is_open),
        "may_ask": policies.can_ask(request.actor, one, request.at),
    }
    return FRAME.page(request, "commitment", one.partnership, context)


@login_required
@page
def make(request: SignedInRequest, slug: str) -> HttpResponse:
    """Volunteer something."""
    partnership = convene.partnership_for(request.actor, slug, request.at)
    mine = queries.mine(request.actor, partnership, request.at)
    if not mine.exists():
        raise Denied(
            _("Only people who take part in an organisation at the table can commit it."),
            mend=_("Ask somebody there to do it."),
        )
    form = MakeForm(
        request.POST if request.method == "POST" else None,
        mine=mine,
        agreements=queries.sources(partnership, request.at),
        decisions=queries.decisions(partnership),
        initial={"currency": queries.last_currency(partnership)},
    )
    made: list[Commitment] = []

    def act() -> None:
        made.append(
            actions.make(
                partnership=partnership,
                organisation=form.cleaned_data["organisation"],
                promise=form.promise(),
                origin=form.origin(),
                is_public=form.cleaned_data["is_public"] == "yes",
                by=request.actor,
                at=request.at,
            )
        )

    if done(request, form, act):
        messages.success(request, _("It is on record. Say how it goes whenever there is news."))
        return redirect("commitment", slug, made[0].number)
    return FRAME.form(request, "make", partnership, form)


@login_required
@page
def change(request: SignedInRequest, slug: str, number: int) -> HttpResponse:
    """Say it differently from now on, with the reason."""
    entry = queries.entry_for(request.actor, slug, number, request.at)
    one = entry.commitment
    policies.check_can_change(request.actor, one, request.at)
    form = ChangeForm(
        request.POST if request.method == "POST" else None, initial=initial_of(entry.current)
    )

    def act() -> None:
        actions.change(
            commitment=one,
            promise=form.promise(),
            reason=form.cleaned_data["reason"],
            version=form.cleaned_data["version"],
            by=request.actor,
            at=request.at,
        )

    if done(request, form, act):
        messages.success(request, _("Changed. What it said before stays beside it."))
        return redirect("commitment", slug, number)
    return FRAME.form(
        request, "change", one.partnership, form, one=one, action=entry.current.action
    )


@login_required
@page
def tell(request: SignedInRequest, slug: str, number: int) -> HttpResponse:
    """Say how it goes."""
    entry = queries.entry_for(request.actor, slug, number, request.at)
    one = entry.commitment
    policies.check_can_tell(request.actor, one, request.at)
    form = TellForm(request.POST if request.method == "POST" else None, state=one.state)
    if done(request, form, lambda: _tell(request, one, form)):
        messages.success(request, _("Your words stand beside the commitment now."))
        return redirect("commitment", slug, number)
    return FRAME.form(
        request, "tell", one.partnership, form, one=one, shown=presentation.shown(entry)
    )


def _tell(request: Request, one: Commitment, form: TellForm, by: Any = None) -> None:
    actions.tell(
        commitment=one,
        event=form.cleaned_data["event"],
        words=form.cleaned_data["words"],
        done_on=form.done(),
        by=by or request.actor,
        at=request.at,
    )


@login_required
@require_POST
def open_to_public(request: SignedInRequest, slug: str, number: int) -> HttpResponse:
    """Let everybody read it."""
    one = queries.entry_for(request.actor, slug, number, request.at).commitment
    actions.open_to_public(commitment=one, by=request.actor, at=request.at)
    messages.success(request, _("Everybody can read it now."))
    return redirect("commitment", slug, number)


@login_required
@require_POST
def ask(request: SignedInRequest, slug: str, number: int) -> HttpResponse:
    """Mail the organisation's people a link to say how it goes."""
    one = queries.entry_for(request.actor, slug, number, request.at).commitment
    count = asking.ask(commitment=one, by=request.actor, at=request.at)
    messages.success(
        request,
        ngettext(
            "A link is on its way to %(count)d person of %(name)s.",
            "A link is on its way to %(count)d people of %(name)s.",
            count,
        )
        % {"count": count, "name": one.organisation.name},
    )
    return redirect("commitment", slug, number)


@page
def by_link(request: Request, token: str) -> HttpResponse:
    """Say how it goes, without an account. Looking changes nothing; sending records."""
    client = ratelimit.client_of(request.META)
    link = links.find(token, purpose=policies.WORD_LINK, at=request.at, client=client)
    entry = queries.entry_of_link(link, request.at)
    one, holder = entry.commitment, links.actor(link)
    policies.check_can_tell(holder, one, request.at)
    form = TellForm(request.POST if request.method == "POST" else None, state=one.state)

    def act() -> None:
        _tell(request, one, form, holder)
        links.consume(link, at=request.at)

    if done(request, form, act):
        return redirect(f"{reverse('commitment_by_link', args=[token])}?said=1")
    context = {
        "form": form,
        "one": one,
        "shown": presentation.shown(entry),
        "history": presentation.history(entry),
        "is_said": "said" in request.GET,
        "public_name": one.partnership.name,
        "expires_at": link.expires_at,
    }
    return render(request, "commitments/by_link.html", context, status=status_of(form))


@require_safe
def public_file(request: Request, slug: str, form: str) -> HttpResponse:
    """The public commitments of an open partnership as CSV or JSON."""
    partnership = convene.public_partnership(slug)
    file = exports.file_of(partnership, queries.public_entries(partnership, request.at), form)
    return HttpResponse(file.data, content_type=file.content_type, headers=file.headers)
