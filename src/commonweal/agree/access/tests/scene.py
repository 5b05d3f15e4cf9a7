"""A partnership with two providers, an agreement and a licence, and somebody to ask."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.test import Client

from commonweal.agree import actions, queries
from commonweal.agree.models import Agreement, AgreementVersion
from commonweal.agree.tests import factories as f
from commonweal.compute.permits import clauses as c
from commonweal.compute.permits.asking import Ask, Permit
from commonweal.convene.models import Partnership
from commonweal.convene.tests.factories import (
    AT,
    PartnershipFactory,
    convener_of,
    convener_organisation,
)
from commonweal.core.models import Organisation, Person
from commonweal.core.scope import Actor, system


@dataclass(frozen=True)
class Scene:
    partnership: Partnership
    sharing: Agreement
    licence: Agreement
    first: Organisation
    second: Organisation
    hub: Organisation
    convener: Actor

    def ask(self, **changes: Any) -> Ask:
        """The hub measures one field of both providers, for the partners."""
        usual: dict[str, Any] = {
            "action": "measure",
            "actor": self.convener.label,
            "organisation": self.hub.pk,
            "partnership": self.partnership.pk,
            "contract": f.CONTRACT,
            "fields": ("area",),
            "purpose": f.PURPOSE,
            "output": "partners",
        }
        return Ask(**{**usual, **changes})

    def permit(self, at: datetime = AT, **changes: Any) -> Permit:
        return actions.permit(ask=self.ask(**changes), by=system("test"), at=at)

    def withdraw(self, organisation: Organisation, at: datetime = AT) -> None:
        actions.withdraw(
            agreement=self.sharing,
            organisation=organisation,
            reason="",
            by=f.signatory_of(organisation),
            at=at,
        )

    def revised(self, agreement: Agreement, **changes: c.Clause) -> AgreementVersion:
        """A draft of a new version with other clauses."""
        held = queries.clauses_of(queries.latest(agreement))
        clauses = [changes.pop(each.kind, each) for each in held]
        return actions.revise(
            agreement=agreement,
            clauses=[*clauses, *changes.values()],
            prose="",
            by=system("test"),
            at=AT,
        )


def scene() -> Scene:
    """Everything signed; the providers are Northside Council and St Agnes Hospital."""
    partnership = PartnershipFactory()
    sharing = f.shared(partnership)
    licence = f.licensed(sharing)
    named = queries.organisations_named(queries.latest(sharing), "provider")
    first, second = Organisation.objects.filter(pk__in=named).order_by("pk")
    first.name, second.name = "Northside Council", "St Agnes Hospital"
    for each in (first, second):
        each.save()
    return Scene(
        partnership,
        sharing,
        licence,
        first,
        second,
        convener_organisation(partnership),
        convener_of(partnership),
    )


def client_of(actor: Actor) -> Client:
    client = Client()
    person = Person.objects.get(pk=actor.person_id)
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client
