"""A small partnership with one of everything, built by the rooms' own actions.

Its secrets carry the word `SECRET`, its organisations the word `PLACE`, so that a page which shows
them to a stranger is found out.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction

from commonweal.agree.models import Agreement
from commonweal.agree.tests.factories import licensed
from commonweal.aim import actions as aim
from commonweal.aim import queries as aims
from commonweal.aim.models import Edge, EntryPoint, IndicatorVersion, Node
from commonweal.aim.tests.factories import EdgeFactory, EntryPointFactory, NodeFactory
from commonweal.convene.models import Partnership, Seat
from commonweal.convene.tests.factories import (
    OrganisationFactory,
    PartnershipFactory,
    convener_organisation,
)
from commonweal.core import links
from commonweal.core.models import Link, Organisation, Person
from commonweal.core.scope import Actor
from commonweal.measure import actions as measure
from commonweal.measure.models import Release
from commonweal.pool.models import Submission
from commonweal.pool.policies import SUBMIT_LINK, link_subject
from commonweal.pool.tests.factories import AT, GOOD, Agreed, agreed, checked, csv

SECRET, PLACE = "Vexnir", "Quillfoss"
PURPOSE = "cw:MeasureSharedOutcomes"
SLEPT = """\
id: slept_safely
version: 1
title: Vexnir babies who slept safely
kind: proportion
reads:
  visited: date
  slept_safely: text
numerator: slept_safely = 'yes'
denominator: slept_safely is not missing
period: {column: visited, grain: month}
polarity: higher
"""
CLERK = "clerk@vexnir.example"
BAD_ROW = ("C7", "Gus Vexnir", "2026-02-31", "1", "yes")
ROWS = [*GOOD, *[(f"D{n}", "Hal Example", "2026-02-05", "3", "no") for n in range(9)]]
ROWS += [(f"E{n}", "Ida Example", "2026-02-06", "3", "yes") for n in range(9)]


@contextmanager
def undone() -> Iterator[None]:
    """What happens inside is rolled back; durable blocks may stand in it, as in a TestCase's."""
    block = transaction.atomic()
    block._from_testcase = True  # type: ignore[attr-defined]
    with block:
        yield
        transaction.set_rollback(True)


@dataclass(frozen=True)
class Small:
    """What the partnership holds. `release` is a draft over the first provider's file."""

    partnership: Partnership
    here: Agreed
    licence: Agreement
    version: IndicatorVersion
    submission: Submission
    release: Release
    entry_point: EntryPoint
    node: Node
    edge: Edge
    seat: Seat
    link: Link
    token: str

    @property
    def sharing(self) -> Agreement:
        return self.here.contract.agreement

    @property
    def user(self) -> Organisation:
        """The convener's organisation: it receives and uses the data."""
        return convener_organisation(self.partnership)

    def order(self) -> measure.Order:
        return _order(self.partnership, self.version)


def person(actor: Actor) -> Person:
    return Person.objects.get(pk=actor.person_id)


def small(**terms: Any) -> Small:
    """Build it as of `AT` (12 March 2026). `terms`: clauses of the sharing agreement to change."""
    places = [OrganisationFactory(name=f"{PLACE} {kind}") for kind in ("Council", "Mayor")]
    partnership = PartnershipFactory(
        name=f"{SECRET} first steps",
        slug="other-table",
        problem=f"{SECRET} has no clinic.",
        convener=places[0],
        sponsor=places[1],
    )
    providers = [OrganisationFactory(name=f"{PLACE} {kind}") for kind in ("Charity", "Hospital")]
    here = agreed(partnership, providers=providers, **terms)
    licence = licensed(here.contract.agreement)
    version = _indicator(partnership, here)
    edge = EdgeFactory(
        source=NodeFactory(partnership=partnership, kind="activity", label=f"{SECRET} visit"),
        hypothesis=f"{SECRET} believes so.",
    )
    submission = checked(here, csv([*ROWS, BAD_ROW]))
    checked(here, csv(ROWS), provider=here.other, by=here.stranger)
    link, token = link_for(here)
    made = Small(
        partnership=partnership,
        here=here,
        licence=licence,
        version=version,
        submission=submission,
        release=measure.run(order=_order(partnership, version), by=here.convener, at=AT),
        entry_point=EntryPointFactory(partnership=partnership, statement=f"{SECRET} begins here."),
        node=edge.source,
        edge=edge,
        seat=partnership.seats.get(organisation=here.provider),
        link=link,
        token=token,
    )
    for number, one in enumerate(Person.objects.filter(affiliations__organisation__in=places)):
        Person.objects.filter(pk=one.pk).update(name=f"{SECRET} Person {number}")
    return made


def _indicator(partnership: Partnership, here: Agreed) -> IndicatorVersion:
    aim.define_indicator(
        partnership=partnership,
        definition=SLEPT,
        level="population",
        unit="% of babies",
        contract_key=here.contract.key,
        reason=f"{SECRET} asked for it.",
        by=here.convener,
        at=AT,
    )
    return aims.current_versions(partnership, AT)[0]


def _order(partnership: Partnership, version: IndicatorVersion) -> measure.Order:
    return measure.Order(
        partnership=partnership,
        title=f"{SECRET} in numbers",
        indicators=[version],
        organisation=convener_organisation(partnership),
        purpose=PURPOSE,
        audience="public",
    )


def link_for(here: Agreed, email: str = CLERK) -> tuple[Link, str]:
    """A personal link for the first provider to send by, and its token."""
    return links.issue(
        purpose=SUBMIT_LINK,
        subject=link_subject(here.contract),
        by=here.convener,
        at=AT,
        expires_at=AT + timedelta(days=3650),
        organisation=here.provider,
        email=email,
        scope=here.partnership.pk,
        uses=None,
    )
