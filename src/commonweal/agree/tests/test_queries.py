"""What readers find: seated people, former parties, strangers, the public."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from commonweal.agree import actions, queries, renewals, sheets
from commonweal.agree.models import Agreement
from commonweal.agree.tests import factories as f
from commonweal.compute.permits import clauses as c
from commonweal.convene.journey import provided
from commonweal.convene.tests.factories import (
    AT,
    OrganisationFactory,
    PartnershipFactory,
    PersonFactory,
    actor,
    affiliated,
    convener_of,
    convener_organisation,
    member_of,
    seated,
)
from commonweal.core import due
from commonweal.core.errors import Missing
from commonweal.core.mail import body_of
from commonweal.core.models import Event, Organisation, OutgoingMail
from commonweal.core.scope import NOBODY, Actor, system

pytestmark = pytest.mark.django_db


@pytest.fixture
def agreement() -> Agreement:
    return f.shared(PartnershipFactory())


def provider(agreement: Agreement) -> Organisation:
    named = queries.organisations_named(queries.latest(agreement), "provider")
    return Organisation.objects.filter(pk__in=named).order_by("name")[0]


def test_everybody_at_the_table_reads_also_residents(agreement: Agreement) -> None:
    partnership = agreement.partnership
    resident = PersonFactory()
    seated(partnership, voice="Young parents", person=resident)
    third = seated(partnership).organisation
    assert third is not None
    for reader in (actor(resident), member_of(third), convener_of(partnership)):
        assert queries.agreement_for(reader, partnership.slug, "DSA-1", AT) == agreement
        assert len(queries.agreements(partnership, reader, AT)) == 1


def test_nobody_else_finds_it(agreement: Agreement) -> None:
    slug = agreement.partnership.slug
    elsewhere = f.shared(PartnershipFactory())
    for reader in (NOBODY, member_of(OrganisationFactory()), convener_of(elsewhere.partnership)):
        with pytest.raises(Missing):
            queries.agreement_for(reader, slug, "DSA-1", AT)
        with pytest.raises(Missing):
            queries.version_for(reader, slug, "DSA-1", 1, AT)
        with pytest.raises(Missing):
            queries.partnership_for(reader, slug, AT)
    reader = convener_of(agreement.partnership)
    for reference in ("DSA-2", "DUL-1", "dsa-1"):
        with pytest.raises(Missing):
            queries.agreement_for(reader, slug, reference, AT)
    with pytest.raises(Missing):
        queries.version_for(reader, slug, "DSA-1", 2, AT)


def test_who_left_sees_what_binds_it_and_nothing_else(agreement: Agreement) -> None:
    partnership = agreement.partnership
    other = f.shared(partnership)
    gone = provider(agreement)
    partnership.seats.filter(organisation=gone).update(until_at=AT, ended_because="left")
    later, reader = AT + timedelta(days=1), member_of(gone)
    found = queries.agreements(partnership, reader, later)
    assert [each.agreement for each in found] == [agreement]
    with pytest.raises(Missing):
        queries.agreement_for(reader, partnership.slug, other.reference, later)


def test_holders_of_links_are_not_readers(agreement: Agreement) -> None:
    import uuid

    link = Actor(
        link_id=uuid.uuid4(),
        link_purpose="submit",
        roles=frozenset({(provider(agreement).pk, "member")}),
    )
    partnership = agreement.partnership
    partnership.seats.filter(organisation=provider(agreement)).update(
        until_at=AT, ended_because="left"
    )
    with pytest.raises(Missing):
        queries.partnership_for(link, partnership.slug, AT + timedelta(days=1))


def test_the_public_learns_that_it_exists_and_no_more(agreement: Agreement) -> None:
    partnership = agreement.partnership
    f.licensed(agreement)
    actions.draft_agreement(
        partnership=partnership,
        kind="dsa",
        title="A secret draft",
        clauses=f.dsa_clauses([provider(agreement)], [provider(agreement)]),
        prose="",
        by=system("test"),
        at=AT,
    )
    told = queries.public_agreements(partnership, AT)
    assert [each.reference for each in told] == ["DSA-1", "DUL-1"]
    assert told[0].purposes == (f.PURPOSE, "cw:MonitorEquity")
    assert (told[0].starts_on, told[0].expires_on) == (f.START, f.END)
    assert convener_organisation(partnership).name in told[0].parties
    assert told[0].standing == "in_force"
    over = queries.public_agreements(partnership, datetime(2028, 1, 1, tzinfo=UTC))
    assert [each.standing for each in over] == ["expired", "expired"]


def test_a_list_costs_the_same_for_one_agreement_and_many(
    agreement: Agreement, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(3):
        f.licensed(agreement)
        f.shared(agreement.partnership)
    with django_assert_max_num_queries(5):
        assert len(queries.summaries(agreement.partnership, AT)) == 7
    with django_assert_max_num_queries(5):
        assert len(queries.terms_in(agreement.partnership)) == 7


def test_standing_of_a_licence_follows_its_agreement(agreement: Agreement) -> None:
    f.licensed(agreement)
    actions.suspend(agreement=agreement, reason="x", by=convener_of(agreement.partnership), at=AT)
    assert [each.standing for each in queries.summaries(agreement.partnership, AT)] == [
        "suspended",
        "suspended",
    ]


def test_consequences_of_withdrawal_are_said_before(agreement: Agreement) -> None:
    f.licensed(agreement)
    slug, reader = agreement.partnership.slug, convener_of(agreement.partnership)
    sheet = sheets.sheet(reader, slug, "DSA-1", AT)
    first = sheets.consequences(sheet, provider(agreement), AT)
    assert (first.provides, first.ends_all, first.licences) == (True, False, ("DUL-1",))
    assert first.destroy_at == AT + timedelta(days=30)
    hub = sheets.consequences(sheet, convener_organisation(agreement.partnership), AT)
    assert (hub.provides, hub.ends_all) == (False, True)


# --- what is owed -------------------------------------------------------------------------------


def items(reader: Actor, at: datetime) -> list[due.Item]:
    return [each for each in due.items(reader, at) if each.kind.startswith("agree.")]


def test_a_signature_that_is_asked_for_is_due_for_the_signatory_only() -> None:
    partnership = PartnershipFactory()
    hub, partner = convener_organisation(partnership), seated(partnership).organisation
    assert partner is not None
    version = actions.draft_agreement(
        partnership=partnership,
        kind="dsa",
        title="T",
        clauses=f.dsa_clauses([partner], [hub]),
        prose="",
        by=system("test"),
        at=AT,
    )
    signatory = f.signatory_of(hub)
    f.signatory_of(partner)
    assert items(signatory, AT) == []
    actions.open_for_signature(version=version, by=system("test"), at=AT)
    (item,) = items(signatory, AT)
    assert item.organisation_id == hub.pk
    assert item.kind == "agree.signature"
    assert item.url.endswith("/agreements/DSA-1/sign/")
    assert not item.late
    assert items(signatory, AT + timedelta(days=15))[0].late
    assert items(convener_of(partnership), AT) == []
    assert items(system("worker"), AT) == []
    actions.sign(
        version=version, organisation=hub, text_hash=version.text_hash, by=signatory, at=AT
    )
    assert items(signatory, AT) == []


def test_an_end_is_due_ninety_days_ahead(agreement: Agreement) -> None:
    reader = member_of(provider(agreement))
    over = datetime(2028, 1, 1, tzinfo=UTC)
    assert items(reader, over - timedelta(days=91)) == []
    (item,) = items(reader, over - timedelta(days=90))
    assert (item.kind, item.due_at) == ("agree.renewal", over)
    assert "DSA-1" in item.title
    third = seated(agreement.partnership).organisation
    assert third is not None
    assert items(member_of(third), over - timedelta(days=1)) == []
    assert items(reader, over) == []


def test_ends_are_foreseen_once_each(agreement: Agreement) -> None:
    over = datetime(2028, 1, 1, tzinfo=UTC)

    def foresee(days: float) -> list[tuple[str, int]]:
        before = set(Event.objects.values_list("pk", flat=True))
        at = over - timedelta(days=days)
        assert renewals.foresee(by=system("test"), at=at) + renewals.foresee(
            by=system("test"), at=at
        ) == len(set(Event.objects.values_list("pk", flat=True)) - before)
        return [
            (each.kind, each.data["days"])
            for each in Event.objects.exclude(pk__in=before).order_by("number")
        ]

    assert foresee(91) == []
    assert foresee(90) == [("agree.expires_soon", 90)]
    assert foresee(60) == []
    assert foresee(29) == [("agree.expires_soon", 30)]
    assert foresee(7) == [("agree.expires_soon", 7)]
    assert foresee(0.5) == []
    assert foresee(0) == [("agree.expired", 0)]
    assert foresee(-30) == []


def test_who_can_renew_it_is_told_by_mail_three_times(agreement: Agreement) -> None:
    person = PersonFactory()
    affiliated(person, provider(agreement))
    stranger = PersonFactory()
    affiliated(stranger, seated(agreement.partnership).organisation)
    over = datetime(2028, 1, 1, tzinfo=UTC)
    told = OutgoingMail.objects.filter(to=person.email, purpose="agreement")
    for days, expected in ((91, 0), (90, 1), (89, 1), (30, 2), (7, 3), (0, 3), (-1, 3)):
        renewals.foresee(by=system("test"), at=over - timedelta(days=days))
        assert told.count() == expected, days
    assert not OutgoingMail.objects.filter(to=stranger.email).exists()
    assert "31 December 2027" in body_of(told.latest("queued_at"))


def test_an_agreement_signed_late_is_foreseen_at_what_is_left() -> None:
    partnership = PartnershipFactory()
    f.shared(partnership, expiry=c.Expiry(AT.date() + timedelta(days=5)))
    assert renewals.foresee(by=system("test"), at=AT) == 1
    assert Event.objects.get(kind="agree.expires_soon").data["days"] == 7


def test_the_journey_knows_whether_partners_agreed(agreement: Agreement) -> None:
    def done(at: datetime) -> bool:
        checks = provided(agreement.partnership, at)
        return next(each.done for each in checks if each.key == "agreement")

    assert done(AT)
    assert not done(datetime(2028, 1, 1, tzinfo=UTC))
