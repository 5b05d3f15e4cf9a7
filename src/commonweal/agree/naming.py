"""Who named the signatories of a text, and when. Reads only.

Whoever signs without an account was named for this very text; a signatory with an account was given
the role in an organisation, once, and the log keeps by whom.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Prefetch

from commonweal.agree.models import AgreementVersion, MailedSignatory, Signature
from commonweal.core import queries as core
from commonweal.core.models import Affiliation, Event, Person, Role


@dataclass(frozen=True)
class Naming:
    """`organisation`: the one that `name` acted for, "" for the operator of the installation."""

    name: str
    organisation: str
    at: datetime


def namings(version: AgreementVersion) -> dict[UUID, Naming]:
    """By whom each signatory of a version was named: organisation → naming, where it is known.

    Whom the installation itself set up was named by nobody. At most four queries.
    """
    signed = list(version.signatures.all())
    by_code = [each for each in signed if each.way == Signature.Way.CODE]
    by_role = [each for each in signed if each.person_id is not None]
    return {**_by_role(by_role), **(_by_code(version) if by_code else {})}


def _by_code(version: AgreementVersion) -> dict[UUID, Naming]:
    """Only the link that signed is used up: an organisation signs a text once."""
    used = MailedSignatory.objects.filter(version=version, link__uses_left=0)
    return {
        each.organisation_id: Naming(str(each.named_by), each.organisation.name, each.named_at)
        for each in used.select_related("named_by", "organisation")
    }


def _by_role(signed: Sequence[Signature]) -> dict[UUID, Naming]:
    told = list(core.roles_given([each.person_id for each in signed], Role.SIGNATORY))
    people = _people(told)
    found: dict[UUID, Naming] = {}
    for signature in signed:
        event = _last(told, signature)
        person = people.get(event.actor) if event else None
        if event and person:
            found[signature.organisation_id] = Naming(
                str(person), _acted_for(person, signature.organisation_id, event.at), event.at
            )
    return found


def _last(told: Iterable[Event], signature: Signature) -> Event | None:
    """How the person who signed came to sign for the organisation; `told`: the oldest first."""
    mine = [
        each
        for each in told
        if each.subject == f"core.person:{signature.person_id}"
        and each.organisation == signature.organisation_id
        and each.at <= signature.signed_at
    ]
    return mine[-1] if mine else None


def _people(told: Iterable[Event]) -> dict[str, Person]:
    """The people who gave the roles, by the label that the log has for them."""
    ids = {each.actor.removeprefix("person:") for each in told if each.actor.startswith("person:")}
    if not ids:
        return {}
    acts = Affiliation.objects.select_related("organisation").order_by("organisation__name")
    found = Person.objects.filter(pk__in=ids).prefetch_related(Prefetch("affiliations", acts))
    return {f"person:{each.pk}": each for each in found}


def _acted_for(person: Person, organisation: UUID, at: datetime) -> str:
    """The organisation that a person acted for then: the signatory's own when it was that one."""
    names = {
        each.organisation_id: each.organisation.name
        for each in person.affiliations.all()
        if each.from_at <= at and (each.until_at is None or each.until_at > at)
    }
    return names.get(organisation) or next(iter(names.values()), "")
