"""How what came in ends: refused when its agreement ends on the way, destroyed when its time is over.

Destroying keys, which ends everything of a provider at once, is in `actions.destroy_keys`.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from commonweal.agree import actions as agree
from commonweal.agree.models import Agreement, AgreementVersion
from commonweal.compute.permits import retention
from commonweal.compute.permits.asking import SUBMIT, Ask, Permit
from commonweal.core import events
from commonweal.core.errors import Conflict, Denied
from commonweal.core.scope import Actor
from commonweal.pool import contracts, policies, states
from commonweal.pool.checking import Outcome, discard
from commonweal.pool.models import DataContract, Submission
from commonweal.pool.vault import files
from commonweal.pool.vault.session import place_of


def ask_to_submit(submission: Submission, by: Actor) -> Ask:
    """The request to hand in all columns of the contract, under the agreement it comes in under."""
    return Ask(
        action=SUBMIT,
        actor=by.label,
        organisation=submission.provider_id,
        partnership=submission.contract.partnership_id,
        contract=submission.contract.key,
        providers=(submission.provider_id,),
        fields=tuple(each.name for each in contracts.table_of(submission.contract_version).columns),
        under=submission.agreement.reference,
    )


def keep_until(permit: Permit, agreement: Agreement, received: datetime) -> datetime | None:
    """From when what comes in under a permit is kept no more: the strictest of its months."""
    months = [int(each.value) for each in permit.obligations if each.kind == "retention"]
    under = [each for each in permit.agreements if each.reference == agreement.reference]
    if not months or not under:
        return None
    version = AgreementVersion.objects.get(agreement=agreement, number=under[0].version)
    return retention.keep_until(received, min(months), version.zone)


def unless_ended(submission: Submission, outcome: Outcome, *, by: Actor, at: datetime) -> Outcome:
    """A refusal in place of what was found, when the keys or the agreement ended meanwhile."""
    if not outcome.addresses:
        return outcome
    try:
        place_of(submission)
        agree.check_still_permitted(ask=ask_to_submit(submission, by), at=at)
    except Denied as refusal:
        discard(outcome)
        return Outcome(
            "refuse",
            "denied",
            reason=refusal.text,
            mend=refusal.mend,
            clause=refusal.clause,
        )
    return outcome


def hold_contracts(agreement: Agreement) -> None:
    """Make checks of what came in under an agreement wait for the transaction that destroys keys."""
    fed = Submission.objects.filter(agreement=agreement).values("contract")
    held = DataContract.objects.select_for_update().filter(Q(agreement=agreement) | Q(pk__in=fed))
    list(held.order_by("pk"))


def destroy(*, submission_id: UUID, by: Actor, at: datetime) -> bool:
    """Destroy the files of a submission whose months are over; False when that is done already.

    Its counts, hashes and the log stay. A file that a crash leaves behind is no record's any more,
    and the next sweep removes it.
    """
    policies.check_can_erase(by)
    with transaction.atomic():
        rows = Submission.objects.select_for_update(of=("self",))
        row = rows.select_related("contract", "contract_version", "agreement").get(pk=submission_id)
        if row.keep_until is None or row.keep_until > at:
            raise Conflict(_("This file may still be kept."))
        if row.state not in states.SUBMISSION.sources("destroy"):
            return False
        row.state = states.SUBMISSION.target(row, row.state, "destroy")
        row.save(update_fields=["state"])
        _log_destroyed(row, by, at)
    for address in (row.landed_file, row.clean_file, row.quarantine_file, row.findings_file):
        if address:
            files.remove(address)
    return True


def _log_destroyed(row: Submission, by: Actor, at: datetime) -> None:
    events.append(
        kind="pool.destroyed",
        subject=f"pool.submission:{row.pk}",
        by=by,
        at=at,
        scope=row.contract.partnership_id,
        organisation=row.provider_id,
        data={
            "because": "retention",
            "agreement": row.agreement.reference,
            "contract": row.contract.key,
            "period": row.period,
            "number": row.number,
            "drop_id": row.drop_id,
            "received_at": row.received_at.isoformat(),
            "keep_until": row.keep_until.isoformat() if row.keep_until else "",
        },
    )
