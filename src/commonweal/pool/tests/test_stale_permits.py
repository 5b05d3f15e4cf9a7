"""A permit that was not given, was changed, or stands no longer opens nothing, and that is logged."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest

from commonweal.agree import actions as agree
from commonweal.agree import queries as agreements
from commonweal.agree.models import Agreement
from commonweal.agree.tests.factories import licensed, shared, signatory_of, signed_by_all
from commonweal.compute.errors import Unusable
from commonweal.compute.permits import clauses as c
from commonweal.compute.permits.asking import READ, Permit
from commonweal.core.errors import Denied, Missing
from commonweal.core.models import Event
from commonweal.core.scope import system
from commonweal.pool.tests.factories import AT, COLUMNS, GOOD, Agreed, agreed, asked, checked, csv
from commonweal.pool.vault.session import Session, open_session

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
FIELDS = ("visited", "weeks")
LATER = AT + timedelta(hours=1)


@pytest.fixture
def here() -> Agreed:
    found = agreed()
    licensed(found.contract.agreement, data=c.Data("beds", (*FIELDS, "slept_safely")))
    checked(found, csv())
    return found


@pytest.fixture
def granted(here: Agreed) -> Permit:
    return agree.permit(ask=asked(here, FIELDS), by=here.convener, at=AT)


def licence(here: Agreed) -> Agreement:
    return here.contract.agreement.children.get()


def opens(permit: Permit, at: Any = LATER) -> None:
    with open_session(permit, at):
        pass


def rejections() -> list[dict[str, Any]]:
    found = Event.objects.filter(kind="agree.permit_rejected").order_by("number")
    return list(found.values_list("data", flat=True))


def test_what_was_given_opens_again_while_it_stands(granted: Permit) -> None:
    """The control: kept as JSON and read back, as a release keeps it."""
    opens(Permit.from_json(granted.as_json()))
    opens(granted, granted.expires_at - timedelta(microseconds=1))
    assert rejections() == []


FORGERIES: dict[str, dict[str, Any]] = {
    "more fields": {"fields": ("child", "name", *FIELDS)},
    "another purpose": {"purpose": "cw:MonitorEquity"},
    "a smaller group": {"minimum_cell": 1},
    "a longer life": {"expires_at": AT + timedelta(days=36500)},
    "an earlier beginning": {"granted_at": AT - timedelta(days=1)},
    "another user": {"organisation": uuid4()},
    "a wider reach": {"output": "public"},
    "read back instead": {"action": READ},
    "linkage": {"linkage": True},
    "no limits": {"obligations": ()},
    "nobody left out": {"refused_providers": {}, "providers": (uuid4(),)},
    "another contract": {"contract": "income"},
}


@pytest.mark.parametrize("changed", FORGERIES)
def test_a_permit_that_was_changed_was_never_given(granted: Permit, changed: str) -> None:
    forged = replace(granted, **FORGERIES[changed])
    with pytest.raises(Denied, match="never given"):
        opens(forged)
    (logged,) = rejections()
    assert logged["code"] == "unknown"
    assert logged["permit"] == replace(forged).id != granted.id


def test_an_id_that_was_written_into_it_does_not_help(granted: Permit) -> None:
    forged = replace(granted, fields=("child", "name"))
    forged.__dict__["id"] = granted.id
    assert forged.id == granted.id
    with pytest.raises(Denied, match="never given"):
        opens(forged)


def test_a_session_made_by_hand_is_checked_too(granted: Permit) -> None:
    with pytest.raises(Denied, match="never given"):
        Session(replace(granted, fields=("name",)), LATER)
    with pytest.raises(Denied, match="not in force"):
        Session(granted, granted.expires_at)
    assert Session(granted, LATER)


def test_stored_json_that_was_changed_is_found_out(granted: Permit) -> None:
    stored = granted.as_json()
    with pytest.raises(Unusable, match="changed after it was granted"):
        Permit.from_json({**stored, "fields": ["child", "name"]})
    # With an id that fits, it is a permit that was never given.
    forged = replace(granted, fields=("child", "name"))
    again = Permit.from_json(forged.as_json())
    with pytest.raises(Denied, match="never given"):
        opens(again)


def test_a_permit_of_another_partnership_is_none_here(here: Agreed, granted: Permit) -> None:
    elsewhere = agreed()
    with pytest.raises(Denied, match="never given"):
        opens(replace(granted, partnership=elsewhere.partnership.pk))
    with pytest.raises(Missing):
        opens(replace(granted, partnership=uuid4()))
    foreign = checked(elsewhere, csv(GOOD[:3]))
    with open_session(granted, LATER) as session, pytest.raises(Missing):
        session.table("beds", [foreign.pk])


def suspend(agreement: Agreement) -> None:
    agree.suspend(agreement=agreement, reason="Looked at again.", by=system("test"), at=AT)


def withdraw(agreement: Agreement, organisation: Any) -> None:
    agree.withdraw(
        agreement=agreement,
        organisation=organisation,
        reason="",
        by=signatory_of(organisation),
        at=AT,
    )


def revise(agreement: Agreement, **changes: c.Clause) -> None:
    held = agreements.clauses_of(agreements.latest(agreement))
    clauses = [changes.get(each.kind, each) for each in held]
    by = system("test")
    version = agree.revise(agreement=agreement, clauses=clauses, prose="", by=by, at=AT)
    signed_by_all(version, AT)


STOPS: dict[str, tuple[Callable[[Agreed], None], str, str]] = {
    "agreement suspended": (lambda h: suspend(h.contract.agreement), "DSA-1", "suspended"),
    "licence suspended": (lambda h: suspend(licence(h)), "DUL-1", "suspended"),
    "provider withdrew": (
        lambda h: withdraw(h.contract.agreement, h.provider),
        "DSA-1",
        "withdrew",
    ),
    "licence begins later": (
        lambda h: revise(licence(h), start=c.Start(date(2026, 9, 1))),
        "DUL-1",
        "begins on",
    ),
    "fields struck out": (
        lambda h: revise(licence(h), data=c.Data("beds", ("visited",))),
        "DUL-1",
        "not covered",
    ),
    "replaced by a stricter text": (
        lambda h: revise(licence(h), minimum_cell=c.MinimumCell(30)),
        "",
        "have changed since",
    ),
}


@pytest.mark.parametrize("stop", STOPS)
def test_a_permit_from_before_an_end_is_not_used_after_it(
    here: Agreed, granted: Permit, stop: str
) -> None:
    """It has not expired: what it rests on has ended, or is another text by now."""
    how, reference, words = STOPS[stop]
    how(here)
    assert granted.holds_at(LATER)
    with pytest.raises(Denied, match=words) as refusal:
        opens(Permit.from_json(granted.as_json()))
    assert refusal.value.clause.startswith(reference)
    (logged,) = rejections()
    assert logged["permit"] == granted.id
    assert logged.get("reference", "") == reference


def test_it_opens_again_once_a_suspension_is_lifted(here: Agreed, granted: Permit) -> None:
    suspend(here.contract.agreement)
    with pytest.raises(Denied):
        opens(granted)
    lifted = AT + timedelta(minutes=30)
    agree.resume(agreement=here.contract.agreement, by=system("test"), at=lifted)
    opens(granted)


def second_licence(here: Agreed, **changes: c.Clause) -> Agreement:
    data = c.Data("beds", (*FIELDS, "slept_safely"))
    return licensed(here.contract.agreement, data=data, **changes)


def test_a_permit_under_two_licences_outlives_the_end_of_either(here: Agreed) -> None:
    """It keeps to the limits of both, so also to those of the one that is left."""
    first = licence(here)
    second = second_licence(here, minimum_cell=c.MinimumCell(20))
    granted = agree.permit(ask=asked(here, FIELDS), by=here.convener, at=AT)
    assert {each.reference for each in granted.agreements} == {"DSA-1", "DUL-1", "DUL-2"}
    assert granted.minimum_cell == 20
    suspend(second)
    opens(granted)
    assert agree.permit(ask=asked(here, FIELDS), by=here.convener, at=LATER).minimum_cell == 5
    suspend(first)
    with pytest.raises(Denied, match="suspended"):
        opens(granted)


@pytest.mark.parametrize(
    ("change", "stands"),
    [
        ({"minimum_cell": c.MinimumCell(20)}, False),
        ({"retention": c.Retention(6)}, False),
        ({"minimum_cell": c.MinimumCell(5)}, True),
        # It does not cover what is asked for.
        ({"minimum_cell": c.MinimumCell(20), "purpose": c.Purpose(("cw:MonitorEquity",))}, True),
    ],
)
def test_a_stricter_licence_that_covers_the_same_ends_a_permit(
    here: Agreed, granted: Permit, change: dict[str, c.Clause], stands: bool
) -> None:
    second_licence(here, **change)
    if stands:
        opens(granted)
        return
    with pytest.raises(Denied, match="have changed since"):
        opens(granted)
    opens(agree.permit(ask=asked(here, FIELDS), by=here.convener, at=LATER))


def test_a_permit_over_two_agreements_ends_with_either(here: Agreed) -> None:
    """Data lies under each of them: what lay under the one that ended must not be opened."""
    second = shared(here.partnership, [here.provider, here.other], fields=COLUMNS)
    licensed(second, data=c.Data("beds", FIELDS))
    granted = agree.permit(ask=asked(here, FIELDS), by=here.convener, at=AT)
    assert {"DSA-1", "DSA-2"} < {each.reference for each in granted.agreements}
    opens(granted)
    suspend(here.contract.agreement)
    with pytest.raises(Denied, match="have changed since"):
        opens(granted)


def test_another_agreement_for_the_same_data_does_not_end_a_permit(
    here: Agreed, granted: Permit
) -> None:
    """Stricter, so it would limit a new request; what came in under the first stays open to it."""
    second = shared(
        here.partnership,
        [here.provider, here.other],
        fields=COLUMNS,
        minimum_cell=c.MinimumCell(50),
    )
    licensed(second, data=c.Data("beds", FIELDS))
    newer = agree.permit(ask=asked(here, FIELDS), by=here.convener, at=LATER)
    assert newer.agreements != granted.agreements
    opens(granted)


def test_the_log_of_a_rejection_names_nobody(here: Agreed, granted: Permit) -> None:
    with pytest.raises(Denied):
        opens(replace(granted, actor="person:Gus Secretname", fields=("name",)))
    event = Event.objects.get(kind="agree.permit_rejected")
    assert event.actor == "system:vault"
    assert "Secretname" not in str(event.data) + event.subject
