"""Commitments for tests of this part and of every room above it, made by its own actions."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from commonweal.agree.commitments import actions
from commonweal.agree.commitments.actions import Promise
from commonweal.agree.commitments.models import Commitment
from commonweal.convene.models import Partnership
from commonweal.convene.tests.factories import AT, member_of, seated
from commonweal.core.models import Organisation
from commonweal.core.scope import Actor

DUE = date(2026, 5, 3)


def promise(**changes: Any) -> Promise:
    """What a furniture firm volunteers."""
    return Promise(
        **{
            "action": "Give a bed for every ten sold",
            "due_on": DUE,
            "amount_minor": 1_250_000,
            "currency": "GBP",
            "outcome": "No child of a customer sleeps on the floor.",
            **changes,
        }
    )


def committed(
    partnership: Partnership,
    organisation: Organisation | None = None,
    *,
    by: Actor | None = None,
    at: datetime = AT,
    **more: Any,
) -> Commitment:
    """A commitment of the organisation, or of a new partner. `more`: fields, origin, is_public."""
    if organisation is None:
        organisation = seated(partnership).organisation
        assert organisation is not None
    kept = {key: more.pop(key) for key in ("origin", "is_public") if key in more}
    return actions.make(
        partnership=partnership,
        organisation=organisation,
        promise=promise(**more),
        by=by or member_of(organisation),
        at=at,
        **kept,
    )
