"""Releases over their life: ordered, computed once, published, taken back; who may do which."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.utils import timezone

from commonweal.aim import queries as aim
from commonweal.core import jobs
from commonweal.core.errors import Conflict, Denied, Invalid, Missing
from commonweal.core.models import Event, Person
from commonweal.core.queries import actor_for
from commonweal.core.scope import Actor
from commonweal.measure import actions, queries
from commonweal.measure.models import Release

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("clock"),
    pytest.mark.xdist_group("example"),
]


def acting(email: str) -> Actor:
    return actor_for(Person.objects.get(email=email), timezone.now())


def order(example: Any, **changes: Any) -> actions.Order:
    last = queries.published(example).first()
    fields = {
        "partnership": example,
        "title": "Another look",
        "indicators": [
            version
            for version in aim.current_versions(example, timezone.now())
            if version.indicator.key == "own-bed-at-birth"
        ],
        "organisation": last.for_organisation,
        "purpose": last.purpose,
        "audience": "public",
    }
    return actions.Order(**(fields | changes))


def run(example: Any, **changes: Any) -> Release:
    at = timezone.now()
    return actions.run(order=order(example, **changes), by=acting("convener@example.org"), at=at)


def test_an_order_becomes_one_release_however_often_its_job_runs(example: Any) -> None:
    by, at = acting("convener@example.org"), timezone.now()
    job = actions.order_release(order=order(example), by=by, at=at)
    jobs.run_due()
    job.refresh_from_db()
    assert job.state == "done", job.last_error
    first = Release.objects.get(ordered_as=job.pk)
    again = actions.run(order=order(example), by=by, at=at, ordered_as=job.pk)
    assert again.pk == first.pk


def test_publishing_happens_once_and_withdrawing_says_why(example: Any) -> None:
    release, by, at = run(example), acting("convener@example.org"), timezone.now()
    with pytest.raises(Missing):
        queries.public_release(example.slug, release.number)
    actions.publish_release(release=release, by=by, at=at)
    assert queries.public_release(example.slug, release.number) == release
    with pytest.raises(Conflict):
        actions.publish_release(release=release, by=by, at=at)
    with pytest.raises(Invalid):
        actions.withdraw_release(release=release, because=" ", by=by, at=at)
    actions.withdraw_release(release=release, because="A partner found a mistake.", by=by, at=at)
    with pytest.raises(Missing, match=r"withdrawn\. A partner found"):
        queries.public_release(example.slug, release.number)
    kinds = set(Event.objects.filter(subject=f"measure.release:{release.pk}").values_list("kind"))
    assert {("measure.release_published",), ("measure.release_withdrawn",)} <= kinds


def test_a_withdrawn_release_keeps_its_page_which_says_why_and_no_figure(example: Any) -> None:
    release, by, at = run(example), acting("convener@example.org"), timezone.now()
    page, visitor = f"/p/{example.slug}/releases/{release.number}/", Client()
    assert visitor.get(page).status_code == 404
    actions.publish_release(release=release, by=by, at=at)
    assert "%" in visitor.get(page).content.decode()
    actions.withdraw_release(release=release, because="A partner found a mistake.", by=by, at=at)

    answer = visitor.get(page)
    text = answer.content.decode().split("<main")[1].split("</main>")[0]
    assert answer.status_code == 200
    for said in ("Another look", f"Release {release.number}", "Withdrawn", "A partner found a mis"):
        assert said in text
    for shown in ("<svg", "<table", "%", "Download", "How do we know?"):
        assert shown not in text
    for inside in ("own-bed-at-birth/", "data.csv", "data.json"):
        refused = visitor.get(f"{page}{inside}")
        assert refused.status_code == 404
        assert "A partner found a mistake." in refused.content.decode()

    # The partnership leads with what stands, and lists what was taken back as that.
    home = visitor.get(f"/p/{example.slug}/").content.decode()
    assert f'/releases/{release.number}/">Another look</a>' in home
    assert f"/releases/{release.number}/data" not in home and "/releases/2/data.csv" in home
    assert ">Withdrawn</" in home.split("Other releases")[1]


def test_what_was_computed_for_partners_is_never_published(example: Any) -> None:
    release = run(example, audience="partners")
    with pytest.raises(Denied):
        actions.publish_release(
            release=release, by=acting("convener@example.org"), at=timezone.now()
        )


@pytest.mark.parametrize("email", ["charity@example.org", "sponsor@example.org"])
def test_only_the_convener_publishes(example: Any, email: str) -> None:
    with pytest.raises(Denied):
        actions.publish_release(release=run(example), by=acting(email), at=timezone.now())


def test_an_organisation_without_a_licence_is_refused_with_the_clause(example: Any) -> None:
    by = acting("charity@example.org")
    from commonweal.core.models import Organisation

    charity = Organisation.objects.get(name="A Bed Each")
    before = Release.objects.count()
    with pytest.raises(Denied) as refusal:
        actions.order_release(order=order(example, organisation=charity), by=by, at=timezone.now())
    assert "DUL-2" in refusal.value.clause
    assert Release.objects.count() == before


def test_nobody_orders_in_the_name_of_an_organisation_not_theirs(example: Any) -> None:
    with pytest.raises(Denied):
        actions.order_release(
            order=order(example), by=acting("charity@example.org"), at=timezone.now()
        )


def test_the_database_keeps_a_release_as_it_was(example: Any) -> None:
    release = run(example)
    for change in ({"rows": b"[]"}, {"number": 99}, {"manifest": {}}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Release.objects.filter(pk=release.pk).update(**change)


def test_the_order_page_keeps_what_was_typed_and_names_the_clause(example: Any) -> None:
    client = Client()
    client.force_login(Person.objects.get(email="charity@example.org"))
    chosen = order(example)
    url = f"/partnerships/{example.slug}/results/new/"
    from commonweal.core.models import Organisation

    answer = client.post(
        url,
        {
            "title": "Kept words",
            "indicators": [str(version.pk) for version in chosen.indicators],
            "organisation": str(Organisation.objects.get(name="A Bed Each").pk),
            "purpose": chosen.purpose,
            "audience": "public",
        },
    )
    text = answer.content.decode()
    assert answer.status_code == 403
    assert "DUL-2" in text and "Kept words" in text
    assert client.post(url, {}).status_code == 422


def test_no_page_of_a_partnership_grows_with_its_data(
    example: Any, django_assert_max_num_queries: Any
) -> None:
    client = Client()
    client.force_login(Person.objects.get(email="convener@example.org"))
    for path in ("", "results/", "results/2/", "log/"):
        with django_assert_max_num_queries(88):
            assert client.get(f"/partnerships/{example.slug}/{path}").status_code == 200


def test_a_submission_tells_which_releases_it_fed(example: Any) -> None:
    from commonweal.core.scope import NOBODY
    from commonweal.pool.uses import uses

    release, at = queries.published(example).first(), timezone.now()
    used = [release.submissions.first().pk]
    for actor, page in (
        (acting("steward@example.org"), f"/partnerships/{example.slug}/results/{release.number}/"),
        (NOBODY, f"/p/{example.slug}/releases/{release.number}/"),
    ):
        assert page in {use.url for use in uses(actor, used, at)}
