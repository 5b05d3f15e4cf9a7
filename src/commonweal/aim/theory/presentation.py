"""The theory of change in words and as a drawing, for its pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from commonweal.aim.models import Belief, Edge, EdgeRecord, Indicator, Node
from commonweal.aim.theory.queries import Gap, Ring, Theory
from commonweal.core.formats import day

STATUS_TAGS = {"untested": "neutral", "supported": "good", "mixed": "attention"}
# How the drawing names what has become of a link.
DRAWN = {"untested": "untested", "supported": "held", "mixed": "mixed", "contradicted": "failed"}


def lead(found: Theory) -> str:
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


def graph(found: Theory, slug: str, edits: bool) -> dict[str, Any]:
    """What the drawing is given: boxes, and arrows with hypothesis and what became of it."""
    return {
        "finding": _("What leads to what, as we believe"),
        "nodes": [
            {
                "id": str(node.pk),
                "label": node.label,
                "kind": "goal" if node.is_goal else node.kind,
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


def hypothesis(edge: Edge, slug: str, edits: bool) -> dict[str, Any]:
    return {
        "title": _("%(source)s → %(target)s")
        % {"source": edge.source.label, "target": edge.target.label},
        "url": reverse("link", args=[slug, edge.pk]) if edits else "",
        "hint": " ".join(part for part in (edge.hypothesis, *expected(edge), *shown(edge)) if part),
        "status": Edge.Status(edge.status).label,
        "kind": STATUS_TAGS.get(edge.status, "bad"),
    }


def node_row(node: Node, slug: str, edits: bool) -> dict[str, Any]:
    kind = _("End goal") if node.is_goal else str(Node.Kind(node.kind).label)
    said = [kind, node.words, _watched(node), _affected(node)]
    return {
        "term": node.label,
        "value": " ".join(ended(part) for part in said if part),
        "url": reverse("node", args=[slug, node.pk]) if edits else "",
        "action": _("Change") if edits else "",
    }


def ended(text: str) -> str:
    """The text as a sentence, for a line that goes on."""
    text = text.strip()
    return text if text.endswith((".", "!", "?", "”")) else f"{text}."


def _watched(node: Node) -> str:
    if node.watcher is None or node.review_date is None:
        return ""
    return _("%(organisation)s watches it: %(how)s Next look: %(day)s.") % {
        "organisation": node.watcher.name,
        "how": ended(node.watch_how),
        "day": day(node.review_date),
    }


def _affected(node: Node) -> str:
    if not node.affected:
        return ""
    return _("Of those affected took part: %(who)s") % {"who": ended(node.affected)}


def expected(belief: Belief) -> list[str]:
    """What would have to happen, in sentences; what nobody has said is left out."""
    said = []
    if belief.direction:
        said.append(ended(str(Belief.Direction(belief.direction).label)))
    if belief.size:
        size = f"{belief.size} {belief.size_unit}".strip()
        said.append(_("Expected: %(size)s") % {"size": ended(size)})
    if belief.indicator:
        said.append(_("It would show in “%(indicator)s”.") % {"indicator": belief.indicator.title})
    if belief.by_when:
        said.append(_("By %(day)s.") % {"day": day(belief.by_when)})
    if belief.watcher:
        said.append(_("%(organisation)s watches it.") % {"organisation": belief.watcher.name})
    if belief.review_date:
        said.append(_("Next look: %(day)s.") % {"day": day(belief.review_date)})
    return said


def shown(belief: Belief) -> list[str]:
    """What shows it and how surely; nothing while it is untested and nothing was said."""
    said = [ended(belief.status_because)] if belief.status_because else []
    if belief.status != Belief.Status.UNTESTED:
        level = Belief.Evidence(belief.evidence).label
        said.append(_("Level of evidence %(level)s") % {"level": ended(str(level))})
    if belief.no_comparison:
        reason = ended(belief.no_comparison)
        said.append(_("A comparison is not feasible because: %(reason)s") % {"reason": reason})
    return said


def past(record: EdgeRecord, names: Mapping[str, str]) -> dict[str, Any]:
    """One entry of what was believed of a link, for the timeline. `names`: who wrote it down."""
    status = str(Belief.Status(record.status).label)
    name = names.get(record.said_by)
    by = _("%(status)s, written down by %(name)s") % {"status": status, "name": name}
    said = [ended(record.hypothesis), *expected(record), *shown(record)]
    return {
        "when": record.said_at,
        "title": by if name else status,
        "text": " ".join(said),
    }


def ring(found: Ring) -> dict[str, Any]:
    """A feedback loop as a path that ends where it began, and what it does."""
    boxes = [found.links[0].source.label, *(link.target.label for link in found.links)]
    kinds = {
        "reinforcing": (_("Reinforcing"), _("It strengthens itself: what grows, grows on.")),
        "balancing": (_("Balancing"), _("It steadies itself: what grows is held back.")),
        "cannot_tell": (_("Cannot tell"), _("A link in it does not say yet which way it goes.")),
    }
    name, words = kinds[found.kind]
    return {"title": " → ".join(boxes), "hint": words, "status": name}


def goal(node: Node, indicators: tuple[Indicator, ...], slug: str) -> dict[str, Any]:
    """An end goal with all that measures it."""
    mine = [each for each in indicators if each.outcome_id == node.pk]
    return {
        "label": node.label,
        "words": node.words,
        "indicators": [
            {"title": each.title, "url": reverse("indicator", args=[slug, each.key])}
            for each in mine
        ],
    }


def gap(found: Gap, slug: str, edits: bool) -> dict[str, Any]:
    """What is open, in words, and where to mend it."""
    about = found.about
    words = {
        "outcome_unmeasured": _("Nothing measures this outcome yet: define an indicator for it."),
        "activity_leads_nowhere": _(
            "This activity leads to no outcome: say what it is meant to change."
        ),
        "assumption_carries_nothing": _(
            "This assumption carries nothing: link it to what depends on it."
        ),
        "assumption_unwatched": _(
            "Nobody watches this assumption: say who will notice when it no longer holds, and how."
        ),
        "link_review_passed": _("Its review date has passed: look at it again together."),
        "supported_without_evidence": _(
            "It counts as supported, with no evidence above level 1: say what shows it, or call it"
            " untested."
        ),
        "indicator_without_outcome": _(
            "This indicator measures no outcome: define one that does, and say what this one is for."
        ),
        "nobody_affected": _(
            "No one of those affected took part in saying what should change: ask them, and write"
            " down at an outcome who took part."
        ),
    }
    title, kind = _subject(about)
    return {
        "title": title,
        "url": _mend_url(found, slug) if edits else "",
        "hint": words[found.rule],
        "status": kind,
    }


def _subject(about: Node | Edge | Indicator | None) -> tuple[str, str]:
    if isinstance(about, Node):
        return about.label, str(Node.Kind(about.kind).label)
    if isinstance(about, Edge):
        ends = {"source": about.source.label, "target": about.target.label}
        return _("%(source)s → %(target)s") % ends, _("Link")
    if isinstance(about, Indicator):
        return about.title, _("Indicator")
    return _("The theory as a whole"), _("Theory of change")


def _mend_url(found: Gap, slug: str) -> str:
    about = found.about
    if isinstance(about, Edge):
        name = "change_link" if found.rule == "link_review_passed" else "link"
        return reverse(name, args=[slug, about.pk])
    if isinstance(about, Indicator):
        return reverse("indicator", args=[slug, about.key])
    if about is None:
        return "#boxes"
    if found.rule == "outcome_unmeasured":
        return reverse("define_indicator", args=[slug]) + f"?outcome={about.pk}"
    if found.rule == "assumption_unwatched":
        return reverse("node", args=[slug, about.pk])
    return reverse("link_nodes", args=[slug]) + f"?source={about.pk}"
