"""Who named the signatories of a text, as its page tells it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from commonweal.agree import actions, queries, sheets
from commonweal.agree.models import Agreement, AgreementVersion
from commonweal.agree.signatures import party_table
from commonweal.agree.tests import factories as f
from commonweal.convene.models import Partnership
from commonweal.convene.tests.factories import (
    AT,
    EARLIER,
    PartnershipFactory,
    PersonFactory,
    actor,
    affiliated,
    convener_of,
    convener_organisation,
)
from commonweal.core import actions as core
from commonweal.core.models import Affiliation, Organisation, Person, Role
from commonweal.core.scope import Actor, system

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def partnership() -> Partnership:
    return PartnershipFactory()


@pytest.fixture
def hub(partnership: Partnership) -> Organisation:
    return convener_organisation(partnership)


@pytest.fixture
def agreement(partnership: Partnership) -> Agreement:
    return f.shared(partnership)


def named(organisation: Organisation, by: Actor, *, days: int = 0) -> Person:
    """Somebody whom `by` lets sign for the organisation."""
    person = PersonFactory()
    core.affiliate(
        person=person,
        organisation=organisation,
        role=Role.SIGNATORY,
        by=by,
        at=EARLIER + days * DAY,
    )
    return person


def signed(agreement: Agreement, organisation: Organisation, person: Person) -> AgreementVersion:
    """A second version, signed by one organisation on the day of the tests."""
    version = actions.revise(
        agreement=agreement,
        clauses=queries.clauses_of(queries.latest(agreement)),
        prose="Again.",
        by=system("test"),
        at=AT,
    )
    actions.open_for_signature(version=version, by=system("test"), at=AT)
    actions.sign(
        version=version,
        organisation=organisation,
        text_hash=version.text_hash,
        by=actor(person),
        at=AT,
    )
    return version


def told(version: AgreementVersion, organisation: Organisation) -> str:
    """What the page says of who named the organisation's signatory; “” where there is no column."""
    partnership = version.agreement.partnership
    sheet = sheets.sheet(
        convener_of(partnership),
        partnership.slug,
        version.agreement.reference,
        AT,
        version.number,
    )
    table = party_table(sheet, {})
    if "Signatory named by" not in table["columns"]:
        return ""
    (row,) = [each for each in table["rows"] if each[0] == organisation.name]
    assert len(row) == len(table["columns"])
    return str(row[-1])


def test_by_a_colleague(agreement: Agreement, hub: Organisation) -> None:
    chair = PersonFactory(name="Bea Chair")
    affiliated(chair, hub, Role.SIGNATORY)
    person = named(hub, actor(chair))
    assert told(signed(agreement, hub, person), hub) == f"Bea Chair of {hub.name} on 5 January 2026"


def test_the_last_naming_before_the_signature_counts(
    agreement: Agreement, hub: Organisation
) -> None:
    first, second = PersonFactory(name="First"), PersonFactory(name="Second")
    for each in (first, second):
        affiliated(each, hub, Role.SIGNATORY)
    person = named(hub, actor(first))
    core.end_affiliation(affiliation=held(person), by=actor(first), at=EARLIER + 2 * DAY)
    again: dict[str, Any] = {"person": person, "organisation": hub, "role": Role.SIGNATORY}
    core.affiliate(**again, by=actor(second), at=EARLIER + 3 * DAY)
    version = signed(agreement, hub, person)
    assert told(version, hub).startswith("Second of")
    core.end_affiliation(affiliation=held(person), by=actor(first), at=AT + DAY)
    core.affiliate(**again, by=actor(first), at=AT + 2 * DAY)
    assert told(version, hub).startswith("Second of")


def held(person: Person) -> Affiliation:
    return person.affiliations.get(role=Role.SIGNATORY, until_at=None)


def test_another_role_or_another_organisation_is_no_naming(
    agreement: Agreement, hub: Organisation
) -> None:
    person = named(convener_organisation(PartnershipFactory()), system("test"))
    affiliated(person, hub, Role.SIGNATORY)
    chair = PersonFactory()
    affiliated(chair, hub, Role.SIGNATORY)
    core.affiliate(person=person, organisation=hub, role=Role.STEWARD, by=actor(chair), at=EARLIER)
    assert told(signed(agreement, hub, person), hub) == ""


def test_whom_the_installation_set_up_nobody_named(agreement: Agreement, hub: Organisation) -> None:
    assert told(signed(agreement, hub, named(hub, system("set-up"))), hub) == ""


def test_the_operator_acts_for_nobody(agreement: Agreement, hub: Organisation) -> None:
    operator = PersonFactory(name="Op Erator", is_operator=True)
    person = named(hub, actor(operator))
    assert told(signed(agreement, hub, person), hub) == "Op Erator on 5 January 2026"
