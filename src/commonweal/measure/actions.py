"""Computing a release under a permit, and putting it before the public or taking it back.

The permit is asked for twice: when the computation is ordered, so that a refusal is said at once,
and when it runs, because an agreement may end in between.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import polars as pl
from django.db import transaction
from django.utils.translation import gettext as _

from commonweal.agree import actions as agree
from commonweal.agree import watching
from commonweal.agree.models import Agreement
from commonweal.aim import queries as aim
from commonweal.aim.models import IndicatorVersion
from commonweal.compute.indicators.database import Limits
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
from commonweal.pool import contracts
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
        contracts = sorted({version.contract_key for version in self.indicators})
        return {contract: self.ask(contract, self.indicators, by) for contract in contracts}

    def ask(self, contract: str, versions: Iterable[IndicatorVersion], by: Actor) -> Ask:
        """The request for what those of `versions` read that count records of one contract."""
        read = [aim.definition(each) for each in versions if each.contract_key == contract]
        return Ask(
            action=MEASURE,
            actor=by.label,
            organisation=self.organisation.pk,
            partnership=self.partnership.pk,
            contract=contract,
            fields=tuple(sorted({name for each in read for name in each.columns()})),
            purpose=self.purpose,
            output=self.audience,
            shown=tuple(
                sorted({name for each in read for slice_ in each.slices for name in slice_})
            ),
            under=pool.agreement_of(self.partnership, contract),
        )

    def family(self, contract: str, by: Actor, at: datetime) -> list[IndicatorVersion]:
        """The chosen indicators of a contract and all others that could be ordered beside them.

        They are protected together, shown or not: else each choice would hide other cells, and two
        releases laid side by side would uncover them. In an order that the choice does not change.
        """
        found = [each for each in self.indicators if each.contract_key == contract]
        for other in aim.current_versions(self.partnership, at):
            known = other.contract_key != contract or other in found
            if not known and agree.would_permit(ask=self.ask(contract, [*found, other], by), at=at):
                found.append(other)
        return sorted(found, key=lambda version: (version.indicator.key, version.number))


def order_release(*, order: Order, by: Actor, at: datetime) -> Job:
    """Check that the order may run and queue it. Raises Denied naming the clause, or Invalid."""
    policies.check_can_measure(by, order.partnership, order.organisation, at)
    if not order.indicators:
        raise Invalid(
            _("No indicator was chosen."), mend=_("Choose at least one indicator to compute.")
        )
    _check_nobody_is_singled_out(order)
    for ask in order.asks(by).values():
        agree.permit(ask=ask, by=by, at=at)
    with transaction.atomic():
        job = jobs.enqueue(
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
            person=str(by.person_id or ""),
        )
        _log_order("measure.release_ordered", order, job.pk, by, at)
    return job


def note_failure(*, order: Order, job: UUID, clause: str, by: Actor, at: datetime) -> None:
    """Keep on record that an order came to nothing, and which clause refused it, if one did."""
    with transaction.atomic():
        _log_order("measure.release_failed", order, job, by, at, clause=clause)


def _log_order(kind: str, order: Order, job: UUID, by: Actor, at: datetime, **data: str) -> None:
    events.append(
        kind=kind,
        subject=f"core.job:{job}",
        scope=order.partnership.pk,
        organisation=order.organisation.pk,
        by=by,
        at=at,
        data=data,
    )


def _check_nobody_is_singled_out(order: Order) -> None:
    """No indicator picks people by name or number: `baby != 'C8'` is a question about one child."""
    known = map(contracts.contract_of, pool.latest_versions(order.partnership).values())
    identifiers = {each.id: contracts.identifiers(each.tables[0]) for each in known}
    for version in order.indicators:
        named = aim.definition(version).matched() & identifiers.get(
            version.contract_key, frozenset()
        )
        if named:
            raise Invalid(
                _("“%(indicator)s” tells people apart by %(columns)s, which identifies them.")
                % {"indicator": version.indicator.title, "columns": ", ".join(sorted(named))},
                mend=_("Define a version that compares or slices by what does not name anybody."),
            )


def run(
    *,
    order: Order,
    by: Actor,
    at: datetime,
    ordered_as: UUID | None = None,
    unheard: watching.Unheard | None = None,
) -> Release:
    """Compute every indicator of the order and keep the protected rows as a new release.

    Raises Denied when an agreement refuses, also one that ends while it is computed: then nothing is
    kept. Raises Invalid when there is nothing to compute from. The same order over the same
    submissions gives a release with the same rows, byte for byte. `ordered_as` names the job: asked a
    second time under it, the first answer is returned. `unheard`: see `agree.watching`.
    """
    policies.check_can_measure(by, order.partnership, order.organisation, at)
    _check_nobody_is_singled_out(order)
    if ordered_as and (done := Release.objects.filter(ordered_as=ordered_as).first()):
        return done
    parts: list[_Part] = []
    asked: list[Ask] = []
    with watching.watched(by=by, at=at, unheard=unheard) as watch:
        for contract in order.asks(by):
            versions = order.family(contract, by, at)
            ask = order.ask(contract, versions, by)
            permit = agree.permit(ask=ask, by=by, at=at)
            asked.append(replace(ask, providers=permit.providers))
            watch.add(asked[-1])
            shown = {v.indicator.key for v in order.indicators if v.contract_key == contract}
            with vault.open_session(permit, at, watch.stop) as session:
                parts.append(_measure(session, order.partnership, versions, shown))
            watch.check()
    return _keep(order=order, ordered_as=ordered_as, asked=asked, parts=parts, by=by, at=at)


@dataclass(frozen=True)
class _Part:
    rows: Sequence[Row]
    submissions: Sequence[Submission]
    manifest: dict[str, Any]


def _measure(
    session: vault.Session,
    partnership: Partnership,
    versions: Sequence[IndicatorVersion],
    shown: Collection[str],
) -> _Part:
    """The rows of the indicators `shown`, protected together with all of `versions`."""
    permit, contract = session.permit, session.permit.contract
    submissions = list(pool.current_submissions(partnership, contract, permit.providers))
    if not submissions:
        raise Invalid(
            _("Nothing has come in yet under “%(contract)s”.") % {"contract": contract},
            mend=_("Ask the partners for their data first; the data page shows what is missing."),
        )
    definitions = [aim.definition(version) for version in versions]
    rows = session.table(contract, [submission.pk for submission in submissions])
    result = compute(
        definitions,
        # Markers of missing values stay behind: to a definition they are all "not known".
        FrameTable(
            pl.DataFrame(pl.from_arrow(rows)).select(permit.fields),
            events.digest(submission.content_id for submission in submissions),
        ),
        minimum=max([permit.minimum_cell, *(definition.minimum for definition in definitions)]),
        as_at=session.at.date(),
        limits=Limits(stop=session.stop),
    )
    rows = [row for row in result.answer if row.indicator in shown]
    return _Part(rows, submissions, _manifest(permit, submissions, versions, result.trace))


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
    asked: Sequence[Ask],
    parts: Sequence[_Part],
    by: Actor,
    at: datetime,
) -> Release:
    manifests = [part.manifest for part in parts]
    references = {each["reference"] for one in manifests for each in one["permit"]["agreements"]}
    submissions = [each for part in parts for each in part.submissions]
    with transaction.atomic():
        for ask in asked:
            agree.check_still_permitted(ask=ask, at=at)
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
            run_id=events.digest([each["trace"]["run_id"] for each in manifests]),
            rows=canonical_bytes([row for part in parts for row in part.rows]),
            manifest={"parts": manifests},
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
    withdrawn since; Conflict when the smallest group to show is a larger one by now, or when it is
    published already.
    """
    policies.check_can_publish(by, release, at)
    asked = [_asked_to_publish(release, part, by, at) for part in release.manifest["parts"]]
    with transaction.atomic():
        for ask in asked:
            agree.check_still_permitted(ask=ask, at=at)
        changed = Release.objects.filter(pk=release.pk, state=Release.State.DRAFT).update(
            state=Release.State.PUBLISHED, published_at=at
        )
        if not changed:
            raise Conflict(
                _("Release %(number)s is already published.") % {"number": release.number}
            )
        _log("measure.release_published", release, by, at)


def _asked_to_publish(release: Release, part: Mapping[str, Any], by: Actor, at: datetime) -> Ask:
    granted = Permit.from_json(part["permit"])
    ask = granted.asked(actor=by.label, under=queries.shared_under(release, granted.contract))
    answer = agree.permit(ask=ask, by=by, at=at)
    for refusal in answer.refused_providers.values():
        raise agree.denied(refusal)
    applied = min(entry["minimum"] for entry in part["trace"]["indicators"])
    if answer.minimum_cell > applied:
        raise Conflict(
            _(
                "It shows groups from %(applied)s up, but by now groups under %(minimum)s are hidden."
            )
            % {"applied": applied, "minimum": answer.minimum_cell},
            mend=_("Compute a new release under the agreements in force, and publish that one."),
        )
    return ask


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
