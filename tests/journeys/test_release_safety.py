"""Releases laid side by side, and agreements that change between one step and the next."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from unittest import mock

import pytest
from django.test import Client
from django.utils import timezone

from commonweal.agree import actions as agree
from commonweal.agree import queries as agreements
from commonweal.agree.tests.factories import licensed, shared, signed_by_all
from commonweal.aim import actions as aim
from commonweal.aim import queries as aims
from commonweal.compute.permits import clauses as c
from commonweal.core import jobs
from commonweal.core.errors import Conflict, Denied, Invalid
from commonweal.core.models import Affiliation, Event, Person
from commonweal.core.scope import system
from commonweal.measure import actions, queries
from commonweal.measure.models import Release
from commonweal.pool.tests.factories import AT
from commonweal.pool.vault import session
from tests.journeys.small import SLEPT, Small, small
from tests.journeys.test_refusals import suspend, withdraw

pytestmark = [pytest.mark.django_db]

# All but two of the babies that the small partnership's first indicator counts.
ALMOST_ALL = (
    SLEPT.replace("id: slept_safely", "id: almost_all")
    .replace("Vexnir babies who slept safely", "Almost all of them")
    .replace("slept_safely is not missing", "slept_safely is not missing and weeks != 6")
    .replace("visited: date", "visited: date\n  weeks: {type: integer, missing: [not known]}")
)


@pytest.fixture
def built() -> Iterator[Small]:
    with mock.patch("django.utils.timezone.now", return_value=AT):
        yield small()


def rows_of(release: Release) -> list[dict[str, Any]]:
    return queries.rows(release)


@pytest.mark.xdist_group("example")
def test_a_choice_of_indicators_hides_what_all_of_them_hide(example: Any) -> None:
    """Else the hidden cells of one choice stand in another, on the same records."""
    at, last = timezone.now(), queries.published(example).first()
    by = _convener(at)
    versions = aims.current_versions(example, at)
    whole = {
        "partnership": example,
        "title": "Chosen",
        "organisation": last.for_organisation,
        "purpose": last.purpose,
        "audience": "public",
    }
    everything = rows_of(
        actions.run(order=actions.Order(indicators=versions, **whole), by=by, at=at)
    )
    assert any(row["status"] == "hidden" for row in everything)
    for version in versions:
        alone = actions.run(order=actions.Order(indicators=[version], **whole), by=by, at=at)
        key = version.indicator.key
        assert rows_of(alone) == [row for row in everything if row["indicator"] == key]


def _convener(at: Any) -> Any:
    from commonweal.core.queries import actor_for

    return actor_for(Person.objects.get(email="convener@example.org"), at)


def test_an_indicator_beside_the_chosen_one_counts_as_shown(built: Small) -> None:
    (alone,) = rows_of(built.release)
    assert alone["status"] == "ok"
    aim.define_indicator(
        partnership=built.partnership,
        definition=ALMOST_ALL,
        level="population",
        unit="% of babies",
        contract_key=built.here.contract.key,
        reason="To see what is left.",
        by=built.here.convener,
        at=AT,
    )
    release = actions.run(order=built.order(), by=built.here.convener, at=AT)
    (row,) = rows_of(release)
    assert (row["indicator"], row["status"]) == ("slept_safely", "hidden")
    named = {each["indicator"] for each in release.manifest["parts"][0]["definitions"]}
    assert named == {"slept_safely", "almost_all"}


@pytest.mark.parametrize("formula", ["child != 'C8'", "child in ('C7', 'C8')"])
def test_no_indicator_picks_out_a_child(built: Small, formula: str) -> None:
    text = SLEPT.replace("id: slept_safely", "id: but_one").replace(
        "denominator: slept_safely is not missing", f"denominator: {formula}"
    )
    aim.define_indicator(
        partnership=built.partnership,
        definition=text.replace("visited: date", "visited: date\n  child: text"),
        level="population",
        unit="% of babies",
        contract_key=built.here.contract.key,
        reason="Curious.",
        by=built.here.convener,
        at=AT,
    )
    (version,) = [
        each
        for each in aims.current_versions(built.partnership, AT)
        if each.indicator.key == "but_one"
    ]
    order = replace(built.order(), indicators=[version])
    for ask in (actions.order_release, actions.run):
        with pytest.raises(Invalid, match="tells people apart by child"):
            ask(order=order, by=built.here.convener, at=AT)


def test_nothing_is_published_under_a_minimum_that_has_risen(built: Small) -> None:
    clauses = agreements.clauses_of(agreements.latest(built.sharing))
    raised = [c.MinimumCell(40) if isinstance(each, c.MinimumCell) else each for each in clauses]
    by = system("test")
    version = agree.revise(agreement=built.sharing, clauses=raised, prose="", by=by, at=AT)
    signed_by_all(version, AT)
    with pytest.raises(Conflict, match="groups under 40 are hidden"):
        actions.publish_release(release=built.release, by=built.here.convener, at=AT)
    built.release.refresh_from_db()
    assert built.release.state == "draft"


@pytest.mark.parametrize("stop", ["suspended", "withdrawn"])
def test_what_ends_while_it_runs_ends_the_run(built: Small, stop: str) -> None:
    opened = session.open_session

    def meanwhile(*given: Any, **more: Any) -> Any:
        if stop == "suspended":
            suspend(built.sharing)
        else:
            withdraw(built.sharing, built.here.provider)
        return opened(*given, **more)

    before = Release.objects.count()
    begun = AT - timedelta(seconds=5)
    running = mock.patch("commonweal.pool.vault.session.open_session", meanwhile)
    with running, pytest.raises(Denied) as refusal:
        actions.run(order=built.order(), by=built.here.convener, at=begun)
    assert built.sharing.reference in refusal.value.clause
    assert Release.objects.count() == before


def test_who_ordered_it_must_still_be_there_when_it_runs(built: Small) -> None:
    job = actions.order_release(order=built.order(), by=built.here.convener, at=AT)
    Affiliation.objects.filter(person=built.here.convener.person_id).update(until_at=AT)
    with mock.patch("django.utils.timezone.now", return_value=AT + timedelta(minutes=1)):
        jobs.run_due()
    job.refresh_from_db()
    assert job.state == "failed"
    assert not Release.objects.filter(ordered_as=job.pk).exists()


def test_the_log_names_who_ordered_a_release(built: Small) -> None:
    actions.order_release(order=built.order(), by=built.here.convener, at=AT)
    jobs.run_due()
    event = Event.objects.filter(kind="measure.release_computed").latest("number")
    assert event.actor == f"person:{built.here.convener.person_id}"


def test_a_computation_that_failed_stays_in_sight(built: Small) -> None:
    job = actions.order_release(order=built.order(), by=built.here.convener, at=AT)
    suspend(built.licence)
    later = AT + timedelta(minutes=1)
    with mock.patch("django.utils.timezone.now", return_value=later):
        jobs.run_due()
        client = Client()
        client.force_login(Person.objects.get(pk=built.here.convener.person_id))
        page = client.get(f"/partnerships/{built.partnership.slug}/results/").content.decode()
    assert "could not be computed" in page
    assert "suspended" in page
    assert f"/jobs/{job.pk}/" in page
    event = Event.objects.filter(kind="measure.release_failed").latest("number")
    assert "DUL-1" in event.data["clause"]


def test_data_is_measured_under_the_agreement_it_came_in_under(built: Small) -> None:
    """Another agreement over the same data contract opens nothing, and stands in nobody's way."""
    providers = [built.here.provider, built.here.other]
    again = shared(built.partnership, providers, fields=built_fields(built))
    licensed(again, purposes=["cw:MonitorEquity"])
    licensed(again)
    release = actions.run(order=built.order(), by=built.here.convener, at=AT)
    (part,) = release.manifest["parts"]
    named = {basis["reference"] for basis in part["permit"]["agreements"]}
    assert named == {built.sharing.reference, built.licence.reference}
    fairness = replace(built.order(), purpose="cw:MonitorEquity")
    with pytest.raises(Denied) as refusal:
        actions.order_release(order=fairness, by=built.here.convener, at=AT)
    assert built.licence.reference in refusal.value.clause


def built_fields(built: Small) -> tuple[str, ...]:
    clauses = agreements.clauses_of(agreements.latest(built.sharing))
    (data,) = [each for each in clauses if isinstance(each, c.Data)]
    return data.fields
