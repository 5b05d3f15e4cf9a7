"""The pages: what they say to whom, and what they let through."""

from __future__ import annotations

import io
import re
import uuid
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from commonweal.convene.tests.factories import PersonFactory
from commonweal.core import jobs
from commonweal.core.models import Affiliation, Event, Person
from commonweal.core.scope import Actor
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

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def signed_in(actor: Actor, **options: Any) -> Client:
    client = Client(**options)
    client.force_login(
        Person.objects.get(pk=actor.person_id),
        backend="django.contrib.auth.backends.ModelBackend",
    )
    return client


def at_data(here: Agreed, rest: str = "") -> str:
    return f"/partnerships/{here.partnership.slug}/data/{rest}"


def upload(data: bytes, name: str = "visits.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


def post_file(
    client: Client, here: Agreed, data: bytes, *, period: str = MONTH, name: str = "visits.csv"
) -> Any:
    way = f"{here.contract.key} {here.provider.pk}"
    return client.post(
        at_data(here, "send/"), {"way": way, "period": period, "file": upload(data, name)}
    )


def text_of(response: Any) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def test_the_data_page_says_what_came_and_what_is_late() -> None:
    here = agreed()
    page = text_of(signed_in(here.convener).get(at_data(here)))
    assert "0 of 2 files for February 2026 are in. 2 are late." in page
    checked(here, csv())
    page = text_of(signed_in(here.convener).get(at_data(here)))
    assert "1 of 2 files for February 2026 are in. 1 is late." in page
    assert ">Accepted<" in page
    assert "Not due yet" in page
    assert "Not asked" in page
    assert "Send a file" not in page


def test_from_the_form_to_the_result() -> None:
    here = agreed()
    client = signed_in(here.colleague)
    form = text_of(client.get(at_data(here, "send/")))
    assert "at most 50 MB" in form
    response = post_file(client, here, csv([*GOOD, BAD_ROW]))
    assert response.status_code == 302, response.content
    row = Submission.objects.get()
    waiting = text_of(client.get(response["Location"]))
    assert "It waits for its turn." in waiting
    assert f'hx-get="{response["Location"]}progress/"' in waiting
    assert f'<a href="{response["Location"]}">Look again</a>' in waiting
    fragment = client.get(response["Location"] + "progress/")
    assert "<html" not in fragment.content.decode()
    jobs.run_due()
    fragment = client.get(response["Location"] + "progress/")
    assert fragment["HX-Redirect"] == response["Location"]
    page = text_of(client.get(response["Location"]))
    assert "6 of 7 rows were taken in. 1 have errors" in page
    assert "Not a whole number" in page
    assert "No such day" in page
    assert "Look again" not in page
    assert "3.5" in page
    assert "Secretname" not in page
    book = client.get(f"{response['Location']}rows-to-mend.xlsx")
    taken = Event.objects.get(kind="pool.rows_taken")
    assert (taken.actor, taken.subject) == (here.colleague.label, f"pool.submission:{row.pk}")
    sheet = openpyxl.load_workbook(io.BytesIO(book.content)).active
    assert sheet is not None
    assert [cell.value for cell in sheet[2]][:3] == [8, "C7", "Gus Secretname"]
    assert book["Content-Disposition"] == (
        f'attachment; filename="beds-2026-02-{row.number}-rows-to-mend.xlsx"'
    )


def test_the_convener_sees_counts_only() -> None:
    here = agreed()
    row = checked(here, csv([*GOOD, BAD_ROW]))
    address = at_data(here, f"submissions/{row.pk}/")
    client = signed_in(here.convener)
    page = text_of(client.get(address))
    assert "6 of 7 rows" in page
    assert "Not a whole number" in page
    assert "3.5" not in page
    assert "2026-02-31" not in page
    assert "rows-to-mend" not in page
    assert client.get(f"{address}rows-to-mend.xlsx").status_code == 403


def test_whoever_is_not_at_the_table_finds_nothing() -> None:
    here, elsewhere = agreed(), agreed()
    row = checked(here, csv([*GOOD, BAD_ROW]))
    paths = [
        "",
        "send/",
        "links/",
        "add-contract/",
        "contracts/beds/",
        "contracts/beds/empty.csv",
        f"submissions/{row.pk}/",
        f"submissions/{row.pk}/progress/",
        f"submissions/{row.pk}/rows-to-mend.xlsx",
    ]
    outsider = signed_in(elsewhere.convener)
    operator = PersonFactory(is_operator=True)
    keeper = signed_in(Actor(person_id=operator.pk))
    for path in paths:
        assert outsider.get(at_data(here, path)).status_code == 404, path
        assert keeper.get(at_data(here, path)).status_code == 404, path
        response = Client().get(at_data(here, path))
        assert response.status_code == 302, path
        assert response["Location"].startswith("/sign-in/")
    # Another partnership's submission is not there under one's own address either.
    own = at_data(elsewhere, f"submissions/{row.pk}/")
    assert outsider.get(own).status_code == 404


def test_a_repeat_says_so() -> None:
    here = agreed()
    client = signed_in(here.steward)
    first = post_file(client, here, csv())
    jobs.run_due()
    again = post_file(client, here, csv())
    assert again["Location"] == first["Location"]
    assert "same file as number 1" in text_of(client.get(again["Location"]))


def test_the_page_of_a_replaced_file_names_its_successor() -> None:
    here = agreed()
    first = checked(here, csv(GOOD[:5]))
    second = checked(here, csv(GOOD))
    page = text_of(signed_in(here.steward).get(at_data(here, f"submissions/{first.pk}/")))
    assert "Number 1: replaced by number 2" in page
    assert f"submissions/{second.pk}/" in page


def test_a_refusal_is_shown_with_its_clause_on_the_form() -> None:
    here = agreed()
    here.contract.agreement.suspensions.create(
        from_at=here.partnership.opened_at, reason="Under review."
    )
    client = signed_in(here.steward)
    response = post_file(client, here, csv())
    assert response.status_code == 403
    assert "suspended the agreement" in text_of(response)
    assert "Refused by DSA-1 clause" in text_of(response)
    assert Submission.objects.count() == 0


def test_who_acts_for_no_provider_is_told() -> None:
    here = agreed()
    response = signed_in(here.convener).get(at_data(here, "send/"))
    assert response.status_code == 403
    assert "You act for no organisation that sends data" in text_of(response)


def test_nobody_chooses_another_provider_or_contract_by_hand() -> None:
    here = agreed()
    client = signed_in(here.steward)
    for way in (f"beds {here.other.pk}", f"other {here.provider.pk}", f"beds {uuid.uuid4()}"):
        response = client.post(
            at_data(here, "send/"), {"way": way, "period": MONTH, "file": upload(csv())}
        )
        assert response.status_code == 422
        assert "Choose one of the list" in text_of(response)
    assert Submission.objects.count() == 0


def test_the_form_wants_a_month_and_a_file() -> None:
    here = agreed()
    client = signed_in(here.steward)
    response = client.post(at_data(here, "send/"), {})
    page = text_of(response)
    assert response.status_code == 422
    assert "Choose a month." in page
    assert "Choose the file to send." in page
    assert post_file(client, here, csv(), period="2031-01").status_code == 422


def test_a_forged_form_is_refused() -> None:
    here = agreed()
    client = signed_in(here.steward, enforce_csrf_checks=True)
    assert post_file(client, here, csv()).status_code == 403
    client.get(at_data(here, "send/"))
    way = f"{here.contract.key} {here.provider.pk}"
    token = client.cookies["csrf"].value
    fields = {"csrfmiddlewaretoken": token, "way": way, "period": MONTH, "file": upload(csv())}
    assert client.post(at_data(here, "send/"), fields).status_code == 302


def test_beyond_the_cap_nothing_is_kept(settings: Any) -> None:
    here = agreed()
    client = signed_in(here.steward)
    settings.UPLOAD_CAP = 200_000
    response = post_file(client, here, b"x" * 300_000)
    assert response.status_code == 422
    assert "The file is larger than" in text_of(response)
    # One that lies about its length is cut off at the cap.
    response = post_file(client, here, b"x" * 200_001)
    assert response.status_code == 422
    assert post_file(client, here, b"x" * 200_000).status_code == 302
    assert Submission.objects.count() == 1


def test_a_request_that_says_it_is_too_large_is_not_read(settings: Any) -> None:
    here = agreed()
    client = signed_in(here.steward)
    settings.UPLOAD_CAP = 100_000

    class Unread(io.BytesIO):
        def read(self, *_arguments: Any) -> bytes:
            raise AssertionError("it was read")

    response = client.generic(
        "POST",
        at_data(here, "send/"),
        b"x",
        content_type="multipart/form-data; boundary=x",
        CONTENT_LENGTH="200000000",
        **{"wsgi.input": Unread()},
    )
    assert response.status_code == 422
    assert "The file is larger than" in text_of(response)


def test_the_contract_page_and_its_empty_files() -> None:
    here = agreed()
    client = signed_in(here.convener)
    page = text_of(client.get(at_data(here, "contracts/beds/")))
    assert "To see whether babies sleep safely." in page
    assert "one of: yes, no" in page
    assert "Whole number; at least 0; at most 60" in page
    assert "Identifies people" in page
    empty = client.get(at_data(here, "contracts/beds/empty.csv"))
    assert empty.content.decode("utf-8-sig") == "child,name,visited,weeks,slept_safely\r\n"
    book = client.get(at_data(here, "contracts/beds/empty.xlsx"))
    sheet = openpyxl.load_workbook(io.BytesIO(book.content)).active
    assert sheet is not None
    assert sheet["A1"].value == "child"
    assert client.get(at_data(here, "contracts/none/")).status_code == 404


def test_a_contract_is_added_on_its_page() -> None:
    from commonweal.pool.tests.factories import CONTRACT

    here = agreed()
    client = signed_in(here.convener)
    newer = CONTRACT.replace("version: 1.0.0", "version: 1.1.0")
    fields = {"agreement": here.contract.agreement_id, "text": newer}
    assert client.post(at_data(here, "add-contract/"), fields).status_code == 302
    again = client.post(at_data(here, "add-contract/"), fields)
    assert "Give the new text a higher version number" in text_of(again)
    fields["text"] = "schema: ["
    broken = client.post(at_data(here, "add-contract/"), fields)
    assert broken.status_code == 422
    assert signed_in(here.steward).get(at_data(here, "add-contract/")).status_code == 403


def test_earlier_months_are_shown_on_request() -> None:
    here = agreed()
    page = text_of(signed_in(here.convener).get(at_data(here, "?until=2025-12")))
    assert "July 2025" in page
    assert "Later months" in page
    assert signed_in(here.convener).get(at_data(here, "?until=nonsense")).status_code == 200


def test_what_waits_for_me_is_on_top() -> None:
    here = agreed()
    checked(here, csv([*GOOD, BAD_ROW]), period="2026-01")
    page = text_of(signed_in(here.steward).get(at_data(here)))
    assert "What waits for you" in page
    assert "1 row has errors." in page
    assert "contract=beds&amp;for=" in page
    assert "What waits for you" not in text_of(signed_in(here.convener).get(at_data(here)))


def test_findings_come_in_pages() -> None:
    here = agreed()
    many = [(f"N{n}", "Somebody", "2026-02-03", "1", "yes") for n in range(400)]
    bad = [(f"B{n}", "Somebody", "2026-02-03", "61", "yes") for n in range(60)]
    row = checked(here, csv([*many, *bad]))
    client = signed_in(here.steward)
    address = at_data(here, f"submissions/{row.pk}/")
    assert text_of(client.get(address)).count("This value is out of range") == 50
    assert text_of(client.get(f"{address}?page=2")).count("This value is out of range") == 10
    assert client.get(f"{address}?page=nonsense").status_code == 200


def test_a_person_who_left_the_provider_reads_nothing_more() -> None:
    here = agreed()
    row = sent(here, csv([*GOOD, BAD_ROW]))
    jobs.run_due()
    Affiliation.objects.filter(person=here.steward.person_id).update(until_at=AT)
    client = signed_in(here.steward)
    assert client.get(at_data(here, f"submissions/{row.pk}/")).status_code == 404
