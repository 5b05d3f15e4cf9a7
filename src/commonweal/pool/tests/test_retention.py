"""What has been kept for as long as was agreed is destroyed, once, and what stays is the record."""

from __future__ import annotations

from datetime import timedelta

import pytest

from commonweal.compute.permits import clauses as c
from commonweal.convene.tests.factories import PartnershipFactory
from commonweal.core.errors import Conflict, Denied
from commonweal.core.models import Event
from commonweal.core.scope import system
from commonweal.pool import ending, upkeep
from commonweal.pool.tests.factories import AT, agreed, checked, csv
from commonweal.pool.vault import files
from commonweal.pool.vault.session import place_of

pytestmark = pytest.mark.django_db
BY = system("pool.keep_promises")


def test_a_file_is_destroyed_when_its_months_are_over() -> None:
    here = agreed(PartnershipFactory(), retention=c.Retention(1))
    row = checked(here, csv())
    assert row.keep_until is not None
    soon = row.keep_until - timedelta(seconds=1)
    assert upkeep.destroy_what_is_over(by=BY, at=soon) == 0
    with pytest.raises(Conflict):
        ending.destroy(submission_id=row.pk, by=BY, at=soon)
    with pytest.raises(Denied):
        ending.destroy(submission_id=row.pk, by=here.convener, at=row.keep_until)
    assert row.keep_until < AT + timedelta(days=31)
    assert upkeep.destroy_what_is_over(by=BY, at=row.keep_until) == 1
    assert upkeep.destroy_what_is_over(by=BY, at=row.keep_until) == 0
    before = (row.drop_id, row.rows_total)
    row.refresh_from_db()
    assert (row.state, row.drop_id, row.rows_total) == ("destroyed", *before)
    assert not any(files._path(each).exists() for each in (row.landed_file, row.clean_file))
    with pytest.raises(Denied):
        place_of(row)
    assert Event.objects.get(kind="pool.destroyed").data["because"] == "retention"
