"""What is owed here: another look at each working group."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from commonweal.convene.groups import queries
from commonweal.core import due
from commonweal.core.scope import Actor


@due.register
def reviews(actor: Actor, at: datetime) -> Iterator[due.Item]:
    """One for each group at work; the table owes it."""
    today = timezone.localdate(at)
    for group in queries.to_review(actor, at):
        yield due.Item(
            title=_("Look again at the working group “%(name)s”") % {"name": group.name},
            url=reverse("groups", args=[group.partnership.slug]),
            partnership_id=group.partnership_id,
            organisation_id=None,
            due_at=timezone.make_aware(datetime.combine(group.review_date, time())),
            late=group.review_date < today,
            kind="convene.group_review",
        )
