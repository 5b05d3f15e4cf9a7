"""The way back from a figure: definition, data, agreement, disclosure control, run.

Read from the release's own manifest, so that it tells how the figure was made then, together with
what has become of its sources since.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from commonweal.agree.models import AgreementVersion
from commonweal.aim import queries as aim
from commonweal.aim.models import IndicatorVersion
from commonweal.compute.indicators.definition import Definition
from commonweal.compute.permits.asking import Permit
from commonweal.compute.permits.purposes import PURPOSES
from commonweal.core import formats
from commonweal.core.errors import Missing
from commonweal.measure import marks, queries, standing, words
from commonweal.measure.figures import Figure, arrange
from commonweal.measure.models import Release
from commonweal.measure.standing import Gone
from commonweal.pool.models import Submission


@dataclass(frozen=True)
class Source:
    """One submission that was counted. `since`: what has become of it, in words."""

    provider: str
    period: str
    number: int
    received_at: datetime
    drop_id: str
    content_id: str
    contract_version: str
    since: str


@dataclass(frozen=True)
class Ground:
    """One signed agreement that allowed the use, and the clauses that the permit rests on."""

    reference: str
    title: str
    version: int
    text_hash: str
    clauses: tuple[int, ...]


@dataclass(frozen=True)
class Provenance:
    figure: Figure
    version: IndicatorVersion
    definition: Definition
    purpose: str
    sources: tuple[Source, ...]
    grounds: tuple[Ground, ...]
    left_out: Sequence[str]
    since: tuple[str, ...]
    paused: tuple[str, ...]
    minimum_cell: int
    hidden: int
    rows: int
    withheld: Sequence[str]
    as_of: datetime | None
    trace: Mapping[str, Any]


def provenance(release: Release, key: str, at: datetime) -> Provenance:
    """How one figure of a release came about. Raises Missing for an indicator it does not hold."""
    figure = next((f for f in arrange(queries.rows(release)) if f.indicator == key), None)
    part = _part(release, key)
    if figure is None or part is None:
        raise Missing(
            _("This release holds no such figure."), mend=_("Choose a figure of the release.")
        )
    version = release.indicators.select_related("indicator__owner").get(indicator__key=key)
    permit = Permit.from_json(part["permit"])
    gone = standing.gone([release]).get(release.pk, {}).get(part["contract"], standing.NOTHING)
    sources = _sources(part, gone)
    shown = [*figure.course, *(row for piece in figure.slices for row in piece.rows)]
    return Provenance(
        figure=figure,
        version=version,
        definition=aim.definition(version),
        purpose=_(PURPOSES[permit.purpose].label) if permit.purpose in PURPOSES else permit.purpose,
        sources=sources,
        grounds=_grounds(release, permit),
        left_out=marks.left_out(permit),
        since=tuple(marks.since(gone, release)),
        paused=tuple(marks.paused(release, at)),
        minimum_cell=next(e["minimum"] for e in part["trace"]["indicators"] if e["id"] == key),
        hidden=sum(row["status"] == "hidden" for row in shown),
        rows=len(shown),
        withheld=[
            words.reason(piece["withheld"])
            for entry in part["trace"]["indicators"]
            if entry["id"] == key
            for piece in entry["slices"]
            if piece["withheld"]
        ],
        as_of=max((source.received_at for source in sources), default=None),
        trace=part["trace"],
    )


def _part(release: Release, key: str) -> Mapping[str, Any] | None:
    parts: list[Mapping[str, Any]] = release.manifest["parts"]
    return next(
        (part for part in parts if any(d["indicator"] == key for d in part["definitions"])), None
    )


def _sources(part: Mapping[str, Any], gone: Gone) -> tuple[Source, ...]:
    ids = [entry["id"] for entry in part["submissions"]]
    found = {
        str(row.pk): row for row in Submission.objects.filter(pk__in=ids).select_related("provider")
    }
    return tuple(
        Source(
            provider=found[entry["id"]].provider.name,
            period=entry["period"],
            number=entry["number"],
            received_at=found[entry["id"]].received_at,
            drop_id=entry["drop_id"],
            content_id=entry["content_id"],
            contract_version=entry["contract_version"],
            since=_since(found[entry["id"]], gone),
        )
        for entry in part["submissions"]
    )


def _since(submission: Submission, gone: Gone) -> str:
    """What has become of a file since it was counted."""
    left = {each.withdrawal.organisation_id: each for each in gone.departures}
    departure = left.get(submission.provider_id)
    if submission.state == Submission.State.DESTROYED:
        if departure is not None:
            return _("destroyed: the partner withdrew, and nobody can read it any more")
        return _("destroyed: the time for which it may be kept is over")
    if departure is not None:
        names = {"day": formats.day(departure.on), "last": formats.day(departure.destroy_on)}
        return _("withdrawn on %(day)s: not used any more, destroyed on %(last)s") % names
    if submission.state == Submission.State.SUPERSEDED:
        return _("replaced by a newer file")
    return _("unchanged")


def _grounds(release: Release, permit: Permit) -> tuple[Ground, ...]:
    titles = {
        (version.agreement.reference, version.number): version.agreement.title
        for version in AgreementVersion.objects.filter(
            agreement__partnership=release.partnership_id
        ).select_related("agreement")
    }
    return tuple(
        Ground(
            reference=basis.reference,
            title=titles.get((basis.reference, basis.version), basis.reference),
            version=basis.version,
            text_hash=basis.text_hash,
            clauses=basis.clauses,
        )
        for basis in permit.agreements
    )
