"""From a draft to an agreed text: comments, answers, who is content, and who is told."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from commonweal.agree import actions, commenting, queries, talk
from commonweal.agree.models import AgreementVersion, Comment, Contentment, State
from commonweal.agree.tests import factories as f
from commonweal.compute.permits import clauses as c
from commonweal.convene.models import Partnership, Seat
from commonweal.convene.tests.factories import (
    AT,
    EARLIER,
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
from commonweal.core.errors import Conflict, Denied, Invalid, Missing
from commonweal.core.models import Event, Organisation, OutgoingMail, Role
from commonweal.core.scope import Actor, system

pytestmark = pytest.mark.django_db
BY = system("test")


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
        prose="Because.",
        by=BY,
        at=EARLIER,
        language="en",
    )


@pytest.fixture
def version(draft: AgreementVersion) -> AgreementVersion:
    """Open for comment."""
    actions.open_for_comment(version=draft, by=BY, at=AT)
    return draft


def say(version: AgreementVersion, speaker: Any, by: Actor, **changes: Any) -> Comment:
    usual: dict[str, Any] = {"clause": 5, "words_": "Ten would protect more families."}
    return commenting.comment(
        version=version, speaker=speaker, by=by, at=AT, **{**usual, **changes}
    )


def content(version: AgreementVersion, organisation: Organisation, **changes: Any) -> Contentment:
    usual: dict[str, Any] = {"by": member_of(organisation), "text_hash": version.text_hash}
    return commenting.be_content(
        version=version, organisation=organisation, at=AT, **{**usual, **changes}
    )


def revised(version: AgreementVersion, *more: c.Clause, at: Any = AT) -> AgreementVersion:
    return actions.revise(
        agreement=version.agreement,
        clauses=[*queries.clauses_of(version), *more],
        prose="Changed.",
        by=BY,
        at=at,
    )


def both(partnership: Partnership, partner: Organisation) -> list[Organisation]:
    return [partner, convener_organisation(partnership)]


# --- the way --------------------------------------------------------------------------------------


def test_from_draft_to_agreed_to_signature(
    partnership: Partnership, partner: Organisation, version: AgreementVersion
) -> None:
    with pytest.raises(Conflict) as caught:
        actions.open_for_signature(version=version, by=BY, at=AT)
    assert partner.name in caught.value.text and caught.value.mend
    remark = say(version, partner, member_of(partner))
    for organisation in both(partnership, partner):
        content(version, organisation)
    with pytest.raises(Conflict, match="1 comment waits"):
        actions.open_for_signature(version=version, by=BY, at=AT)
    by = convener_of(partnership)
    commenting.answer(comment=remark, outcome="not_taken", words_="The law says 5.", by=by, at=AT)
    assert talk.waits_for(version).is_over
    actions.open_for_signature(version=version, by=BY, at=AT)
    assert AgreementVersion.objects.get(pk=version.pk).state == State.SIGNING
    found = Event.objects.filter(kind__startswith="agree.").order_by("number")
    kinds = list(found.values_list("kind", flat=True))
    assert kinds == [
        "agree.drafted",
        "agree.opened_for_comment",
        "agree.commented",
        "agree.content",
        "agree.content",
        "agree.answered",
        "agree.opened_for_signature",
    ]
    assert "Ten would" not in str(list(Event.objects.values("data")))


def test_a_draft_may_still_be_put_to_signature_at_once(draft: AgreementVersion) -> None:
    actions.open_for_signature(version=draft, by=BY, at=AT)
    event = Event.objects.get(kind="agree.opened_for_signature")
    assert len(event.data["not_content"]) == 2


def test_who_does_not_wait_says_so_and_it_is_on_record(
    version: AgreementVersion, partner: Organisation
) -> None:
    content(version, partner)
    actions.open_for_signature(version=version, by=BY, at=AT, anyway=True)
    event = Event.objects.get(kind="agree.opened_for_signature")
    hub = convener_organisation(version.agreement.partnership)
    assert event.data["not_content"] == [str(hub.pk)]


@pytest.mark.parametrize("again", ["open_for_comment", "open_for_signature"])
def test_opening_twice_is_refused_in_plain_words(draft: AgreementVersion, again: str) -> None:
    actions.open_for_signature(version=draft, by=BY, at=AT)
    fresh = AgreementVersion.objects.get(pk=draft.pk)
    with pytest.raises(Conflict) as caught:
        getattr(actions, again)(version=fresh, by=BY, at=AT)
    assert caught.value.text == "It is open for signature."
    assert "signing" not in str(caught.value) and "_" not in str(caught.value)


def test_a_stale_page_opens_nothing(draft: AgreementVersion) -> None:
    """Two people press two buttons on the same draft: the second is told."""
    stale = AgreementVersion.objects.get(pk=draft.pk)
    actions.open_for_comment(version=draft, by=BY, at=AT)
    with pytest.raises(Conflict, match="just changed"):
        actions.open_for_comment(version=stale, by=BY, at=AT)
    assert Event.objects.filter(kind="agree.opened_for_comment").count() == 1


# --- comments -------------------------------------------------------------------------------------


def test_who_may_comment(
    partnership: Partnership, partner: Organisation, version: AgreementVersion
) -> None:
    resident = PersonFactory()
    seat = seated(partnership, voice="Young parents", person=resident)
    third = seated(partnership).organisation
    assert third is not None
    assert say(version, seat, actor(resident)).voice == "Young parents"
    assert say(version, third, member_of(third), clause=0).organisation == third
    refused: list[tuple[Any, Actor]] = [
        (partner, convener_of(partnership)),
        (partner, actor(resident)),
        (seat, member_of(partner)),
        (partner, BY),
    ]
    for speaker, by in refused:
        with pytest.raises(Denied):
            say(version, speaker, by)
    with pytest.raises(Missing):
        say(version, partner, convener_of(PartnershipFactory()))
    ended = AT - timedelta(days=1)
    Seat.objects.filter(pk=seat.pk).update(until_at=ended, ended_because="Moved.")
    with pytest.raises(Missing):
        say(version, seat, actor(resident))
    assert Comment.objects.count() == 2


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"words_": " \n "}, "words"),
        ({"words_": "x" * 5001}, "words"),
        ({"clause": 99}, "clause"),
        ({"clause": -1}, "clause"),
    ],
)
def test_a_comment_that_says_nothing_of_use_is_refused_at_its_field(
    version: AgreementVersion, partner: Organisation, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as caught:
        say(version, partner, member_of(partner), **changes)
    assert field in caught.value.fields
    assert not Comment.objects.exists()


def test_a_text_that_is_not_open_takes_no_comment_and_no_content(
    draft: AgreementVersion, partner: Organisation
) -> None:
    by = member_of(partner)

    def closed(words: str) -> None:
        for attempt in (
            lambda: say(draft, partner, by),
            lambda: content(draft, partner, by=by),
        ):
            with pytest.raises(Conflict, match="not open for comment") as caught:
                attempt()
            assert words in caught.value.text

    closed("It is a draft.")
    actions.open_for_comment(version=draft, by=BY, at=AT)
    newer = revised(draft)
    closed("A newer version has taken its place.")
    actions.open_for_signature(version=newer, by=BY, at=AT, anyway=True)
    assert not Comment.objects.exists() and not Contentment.objects.exists()


def test_a_changed_text_stays_open_and_what_is_unanswered_is_carried_over(
    partnership: Partnership, partner: Organisation, version: AgreementVersion
) -> None:
    """Clause numbers move when a clause is put in: the comment follows what it is about."""
    number = next(n for n, each in enumerate(version.clauses, 1) if each["kind"] == "minimum_cell")
    remark = say(version, partner, member_of(partner), clause=number)
    answered = say(version, partner, member_of(partner), clause=0)
    commenting.answer(
        comment=answered, outcome="taken", words_="Yes.", by=convener_of(partnership), at=AT
    )
    content(version, partner)
    newer = revised(version, c.Data("cots", ("area",)), at=AT + timedelta(days=1))
    assert newer.state == State.COMMENT
    shown = talk.talk(member_of(partner), newer, AT)
    assert [each.comment for each in shown.said] == [remark]
    assert newer.clauses[shown.said[0].clause - 1]["kind"] == "minimum_cell"
    assert shown.said[0].clause == number + 1
    assert talk.waits_for(newer).parties == tuple(
        sorted(both(partnership, partner), key=lambda each: each.name)
    )
    with pytest.raises(Conflict, match="changed since"):
        content(newer, partner, text_hash=version.text_hash)
    # On a page of the version it was made on, it stays where it was.
    old = AgreementVersion.objects.get(pk=version.pk)
    assert {each.clause for each in talk.talk(BY, old, AT).said} == {number, 0}


def test_a_comment_on_a_clause_that_is_gone_is_about_the_whole(
    version: AgreementVersion, partner: Organisation
) -> None:
    longer = revised(version, c.Prose("Breach", "Tell the others."))
    remark = say(longer, partner, member_of(partner), clause=len(longer.clauses))
    newer = revised(version)
    assert talk.place(Comment.objects.get(pk=remark.pk), newer) == talk.WHOLE


def test_what_was_settled_by_a_signed_version_does_not_come_back(
    partnership: Partnership, partner: Organisation, version: AgreementVersion
) -> None:
    say(version, partner, member_of(partner))
    actions.open_for_signature(version=version, by=BY, at=AT, anyway=True)
    for organisation in both(partnership, partner):
        actions.sign(
            version=version,
            organisation=organisation,
            text_hash=version.text_hash,
            by=f.signatory_of(organisation),
            at=AT,
        )
    newer = revised(version)
    assert newer.state == State.DRAFT
    assert not talk.open_comments(newer.agreement).exists()


def test_answering(
    partnership: Partnership, partner: Organisation, version: AgreementVersion
) -> None:
    remark = say(version, partner, member_of(partner))
    third = seated(partnership).organisation
    assert third is not None

    def answer(by: Actor, outcome: str = "taken", words: str = "In version 2.") -> None:
        commenting.answer(comment=remark, outcome=outcome, words_=words, by=by, at=AT)

    convener = convener_of(partnership)
    for by in (member_of(third), BY):
        with pytest.raises(Denied):
            answer(by)
    for wrong in ({"outcome": "maybe"}, {"words": " "}):
        with pytest.raises(Invalid):
            answer(convener, **wrong)
    answer(convener)
    assert (remark.outcome, remark.answer) == ("taken", "In version 2.")
    with pytest.raises(Conflict, match="already"):
        answer(convener)
    assert Event.objects.filter(kind="agree.answered").count() == 1


def test_what_was_said_is_never_changed(version: AgreementVersion, partner: Organisation) -> None:
    say(version, partner, member_of(partner))
    content(version, partner)
    for model, change in (
        (Comment, {"words": "I said nothing."}),
        (Comment, {"clause": 1}),
        (Contentment, {"text_hash": "0" * 64}),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            model._default_manager.update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        Comment.objects.update(outcome="taken")


# --- content --------------------------------------------------------------------------------------


def test_only_a_partys_own_people_say_that_it_is_content_and_once(
    partnership: Partnership, partner: Organisation, version: AgreementVersion
) -> None:
    third = seated(partnership).organisation
    assert third is not None
    for by in (convener_of(partnership), member_of(third), BY):
        with pytest.raises(Denied):
            content(version, partner, by=by)
    with pytest.raises(Denied, match="not a party"):
        content(version, third)
    content(version, partner)
    with pytest.raises(Conflict, match="already"):
        content(version, partner)
    assert Contentment.objects.count() == 1


def test_two_that_say_it_at_once_leave_one(
    partner: Organisation, version: AgreementVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    by = member_of(partner)
    check = commenting._open

    def check_then_lose_the_race(asked: AgreementVersion) -> AgreementVersion:
        current = check(asked)
        Contentment.objects.create(
            version=current,
            organisation=partner,
            person_id=by.person_id,
            text_hash=current.text_hash,
            at=AT,
        )
        return current

    monkeypatch.setattr(commenting, "_open", check_then_lose_the_race)
    with pytest.raises(Conflict, match="already"), transaction.atomic():
        content(version, partner, by=by)
    assert not Event.objects.filter(kind="agree.content").exists()


# --- who is told ----------------------------------------------------------------------------------


def mailed() -> dict[str, OutgoingMail]:
    rows = list(OutgoingMail.objects.filter(purpose="agreement"))
    assert len({row.to for row in rows}) == len(rows)
    return {row.to: row for row in rows}


def test_the_people_of_the_parties_are_told_once_in_their_language(
    partnership: Partnership, partner: Organisation, draft: AgreementVersion
) -> None:
    from commonweal.core.mail import body_of

    ana = PersonFactory(language="es", name="Ana")
    for organisation in both(partnership, partner):
        affiliated(ana, organisation)
    gone = PersonFactory(is_active=False)
    affiliated(gone, partner)
    stranger = PersonFactory()
    affiliated(stranger, seated(partnership).organisation)
    actions.open_for_comment(version=draft, by=BY, at=AT)
    assert set(mailed()) == {ana.email}
    body = body_of(mailed()[ana.email])
    assert f"/partnerships/{partnership.slug}/agreements/DSA-1/versions/1/" in body
    assert "Because." not in body and "Beds for babies" not in body


def test_signatories_are_told_to_sign_and_members_where_there_are_none(
    partnership: Partnership, partner: Organisation, draft: AgreementVersion
) -> None:
    from commonweal.core.mail import body_of

    hub = convener_organisation(partnership)
    signs, takes_part, member = PersonFactory(), PersonFactory(), PersonFactory()
    affiliated(signs, hub, Role.SIGNATORY)
    affiliated(takes_part, hub)
    affiliated(member, partner)
    actions.open_for_signature(version=draft, by=BY, at=AT)
    assert set(mailed()) == {signs.email, member.email}
    assert f"sign it for {hub.name}" in body_of(mailed()[signs.email])
    assert f"nobody can sign for {partner.name}" in body_of(mailed()[member.email])


def test_nothing_is_mailed_when_nothing_was_opened(draft: AgreementVersion) -> None:
    affiliated(PersonFactory(), convener_organisation(draft.agreement.partnership))
    with pytest.raises(Denied):
        actions.open_for_comment(
            version=draft, by=member_of(seated(draft.agreement.partnership).organisation), at=AT
        )
    assert not mailed()


def kinds(reader: Actor, at: Any = AT) -> list[str]:
    return [each.kind for each in due.items(reader, at) if each.kind.startswith("agree.")]


def test_what_is_due_on_the_way(
    partnership: Partnership, partner: Organisation, version: AgreementVersion
) -> None:
    member, convener = member_of(partner), convener_of(partnership)
    stranger = member_of(seated(partnership).organisation)
    assert kinds(member) == ["agree.comment"] == kinds(convener)
    assert kinds(stranger) == []
    (item,) = (each for each in due.items(member, AT + timedelta(days=15)) if each.late)
    assert partner.name in item.title
    for organisation in both(partnership, partner):
        content(version, organisation)
    assert kinds(member) == ["agree.agreed"] == kinds(convener)
    actions.open_for_signature(version=version, by=BY, at=AT)
    assert kinds(member) == ["agree.signatory"]
    assert kinds(convener) == ["agree.signatory"] * 2
    f.signatory_of(partner)
    assert kinds(member) == []
    assert kinds(stranger) == []


def test_a_withdrawal_is_told_for_thirty_days(partnership: Partnership) -> None:
    leaver, stays = (seated(partnership).organisation for _ in range(2))
    assert leaver is not None and stays is not None
    agreement = f.shared(partnership, [leaver, stays])
    actions.withdraw(
        agreement=agreement, organisation=leaver, reason="", by=f.signatory_of(leaver), at=AT
    )
    for reader in (convener_of(partnership), member_of(stays)):
        assert kinds(reader) == ["agree.withdrawal"]
        assert kinds(reader, AT + timedelta(days=29)) == ["agree.withdrawal"]
        assert kinds(reader, AT + timedelta(days=31)) == []
    assert kinds(member_of(leaver)) == []
    assert kinds(member_of(seated(partnership).organisation)) == []


def test_a_seat_is_a_speaker(partnership: Partnership, partner: Organisation) -> None:
    resident = PersonFactory()
    seat = seated(partnership, voice="Young parents", person=resident)
    affiliated(resident, partner)
    assert talk.speakers(actor(resident), partnership, AT) == [partner, seat]
    assert isinstance(talk.speakers(actor(resident), partnership, AT)[1], Seat)
    assert talk.speakers(BY, partnership, AT) == []
