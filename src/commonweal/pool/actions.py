"""Everything that changes what came in. Each action checks, writes, and logs in one transaction.

The agreements are asked twice: before a byte is kept, and again when the file is checked, because
an agreement can end in between.
"""

from __future__ import annotations

import io
import re
import uuid
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePath
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from commonweal.agree import actions as agree
from commonweal.agree.models import Agreement
from commonweal.compute.permits.asking import Permit
from commonweal.convene.models import Partnership
from commonweal.core import events, jobs
from commonweal.core.errors import Denied
from commonweal.core.models import Organisation
from commonweal.core.scope import Actor
from commonweal.pool import (
    ending,
    months,
    policies,
    queries,
    reading,
    receipts,
    states,
)
from commonweal.pool.checking import Outcome, discard
from commonweal.pool.models import DataContract, Erasure, Submission
from commonweal.pool.vault import files, keys, store
from commonweal.pool.vault.keys import Owner
from commonweal.pool.vault.sealed import Source
from commonweal.pool.vault.session import place_of
from commonweal.pool.vault.store import Landed

CHECK = "pool.check"
_SETTLED = (
    "state",
    "supersedes",
    "verdict",
    "reason",
    "mend",
    "clause",
    "content_id",
    "clean_file",
    "quarantine_file",
    "findings_file",
    "rows_total",
    "rows_clean",
    "rows_bad",
    "finding_counts",
    "checked_at",
)
_SUFFIX = re.compile(r"[a-z0-9]{1,8}")


def receive(
    *,
    partnership: Partnership,
    contract_key: str,
    provider: Organisation,
    period: str,
    name: str,
    data: bytes | Path | Source,
    by: Actor,
    at: datetime,
    cap: int | None = None,
) -> Submission:
    """Take in one file: ask the agreement, keep the bytes encrypted, queue the check.

    `period` "2026-03"; of `name` only the ending is kept; `cap` in bytes, None for no cap (command).
    The same file for the same month as last time is not taken again: the submission that is there
    comes back, with `is_repeat` set. Raises Denied naming the clause, Invalid for a
    month that has not begun or a file beyond the cap, Missing for an unknown contract. Nothing is
    kept when it raises. Not inside a transaction: the refusal must stay on record.
    """
    contract = queries.contract_in(partnership, contract_key)
    months.checked(period, at)
    policies.check_can_submit(by, contract, provider, at)
    version = queries.latest_version(contract)
    draft = Submission(
        id=uuid.uuid4(),
        contract=contract,
        contract_version=version,
        agreement=contract.agreement,
        provider=provider,
        period=period,
        era=queries.era(contract, provider),
        suffix=_suffix(name),
        by=by.label,
        received_at=at,
    )
    permit = ask_to_submit(draft, by, at)
    draft.permit = permit.as_json()
    draft.keep_until = ending.keep_until(permit, draft.agreement, at)
    with ExitStack() as stack:
        source = _opened(data, stack)
        landed = store.land(place_of(draft), source, cap=cap)
    try:
        kept = _record(draft, landed, by, at)
    except BaseException:
        files.remove(landed.address)
        raise
    if kept.pk != draft.pk:
        files.remove(landed.address)
    return kept


def _suffix(name: str) -> str:
    suffix = PurePath(name).suffix.lower().removeprefix(".")
    return suffix if _SUFFIX.fullmatch(suffix) else ""


def _opened(data: bytes | Path | Source, stack: ExitStack) -> Source:
    if isinstance(data, bytes):
        return io.BytesIO(data)
    return stack.enter_context(data.open("rb")) if isinstance(data, Path) else data


def ask_to_submit(submission: Submission, by: Actor, at: datetime) -> Permit:
    """The agreements' permit for the provider to hand in all columns of the contract.

    Raises Denied naming the clause; also when another agreement than the one it comes in under would
    allow it, because the keys follow the agreement.
    """
    permit = agree.permit(ask=ending.ask_to_submit(submission, by), by=by, at=at)
    agreement = submission.agreement.reference
    if agreement not in {basis.reference for basis in permit.agreements}:
        raise Denied(
            _("“%(contract)s” belongs to %(agreement)s, which does not allow this now.")
            % {"contract": submission.contract.title, "agreement": agreement},
            mend=_("Have a contract added under the agreement that is in force."),
            clause=agreement,
        )
    return permit


def _record(draft: Submission, landed: Landed, by: Actor, at: datetime) -> Submission:
    """Number the submission, queue its check and log it; or give back the same one from before."""
    with transaction.atomic():
        # Two files for one month queue here for their numbers.
        DataContract.objects.select_for_update().get(pk=draft.contract_id)
        last = queries.of_month(draft.contract, draft.provider, draft.period).first()
        if last is not None and _is_repeat(last, draft, landed):
            _log("repeated", last, by, at)
            last.is_repeat = True
            return last
        draft.number = last.number + 1 if last else 1
        draft.landed_file, draft.drop_id, draft.size = landed.address, landed.drop_id, landed.size
        draft.save(force_insert=True)
        draft.job = jobs.enqueue(
            CHECK, by=by, at=at, scope=draft.contract.partnership_id, submission=str(draft.pk)
        )
        draft.save(update_fields=["job"])
        _log("received", draft, by, at, size=landed.size, permit=draft.permit["id"])
    return draft


def _is_repeat(last: Submission, draft: Submission, landed: Landed) -> bool:
    return (
        last.drop_id == landed.drop_id
        and last.contract_version_id == draft.contract_version_id
        and (last.agreement_id, last.era) == (draft.agreement_id, draft.era)
        and last.state != Submission.State.FAILED
    )


def begin_check(*, submission_id: UUID, by: Actor, at: datetime) -> Submission | None:
    """Claim a submission for checking. None when it is settled already. Logs nothing."""
    with transaction.atomic():
        submission = _locked(submission_id)
        if not submission.is_waiting:
            return None
        submission.state = states.SUBMISSION.target(submission, submission.state, "check")
        submission.save(update_fields=["state"])
    return submission


def _locked(submission_id: UUID) -> Submission:
    row = Submission.objects.select_for_update(of=("self",)).select_related(
        "contract__partnership", "agreement", "contract_version", "provider"
    )
    return row.get(pk=submission_id)


def settle(*, submission_id: UUID, outcome: Outcome, by: Actor, at: datetime) -> Submission:
    """Write what became of a checked file: all of it or, when it was settled before, nothing.

    An accepted file takes the place of the one that counted until now, unless that one has a higher
    number: then this one was overtaken while it waited.
    """
    with transaction.atomic():
        waiting = Submission.objects.only("contract_id").get(pk=submission_id)
        DataContract.objects.select_for_update().get(pk=waiting.contract_id)
        submission = _locked(submission_id)
        if submission.state != Submission.State.CHECKING:
            discard(outcome)
            return submission
        outcome = ending.unless_ended(submission, outcome, by=by, at=at)
        if queries.counts_elsewhere(submission, outcome.content_id):
            discard(outcome)
            outcome = Outcome("refuse", "other_month")
        event = outcome.event
        if event in {"accept", "accept_partly"}:
            event = _take_place(submission, event, by, at)
        submission.state = states.SUBMISSION.target(submission, submission.state, event)
        _fill(submission, outcome, at)
        submission.save(update_fields=_SETTLED)
        _log(
            "checked",
            submission,
            by,
            at,
            state=submission.state,
            content_id=submission.content_id,
            rows=submission.rows_total,
            bad=submission.rows_bad,
        )
        receipts.queue(submission, at)
    return submission


def _take_place(submission: Submission, event: str, by: Actor, at: datetime) -> str:
    current = queries.current_of_month(submission)
    if current is None:
        return event
    if current.number > submission.number:
        return "overtake"
    current.state = states.SUBMISSION.target(current, current.state, "supersede")
    current.save(update_fields=["state"])
    submission.supersedes = current
    _log("superseded", current, by, at, by_number=submission.number)
    return event


def _fill(submission: Submission, outcome: Outcome, at: datetime) -> None:
    submission.verdict, submission.clause = outcome.verdict, outcome.clause[:200]
    submission.reason, submission.mend = outcome.reason, outcome.mend
    submission.content_id, submission.clean_file = outcome.content_id, outcome.clean
    submission.quarantine_file = outcome.quarantine
    submission.findings_file = outcome.findings
    submission.rows_total = outcome.rows_total
    submission.rows_clean = outcome.rows_clean
    submission.rows_bad = outcome.rows_bad
    submission.finding_counts = dict(outcome.finding_counts)
    submission.checked_at = at


def fail(*, submission_id: UUID, by: Actor, at: datetime) -> None:
    """Say that a file could not be checked through no fault of its own. Settled ones stay."""
    with transaction.atomic():
        submission = _locked(submission_id)
        if not submission.is_waiting:
            return
        submission.state = states.SUBMISSION.target(submission, submission.state, "fail")
        submission.verdict, submission.checked_at = "fault", at
        submission.save(update_fields=["state", "verdict", "checked_at"])
        _log("failed", submission, by, at)
        receipts.queue(submission, at)


def take_bad_rows(*, submission: Submission, by: Actor, at: datetime) -> bytes:
    """The workbook of rows to mend, for who may read it; that it was taken is logged.

    Raises Denied for others, when an agreement refuses and after the keys' destruction, Missing when
    there are no such rows.
    """
    content = reading.bad_rows_workbook(by, submission, at)
    with transaction.atomic():
        _log("rows_taken", submission, by, at)
    return content


@dataclass(frozen=True)
class Erased:
    """The certificate: which keys were destroyed, and how many submissions nobody can read now."""

    key_ids: tuple[str, ...]
    submissions: int


def destroy_keys(
    *,
    agreement: Agreement,
    provider: Organisation,
    by: Actor,
    at: datetime,
    eras: Sequence[int] = (),
) -> Erased:
    """Destroy the keys to everything that a provider gave under an agreement, for ever.

    Hashes, counts and the log stay; no submission of it counts any more. Only the installation does
    this, when a withdrawal has run out. What a crash in the middle left destroyed but not on record
    is recorded by the next run. `eras`: only these, when it is known which are gone.
    """
    policies.check_can_erase(by)
    with transaction.atomic():
        Agreement.objects.select_for_update().get(pk=agreement.pk)
        # A check that is being settled queues here: it sees the register, or we see its outcome.
        ending.hold_contracts(agreement)
        eras = eras or _doomed(agreement, provider)
        rows = [_destroyed(agreement, provider, era, at) for era in eras]
        Erasure.objects.bulk_create(rows)
        lost = Submission.objects.filter(agreement=agreement, provider=provider, era__in=eras)
        erased = Erased(tuple(key for row in rows for key in row.key_ids), lost.count())
        settled = states.SUBMISSION.sources("destroy")
        lost.filter(state__in=settled).update(state=Submission.State.DESTROYED)
        events.append(
            kind="pool.keys_destroyed",
            subject=f"agree.agreement:{agreement.pk}",
            by=by,
            at=at,
            scope=agreement.partnership_id,
            organisation=provider.pk,
            data={
                "agreement": agreement.reference,
                "keys": list(erased.key_ids),
                "eras": list(eras),
                "submissions": erased.submissions,
            },
        )
    return erased


def _destroyed(agreement: Agreement, provider: Organisation, era: int, at: datetime) -> Erasure:
    """Destroy one era's keys; the line for the register, not saved yet."""
    owner = Owner(agreement.pk, provider.pk, era)
    ids = list(keys.destroy(owner, at))
    return Erasure(agreement=agreement, provider=provider, era=era, erased_at=at, key_ids=ids)


def _doomed(agreement: Agreement, provider: Organisation) -> list[int]:
    """The eras that have or had keys and are not on record; the next one when there are none."""
    erased = Erasure.objects.filter(agreement=agreement, provider=provider)
    recorded = set(erased.values_list("era", flat=True))
    current = queries.next_era(agreement.pk, provider.pk, len(recorded))
    owners = {era: Owner(agreement.pk, provider.pk, era) for era in range(current + 1)}
    found = [era for era, owner in owners.items() if era not in recorded and keys.has_trace(owner)]
    return found or [current]


def _log(what: str, submission: Submission, by: Actor, at: datetime, **more: Any) -> None:
    events.append(
        kind=f"pool.{what}",
        subject=f"pool.submission:{submission.pk}",
        by=by,
        at=at,
        scope=submission.contract.partnership_id,
        organisation=submission.provider_id,
        data={
            "contract": submission.contract.key,
            "contract_version": submission.contract_version.version,
            "period": submission.period,
            "number": submission.number,
            "drop_id": submission.drop_id,
            **more,
        },
    )
