"""Computing a release under a permit, and putting it before the public or taking it back.

The permit is asked for twice: when the computation is ordered, so that a refusal is said at once,
and when it runs, because an agreement may end in between.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import polars as pl
from django.db import transaction
from django.utils.translation import gettext as _

from commonweal.agree import actions as agree
from commonweal.agree.models import Agreement
from commonweal.aim import queries as aim
from commonweal.aim.models import IndicatorVersion
from commonweal.compute.indicators.tables import FrameTable
from commonweal.compute.measuring import Row, canonical_bytes
from commonweal.compute.measuring import measure as compute
from commonweal.compute.permits.asking import MEASURE, Ask, Permit
from commonweal.convene.models import Partnership
from commonweal.core import events, jobs
from commonweal.core.errors import Conflict, Invalid
from commonweal.core.models import Job, Organisation
from commonweal.core.scope import Actor
from commonweal.measure import policies, queries
from commonweal.measure.models import Release
from commonweal.pool import queries as pool
from commonweal.pool.models import Submission
from commonweal.pool.vault import session as vault


@dataclass(frozen=True)
class Order:
    """What is to be computed, for whom and for what. Everything a run needs, nothing it infers."""

    partnership: Partnership
    title: str
    indicators: Sequence[IndicatorVersion]
    organisation: Organisation
    purpose: str
    audience: str

    def asks(self, by: Actor) -> dict[str, Ask]:
        """One request to the agreements per data contract that the indicators read."""
        fields: dict[str, set[str]] = {}
        for version in self.indicators:
            fields.setdefault(version.contract_key, set()).update(aim.definition(version).columns())
        return {
            contract: Ask(
                action=MEASURE,
                actor=by.label,
                organisation=self.organisation.pk,
                partnership=self.partnership.pk,
                contract=contract,
                fields=tuple(sorted(names)),
                purpose=self.purpose,
                output=self.audience,
            )
            for contract, names in sorted(fields.items())
        }


def order_release(*, order: Order, by: Actor, at: datetime) -> Job:
    """Check that the order may run and queue it. Raises Denied naming the clause, or Invalid."""
    policies.check_can_measure(by, order.partnership, order.organisation, at)
    if not order.indicators:
        raise Invalid(
            _("No indicator was chosen."), mend=_("Choose at least one indicator to compute.")
        )
    for ask in order.asks(by).values():
        agree.permit(ask=ask, by=by, at=at)
    return jobs.enqueue(
        "measure.run",
        by=by,
        at=at,
        scope=order.partnership.pk,
        partnership=str(order.partnership.pk),
        title=order.title,
        indicators=[str(version.pk) for version in order.indicators],
        organisation=str(order.organisation.pk),
        purpose=order.purpose,
        audience=order.audience,
    )


def run(*, order: Order, by: Actor, at: datetime, ordered_as: UUID | None = None) -> Release:
    """Compute every indicator of the order and keep the protected rows as a new release.

    Raises Denied when an agreement refuses, Invalid when there is nothing to compute from. The
    same order over the same submissions gives a release with the same rows, byte for byte.
    `ordered_as` names the job: asked a second time under it, the first answer is returned.
    """
    policies.check_can_measure(by, order.partnership, order.organisation, at)
    if ordered_as and (done := Release.objects.filter(ordered_as=ordered_as).first()):
        return done
    rows: list[Row] = []
    parts: list[dict[str, Any]] = []
    used: list[Submission] = []
    for contract, ask in order.asks(by).items():
        permit = agree.permit(ask=ask, by=by, at=at)
        versions = [v for v in order.indicators if v.contract_key == contract]
        part = _measure(permit, order.partnership, contract, versions, at)
        rows += part.rows
        used += part.submissions
        parts.append(part.manifest)
    return _keep(
        order=order,
        ordered_as=ordered_as,
        rows=rows,
        parts=parts,
        submissions=used,
        by=by,
        at=at,
    )


@dataclass(frozen=True)
class _Part:
    rows: Sequence[Row]
    submissions: Sequence[Submission]
    manifest: dict[str, Any]


def _measure(
    permit: Permit,
    partnership: Partnership,
    contract: str,
    versions: Sequence[IndicatorVersion],
    at: datetime,
) -> _Part:
    submissions = list(pool.current_submissions(partnership, contract, permit.providers))
    if not submissions:
        raise Invalid(
            _("Nothing has come in yet under “%(contract)s”.") % {"contract": contract},
            mend=_("Ask the partners for their data first; the data page shows what is missing."),
        )
    definitions = [aim.definition(version) for version in versions]
    with vault.open_session(permit, at) as session:
        rows = session.table(contract, [submission.pk for submission in submissions])
    result = compute(
        definitions,
        # Markers of missing values stay behind: to a definition they are all "not known".
        FrameTable(
            pl.DataFrame(pl.from_arrow(rows)).select(permit.fields),
            events.digest(submission.content_id for submission in submissions),
        ),
        minimum=max([permit.minimum_cell, *(definition.minimum for definition in definitions)]),
        as_at=at.date(),
    )
    return _Part(result.answer, submissions, _manifest(permit, submissions, versions, result.trace))


def _manifest(
    permit: Permit,
    submissions: Sequence[Submission],
    versions: Sequence[IndicatorVersion],
    trace: Mapping[str, Any],
) -> dict[str, Any]:
    """Everything that somebody needs to walk back from a figure, and nothing about a person."""
    return {
        "contract": permit.contract,
        "permit": permit.as_json(),
        "submissions": [
            {
                "id": str(submission.pk),
                "provider": str(submission.provider_id),
                "period": submission.period,
                "number": submission.number,
                "drop_id": submission.drop_id,
                "content_id": submission.content_id,
                "contract_version": submission.contract_version.version,
            }
            for submission in submissions
        ],
        "definitions": [
            {
                "indicator": version.indicator.key,
                "version": version.number,
                "hash": version.definition_hash,
            }
            for version in versions
        ],
        "trace": dict(trace),
    }


def _keep(
    *,
    order: Order,
    ordered_as: UUID | None,
    rows: Sequence[Row],
    parts: Sequence[Mapping[str, Any]],
    submissions: Sequence[Submission],
    by: Actor,
    at: datetime,
) -> Release:
    references = {basis["reference"] for part in parts for basis in part["permit"]["agreements"]}
    with transaction.atomic():
        # The partnership's row is the place where two releases at once queue for their numbers.
        partnership = Partnership.objects.select_for_update().get(pk=order.partnership.pk)
        release = Release.objects.create(
            partnership=partnership,
            number=queries.next_number(partnership),
            title=order.title,
            purpose=order.purpose,
            audience=order.audience,
            for_organisation=order.organisation,
            ordered_as=ordered_as,
            run_id=events.digest([part["trace"]["run_id"] for part in parts]),
            rows=canonical_bytes(rows),
            manifest={"parts": list(parts)},
            created_at=at,
        )
        release.indicators.set(order.indicators)
        release.submissions.set(submissions)
        release.agreements.set(
            Agreement.objects.filter(partnership=partnership, reference__in=references)
        )
        _log("measure.release_computed", release, by, at, submissions=len(submissions))
    return release


def publish_release(*, release: Release, by: Actor, at: datetime) -> None:
    """Put a release before the public. The agreements are asked again: they may have ended.

    Raises Denied naming the clause, also when one of the providers whose records it counts has
    withdrawn since; Conflict when it is published already.
    """
    policies.check_can_publish(by, release, at)
    for part in release.manifest["parts"]:
        granted = Permit.from_json(part["permit"])
        answer = agree.permit(
            ask=Ask(
                action=MEASURE,
                actor=by.label,
                organisation=granted.organisation,
                partnership=granted.partnership,
                contract=granted.contract,
                providers=granted.providers,
                fields=granted.fields,
                purpose=granted.purpose,
                output=granted.output,
            ),
            by=by,
            at=at,
        )
        for refusal in answer.refused_providers.values():
            raise agree.denied(refusal)
    with transaction.atomic():
        changed = Release.objects.filter(pk=release.pk, state=Release.State.DRAFT).update(
            state=Release.State.PUBLISHED, published_at=at
        )
        if not changed:
            raise Conflict(
                _("Release %(number)s is already published.") % {"number": release.number}
            )
        _log("measure.release_published", release, by, at)


def withdraw_release(*, release: Release, because: str, by: Actor, at: datetime) -> None:
    """Take a published release back, with the reason said; its page stays and says so."""
    policies.check_can_publish(by, release, at)
    if not because.strip():
        raise Invalid(
            _("Say why the release is withdrawn."),
            mend=_("The reason is shown in its place."),
            fields={"because": _("Say why.")},
        )
    with transaction.atomic():
        changed = Release.objects.filter(pk=release.pk, state=Release.State.PUBLISHED).update(
            state=Release.State.WITHDRAWN, withdrawn_because=because.strip()
        )
        if not changed:
            raise Conflict(_("Release %(number)s is not published.") % {"number": release.number})
        _log("measure.release_withdrawn", release, by, at)


def _log(kind: str, release: Release, by: Actor, at: datetime, **data: Any) -> None:
    events.append(
        kind=kind,
        subject=f"measure.release:{release.pk}",
        scope=release.partnership_id,
        organisation=release.for_organisation_id,
        by=by,
        at=at,
        data={"number": release.number, "run_id": release.run_id, **data},
    )


def order_from(
    *,
    partnership: str,
    title: str,
    indicators: Sequence[str],
    organisation: str,
    purpose: str,
    audience: str,
) -> Order:
    """The order that `order_release` queued, read back from the job's plain arguments."""
    versions = {
        str(version.pk): version
        for version in IndicatorVersion.objects.filter(
            pk__in=[UUID(pk) for pk in indicators], indicator__partnership=UUID(partnership)
        ).select_related("indicator")
    }
    return Order(
        partnership=Partnership.objects.get(pk=partnership),
        title=title,
        indicators=[versions[pk] for pk in indicators],
        organisation=Organisation.objects.get(pk=organisation),
        purpose=purpose,
        audience=audience,
    )
