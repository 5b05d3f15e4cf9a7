"""Recommendations, findings and independent roles for tests, made by the part's own actions."""

from __future__ import annotations

from datetime import date
from typing import Any

from commonweal.agree.recommendations import actions
from commonweal.agree.recommendations.actions import Matter, Term
from commonweal.agree.recommendations.models import Appointment, Recommendation
from commonweal.convene.models import Partnership
from commonweal.convene.tests.factories import (
    AT,
    OrganisationFactory,
    convener_of,
    member_of,
    sponsor_organisation,
)
from commonweal.core.models import Organisation, Person

ANSWER_BY = date(2026, 4, 12)


def matter(addressee: Organisation, **changes: Any) -> Matter:
    """What the table puts to its sponsor."""
    return Matter(
        **{
            "title": "Pay for one more van",
            "words": "Beds wait in the store because nobody can bring them.",
            "addressee": addressee,
            "answer_by": ANSWER_BY,
            **changes,
        }
    )


def recommended(partnership: Partnership, **changes: Any) -> Recommendation:
    """To the sponsor unless `addressee` says otherwise."""
    addressee = changes.pop("addressee", None) or sponsor_organisation(partnership)
    return actions.recommend(
        partnership=partnership,
        matter=matter(addressee, **changes),
        basis="meeting of 1 March",
        by=convener_of(partnership),
        at=AT,
    )


def appointed(
    partnership: Partnership,
    holder: Organisation | Person | None = None,
    role: str = "evaluator",
    ends_on: date = date(2026, 12, 31),
) -> Appointment:
    """An independent role for this year; without a holder, of an organisation without a seat."""
    return actions.appoint(
        partnership=partnership,
        role=role,
        holder=holder or OrganisationFactory(name="Institute of Looking Twice"),
        term=Term("Whether beds reach those who need them.", AT.date(), ends_on),
        by=convener_of(partnership),
        at=AT,
    )


def found(appointment: Appointment, addressee: Organisation, **changes: Any) -> Recommendation:
    """A finding of the organisation that holds the role."""
    assert appointment.organisation is not None
    return actions.find(
        appointment=appointment,
        matter=matter(addressee, **{"title": "Two streets are left out", **changes}),
        by=member_of(appointment.organisation),
        at=AT,
    )
