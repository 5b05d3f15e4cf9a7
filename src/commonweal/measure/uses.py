"""Tells the data page what each submission fed, and the agreements what came of each permit."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from commonweal.agree.access.registry import Result, tells_results
from commonweal.convene import policies
from commonweal.convene import queries as convene
from commonweal.convene.models import Partnership
from commonweal.convene.reach import Part
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


@tells_results
def releases_under(
    actor: Actor, partnership: Partnership, permits: Collection[str], at: datetime
) -> Iterator[Result]:
    """The releases that were computed under these permits.

    Whoever may not read results here is told of those that the public was told of, and of no other;
    who reads them without a seat, of those that were computed for everyone.
    """
    seated = convene.standing(actor, partnership, at).is_seated
    looks_in = not seated and policies.can_read(actor, partnership, Part.RESULTS, at)
    found = Release.objects.filter(partnership=partnership).order_by("number")
    for release in found.defer("rows") if permits else ():
        told = release.state != Release.State.DRAFT and partnership.is_public
        reads = seated or (looks_in and release.audience == Release.Audience.PUBLIC)
        if not reads and not told:
            continue
        page = "release" if reads else "public_release"
        for part in release.manifest["parts"]:
            if part["permit"]["id"] in permits:
                yield Result(
                    permit=part["permit"]["id"],
                    title=_("Release %(number)s: %(title)s")
                    % {"number": release.number, "title": release.title},
                    standing=release.get_state_display(),
                    url=reverse(page, args=[partnership.slug, release.number]),
                )
