"""Tells the page of who can see what under which agreement each contract's data came in."""

from __future__ import annotations

from commonweal.agree.access.registry import tells_places
from commonweal.convene.models import Partnership
from commonweal.pool.models import DataContract


@tells_places
def agreements_of_contracts(partnership: Partnership) -> dict[str, str]:
    """Contract → reference, as every request for its data names it (`queries.agreement_of`)."""
    found = DataContract.objects.filter(partnership=partnership)
    return dict(found.values_list("key", "agreement__reference"))
