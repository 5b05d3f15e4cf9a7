"""What each page of the example costs. Queries have a bound; milliseconds are only told.

`pytest -s -k cost` prints them: processor time of one answer, the best of five.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from commonweal.core.models import Person
from commonweal.pool.models import Submission

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("example")]

TRIES = 5
# Address under the partnership → the most queries one answer may take.
INSIDE = {
    "": 85,
    "log/": 12,
    "table/": 22,
    "journey/": 25,
    "kind/": 12,
    "missing/": 20,
    "incentives/": 22,
    "groups/": 14,
    "table/growth/": 10,
    "premortem/": 14,
    "offers/": 22,
    "offers/new/offer/": 18,
    "incentives/new/": 14,
    "network/": 14,
    "characteristics/": 24,
    "balance/": 18,
    "kind/choose/": 12,
    "agreements/": 18,
    "agreements/DSA-1/": 40,
    "agreements/STD-1/": 40,
    "agreements/STD-1/differences/": 32,
    "commitments/": 14,
    "commitments/3/": 16,
    "commitments/new/": 18,
    "recommendations/": 16,
    "recommendations/1/": 18,
    "agreements/access/": 20,
    "agreements/uses/": 19,
    "theory/": 16,
    "meetings/": 12,
    "plan/": 24,
    "plan/new/": 22,
    "entry-points/": 20,
    "entry-points/new/": 14,
    "triangle/": 30,
    "triangle/rate/": 14,
    "indicators/": 12,
    "indicators/safe-sleep-six-weeks/": 12,
    "data/": 95,
    "data/links/": 55,
    "data/contracts/home-visits/": 20,
    "results/": 24,
    "results/2/": 18,
    "results/2/safe-sleep-six-weeks/": 16,
    "results/new/": 22,
    "table/organisations/new/": 12,
    "decisions/": 18,
    "decisions/1/": 30,
    "decisions/2/": 40,
    "decisions/types/": 15,
    "disputes/": 12,
}
PUBLIC = {"": 30, "releases/2/": 12, "releases/2/safe-sleep-six-weeks/": 12}


def milliseconds(ask: Callable[[], Any]) -> float:
    taken = []
    for _ in range(TRIES):
        begun = time.process_time()
        assert ask().status_code == 200
        taken.append(time.process_time() - begun)
    return min(taken) * 1000


@pytest.mark.parametrize(
    ("path", "most"),
    [
        *((f"/partnerships/safe-space-to-sleep/{path}", most) for path, most in INSIDE.items()),
        *((f"/p/safe-space-to-sleep/{path}", most) for path, most in PUBLIC.items()),
        ("/home/", 56),
        ("/p/", 3),
        ("/portfolio/", 16),
    ],
)
def test_cost_of_a_page(
    example: Any,
    path: str,
    most: int,
    django_assert_max_num_queries: Any,
    record_property: Callable[[str, object], None],
) -> None:
    client = Client()
    if not path.startswith("/p/"):
        client.force_login(Person.objects.get(email="convener@example.org"))
    with django_assert_max_num_queries(most) as asked:
        assert client.get(path).status_code == 200
    queries = len(asked)
    taken = milliseconds(lambda: client.get(path))
    record_property("milliseconds", round(taken, 1))
    print(f"{taken:7.1f} ms {queries:3} queries  {path}")


def test_cost_of_a_submission(example: Any, django_assert_max_num_queries: Any) -> None:
    row = Submission.objects.exclude(quarantine_file="").first()
    assert row is not None
    client = Client()
    client.force_login(Person.objects.get(email="convener@example.org"))
    with django_assert_max_num_queries(30):
        address = f"/partnerships/safe-space-to-sleep/data/submissions/{row.pk}/"
        assert client.get(address).status_code == 200
