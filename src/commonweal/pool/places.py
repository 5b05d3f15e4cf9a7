"""Tells the agreements which contracts there are: under which one each one's data came in, its columns."""

from __future__ import annotations

from collections.abc import Collection

from commonweal.agree.access.registry import tells_columns, tells_places
from commonweal.convene.models import Partnership
from commonweal.pool import contracts, queries
from commonweal.pool.models import DataContract


@tells_places
def agreements_of_contracts(partnership: Partnership) -> dict[str, str]:
    """Contract → reference, as every request for its data names it (`queries.agreement_of`)."""
    found = DataContract.objects.filter(partnership=partnership)
    return dict(found.values_list("key", "agreement__reference"))


@tells_columns
def columns_of_contracts(partnership: Partnership) -> dict[str, Collection[str]]:
    """Contract → the columns of its newest version."""
    newest = map(contracts.contract_of, queries.latest_versions(partnership).values())
    return {each.id: [column.name for column in each.tables[0].columns] for each in newest}
