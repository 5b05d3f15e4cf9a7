"""How the plan and what is found in it are shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from commonweal.compute.planning.critical import Timing
from commonweal.compute.planning.overlaps import Finding, Rule
from commonweal.core import formats
from commonweal.plan.models import Item
from commonweal.plan.queries import Board

MOST_FINDINGS = 60
# Rule → (what is found, what would mend it). `one`, `other`: the titles of its items.
WORDS: Mapping[Rule, tuple[Any, Any]] = {
    Rule.MONEY: (
        gettext_lazy("“%(one)s” begins before its money: %(other)s"),
        gettext_lazy("Move it, or find money for the days before."),
    ),
    Rule.PROCUREMENT: (
        gettext_lazy("“%(one)s” begins before what it needs is bought: %(other)s"),
        gettext_lazy("Move it, or begin to buy earlier."),
    ),
    Rule.ORDER: (
        gettext_lazy("“%(one)s” begins before what it waits for has ended: %(other)s"),
        gettext_lazy("Move one of them, or say that it need not wait."),
    ),
    Rule.EVALUATION: (
        gettext_lazy("“%(one)s” ends after the decision that it should inform: %(other)s"),
        gettext_lazy("Decide later, or look at something sooner."),
    ),
    Rule.UNCOVERED: (
        gettext_lazy("Nobody covers “%(one)s”"),
        gettext_lazy("Ask who at the table could."),
    ),
    Rule.SAME_PLACE: (
        gettext_lazy("Two partners in %(name)s at the same time: “%(one)s” and “%(other)s”"),
        gettext_lazy("Do it together, or share out streets and weeks."),
    ),
    Rule.EMPTY_PLACE: (
        gettext_lazy("Nobody plans anything in %(name)s"),
        gettext_lazy("The map of the problem names it. Who could begin there?"),
    ),
    Rule.NOTHING: (
        gettext_lazy("Nothing in the plan that is still to come: %(name)s"),
        gettext_lazy("Ask what it plans: others decide by it."),
    ),
}


@dataclass(frozen=True)
class FindingView:
    title: str
    mend: str
    urls: list[tuple[str, str]]


def findings(board: Board, slug: str) -> list[FindingView]:
    """The first sixty; the rest is told by a number."""
    rows = {str(row.pk): row for row in board.items}
    return [_finding(each, rows, slug) for each in board.findings.answer[:MOST_FINDINGS]]


def _finding(each: Finding, rows: Mapping[str, Item], slug: str) -> FindingView:
    title, mend = WORDS[each.rule]
    named = [rows[key] for key in each.items]
    said = {
        "one": _titled(named[0]) if named else "",
        "other": _titled(named[1]) if len(named) > 1 else "",
        "name": ", ".join(each.names),
    }
    urls = [(row.title, reverse("plan_item", args=[slug, row.pk])) for row in named]
    return FindingView(str(title) % said, str(mend), urls)


def _titled(item: Item) -> str:
    return f"{item.title} ({item.organisation.name})"


def more_findings(board: Board) -> int:
    return max(0, len(board.findings.answer) - MOST_FINDINGS)


def lead(board: Board) -> str:
    if not board.items:
        return ""
    count = len(board.findings.answer)
    if not count:
        return _("Nothing in the plans gets in the way of anything else.")
    return ngettext(
        "%(count)d thing to look at: plans get in each other’s way, or leave a gap.",
        "%(count)d things to look at: plans get in each other’s way, or leave a gap.",
        count,
    ) % {"count": count}


def chart(shown: Sequence[Item], timings: Mapping[str, Timing], today: date) -> dict[str, Any]:
    """The items of one page over time, by who plans them."""
    by_owner = sorted(shown, key=lambda row: (row.organisation.name, row.starts_on, row.ends_on))
    return {
        "finding": _("What is planned, by whom and when"),
        "bars": [_bar(row, timings[str(row.pk)]) for row in by_owner],
        "today": today,
    }


def _bar(row: Item, timing: Timing) -> dict[str, Any]:
    return {
        "label": row.title,
        "group": row.organisation.name,
        "starts": row.starts_on,
        "ends": row.ends_on,
        "critical": timing.critical,
        "words": slack(timing),
    }


def slack(timing: Timing) -> str:
    if timing.critical:
        return _("none")
    return ngettext("%(count)d day", "%(count)d days", timing.slack) % {"count": timing.slack}


def listed(shown: Sequence[Item], slug: str) -> dict[str, Any]:
    """The items of one page as a table with the way to each."""
    return {
        "caption": _("The plan, item by item"),
        "columns": [_("What"), _("Who"), _("When"), _("Where"), _("How it stands")],
        "rows": [
            [
                {"text": row.title, "url": reverse("plan_item", args=[slug, row.pk])},
                row.organisation.name,
                days(row),
                row.place,
                str(Item.State(row.state).label),
            ]
            for row in shown
        ],
    }


def days(row: Item) -> str:
    if row.starts_on == row.ends_on:
        return formats.day(row.starts_on)
    return _("%(first)s to %(last)s") % {
        "first": formats.day(row.starts_on),
        "last": formats.day(row.ends_on),
    }


def about(row: Item, timing: Timing | None, earlier: Sequence[Item]) -> list[dict[str, str]]:
    """All that an item says, for its page."""
    said = [
        (_("Who"), row.organisation.name),
        (_("What it is"), str(Item.Kind(row.kind).label)),
        (_("When"), days(row)),
        (_("Where"), row.place),
        (_("How it stands"), str(Item.State(row.state).label)),
        (_("Why it was dropped"), row.dropped_because),
        (_("Money"), money(row)),
        (_("What must be there first"), ", ".join(_titled(each) for each in earlier)),
        (_("Decision it should inform"), row.informs.title if row.informs else ""),
        (_("Who covers it, or takes part"), row.cover.name if row.cover else ""),
        (_("Stage"), row.stage.name if row.stage else ""),
        (_("Slack"), slack(timing) if timing else ""),
        (_("In more words"), row.words),
    ]
    return [{"term": term, "value": value} for term, value in said if value]


def money(row: Item) -> str:
    if row.amount_minor is None:
        return ""
    return formats.money(row.amount_minor, row.currency)
