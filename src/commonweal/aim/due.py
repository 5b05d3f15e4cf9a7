"""What this room owes: another look at the entry point, at beliefs and at assumptions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from commonweal.aim.beginnings import queries
from commonweal.aim.theory import queries as theories
from commonweal.core import due
from commonweal.core.scope import Actor


@due.register
def reviews(actor: Actor, at: datetime) -> Iterator[due.Item]:
    """One for each partnership of the actor that has begun somewhere."""
    today = timezone.localdate(at)
    for point in queries.chosen_entry_points(actor, at):
        # What follows the title on a page goes on after a comma.
        statement = point.statement.rstrip().removesuffix(".")
        yield due.Item(
            title=_("Review the entry point: %(statement)s") % {"statement": statement},
            url=reverse("entry_points", args=[point.partnership.slug]),
            partnership_id=point.partnership_id,
            organisation_id=None,
            due_at=_start(point.review_date),
            late=point.review_date < today,
            kind="aim.entry_point_review",
        )


@due.register
def beliefs(actor: Actor, at: datetime) -> Iterator[due.Item]:
    """One for each link and each assumption that is looked at again; its watcher owes the look."""
    today = timezone.localdate(at)
    for edge in theories.links_to_review(actor, at):
        ends = {"source": edge.source.label, "target": edge.target.label}
        partnership = edge.source.partnership
        if edge.review_date:
            yield due.Item(
                title=_("Look again at the belief: %(source)s → %(target)s") % ends,
                url=reverse("theory", args=[partnership.slug]),
                partnership_id=partnership.pk,
                organisation_id=edge.watcher_id,
                due_at=_start(edge.review_date),
                late=edge.review_date < today,
                kind="aim.link_review",
            )
    for node in theories.assumptions_to_review(actor, at):
        if node.review_date:
            yield due.Item(
                title=_("Look again at the assumption: %(label)s") % {"label": node.label},
                url=reverse("theory", args=[node.partnership.slug]),
                partnership_id=node.partnership_id,
                organisation_id=node.watcher_id,
                due_at=_start(node.review_date),
                late=node.review_date < today,
                kind="aim.assumption_review",
            )


def _start(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))
