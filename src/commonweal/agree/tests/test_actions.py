"""The life of an agreement through the room's actions."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from commonweal.agree import actions, queries, signing
from commonweal.agree import text as texts
from commonweal.agree.models import Agreement, AgreementVersion, Signature, State, Withdrawal
from commonweal.agree.tests import factories as f
from commonweal.compute.permits import clauses as c
from commonweal.compute.permits.asking import Ask, Permit
from commonweal.convene.models import Partnership
from commonweal.convene.tests.factories import (
    AT,
    EARLIER,
    OrganisationFactory,
    PartnershipFactory,
    convener_of,
    convener_organisation,
    member_of,
    seated,
)
from commonweal.core.errors import Conflict, Denied, Invalid, Missing
from commonweal.core.models import Event, Organisation, Role
from commonweal.core.scope import Actor, system

pytestmark = pytest.mark.django_db


@pytest.fixture
def partnership() -> Partnership:
    return PartnershipFactory()


@pytest.fixture
def agreement(partnership: Partnership) -> Agreement:
    """DSA-1 in force, two providers to the convener."""
    return f.shared(partnership)


def providers_of(agreement: Agreement) -> list[Organisation]:
    named = queries.organisations_named(queries.latest(agreement), "provider")
    return list(Organisation.objects.filter(pk__in=named).order_by("name"))


def ask(agreement: Agreement, **changes: Any) -> Ask:
    hub = convener_organisation(agreement.partnership)
    usual: dict[str, Any] = {
        "action": "measure",
        "actor": "test",
        "organisation": hub.pk,
        "partnership": agreement.partnership_id,
        "contract": f.CONTRACT,
        "fields": ("area", "slept_safely"),
        "purpose": f.PURPOSE,
        "output": "public",
    }
    return Ask(**{**usual, **changes})


def permit(
    agreement: Agreement, by: Actor | None = None, at: datetime = AT, **changes: Any
) -> Permit:
    return actions.permit(ask=ask(agreement, **changes), by=by or system("test"), at=at)


def refused(agreement: Agreement, at: datetime = AT, **changes: Any) -> str:
    with pytest.raises(Denied) as caught:
        permit(agreement, at=at, **changes)
    assert caught.value.text and caught.value.mend
    return caught.value.clause


def draft(partnership: Partnership, **changes: Any) -> AgreementVersion:
    """A draft by the convener between two new partners; nobody has signed."""
    partners = [seated(partnership).organisation for _ in range(2)]
    return actions.draft_agreement(
        partnership=partnership,
        kind="dsa",
        title="Beds for babies",
        clauses=f.dsa_clauses(partners, [convener_organisation(partnership)], **changes),
        prose="Because.",
        by=convener_of(partnership),
        at=EARLIER,
        language="en",
    )


# --- drafting -----------------------------------------------------------------------------------


def test_a_draft_has_text_hash_and_reference(partnership: Partnership) -> None:
    version = draft(partnership)
    assert (version.agreement.reference, version.number, version.state) == ("DSA-1", 1, "draft")
    assert version.text_hash == texts.text_hash(version.text)
    assert (version.starts_on, version.expires_on) == (f.START, f.END)
    assert draft(partnership).agreement.reference == "DSA-2"
    kinds = [each["kind"] for each in version.clauses]
    assert kinds == sorted(kinds, key=list(c.NAMES).index)
    assert {"linkage", "signature", "suspension"} <= set(kinds)


def test_references_are_counted_per_partnership_and_kind(agreement: Agreement) -> None:
    assert f.licensed(agreement).reference == "DUL-1"
    assert f.shared(PartnershipFactory()).reference == "DSA-1"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"minimum_cell": None}, "minimum_cell"),
        ({"purpose": None}, "purpose"),
        ({"expiry": c.Expiry(date(2025, 1, 1))}, "expiry"),
        ({"again": c.MinimumCell(50)}, "minimum_cell"),
        ({"user": c.Party("user", (c.Organisation(OrganisationFactory.build().pk, "X"),))}, "user"),
    ],
)
def test_faulty_clauses_are_refused_at_their_field(
    partnership: Partnership, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as caught:
        draft(partnership, **changes)
    assert field in caught.value.fields
    assert not Agreement.objects.exists()
    assert not Event.objects.filter(kind__startswith="agree.").exists()


def test_only_organisations_at_the_table_can_be_named(partnership: Partnership) -> None:
    stranger = OrganisationFactory()
    with pytest.raises(Invalid) as caught:
        draft(partnership, recipient=f.party("recipient", [stranger]))
    assert stranger.name in caught.value.fields["recipient"]


def test_names_in_the_text_are_those_on_record(partnership: Partnership) -> None:
    hub = convener_organisation(partnership)
    forged = c.Party("recipient", (c.Organisation(hub.pk, "The King"),))
    version = draft(partnership, recipient=forged)
    assert "The King" not in version.text
    assert hub.name in version.text


def test_strangers_and_residents_do_not_draft(partnership: Partnership) -> None:
    from commonweal.convene.tests.factories import PersonFactory, actor

    resident = PersonFactory()
    seated(partnership, voice="Young parents", person=resident)
    hub = convener_organisation(partnership)
    for by in (member_of(OrganisationFactory()), actor(resident), Actor()):
        with pytest.raises((Denied, Missing)):
            actions.draft_agreement(
                partnership=partnership,
                kind="dsa",
                title="T",
                clauses=f.dsa_clauses([hub], [hub]),
                prose="",
                by=by,
                at=AT,
            )


def test_a_licence_needs_a_sharing_agreement_of_the_same_partnership(agreement: Agreement) -> None:
    elsewhere = f.shared(PartnershipFactory())
    licence = f.licensed(agreement)
    hub = convener_organisation(agreement.partnership)
    for parent in (None, elsewhere, licence):
        with pytest.raises(Invalid):
            actions.draft_agreement(
                partnership=agreement.partnership,
                kind="dul",
                title="T",
                clauses=f.dul_clauses([hub]),
                prose="",
                parent=parent,
                by=system("test"),
                at=AT,
            )


@pytest.mark.parametrize(
    "wider",
    [
        c.Data(f.CONTRACT, ("area", "salary")),
        c.Data("cots", ("area",)),
        c.Purpose(("dpv:AcademicResearch",)),
        c.MinimumCell(4),
        c.Expiry(date(2028, 1, 1)),
        c.Start(date(2025, 12, 31)),
        c.Retention(37),
        c.Linkage(True),
        c.Withdrawal(31),
    ],
)
def test_a_wider_licence_is_refused(agreement: Agreement, wider: c.Clause) -> None:
    with pytest.raises(Invalid) as caught:
        f.licensed(agreement, **{wider.kind: wider})
    assert "DSA-1" in caught.value.fields[wider.kind]
    assert Agreement.objects.count() == 1


def test_a_licence_inherits_what_it_does_not_settle(agreement: Agreement) -> None:
    terms = queries.terms_of(queries.latest(f.licensed(agreement)))
    held = {each.kind: each for each in terms.clauses}
    assert held["minimum_cell"] == c.MinimumCell(5)
    assert held["expiry"] == c.Expiry(f.END)
    assert held["recipient"].names == (convener_organisation(agreement.partnership).name,)  # type: ignore[union-attr]


# --- signing ------------------------------------------------------------------------------------


def opened(partnership: Partnership, **changes: Any) -> AgreementVersion:
    version = draft(partnership, **changes)
    actions.open_for_signature(version=version, by=convener_of(partnership), at=EARLIER)
    return version


def sign(version: AgreementVersion, organisation: Organisation, **changes: Any) -> Signature:
    usual: dict[str, Any] = {
        "version": version,
        "organisation": organisation,
        "text_hash": version.text_hash,
        "by": f.signatory_of(organisation),
        "at": AT,
    }
    return actions.sign(**{**usual, **changes})


def test_the_last_signature_puts_it_in_force(partnership: Partnership) -> None:
    version = opened(partnership)
    parties = list(queries.unsigned(version))
    assert len(parties) == 3
    for place, organisation in enumerate(parties):
        assert version.state == State.SIGNING
        sign(version, organisation, at=AT + timedelta(hours=place))
    assert version.state == State.ACTIVE
    assert version.active_at == AT + timedelta(hours=2)
    kinds = list(Event.objects.order_by("number").values_list("kind", flat=True))
    assert kinds[-4:] == ["agree.signed", "agree.signed", "agree.signed", "agree.in_force"]


def test_one_organisation_in_two_roles_signs_once(partnership: Partnership) -> None:
    hub = convener_organisation(partnership)
    version = opened(
        partnership, provider=f.party("provider", [hub]), recipient=f.party("recipient", [hub])
    )
    sign(version, hub)
    assert version.state == State.ACTIVE


def test_a_draft_cannot_be_signed(partnership: Partnership) -> None:
    version = draft(partnership)
    with pytest.raises(Conflict):
        sign(version, convener_organisation(partnership))


def test_a_signature_over_an_outdated_text_is_refused(partnership: Partnership) -> None:
    version = opened(partnership)
    organisation = next(iter(queries.unsigned(version)))
    read_hash = version.text_hash
    newer = actions.revise(
        agreement=version.agreement,
        clauses=[
            each if each.kind != "minimum_cell" else c.MinimumCell(1)
            for each in queries.clauses_of(version)
        ],
        prose="",
        by=convener_of(partnership),
        at=AT,
    )
    assert newer.text_hash != read_hash
    with pytest.raises(Conflict):
        sign(version, organisation)
    actions.open_for_signature(version=newer, by=convener_of(partnership), at=AT)
    with pytest.raises(Conflict, match="not the one you read"):
        sign(newer, organisation, text_hash=read_hash)
    assert not Signature.objects.exists()


def test_text_that_was_tampered_with_in_the_database_is_not_signed(
    partnership: Partnership,
) -> None:
    version = opened(partnership)
    organisation = next(iter(queries.unsigned(version)))
    forged = AgreementVersion.objects.get(pk=version.pk)
    forged.text = version.text.replace("fewer than 5", "fewer than 1")
    assert forged.text != version.text
    with pytest.raises(Conflict):
        signing._check_signable(forged, organisation, version.text_hash, AT)


def test_only_a_signatory_of_a_party_signs(partnership: Partnership) -> None:
    version = opened(partnership)
    organisation = next(iter(queries.unsigned(version)))
    third = seated(partnership).organisation
    assert third is not None
    for by in (
        member_of(organisation),
        member_of(organisation, Role.STEWARD),
        f.signatory_of(third),
        convener_of(partnership),
        system("test"),
    ):
        with pytest.raises(Denied):
            sign(version, organisation, by=by)
    with pytest.raises(Denied, match="not a party"):
        sign(version, third)
    assert not Signature.objects.exists()


def test_a_signatory_at_another_table_does_not_find_it(partnership: Partnership) -> None:

    version = opened(partnership)
    elsewhere = convener_organisation(PartnershipFactory())
    with pytest.raises(Missing):
        sign(version, elsewhere)


def test_an_organisation_that_left_the_table_cannot_sign(partnership: Partnership) -> None:

    version = opened(partnership)
    organisation = next(iter(queries.unsigned(version)))
    partnership.seats.filter(organisation=organisation).update(until_at=AT, ended_because="left")
    with pytest.raises((Denied, Missing)):
        sign(version, organisation, at=AT + timedelta(days=1))


def test_a_second_signature_of_the_same_party_is_refused(partnership: Partnership) -> None:
    version = opened(partnership)
    organisation = next(iter(queries.unsigned(version)))
    sign(version, organisation)
    with pytest.raises(Conflict, match="already"):
        sign(version, organisation)
    assert Signature.objects.count() == 1


def test_two_racing_signatures_of_one_party_leave_one(
    partnership: Partnership, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second request passed its check before the first one wrote: the database decides."""
    version = opened(partnership)
    organisation = next(iter(queries.unsigned(version)))
    by = f.signatory_of(organisation)
    check = signing._check_signable

    def check_then_lose_the_race(*arguments: Any) -> None:
        check(*arguments)
        monkeypatch.setattr(signing, "_check_signable", check)
        Signature.objects.create(
            version=version,
            organisation=organisation,
            person_id=by.person_id,
            name="First",
            text_hash=version.text_hash,
            signed_at=AT,
        )

    monkeypatch.setattr(signing, "_check_signable", check_then_lose_the_race)
    with pytest.raises(Conflict, match="already"), transaction.atomic():
        sign(version, organisation, by=by)
    assert not Event.objects.filter(kind="agree.signed").exists()


def test_a_signature_under_another_text_does_not_count(partnership: Partnership) -> None:
    """Whoever writes to the database directly still needs the text that was signed."""
    version = opened(partnership)
    for organisation in list(queries.unsigned(version)):
        Signature.objects.create(
            version=version,
            organisation=organisation,
            person_id=f.signatory_of(organisation).person_id,
            name="Somebody",
            text_hash="0" * 64,
            signed_at=AT,
        )
    AgreementVersion.objects.filter(pk=version.pk).update(state=State.ACTIVE, active_at=AT)
    own = {"organisation": providers_of(version.agreement)[0].pk, "purpose": "", "output": "none"}
    clause = refused(version.agreement, action="submit", **own)
    assert clause == "DSA-1 clause 9 (signatures)"


def test_an_agreement_that_would_have_ended_is_not_signed(partnership: Partnership) -> None:
    version = opened(partnership, expiry=c.Expiry(date(2026, 2, 28)))
    organisation = next(iter(queries.unsigned(version)))
    with pytest.raises(Conflict, match="ended before"):
        sign(version, organisation, at=datetime(2026, 3, 1, tzinfo=UTC))
    sign(version, organisation, at=datetime(2026, 2, 28, 23, 59, tzinfo=UTC))


def test_what_was_signed_cannot_be_changed(agreement: Agreement) -> None:
    version = queries.latest(agreement)
    for model, change in (
        (AgreementVersion, {"text": "x"}),
        (AgreementVersion, {"clauses": []}),
        (AgreementVersion, {"text_hash": "0" * 64}),
        (AgreementVersion, {"expires_on": date(2030, 1, 1)}),
        (Signature, {"signed_at": EARLIER}),
        (Signature, {"text_hash": "0" * 64}),
        (Agreement, {"title": "x"}),
        (Agreement, {"parent": None}),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            model.objects.update(**change)  # type: ignore[attr-defined]
    assert AgreementVersion.objects.get(pk=version.pk).text == version.text


def test_constraints(agreement: Agreement) -> None:
    version = queries.latest(agreement)
    doubtful: list[Any] = [
        lambda: AgreementVersion.objects.filter(pk=version.pk).update(active_at=None),
        lambda: AgreementVersion.objects.filter(pk=version.pk).update(state="replaced"),
        lambda: AgreementVersion.objects.filter(pk=version.pk).update(state="void"),
        lambda: agreement.suspensions.create(from_at=AT, reason=""),
        lambda: [agreement.suspensions.create(from_at=AT, reason="x") for _ in range(2)],
        lambda: Agreement.objects.create(
            partnership=agreement.partnership, kind="dul", reference="X", title="x", drafted_at=AT
        ),
        lambda: Agreement.objects.create(
            partnership=agreement.partnership,
            kind="dsa",
            reference="DSA-1",
            title="x",
            drafted_at=AT,
        ),
    ]
    for write in doubtful:
        with pytest.raises(IntegrityError), transaction.atomic():
            write()


# --- a new version ------------------------------------------------------------------------------


def test_a_new_version_takes_over_only_when_all_have_signed(agreement: Agreement) -> None:
    f.licensed(agreement)
    stricter = [
        each if each.kind != "minimum_cell" else c.MinimumCell(20)
        for each in queries.clauses_of(queries.latest(agreement))
    ]
    version = actions.revise(
        agreement=agreement, clauses=stricter, prose="", by=system("test"), at=AT
    )
    assert (version.number, queries.latest(agreement).number) == (2, 1)
    assert permit(agreement).minimum_cell == 5
    f.signed_by_all(version, AT)
    assert queries.latest(agreement).number == 2
    former = AgreementVersion.objects.get(agreement=agreement, number=1)
    assert (former.state, former.replaced_at) == (State.REPLACED, AT)
    given = permit(agreement)
    assert given.minimum_cell == 20
    assert {(each.reference, each.version) for each in given.agreements} == {
        ("DSA-1", 2),
        ("DUL-1", 1),
    }


def test_a_new_draft_takes_the_place_of_the_former_and_its_signatures(
    partnership: Partnership,
) -> None:
    version = opened(partnership)
    sign(version, next(iter(queries.unsigned(version))))
    newer = actions.revise(
        agreement=version.agreement,
        clauses=queries.clauses_of(version),
        prose="Better words.",
        by=convener_of(partnership),
        at=AT,
    )
    version.refresh_from_db()
    assert version.state == State.REPLACED
    assert len(list(queries.unsigned(newer))) == 3
    assert [each.version for each in queries.terms_in(partnership)] == [2]


def test_only_parties_and_the_convener_revise_and_open(partnership: Partnership) -> None:
    version = draft(partnership)
    third = seated(partnership).organisation
    assert third is not None
    with pytest.raises(Denied):
        actions.open_for_signature(version=version, by=f.signatory_of(third), at=AT)
    with pytest.raises(Denied):
        actions.revise(
            agreement=version.agreement,
            clauses=queries.clauses_of(version),
            prose="",
            by=member_of(third),
            at=AT,
        )
    party = next(iter(queries.unsigned(version)))
    actions.open_for_signature(version=version, by=member_of(party), at=AT)
    with pytest.raises(Conflict):
        actions.open_for_signature(version=version, by=member_of(party), at=AT)


def test_a_licence_that_became_wider_is_not_opened(agreement: Agreement) -> None:
    hub = convener_organisation(agreement.partnership)
    licence = actions.draft_agreement(
        partnership=agreement.partnership,
        kind="dul",
        title="T",
        clauses=f.dul_clauses([hub]),
        prose="",
        parent=agreement,
        by=system("test"),
        at=AT,
    )
    narrower = [
        each if each.kind != "data" else c.Data(f.CONTRACT, ("area",))
        for each in queries.clauses_of(queries.latest(agreement))
    ]
    f.signed_by_all(
        actions.revise(agreement=agreement, clauses=narrower, prose="", by=system("test"), at=AT),
        AT,
    )
    with pytest.raises(Invalid) as caught:
        actions.open_for_signature(version=licence, by=system("test"), at=AT)
    assert "data" in caught.value.fields


# --- leaving and stopping -----------------------------------------------------------------------


def test_withdrawal_counts_from_its_instant_and_leaves_the_others(agreement: Agreement) -> None:
    f.licensed(agreement)
    first, second = providers_of(agreement)
    by = f.signatory_of(first)
    row = actions.withdraw(agreement=agreement, organisation=first, reason="", by=by, at=AT)
    assert row.destroy_at == AT + timedelta(days=30)
    before = permit(agreement, at=AT - timedelta(microseconds=1))
    assert set(before.providers) == {first.pk, second.pk}
    after = permit(agreement, at=AT)
    assert after.providers == (second.pk,)
    assert after.refused_providers[first.pk].clause == "DSA-1 clause 13 (withdrawal)"
    assert refused(agreement, providers=(first.pk,)) == "DSA-1 clause 13 (withdrawal)"
    own = {"action": "submit", "organisation": first.pk, "purpose": "", "output": "none"}
    assert refused(agreement, **own) == "DSA-1 clause 13 (withdrawal)"
    with pytest.raises(Conflict):
        actions.withdraw(agreement=agreement, organisation=first, reason="", by=by, at=AT)


def test_only_its_signatory_withdraws_an_organisation(agreement: Agreement) -> None:
    first = providers_of(agreement)[0]
    others = (
        member_of(first),
        convener_of(agreement.partnership),
        f.signatory_of(convener_organisation(agreement.partnership)),
        system("test"),
    )
    for by in others:
        with pytest.raises(Denied):
            actions.withdraw(agreement=agreement, organisation=first, reason="", by=by, at=AT)
    outsider = OrganisationFactory()
    with pytest.raises(Conflict):
        actions.withdraw(
            agreement=agreement,
            organisation=outsider,
            reason="",
            by=f.signatory_of(outsider),
            at=AT,
        )
    assert not Withdrawal.objects.exists()


def test_who_left_the_table_can_still_withdraw(agreement: Agreement) -> None:
    first = providers_of(agreement)[0]
    agreement.partnership.seats.filter(organisation=first).update(until_at=AT, ended_because="left")
    later = AT + timedelta(days=2)
    by = f.signatory_of(first)
    slug = agreement.partnership.slug
    assert queries.agreement_for(by, slug, "DSA-1", later) == agreement
    actions.withdraw(agreement=agreement, organisation=first, reason="", by=by, at=later)
    assert Withdrawal.objects.get().organisation == first


def test_destruction_is_due_after_notice_unless_the_organisation_came_back(
    agreement: Agreement,
) -> None:
    first, second = providers_of(agreement)
    for organisation in (first, second):
        actions.withdraw(
            agreement=agreement,
            organisation=organisation,
            reason="",
            by=f.signatory_of(organisation),
            at=AT,
        )
    notice = AT + timedelta(days=30)
    assert not list(queries.destructions_due(notice - timedelta(microseconds=1)))
    version = actions.revise(
        agreement=agreement,
        clauses=[
            each if each.kind != "provider" else f.party("provider", [first])
            for each in queries.clauses_of(queries.latest(agreement))
        ],
        prose="",
        by=system("test"),
        at=AT + timedelta(days=1),
    )
    f.signed_by_all(version, AT + timedelta(days=2))
    assert [each.organisation for each in queries.destructions_due(notice)] == [second]
    own = {"action": "submit", "organisation": first.pk, "purpose": "", "output": "none"}
    assert permit(agreement, at=notice, **own).providers == (first.pk,)


def test_suspension_stops_everybody_until_it_is_lifted(agreement: Agreement) -> None:
    licence = f.licensed(agreement)
    by = convener_of(agreement.partnership)
    party = f.signatory_of(providers_of(agreement)[0])
    with pytest.raises(Denied):
        actions.suspend(agreement=agreement, reason="x", by=party, at=AT)
    with pytest.raises(Invalid):
        actions.suspend(agreement=agreement, reason=" ", by=by, at=AT)
    actions.suspend(agreement=agreement, reason="A file went astray.", by=by, at=AT)
    assert refused(agreement) == "DSA-1 clause 12 (suspension)"
    permit(agreement, at=AT - timedelta(microseconds=1))
    with pytest.raises(Conflict):
        actions.suspend(agreement=agreement, reason="again", by=by, at=AT)
    later = AT + timedelta(hours=1)
    actions.resume(agreement=agreement, by=by, at=later)
    assert permit(agreement, at=later)
    assert refused(agreement, at=later - timedelta(microseconds=1)).startswith("DSA-1 clause 12")
    with pytest.raises(Conflict):
        actions.resume(agreement=agreement, by=by, at=later)
    actions.suspend(agreement=licence, reason="x", by=by, at=later)
    assert refused(agreement, at=later) == "DUL-1 clause 12 (suspension)"


# --- permits ------------------------------------------------------------------------------------


def test_a_permit_is_logged_with_what_it_rests_on(agreement: Agreement) -> None:
    f.licensed(agreement)
    given = permit(agreement)
    event = Event.objects.get(kind="agree.granted")
    assert event.scope == agreement.partnership_id
    assert event.data["permit"] == given.id
    assert event.data["agreements"] == ["DUL-1 v1", "DSA-1 v1"]
    assert event.data["fields"] == ["area", "slept_safely"]


def test_a_refusal_is_logged_and_stays_when_the_caller_fails(agreement: Agreement) -> None:
    clause = refused(agreement)
    assert clause == "DSA-1 clause 4 (purposes)"
    event = Event.objects.get(kind="agree.refused")
    assert (event.data["reference"], event.data["number"]) == ("DSA-1", 4)
    assert event.data["code"] == "no_licence"
    assert queries.refusal_counts(agreement) == {4: 1}


@pytest.mark.django_db(transaction=True)
def test_a_permit_inside_another_transaction_is_a_bug(agreement: Agreement) -> None:
    """The refusal would be rolled back with it."""
    f.licensed(agreement)
    with pytest.raises(RuntimeError), transaction.atomic():
        permit(agreement)
    assert not Event.objects.filter(kind="agree.granted").exists()


def test_a_provider_left_out_is_logged_as_refused(agreement: Agreement) -> None:
    f.licensed(agreement)
    first = providers_of(agreement)[0]
    actions.withdraw(
        agreement=agreement, organisation=first, reason="", by=f.signatory_of(first), at=AT
    )
    given = permit(agreement)
    event = Event.objects.get(kind="agree.refused")
    assert event.data["provider"] == str(first.pk)
    assert event.data["permit"] == given.id
    assert queries.refusal_counts(agreement) == {13: 1}


def test_nobody_asks_in_the_name_of_an_organisation_that_is_not_theirs(
    agreement: Agreement,
) -> None:
    f.licensed(agreement)
    first = providers_of(agreement)[0]
    with pytest.raises(Denied):
        permit(agreement, by=member_of(first))
    assert permit(agreement, by=member_of(convener_organisation(agreement.partnership)))


def test_the_holder_of_a_link_asks_for_its_own_organisation_only(agreement: Agreement) -> None:
    first, second = providers_of(agreement)
    link = Actor(
        link_id=uuid4(), link_purpose="submit", roles=frozenset({(first.pk, Role.MEMBER.value)})
    )
    own: dict[str, Any] = {"action": "submit", "purpose": "", "output": "none"}
    assert permit(agreement, by=link, organisation=first.pk, **own).providers == (first.pk,)
    with pytest.raises(Denied):
        permit(agreement, by=link, organisation=second.pk, **own)


def test_a_foreign_partnership_has_no_say(agreement: Agreement) -> None:
    f.licensed(agreement)
    elsewhere = PartnershipFactory(convener=convener_organisation(agreement.partnership))
    assert refused(agreement, partnership=elsewhere.pk) == ""


def test_unsigned_partly_signed_expired(partnership: Partnership) -> None:
    version = opened(partnership)
    agreement = version.agreement
    parties = list(queries.unsigned(version))
    own = {
        "action": "submit",
        "organisation": providers_of(agreement)[0].pk,
        "purpose": "",
        "output": "none",
    }
    assert refused(agreement, **own) == "DSA-1 clause 9 (signatures)"
    for organisation in parties:
        assert refused(agreement, **own) == "DSA-1 clause 9 (signatures)"
        sign(version, organisation)
    assert permit(agreement, **own)
    last = datetime(2027, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)
    assert permit(agreement, at=last, **own).expires_at == last + timedelta(microseconds=1)
    over = datetime(2028, 1, 1, tzinfo=UTC)
    assert refused(agreement, at=over, **own) == "DSA-1 clause 11 (expiry)"


def test_events_hold_no_personal_value(agreement: Agreement) -> None:
    """Not the signatory's name or address, not the reasons people wrote."""
    f.licensed(agreement)
    first = providers_of(agreement)[0]
    by = f.signatory_of(first)
    actions.withdraw(
        agreement=agreement, organisation=first, reason="Jo Bloggs asked", by=by, at=AT
    )
    actions.suspend(
        agreement=agreement,
        reason="Jo Bloggs again",
        by=convener_of(agreement.partnership),
        at=AT,
    )
    refused(agreement)
    people = [signature.name for signature in Signature.objects.all()]
    assert people
    for event in Event.objects.filter(kind__startswith="agree."):
        said = str(event.data) + event.subject
        assert "Bloggs" not in said and "@" not in said
        assert not [name for name in people if name in said]
