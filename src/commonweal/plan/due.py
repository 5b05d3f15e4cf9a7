"""What this room owes: milestones that are not done, stages that wait for a decision."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from commonweal.core import due
from commonweal.core.scope import Actor
from commonweal.plan import queries


@due.register
def plans(actor: Actor, at: datetime) -> Iterator[due.Item]:
    """One for each; the milestone's organisation owes it, the stage is the table's."""
    today = timezone.localdate(at)
    milestones, stages = queries.due(actor, at)
    for item in milestones:
        yield due.Item(
            title=_("Milestone: %(title)s") % {"title": item.title},
            url=reverse("plan_item", args=[item.partnership.slug, item.pk]),
            partnership_id=item.partnership_id,
            organisation_id=item.organisation_id,
            due_at=_start(item.ends_on),
            late=item.ends_on < today,
            kind="plan.milestone",
        )
    for stage in stages:
        yield due.Item(
            title=_("Decide whether to go on after “%(name)s”") % {"name": stage.name},
            url=reverse("decide_stage", args=[stage.partnership.slug, stage.pk]),
            partnership_id=stage.partnership_id,
            organisation_id=None,
            due_at=_start(stage.review_date),
            late=stage.review_date < today,
            kind="plan.stage",
        )


def _start(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))
