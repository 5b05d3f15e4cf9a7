"""A partner withdraws: what stops at once, what is destroyed after the notice, what is marked for good."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from unittest import mock

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from commonweal.agree import actions as agree
from commonweal.agree.tests.factories import signatory_of
from commonweal.convene import actions as convene
from commonweal.core import jobs
from commonweal.core.errors import Denied
from commonweal.core.models import Event
from commonweal.core.scope import system
from commonweal.measure import actions as measure
from commonweal.measure.models import Release
from commonweal.pool import upkeep
from commonweal.pool.models import Erasure, Submission
from commonweal.pool.tests.factories import AT, MONTH, checked
from commonweal.pool.tests.factories import csv as file
from commonweal.pool.tests.ways import signed_in
from commonweal.pool.vault import keys, session
from commonweal.pool.vault.keys import KINDS, Owner
from tests.journeys.small import ROWS, Small, small

pytestmark = [pytest.mark.django_db]
OUT = AT + timedelta(days=2)
LATER = OUT + timedelta(hours=1)
DESTROYED = OUT + timedelta(days=30)
AFTER = DESTROYED + timedelta(days=1)
WITHDREW = "Quillfoss Charity has since withdrawn its data (14 March 2026)."
LEFT_OUT = "Without the data of Quillfoss Charity. Quillfoss Charity withdrew on 14 March 2026;"
LAWFUL = "These figures were lawful when published; they cannot be recomputed."


def at(moment: datetime) -> Any:
    return mock.patch("django.utils.timezone.now", return_value=moment)


@pytest.fixture
def here() -> Iterator[Small]:
    """Figures of two providers are published, then the first withdraws with 30 days’ notice."""
    with at(AT):
        made = small()
        by = made.here.convener
        measure.publish_release(release=made.release, by=by, at=AT)
        convene.open_to_public(partnership=made.partnership, by=by, at=AT)
    leave(made)
    with at(LATER):
        yield made


def leave(made: Small) -> None:
    agree.withdraw(
        agreement=made.sharing,
        organisation=made.here.provider,
        reason="We leave.",
        by=signatory_of(made.here.provider),
        at=OUT,
    )


def text_of(client: Client, address: str) -> str:
    page = client.get(address)
    assert page.status_code == 200, address
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page.content.decode()))


def inside(here: Small, path: str = "") -> str:
    return f"/partnerships/{here.partnership.slug}/{path}"


# At once ------------------------------------------------------------------------------------------


def test_its_link_is_refused_in_plain_words_and_no_byte_is_kept(here: Small) -> None:
    before = Submission.objects.count()
    answer = Client().post(
        f"/l/submit/{here.token}/",
        {"period": MONTH, "file": SimpleUploadedFile("more.csv", file(ROWS[:7]))},
    )
    said = re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", answer.content.decode()))
    assert answer.status_code == 403
    assert "Quillfoss Charity withdrew" in said
    assert f"{here.sharing.reference} clause" in said and "(withdrawal)" in said
    assert Submission.objects.count() == before


def test_its_rows_open_to_nobody_else(here: Small) -> None:
    ask = here.order().ask(here.here.contract.key, [here.version], here.here.convener)
    permit = agree.permit(ask=ask, by=here.here.convener, at=LATER)
    assert permit.providers == (here.here.other.pk,)
    with session.open_session(permit, LATER) as opened, pytest.raises(Denied) as refusal:
        opened.table(here.here.contract.key, [here.submission.pk])
    assert "(withdrawal)" in refusal.value.clause


def test_a_permit_for_its_data_alone_names_the_clause(here: Small) -> None:
    from dataclasses import replace

    ask = here.order().ask(here.here.contract.key, [here.version], here.here.convener)
    with pytest.raises(Denied) as refusal:
        agree.permit(
            ask=replace(ask, providers=(here.here.provider.pk,)), by=here.here.convener, at=LATER
        )
    assert refusal.value.clause.startswith(f"{here.sharing.reference} clause")
    assert "(withdrawal)" in refusal.value.clause


def test_the_next_run_leaves_it_out_and_says_so(here: Small) -> None:
    client = signed_in(here.here.convener)
    ordered = text_of(client, inside(here, "results/new/"))
    assert "What a new release has to do without" in ordered
    assert "Quillfoss Charity, since 14 March 2026" in ordered
    release = measure.run(order=here.order(), by=here.here.convener, at=LATER)
    assert {each.provider for each in release.submissions.all()} == {here.here.other}
    page = text_of(client, inside(here, f"results/{release.number}/"))
    assert LEFT_OUT in page
    assert WITHDREW not in page
    measure.publish_release(release=release, by=here.here.convener, at=LATER)
    # At the headline and at the figure itself; whoever reads only the first line is told too.
    assert text_of(Client(), f"/p/{here.partnership.slug}/").count(LEFT_OUT) == 2
    assert LEFT_OUT in text_of(client, inside(here))


@pytest.mark.parametrize(
    "path",
    ["results/", "results/1/", "results/1/slept_safely/", "p/", "p/releases/1/", "p/how/"],
)
def test_published_figures_that_rest_on_it_are_marked_everywhere(here: Small, path: str) -> None:
    public = {
        "p/": f"/p/{here.partnership.slug}/",
        "p/releases/1/": f"/p/{here.partnership.slug}/releases/1/",
        "p/how/": f"/p/{here.partnership.slug}/releases/1/slept_safely/",
    }
    client = Client() if path in public else signed_in(here.here.convener)
    said = text_of(client, public.get(path, inside(here, path)))
    assert WITHDREW in said
    assert LAWFUL in said
    assert "The data of Quillfoss Charity will be destroyed on 13 April 2026." in said
    with at(AFTER):
        upkeep.carry_out_withdrawals(by=system("pool.keep_promises"), at=DESTROYED)
        client = Client() if path in public else signed_in(here.here.convener)
        said = text_of(client, public.get(path, inside(here, path)))
    assert WITHDREW in said
    assert "The data of Quillfoss Charity was destroyed on 13 April 2026." in said


def test_lists_of_releases_say_which_rest_on_it(here: Small) -> None:
    release = measure.run(order=here.order(), by=here.here.convener, at=LATER)
    measure.publish_release(release=release, by=here.here.convener, at=LATER)
    listed = text_of(signed_in(here.here.convener), inside(here, "results/"))
    assert listed.count("A partner withdrew since") == 1
    public = text_of(Client(), f"/p/{here.partnership.slug}/")
    assert public.count("A partner withdrew since") == 1
    assert WITHDREW not in public


def test_downloads_carry_a_mark_that_machines_read(here: Small) -> None:
    address = f"/p/{here.partnership.slug}/releases/1/data"
    (row,) = Client().get(f"{address}.json").json()
    mark = {
        "partner": "Quillfoss Charity",
        "agreement": here.sharing.reference,
        "withdrawn_on": "2026-03-14",
        "destroyed_on": None,
    }
    assert row["withdrawn"] == [mark]
    (line,) = csv.DictReader(io.StringIO(Client().get(f"{address}.csv").content.decode()))
    assert line["withdrawn"] == "2026-03-14 Quillfoss Charity"
    release = measure.run(order=here.order(), by=here.here.convener, at=LATER)
    new = signed_in(here.here.convener).get(inside(here, f"results/{release.number}/data.json"))
    assert new.content == bytes(release.rows)
    assert "withdrawn" not in new.json()[0]


def test_the_overview_and_the_home_page_say_what_happened(here: Small) -> None:
    resident = signed_in(here.here.stranger)
    for client in (signed_in(here.here.convener), resident):
        said = text_of(client, inside(here))
        reference = here.sharing.reference
        assert f"Quillfoss Charity withdrew from {reference} on 14 March 2026." in said
        assert "will be destroyed on 13 April 2026" in said
        assert "This figure rests on it: Vexnir babies who slept safely." in said
        assert f"withdrew from {reference} on 14 March 2026" in text_of(client, "/home/")


def test_a_second_look_at_the_same_release_changes_nothing_stored(here: Small) -> None:
    stored = bytes(Release.objects.get(pk=here.release.pk).rows)
    text_of(Client(), f"/p/{here.partnership.slug}/")
    assert bytes(Release.objects.get(pk=here.release.pk).rows) == stored


# After the notice ---------------------------------------------------------------------------------


def test_after_the_notice_its_keys_are_gone_and_the_record_remains(here: Small) -> None:
    owner = Owner(here.sharing.pk, here.here.provider.pk)
    held = {kind: keys.fetch(owner, kind) for kind in KINDS}
    upkeep.carry_out_withdrawals(by=system("pool.keep_promises"), at=DESTROYED - timedelta(hours=1))
    assert not Erasure.objects.exists()
    upkeep.carry_out_withdrawals(by=system("pool.keep_promises"), at=DESTROYED)
    row = Submission.objects.get(pk=here.submission.pk)
    assert (row.state, row.rows_total, row.drop_id) == (
        "destroyed",
        here.submission.rows_total,
        here.submission.drop_id,
    )
    for kind in KINDS:
        with pytest.raises(Denied, match="destroyed"):
            keys.fetch(owner, kind)
        # A key that somebody puts back from a copy is not used, and goes again.
        keys.write_new(keys._path(owner, kind), held[kind])
        with pytest.raises(Denied, match="destroyed"):
            keys.fetch(owner, kind)
    upkeep.carry_out_withdrawals(by=system("pool.keep_promises"), at=AFTER)
    assert not any(keys._path(owner, kind).exists() for kind in KINDS)
    event = Event.objects.get(kind="pool.keys_destroyed")
    assert event.data["keys"] == [owner.key_id(kind) for kind in KINDS]
    assert event.data["submissions"] == 1
    other = Submission.objects.get(provider=here.here.other)
    assert other.state == "accepted"


# What leaves no mark ------------------------------------------------------------------------------


def test_a_suspension_is_said_only_while_it_lasts() -> None:
    with at(AT):
        made = small()
        by = made.here.convener
        measure.publish_release(release=made.release, by=by, at=AT)
        convene.open_to_public(partnership=made.partnership, by=by, at=AT)
    page = f"/p/{made.partnership.slug}/"
    agree.suspend(agreement=made.sharing, reason="Under review.", by=system("test"), at=OUT)
    with at(LATER):
        said = text_of(Client(), page)
        assert f"{made.sharing.reference} is suspended since 14 March 2026" in said
        assert LAWFUL not in said
        order = text_of(signed_in(by), inside(made, "results/new/"))
        assert "since 14 March 2026: it is suspended" in order
    agree.resume(agreement=made.sharing, by=system("test"), at=LATER)
    with at(AFTER):
        assert "is suspended" not in text_of(Client(), page)


def test_an_agreement_that_ends_leaves_no_mark_on_what_was_published() -> None:
    with at(AT):
        made = small()
        by = made.here.convener
        measure.publish_release(release=made.release, by=by, at=AT)
        convene.open_to_public(partnership=made.partnership, by=by, at=AT)
    with at(datetime(2028, 2, 1, 12, tzinfo=AT.tzinfo)):
        said = text_of(Client(), f"/p/{made.partnership.slug}/")
        assert "cannot be recomputed" not in said
        row = Client().get(f"/p/{made.partnership.slug}/releases/1/data.json").json()[0]
        assert "withdrawn" not in row
        with pytest.raises(Denied, match="31 December 2027"):
            measure.run(order=made.order(), by=by, at=datetime(2028, 2, 1, 12, tzinfo=AT.tzinfo))


# On the way ---------------------------------------------------------------------------------------


def test_a_file_on_its_way_when_its_provider_withdraws_is_refused() -> None:
    from commonweal.pool import checking

    with at(AT):
        made = small()
    examine = checking.examine

    def meanwhile(*given: Any) -> Any:
        found = examine(*given)
        leave(made)
        return found

    with at(OUT), mock.patch("commonweal.pool.checking.examine", meanwhile):
        row = checked(made.here, file(ROWS[:8]), period="2026-01", at=OUT)
    assert (row.state, row.verdict) == ("refused", "denied")
    assert "(withdrawal)" in row.clause
    assert not row.clean_file
    jobs.run_due()
