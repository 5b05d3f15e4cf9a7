"""Pages of the network: what the last round found, and answering in the open one."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from commonweal.convene import policies
from commonweal.convene.models import Partnership
from commonweal.convene.network import actions, presentation, queries
from commonweal.convene.network.forms import PAGE, RATED, RelationsForm, TrustForm
from commonweal.convene.network.models import Round, Tie
from commonweal.convene.queries import partners, partnership_for
from commonweal.core.errors import Conflict
from commonweal.core.formerrors import done, status_of
from commonweal.core.models import Organisation, Role
from commonweal.core.requests import SignedInRequest

page = require_http_methods(["GET", "HEAD", "POST"])


@login_required
@require_safe
def network(request: SignedInRequest, slug: str) -> HttpResponse:
    """Who works with whom? What the last closed round found, and how far the open one is."""
    partnership = partnership_for(request.actor, slug, request.at)
    found = list(queries.rounds(partnership)[:20])
    running = next((each for each in found if each.is_open), None)
    closed = [each for each in found if not each.is_open]
    context = {
        "partnership": partnership,
        "nav_current": "table",
        "running": running,
        "progress": presentation.progress(queries.answered(running), _asked(request, partnership))
        if running
        else "",
        "own": queries.own(request.actor, partnership, request.at) if running else [],
        "convenes": policies.can_convene(request.actor, partnership, request.at),
        "earlier": closed[1:],
        **_shown(slug, closed[0] if closed else None),
    }
    return render(request, "convene/network.html", context)


def _asked(request: SignedInRequest, partnership: Partnership) -> int:
    return partners(partnership, request.at).count()


def _shown(slug: str, found: Round | None) -> dict[str, Any]:
    if found is None:
        return {"closed": None, "lead": ""}
    closed = queries.closed(found)
    return {
        "closed": found,
        "lead": presentation.lead(closed),
        "picture": presentation.picture(closed, reverse("network_file", args=[slug, found.number])),
        "measures": presentation.measures(closed),
        "brokers": presentation.brokers(closed),
        "trust": presentation.trust(closed),
    }


@login_required
@require_safe
def network_round(request: SignedInRequest, slug: str, number: int) -> HttpResponse:
    """What an earlier round found."""
    found = queries.round_for(request.actor, slug, number, request.at)
    context = {"partnership": found.partnership, "nav_current": "table", "is_earlier": True}
    return render(request, "convene/network.html", {**context, **_shown(slug, found)})


@login_required
@require_safe
def network_file(request: SignedInRequest, slug: str, number: int) -> HttpResponse:
    """All that a closed round found, every link of it, for other software."""
    found = queries.round_for(request.actor, slug, number, request.at)
    return JsonResponse(queries.plain(found), json_dumps_params={"ensure_ascii": False})


@login_required
@require_POST
def open_network_round(request: SignedInRequest, slug: str) -> HttpResponse:
    """Ask everybody at the table."""
    partnership = partnership_for(request.actor, slug, request.at)
    actions.open_round(partnership=partnership, by=request.actor, at=request.at)
    messages.success(request, _("The round is open. Each organisation can answer now."))
    return redirect("network", slug)


@login_required
@require_POST
def close_network_round(request: SignedInRequest, slug: str) -> HttpResponse:
    """Show what was answered, and erase the ratings."""
    partnership = partnership_for(request.actor, slug, request.at)
    policies.check_can_convene(request.actor, partnership, request.at)
    actions.close_round(found=_running(partnership), by=request.actor, at=request.at)
    messages.success(request, _("The round is closed. Everybody at the table can see the network."))
    return redirect("network", slug)


def _running(partnership: Partnership) -> Round:
    found = queries.open_round(partnership)
    if found is None:
        raise Conflict(_("No round is open."), mend=_("Wait until the convener asks again."))
    found.partnership = partnership
    return found


def _answering(
    request: SignedInRequest, slug: str, organisation_id: UUID
) -> tuple[Round, Organisation]:
    partnership = partnership_for(request.actor, slug, request.at)
    organisation = queries.own_for(request.actor, partnership, organisation_id, request.at)
    policies.check_can_act_for(request.actor, partnership, organisation, Role.MEMBER, request.at)
    return _running(partnership), organisation


@login_required
@page
def answer_network(request: SignedInRequest, slug: str, organisation_id: UUID) -> HttpResponse:
    """With whom does your organisation work? A page of others at a time, changeable until the end."""
    found, organisation = _answering(request, slug, organisation_id)
    had = queries.said(found, organisation)
    pages = Paginator(queries.others(found.partnership, organisation, request.at), PAGE)
    here = pages.get_page(request.GET.get("page"))
    form = RelationsForm(request.POST or None, others=here.object_list, had=had)
    if done(
        request,
        form,
        lambda: actions.relate(
            found=found,
            organisation=organisation,
            relations=form.relations(),
            rest=form.cleaned_data["rest"],
            by=request.actor,
            at=request.at,
        ),
    ):
        messages.success(request, _("Saved. You can change it until the round closes."))
        address = reverse("answer_network", args=[slug, organisation.pk])
        if here.has_next() and not form.cleaned_data["rest"]:
            return redirect(f"{address}?page={here.next_page_number()}")
        return redirect("rate_network", slug, organisation.pk)
    context = {
        "partnership": found.partnership,
        "nav_current": "table",
        "form": form,
        "organisation": organisation,
        "page": here,
        "answered": len(had),
    }
    return render(request, "convene/answer_network.html", context, status=status_of(form))


@login_required
@page
def rate_network(request: SignedInRequest, slug: str, organisation_id: UUID) -> HttpResponse:
    """How far does your organisation trust those it works with?"""
    found, organisation = _answering(request, slug, organisation_id)
    ties = found.ties.filter(source=organisation, relation__gte=Tie.Relation.SHARE)
    pages = Paginator(ties.select_related("target").order_by("target__name", "id"), RATED)
    here = pages.get_page(request.GET.get("page"))
    form = TrustForm(request.POST or None, ties=here.object_list)
    if done(
        request,
        form,
        lambda: actions.rate(
            found=found,
            organisation=organisation,
            ratings=form.ratings(),
            by=request.actor,
            at=request.at,
        ),
    ):
        messages.success(request, _("Saved. You can change it until the round closes."))
        if here.has_next():
            address = reverse("rate_network", args=[slug, organisation.pk])
            return redirect(f"{address}?page={here.next_page_number()}")
        return redirect("network", slug)
    context = {
        "partnership": found.partnership,
        "nav_current": "table",
        "form": form,
        "organisation": organisation,
        "page": here,
    }
    return render(request, "convene/rate_network.html", context, status=status_of(form))
