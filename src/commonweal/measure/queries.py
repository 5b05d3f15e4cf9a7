"""Reading releases: a partnership's own for those at its table, published ones for everyone."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Max, QuerySet
from django.utils.translation import gettext as _

from commonweal.convene import queries as convene
from commonweal.convene.models import Partnership
from commonweal.core.errors import Missing
from commonweal.core.models import Job
from commonweal.core.scope import Actor
from commonweal.measure.models import Release


def releases(partnership: Partnership) -> QuerySet[Release]:
    """Every release of a partnership that the caller has fetched for a reader, newest first."""
    return Release.objects.filter(partnership=partnership).defer("rows").order_by("-number")


def release_for(actor: Actor, slug: str, number: int, at: datetime) -> Release:
    """A release for somebody at the table. Raises Missing."""
    partnership = convene.partnership_for(actor, slug, at)
    return _one(Release.objects.filter(partnership=partnership, number=number))


def published(partnership: Partnership) -> QuerySet[Release]:
    """What the public may read, newest first."""
    return Release.objects.filter(partnership=partnership, state=Release.State.PUBLISHED).order_by(
        "-number"
    )


def public_release(slug: str, number: int | None = None) -> Release:
    """A published release of an open partnership, by default the newest. Raises Missing."""
    found = published(convene.public_partnership(slug))
    return _one(found if number is None else found.filter(number=number))


def _one(found: QuerySet[Release]) -> Release:
    release = found.select_related("partnership", "for_organisation").first()
    if release is None:
        raise Missing(
            _("There is no such release, or it is not open to you."),
            mend=_("Go back to the results and choose one of the releases listed there."),
        )
    return release


def rows(release: Release) -> list[dict[str, Any]]:
    """The release's rows as they were computed; the columns are those of `commonweal measure`."""
    found: list[dict[str, Any]] = json.loads(bytes(release.rows))
    return found


def next_number(partnership: Partnership) -> int:
    newest = Release.objects.filter(partnership=partnership).aggregate(top=Max("number"))["top"]
    return (newest or 0) + 1


def resting_on(partnership: Partnership, submission_ids: Sequence[Any]) -> QuerySet[Release]:
    """The releases that used any of these submissions, newest first: what a drop fed."""
    return (
        Release.objects.filter(partnership=partnership, submissions__in=submission_ids)
        .defer("rows")
        .distinct()
        .order_by("-number")
    )


def running(partnership: Partnership) -> QuerySet[Job]:
    """Computations that wait or run, the oldest first."""
    return Job.objects.filter(
        scope=partnership.pk,
        name="measure.run",
        state__in=[Job.State.WAITING, Job.State.RUNNING],
    ).order_by("created_at")


def failed(partnership: Partnership) -> QuerySet[Job]:
    """Computations that came to nothing since the newest release, the newest first."""
    newest = Release.objects.filter(partnership=partnership).aggregate(at=Max("created_at"))["at"]
    found = Job.objects.filter(scope=partnership.pk, name="measure.run", state=Job.State.FAILED)
    since = found.filter(finished_at__gt=newest) if newest else found
    return since.order_by("-created_at")[:3]
