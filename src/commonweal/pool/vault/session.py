"""Opening the vault for one permit: the fields and providers it names, and nothing beside them.

A permit to measure opens clean rows. A permit to read opens what a provider itself gave and is told
back to it: what was wrong, and the rows that were not taken in.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from uuid import UUID

import polars as pl
import pyarrow as pa
from django.utils.translation import gettext as _

from commonweal.agree.access.actions import check_on_record, shared_under
from commonweal.compute.check.findings import Findings
from commonweal.compute.contract.model import MISSING
from commonweal.compute.permits.asking import MEASURE, READ, Permit
from commonweal.compute.stopping import Stop
from commonweal.core.errors import Denied, Missing
from commonweal.pool import contracts
from commonweal.pool.models import Erasure, Submission
from commonweal.pool.vault import records, store
from commonweal.pool.vault.keys import Kind, refuse_destroyed
from commonweal.pool.vault.store import Place


def place_of(submission: Submission) -> Place:
    """Where a submission's data lies. Denied once its keys or its files were destroyed.

    The register in the database is asked as well as the tombstones beside the keys: a copy of the
    key folder from before the destruction is not used either.
    """
    place = Place(
        agreement=submission.agreement_id,
        provider=submission.provider_id,
        submission=submission.pk,
        era=submission.era,
    )
    if submission.state == Submission.State.DESTROYED:
        raise refuse_destroyed()
    erased = Erasure.objects.filter(
        agreement=place.agreement, provider=place.provider, era=place.era
    )
    if erased.exists():
        raise refuse_destroyed()
    return place


@dataclass(frozen=True)
class Session:
    """The vault, open for one permit at one moment. Holds no key and no row between two calls.

    However it is made, the permit is checked first: what was never granted, or stands no longer,
    opens nothing, and the attempt is logged.
    """

    permit: Permit
    at: datetime
    stop: Stop = field(default_factory=Stop)

    def __post_init__(self) -> None:
        if self.permit.action not in (MEASURE, READ):
            raise Denied(
                _("A permit to hand data in does not open it."),
                mend=_("Ask for a permit to measure or to read."),
            )
        self._check_holds()
        check_on_record(permit=self.permit, at=self.at)

    def table(self, contract_key: str, submission_ids: Sequence[UUID]) -> pa.Table:
        """The clean rows of these submissions, one after the other, in the order given.

        Columns: the permit's fields in the contract's order, each followed by its companion
        (`compute.contract.model.MISSING`) where missing-value markers were kept. A field that an
        older version of the contract did not have is null there. Only the keys of the classes that
        the fields belong to are fetched. Raises Denied for what the permit does not name, Missing
        for a submission that is not there, Conflict for a file that was changed.
        """
        self._check_holds()
        self.stop.check()
        if contract_key != self.permit.contract:
            raise Denied(
                _("The permit is for “%(permitted)s”, not for “%(asked)s”.")
                % {"permitted": self.permit.contract, "asked": contract_key},
                mend=_("Ask for a permit that names this contract."),
            )
        return pa.concat_tables(
            [self._read(each) for each in self._submissions(submission_ids)],
            promote_options="permissive",
        )

    def findings(self, submission: Submission) -> Findings:
        """What was wrong with a file, row by row. Only under its provider's own permit to read."""
        place = self._own_place(submission)
        if not submission.findings_file:
            return Findings()
        return records.read_findings(place, submission.findings_file)

    def bad_rows(self, submission: Submission) -> pl.DataFrame:
        """The rows that were not taken in, as they came. As above; Missing when there are none."""
        place = self._own_place(submission)
        if not submission.quarantine_file:
            raise no_bad_rows()
        return records.read_rows(place, submission.quarantine_file)

    def _own_place(self, submission: Submission) -> Place:
        """Anything may have been typed anywhere, so the permit must name every column there was."""
        self._check_holds()
        self._check(submission)
        columns = {each.name for each in contracts.table_of(submission.contract_version).columns}
        is_own = self.permit.action == READ and self.permit.organisation == submission.provider_id
        if not is_own or not columns.issubset(self.permit.fields):
            raise Denied(
                _("The permit does not cover reading this file back."),
                mend=_("Ask for a permit to read it in the name of who handed it in."),
            )
        return place_of(submission)

    def _check_holds(self) -> None:
        if not self.permit.holds_at(self.at):
            raise _expired()

    def _submissions(self, ids: Sequence[UUID]) -> list[Submission]:
        found = Submission.objects.select_related(
            "agreement", "contract", "contract_version", "provider"
        ).in_bulk(list(ids))
        if not ids or any(pk not in found or not found[pk].clean_file for pk in ids):
            raise Missing(_("There is no such submission, or it was not accepted."))
        submissions = [found[pk] for pk in ids]
        for submission in submissions:
            self._check(submission)
        return submissions

    def _check(self, submission: Submission) -> None:
        contract, permit = submission.contract, self.permit
        if (contract.partnership_id, contract.key) != (permit.partnership, permit.contract):
            raise Missing(_("There is no such submission, or it was not accepted."))
        if submission.provider_id not in permit.providers:
            refusal = permit.refused_providers.get(submission.provider_id)
            raise Denied(
                _("The permit does not cover the data of %(organisation)s.")
                % {"organisation": submission.provider.name},
                mend=refusal.mend if refusal else _("Ask for a permit that names it."),
                clause=refusal.clause if refusal else "",
            )
        if self._under != {submission.agreement.reference}:
            raise Denied(
                _(
                    "This data came in under %(agreement)s, and the permit does not rest on it alone."
                )
                % {"agreement": submission.agreement.reference},
                mend=_("Ask for a permit under that agreement."),
            )

    @cached_property
    def _under(self) -> set[str]:
        """The sharing agreements that the permit rests on.

        Of several, each may have opened another provider's data; what came in under one is no other's.
        """
        return set(shared_under(self.permit))

    def _read(self, submission: Submission) -> pa.Table:
        self.stop.check()
        described = contracts.table_of(submission.contract_version)
        columns = [each for each in described.columns if each.name in set(self.permit.fields)]
        kinds: frozenset[Kind] = frozenset(
            "identifiers" if each.classification == "identifier" else "payload" for each in columns
        )
        if not columns:
            raise Denied(
                _("The permit names no field of this contract."),
                mend=_("Ask for a permit that names the fields you need."),
            )
        names = [each.name for each in columns]
        table = store.read_clean(
            place_of(submission),
            submission.clean_file,
            columns=names,
            optional=[name + MISSING for name in names],
            kinds=kinds,
        )
        order = [name for base in names for name in (base, base + MISSING)]
        return table.select([name for name in order if name in table.column_names])


def no_bad_rows() -> Missing:
    return Missing(_("There are no rows to mend in this file."))


def _expired() -> Denied:
    return Denied(
        _("The permit is not in force at this time."),
        mend=_("Ask for a new one: the agreements say whether it is given."),
    )


@contextmanager
def open_session(permit: Permit, at: datetime, stop: Stop | None = None) -> Iterator[Session]:
    """Open the vault under a permit to measure or to read that stands at `at`.

    Not inside a transaction: a refusal must stay on record. `stop` ends the reading between two
    files.
    """
    yield Session(permit, at, stop or Stop())
