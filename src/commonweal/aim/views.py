"""Pages of the theory of change and indicators. Each makes one domain call."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from commonweal.aim import actions, policies, queries
from commonweal.aim.beginnings import queries as beginnings
from commonweal.aim.forms import (
    IndicatorForm,
    JudgeForm,
    LinkForm,
    NodeForm,
    NodeTextForm,
    VersionForm,
)
from commonweal.aim.models import Edge, Indicator, IndicatorVersion, Node
from commonweal.aim.queries import Theory
from commonweal.convene import queries as convene
from commonweal.convene.models import Partnership
from commonweal.convene.reach import Part
from commonweal.core.formerrors import attempt
from commonweal.core.requests import SignedInRequest

page = require_http_methods(["GET", "HEAD", "POST"])

STATUS_TAGS = {"untested": "neutral", "supported": "good", "mixed": "attention"}
# How the drawing names what has become of a link.
DRAWN = {"untested": "untested", "supported": "held", "mixed": "mixed", "contradicted": "failed"}


@login_required
@require_safe
def theory(request: SignedInRequest, slug: str) -> HttpResponse:
    """What do we believe, and which beliefs have held up?"""
    partnership = convene.readable_for(request.actor, slug, Part.AIM, request.at)
    found = queries.theory(partnership)
    edits = policies.can_aim(request.actor, partnership, request.at)
    return render(
        request,
        "aim/theory.html",
        {
            "partnership": partnership,
            "nav_current": "theory",
            "theory": found,
            "edits": edits,
            "lead": _theory_lead(found),
            "graph": _graph(found, slug, edits),
            "gaps": [
                {
                    "title": gap.node.label,
                    "url": _mend_url(gap, slug) if edits else "",
                    "hint": gap.words,
                    "status": Node.Kind(gap.node.kind).label,
                }
                for gap in found.gaps
            ],
            "hypotheses": [_hypothesis(edge, slug, edits) for edge in found.links],
            "nodes": [_node_row(node, slug, edits) for node in found.nodes],
            "indicators": queries.indicators(partnership).count(),
            "entry_point": beginnings.chosen_entry_point(partnership),
        },
    )


def _theory_lead(found: Theory) -> str:
    """How many beliefs there are and how they have fared."""
    if not found.links:
        return ""
    beliefs = ngettext("%(count)d belief", "%(count)d beliefs", len(found.links)) % {
        "count": len(found.links)
    }
    by_status = [sum(link.status == status for link in found.links) for status in Edge.Status]
    names = (_("untested"), _("supported"), _("mixed"), _("contradicted"))
    said = [f"{count} {name}" for count, name in zip(by_status, names, strict=True) if count]
    return f"{beliefs}: {', '.join(said)}."


def _graph(found: Theory, slug: str, edits: bool) -> dict[str, Any]:
    """What the drawing is given: boxes, and arrows with hypothesis and what became of it."""
    return {
        "finding": _("What leads to what, as we believe"),
        "nodes": [
            {
                "id": str(node.pk),
                "label": node.label,
                "kind": node.kind,
                "note": node.words,
                "url": reverse("node", args=[slug, node.pk]) if edits else "",
            }
            for node in found.nodes
        ],
        "links": [
            {
                "source": str(link.source_id),
                "target": str(link.target_id),
                "assumption": link.hypothesis,
                "state": DRAWN[link.status],
            }
            for link in found.links
        ],
    }


def _mend_url(gap: queries.Gap, slug: str) -> str:
    if gap.rule == "outcome_unmeasured":
        return reverse("define_indicator", args=[slug]) + f"?outcome={gap.node.pk}"
    return reverse("link_nodes", args=[slug]) + f"?source={gap.node.pk}"


def _hypothesis(edge: Edge, slug: str, edits: bool) -> dict[str, Any]:
    return {
        "title": _("%(source)s → %(target)s")
        % {"source": edge.source.label, "target": edge.target.label},
        "url": reverse("link", args=[slug, edge.pk]) if edits else "",
        "hint": " ".join(part for part in (edge.hypothesis, edge.status_because) if part),
        "status": Edge.Status(edge.status).label,
        "kind": STATUS_TAGS.get(edge.status, "bad"),
    }


def _node_row(node: Node, slug: str, edits: bool) -> dict[str, Any]:
    kind = Node.Kind(node.kind).label
    return {
        "term": node.label,
        "value": f"{kind}. {node.words}" if node.words else kind,
        "url": reverse("node", args=[slug, node.pk]) if edits else "",
        "action": _("Change") if edits else "",
    }


@login_required
@page
def add_node(request: SignedInRequest, slug: str) -> HttpResponse:
    partnership = _aimed(request, slug)
    form = NodeForm(request.POST or None, initial={"kind": request.GET.get("kind")})
    return _handle(
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
    partnership = _aimed(request, slug)
    found = queries.node_for(request.actor, slug, pk, request.at)
    form = NodeTextForm(request.POST or None, initial={"label": found.label, "words": found.words})
    return _handle(
        request,
        "node",
        form,
        partnership,
        act=lambda said: actions.change_node(node=found, **said, by=request.actor, at=request.at),
        done=_("Saved."),
        node=found,
    )


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
    partnership = _aimed(request, slug)
    nodes = queries.nodes(partnership)
    form = LinkForm(
        request.POST or None, nodes=nodes, initial={"source": _uuid(request.GET.get("source"))}
    )
    return _handle(
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
    partnership = _aimed(request, slug)
    found = queries.edge_for(request.actor, slug, pk, request.at)
    form = JudgeForm(
        request.POST or None, initial={"status": found.status, "because": found.status_because}
    )
    return _handle(
        request,
        "link",
        form,
        partnership,
        act=lambda said: actions.judge_link(edge=found, **said, by=request.actor, at=request.at),
        done=_("Saved."),
        link=found,
    )


@login_required
@require_POST
def remove_link(request: SignedInRequest, slug: str, pk: UUID) -> HttpResponse:
    found = queries.edge_for(request.actor, slug, pk, request.at)
    actions.remove_link(edge=found, by=request.actor, at=request.at)
    messages.success(request, _("Removed."))
    return redirect("theory", slug)


@login_required
@require_safe
def indicators(request: SignedInRequest, slug: str) -> HttpResponse:
    """How will we know?"""
    partnership = convene.readable_for(request.actor, slug, Part.AIM, request.at)
    versions = queries.current_versions(partnership, request.at)
    return render(
        request,
        "aim/indicators.html",
        {
            "partnership": partnership,
            "nav_current": "theory",
            "edits": policies.can_aim(request.actor, partnership, request.at),
            "count": len(versions),
            "table": {
                "caption": _("Indicators and their current versions"),
                "hide_caption": True,
                "columns": [
                    _("Indicator"),
                    _("Whose"),
                    (_("Baseline"), "numeric"),
                    (_("Target"), "numeric"),
                    (_("Version"), "numeric"),
                ],
                "rows": [_indicator_row(version, slug) for version in versions],
            },
        },
    )


def _indicator_row(version: IndicatorVersion, slug: str) -> list[Any]:
    found = version.indicator
    return [
        {"text": found.title, "url": reverse("indicator", args=[slug, found.key])},
        found.owner.name if found.owner else _("Population"),
        figure_of(version, version.baseline, version.baseline_period),
        figure_of(version, version.target, version.target_period) or _("not set"),
        version.number,
    ]


def figure_of(version: IndicatorVersion, number: str, period: str) -> str | None:
    """A baseline or target with its period; None when none is set."""
    if not number:
        return None
    if version.kind == IndicatorVersion.Kind.PROPORTION:
        said = formats.localize((Decimal(number) * 100).normalize() + 0, use_l10n=True) + "%"
    else:
        said = formats.localize(Decimal(number), use_l10n=True)
    return f"{said} ({period})" if period else said


@login_required
@require_safe
def indicator(request: SignedInRequest, slug: str, key: str) -> HttpResponse:
    """One indicator: how it is computed now, and how that came about."""
    found = queries.indicator_for(request.actor, slug, key, request.at)
    versions = list(queries.versions(found))
    current = next((version for version in versions if version.agreed_at <= request.at), None)
    return render(
        request,
        "aim/indicator.html",
        {
            "partnership": found.partnership,
            "nav_current": "theory",
            "indicator": found,
            "current": current,
            "edits": policies.can_aim(request.actor, found.partnership, request.at),
            "facts": _facts(found, current),
            "history": [
                {
                    "when": version.agreed_at,
                    "title": _("Version %(number)d") % {"number": version.number},
                    "text": version.reason,
                }
                for version in versions
            ],
            "earlier": [version for version in versions if version != current],
        },
    )


def _facts(found: Indicator, current: IndicatorVersion | None) -> list[tuple[str, Any]]:
    none = _("Not set")
    rows = [
        (_("Level"), Indicator.Level(found.level).label),
        (_("Owner"), found.owner.name if found.owner else _("Nobody alone")),
        (_("Measures"), found.outcome.label if found.outcome else _("Not linked to an outcome")),
        (_("Unit"), found.unit),
        (_("Which way is better"), Indicator.Polarity(found.polarity).label),
    ]
    if current:
        rows += [
            (_("Baseline"), figure_of(current, current.baseline, current.baseline_period) or none),
            (_("Target"), figure_of(current, current.target, current.target_period) or none),
            (_("Data contract"), current.contract_key),
        ]
    return rows


@login_required
@page
def define_indicator(request: SignedInRequest, slug: str) -> HttpResponse:
    """Agree on a new indicator."""
    partnership = _aimed(request, slug)
    form = IndicatorForm(
        request.POST or None,
        owners=convene.partners(partnership, request.at),
        nodes=queries.nodes(partnership),
        initial={"outcome": _uuid(request.GET.get("outcome"))},
    )
    return _handle(
        request,
        "define_indicator",
        form,
        partnership,
        act=lambda said: actions.define_indicator(
            partnership=partnership,
            definition=said["definition"],
            level=said["level"],
            unit=said["unit"],
            contract_key=said["contract_key"],
            reason=said["reason"],
            owner=said["owner"],
            outcome=said["outcome"],
            goal=form.goal(),
            by=request.actor,
            at=request.at,
        ),
        done=_("Agreed. It can be measured once its data have come in."),
        then="indicators",
    )


@login_required
@page
def revise_indicator(request: SignedInRequest, slug: str, key: str) -> HttpResponse:
    """Agree on the next version of an indicator."""
    partnership = _aimed(request, slug)
    found = queries.indicator_for(request.actor, slug, key, request.at)
    last = queries.versions(found).first()
    form = VersionForm(request.POST or None, initial=_next_version(last) if last else {})
    return _handle(
        request,
        "revise_indicator",
        form,
        partnership,
        act=lambda said: actions.revise_indicator(
            indicator=found,
            definition=said["definition"],
            contract_key=said["contract_key"],
            reason=said["reason"],
            goal=form.goal(),
            by=request.actor,
            at=request.at,
        ),
        done=_(
            "The next version is agreed. Earlier results keep the version they were computed by."
        ),
        then="indicators",
        indicator=found,
    )


def _next_version(last: IndicatorVersion) -> dict[str, str]:
    """The last version as a starting point, with its number moved on."""
    number = re.compile(rf"^(\s*version\s*:\s*){last.number}\s*$", re.MULTILINE)
    return {
        "definition": number.sub(rf"\g<1>{last.number + 1}", last.definition),
        "contract_key": last.contract_key,
        "baseline": last.baseline,
        "baseline_period": last.baseline_period,
        "target": last.target,
        "target_period": last.target_period,
    }


def _uuid(text: str | None) -> UUID | None:
    """A choice from the address, ignored when it is not one."""
    try:
        return UUID(text or "")
    except ValueError:
        return None


def _aimed(request: SignedInRequest, slug: str) -> Partnership:
    """The partnership, for who may change its aims. Raises Missing or Denied."""
    partnership = convene.partnership_for(request.actor, slug, request.at)
    policies.check_can_aim(request.actor, partnership, request.at)
    return partnership


def _handle(
    request: SignedInRequest,
    template: str,
    form: forms.Form,
    partnership: Partnership,
    *,
    act: Callable[[dict[str, Any]], object],
    done: str,
    then: str = "theory",
    **context: Any,
) -> HttpResponse:
    """GET shows the form; POST acts and goes on to `then`, or shows what was wrong."""
    if (
        request.method == "POST"
        and form.is_valid()
        and attempt(form, lambda: act(form.cleaned_data))
    ):
        messages.success(request, done)
        return redirect(then, partnership.slug)
    context = {"form": form, "partnership": partnership, "nav_current": "theory", **context}
    status = 422 if form.errors else 200
    return render(request, f"aim/{template}.html", context, status=status)
