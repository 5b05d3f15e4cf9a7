"""Reading back what was wrong with a file: the agreements are asked, then the vault is opened.

Only the pages of one submission do this: every answer of the agreements is on record, so lists,
which would ask once a row, show no more than what the database holds.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from commonweal.agree import actions as agree
from commonweal.compute.check.findings import Findings
from commonweal.compute.check.workbook import bad_rows_workbook as workbook
from commonweal.compute.permits.asking import READ, Ask, Permit
from commonweal.core import events
from commonweal.core.errors import Denied
from commonweal.core.scope import Actor
from commonweal.pool import contracts, policies
from commonweal.pool.models import Submission
from commonweal.pool.vault import records
from commonweal.pool.vault.session import no_bad_rows, open_session, place_of


def findings(actor: Actor, submission: Submission, at: datetime) -> Findings:
    """What is wrong, row by row, personal values masked.

    Raises Denied for others, when an agreement refuses (naming the clause), and once the keys were
    destroyed. Not inside a transaction: the refusal must stay on record.
    """
    _check(actor, submission, at)
    if not submission.findings_file:
        return Findings()
    with open_session(_permit(actor, submission, at), at) as session:
        return session.findings(submission)


def bad_rows_workbook(actor: Actor, submission: Submission, at: datetime) -> bytes:
    """The rows that were not taken in, as XLSX with the reasons. As above; Missing for none."""
    _check(actor, submission, at)
    if not submission.quarantine_file:
        raise no_bad_rows()
    with open_session(_permit(actor, submission, at), at) as session:
        found, bad = session.findings(submission), session.bad_rows(submission)
    contract = contracts.contract_of(submission.contract_version)
    return workbook(contract, records.as_checked(contract, found, bad))


def _check(actor: Actor, submission: Submission, at: datetime) -> None:
    """Whether the actor may read the file back; who may not has tried, and that is logged."""
    try:
        policies.check_can_read(actor, submission, at)
    except Denied:
        with transaction.atomic(durable=True):
            events.append(
                kind="pool.reading_refused",
                subject=f"pool.submission:{submission.pk}",
                by=actor,
                at=at,
                scope=submission.contract.partnership_id,
                organisation=submission.provider_id,
            )
        raise


def _permit(actor: Actor, submission: Submission, at: datetime) -> Permit:
    """The agreements' permit for the provider to read back its own file.

    Whoever holds its link acts for it. What is destroyed is not asked for: no answer would open it.
    """
    place_of(submission)
    version = submission.contract_version
    ask = Ask(
        action=READ,
        actor=actor.label,
        organisation=submission.provider_id,
        partnership=submission.contract.partnership_id,
        contract=submission.contract.key,
        providers=(submission.provider_id,),
        fields=tuple(each.name for each in contracts.table_of(version).columns),
        under=submission.agreement.reference,
    )
    return agree.permit(ask=ask, by=actor, at=at)
