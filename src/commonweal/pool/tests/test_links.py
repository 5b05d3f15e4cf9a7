"""Personal links: one contract of one provider, nothing else, and no account."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from typing import Any
from unittest import mock

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from commonweal.agree import actions as agree
from commonweal.agree.tests.factories import signatory_of
from commonweal.convene.models import Seat
from commonweal.core import jobs, links, mail
from commonweal.core.errors import Conflict, Denied, Invalid
from commonweal.core.models import Event, Link, OutgoingMail
from commonweal.core.scope import system
from commonweal.pool import policies, queries, reading, submit_links
from commonweal.pool.models import Submission
from commonweal.pool.tests.factories import (
    AT,
    BAD_ROW,
    GOOD,
    MONTH,
    Agreed,
    agreed,
    checked,
    csv,
    sent,
)
from commonweal.pool.tests.ways import linked, signed_in, token_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def text_of(response: Any) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def send(client: Client, token: str, data: bytes, **fields: Any) -> Any:
    file = SimpleUploadedFile("visits.csv", data)
    return client.post(f"/l/submit/{token}/", {"period": MONTH, "file": file, **fields})


def data_at(here: Agreed, rest: str) -> str:
    return f"/partnerships/{here.partnership.slug}/data/{rest}"


def test_from_the_mail_to_the_receipt_without_an_account() -> None:
    here = agreed()
    _link, token = linked(here)
    client = Client(enforce_csrf_checks=True)
    page = client.get(f"/l/submit/{token}/")
    text = text_of(page)
    assert "Beds for babies" in text
    assert here.provider.name in text
    assert "February 2026" in text
    assert client.get(f"/l/submit/{token}/empty.csv").content.startswith(b"\xef\xbb\xbfchild,")
    assert send(client, token, csv()).status_code == 403
    key = client.cookies["csrf"].value
    response = send(client, token, csv([*GOOD, BAD_ROW]), csrfmiddlewaretoken=key)
    assert response.status_code == 302
    address = response["Location"]
    waiting = text_of(client.get(address))
    assert f'hx-get="{address}progress/"' in waiting
    assert f'<a href="{address}">Look again</a>' in waiting
    assert "<html" not in client.get(f"{address}progress/").content.decode()
    jobs.run_due()
    assert client.get(f"{address}progress/")["HX-Redirect"] == address
    done = text_of(client.get(address))
    assert "6 of 7 rows were taken in" in done
    assert "Not a whole number" in done
    assert "htmx" not in done
    book = client.get(f"{address}rows-to-mend.xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(book.content)).active
    assert sheet is not None
    assert sheet["A2"].value == 8
    receipt = OutgoingMail.objects.get(purpose="receipt")
    assert receipt.to == "clerk@example.org"
    assert receipt.subject == "Beds for babies for February 2026: Partly accepted"
    body = mail.body_of(receipt)
    assert "6 of 7 rows were accepted; 1 have errors and wait." in body
    assert "Secretname" not in body
    assert token not in body
    row = Submission.objects.get()
    assert row.by.startswith("link:")
    page = text_of(client.get(f"/l/submit/{token}/"))
    assert "What you sent before" in page


def test_no_page_behind_a_link_is_kept_or_framed_or_tells_others() -> None:
    here = agreed()
    _link, token = linked(here)
    page = Client().get(f"/l/submit/{token}/")
    assert page["Cache-Control"] == "no-store, private"
    assert page["Referrer-Policy"] == "same-origin"
    assert (
        "http"
        not in re.sub(r'(href|src|action)="/[^"]*"', "", page.content.decode())
        .split("<main")[1]
        .split("</main")[0]
    )


def test_the_same_file_by_link_says_so() -> None:
    here = agreed()
    checked(here, csv())
    _link, token = linked(here)
    client = Client()
    response = send(client, token, csv())
    assert "same file as number 1" in text_of(client.get(response["Location"]))


def test_a_link_opens_one_contract_of_one_provider() -> None:
    here = agreed()
    link, token = linked(here)
    own = checked(here, csv())
    others = checked(here, csv([*GOOD, BAD_ROW]), provider=here.other, by=here.stranger)
    client = Client()
    assert client.get(f"/l/submit/{token}/{own.pk}/").status_code == 200
    assert client.get(f"/l/submit/{token}/{others.pk}/").status_code == 404
    assert client.get(f"/l/submit/{token}/{others.pk}/rows-to-mend.xlsx").status_code == 404
    holder = links.actor(link)
    with pytest.raises(Denied):
        reading.findings(holder, others, AT)
    with pytest.raises(Denied, match="does not open this contract"):
        sent(here, csv(), provider=here.other, by=holder)
    elsewhere = agreed()
    with pytest.raises(Denied):
        sent(elsewhere, csv(), by=holder)
    for call in (queries.partnership_for, policies.check_can_see):
        with pytest.raises(Exception, match="nothing at this address"):
            call(
                holder,
                here.partnership.slug if call is queries.partnership_for else here.partnership,
                AT,
            )  # type: ignore[operator]


def test_a_link_of_another_purpose_opens_nothing() -> None:
    here = agreed()
    _link, token = links.issue(
        purpose="ballot",
        subject=policies.link_subject(here.contract),
        by=system("test"),
        at=AT,
        expires_at=AT + timedelta(days=1),
        organisation=here.provider,
        scope=here.partnership.pk,
    )
    assert Client().get(f"/l/submit/{token}/").status_code == 404
    forged = links.actor(_link)
    with pytest.raises(Denied):
        sent(here, csv(), by=forged)


def test_a_withdrawn_link_opens_nothing_even_to_who_came_in_by_it() -> None:
    here = agreed()
    link, _token = linked(here)
    holder = links.actor(link)
    row = checked(here, csv([*GOOD, BAD_ROW]), by=holder)
    assert len(reading.findings(holder, row, AT)) == 2
    submit_links.revoke(link=link, by=here.convener, at=AT)
    with pytest.raises(Denied):
        reading.findings(holder, row, AT)
    with pytest.raises(Denied):
        sent(here, csv(), by=holder)


@pytest.mark.parametrize("way", ["unknown", "revoked", "expired", "resent"])
def test_a_dead_link_says_the_same_whatever_killed_it(way: str) -> None:
    here = agreed()
    link, token = linked(here)
    if way == "unknown":
        token = "x" * 43
    elif way == "revoked":
        submit_links.revoke(link=link, by=here.convener, at=AT)
    elif way == "expired":
        Link.objects.filter(pk=link.pk).update(expires_at=AT, issued_at=AT - timedelta(days=1))
    else:
        submit_links.resend(link=link, by=here.convener, at=AT)
    client = Client()
    for response in (client.get(f"/l/submit/{token}/"), send(client, token, csv())):
        assert response.status_code == 404
        assert "This link does not work, or does not work any more." in text_of(response)
    assert Submission.objects.count() == 0


def test_nothing_is_read_for_a_dead_link() -> None:
    agreed()
    with mock.patch("commonweal.pool.views.taking.SealingUploadHandler") as handler:
        assert send(Client(), "x" * 43, csv()).status_code == 404
    handler.assert_not_called()


@pytest.mark.parametrize("how", ["withdrawn", "suspended", "no seat"])
def test_a_closed_agreement_refuses_on_the_link_too(how: str) -> None:
    here = agreed()
    _link, token = linked(here)
    agreement = here.contract.agreement
    if how == "withdrawn":
        by = signatory_of(here.provider)
        agree.withdraw(agreement=agreement, organisation=here.provider, reason="", by=by, at=AT)
    elif how == "suspended":
        agree.suspend(agreement=agreement, reason="Why.", by=system("test"), at=AT)
    else:
        seats = Seat.objects.filter(organisation=here.provider)
        seats.update(until_at=AT - timedelta(days=1), ended_because="Left.")
    response = send(Client(), token, csv())
    assert response.status_code == 403
    words = {"withdrawn": "withdrew", "suspended": "suspended", "no seat": "does not open"}
    assert words[how] in text_of(response)
    assert Submission.objects.count() == 0


def test_keeping_links_on_their_page() -> None:
    here = agreed()
    client = signed_in(here.convener)
    way = f"beds {here.provider.pk}"
    fields = {"way": way, "email": "Clerk@Example.org"}
    assert client.post(data_at(here, "links/"), fields).status_code == 302
    again = client.post(data_at(here, "links/"), fields)
    assert "has a link for this already" in text_of(again)
    link = Link.objects.get()
    assert (link.email, link.expires_at - link.issued_at) == (
        "clerk@example.org",
        timedelta(days=45),
    )
    page = text_of(client.get(data_at(here, "links/")))
    assert "clerk@example.org" in page
    first = token_of(link)
    assert client.post(data_at(here, f"links/{link.pk}/again/")).status_code == 302
    bodies = [mail.body_of(each) for each in OutgoingMail.objects.filter(purpose="submit-link")]
    second = next(b.split("/l/submit/")[1].split("/")[0] for b in bodies if first not in b)
    assert Client().get(f"/l/submit/{first}/").status_code == 404
    assert Client().get(f"/l/submit/{second}/").status_code == 200
    assert client.post(data_at(here, f"links/{link.pk}/withdraw/")).status_code == 302
    assert Client().get(f"/l/submit/{second}/").status_code == 404
    assert client.get(data_at(here, f"links/{link.pk}/again/")).status_code == 405
    assert client.post(data_at(here, "links/"), fields).status_code == 302


def test_who_keeps_links() -> None:
    here = agreed()
    link, _token = linked(here)
    steward = signed_in(here.steward)
    page = text_of(steward.get(data_at(here, "links/")))
    assert here.provider.name in page
    assert f"– {here.other.name}" not in page
    way = f"beds {here.other.pk}"
    refused = steward.post(data_at(here, "links/"), {"way": way, "email": "a@example.org"})
    assert refused.status_code == 422
    assert signed_in(here.colleague).get(data_at(here, "links/")).status_code == 403
    stranger = signed_in(here.stranger)
    assert "clerk@example.org" not in text_of(stranger.get(data_at(here, "links/")))
    for what in ("again", "withdraw"):
        assert stranger.post(data_at(here, f"links/{link.pk}/{what}/")).status_code == 404
    elsewhere = agreed()
    outsider = signed_in(elsewhere.convener)
    own = data_at(elsewhere, f"links/{link.pk}/withdraw/")
    assert outsider.post(own).status_code == 404
    with pytest.raises(Denied):
        submit_links.revoke(link=link, by=here.stranger, at=AT)
    with pytest.raises(Denied):
        submit_links.issue(
            contract=here.contract,
            provider=here.other,
            email="a@example.org",
            by=here.steward,
            at=AT,
        )


def test_only_providers_that_the_agreement_names_get_links() -> None:
    here = agreed()
    elsewhere = agreed()
    with pytest.raises(Invalid, match="does not name"):
        submit_links.issue(
            contract=here.contract,
            provider=elsewhere.provider,
            email="a@example.org",
            by=here.convener,
            at=AT,
        )
    with pytest.raises((Invalid, Conflict)):
        submit_links.issue(
            contract=here.contract, provider=here.provider, email="no", by=here.convener, at=AT
        )
    assert Link.objects.count() == 0


def test_a_link_is_used_and_logged_without_its_token() -> None:
    here = agreed()
    link, token = linked(here)
    send(Client(), token, csv())
    link.refresh_from_db()
    assert link.last_used_at == AT
    assert link.uses_left is None
    kinds = set(Event.objects.filter(subject=f"core.link:{link.pk}").values_list("kind", flat=True))
    assert kinds == {"core.link_issued", "core.link_used"}
    for event in Event.objects.all():
        assert token not in str(event.data)
        assert "clerk" not in str(event.data)
