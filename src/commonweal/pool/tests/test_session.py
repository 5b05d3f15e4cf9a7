"""Opening the vault: what a permit opens, and everything it does not."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from commonweal.agree import actions as agree
from commonweal.agree.drafting import party
from commonweal.agree.tests.factories import licensed, shared, signatory_of
from commonweal.compute.permits import clauses as c
from commonweal.compute.permits.asking import SUBMIT, Permit
from commonweal.core.errors import Conflict, Denied, Missing
from commonweal.core.models import Organisation
from commonweal.core.scope import Actor, system
from commonweal.pool import actions, contracting, upkeep
from commonweal.pool.models import Submission
from commonweal.pool.tests.factories import (
    AT,
    BAD_ROW,
    COLUMNS,
    CONTRACT,
    GOOD,
    Agreed,
    agreed,
    asked,
    checked,
    csv,
    sent,
)
from commonweal.pool.vault import store, tables
from commonweal.pool.vault.session import open_session

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
PAYLOAD = ("visited", "weeks", "slept_safely")


def permit(here: Agreed, fields: tuple[str, ...] = PAYLOAD, **more: object) -> Permit:
    return agree.permit(ask=asked(here, fields, **more), by=here.convener, at=AT)  # type: ignore[arg-type]


def licence(here: Agreed, fields: tuple[str, ...] = PAYLOAD) -> None:
    licensed(here.contract.agreement, data=c.Data("beds", fields))


def test_a_permit_opens_its_fields_and_no_others() -> None:
    here = agreed()
    licence(here)
    rows = [checked(here, csv()), checked(here, csv(GOOD[:2]), period="2026-01")]
    with open_session(permit(here), AT) as session:
        table = session.table("beds", [row.pk for row in rows])
    assert table.column_names == ["visited", "weeks", "weeks__missing", "slept_safely"]
    assert table.num_rows == 8
    assert table["weeks"].to_pylist() == [6, None, None, 0, 12, 13, 6, None]


def test_what_came_in_under_one_agreement_is_not_opened_by_another() -> None:
    """A licence under the one names the one provider, under the other the other: no file is both's."""
    here = agreed()
    rows = {each: checked(here, csv(), provider=each, by=by) for each, by in by_provider(here)}
    other = shared(here.partnership, [here.provider, here.other], contract="beds", fields=COLUMNS)
    terms = {"data": c.Data("beds", PAYLOAD)}
    licensed(here.contract.agreement, only=party("provider", [here.provider]), **terms)
    licensed(other, only=party("provider", [here.other]), **terms)
    granted = permit(here)
    assert {each.reference for each in granted.agreements} >= {"DSA-1", "DSA-2"}
    with open_session(granted, AT) as session:
        for row in rows.values():
            with pytest.raises(Denied, match="does not rest on it alone"):
                session.table("beds", [row.pk])
    one = replace(asked(here, PAYLOAD), under="DSA-1")
    with open_session(agree.permit(ask=one, by=here.convener, at=AT), AT) as session:
        assert session.table("beds", [rows[here.provider].pk]).num_rows == 6
        with pytest.raises(Denied):
            session.table("beds", [rows[here.other].pk])


def by_provider(here: Agreed) -> list[tuple[Organisation, Actor]]:
    return [(here.provider, here.steward), (here.other, here.stranger)]


def test_bad_rows_are_never_in_it() -> None:
    here = agreed()
    licence(here)
    row = checked(here, csv([*GOOD, BAD_ROW]))
    with open_session(permit(here), AT) as session:
        assert session.table("beds", [row.pk]).num_rows == 6


def test_the_identifiers_key_is_not_handed_to_a_permit_for_payload(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    here = agreed()
    licence(here)
    row = checked(here, csv())
    handed: list[set[str]] = []
    whole = tables.read

    def watched(source, **options):  # type: ignore[no-untyped-def]
        handed.append(set(options["keys"]))
        return whole(source, **options)

    monkeypatch.setattr(tables, "read", watched)
    with open_session(permit(here), AT) as session:
        session.table("beds", [row.pk])
    assert handed == [{"payload"}]
    with pytest.raises(Denied, match="not handed over"):
        store.read_clean(
            store.Place(here.contract.agreement_id, here.provider.pk, row.pk),
            row.clean_file,
            columns=["name"],
            kinds=frozenset({"payload"}),
        )


def test_a_field_that_is_not_licensed_is_not_permitted() -> None:
    here = agreed()
    licence(here)
    with pytest.raises(Denied, match="not covered"):
        permit(here, (*PAYLOAD, "name"))


def test_a_licence_for_identifiers_opens_them() -> None:
    here = agreed()
    licence(here, COLUMNS)
    row = checked(here, csv())
    with open_session(permit(here, ("child", "weeks")), AT) as session:
        table = session.table("beds", [row.pk])
    assert table["child"].to_pylist() == ["C1", "C2", "C3", "C4", "C5", "C6"]


def test_an_expired_permit_opens_nothing() -> None:
    here = agreed()
    licence(here)
    row = checked(here, csv())
    granted = permit(here)
    for at in (granted.expires_at, granted.granted_at - timedelta(seconds=1)):
        with pytest.raises(Denied, match="not in force"), open_session(granted, at):
            pass
    with open_session(granted, granted.expires_at - timedelta(seconds=1)) as session:
        assert session.table("beds", [row.pk]).num_rows == 6
    with pytest.raises(Denied, match="not in force"):
        replace(session, at=granted.expires_at)


def test_a_permit_to_hand_in_opens_nothing() -> None:
    here = agreed()
    row = sent(here, csv())
    handing_in = Permit.from_json(row.permit)
    assert handing_in.action == SUBMIT
    with pytest.raises(Denied, match="hand data in"), open_session(handing_in, AT):
        pass


def test_other_providers_contracts_and_partnerships_stay_closed() -> None:
    here, elsewhere = agreed(), agreed()
    licence(here)
    licence(elsewhere)
    mine = checked(here, csv())
    others = checked(here, csv(), provider=here.other, by=here.stranger)
    foreign = checked(elsewhere, csv())
    narrow = permit(here, providers=[here.provider])
    with open_session(narrow, AT) as session:
        with pytest.raises(Denied, match="does not cover the data of"):
            session.table("beds", [mine.pk, others.pk])
        with pytest.raises(Missing):
            session.table("beds", [foreign.pk])
        with pytest.raises(Denied, match="not for"):
            session.table("other", [mine.pk])
        with pytest.raises(Missing):
            session.table("beds", [uuid4()])
        with pytest.raises(Missing):
            session.table("beds", [])


def test_a_permit_under_another_agreement_does_not_open_this_one() -> None:
    here = agreed()
    row = checked(here, csv())
    second = shared(here.partnership, [here.provider, here.other], contract="beds", fields=COLUMNS)
    licensed(second, data=c.Data("beds", PAYLOAD))
    with (
        open_session(permit(here), AT) as session,
        pytest.raises(Denied, match="came in under DSA-1"),
    ):
        session.table("beds", [row.pk])


def test_what_was_not_accepted_has_no_rows() -> None:
    here = agreed()
    licence(here)
    for row in (checked(here, b""), sent(here, csv())):
        with open_session(permit(here), AT) as session, pytest.raises(Missing):
            session.table("beds", [row.pk])


def test_a_replaced_submission_can_still_be_read_by_name() -> None:
    """An earlier release is re-run from what it was computed from."""
    here = agreed()
    licence(here)
    first = checked(here, csv(GOOD[:5]))
    checked(here, csv())
    with open_session(permit(here), AT) as session:
        assert session.table("beds", [first.pk]).num_rows == 5


def test_a_withdrawn_provider_is_not_in_the_next_permit() -> None:
    here = agreed()
    licence(here)
    row = checked(here, csv())
    agree.withdraw(
        agreement=here.contract.agreement,
        organisation=here.provider,
        reason="",
        by=signatory_of(here.provider),
        at=AT,
    )
    later = AT + timedelta(seconds=1)
    granted = agree.permit(ask=asked(here, PAYLOAD), by=here.convener, at=later)
    assert here.provider.pk not in granted.providers
    with (
        open_session(granted, later) as session,
        pytest.raises(Denied, match="does not cover the data of") as refusal,
    ):
        session.table("beds", [row.pk])
    assert "withdrawal" in refusal.value.clause


def test_a_record_pointed_at_another_file_is_found_out() -> None:
    here = agreed()
    licence(here)
    first, second = checked(here, csv()), checked(here, csv(GOOD[:2]), period="2026-01")
    Submission.objects.filter(pk=first.pk).update(clean_file=second.clean_file)
    with (
        open_session(permit(here), AT) as session,
        pytest.raises(Conflict, match="not what was written"),
    ):
        session.table("beds", [first.pk])


def test_a_column_that_an_older_version_lacks_is_unknown_there() -> None:
    here = agreed()
    licence(here)
    shorter = "\n".join(
        line
        for line in CONTRACT.replace("version: 1.0.0", "version: 1.1.0").splitlines()
        if "slept_safely" not in line and "validValues" not in line
    ).rsplit("        logicalType: string", 1)[0]
    with_it = checked(here, csv())
    contracting.add_contract(
        partnership=here.partnership,
        agreement=here.contract.agreement,
        text=shorter,
        by=here.convener,
        at=AT,
    )
    without = checked(here, csv([row[:4] for row in GOOD], heading=COLUMNS[:4]), period="2026-01")
    assert without.state == "accepted"
    with open_session(permit(here), AT) as session:
        table = session.table("beds", [with_it.pk, without.pk])
    assert table["slept_safely"].to_pylist()[6:] == [None] * 6
    assert table["weeks"].to_pylist()[:6] == table["weeks"].to_pylist()[6:]


def test_after_destruction_the_session_reads_nothing(folders: Path) -> None:
    here = agreed()
    licence(here)
    row = checked(here, csv())
    granted = permit(here)
    keys = {path: path.read_bytes() for path in (folders / "keys").rglob("*") if path.is_file()}
    actions.destroy_keys(
        agreement=here.contract.agreement, provider=here.provider, by=system("test"), at=AT
    )
    # A copy of the whole key folder from before, tombstones gone: the register still says no.
    for path in list((folders / "keys").rglob("*")):
        if path.is_file():
            path.unlink()
    for path, content in keys.items():
        path.write_bytes(content)
        path.chmod(0o600)
    with open_session(granted, AT) as session, pytest.raises(Denied, match="destroyed"):
        session.table("beds", [row.pk])
    upkeep.carry_out_withdrawals(by=system("test"), at=AT)
    assert not [path for path in keys if path.exists()]
