"""Withdrawal: the data is gone, the counts and the log stay, and coming back starts anew."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError, transaction

from commonweal.agree import actions as agree
from commonweal.agree import queries as agreements
from commonweal.agree.tests.factories import signatory_of, signed_by_all
from commonweal.core import jobs
from commonweal.core.errors import Denied
from commonweal.core.models import Event
from commonweal.core.scope import system
from commonweal.pool import actions, checking, queries, reading, upkeep
from commonweal.pool.models import Erasure, Submission
from commonweal.pool.tests.factories import (
    AT,
    BAD_ROW,
    GOOD,
    Agreed,
    agreed,
    checked,
    csv,
    sent,
)
from commonweal.pool.vault import files, keys
from commonweal.pool.vault.keys import Owner
from commonweal.pool.vault.session import place_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
BY = system("pool.keep_promises")
NOTICE = timedelta(days=30)


def withdraw(here: Agreed, at: datetime = AT) -> None:
    agree.withdraw(
        agreement=here.contract.agreement,
        organisation=here.provider,
        reason="We leave.",
        by=signatory_of(here.provider),
        at=at,
    )


def test_after_the_notice_the_data_is_gone_and_the_counts_stay() -> None:
    here = agreed()
    row = checked(here, csv([*GOOD, BAD_ROW]))
    neighbour = checked(here, csv([*GOOD, BAD_ROW]), provider=here.other, by=here.stranger)
    assert len(reading.findings(here.steward, row, AT)) == 2
    withdraw(here)
    assert upkeep.carry_out_withdrawals(by=BY, at=AT + NOTICE - timedelta(seconds=1)) == 0
    # In between the keys are still there, and the agreement already says no.
    with pytest.raises(Denied, match="withdrew") as refusal:
        reading.findings(here.steward, row, AT)
    assert "withdrawal" in refusal.value.clause
    assert upkeep.carry_out_withdrawals(by=BY, at=AT + NOTICE) == 1
    for read in (reading.findings, reading.bad_rows_workbook):
        with pytest.raises(Denied, match="destroyed"):
            read(here.steward, row, AT)
        read(here.stranger, neighbour, AT)
    row.refresh_from_db()
    assert (row.rows_total, row.finding_counts) == (7, {"date": 1, "integer": 1})
    assert row.drop_id
    assert upkeep.carry_out_withdrawals(by=BY, at=AT + NOTICE) == 0


def test_the_certificate_is_in_the_log() -> None:
    here = agreed()
    checked(here, csv())
    checked(here, csv(GOOD[:2]), period="2026-01")
    withdraw(here)
    upkeep.carry_out_withdrawals(by=BY, at=AT + NOTICE)
    event = Event.objects.get(kind="pool.keys_destroyed")
    erasure = Erasure.objects.get()
    assert event.organisation == here.provider.pk
    assert event.data == {
        "agreement": "DSA-1",
        "keys": erasure.key_ids,
        "eras": [0],
        "submissions": 2,
    }
    with pytest.raises(DatabaseError), transaction.atomic():
        Erasure.objects.update(erased_at=AT)


def test_who_signs_again_starts_with_new_keys() -> None:
    here = agreed()
    old = checked(here, csv())
    withdraw(here)
    upkeep.carry_out_withdrawals(by=BY, at=AT + NOTICE)
    agreement = here.contract.agreement
    version = agree.revise(
        agreement=agreement,
        clauses=agreements.clauses_of(agreements.latest(agreement)),
        prose="Again.",
        by=system("test"),
        at=AT + NOTICE,
    )
    signed_by_all(version, AT + NOTICE)
    later = AT + NOTICE + timedelta(days=1)
    new = sent(here, csv([*GOOD[1:], BAD_ROW]), period="2026-03", at=later)
    jobs.run_due(later)
    new.refresh_from_db()
    assert new.era == 1
    assert new.state == "partly_accepted", new.reason
    assert len(reading.findings(here.steward, new, later)) == 2
    # The very file that was destroyed may come again: it is not the same submission.
    again = sent(here, csv(), at=later)
    assert (again.is_repeat, again.number, again.era) == (False, 2, 1)
    jobs.run_due(later)
    again.refresh_from_db()
    assert again.state == "accepted"
    with pytest.raises(Denied, match="destroyed"):
        reading.bad_rows_workbook(here.steward, _with_rows(old), later)
    assert upkeep.carry_out_withdrawals(by=BY, at=later + NOTICE) == 0
    assert len(reading.findings(here.steward, new, later)) == 2


def _with_rows(row):  # type: ignore[no-untyped-def]
    row.quarantine_file = row.landed_file
    return row


def test_a_database_from_before_the_destruction_brings_nothing_back() -> None:
    here = agreed()
    row = checked(here, csv([*GOOD, BAD_ROW]))
    owner = Owner(here.contract.agreement_id, here.provider.pk)
    keys.destroy(owner, AT)
    with pytest.raises(Denied, match="destroyed"):
        reading.findings(here.steward, row, AT)
    new = checked(here, csv(GOOD[:3]))
    assert (new.state, new.era) == ("accepted", 1)
    erased = actions.destroy_keys(
        agreement=here.contract.agreement, provider=here.provider, by=BY, at=AT
    )
    assert erased.submissions == 2
    assert sorted(Erasure.objects.values_list("era", flat=True)) == [0, 1]


def test_a_crash_after_the_keys_were_destroyed_is_put_on_record(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    here = agreed()
    checked(here, csv())
    agreement = here.contract.agreement
    with monkeypatch.context() as broken, pytest.raises(ZeroDivisionError):
        broken.setattr(Erasure.objects, "bulk_create", lambda _rows: 1 / 0)
        actions.destroy_keys(agreement=agreement, provider=here.provider, by=BY, at=AT)
    assert Erasure.objects.count() == 0
    erased = actions.destroy_keys(agreement=agreement, provider=here.provider, by=BY, at=AT)
    assert erased.submissions == 1
    assert list(Erasure.objects.values_list("era", flat=True)) == [0]


def test_keys_are_destroyed_by_no_hand() -> None:
    here = agreed()
    for actor in (here.steward, here.convener, signatory_of(here.provider)):
        with pytest.raises(Denied, match="not by hand"):
            actions.destroy_keys(
                agreement=here.contract.agreement, provider=here.provider, by=actor, at=AT
            )


def test_the_sweep_removes_what_no_key_opens() -> None:
    here = agreed()
    gone = checked(here, csv([*GOOD, BAD_ROW]))
    kept = checked(here, csv(), provider=here.other, by=here.stranger)
    withdraw(here)
    upkeep.carry_out_withdrawals(by=BY, at=AT + NOTICE)
    far = AT + timedelta(days=20_000)
    assert upkeep.sweep(at=far) == 4
    there = {p.parent.name + p.name for p in files._root().glob("*/*") if p.is_file()}
    assert there == {kept.landed_file, kept.clean_file}
    assert gone.landed_file not in there


def test_the_periodic_jobs_run() -> None:
    from commonweal.core.models import Job

    here = agreed()
    checked(here, csv())
    withdraw(here)
    later = AT + NOTICE
    for name in ("pool.keep_promises", "pool.sweep"):
        jobs.enqueue(name, by=system("schedule"), at=later)
    jobs.run_due(later)
    assert set(Job.objects.values_list("state", flat=True)) == {"done"}
    assert Erasure.objects.count() == 1


def test_a_check_after_destruction_refuses() -> None:
    here = agreed()
    row = sent(here, csv())
    actions.destroy_keys(agreement=here.contract.agreement, provider=here.provider, by=BY, at=AT)
    jobs.run_due()
    row.refresh_from_db()
    assert row.state == "refused"
    assert "destroyed" in row.reason


def test_what_is_destroyed_counts_no_more_whatever_had_become_of_it() -> None:
    here = agreed()
    replaced = checked(here, csv(GOOD[:5]))
    partly = checked(here, csv([*GOOD, BAD_ROW]))
    accepted = checked(here, csv(), period="2026-01")
    refused = checked(here, b"", period="2025-12")
    neighbour = checked(here, csv(), provider=here.other, by=here.stranger)
    withdraw(here)
    upkeep.carry_out_withdrawals(by=BY, at=AT + NOTICE)
    for row in (replaced, partly, accepted, refused):
        row.refresh_from_db()
        assert row.state == "destroyed"
    neighbour.refresh_from_db()
    assert neighbour.state == "accepted"
    both = [here.provider.pk, here.other.pk]
    assert list(queries.current_submissions(here.partnership, "beds", both)) == [neighbour]


def test_a_check_that_ends_after_the_destruction_takes_nothing_in() -> None:
    here = agreed()
    row = sent(here, csv([*GOOD, BAD_ROW]))
    claimed = actions.begin_check(submission_id=row.pk, by=BY, at=AT)
    assert claimed is not None
    outcome = checking.examine(claimed, place_of(claimed), lambda *_said: None)
    actions.destroy_keys(agreement=here.contract.agreement, provider=here.provider, by=BY, at=AT)
    settled = actions.settle(submission_id=row.pk, outcome=outcome, by=BY, at=AT)
    assert settled.state == "refused"
    assert "destroyed" in settled.reason
    assert (settled.clean_file, settled.rows_total) == ("", None)
    there = {p.parent.name + p.name for p in files._root().glob("*/*") if p.is_file()}
    assert there == {row.landed_file}


def test_a_tombstone_without_a_record_is_put_on_record_and_touches_no_newer_key() -> None:
    here = agreed()
    old = checked(here, csv(), period="2026-01")
    keys.destroy(Owner(here.contract.agreement_id, here.provider.pk), AT)
    new = checked(here, csv([*GOOD, BAD_ROW]))
    assert upkeep.record_lost_keys(by=BY, at=AT) == 1
    assert list(Erasure.objects.values_list("era", flat=True)) == [0]
    old.refresh_from_db()
    new.refresh_from_db()
    assert (old.state, new.state) == ("destroyed", "partly_accepted")
    assert len(reading.findings(here.steward, new, AT)) == 2
    assert upkeep.record_lost_keys(by=BY, at=AT) == 0


def test_what_was_sent_is_still_never_changed() -> None:
    """A migration on SQLite makes the table anew and would lose its trigger."""
    here = agreed()
    row = checked(here, csv())
    for change in ({"period": "2026-01"}, {"era": 1}, {"by": "link:other"}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Submission.objects.filter(pk=row.pk).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        Submission.objects.filter(pk=row.pk).update(state="nonsense")
    Submission.objects.filter(pk=row.pk).update(state="destroyed")


@pytest.mark.django_db(transaction=True)
def test_what_was_destroyed_before_there_was_a_state_for_it_gets_it() -> None:
    from importlib import import_module

    from django.apps import apps
    from django.db import connection

    here = agreed()
    gone, kept = checked(here, csv()), checked(here, csv(), provider=here.other, by=here.stranger)
    owner = {"agreement": here.contract.agreement, "provider": here.provider}
    Erasure.objects.create(**owner, era=0, erased_at=AT, key_ids=[])
    step = import_module("commonweal.pool.migrations.0004_what_was_destroyed")
    with connection.schema_editor() as editor:
        step.mark(apps, editor)
    gone.refresh_from_db()
    kept.refresh_from_db()
    assert (gone.state, kept.state) == ("destroyed", "accepted")
