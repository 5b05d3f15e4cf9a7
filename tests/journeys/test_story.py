"""The whole chain on the example: from the problem to the public number, and all the way back."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import Any

import pytest
from django.test import Client

from commonweal.agree.models import Agreement
from commonweal.compute.synthetic.places import FAMILY_NAMES, FIRST_NAMES
from commonweal.core import events
from commonweal.core.models import Event, LogHead, Person
from commonweal.core.queries import actor_for
from commonweal.measure import actions as measure
from commonweal.measure import queries
from commonweal.measure.models import Release
from commonweal.pool.models import Submission

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("clock"),
    pytest.mark.xdist_group("example"),
]


@pytest.fixture
def visitor() -> Client:
    return Client(HTTP_HOST="testserver")


def newest(example: Any) -> Release:
    return queries.published(example).first()


def test_the_public_page_tells_the_story_and_its_number(example: Any, visitor: Client) -> None:
    page = visitor.get(f"/p/{example.slug}/")
    text = page.content.decode()
    assert page.status_code == 200
    for said in (
        "One newborn in nine",
        "A Bed Each",
        "Young parents in Hollin Bank",
        "Every baby in Southmoor comes home to a bed of its own",
        "Sharing what home visits find",
        "How do we know?",
    ):
        assert said in text
    assert "<svg" in text and "<table" in text


def test_from_the_number_one_walks_back_to_the_clause(example: Any, visitor: Client) -> None:
    release = newest(example)
    url = f"/p/{example.slug}/releases/{release.number}/safe-sleep-six-weeks/"
    text = visitor.get(url).content.decode()
    assert "DSA-1" in text and "DUL-1" in text
    assert release.run_id in text
    assert "Aldmoor Council" in text and "St Brannoc" not in text.split("Files counted")[1]
    assert "numerator: safe_sleep" in text


def test_the_files_hold_what_the_release_holds_and_nothing_finer(
    example: Any, visitor: Client
) -> None:
    release = newest(example)
    base = f"/p/{example.slug}/releases/{release.number}/data"
    rows = json.loads(visitor.get(f"{base}.json").content)
    assert rows == queries.rows(release)
    lines = list(csv.DictReader(io.StringIO(visitor.get(f"{base}.csv").content.decode())))
    assert len(lines) == len(rows)
    for row, line in zip(rows, lines, strict=True):
        assert row["status"] == line["status"]
        if row["status"] != "ok":
            numbers = ("value", "lower", "upper", "numerator", "denominator", "n")
            assert all(row[key] is None and line[key] == "" for key in numbers)
        else:
            assert row["n"] is None or row["n"] == 0 or row["n"] >= 5
    assert any(row["status"] == "hidden" for row in rows)


def test_figures_agree_with_what_the_generator_knows(example: Any) -> None:
    """Newborns with a bed: the 95% interval of nearly every community holds its true share."""
    from commonweal.compute.synthetic.places import COMMUNITIES

    truth = {place.name: 1 - place.without_bed for place in COMMUNITIES}
    rows = [
        row
        for row in queries.rows(newest(example))
        if row["indicator"] == "own-bed-at-birth" and list(row["slice"]) == ["community"]
    ]
    shown = [row for row in rows if row["status"] == "ok"]
    held = [row["lower"] <= truth[row["slice"]["community"]] <= row["upper"] for row in shown]
    assert len(shown) >= 3
    assert sum(held) >= len(held) - 2


def test_a_second_run_gives_the_same_bytes(example: Any) -> None:
    release = newest(example)
    at = release.created_at
    by = actor_for(Person.objects.get(email="convener@example.org"), at)
    order = list(dict.fromkeys(row["indicator"] for row in queries.rows(release)))
    versions = {each.indicator.key: each for each in release.indicators.select_related("indicator")}
    again = measure.run(
        order=measure.Order(
            partnership=example,
            title="Again",
            indicators=[versions[key] for key in order],
            organisation=release.for_organisation,
            purpose=release.purpose,
            audience=release.audience,
        ),
        by=by,
        at=at,
    )
    assert again.pk != release.pk
    stored = Release.objects.filter(pk__in=[release.pk, again.pk]).values_list("rows", "run_id")
    first, second = ((bytes(rows), run_id) for rows, run_id in stored)
    assert len(first[0]) > 10_000
    assert first == second


def test_corrections_superseded_what_came_before(example: Any) -> None:
    superseded = Submission.objects.filter(state="superseded")
    assert superseded.exists()
    used = set(newest(example).submissions.values_list("pk", flat=True))
    assert not used & set(superseded.values_list("pk", flat=True))


def test_the_log_is_whole_and_holds_no_person(example: Any) -> None:
    head = LogHead.objects.get()
    listed = list(Event.objects.order_by("number"))
    assert events.verify(listed, number=head.number, head=head.hash).broken_at is None
    text = json.dumps([event.data for event in listed], ensure_ascii=False)
    for person in Person.objects.all():
        assert person.email not in text
    # What a field is called may stand there, a permit lists it; no child's name may.
    assert "family_name" in text
    assert not set(re.findall(r"[^\W\d_]+(?:'[^\W\d_]+)?", text)) & {*FIRST_NAMES, *FAMILY_NAMES}
    assert Agreement.objects.filter(partnership=example).count() == 13
