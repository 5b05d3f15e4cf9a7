"""Who may bring in whom."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP

from commonweal.core import actions, policies, queries
from commonweal.core.errors import Conflict, Denied, Invalid
from commonweal.core.models import Event, Organisation, Person
from commonweal.core.scope import NOBODY, Actor, system

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
SYSTEM = system("test")
pytestmark = pytest.mark.django_db


def organisation(name: str = "Shelter", by: Actor = SYSTEM) -> Organisation:
    return actions.create_organisation(name=name, sector="nonprofit", by=by, at=AT)


def person(name: str = "ana", by: Actor = SYSTEM) -> Person:
    return actions.create_person(email=f"{name}@example.org", name=name, by=by, at=AT)


def someone(name: str, of: Organisation, role: str) -> Actor:
    them = person(name)
    actions.affiliate(person=them, organisation=of, role=role, by=SYSTEM, at=AT)
    return queries.actor_for(them, AT)


def test_an_organisation_and_its_people_are_made_and_logged() -> None:
    shelter = actions.create_organisation(
        name=" Shelter  North ",
        sector="nonprofit",
        identifiers=[("GB-CHC", "1089464")],
        by=SYSTEM,
        at=AT,
    )
    ana = actions.create_person(email="Ana@Example.org", name="Ana", by=SYSTEM, at=AT)
    actions.affiliate(person=ana, organisation=shelter, role="member", by=SYSTEM, at=AT)
    assert (shelter.name, str(shelter.identifiers.get())) == ("Shelter North", "GB-CHC-1089464")
    assert (ana.email, ana.has_usable_password()) == ("ana@example.org", False)
    assert queries.actor_for(ana, AT).holds("member", shelter.pk)
    log = list(Event.objects.order_by("number"))
    assert [event.kind for event in log] == [
        "core.organisation_created",
        "core.person_created",
        "core.affiliated",
    ]
    assert "Ana" not in str([event.data for event in log])


@pytest.mark.parametrize(
    ("name", "sector"), [("", "nonprofit"), ("   ", "public"), ("Shelter", "military")]
)
def test_a_bad_organisation_is_refused(name: str, sector: str) -> None:
    with pytest.raises(Invalid):
        actions.create_organisation(name=name, sector=sector, by=SYSTEM, at=AT)


def test_names_numbers_and_addresses_are_taken_once() -> None:
    organisation("Shelter")
    with pytest.raises(Conflict):
        organisation("SHELTER")
    number = [("GB-CHC", "1")]
    actions.create_organisation(name="A", sector="public", identifiers=number, by=SYSTEM, at=AT)
    with pytest.raises(Conflict):
        actions.create_organisation(name="B", sector="public", identifiers=number, by=SYSTEM, at=AT)
    assert not Organisation.objects.filter(name="B").exists()
    person("ana")
    with pytest.raises(Conflict):
        actions.create_person(email="ANA@example.org", name="x", by=SYSTEM, at=AT)


@pytest.mark.parametrize("email", ["", "ana", "ana@", "a b@example.org"])
def test_a_bad_address_is_refused(email: str) -> None:
    with pytest.raises(Invalid):
        actions.create_person(email=email, name="Ana", by=SYSTEM, at=AT)


def test_nobody_and_people_without_an_organisation_invite_nobody() -> None:
    loner = queries.actor_for(person("loner"), AT)
    holder = Actor(link_id=person("x").pk, roles=frozenset({(organisation().pk, "member")}))
    for by in (NOBODY, loner, holder):
        with pytest.raises(Denied):
            organisation("Other", by=by)
        with pytest.raises(Denied):
            person("other", by=by)


def test_a_member_invites_an_organisation_and_its_first_person_in_any_role() -> None:
    member = someone("member", organisation("Convener"), "member")
    hospital = organisation("Hospital", by=member)
    first = person("first", by=member)
    actions.affiliate(person=first, organisation=hospital, role="signatory", by=member, at=AT)
    with pytest.raises(Denied):
        actions.affiliate(
            person=person("second"), organisation=hospital, role="member", by=member, at=AT
        )


def test_a_member_names_members_a_signatory_names_all() -> None:
    shelter = organisation()
    member, signatory = someone("m", shelter, "member"), someone("s", shelter, "signatory")
    newcomer = person("new")
    policies.check_can_affiliate(member, newcomer, shelter, "member", AT)
    for role in ("signatory", "steward"):
        with pytest.raises(Denied):
            policies.check_can_affiliate(member, newcomer, shelter, role, AT)
        policies.check_can_affiliate(signatory, newcomer, shelter, role, AT)


def test_nobody_gives_themselves_a_role() -> None:
    shelter = organisation()
    me = someone("me", shelter, "signatory")
    myself = Person.objects.get(pk=me.person_id)
    empty = organisation("Empty")
    for place in (shelter, empty):
        with pytest.raises(Denied):
            policies.check_can_affiliate(me, myself, place, "steward", AT)


def test_a_role_ends_and_can_begin_again() -> None:
    shelter, ana = organisation(), person()
    affiliation = actions.affiliate(
        person=ana, organisation=shelter, role="member", by=SYSTEM, at=AT
    )
    with pytest.raises(Conflict):
        actions.affiliate(person=ana, organisation=shelter, role="member", by=SYSTEM, at=AT)
    outsider = someone("outsider", organisation("Other"), "signatory")
    with pytest.raises(Denied):
        actions.end_affiliation(affiliation=affiliation, by=outsider, at=AT)
    later = AT + timedelta(days=1)
    actions.end_affiliation(affiliation=affiliation, by=queries.actor_for(ana, AT), at=later)
    with pytest.raises(Conflict):
        actions.end_affiliation(affiliation=affiliation, by=SYSTEM, at=later)
    assert queries.actor_for(ana, later).roles == frozenset()
    actions.affiliate(person=ana, organisation=shelter, role="member", by=SYSTEM, at=later)


def test_only_a_keeper_names_operators_and_shuts_people_out() -> None:
    ana, member = person(), someone("m", organisation(), "signatory")
    with pytest.raises(Denied):
        actions.make_operator(person=ana, by=member, at=AT)
    with pytest.raises(Denied):
        actions.deactivate(person=ana, by=member, at=AT)
    actions.make_operator(person=ana, by=SYSTEM, at=AT)
    operator = queries.actor_for(ana, AT)
    assert operator.operator
    assert policies.can_invite(operator)
    actions.deactivate(person=ana, by=operator, at=AT)
    assert queries.actor_for(ana, AT) == NOBODY


def test_a_lost_second_factor_is_removed_by_a_keeper_only() -> None:
    ana, member = person(), someone("m", organisation(), "signatory")
    EmailAddress.objects.create(user=ana, email=ana.email, primary=True, verified=True)
    TOTP.activate(ana, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    with pytest.raises(Denied):
        actions.reset_second_factor(person=ana, by=member, at=AT)
    assert actions.reset_second_factor(person=ana, by=SYSTEM, at=AT) == 1
    assert not Authenticator.objects.filter(user=ana).exists()
