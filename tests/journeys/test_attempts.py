"""What somebody might try, one after the other: all refused, and where data is at stake, logged.

Changed ids, foreign references, stale links, replayed permits, kept pages, exports, other methods,
addresses that answer programs, and questions that look for what is not theirs.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from unittest import mock
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from commonweal.agree import actions as agree
from commonweal.agree.recommendations.tests.factories import appointed
from commonweal.compute.errors import Unusable
from commonweal.compute.permits.asking import Permit
from commonweal.convene.tests.factories import member_of
from commonweal.core import links, signin
from commonweal.core.errors import Denied, Missing
from commonweal.core.models import Event, Person, Role
from commonweal.core.scope import system
from commonweal.measure import actions as measure
from commonweal.pool import reading, submit_links
from commonweal.pool.models import Submission
from commonweal.pool.tests.factories import AT, Agreed, agreed, checked, csv
from commonweal.pool.tests.ways import signed_in
from commonweal.pool.vault.session import open_session
from tests.journeys.small import BAD_ROW, ROWS, SECRET, Small, person, small, undone
from tests.journeys.test_matrix import INSIDE, RULES

pytestmark = pytest.mark.django_db
# A value of the file that was handed in.
VALUE = "2026-02-31"


@pytest.fixture(scope="module")
def built(django_db_setup: None, django_db_blocker: Any) -> Iterator[Small]:
    with (
        django_db_blocker.unblock(),
        mock.patch("django.utils.timezone.now", return_value=AT),
        undone(),
    ):
        yield small()


@pytest.fixture(scope="module")
def elsewhere(built: Small, django_db_blocker: Any) -> Agreed:
    with (
        django_db_blocker.unblock(),
        mock.patch("django.utils.timezone.now", return_value=AT),
    ):
        found = agreed()
        checked(found, csv([*ROWS, BAD_ROW]))
        return found


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    with mock.patch("django.utils.timezone.now", return_value=AT):
        yield


def here(built: Small, rest: str = "") -> str:
    return f"/partnerships/{built.partnership.slug}/{rest}"


def events(kind: str) -> int:
    return Event.objects.filter(kind=kind).count()


def newest() -> Event:
    return Event.objects.latest("number")


# --- changed ids --------------------------------------------------------------------------------


def test_another_providers_file_by_its_number(built: Small) -> None:
    """At the same table: the page says that there is one, the rows stay closed, the try is logged."""
    client = signed_in(built.here.stranger)
    url = here(built, f"data/submissions/{built.submission.pk}/")
    assert VALUE not in client.get(url).content.decode()
    before = events("pool.reading_refused")
    answer = client.get(f"{url}rows-to-mend.xlsx")
    assert answer.status_code == 403
    assert VALUE.encode() not in answer.content
    assert events("pool.reading_refused") == before + 1
    logged = newest()
    assert logged.actor == f"person:{built.here.stranger.person_id}"
    assert logged.subject == f"pool.submission:{built.submission.pk}"


def test_a_foreign_partnerships_file_under_the_own_address(built: Small, elsewhere: Agreed) -> None:
    theirs = Submission.objects.get(contract=elsewhere.contract)
    client = signed_in(built.here.convener)
    for rest in ("", "progress/", "rows-to-mend.xlsx"):
        url = here(built, f"data/submissions/{theirs.pk}/{rest}")
        assert client.get(url).status_code == 404, rest


@pytest.mark.parametrize(
    "rest",
    [
        "agreements/DSA-1/",
        "agreements/DSA-1/versions/1/",
        "agreements/DSA-1/versions/1/text/",
        "agreements/DSA-1/versions/1/try/",
        "agreements/access/",
        "agreements/access/csv/",
        "agreements/uses/",
        "data/",
        "results/1/",
        "results/1/data.csv",
        "results/1/data.json",
        "log/",
    ],
)
def test_a_reference_of_the_own_partnership_under_a_foreign_address(
    built: Small, elsewhere: Agreed, rest: str
) -> None:
    client = signed_in(elsewhere.convener)
    answer = client.get(here(built, rest))
    assert answer.status_code == 404
    assert SECRET not in answer.content.decode()


def test_numbers_that_never_were(built: Small) -> None:
    client = signed_in(built.here.convener)
    for rest in (
        f"data/submissions/{uuid4()}/",
        "agreements/DSA-99/",
        "agreements/DSA-1/versions/99/try/",
        "results/99/data.csv",
        "agreements/..%2f..%2fetc/",
        "results/-1/",
    ):
        assert client.get(here(built, rest)).status_code == 404, rest


def test_an_order_in_the_name_of_another_organisation(built: Small) -> None:
    """A partner names the convener's organisation, which holds the licence, as the one that asks."""
    fields = {
        "title": "Mine",
        "indicators": [str(built.version.pk)],
        "organisation": str(built.user.pk),
        "purpose": "cw:MeasureSharedOutcomes",
        "audience": "public",
    }
    before = built.partnership.releases.count()
    answer = signed_in(built.here.steward).post(here(built, "results/new/"), fields)
    assert answer.status_code in {403, 422}
    assert built.partnership.releases.count() == before


def test_a_permit_in_the_name_of_another_organisation_is_refused_and_logged(built: Small) -> None:
    (ask,) = built.order().asks(built.here.steward).values()
    before = events("agree.asked_for_another")
    with pytest.raises(Denied):
        agree.permit(ask=ask, by=built.here.steward, at=AT)
    assert events("agree.asked_for_another") == before + 1
    assert newest().organisation == built.user.pk


def test_an_auditor_from_outside_tries_data_writing_and_another_table(
    built: Small, elsewhere: Agreed
) -> None:
    """Their own session, from the one page that lets them in to what it does not open."""
    role = appointed(built.partnership, role="auditor")
    assert role.organisation is not None
    auditor = member_of(role.organisation)
    client = signed_in(auditor)
    assert client.get(here(built, "results/1/data.json")).status_code == 200
    before = Event.objects.count()
    file = f"data/submissions/{built.submission.pk}/"
    for rest in ("data/", file, f"{file}progress/", f"{file}rows-to-mend.xlsx", "data/links/"):
        assert client.get(here(built, rest)).status_code == 404, rest
    for rest in ("table/", "journey/", "results/new/", "agreements/DSA-1/revise/"):
        assert client.get(here(built, rest)).status_code == 404, rest
    sent = {"because": "Mine.", "reason": "Mine.", "number": "1"}
    for rest in ("results/1/publish/", "results/1/withdraw/", "agreements/DSA-1/suspend/"):
        assert client.post(here(built, rest), sent).status_code == 404, rest
    theirs = f"/partnerships/{elsewhere.partnership.slug}/"
    for rest in ("", "log/", "agreements/", "agreements/DSA-1/", "results/", "recommendations/"):
        assert client.get(f"{theirs}{rest}").status_code == 404, rest
    assert Event.objects.count() == before
    (ask,) = built.order().asks(auditor).values()
    with pytest.raises(Denied):
        agree.permit(ask=ask, by=auditor, at=AT)
    assert newest().kind == "agree.asked_for_another"


# --- stale links --------------------------------------------------------------------------------


def stale(built: Small, how: str) -> tuple[str, Any]:
    """The token of a link that does not work any more, and when it is tried."""
    link, token = links.issue(
        purpose="submit",
        subject=f"pool.contract:{built.here.contract.pk}",
        by=built.here.convener,
        at=AT,
        expires_at=AT + timedelta(days=1),
        organisation=built.here.provider,
        email="clerk@vexnir.example",
        scope=built.partnership.pk,
        uses=None,
    )
    if how == "revoked":
        submit_links.revoke(link=link, by=built.here.convener, at=AT)
    elif how == "sent again":
        links.resend(link=link, by=built.here.convener, at=AT)
    elif how == "its provider left":
        built.partnership.seats.filter(organisation=built.here.provider).update(
            until_at=AT - timedelta(hours=1), ended_because="Left."
        )
    moment = AT + timedelta(days=1) if how == "expired" else AT
    return token, moment


@pytest.mark.parametrize("how", ["revoked", "expired", "sent again", "its provider left"])
def test_a_link_that_works_no_more_takes_nothing_in(built: Small, how: str) -> None:
    token, moment = stale(built, how)
    before = Submission.objects.count()
    with mock.patch("django.utils.timezone.now", return_value=moment):
        client = Client()
        path = f"/l/submit/{token}/"
        answer = client.post(path, {"period": "2026-02"})
        assert answer.status_code in {403, 404, 422}
        file = f"{path}{built.submission.pk}/"
        assert VALUE not in client.get(file).content.decode()
        assert client.get(f"{file}rows-to-mend.xlsx").status_code in {403, 404}
    assert Submission.objects.count() == before


def test_a_sign_in_link_works_once(built: Small) -> None:
    somebody = person(built.here.convener)
    address = signin.new_link(person=somebody, by=system("test"), at=AT)
    path = address[address.index("/l/") :]
    assert Client().get(path).status_code == 200  # Looking uses nothing up.
    first = Client()
    assert first.post(path).status_code == 302
    assert first.get(here(built)).status_code == 200
    again = Client()
    assert again.post(path).status_code == 404
    assert again.get(here(built)).status_code == 302


def test_a_link_of_one_purpose_opens_no_other(built: Small) -> None:
    assert Client().post(f"/l/sign-in/{built.token}/").status_code == 404
    address = signin.new_link(person=person(built.here.convener), by=system("test"), at=AT)
    token = address.rstrip("/").rsplit("/", 1)[1]
    assert Client().get(f"/l/submit/{token}/").status_code == 404


# --- replayed permits ---------------------------------------------------------------------------


def stored(built: Small) -> dict[str, Any]:
    """The permit that a release keeps: whoever copies the database has it."""
    found: dict[str, Any] = built.release.manifest["parts"][0]["permit"]
    return found


def read(permit: Permit, built: Small, at: Any = AT) -> int:
    ids = list(built.release.submissions.values_list("pk", flat=True))
    with open_session(permit, at) as session:
        return int(session.table(permit.contract, ids).num_rows)


def test_a_permit_is_replayed_after_the_agreement_was_suspended(built: Small) -> None:
    permit = Permit.from_json(stored(built))
    assert read(permit, built) > 0  # The control: it stands.
    agree.suspend(agreement=built.sharing, reason="Stop.", by=system("test"), at=AT)
    before = events("agree.permit_rejected")
    with pytest.raises(Denied) as refusal:
        read(permit, built)
    assert refusal.value.clause.startswith("DSA-1 clause")
    assert events("agree.permit_rejected") == before + 1


def test_a_permit_is_replayed_after_it_expired(built: Small) -> None:
    permit = Permit.from_json(stored(built))
    with pytest.raises(Denied, match="not in force"):
        read(permit, built, permit.expires_at)


def test_a_permit_is_rewritten(built: Small) -> None:
    kept = stored(built)
    for change in (
        {"fields": ["child", "name", *kept["fields"]]},
        {"expires_at": "2999-01-01T00:00:00.000000+00:00"},
        {"minimum_cell": 1},
        {"id": "0" * 64},
    ):
        with pytest.raises(Unusable):
            Permit.from_json({**kept, **change})
    forged = replace(Permit.from_json(kept), fields=("child", "name"))
    before = events("agree.permit_rejected")
    with pytest.raises(Denied):
        read(Permit.from_json(forged.as_json()), built)
    assert events("agree.permit_rejected") == before + 1


def test_a_permit_is_carried_to_another_partnership(built: Small, elsewhere: Agreed) -> None:
    theirs = Submission.objects.get(contract=elsewhere.contract)
    permit = Permit.from_json(stored(built))
    with open_session(permit, AT) as session, pytest.raises(Missing):
        session.table(permit.contract, [theirs.pk])
    with pytest.raises(Denied):
        read(replace(permit, partnership=elsewhere.partnership.pk), built)


def test_a_permit_to_measure_reads_no_file_back(built: Small) -> None:
    with open_session(Permit.from_json(stored(built)), AT) as session:
        for open_it in (session.findings, session.bad_rows):
            with pytest.raises(Denied):
                open_it(built.submission)


# --- kept pages ---------------------------------------------------------------------------------


def inside(built: Small) -> list[str]:
    """Every address in the partnership that the provider's steward can read."""
    given = {
        "slug": built.partnership.slug,
        "reference": "DSA-1",
        "number": 1,
        "key": "slept_safely",
        "form": "csv",
        "submission_id": built.submission.pk,
        "seat_id": built.seat.pk,
        "pk": built.node.pk,
    }
    found = []
    for address in INSIDE:
        if RULES[address.name].read is not None and address.parameters <= given.keys():
            named = {key: given[key] for key in address.parameters}
            found.append(reverse(address.name, kwargs=named))
    return found


def test_no_page_is_kept_by_a_browser_or_a_proxy(built: Small) -> None:
    """And none is answered with “not changed” for one that was kept all the same."""
    client = signed_in(built.here.steward)
    asked = inside(built)
    assert len(asked) > 25
    for path in asked:
        with undone():
            answer = client.get(path)
            assert answer["Cache-Control"] == "no-store, private", path
            again = client.get(
                path,
                headers={
                    "if-none-match": answer.get("ETag", "*"),
                    "if-modified-since": "Fri, 01 Jan 2100 00:00:00 GMT",
                },
            )
            assert again.status_code == answer.status_code != 304, path


def test_back_after_signing_out_shows_nothing(built: Small) -> None:
    client = signed_in(built.here.steward)
    url = here(built, f"data/submissions/{built.submission.pk}/")
    assert VALUE in client.get(url).content.decode()
    client.post("/account/logout/")
    for path in inside(built):
        answer = client.get(path)
        assert answer.status_code == 302 and answer["Location"].startswith("/sign-in/"), path
        assert not answer.content


def test_a_session_from_before_a_role_ended_opens_nothing(built: Small) -> None:
    member = member_of(built.here.provider, Role.STEWARD)
    client = signed_in(member)
    url = here(built, f"data/submissions/{built.submission.pk}/rows-to-mend.xlsx")
    assert client.get(url).status_code == 200
    Person.objects.get(pk=member.person_id).affiliations.update(until_at=AT)
    assert client.get(url).status_code == 404


# --- exports and answers for programs -----------------------------------------------------------


def test_a_draft_release_leaves_by_no_public_door(built: Small) -> None:
    built.partnership.public_at = AT
    built.partnership.save()
    place = f"/p/{built.partnership.slug}/releases/{built.release.number}/"
    for path in (place, f"{place}slept_safely/", f"{place}data.csv", f"{place}data.json"):
        for client in (Client(), signed_in(member_of(agreed().provider))):
            assert client.get(path).status_code == 404, path


def test_a_withdrawn_release_leaves_by_no_door_either(built: Small) -> None:
    built.partnership.public_at = AT
    built.partnership.save()
    by = built.here.convener
    measure.publish_release(release=built.release, by=by, at=AT)
    place = f"/p/{built.partnership.slug}/releases/{built.release.number}/"
    assert Client().get(f"{place}data.json").status_code == 200
    measure.withdraw_release(release=built.release, because="A mistake.", by=by, at=AT)
    for rest in ("data.csv", "data.json", "slept_safely/"):
        assert Client().get(f"{place}{rest}").status_code == 404, rest


def test_what_an_export_holds_is_what_the_release_shows(built: Small) -> None:
    client = signed_in(built.here.convener)
    rows = json.loads(client.get(here(built, "results/1/data.json")).content)
    assert rows == json.loads(bytes(built.release.rows))
    for form in ("csv", "json", "xlsx", "parquet", "sqlite", "csv.bak"):
        answer = client.get(here(built, f"results/1/data.{form}"))
        body = answer.content.decode()
        assert answer.status_code == (200 if form in {"csv", "json"} else 404), form
        assert "Ada Example" not in body
        # A page's random tokens can well spell a reference as short as this; a file has none.
        assert answer.status_code == 404 or "C1" not in body


@pytest.mark.parametrize("accept", ["application/json", "text/csv", "*/*", "text/event-stream"])
def test_asking_for_another_form_does_not_open_a_page(built: Small, accept: str) -> None:
    client = signed_in(built.here.stranger, headers={"accept": accept})
    url = here(built, f"data/submissions/{built.submission.pk}/")
    for path in (url, f"{url}progress/", f"{url}?format=json", f"{url}?as=xlsx"):
        for extra in ({}, {"hx-request": "true"}):
            answer = client.get(path, headers=extra)
            assert VALUE not in answer.content.decode()
    assert client.get(f"{url}rows-to-mend.xlsx").status_code == 403


def test_there_is_no_interface_for_programs_that_nobody_looked_at(built: Small) -> None:
    client = signed_in(built.here.convener)
    for path in (
        "/api/",
        "/api/v1/",
        "/openapi.json",
        "/graphql",
        "/admin/",
        "/search/",
        "/media/",
    ):
        assert client.get(path).status_code == 404, path


# --- questions that look for what is not theirs -------------------------------------------------


def test_no_question_of_a_list_finds_what_is_foreign(built: Small, elsewhere: Agreed) -> None:
    """Every parameter that a list takes, filled in with names and numbers of another partnership."""
    client = signed_in(elsewhere.convener)
    theirs = f"/partnerships/{elsewhere.partnership.slug}/"
    ours = {
        "organisation": built.user.pk,
        "provider": built.here.provider.pk,
        "person": built.here.steward.person_id,
        "contract": built.here.contract.key,
        "for": built.here.provider.pk,
        "q": SECRET,
        "search": SECRET,
        "since": "2020-01-01",
        "until": "2030-01-01",
    }
    for rest in (
        "agreements/access/",
        "agreements/access/csv/",
        "agreements/uses/",
        "data/",
        "log/",
    ):
        for name, value in ours.items():
            page = client.get(theirs + rest, {name: value}).content.decode()
            main = page[page.find("<main") :] if "<main" in page else page
            assert SECRET not in main and built.here.provider.name not in main, (rest, name)


def test_the_uses_of_others_are_found_by_no_question(built: Small) -> None:
    client = signed_in(built.here.steward)
    for provider in (built.here.other.pk, built.user.pk, uuid4()):
        days = {"since": "2026-01-01", "until": "2026-12-31", "provider": provider}
        page = client.get(here(built, "agreements/uses/"), days).content.decode()
        assert built.here.other.name not in page


# --- other methods ------------------------------------------------------------------------------


def test_head_opens_what_get_opens_and_no_more(built: Small) -> None:
    url = here(built, f"data/submissions/{built.submission.pk}/rows-to-mend.xlsx")
    for actor in (built.here.steward, built.here.stranger, built.here.convener):
        client = signed_in(actor)
        with undone():
            got = client.get(url).status_code
        before = events("agree.granted") + events("pool.reading_refused")
        answer = client.head(url)
        assert answer.status_code == got
        assert not answer.content
        assert events("agree.granted") + events("pool.reading_refused") == before + 1
    assert Client().head(url).status_code == 302


@pytest.mark.parametrize("method", ["options", "put", "patch", "delete", "trace"])
def test_other_methods_do_nothing_anywhere(built: Small, method: str) -> None:
    client = signed_in(built.here.convener)
    logged = Event.objects.count()
    for path in [
        *inside(built),
        here(built, "results/1/publish/"),
        here(built, "results/1/withdraw/"),
    ]:
        answer = getattr(client, method)(path)
        assert answer.status_code == 405, (method, path)
    assert Event.objects.count() == logged


def test_a_method_that_is_only_claimed_does_not_count(built: Small) -> None:
    """Frameworks exist that let a header or a field turn one method into another."""
    client = signed_in(built.here.convener)
    publish = here(built, "results/1/publish/")
    for claim in ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"):
        assert client.get(publish, headers={claim: "POST"}).status_code == 405
    assert client.get(publish, {"_method": "POST"}).status_code == 405
    assert client.get(f"{publish}?because=x&confirm=yes").status_code == 405
    built.release.refresh_from_db()
    assert built.release.state == "draft"
    stranger = signed_in(built.here.stranger)
    url = here(built, f"data/submissions/{built.submission.pk}/rows-to-mend.xlsx")
    for claim in ("X-Original-URL", "X-Rewrite-URL", "X-Forwarded-For", "X-Remote-User"):
        assert stranger.get(url, headers={claim: url}).status_code == 403


def test_a_request_from_another_site_changes_nothing(built: Small) -> None:
    client = signed_in(built.here.convener, enforce_csrf_checks=True)
    assert client.post(here(built, "results/1/publish/")).status_code == 403
    assert client.post(here(built, "agreements/DSA-1/suspend/"), {"reason": "x"}).status_code == 403
    built.release.refresh_from_db()
    assert built.release.state == "draft"
    assert not built.sharing.suspensions.exists()


# --- by code ------------------------------------------------------------------------------------


def test_a_reader_who_may_not_is_logged_by_every_way_to_the_rows(built: Small) -> None:
    for open_it in (reading.findings, reading.bad_rows_workbook):
        before = events("pool.reading_refused")
        with pytest.raises(Denied):
            open_it(built.here.convener, built.submission, AT)
        assert events("pool.reading_refused") == before + 1
    assert not Event.objects.filter(kind="agree.granted", at=AT, actor="anonymous").exists()
