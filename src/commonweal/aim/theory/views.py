"""Pages of the theory of change. Each makes one domain call."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms.models import model_to_dict
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from commonweal.aim import policies
from commonweal.aim import queries as aims
from commonweal.aim.beginnings import queries as beginnings
from commonweal.aim.models import Node
from commonweal.aim.pages import aimed, handle, uuid_of
from commonweal.aim.theory import actions, presentation, queries
from commonweal.aim.theory.forms import (
    AssumptionForm,
    ExpectForm,
    JudgeForm,
    LinkForm,
    NodeForm,
    NodeTextForm,
    OutcomeForm,
)
from commonweal.convene import queries as convene
from commonweal.convene.reach import Part
from commonweal.core.requests import SignedInRequest

page = require_http_methods(["GET", "HEAD", "POST"])


@login_required
@require_safe
def theory(request: SignedInRequest, slug: str) -> HttpResponse:
    """What do we believe, and which beliefs have held up?"""
    partnership = convene.readable_for(request.actor, slug, Part.AIM, request.at)
    found = queries.theory(partnership, timezone.localdate(request.at))
    edits = policies.can_aim(request.actor, partnership, request.at)
    return render(
        request,
        "aim/theory.html",
        {
            "partnership": partnership,
            "nav_current": "theory",
            "theory": found,
            "edits": edits,
            "lead": presentation.lead(found),
            "graph": presentation.graph(found, slug, edits),
            "gaps": [presentation.gap(gap, slug, edits) for gap in found.gaps],
            "goals": [presentation.goal(goal, found.indicators, slug) for goal in found.goals],
            "rings": [presentation.ring(ring) for ring in found.rings],
            "hypotheses": [presentation.hypothesis(edge, slug, edits) for edge in found.links],
            "nodes": [presentation.node_row(node, slug, edits) for node in found.nodes],
            "indicators": len(found.indicators),
            "entry_point": beginnings.chosen_entry_point(partnership),
        },
    )


@login_required
@page
def add_node(request: SignedInRequest, slug: str) -> HttpResponse:
    partnership = aimed(request, slug)
    form = NodeForm(request.POST or None, initial={"kind": request.GET.get("kind")})
    return handle(
        request,
        "add_node",
        form,
        partnership,
        act=lambda said: actions.add_node(
            partnership=partnership, **said, by=request.actor, at=request.at
        ),
        done=_("Added."),
    )


@login_required
@page
def node(request: SignedInRequest, slug: str, pk: UUID) -> HttpResponse:
    """Change one box of the theory of change."""
    partnership = aimed(request, slug)
    found = queries.node_for(request.actor, slug, pk, request.at)
    form = _node_form(request, found)
    return handle(
        request,
        "node",
        form,
        partnership,
        act=lambda said: actions.change_node(
            node=found,
            label=said["label"],
            words=said["words"],
            care=form.care() if isinstance(form, OutcomeForm | AssumptionForm) else None,
            by=request.actor,
            at=request.at,
        ),
        done=_("Saved."),
        node=found,
        links=[presentation.hypothesis(edge, slug, True) for edge in queries.links_of(found)],
    )


def _node_form(request: SignedInRequest, found: Node) -> NodeTextForm:
    """What can be said of a box depends on its kind."""
    given = request.POST or None
    initial = model_to_dict(found)
    if found.kind == Node.Kind.OUTCOME:
        return OutcomeForm(given, initial=initial)
    if found.kind == Node.Kind.ASSUMPTION:
        seated = convene.partners(found.partnership, request.at)
        return AssumptionForm(given, initial=initial, partners=seated)
    return NodeTextForm(given, initial=initial)


@login_required
@require_POST
def remove_node(request: SignedInRequest, slug: str, pk: UUID) -> HttpResponse:
    found = queries.node_for(request.actor, slug, pk, request.at)
    actions.remove_node(node=found, by=request.actor, at=request.at)
    messages.success(request, _("Removed."))
    return redirect("theory", slug)


@login_required
@page
def link_nodes(request: SignedInRequest, slug: str) -> HttpResponse:
    """State that one thing leads to another."""
    partnership = aimed(request, slug)
    nodes = aims.nodes(partnership)
    form = LinkForm(
        request.POST or None, nodes=nodes, initial={"source": uuid_of(request.GET.get("source"))}
    )
    return handle(
        request,
        "link_nodes",
        form,
        partnership,
        act=lambda said: actions.link_nodes(**said, by=request.actor, at=request.at),
        done=_("Linked."),
        nodes=nodes,
    )


@login_required
@page
def link(request: SignedInRequest, slug: str, pk: UUID) -> HttpResponse:
    """Say how a hypothesis has fared."""
    partnership = aimed(request, slug)
    found = queries.edge_for(request.actor, slug, pk, request.at)
    said = queries.records(found)
    names = queries.speakers(said)
    form = JudgeForm(
        request.POST or None,
        initial={**model_to_dict(found), "because": found.status_because},
    )
    return handle(
        request,
        "link",
        form,
        partnership,
        act=lambda said: actions.judge_link(edge=found, **said, by=request.actor, at=request.at),
        done=_("Saved."),
        link=found,
        expected=presentation.expected(found),
        removable=not actions.was_tested(found),
        history=[presentation.past(record, names) for record in said],
    )


@login_required
@page
def change_link(request: SignedInRequest, slug: str, pk: UUID) -> HttpResponse:
    """Say anew what is expected of a link."""
    partnership = aimed(request, slug)
    found = queries.edge_for(request.actor, slug, pk, request.at)
    form = ExpectForm(
        request.POST or None,
        initial=model_to_dict(found),
        partners=convene.partners(partnership, request.at),
        indicators=aims.indicators(partnership),
    )
    return handle(
        request,
        "change_link",
        form,
        partnership,
        act=lambda said: actions.change_link(
            edge=found,
            hypothesis=said["hypothesis"],
            expected=form.expected(),
            by=request.actor,
            at=request.at,
        ),
        done=_("Saved. What was believed before stays on record."),
        link=found,
    )


@login_required
@require_POST
def remove_link(request: SignedInRequest, slug: str, pk: UUID) -> HttpResponse:
    found = queries.edge_for(request.actor, slug, pk, request.at)
    actions.remove_link(edge=found, by=request.actor, at=request.at)
    messages.success(request, _("Removed."))
    return redirect("theory", slug)
