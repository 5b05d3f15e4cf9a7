"""An agreement with versions, for the tests of this part of the room."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.test import Client

from commonweal.agree import actions, queries
from commonweal.agree.models import Agreement, AgreementVersion
from commonweal.agree.tests.factories import dsa_clauses
from commonweal.compute.permits import clauses as c
from commonweal.convene.tests.factories import (
    AT,
    EARLIER,
    PersonFactory,
    affiliated,
    convener_organisation,
)
from commonweal.core.models import Organisation, Person, Role
from commonweal.core.scope import system
from commonweal.core.tests.ways_in import signed_in

LATER = date(2028, 12, 31)


def providers(agreement: Agreement) -> list[Organisation]:
    named = queries.organisations_named(queries.latest(agreement), "provider")
    return list(Organisation.objects.filter(pk__in=named).order_by("name"))


def revised(agreement: Agreement, *, prose: str = "", **changes: Any) -> AgreementVersion:
    """A new draft: smallest group 5 → 3, a year longer, unless `changes` say otherwise."""
    clauses = dsa_clauses(
        providers(agreement),
        [convener_organisation(agreement.partnership)],
        **{"minimum_cell": c.MinimumCell(3), "expiry": c.Expiry(LATER), **changes},
    )
    return actions.revise(
        agreement=agreement,
        clauses=clauses,
        prose=prose,
        by=system("test"),
        at=AT,
    )


def drafted(
    agreement: Agreement,
    prose: str,
    language: str = "en",
    clauses: Sequence[c.Clause] = (),
) -> AgreementVersion:
    """Another agreement of the same parties, as a draft."""
    parties = dsa_clauses(providers(agreement), [convener_organisation(agreement.partnership)])
    return actions.draft_agreement(
        partnership=agreement.partnership,
        kind="dsa",
        title="Beds for babies",
        clauses=[*parties, *clauses],
        prose=prose,
        by=system("test"),
        at=EARLIER,
        language=language,
    )


def person_of(organisation: Organisation | None, *roles: str) -> Person:
    person = PersonFactory()
    if organisation is not None:
        for role in {Role.MEMBER, *roles}:
            affiliated(person, organisation, role)
    return person


def client_of(organisation: Organisation | None, *roles: str) -> Client:
    """A signed-in person of an organisation."""
    return signed_in(person_of(organisation, *roles))
