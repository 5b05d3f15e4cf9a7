"""What this room owes: the review of the chosen entry point."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from commonweal.aim.beginnings import queries
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
            due_at=timezone.make_aware(datetime.combine(point.review_date, time())),
            late=point.review_date < today,
            kind="aim.entry_point_review",
        )
