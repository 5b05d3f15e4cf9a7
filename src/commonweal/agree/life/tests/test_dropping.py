"""A text on its way that is given up: it stays on record and is signed by nobody."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from commonweal.agree import actions, dropping, queries
from commonweal.agree.models import Agreement, AgreementVersion, State
from commonweal.agree.tests import factories as f
from commonweal.compute.permits import clauses as c
from commonweal.convene.models import Partnership
from commonweal.convene.tests.factories import (
    AT,
    PartnershipFactory,
    PersonFactory,
    affiliated,
    convener_of,
    convener_organisation,
    member_of,
    seated,
)
from commonweal.core.errors import Conflict, Denied, Invalid
from commonweal.core.models import Event, Organisation, OutgoingMail, Role
from commonweal.core.scope import system
from commonweal.core.tests.ways_in import signed_in

pytestmark = pytest.mark.django_db
BY = system("test")
WHY = "The council shares this under another agreement."


@pytest.fixture
def partnership() -> Partnership:
    return PartnershipFactory()


@pytest.fixture
def partner(partnership: Partnership) -> Organisation:
    organisation = seated(partnership).organisation
    assert organisation is not None
    return organisation


@pytest.fixture
def draft(partnership: Partnership, partner: Organisation) -> AgreementVersion:
    return drafted(partnership, partner)


def drafted(partnership: Partnership, partner: Organisation) -> AgreementVersion:
    return actions.draft_agreement(
        partnership=partnership,
        kind="dsa",
        title="Beds for babies",
        clauses=f.dsa_clauses([partner], [convener_organisation(partnership)]),
        prose="",
        by=BY,
        at=AT,
        language="en",
    )


def licence(parent: Agreement, user: Organisation) -> AgreementVersion:
    return actions.draft_agreement(
        partnership=parent.partnership,
        kind="dul",
        parent=parent,
        title="Measuring beds",
        clauses=f.dul_clauses([user]),
        prose="",
        by=BY,
        at=AT,
        language="en",
    )


def drop(version: AgreementVersion, reason: str = WHY, at: datetime = AT) -> None:
    dropping.drop(version=version, reason=reason, by=BY, at=at)
    version.refresh_from_db()


def test_a_dropped_draft_leaves_the_list_and_stays_on_record(draft: AgreementVersion) -> None:
    drop(draft)
    assert (draft.state, draft.dropped_at, draft.dropped_because) == (State.DROPPED, AT, WHY)
    agreement = draft.agreement
    assert queries.summaries(agreement.partnership, AT) == []
    assert list(queries.dropped(agreement.partnership)) == [agreement]
    assert queries.latest(agreement) == draft
    assert Event.objects.filter(kind="agree.dropped").count() == 1


def test_nobody_hears_of_a_draft_that_nobody_was_asked_about(draft: AgreementVersion) -> None:
    drop(draft)
    assert not OutgoingMail.objects.exists()


def test_whoever_was_asked_is_told_and_nothing_is_signed(
    draft: AgreementVersion, partner: Organisation
) -> None:
    signatory = f.signatory_of(partner)
    actions.open_for_signature(version=draft, by=BY, at=AT)
    OutgoingMail.objects.all().delete()
    drop(draft)
    (told,) = OutgoingMail.objects.all()
    assert told.subject == "Dropped: DSA-1"
    assert WHY not in told.body
    with pytest.raises(Conflict, match="It was dropped"):
        actions.sign(
            version=draft, organisation=partner, text_hash=draft.text_hash, by=signatory, at=AT
        )
    assert not draft.signatures.exists()


def test_what_is_in_force_stays_so(partnership: Partnership, partner: Organisation) -> None:
    agreement = f.shared(partnership, [partner])
    in_force = queries.latest(agreement)
    clauses = f.dsa_clauses(
        [partner], [convener_organisation(partnership)], minimum_cell=c.MinimumCell(9)
    )
    newer = actions.revise(agreement=agreement, clauses=clauses, prose="", by=BY, at=AT)
    drop(newer)
    assert queries.latest(agreement) == in_force
    assert in_force.state == State.ACTIVE
    assert not queries.dropped(partnership).exists()


def test_it_can_be_taken_up_again(draft: AgreementVersion, partner: Organisation) -> None:
    drop(draft)
    clauses = queries.clauses_of(draft)
    again = actions.revise(agreement=draft.agreement, clauses=clauses, prose="", by=BY, at=AT)
    assert (again.number, again.state) == (2, State.DRAFT)
    draft.refresh_from_db()
    assert draft.state == State.DROPPED
    assert not queries.dropped(draft.agreement.partnership).exists()


def test_nothing_rests_on_what_was_dropped(draft: AgreementVersion, partner: Organisation) -> None:
    under = licence(draft.agreement, partner)
    with pytest.raises(Conflict, match="DUL-1 rests on it"):
        drop(draft)
    drop(under)
    drop(draft)
    with pytest.raises(Invalid, match="DSA-1 was dropped"):
        licence(draft.agreement, partner)


@pytest.mark.parametrize("reason", ["", "  \n ", "x" * (dropping.MOST + 1)])
def test_the_reason_is_asked_for(draft: AgreementVersion, reason: str) -> None:
    with pytest.raises(Invalid) as refused:
        drop(draft, reason)
    assert list(refused.value.fields) == ["reason"]
    draft.refresh_from_db()
    assert draft.state == State.DRAFT


def test_only_a_party_or_the_convener_drops_it(
    partnership: Partnership, partner: Organisation, draft: AgreementVersion
) -> None:
    other = seated(partnership).organisation
    assert other is not None
    with pytest.raises(Denied):
        dropping.drop(version=draft, reason=WHY, by=member_of(other), at=AT)
    dropping.drop(version=draft, reason=WHY, by=member_of(partner), at=AT)
    second = drafted(partnership, partner)
    dropping.drop(version=second, reason=WHY, by=convener_of(partnership), at=AT)


def test_what_was_signed_by_all_or_dropped_is_dropped_no_more(
    partnership: Partnership, partner: Organisation, draft: AgreementVersion
) -> None:
    drop(draft)
    with pytest.raises(Conflict, match="It was dropped"):
        drop(draft)
    with pytest.raises(Conflict, match="Every party has signed"):
        drop(queries.latest(f.shared(partnership, [partner])))


def test_the_database_asks_for_the_reason_too(draft: AgreementVersion) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        AgreementVersion.objects.filter(pk=draft.pk).update(state=State.DROPPED, dropped_at=AT)


def client_of(organisation: Organisation) -> Client:
    person = PersonFactory()
    affiliated(person, organisation, Role.MEMBER)
    return signed_in(person)


def test_the_page_drops_what_was_read(
    monkeypatch: pytest.MonkeyPatch, draft: AgreementVersion, partner: Organisation
) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: AT)
    client = client_of(partner)
    where = [draft.agreement.partnership.slug, draft.agreement.reference]
    url = reverse("drop_text", args=where)
    assert url in client.get(reverse("agreement", args=where)).content.decode()
    assert client.get(url).status_code == 200
    assert client.post(url, {"number": 1, "reason": ""}).status_code == 422
    assert client.post(url, {"number": 2, "reason": WHY}).status_code == 409
    answer = client.post(url, {"number": 1, "reason": WHY}, follow=True).content.decode()
    assert WHY in answer
    assert "Take it up again" in answer
    assert reverse("draft_licence", args=where) not in answer
    listed = client.get(reverse("agreements", args=where[:1])).content.decode()
    assert "Dropped before they were signed" in listed
    assert reverse("agreement", args=where) in listed
