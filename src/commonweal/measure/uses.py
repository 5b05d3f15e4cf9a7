"""Tells the data page what each submission fed: the releases that counted it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from commonweal.convene import queries as convene
from commonweal.core.scope import Actor
from commonweal.measure.models import Release
from commonweal.pool.uses import Use, register


@register
def releases_fed(actor: Actor, submission_ids: Sequence[UUID], at: datetime) -> Iterator[Use]:
    """One use per submission and release. Whoever is not at the table learns of those with a public page."""
    used = Release.submissions.through.objects.filter(submission__in=submission_ids)
    found = used.select_related("release__partnership").defer("release__rows", "release__manifest")
    seated = set(convene.partnerships_for(actor, at).values_list("pk", flat=True))
    for row in found:
        release, partnership = row.release, row.release.partnership
        if partnership.pk in seated:
            page = "release"
        elif release.state != Release.State.DRAFT and partnership.is_public:
            page = "public_release"
        else:
            continue
        yield Use(
            submission_id=row.submission_id,
            title=_("Release %(number)s: %(title)s")
            % {"number": release.number, "title": release.title},
            url=reverse(page, args=[partnership.slug, release.number]),
            used_at=release.created_at,
        )
