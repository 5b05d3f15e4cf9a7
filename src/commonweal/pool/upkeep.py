"""Keeping the vault and the records in step with each other and with what was promised."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q

from commonweal.agree import queries as agree
from commonweal.agree.models import Agreement
from commonweal.core.models import Job, Organisation
from commonweal.core.scope import Actor
from commonweal.pool import actions, ending, states
from commonweal.pool.models import Erasure, Submission
from commonweal.pool.vault import files, keys
from commonweal.pool.vault.keys import Owner

GRACE = timedelta(hours=24)
"""How long a file without a record is left alone: its record may be on the way."""


def carry_out_withdrawals(*, by: Actor, at: datetime) -> int:
    """Destroy the keys of every withdrawal whose notice has run out; how many were due.

    Also destroys again the keys of earlier erasures that a restored copy of the keys brought back.
    """
    done = 0
    for withdrawal in agree.destructions_due(at):
        carried_out = Erasure.objects.filter(
            agreement=withdrawal.agreement,
            provider=withdrawal.organisation,
            erased_at__gte=withdrawal.destroy_at,
        )
        if not carried_out.exists():
            actions.destroy_keys(
                agreement=withdrawal.agreement, provider=withdrawal.organisation, by=by, at=at
            )
            done += 1
    erased = Erasure.objects.values_list("agreement_id", "provider_id", "era")
    keys.destroy_again((Owner(*row) for row in erased), at)
    return done


def destroy_what_is_over(*, by: Actor, at: datetime) -> int:
    """Destroy what has been kept for as many months as was agreed; how many submissions.

    Each in a transaction of its own: what an interrupted run left is destroyed by the next.
    """
    due = Submission.objects.filter(
        keep_until__lte=at, state__in=states.SUBMISSION.sources("destroy")
    )
    ids = list(due.order_by("keep_until", "pk").values_list("pk", flat=True))
    return sum(ending.destroy(submission_id=each, by=by, at=at) for each in ids)


def record_lost_keys(*, by: Actor, at: datetime) -> int:
    """Put on record what tombstones say and the register does not; how many eras there were.

    A database brought back from before a destruction takes for current what nobody can read.
    """
    held = Submission.objects.filter(state__in=Submission.CURRENT).values_list(
        "agreement_id", "provider_id", "era"
    )
    recorded = set(Erasure.objects.values_list("agreement_id", "provider_id", "era"))
    lost = [each for each in set(held) if each not in recorded and keys.is_destroyed(Owner(*each))]
    for agreement, provider, era in sorted(lost, key=str):
        actions.destroy_keys(
            agreement=Agreement.objects.get(pk=agreement),
            provider=Organisation.objects.get(pk=provider),
            by=by,
            at=at,
            eras=[era],
        )
    return len(lost)


def end_lost_checks(*, by: Actor, at: datetime) -> int:
    """Mark as failed what waits for a check whose job is over or gone; how many there were."""
    over = Q(job__isnull=True) | Q(job__state__in=[Job.State.DONE, Job.State.FAILED])
    lost = Submission.objects.filter(over, state__in=Submission.WAITING)
    ids = list(lost.values_list("pk", flat=True))
    for submission_id in ids:
        actions.fail(submission_id=submission_id, by=by, at=at)
    return len(ids)


def kept_addresses() -> set[str]:
    """Every address in the vault that a submission still needs and somebody can still read."""
    erased = set(Erasure.objects.values_list("agreement_id", "provider_id", "era"))
    kept: set[str] = set()
    readable = Submission.objects.exclude(state=Submission.State.DESTROYED)
    rows = readable.values_list(
        "agreement_id",
        "provider_id",
        "era",
        "landed_file",
        "clean_file",
        "quarantine_file",
        "findings_file",
    )
    for agreement, provider, era, *addresses in rows.iterator():
        if (agreement, provider, era) not in erased:
            kept.update(address for address in addresses if address)
    return kept


def sweep(*, at: datetime) -> int:
    """Remove unfinished files, files no record knows, and what no key opens; how many."""
    kept = kept_addresses()
    return files.sweep(older_than=(at - GRACE).timestamp(), is_kept=kept.__contains__)
