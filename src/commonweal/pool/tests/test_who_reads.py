"""Who learns what of a file: its rows, how many they are, or only that it came."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from commonweal.agree import actions as agree
from commonweal.agree.tests.factories import signatory_of
from commonweal.compute.permits.asking import READ
from commonweal.convene.models import Seat
from commonweal.convene.tests.factories import PersonFactory, seated
from commonweal.convene.tests.factories import actor as actor_of
from commonweal.core import jobs, links
from commonweal.core.errors import Denied, Missing
from commonweal.core.models import Event, Link
from commonweal.core.scope import Actor, system
from commonweal.pool import actions, policies, reading, submit_links
from commonweal.pool.models import Submission
from commonweal.pool.tests.factories import (
    AT,
    MONTH,
    Agreed,
    agreed,
    checked,
    csv,
    sent,
)
from commonweal.pool.tests.ways import linked, signed_in
from commonweal.pool.vault import store

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

ROWS = 37
BAD = 5
LINE = [(f"G{n}", "Somebody", "2026-02-03", "1", "yes") for n in range(ROWS - BAD)]
WRONG = [(f"B{n}", "Gus Secretname", "2026-02-03", "61", "yes") for n in range(BAD)]
KINDS = [
    csv(LINE),
    csv([*LINE, *WRONG]),
    csv([*LINE[:4], *WRONG]),
    csv([*LINE, *WRONG], heading=("child", "name", "visited", "weeks", "other")),
    b"%PDF-1.7 not a table",
]


def page_of(here: Agreed, row: Submission) -> str:
    return f"/partnerships/{here.partnership.slug}/data/submissions/{row.pk}/"


def text_of(response: Any) -> str:
    """The words of a page's middle: no addresses, no styles, no fingerprints."""
    main = response.content.decode().split("<main")[1].split("</main")[0]
    words = re.sub(r"<[^>]*>", " ", main)
    return re.sub(r"\s+", " ", re.sub(r"\b[0-9a-f]{12}\b", "", words))


def asks(action: str = READ) -> list[Event]:
    found = Event.objects.filter(kind__in=["agree.granted", "agree.refused"])
    return [event for event in found if event.data.get("action") == action]


def by_its_link(here: Agreed, data: bytes, email: str) -> tuple[Submission, Link, str]:
    link, token = linked(here, email)
    file = SimpleUploadedFile("visits.csv", data)
    answer = Client().post(f"/l/submit/{token}/", {"period": MONTH, "file": file})
    assert answer.status_code == 302
    jobs.run_due()
    return Submission.objects.latest("number"), link, token


# --- a link reads what it sent -----------------------------------------------------------------


def test_a_link_that_the_convener_mails_to_itself_opens_nothing_of_the_partner() -> None:
    here = agreed()
    row = checked(here, csv([*LINE, *WRONG]))
    link, token = linked(here, "convener@example.org")
    assert link.issued_by == here.convener.label
    page = Client().get(f"/l/submit/{token}/{row.pk}/")
    said = text_of(page)
    assert "Number 1: Partly accepted" in said
    assert "February 2026" in said
    for secret in ("Row by row", "Out of range", str(ROWS), str(ROWS - BAD), "kB", "byte"):
        assert secret not in said
    assert "12 March 2026" not in said
    assert b"rows-to-mend" not in page.content
    assert Client().get(f"/l/submit/{token}/{row.pk}/rows-to-mend.xlsx").status_code == 403
    for read in (reading.findings, reading.bad_rows_workbook):
        with pytest.raises(Denied, match="Only people of"):
            read(links.actor(link), row, AT)
    assert asks() == []


def test_a_link_reads_the_files_that_it_sent_and_no_other_links() -> None:
    here = agreed()
    first, _link, one = by_its_link(here, csv([*LINE, *WRONG]), "one@example.org")
    second, _link, two = by_its_link(here, csv([*LINE[1:], *WRONG]), "two@example.org")
    for token, own, other in ((one, first, second), (two, second, first)):
        client = Client()
        assert "Out of range" in text_of(client.get(f"/l/submit/{token}/{own.pk}/"))
        assert client.get(f"/l/submit/{token}/{own.pk}/rows-to-mend.xlsx").status_code == 200
        assert "Out of range" not in text_of(client.get(f"/l/submit/{token}/{other.pk}/"))
        assert client.get(f"/l/submit/{token}/{other.pk}/rows-to-mend.xlsx").status_code == 403
    said = text_of(Client().get(f"/l/submit/{two}/{second.pk}/"))
    assert f"{ROWS - BAD - 1} of {ROWS - 1} rows without an error" in said
    assert f"of {ROWS} rows" not in said


def test_what_a_person_of_the_provider_sent_is_not_its_links() -> None:
    here = agreed()
    row, link, _token = by_its_link(here, csv([*LINE, *WRONG]), "one@example.org")
    later = checked(here, csv([*LINE[1:], *WRONG]), by=here.steward)
    assert policies.readable(links.actor(link), [row, later], AT) == {row.pk}
    assert policies.readable(here.colleague, [row, later], AT) == {row.pk, later.pk}


@pytest.mark.parametrize("why", ["no seat", "run out", "withdrawn"])
def test_a_link_that_does_not_work_any_more_reads_nothing(why: str) -> None:
    here = agreed()
    row, link, token = by_its_link(here, csv([*LINE, *WRONG]), "one@example.org")
    holder, at = links.actor(link), AT
    if why == "no seat":
        seats = Seat.objects.filter(organisation=here.provider)
        seats.update(until_at=AT - timedelta(days=1), ended_because="Left.")
        said = text_of(Client().get(f"/l/submit/{token}/{row.pk}/"))
        assert "Out of range" not in said
        assert str(ROWS) not in said
    elif why == "run out":
        at = link.expires_at
    else:
        submit_links.revoke(link=link, by=here.convener, at=AT)
    with pytest.raises(Denied):
        reading.findings(holder, row, at)
    with pytest.raises(Denied):
        actions.take_bad_rows(submission=row, by=holder, at=at)
    assert policies.countable(holder, [row], at) == frozenset()


# --- how many rows there are -------------------------------------------------------------------


def everybody_else(here: Agreed) -> list[Actor]:
    resident = PersonFactory()
    seated(here.partnership, voice="A parent", person=resident)
    return [here.stranger, actor_of(resident)]


@pytest.mark.parametrize("data", KINDS)
def test_how_many_rows_it_has_is_not_for_the_whole_table(data: bytes) -> None:
    here = agreed()
    row = checked(here, data)
    checked(here, b"nothing")
    for actor in everybody_else(here):
        client = signed_in(actor)
        said = text_of(client.get(page_of(here, row)))
        assert row.get_state_display() in said
        assert "February 2026" in said
        for number in {row.rows_total, row.rows_clean, row.rows_bad, BAD} - {None, 0}:
            assert not re.search(rf"\b{number}\b (of|rows?|have)", said), number
        for word in ("without an error", "Out of range", "Size", "How often", "kB"):
            assert word not in said
        assert client.get(page_of(here, row) + "rows-to-mend.xlsx").status_code == 403
        for path in ("data/", "log/"):
            said = text_of(client.get(f"/partnerships/{here.partnership.slug}/{path}"))
            assert not re.search(rf"\b{ROWS} rows?\b|\brows? {ROWS}\b", said)


def test_the_provider_and_the_convener_know_how_many_rows_it_has() -> None:
    here = agreed()
    row = checked(here, csv([*LINE, *WRONG]))
    for actor in (here.steward, here.colleague, here.convener):
        said = text_of(signed_in(actor).get(page_of(here, row)))
        assert f"{ROWS - BAD} of {ROWS} rows were taken in. {BAD} have errors" in said
        assert f"Rows {ROWS}" in said
        assert "Out of range" in said
        assert "Size" in said


def test_while_it_waits_its_size_is_not_for_the_whole_table() -> None:
    here = agreed()
    row = sent(here, csv(LINE))
    assert "Size" in text_of(signed_in(here.steward).get(page_of(here, row)))
    for actor in everybody_else(here):
        assert "Size" not in text_of(signed_in(actor).get(page_of(here, row)))


# --- the agreement is asked --------------------------------------------------------------------


def withdrawn(here: Agreed) -> None:
    by = signatory_of(here.provider)
    agree.withdraw(
        agreement=here.contract.agreement, organisation=here.provider, reason="", by=by, at=AT
    )


def suspended(here: Agreed) -> None:
    agree.suspend(agreement=here.contract.agreement, reason="Why.", by=system("test"), at=AT)


CLOSED: dict[str, tuple[Callable[[Agreed], None], timedelta, str, str]] = {
    "suspended": (suspended, timedelta(0), "suspended the agreement", "suspension"),
    "withdrawn": (withdrawn, timedelta(days=1), "withdrew", "withdrawal"),
    "expired": (lambda _here: None, timedelta(days=4_000), "ended", "expiry"),
}


@pytest.mark.parametrize("how", CLOSED)
def test_a_closed_agreement_lets_nobody_read_and_nothing_is_decrypted(
    how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = agreed()
    row = checked(here, csv([*LINE, *WRONG]))
    close, later, words, clause = CLOSED[how]
    close(here)
    monkeypatch.setattr(store, "unseal", lambda *_asked: pytest.fail("it was decrypted"))
    for read in (reading.findings, reading.bad_rows_workbook):
        with pytest.raises(Denied, match=words) as refusal:
            read(here.steward, row, AT + later)
        assert clause in refusal.value.clause
    refused = asks()
    assert [event.kind for event in refused] == ["agree.refused"] * 2
    assert {event.organisation for event in refused} == {here.provider.pk}
    assert not Event.objects.filter(kind="pool.rows_taken").exists()


@pytest.mark.parametrize("how", ["suspended", "withdrawn"])
def test_the_page_opens_and_says_why_the_rows_do_not(how: str) -> None:
    here = agreed()
    row, _link, token = by_its_link(here, csv([*LINE, *WRONG]), "one@example.org")
    CLOSED[how][0](here)
    for client, address in (
        (signed_in(here.steward), page_of(here, row)),
        (Client(), f"/l/submit/{token}/{row.pk}/"),
    ):
        page = client.get(address)
        assert page.status_code == 200
        said = text_of(page)
        assert "The rows cannot be read back now." in said
        assert CLOSED[how][2] in said
        assert re.search(r"Refused by DSA-1 clause \d+", said)
        assert f"Rows with errors {BAD}" in said
        assert "This value is out of range" not in said
        assert b"rows-to-mend" not in page.content
        refused = client.get(address + "rows-to-mend.xlsx")
        assert refused.status_code == 403
        assert CLOSED[how][2] in text_of(refused)


def test_lists_and_pages_without_rows_ask_for_nothing() -> None:
    here = agreed()
    row = checked(here, csv([*LINE, *WRONG]))
    _link, token = linked(here)
    data = f"/partnerships/{here.partnership.slug}/data/"
    assert signed_in(here.steward).get(data).status_code == 200
    assert Client().get(f"/l/submit/{token}/").status_code == 200
    assert signed_in(here.convener).get(page_of(here, row)).status_code == 200
    assert asks() == []


def test_every_opening_is_on_record() -> None:
    here = agreed()
    row = checked(here, csv([*LINE, *WRONG]))
    client = signed_in(here.steward)
    client.get(page_of(here, row))
    client.get(page_of(here, row) + "rows-to-mend.xlsx")
    opened = asks()
    assert [event.kind for event in opened] == ["agree.granted"] * 2
    for event in opened:
        assert (event.actor, event.organisation) == (here.steward.label, here.provider.pk)
        assert event.data["providers"] == [str(here.provider.pk)]
        assert event.data["fields"] == ["child", "name", "slept_safely", "visited", "weeks"]
        assert "DSA-1 v1" in event.data["agreements"]


def test_where_there_is_nothing_to_read_nobody_is_asked() -> None:
    here = agreed()
    row = checked(here, csv(LINE))
    assert len(reading.findings(here.steward, row, AT)) == 0
    with pytest.raises(Missing):
        reading.bad_rows_workbook(here.steward, row, AT)
    assert asks() == []
