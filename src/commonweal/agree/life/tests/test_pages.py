"""From a draft to the last signature on the pages, with and without an account."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from commonweal.agree import actions, commenting, mailed_signing, queries, renewals
from commonweal.agree.documents.queries import code_of
from commonweal.agree.models import (
    Agreement,
    AgreementVersion,
    Comment,
    MailedSignatory,
    Signature,
    State,
)
from commonweal.agree.tests import factories as f
from commonweal.agree.tests.test_views import initial
from commonweal.compute.permits import clauses as c
from commonweal.convene import reach
from commonweal.convene.models import Partnership
from commonweal.convene.tests.factories import (
    AT,
    EARLIER,
    PartnershipFactory,
    PersonFactory,
    affiliated,
    convener_of,
    convener_organisation,
    member_of,
    seated,
)
from commonweal.core import mail
from commonweal.core import queries as core
from commonweal.core.models import Affiliation, Organisation, OutgoingMail, Person, Role
from commonweal.core.scope import system
from commonweal.core.tests.ways_in import signed_in

pytestmark = pytest.mark.django_db
BY = system("test")


class Clock:
    now: datetime = AT


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[Clock]:
    held = Clock()
    monkeypatch.setattr("django.utils.timezone.now", lambda: held.now)
    with override("en"):
        yield held


def client_of(organisation: Organisation, *roles: str) -> Client:
    person = PersonFactory()
    for role in {Role.MEMBER, *roles}:
        affiliated(person, organisation, role)
    return signed_in(person)


def path(name: str, agreement: Agreement, *more: object) -> str:
    return reverse(name, args=[agreement.partnership.slug, agreement.reference, *more])


def body(answer: HttpResponse) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


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
    return actions.draft_agreement(
        partnership=partnership,
        kind="dsa",
        title="Beds for babies",
        clauses=f.dsa_clauses([partner], [convener_organisation(partnership)]),
        prose="",
        by=BY,
        at=EARLIER,
        language="en",
    )


def test_a_text_is_talked_over_until_every_party_is_content(
    partnership: Partnership, partner: Organisation, draft: AgreementVersion
) -> None:
    agreement = draft.agreement
    convener, theirs = client_of(convener_organisation(partnership)), client_of(partner)
    page = body(convener.get(path("agreement", agreement)))
    assert "Nobody was asked for comments on this text." in page and "Open for comment" in page
    answer = convener.post(path("open_for_comment", agreement), {"number": "1"}, follow=True)
    assert "It is open for comment." in body(answer)
    names = sorted([partner.name, convener_organisation(partnership).name])
    assert f"Not content with this text yet: {' and '.join(names)}." in body(answer)

    url = f"{path('comment_agreement', agreement)}?clause=5"
    page_html = theirs.get(url).content.decode()
    assert re.search(r'<option value="5" selected>5\. ', page_html)
    assert theirs.post(url, {"clause": "5", "words": ""}).status_code == 422
    said = {"clause": "5", "words": "Ten, <b>please</b>.", "speaker": str(partner.pk)}
    answer = theirs.post(url, said)
    assert answer["Location"].endswith("/versions/1/#clause-5")
    html = convener.get(path("agreement_version", agreement, 1)).content.decode()
    assert 'id="clause-5"' in html and "Ten, &lt;b&gt;please&lt;/b&gt;." in html
    assert html.index('id="clause-5"') < html.index("Ten, &lt;b&gt;") < html.index('id="clause-6"')

    remark = Comment.objects.get()
    url = path("answer_comment", agreement, remark.pk)
    assert "Ten, &lt;b&gt;" in convener.get(url).content.decode()
    assert convener.post(url, {"outcome": "taken"}).status_code == 422
    convener.post(url, {"outcome": "not_taken", "answer": "The law says 5."})
    page = body(theirs.get(path("agreement_version", agreement, 1)))
    assert "Not taken" in page and "The law says 5." in page
    assert convener.post(url, {"outcome": "taken", "answer": "Again."}).status_code == 422

    for client, organisation in ((convener, convener_organisation(partnership)), (theirs, partner)):
        page = body(client.get(path("agreement_version", agreement, 1)))
        assert f"{organisation.name} is content with this text" in page
        answer = client.post(
            path("be_content", agreement),
            {"number": "1", "text_hash": draft.text_hash, "organisation": str(organisation.pk)},
            follow=True,
        )
        assert f"{organisation.name} is content with this text." in body(answer)
    page = body(convener.get(path("agreement_version", agreement, 1)))
    assert "Agreed" in page and "Open for signature anyway" not in page
    answer = convener.post(path("open_for_signature", agreement), {"number": "1"}, follow=True)
    assert "is told by mail" in body(answer)
    assert "Nobody was asked" not in body(answer)


def test_who_does_not_wait_is_told_who_is_left_out(
    partnership: Partnership, draft: AgreementVersion
) -> None:
    actions.open_for_comment(version=draft, by=BY, at=EARLIER)
    convener = client_of(convener_organisation(partnership))
    url = path("open_for_signature", draft.agreement)
    answer = convener.post(url, {"number": "1"})
    assert answer.status_code == 409 and "Not content with this text yet" in body(answer)
    assert convener.post(url, {"number": "1", "anyway": "yes"}).status_code == 302
    page = body(convener.get(path("agreement", draft.agreement)))
    assert "Not content with this text yet" in page
    again = convener.post(url, {"number": "1"})
    assert again.status_code == 409
    assert "It is open for signature." in body(again) and "signing" not in body(again)


def test_a_changed_text_refuses_the_mark_meant_for_the_old_one(
    partner: Organisation, draft: AgreementVersion
) -> None:
    actions.open_for_comment(version=draft, by=BY, at=EARLIER)
    theirs = client_of(partner)
    clauses = queries.clauses_of(draft)
    actions.revise(agreement=draft.agreement, clauses=clauses, prose="New.", by=BY, at=AT)
    url = path("be_content", draft.agreement)
    told = {"text_hash": draft.text_hash, "organisation": str(partner.pk)}
    for sent in ({**told, "number": "1"}, told):
        assert theirs.post(url, sent).status_code == 409
    told["text_hash"] = queries.latest(draft.agreement).text_hash
    assert theirs.post(url, {**told, "organisation": "x"}).status_code == 422
    assert theirs.post(url, told).status_code == 302
    assert theirs.post(url, told).status_code == 409
    assert (
        theirs.post(path("comment_agreement", draft.agreement), {"number": "1"}).status_code == 409
    )


def test_residents_say_something_for_those_they_speak_for(
    partnership: Partnership, draft: AgreementVersion
) -> None:
    actions.open_for_comment(version=draft, by=BY, at=EARLIER)
    resident = PersonFactory()
    seat = seated(partnership, voice="Young parents", person=resident)
    client = signed_in(resident)
    url = path("comment_agreement", draft.agreement)
    page = client.get(path("agreement", draft.agreement)).content.decode()
    assert "Comment on clause 5" in page and 'name="text_hash"' not in page
    answer = client.post(
        url, {"clause": "0", "words": "Why five?", "speaker": str(seat.pk)}, follow=True
    )
    assert "Young parents" in body(answer) and "Why five?" in body(answer)
    assert (
        client.get(path("answer_comment", draft.agreement, Comment.objects.get().pk)).status_code
        == 403
    )


def test_a_comment_of_another_agreement_is_not_there(
    partnership: Partnership, partner: Organisation, draft: AgreementVersion
) -> None:
    elsewhere = f.shared(partnership, [partner])
    actions.open_for_comment(version=draft, by=BY, at=EARLIER)
    remark = commenting.comment(
        version=draft, clause=0, words_="Hm.", speaker=partner, by=member_of(partner), at=AT
    )
    convener = client_of(convener_organisation(partnership))
    assert convener.get(path("answer_comment", elsewhere, remark.pk)).status_code == 404


# --- signing again who one is ---------------------------------------------------------------------


@pytest.fixture
def opened(draft: AgreementVersion) -> AgreementVersion:
    actions.open_for_signature(version=draft, by=BY, at=EARLIER)
    return draft


def signatory_of(organisation: Organisation) -> Person:
    person = PersonFactory()
    for role in (Role.MEMBER, Role.SIGNATORY):
        affiliated(person, organisation, role)
    return person


def test_a_session_left_open_does_not_sign(partner: Organisation, opened: AgreementVersion) -> None:
    person, url = signatory_of(partner), path("sign_agreement", opened.agreement)
    signature = {"organisation": partner.pk, "text_hash": opened.text_hash, "may_sign": "on"}
    stale = signed_in(person, ago=16 * 60)
    page = stale.get(url)
    assert "Show that it is you" in body(page) and opened.text_hash in body(page)
    assert 'name="may_sign"' not in page.content.decode()
    answer = stale.post(url, signature)
    assert answer.status_code == 302
    assert not Signature.objects.exists()
    # Somebody without a password is asked to open a mailed link, and comes back.
    asked = stale.get(answer["Location"])
    assert asked["Location"].startswith("/sign-in/?again=1")
    assert "You have no password" in body(stale.get(asked["Location"]))
    # Somebody else's fresh session is no proof of one's own.
    assert signed_in(person, ago=14 * 60).post(url, signature).status_code == 302
    assert Signature.objects.get().way == "account"


def test_without_any_record_of_signing_in_nothing_is_signed(
    partner: Organisation, opened: AgreementVersion
) -> None:
    client = Client()
    client.force_login(signatory_of(partner), backend="django.contrib.auth.backends.ModelBackend")
    signature = {"organisation": partner.pk, "text_hash": opened.text_hash, "may_sign": "on"}
    client.post(path("sign_agreement", opened.agreement), signature)
    assert not Signature.objects.exists()


def test_a_second_mailed_link_is_proof(
    partner: Organisation, opened: AgreementVersion, clock: Clock
) -> None:
    from django.utils import timezone

    from commonweal.core import signin

    person, url = signatory_of(partner), path("sign_agreement", opened.agreement)
    client = signed_in(person, ago=3600)
    signin.send_link(person=person, next_path=url, by=BY, at=timezone.now())
    sent = mail.body_of(OutgoingMail.objects.get(purpose="sign-in"))
    found = re.search(r"/l/sign-in/[\w-]{43}/", sent)
    assert found
    answer = client.post(found[0])
    assert answer["Location"] == url
    assert 'name="may_sign"' in client.get(url).content.decode()


# --- signing without an account -------------------------------------------------------------------


def test_somebody_without_an_account_signs(
    partnership: Partnership, partner: Organisation, opened: AgreementVersion, clock: Clock
) -> None:
    agreement, theirs = opened.agreement, client_of(partner)
    page = body(theirs.get(path("agreement", agreement)))
    assert "Nobody can sign for it here yet: its own people name who signs." in page
    url = path("name_signatory", agreement)
    assert theirs.post(url, {"name": "", "email": "x"}).status_code == 422
    sent = {"name": "Lena Ortiz", "email": "lena@council.example", "authority": "on"}
    answer = theirs.post(url, {**sent, "organisation": str(partner.pk)}, follow=True)
    assert "Lena Ortiz for" in body(answer) and "l•••@council.example" in body(answer)
    convener = client_of(convener_organisation(partnership))
    page = body(convener.get(path("agreement", agreement)))
    assert "Lena Ortiz for" in page and "council.example" not in page
    namer = MailedSignatory.objects.get().named_by
    assert f"Named by {namer} of {partner.name} on 1 March 2026." in page
    assert convener.get(url).status_code == 200  # for the own organisation only
    assert theirs.get(url).status_code == 200

    found = re.search(
        r"/l/sign/[\w-]{43}/", mail.body_of(OutgoingMail.objects.get(purpose="signature"))
    )
    assert found
    visitor, link = Client(), found[0]
    page = body(visitor.get(link))
    assert "Send me the code" in page and opened.text_hash in page and "5. " in page
    assert visitor.get(f"{link}code/").status_code == 405
    answer = visitor.post(f"{link}code/", follow=True)
    assert "We sent a code to l•••@council.example." in body(answer)
    code = re.search(
        r"^\d{6}$",
        mail.body_of(OutgoingMail.objects.get(subject__startswith="Your code")),
        re.M,
    )
    assert code
    signature = {"text_hash": opened.text_hash, "code": code[0], "may_sign": "on"}
    for change in ({"code": ""}, {"code": "12"}, {"may_sign": ""}, {"text_hash": "0" * 64}):
        assert visitor.post(link, {**signature, **change}).status_code == 422
    assert not Signature.objects.exists()
    assert "has signed for" in body(visitor.post(link, signature))
    assert visitor.post(link, signature).status_code == 404
    page = body(convener.get(path("agreement", agreement)))
    assert "Lena Ortiz (by a link and a code sent to l•••@council.example)" in page
    assert "Asked to sign by mail" not in page
    assert "Signatory named by" in page and f"{namer} of {partner.name} on 1 March 2026" in page


def test_a_link_to_a_replaced_text_says_so(partner: Organisation, opened: AgreementVersion) -> None:
    client_of(partner).post(
        path("name_signatory", opened.agreement),
        {
            "name": "Lena",
            "email": "lena@council.example",
            "authority": "on",
            "organisation": str(partner.pk),
        },
    )
    found = re.search(
        r"/l/sign/[\w-]{43}/", mail.body_of(OutgoingMail.objects.get(purpose="signature"))
    )
    assert found
    clauses = queries.clauses_of(opened)
    actions.revise(agreement=opened.agreement, clauses=clauses, prose="New.", by=BY, at=AT)
    for answer in (
        Client().get(found[0]),
        Client().post(found[0], {"code": "123456"}),
        Client().post(f"{found[0]}code/"),
    ):
        assert answer.status_code == 409
        assert "replaced by a newer version" in body(answer)


def test_a_link_taken_back_opens_nothing(partner: Organisation, opened: AgreementVersion) -> None:
    theirs = client_of(partner)
    named = {"name": "Lena", "email": "lena@council.example", "authority": "on"}
    url = path("name_signatory", opened.agreement)
    theirs.post(url, {**named, "organisation": str(partner.pk)})
    row = MailedSignatory.objects.get()
    found = re.search(
        r"/l/sign/[\w-]{43}/", mail.body_of(OutgoingMail.objects.get(purpose="signature"))
    )
    assert found and Client().get(found[0]).status_code == 200
    back = path("take_back_signatory", opened.agreement, row.pk)
    convener = client_of(convener_organisation(opened.agreement.partnership))
    assert convener.post(back).status_code == 403
    assert theirs.post(back).status_code == 302
    assert Client().get(found[0]).status_code == 404
    assert Client().post(f"{found[0]}code/").status_code == 404


# --- amending, renewing, leaving ------------------------------------------------------------------


def test_a_new_version_says_what_it_would_change_for_whom_and_when(
    partnership: Partnership, partner: Organisation
) -> None:
    agreement = f.shared(partnership, [partner])
    joins = seated(partnership).organisation
    assert joins is not None
    hub = convener_organisation(partnership)
    changed = f.dsa_clauses([joins], [hub], minimum_cell=c.MinimumCell(12))
    actions.revise(agreement=agreement, clauses=changed, prose="", by=BY, at=AT)
    convener = client_of(hub)
    page = body(convener.get(path("agreement_version", agreement, 2)))
    assert "Version 1 stays in force until every party has signed this one." in page
    assert f"New as a party: {joins.name}." in page
    assert f"No party any more: {partner.name}." in page
    assert "Smallest group shown 5 12" in page
    assert "What it would change" not in body(convener.get(path("agreement", agreement)))


def test_renewing_says_the_same_for_longer(partnership: Partnership, partner: Organisation) -> None:
    agreement = f.shared(partnership, [partner])
    convener = client_of(convener_organisation(partnership))
    url = path("renew_agreement", agreement)
    form = convener.get(url).context["form"]
    data = initial(form)
    assert data["expiry"] == date(2029, 12, 31) and data["start"] == date(2026, 1, 1)
    assert convener.post(url, data).status_code == 302
    newer = queries.in_preparation(agreement)
    assert newer is not None and newer.expires_on == date(2029, 12, 31)
    page = body(convener.get(path("agreement_version", agreement, 2)))
    assert "Until when 31 December 2027 31 December 2029" in page
    assert convener.get(url)["Location"].endswith("/versions/2/")
    assert client_of(seated(partnership).organisation).get(url).status_code == 403  # type: ignore[arg-type]


def test_a_licence_is_not_renewed_beyond_its_agreement(partnership: Partnership) -> None:
    agreement = f.shared(partnership)
    licence = f.licensed(agreement, expiry=c.Expiry(date(2026, 12, 31)))
    assert renewals.prolonged(queries.latest(licence)) == date(2027, 12, 31)
    leap = f.shared(
        partnership, start=c.Start(date(2027, 3, 1)), expiry=c.Expiry(date(2028, 2, 29))
    )
    assert renewals.prolonged(queries.latest(leap)) == date(2029, 2, 28)


def test_in_force_without_one_who_withdrew(partnership: Partnership, partner: Organisation) -> None:
    other = seated(partnership).organisation
    assert other is not None
    agreement = f.shared(partnership, [partner, other])
    actions.withdraw(
        agreement=agreement, organisation=partner, reason="", by=f.signatory_of(partner), at=AT
    )
    convener = client_of(convener_organisation(partnership))
    for url in (path("agreement", agreement), reverse("agreements", args=[partnership.slug])):
        assert f"In force, without {partner.name}" in body(convener.get(url))


def test_every_page_is_whole_in_every_state(
    partnership: Partnership, partner: Organisation, draft: AgreementVersion
) -> None:
    agreement = draft.agreement
    clients = [
        client_of(convener_organisation(partnership), Role.SIGNATORY),
        client_of(partner),
        client_of(seated(partnership).organisation),  # type: ignore[arg-type]
    ]

    def all_pages() -> None:
        for client in clients:
            for name, more in (
                ("agreement", ()),
                ("agreement_version", (1,)),
                ("comment_agreement", ()),
                ("name_signatory", ()),
                ("renew_agreement", ()),
                ("revise_agreement", ()),
                ("sign_agreement", ()),
            ):
                answer = client.get(path(name, agreement, *more))
                assert answer.status_code in {200, 302, 403, 409}, (name, answer.status_code)
                assert "%(" not in answer.content.decode()
            listed = client.get(reverse("agreements", args=[partnership.slug]))
            assert listed.status_code == 200
            assert client.get("/home/").status_code == 200

    all_pages()
    actions.open_for_comment(version=draft, by=BY, at=EARLIER)
    commenting.comment(
        version=draft, clause=3, words_="Hm.", speaker=partner, by=member_of(partner), at=AT
    )
    all_pages()
    actions.open_for_signature(version=draft, by=BY, at=EARLIER, anyway=True)
    all_pages()
    for organisation in list(queries.unsigned(draft)):
        actions.sign(
            version=draft,
            organisation=organisation,
            text_hash=draft.text_hash,
            by=f.signatory_of(organisation),
            at=EARLIER,
        )
    all_pages()
    actions.suspend(agreement=agreement, reason="A leak.", by=convener_of(partnership), at=AT)
    all_pages()
    assert AgreementVersion.objects.get(pk=draft.pk).state == State.ACTIVE


def test_naming_a_signatory_says_for_whom(
    partnership: Partnership, partner: Organisation, opened: AgreementVersion
) -> None:
    hub = convener_organisation(partnership)
    person = PersonFactory()
    for each in (hub, partner):
        affiliated(person, each, Role.MEMBER)
    both = signed_in(person)
    html = both.get(path("agreement", opened.agreement)).content.decode()
    for each in (hub, partner):
        assert f"Let somebody sign for {each.name} who has no account" in html
        page = body(both.get(f"{path('name_signatory', opened.agreement)}?for={each.pk}"))
        assert f"Who signs for {each.name}?" in page
        assert f"This person may sign for {each.name}" in page
        assert f"?for={each.pk}" in html
    page = body(both.get(path("name_signatory", opened.agreement)))
    assert "Who signs for which organisation?" in page and partner.name in page


def test_the_signatory_of_another_party_is_not_named_by_mistake(
    partnership: Partnership, partner: Organisation, opened: AgreementVersion
) -> None:
    theirs = PersonFactory(email="dean@university.example")
    affiliated(theirs, partner, Role.SIGNATORY)
    hub = convener_organisation(partnership)
    url = f"{path('name_signatory', opened.agreement)}?for={hub.pk}"
    sent = {"name": "A Dean", "authority": "on", "organisation": str(hub.pk)}
    answer = client_of(hub).post(url, {**sent, "email": "Dean@university.example"})
    assert answer.status_code == 422
    assert f"Whoever has this address signs for {partner.name}. Name somebody of" in body(answer)
    assert not MailedSignatory.objects.exists()
    # Of somebody who signs for no party to this text nothing is told.
    affiliated(
        PersonFactory(email="x@else.example"), seated(partnership).organisation, Role.SIGNATORY
    )
    assert client_of(hub).post(url, {**sent, "email": "x@else.example"}).status_code == 302


def test_the_page_says_who_can_give_a_missing_signature(
    partnership: Partnership, partner: Organisation, draft: AgreementVersion
) -> None:
    hub = convener_organisation(partnership)
    for name, organisation, since in (
        ("Ana Ruiz", hub, EARLIER),
        ("Bo Late", hub, AT),
        ("Shut Out", partner, EARLIER),
    ):
        person = PersonFactory(name=name, is_active=name != "Shut Out")
        affiliated(person, organisation, Role.SIGNATORY, since)
    actions.open_for_signature(version=draft, by=BY, at=EARLIER)
    convener = client_of(hub)
    url = path("agreement", draft.agreement)
    page = body(convener.get(url))
    assert "Ana Ruiz can sign (asked by mail on 5 January 2026)." in page
    assert "Bo Late can sign (has had no mail about it)." in page
    assert "Shut Out" not in page
    assert page.count("Nobody can sign for it here yet: its own people name who signs.") == 1
    mailed_signing.name_signatory(
        version=draft,
        organisation=partner,
        name="Lena Ortiz",
        email="lena@council.example",
        by=member_of(partner),
        at=AT,
    )
    page = body(convener.get(url))
    assert "Lena Ortiz can sign by a link (mailed on 1 March 2026)." in page
    assert "Nobody can sign for it" not in page
    seats = partnership.seats.filter(organisation=partner)
    seats.update(until_at=AT, ended_because="Left.")
    page = body(convener.get(url))
    assert "It has left the table, so nobody signs for it here." in page


def test_who_might_sign_is_not_told_to_readers_without_a_seat(
    partnership: Partnership, opened: AgreementVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub = convener_organisation(partnership)
    affiliated(PersonFactory(name="Ana Ruiz"), hub, Role.SIGNATORY)
    url = path("agreement", opened.agreement)
    assert "Ana Ruiz" in body(client_of(hub).get(url))
    monkeypatch.setattr(reach, "of", lambda *_: frozenset({reach.Part.AGREEMENTS}))
    page = body(signed_in(PersonFactory()).get(url))
    assert "Signature missing" in page
    assert "Ana Ruiz" not in page and "can sign" not in page


def test_changing_a_text_says_that_it_ends_the_signing_and_tells_the_signatories(
    partnership: Partnership, partner: Organisation, draft: AgreementVersion
) -> None:
    hub = convener_organisation(partnership)
    ana = PersonFactory(name="Ana Ruiz", language="es")
    for role in (Role.MEMBER, Role.SIGNATORY):
        affiliated(ana, hub, role)
    convener = client_of(hub)
    url = path("revise_agreement", draft.agreement)
    assert "saving takes it back" not in body(convener.get(url))
    actions.open_for_signature(version=draft, by=BY, at=EARLIER)
    named = [
        mailed_signing.name_signatory(
            version=draft,
            organisation=partner,
            name=name,
            email=email,
            by=member_of(partner),
            at=AT,
        )
        for name, email in (("Lena Ortiz", "lena@x.example"), ("Gone By", "gone@x.example"))
    ]
    mailed_signing.take_back(row=named[1], by=member_of(partner), at=AT)
    page = body(convener.get(url))
    assert "Version 1 is open for signature: saving takes it back" in page
    assert "Nobody has signed it yet." in page
    assert "Ana Ruiz" in page and "Lena Ortiz" in page and "Gone By" not in page
    signer = core.actor_for(ana, AT)
    actions.sign(version=draft, organisation=hub, text_hash=draft.text_hash, by=signer, at=AT)
    page = body(convener.get(url))
    assert f"Signed already, and to be signed again: Ana Ruiz ({hub.name})" in page

    OutgoingMail.objects.all().delete()
    clauses = queries.clauses_of(draft)
    actions.revise(agreement=draft.agreement, clauses=clauses, prose="New.", by=BY, at=AT)
    told = {each.to: each for each in OutgoingMail.objects.all()}
    assert set(told) == {ana.email, "lena@x.example"}
    assert told["lena@x.example"].subject == "Taken back to be changed: DSA-1"
    assert "/versions/" not in mail.body_of(told["lena@x.example"])
    assert "/agreements/DSA-1/versions/1/" in mail.body_of(told[ana.email])
    OutgoingMail.objects.all().delete()
    actions.revise(agreement=draft.agreement, clauses=clauses, prose="More.", by=BY, at=AT)
    assert not OutgoingMail.objects.exists()


def signed_by_link(version: AgreementVersion, organisation: Organisation, email: str) -> str:
    """Named, mailed and signed; the page that says so."""
    row = mailed_signing.name_signatory(
        version=version,
        organisation=organisation,
        name="Lena Ortiz",
        email=email,
        by=member_of(organisation),
        at=AT,
    )
    sent = mail.body_of(OutgoingMail.objects.get(to=email))
    found = re.search(r"/l/sign/[\w-]{43}/", sent)
    assert found
    mailed_signing.send_code(row=row, at=AT)
    code = re.search(
        r"^\d{6}$", mail.body_of(OutgoingMail.objects.get(to=email, subject__contains="code")), re.M
    )
    assert code
    said = {"text_hash": version.text_hash, "code": code[0], "may_sign": "on"}
    return body(Client().post(found[0], said))


def test_the_last_signature_tells_every_signatory_and_how_to_check_the_text(
    partnership: Partnership, partner: Organisation, draft: AgreementVersion
) -> None:
    hub = convener_organisation(partnership)
    ana = PersonFactory(email="ana@hub.example")
    affiliated(ana, hub, Role.SIGNATORY)
    actions.open_for_signature(version=draft, by=BY, at=EARLIER)
    page = signed_by_link(draft, partner, "lena@x.example")
    assert "When every party has signed you get a mail" in page
    assert not OutgoingMail.objects.filter(subject="In force: DSA-1").exists()
    signer = core.actor_for(ana, AT)
    actions.sign(version=draft, organisation=hub, text_hash=draft.text_hash, by=signer, at=AT)
    told = {
        each.to: mail.body_of(each)
        for each in OutgoingMail.objects.filter(subject__startswith="In")
    }
    assert set(told) == {"ana@hub.example", "lena@x.example"}
    draft.refresh_from_db()
    check = reverse("verify_code", args=[code_of(draft)])
    for words_ in told.values():
        assert "It is in force from 1 March 2026 to the end of 31 December 2027." in words_
        assert check in words_
    assert path("agreement_version", draft.agreement, 1) in told["ana@hub.example"]
    assert "/agreements/" not in told["lena@x.example"]
    assert draft.text_hash in told["lena@x.example"]
    assert Client().get(check).status_code == 200


def test_the_last_signature_by_link_shows_the_code_and_what_a_licence_rests_on(
    partnership: Partnership, partner: Organisation
) -> None:
    above = f.shared(partnership, [partner])
    licence = actions.draft_agreement(
        partnership=partnership,
        kind="dul",
        title="Measuring",
        clauses=f.dul_clauses([partner]),
        prose="",
        parent=above,
        by=BY,
        at=EARLIER,
        language="en",
    )
    actions.open_for_signature(version=licence, by=BY, at=EARLIER)
    parties = list(queries.unsigned(licence))
    for other in parties:
        if other != partner:
            by = f.signatory_of(other)
            actions.sign(
                version=licence, organisation=other, text_hash=licence.text_hash, by=by, at=AT
            )
    Affiliation.objects.filter(organisation=partner, role=Role.SIGNATORY).delete()
    page = signed_by_link(licence, partner, "lena@x.example")
    licence.refresh_from_db()
    assert licence.state == State.ACTIVE
    assert f"Anybody can check a copy of the text under the code {code_of(licence)}" in page
    assert f"Read {above}, version 1" in page
    assert "One newborn in nine has no bed of its own." in page


def test_a_licence_that_is_signed_before_its_agreement_is_not_called_in_force(
    draft: AgreementVersion,
) -> None:
    f.licensed(draft.agreement)
    (sent,) = OutgoingMail.objects.filter(subject="Signed by every party: DUL-1")
    assert "It allows nothing yet: it rests on DSA-1" in mail.body_of(sent)
    assert not OutgoingMail.objects.filter(subject__startswith="In force").exists()


def test_only_what_is_in_force_can_be_suspended(
    partnership: Partnership, draft: AgreementVersion, clock: Clock
) -> None:
    hub = convener_organisation(partnership)
    convener, agreement = client_of(hub, Role.SIGNATORY), draft.agreement
    suspend = "Suspend it for everybody"
    assert suspend not in body(convener.get(path("agreement", agreement)))
    answer = convener.post(path("suspend_agreement", agreement), {"reason": "Why."})
    assert "DSA-1 is not in force, so there is nothing to suspend." in body(answer)
    assert not agreement.suspensions.exists()
    f.signed_by_all(draft)
    clauses = queries.clauses_of(draft)
    actions.revise(agreement=agreement, clauses=clauses, prose="New.", by=BY, at=AT)
    for number in (1, 2):
        assert suspend in body(convener.get(path("agreement_version", agreement, number)))
    convener.post(path("suspend_agreement", agreement), {"reason": "Why."})
    assert "Lift the suspension" in body(convener.get(path("agreement", agreement)))
    convener.post(path("resume_agreement", agreement))
    clock.now = datetime(2028, 1, 1, 12, tzinfo=AT.tzinfo)
    assert suspend not in body(client_of(hub).get(path("agreement", agreement)))
