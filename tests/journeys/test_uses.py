"""From a permit to what came of it: releases that were computed, kept, published, taken back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from unittest import mock

import pytest
from django.test import Client

from commonweal.agree import actions as agree
from commonweal.agree.access import uses
from commonweal.agree.access.uses import Report
from commonweal.convene.tests.factories import member_of
from commonweal.core.models import Organisation
from commonweal.measure import actions as measure
from commonweal.pool.tests.factories import AT
from commonweal.pool.tests.ways import signed_in
from tests.journeys.small import Small, small, undone

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def built(django_db_setup: None, django_db_blocker: Any) -> Iterator[Small]:
    with (
        django_db_blocker.unblock(),
        mock.patch("django.utils.timezone.now", return_value=AT),
        undone(),
    ):
        yield small()


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    with mock.patch("django.utils.timezone.now", return_value=AT):
        yield


def report(built: Small, organisation: Organisation) -> Report:
    actor = member_of(organisation)
    readable = uses.readable_for(actor, built.partnership.slug, AT)
    return uses.report(actor, readable, uses.usual_span(AT), AT)


def page(built: Small, client: Client) -> str:
    return client.get(f"/partnerships/{built.partnership.slug}/agreements/uses/").content.decode()


def test_a_provider_sees_the_release_that_its_data_went_into(built: Small) -> None:
    found = report(built, built.here.provider)
    computed = [use for use in found.uses if use.action == "measure"]
    assert [result.title for use in computed for result in use.results] == [
        "Release 1: Vexnir in numbers"
    ]
    shown = page(built, signed_in(built.here.steward))
    address = f"/partnerships/{built.partnership.slug}/results/1/"
    assert f'href="{address}">Release 1: Vexnir in numbers</a> (Partners only)' in shown
    assert signed_in(built.here.steward).get(address).status_code == 200


def test_what_becomes_of_the_release_is_told(built: Small) -> None:
    by = built.here.convener
    measure.publish_release(release=built.release, by=by, at=AT)
    assert "numbers</a> (Published)" in page(built, signed_in(built.here.steward))
    measure.withdraw_release(release=built.release, because="A mistake.", by=by, at=AT)
    assert "numbers</a> (Withdrawn)" in page(built, signed_in(built.here.steward))


def test_who_left_the_table_is_told_of_what_the_public_knows_only(built: Small) -> None:
    built.partnership.seats.filter(organisation=built.here.provider).update(
        until_at=AT - timedelta(hours=1), ended_because="Left."
    )
    built.partnership.public_at = AT
    built.partnership.save()
    client = signed_in(built.here.steward)
    before = page(built, client)
    assert "Vexnir in numbers" not in before and "No release so far" in before
    measure.publish_release(release=built.release, by=built.here.convener, at=AT)
    after = page(built, client)
    public = f"/p/{built.partnership.slug}/releases/1/"
    assert f'href="{public}">Release 1: Vexnir in numbers</a> (Published)' in after
    assert Client().get(public).status_code == 200


def test_reading_the_own_file_back_is_told_as_such(built: Small) -> None:
    client = signed_in(built.here.steward)
    file = f"/partnerships/{built.partnership.slug}/data/submissions/{built.submission.pk}/"
    shown = client.get(file).content.decode()
    assert f"/partnerships/{built.partnership.slug}/agreements/uses/" in shown
    assert "Read back what was wrong with a file" in page(built, client)
    other = signed_in(built.here.stranger).get(file).content.decode()
    assert "/agreements/uses/" not in other


def test_a_use_of_one_providers_data_is_none_of_the_others(built: Small) -> None:
    (ask,) = built.order().asks(built.here.convener).values()
    mine = replace(ask, providers=(built.here.provider.pk,))
    before = {
        each.pk: report(built, each).granted for each in (built.here.provider, built.here.other)
    }
    agree.permit(ask=mine, by=built.here.convener, at=AT)
    assert report(built, built.here.provider).granted == before[built.here.provider.pk] + 1
    assert report(built, built.here.other).granted == before[built.here.other.pk]
