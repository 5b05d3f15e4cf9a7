"""Reading releases: a partnership's own for those at its table, published ones for everyone."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from django.db.models import Max, QuerySet
from django.utils.translation import gettext as _

from commonweal.convene import queries as convene
from commonweal.convene.models import Partnership
from commonweal.convene.reach import Part
from commonweal.core.errors import Missing
from commonweal.core.models import Job
from commonweal.core.scope import Actor
from commonweal.measure.models import Release


def releases(partnership: Partnership) -> QuerySet[Release]:
    """The releases of a partnership that the caller has fetched for a reader, newest first.

    Who reads without a seat is no partner: what an agreement opens to the partners stays theirs, and
    only what was computed for everyone is left.
    """
    found = Release.objects.filter(partnership=partnership).order_by("-number")
    return found if partnership.opened is None else found.filter(audience=Release.Audience.PUBLIC)


def release_for(actor: Actor, slug: str, number: int, at: datetime) -> Release:
    """A release, for who may read results here. Raises Missing."""
    partnership = convene.readable_for(actor, slug, Part.RESULTS, at)
    release = _one(releases(partnership).filter(number=number))
    release.partnership = partnership
    return release


def published(partnership: Partnership) -> QuerySet[Release]:
    """What the public may read in full, newest first."""
    return Release.objects.filter(partnership=partnership, state=Release.State.PUBLISHED).order_by(
        "-number"
    )


def ever_published(partnership: Partnership) -> QuerySet[Release]:
    """What was put before the public, also what was taken back since, newest first."""
    return Release.objects.filter(
        partnership=partnership, state__in=[Release.State.PUBLISHED, Release.State.WITHDRAWN]
    ).order_by("-number")


def public_page(slug: str, number: int) -> Release:
    """A release that has a page for everyone. Of a withdrawn one only number, title and reason may
    be shown. Raises Missing."""
    return _one(ever_published(convene.public_partnership(slug)).filter(number=number))


def public_release(slug: str, number: int) -> Release:
    """A release whose figures everyone may read. Raises Missing, for a withdrawn one with why."""
    release = public_page(slug, number)
    if release.state == Release.State.WITHDRAWN:
        raise Missing(
            _("Release %(number)s was withdrawn.") % {"number": release.number},
            mend=release.withdrawn_because,
        )
    return release


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


def shared_under(release: Release, contract: str) -> str:
    """The reference of the agreement under which what a release counted of a contract came in."""
    counted = release.submissions.filter(contract__key=contract)
    return counted.values_list("agreement__reference", flat=True).first() or ""


def next_number(partnership: Partnership) -> int:
    newest = Release.objects.filter(partnership=partnership).aggregate(top=Max("number"))["top"]
    return (newest or 0) + 1


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
