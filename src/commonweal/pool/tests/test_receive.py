"""Handing in a file, and what becomes of it: numbers, states, refusals, crashes."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from pathlib import Path
from unittest import mock

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from commonweal.agree import actions as agree
from commonweal.agree.tests.factories import signatory_of
from commonweal.convene.models import Seat
from commonweal.core import jobs
from commonweal.core.errors import Denied, Failure, Invalid, Missing
from commonweal.core.models import Event, Job, OutgoingMail
from commonweal.core.scope import system
from commonweal.core.states import names
from commonweal.pool import actions, checking, contracting, queries, reading, states, upkeep
from commonweal.pool.models import Submission
from commonweal.pool.tests.factories import (
    AT,
    BAD_ROW,
    CONTRACT,
    GOOD,
    MONTH,
    Agreed,
    agreed,
    checked,
    csv,
    sent,
    xlsx,
)
from commonweal.pool.vault import files, store
from commonweal.pool.vault.session import place_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
LATER = AT + timedelta(hours=1)


def in_the_vault() -> set[str]:
    return {p.parent.name + p.name for p in files._root().glob("*/*") if p.is_file()}


# What is kept -------------------------------------------------------------------------------------


def test_a_good_file_is_accepted() -> None:
    here = agreed()
    row = checked(here, csv())
    assert row.state == "accepted"
    assert (row.rows_total, row.rows_clean, row.rows_bad) == (6, 6, 0)
    assert row.number == 1
    assert store.unseal(place_of(row), "landed", row.landed_file) == csv()
    assert row.quarantine_file == row.findings_file == ""
    assert row.permit["agreements"][0]["reference"] == "DSA-1"
    assert row.by == here.steward.label


def test_clean_rows_are_typed_and_keep_why_a_value_is_missing() -> None:
    here = agreed()
    row = checked(here, csv())
    table = store.read_clean(
        place_of(row),
        row.clean_file,
        columns=["_row", "child", "weeks", "weeks__missing"],
        kinds=frozenset({"identifiers", "payload"}),
    )
    assert table["child"].to_pylist() == ["C1", "C2", "C3", "C4", "C5", "C6"]
    assert table["weeks"].to_pylist() == [6, None, None, 0, 12, 13]
    assert table["weeks__missing"].to_pylist() == [None, "not known", None, None, None, None]
    assert table["_row"].to_pylist() == [2, 3, 4, 5, 6, 7]


def test_the_same_rows_have_the_same_content_in_any_form() -> None:
    here = agreed()
    rows = [
        checked(here, csv()),
        checked(here, csv(separator=";", encoding="utf-16")),
        checked(here, xlsx()),
    ]
    assert len({row.drop_id for row in rows}) == 3
    assert len({row.content_id for row in rows}) == 1


def test_no_value_of_a_file_is_in_the_database_the_log_or_the_mail() -> None:
    here = agreed()
    row = checked(here, csv([*GOOD, BAD_ROW]), name="Gus Secretname.csv")
    assert row.state == "partly_accepted"
    everything = [
        json.dumps(list(Event.objects.values("kind", "subject", "data"))),
        json.dumps(list(Submission.objects.values()), default=str),
        json.dumps(list(Job.objects.values()), default=str),
        json.dumps(list(OutgoingMail.objects.values()), default=str),
    ]
    for text in everything:
        for value in ("Secretname", "Example", "2026-02-31", "3.5"):
            assert value not in text
    for path in files._root().rglob("*"):
        if path.is_file():
            assert b"Secretname" not in path.read_bytes()


def test_every_step_is_on_record() -> None:
    here = agreed()
    first = checked(here, csv(GOOD[:5]))
    checked(here, csv())
    sent(here, csv())
    kinds = list(
        Event.objects.filter(kind__startswith="pool.").order_by("number").values_list("kind")
    )
    assert [kind for (kind,) in kinds] == [
        "pool.contract_added",
        "pool.received",
        "pool.checked",
        "pool.received",
        "pool.superseded",
        "pool.checked",
        "pool.repeated",
    ]
    said = Event.objects.get(kind="pool.superseded")
    assert said.subject == f"pool.submission:{first.pk}"
    assert said.data["by_number"] == 2


def test_findings_are_kept_masked_and_rows_as_they_came() -> None:
    here = agreed()
    row = checked(here, csv([*GOOD, BAD_ROW, ("C1", "Twin", "2026-02-01", "1", "yes")]))
    found = list(reading.findings(here.steward, row, AT))
    assert {(each.rule, each.row, each.column, each.value) for each in found} == {
        ("date", 8, "visited", "2026-02-31"),
        ("integer", 8, "weeks", "3.5"),
        ("primary_key", 2, "child", "•••"),
        ("primary_key", 9, "child", "•••"),
    }
    assert row.finding_counts == {"date": 1, "integer": 1, "primary_key": 2}
    assert (row.rows_clean, row.rows_bad) == (5, 3)


# Numbers ------------------------------------------------------------------------------------------


def test_a_new_file_replaces_the_old_one_visibly() -> None:
    here = agreed()
    first, second = checked(here, csv(GOOD[:5])), checked(here, csv())
    first.refresh_from_db()
    assert (first.state, second.state) == ("superseded", "accepted")
    assert second.supersedes == first
    assert second.number == 2
    assert first.clean_file in in_the_vault()
    current = queries.current_submissions(here.partnership, "beds", [here.provider.pk])
    assert list(current) == [second]


def test_months_and_providers_are_counted_apart() -> None:
    here = agreed()
    rows = [
        checked(here, csv()),
        checked(here, csv(GOOD[1:]), period="2026-01"),
        checked(here, csv(), provider=here.other, by=here.stranger),
    ]
    assert [row.number for row in rows] == [1, 1, 1]
    assert {row.state for row in rows} == {"accepted"}


def test_the_same_file_again_is_not_taken_again() -> None:
    here = agreed()
    first = checked(here, csv())
    before = in_the_vault()
    again = sent(here, csv(), at=LATER)
    assert again == first
    assert again.is_repeat
    assert not first.is_repeat
    assert in_the_vault() == before
    assert Job.objects.filter(name="pool.check").count() == 1


def test_going_back_to_an_earlier_file_is_a_new_number() -> None:
    here = agreed()
    first = checked(here, csv(GOOD[:5]))
    checked(here, csv())
    third = checked(here, csv(GOOD[:5]))
    assert third.number == 3
    assert not third.is_repeat
    assert third.state == "accepted"
    assert third.content_id == first.content_id


def test_a_refused_file_leaves_the_one_that_counts() -> None:
    here = agreed()
    first = checked(here, csv())
    refused = checked(here, b"")
    first.refresh_from_db()
    assert (first.state, refused.state) == ("accepted", "refused")


def test_a_file_that_was_overtaken_while_it_waited_does_not_count() -> None:
    here = agreed()
    first, second = sent(here, csv(GOOD[:5])), sent(here, csv())
    assert Job.objects.filter(name="pool.check", state="waiting").count() == 2
    for row in (second, first):
        by = system("pool.check")
        claimed = actions.begin_check(submission_id=row.pk, by=by, at=AT)
        assert claimed is not None
        outcome = checking.examine(claimed, place_of(claimed), lambda *_said: None)
        actions.settle(submission_id=row.pk, outcome=outcome, by=by, at=AT)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == ("superseded", "accepted")
    assert second.supersedes is None


def test_only_one_can_be_current_in_the_database_too() -> None:
    here = agreed()
    first = checked(here, csv(GOOD[:5]))
    checked(here, csv())
    with pytest.raises(IntegrityError), transaction.atomic():
        Submission.objects.filter(pk=first.pk).update(state="accepted")


def test_what_came_in_is_never_rewritten() -> None:
    here = agreed()
    row = checked(here, csv())
    for change in ({"drop_id": "0" * 64}, {"period": "2026-01"}, {"by": "person:x"}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Submission.objects.filter(pk=row.pk).update(**change)


def test_every_state_is_in_the_table_and_nothing_leaves_the_end() -> None:
    assert names(states.SUBMISSION) == set(Submission.State.values)
    ways = states.SUBMISSION.transitions
    for state in ("refused", "superseded", "failed"):
        assert [row.event for row in ways if row.source == state] == ["destroy"]
    assert not [row for row in ways if row.source == "destroyed"]


# Who may, and until when --------------------------------------------------------------------------


def test_who_may_send() -> None:
    here = agreed()
    assert sent(here, csv(), by=here.colleague).number == 1
    for nobody in (here.stranger, here.convener):
        with pytest.raises(Denied, match="cannot act for"):
            sent(here, csv(), by=nobody)
    elsewhere = agreed()
    with pytest.raises(Missing):
        sent(here, csv(), by=elsewhere.steward)
    with pytest.raises(Missing):
        sent(here, csv(), by=signatory_of(elsewhere.provider))


def test_a_provider_without_a_seat_sends_nothing() -> None:
    here = agreed()
    Seat.objects.filter(organisation=here.provider).update(
        until_at=AT - timedelta(days=1), ended_because="Left."
    )
    with pytest.raises(Failure):
        sent(here, csv())
    assert in_the_vault() == set()


def withdraw(here: Agreed) -> None:
    agree.withdraw(
        agreement=here.contract.agreement,
        organisation=here.provider,
        reason="",
        by=signatory_of(here.provider),
        at=AT,
    )


def suspend(here: Agreed) -> None:
    agree.suspend(agreement=here.contract.agreement, reason="Why.", by=system("test"), at=AT)


CLOSED = {
    "withdrawn": (withdraw, AT, "withdrew", "withdrawal"),
    "suspended": (suspend, AT, "suspended", "suspension"),
    "expired": (lambda _here: None, AT + timedelta(days=700), "ended with", "expiry"),
}


@pytest.mark.parametrize("how", CLOSED)
def test_a_closed_agreement_refuses_at_once_and_names_the_clause(how: str) -> None:
    here = agreed()
    close, at, words, clause = CLOSED[how]
    close(here)
    with pytest.raises(Denied, match=words) as refusal:
        sent(here, csv(), at=at)
    assert "DSA-1 clause" in refusal.value.clause
    assert clause in refusal.value.clause
    assert Submission.objects.count() == 0
    assert in_the_vault() == set()
    assert Event.objects.filter(kind="agree.refused").count() == 1


def test_an_unsigned_agreement_takes_nothing() -> None:
    from commonweal.agree.tests import factories
    from commonweal.convene.tests.factories import PartnershipFactory, convener_of, member_of

    with mock.patch.object(factories, "signed_by_all", side_effect=lambda version, _at: version):
        partnership = PartnershipFactory()
        agreement = factories.shared(
            partnership,
            contract="beds",
            fields=("child", "name", "visited", "weeks", "slept_safely"),
        )
    contracting.add_contract(
        partnership=partnership,
        agreement=agreement,
        text=CONTRACT,
        by=convener_of(partnership),
        at=AT,
    )
    provider = partnership.seats.filter(kind="partner").order_by("id")[0].organisation
    with pytest.raises(Denied, match="signed") as refusal:
        actions.receive(
            partnership=partnership,
            contract_key="beds",
            provider=provider,
            period=MONTH,
            name="a.csv",
            data=csv(),
            by=member_of(provider),
            at=AT,
        )
    assert "signature" in refusal.value.clause


@pytest.mark.parametrize("how", ["withdrawn", "suspended"])
def test_an_agreement_that_closes_before_the_check_refuses_the_file(how: str) -> None:
    here = agreed()
    row = sent(here, csv())
    CLOSED[how][0](here)
    jobs.run_due()
    row.refresh_from_db()
    assert row.state == "refused"
    assert row.verdict == "denied"
    assert CLOSED[how][2] in row.reason
    assert CLOSED[how][3] in row.clause
    assert row.clean_file == row.findings_file == row.quarantine_file == ""
    assert in_the_vault() == {row.landed_file}


# What is asked ------------------------------------------------------------------------------------


@pytest.mark.parametrize("period", ["2026-04", "2026-13", "2026-2", "March", "", "1999-12"])
def test_a_month_that_is_none_or_has_not_begun(period: str) -> None:
    here = agreed()
    with pytest.raises(Invalid) as refusal:
        sent(here, csv(), period=period)
    assert "period" in refusal.value.fields


def test_only_the_ending_of_a_name_is_kept() -> None:
    here = agreed()
    endings = {
        "Jane Doe.CSV": "csv",
        "../../x.xlsx": "xlsx",
        "no ending": "",
        "a.jane doe": "",
        "a.abcdefghij": "",
        "a.": "",
    }
    for name, ending in endings.items():
        row = sent(here, csv([*GOOD, (name[:3] + ending, "x", "2026-02-01", "", "")]), name=name)
        assert row.suffix == ending


def test_an_unknown_contract_is_missing() -> None:
    here = agreed()
    with pytest.raises(Missing):
        actions.receive(
            partnership=here.partnership,
            contract_key="nothing",
            provider=here.provider,
            period=MONTH,
            name="a.csv",
            data=csv(),
            by=here.steward,
            at=AT,
        )


def test_a_file_comes_as_bytes_path_or_stream(tmp_path: Path) -> None:
    here = agreed()
    path = tmp_path / "a.csv"
    path.write_bytes(csv())
    assert sent(here, csv()).drop_id == sent(here, path).drop_id  # type: ignore[arg-type]
    assert sent(here, io.BytesIO(csv())).is_repeat  # type: ignore[arg-type]
    with pytest.raises(Invalid, match="larger than"):
        sent(here, csv(), cap=10)


def test_when_the_record_fails_the_bytes_go_too() -> None:
    here = agreed()
    with (
        mock.patch.object(jobs, "enqueue", side_effect=RuntimeError),
        pytest.raises(RuntimeError),
    ):
        sent(here, csv())
    assert Submission.objects.count() == 0
    assert in_the_vault() == set()


# Crashes ------------------------------------------------------------------------------------------

STEPS = {
    "before it was read": "commonweal.pool.checking.read",
    "before it was judged": "commonweal.pool.checking.check",
    "before the rows were kept": "commonweal.pool.vault.store.write_clean",
    "after the rows were kept": "commonweal.pool.vault.records.keep_rows",
    "before the findings were kept": "commonweal.pool.vault.records.keep_findings",
    "before it was settled": "commonweal.pool.actions.settle",
    "in the middle of settling": "commonweal.pool.actions._fill",
    "before it was logged": "commonweal.core.events.append",
    "before the receipt": "commonweal.pool.receipts.queue",
}


class Killed(BaseException):
    """Stands for a worker that ends in the middle: nothing catches it."""


@pytest.mark.parametrize("step", STEPS)
def test_a_worker_killed_in_the_middle_leaves_nothing_or_everything(step: str) -> None:
    here = agreed()
    first = checked(here, csv(GOOD[:5]))
    row = sent(here, csv([*GOOD, BAD_ROW]))
    progress = mock.Mock(
        by=system("pool.check"), at=AT, is_last_attempt=False, report=lambda *_said: None
    )
    from commonweal.pool import jobs as room

    with mock.patch(STEPS[step], side_effect=Killed), pytest.raises(Killed):
        room.check(progress, str(row.pk))
    first.refresh_from_db()
    row.refresh_from_db()
    assert first.state == "accepted"
    assert row.is_waiting
    assert row.clean_file == ""
    jobs.run_due()
    row.refresh_from_db()
    first.refresh_from_db()
    assert (row.state, first.state) == ("partly_accepted", "superseded")
    assert in_the_vault() >= upkeep.kept_addresses()
    upkeep.sweep(at=AT + timedelta(days=20_000))
    assert in_the_vault() == upkeep.kept_addresses()


def test_a_second_run_of_a_settled_check_changes_nothing() -> None:
    here = agreed()
    row = checked(here, csv())
    before = (Event.objects.count(), in_the_vault())
    by = system("pool.check")
    assert actions.begin_check(submission_id=row.pk, by=by, at=AT) is None
    outcome = checking.Outcome("refuse", findings=store.seal(place_of(row), "findings", b"x"))
    actions.settle(submission_id=row.pk, outcome=outcome, by=by, at=AT)
    row.refresh_from_db()
    assert row.state == "accepted"
    assert (Event.objects.count(), in_the_vault()) == before


def test_a_fault_on_our_side_is_said_after_the_last_attempt() -> None:
    here = agreed()
    row = sent(here, csv())
    with mock.patch("commonweal.pool.checking.check", side_effect=ZeroDivisionError):
        for hours in range(3):
            jobs.run_due(AT + timedelta(hours=hours))
    row.refresh_from_db()
    assert (row.state, row.verdict) == ("failed", "fault")
    assert OutgoingMail.objects.filter(purpose="receipt").count() == 1
    again = checked(here, csv())
    assert (again.number, again.state) == (2, "accepted")


def test_a_stored_file_that_was_changed_is_not_checked() -> None:
    here = agreed()
    row = sent(here, csv())
    path = files._path(row.landed_file)
    path.write_bytes(path.read_bytes()[:-1])
    jobs.run_due()
    row.refresh_from_db()
    assert row.state == "failed"


def test_a_check_whose_job_is_gone_ends() -> None:
    here = agreed()
    row = sent(here, csv())
    assert upkeep.end_lost_checks(by=system("test"), at=AT) == 0
    Job.objects.filter(pk=row.job_id).update(state="failed")
    assert upkeep.end_lost_checks(by=system("test"), at=AT) == 1
    row.refresh_from_db()
    assert row.state == "failed"


def test_the_same_rows_do_not_count_for_two_months() -> None:
    here = agreed()
    first = checked(here, csv())
    again = checked(here, csv(), period="2026-01")
    assert (first.state, again.state, again.verdict) == ("accepted", "refused", "other_month")
    assert again.clean_file == ""
    first.refresh_from_db()
    assert first.state == "accepted"
    # Another partner may well have the same, and the month's own file is taken as ever.
    assert checked(here, csv(), provider=here.other, by=here.stranger).state == "accepted"
    assert checked(here, csv(GOOD[1:]), period="2026-01").state == "accepted"
