"""Who can see what, and why: the agreements asked about everything that they name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _

from commonweal.agree import queries as agree
from commonweal.agree.access import policies, registry
from commonweal.compute.permits.asking import MEASURE, Ask, Permit, Refusal
from commonweal.compute.permits.clauses import PROVIDER, Purpose
from commonweal.compute.permits.deciding import decide
from commonweal.compute.permits.exploring import Answer, Group, Row, Wanted, access, gathered
from commonweal.compute.permits.register import Register
from commonweal.compute.permits.terms import Terms
from commonweal.convene import queries as convene
from commonweal.convene.models import Partnership
from commonweal.convene.reach import Part
from commonweal.core import queries as core
from commonweal.core.models import Affiliation, Organisation, Person
from commonweal.core.scope import Actor


@dataclass(frozen=True)
class Universe:
    """Everything that can be asked about: what the agreements name, and who is at the table."""

    organisations: Mapping[UUID, str]
    providers: Mapping[UUID, str]
    people: Mapping[UUID, str]
    contracts: tuple[str, ...]
    fields: tuple[str, ...]
    purposes: tuple[str, ...]


@dataclass(frozen=True)
class Explored:
    """The answer. `rows`: each combination; `groups`: the same, gathered for reading.

    `unnamed`: the answer to a question that no agreement names, None when one does or when the
    question is not about one contract and one purpose. `terms`: (reference, version) → terms.
    """

    partnership: Partnership
    universe: Universe
    wanted: Wanted
    rows: Sequence[Row]
    groups: Sequence[Group]
    unnamed: tuple[UUID, Refusal] | None
    terms: Mapping[tuple[str, int], Terms]

    @property
    def allowed(self) -> int:
        return sum(each.is_allowed for each in self.groups)


@dataclass(frozen=True)
class Known:
    """The agreements of a partnership, read once, with everything that can be asked about them."""

    partnership: Partnership
    terms: tuple[Terms, ...]
    universe: Universe


def known_for(actor: Actor, slug: str, at: datetime) -> Known:
    """What the reader can ask about. Raises Missing for who may not ask here."""
    partnership = convene.readable_for(actor, slug, Part.ACCESS, at)
    terms = agree.terms_in(partnership)
    return Known(partnership, terms, _universe(actor, partnership, terms, at))


def _universe(
    actor: Actor, partnership: Partnership, terms: Iterable[Terms], at: datetime
) -> Universe:
    present = [each for each in terms if each.replaced_at is None or at < each.replaced_at]
    named = {pk for each in present for pk in each.parties}
    seated = set(convene.partners(partnership, at).values_list("pk", flat=True))
    names = dict(
        Organisation.objects.filter(pk__in=named | seated)
        .order_by("name")
        .values_list("pk", "name")
    )
    providers = {pk for each in present for pk in _ids(each, PROVIDER)}
    return Universe(
        organisations=names,
        providers={pk: name for pk, name in names.items() if pk in providers},
        people=_people(actor, partnership, at),
        contracts=tuple(sorted({key for each in present for key in each.contracts})),
        fields=tuple(sorted({name for each in present for name in _fields(each)})),
        purposes=tuple(sorted({key for each in present for key in _purposes(each)})),
    )


def _ids(terms: Terms, role: str) -> frozenset[UUID]:
    party = terms.party(role)
    return party.ids if party else frozenset()


def _fields(terms: Terms) -> list[str]:
    held = [terms.data(contract) for contract in terms.contracts]
    return [name for data in held if data for name in data.fields]


def _purposes(terms: Terms) -> tuple[str, ...]:
    clause = terms.clause(Purpose)
    return clause.purposes if clause else ()


def _people(actor: Actor, partnership: Partnership, at: datetime) -> dict[UUID, str]:
    """Oneself first, then who else may be looked up, by name. Never an address."""
    mine = policies.visible_people(actor, partnership, at)
    seated = convene.partners(partnership, at)
    if mine is not None:
        seated = seated.filter(pk__in=mine)
    held = core.affiliations_in_force(at).filter(organisation__in=seated)
    known = Person.objects.filter(pk__in=held.values("person"), is_active=True).exclude(name="")
    people = dict(known.order_by("name").values_list("pk", "name"))
    mine_first: dict[UUID, str] = {}
    if actor.person_id is not None:
        own = Person.objects.filter(pk=actor.person_id).values_list("pk", "name")
        mine_first = {pk: name or _("You") for pk, name in own}
    return {**mine_first, **people, **mine_first}


def acts_for(person: UUID, partnership: Partnership, at: datetime) -> frozenset[UUID]:
    """The organisations with a seat here that a person acts for, in any role."""
    seated = convene.partners(partnership, at)
    held = Affiliation.objects.in_force(at).filter(person=person, organisation__in=seated)
    return frozenset(held.values_list("organisation_id", flat=True))


def explored(known: Known, wanted: Wanted, at: datetime, *, person: UUID | None = None) -> Explored:
    """Ask the agreements. `person`: only for the organisations that this person acts for here."""
    partnership = known.partnership
    if person is not None:
        acting = acts_for(person, partnership, at)
        others = wanted.organisations
        wanted = replace(wanted, organisations=acting if others is None else acting & others)
    wanted = replace(wanted, under=registry.places(partnership), place=settings.PLACE)
    register = Register(known.terms)
    rows = access(register, partnership.pk, at, wanted)
    return Explored(
        partnership=partnership,
        universe=known.universe,
        wanted=wanted,
        rows=rows,
        groups=_for_reading(rows),
        unnamed=None
        if any(row.action == MEASURE for row in rows)
        else _unnamed(known, register, wanted, at),
        terms={(each.reference, each.version): each for each in known.terms},
    )


def _for_reading(rows: Sequence[Row]) -> list[Group]:
    """What is allowed first. Handing in and reading back are one where their answers are one."""
    groups = gathered(rows)
    said = {_plain(each) for each in groups if each.action == "submit"}
    kept = [each for each in groups if each.action != "read_submission" or _plain(each) not in said]
    return sorted(kept, key=lambda each: (not each.is_allowed, each.action != MEASURE))


def _plain(group: Group) -> tuple[Any, ...]:
    answer: Answer = group.answer
    told: tuple[Any, ...]
    if isinstance(answer, Permit):
        told = (answer.agreements, answer.expires_at)
    else:
        told = (answer.clause, answer.code)
    return (group.organisation, group.contract, group.fields, group.providers, told)


def _unnamed(
    known: Known, register: Register, wanted: Wanted, at: datetime
) -> tuple[UUID, Refusal] | None:
    """Why a user may not do what no agreement names: the clause that comes nearest."""
    if not (wanted.contract and wanted.purpose and wanted.organisations):
        return None
    organisation = min(wanted.organisations, key=str)
    data = [each.data(wanted.contract) for each in known.terms]
    fields = dict.fromkeys(name for each in data if each for name in each.fields)
    ask = Ask(
        action=MEASURE,
        actor="",
        organisation=organisation,
        partnership=known.partnership.pk,
        contract=wanted.contract,
        providers=(wanted.provider,) if wanted.provider else (),
        fields=(wanted.field,) if wanted.field else tuple(fields),
        purpose=wanted.purpose,
        output=wanted.output,
        under=wanted.under.get(wanted.contract, ""),
        place=wanted.place,
    )
    answer = decide(ask, register, at)
    return (organisation, answer) if isinstance(answer, Refusal) else None
