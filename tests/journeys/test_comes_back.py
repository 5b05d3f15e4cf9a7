"""A partner withdraws, its data is destroyed, and it comes back: nobody else waits for it."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any
from unittest import mock

import pytest
from django.test import Client

from commonweal.agree import actions as agree
from commonweal.agree import queries as agreements
from commonweal.agree.tests.factories import signatory_of, signed_by_all
from commonweal.core.scope import system
from commonweal.measure import actions as measure
from commonweal.pool import matrix, upkeep
from commonweal.pool.models import Submission
from commonweal.pool.tests.factories import AT, MONTH, checked, csv
from commonweal.pool.tests.ways import signed_in
from tests.journeys.small import ROWS, Small, small

pytestmark = [pytest.mark.django_db]
BY = system("pool.keep_promises")
GONE = AT + timedelta(days=31)
BACK = GONE + timedelta(days=1)


@pytest.fixture
def here() -> Small:
    with at(AT):
        made = small()
    shared = made.here
    agree.withdraw(
        agreement=shared.contract.agreement,
        organisation=shared.provider,
        reason="We leave.",
        by=signatory_of(shared.provider),
        at=AT,
    )
    upkeep.carry_out_withdrawals(by=BY, at=GONE)
    return made


def at(moment: datetime) -> Any:
    return mock.patch("django.utils.timezone.now", return_value=moment)


def signs_again(here: Small) -> None:
    agreement = here.here.contract.agreement
    version = agree.revise(
        agreement=agreement,
        clauses=agreements.clauses_of(agreements.latest(agreement)),
        prose="Again.",
        by=BY,
        at=GONE,
    )
    signed_by_all(version, GONE)


def state_of(here: Small, moment: datetime) -> str:
    (grid,) = matrix.grids(here.here.convener, here.partnership, moment, [MONTH])
    return next(cell.state for cell in grid.cells if cell.provider == here.here.provider)


def text_of(client: Client, address: str) -> str:
    page = client.get(address)
    assert page.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page.content.decode()))


def test_who_signs_again_holds_up_nobody(here: Small) -> None:
    signs_again(here)
    with at(BACK):
        release = measure.run(order=here.order(), by=here.here.convener, at=BACK)
        (counted,) = release.submissions.all()
        assert counted.provider == here.here.other
        # What comes anew counts beside the others, whatever else was destroyed.
        new = checked(here.here, csv(ROWS), at=BACK)
        assert (new.state, new.number, new.supersedes) == ("accepted", 2, None)
        release = measure.run(order=here.order(), by=here.here.convener, at=BACK)
    assert set(release.submissions.values_list("provider", flat=True)) == {
        here.here.provider.pk,
        here.here.other.pk,
    }


def test_the_month_is_asked_for_again_only_from_who_is_back(here: Small) -> None:
    assert state_of(here, BACK) == "destroyed"
    data = f"/partnerships/{here.partnership.slug}/data/"
    ask = f"for={here.here.provider.pk}&amp;period={MONTH}"
    with at(BACK):
        assert "Destroyed" in text_of(signed_in(here.here.convener), data)
        assert ask not in signed_in(here.here.steward).get(data).content.decode()
    signs_again(here)
    assert state_of(here, BACK) == "late"
    with at(BACK):
        page = signed_in(here.here.steward).get(data).content.decode()
    assert "What waits for you" in page
    assert ask in page
    with at(BACK):
        checked(here.here, csv(ROWS), at=BACK)
    assert state_of(here, BACK) == "accepted"


def test_last_month_is_due_again_only_from_who_is_back(here: Small) -> None:
    soon = AT + timedelta(days=5)
    upkeep.carry_out_withdrawals(by=BY, at=soon)
    providers = [here.here.provider.pk]
    assert matrix.missing(here.partnership, providers, soon) == []
    signs_again(here)
    assert [each.period for each in matrix.missing(here.partnership, providers, soon)] == [MONTH]


def test_the_way_back_from_a_figure_says_what_was_destroyed(here: Small) -> None:
    how = f"/partnerships/{here.partnership.slug}/results/{here.release.number}/slept_safely/"
    with at(BACK):
        said = text_of(signed_in(here.here.convener), how)
    assert said.count("destroyed: the partner withdrew, and nobody can read it any more") == 1
    assert said.count("unchanged") == 1


def test_its_page_says_so_and_opens_nothing(here: Small) -> None:
    row = Submission.objects.get(pk=here.submission.pk)
    assert (row.state, row.is_current) == ("destroyed", False)
    signs_again(here)
    page = f"/partnerships/{here.partnership.slug}/data/submissions/{row.pk}/"
    with at(BACK):
        client = signed_in(here.here.steward)
        said = text_of(client, page)
        assert "This data is destroyed" in said
        assert "Number 1: Destroyed" in said
        assert "Row by row" not in said
        assert "Download the rows" not in said
        assert client.get(f"{page}rows-to-mend.xlsx").status_code == 403
