"""Offers and needs: the list, proposed pairs, asking, promising, declining, and the public door."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from commonweal.agree.commitments.actions import Promise
from commonweal.agree.commitments.models import Commitment
from commonweal.cli import main
from commonweal.convene.models import Partnership, Seat
from commonweal.convene.offers import actions, due, presentation, queries
from commonweal.convene.offers.actions import Said
from commonweal.convene.offers.models import Entry, Letter, Match
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
from commonweal.core.errors import Conflict, Denied, Invalid, Missing, TooMany
from commonweal.core.models import Event, OutgoingMail, Person, Role
from commonweal.core.queries import events_of
from commonweal.core.scope import Actor
from commonweal.core.tests.ways_in import signed_in
from commonweal.desk.matching import actions as desk

pytestmark = pytest.mark.django_db


@pytest.fixture
def partnership() -> Partnership:
    return PartnershipFactory(sponsor=False)


@pytest.fixture
def firm(partnership: Partnership) -> Seat:
    return seated(partnership, OrganisationFactory(name="Kowal Removals"))


@pytest.fixture
def charity(partnership: Partnership) -> Seat:
    return seated(partnership, OrganisationFactory(name="A Bed Each"))


def people(seat: Seat) -> Actor:
    assert seat.organisation is not None
    return member_of(seat.organisation)


def add(seat: Seat, side: str, **more: Any) -> Entry:
    given = {"kind": "things", "title": f"A van ({side})", **more}
    return actions.add(seat=seat, side=side, said=Said(**given), by=people(seat), at=AT)


def pairs(partnership: Partnership) -> list[tuple[str, str]]:
    return [(each.offer, each.need) for each in queries.board(partnership, AT).found.answer.pairs]


def test_what_is_offered_meets_what_is_needed(
    partnership: Partnership, firm: Seat, charity: Seat
) -> None:
    offer, need = add(firm, "offer"), add(charity, "need")
    assert pairs(partnership) == [(str(offer.pk), str(need.pk))]
    add(charity, "need", kind="space", title="A dry room")
    board = queries.board(partnership, AT)
    assert [each.closest for each in board.found.answer.unmet] == [None]
    actions.close(entry=offer, because="It broke down.", by=people(firm), at=AT)
    assert pairs(partnership) == []


def test_who_has_left_offers_nothing(partnership: Partnership, firm: Seat, charity: Seat) -> None:
    add(firm, "offer")
    add(charity, "need")
    firm.until_at, firm.ended_because = AT, "It left."
    firm.save(update_fields=["until_at", "ended_because"])
    assert pairs(partnership) == []


def test_money_in_two_currencies_does_not_meet(
    partnership: Partnership, firm: Seat, charity: Seat
) -> None:
    add(firm, "offer", kind="money", amount=500_00, unit="EUR")
    need = add(charity, "need", kind="money", amount=400_00, unit="GBP")
    assert pairs(partnership) == []
    offer = add(firm, "offer", kind="money", amount=500_00, unit="GBP")
    assert pairs(partnership) == [(str(offer.pk), str(need.pk))]


def test_asked_promised_and_off_the_list(
    partnership: Partnership, firm: Seat, charity: Seat
) -> None:
    offer, need = add(firm, "offer"), add(charity, "need")
    with pytest.raises(Denied):
        actions.ask(offer=offer, need=need, by=people(firm), at=AT)
    match = actions.ask(offer=offer, need=need, by=people(charity), at=AT)
    assert actions.ask(offer=offer, need=need, by=people(charity), at=AT) == match
    assert (pairs(partnership), len(queries.board(partnership, AT).asked)) == ([], 1)
    client = signed_in(someone_of(firm))
    address = reverse("promise_match", args=[partnership.slug, match.pk])
    assert "A van (offer) for A Bed Each" in client.get(address).content.decode()
    form = {"action": "Lend the van", "due_on": "2040-01-31", "is_public": "yes"}
    assert client.post(address, {**form, "due_on": "2001-01-31"}).status_code == 422
    assert not Commitment.objects.exists()
    assert client.post(address, form).status_code == 302
    match.refresh_from_db()
    made = Commitment.objects.get()
    assert (match.commitment, made.organisation) == (made.number, firm.organisation)
    assert queries.board(partnership, AT).entries == ()
    assert client.post(address, form).status_code == 422
    assert Commitment.objects.count() == 1


def promise(match: Match, seat: Seat) -> Commitment:
    by = people(seat)
    return desk.promise(
        match=queries.match_for(by, seat.partnership.slug, match.pk, AT),
        promise=Promise("Lend it", date(2040, 1, 31)),
        is_public=True,
        by=by,
        at=AT,
    )


def leave(seat: Seat) -> None:
    seat.until_at, seat.ended_because = AT, "It left."
    seat.save(update_fields=["until_at", "ended_because"])


def test_an_offer_is_promised_once(partnership: Partnership, firm: Seat, charity: Seat) -> None:
    offer, other = add(firm, "offer"), seated(partnership)
    first, second = (
        actions.ask(offer=offer, need=add(seat, "need"), by=people(seat), at=AT)
        for seat in (charity, other)
    )
    promise(first, firm)
    with pytest.raises(Conflict):
        promise(second, firm)
    assert Commitment.objects.count() == 1


def test_what_is_withdrawn_is_not_promised(
    partnership: Partnership, firm: Seat, charity: Seat
) -> None:
    offer, need = add(firm, "offer"), add(charity, "need")
    match = actions.ask(offer=offer, need=need, by=people(charity), at=AT)
    actions.close(entry=need, because="Found one.", by=people(charity), at=AT)
    with pytest.raises(Conflict):
        promise(match, firm)
    assert not Commitment.objects.exists()


def test_who_has_left_is_neither_asked_nor_promised_to(
    partnership: Partnership, firm: Seat, charity: Seat
) -> None:
    gone, offer = seated(partnership), add(firm, "offer")
    match = actions.ask(offer=offer, need=add(gone, "need"), by=people(gone), at=AT)
    leave(gone)
    with pytest.raises(Conflict):
        promise(match, firm)
    leave(firm)
    with pytest.raises(Conflict):
        actions.ask(offer=offer, need=add(charity, "need"), by=people(charity), at=AT)


def test_what_is_asked_for_is_due_to_its_organisation_only(
    partnership: Partnership, firm: Seat, charity: Seat
) -> None:
    match = actions.ask(
        offer=add(firm, "offer"), need=add(charity, "need"), by=people(charity), at=AT
    )
    later = AT + timedelta(days=15)
    assert [each.late for each in due.asks(people(firm), AT)] == [False]
    assert [each.late for each in due.asks(people(firm), later)] == [True]
    signs_only = PersonFactory()
    assert firm.organisation is not None
    affiliated(signs_only, firm.organisation, Role.SIGNATORY)
    elsewhere = people(seated(PartnershipFactory()))
    for other in (people(charity), convener_of(partnership), actor(signs_only), elsewhere):
        assert not list(due.asks(other, AT))
    promise(match, firm)
    assert not list(due.asks(people(firm), AT))


@pytest.mark.parametrize(
    ("offered", "compared"),
    [({"amount": 50, "unit": "Beds"}, True), ({"amount": 2, "unit": "rooms"}, False), ({}, False)],
)
def test_the_reason_speaks_of_the_amount_only_where_it_was_compared(
    partnership: Partnership, firm: Seat, charity: Seat, offered: dict[str, Any], compared: bool
) -> None:
    add(firm, "offer", kind="space", **offered)
    add(charity, "need", kind="space", amount=40, unit="beds")
    board = queries.board(partnership, AT)
    (shown,) = presentation.proposed(board, partnership.slug, frozenset())
    assert ("the amount" in shown.why) is compared
    assert ("Ask how much" in shown.why) is not compared


def test_only_the_offering_organisation_promises(
    partnership: Partnership, firm: Seat, charity: Seat
) -> None:
    match = actions.ask(
        offer=add(firm, "offer"), need=add(charity, "need"), by=people(charity), at=AT
    )
    address = reverse("promise_match", args=[partnership.slug, match.pk])
    for seat in (charity, partnership.seats.get(kind="convener")):
        assert signed_in(someone_of(seat)).get(address).status_code == 403


def test_a_pair_that_was_declined_is_not_proposed_again(
    partnership: Partnership, firm: Seat, charity: Seat
) -> None:
    offer, need = add(firm, "offer"), add(charity, "need")
    with pytest.raises(Denied):
        actions.decline(
            offer=offer, need=need, because="No.", by=people(seated(partnership)), at=AT
        )
    with pytest.raises(Invalid):
        actions.decline(offer=offer, need=need, because=" ", by=people(firm), at=AT)
    actions.decline(offer=offer, need=need, because="Too far.", by=people(firm), at=AT)
    assert pairs(partnership) == []
    with pytest.raises(Conflict):
        actions.ask(offer=offer, need=need, by=people(charity), at=AT)


def test_the_database_knows_the_order(partnership: Partnership, firm: Seat, charity: Seat) -> None:
    offer, need = add(firm, "offer"), add(charity, "need")
    for wrong in ({"promised_at": AT, "commitment": 1}, {"declined_at": AT}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Match.objects.create(offer=offer, need=need, **wrong)


def test_an_offer_and_a_need_of_two_tables_do_not_go_together(
    partnership: Partnership, firm: Seat
) -> None:
    elsewhere = seated(PartnershipFactory())
    with pytest.raises(Denied):
        actions.ask(
            offer=add(firm, "offer"), need=add(elsewhere, "need"), by=people(elsewhere), at=AT
        )


def test_residents_need_and_organisations_offer(partnership: Partnership) -> None:
    person = PersonFactory()
    seat = seated(partnership, voice="Young parents", person=person)
    said = Said("space", "A warm room")
    actions.add(seat=seat, side="need", said=said, by=actor(person), at=AT)
    with pytest.raises(Denied):
        actions.add(seat=seat, side="offer", said=said, by=actor(person), at=AT)


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"kind": "magic"}, "kind"),
        ({"title": " "}, "title"),
        ({"words": "x" * 2001}, "words"),
        ({"amount": 0, "unit": "beds"}, "amount"),
        ({"amount": 3}, "unit"),
        ({"place": "x" * 81}, "place"),
        ({"from_date": date(2026, 2, 2), "until_date": date(2026, 2, 1)}, "until_date"),
    ],
)
def test_what_cannot_stand_on_the_list(firm: Seat, more: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        add(firm, "offer", **more)
    assert field in refused.value.fields
    assert not Entry.objects.exists()


def someone_of(seat: Seat) -> Person:
    assert seat.organisation is not None
    person = PersonFactory()
    affiliated(person, seat.organisation)
    return person


def test_on_the_pages(partnership: Partnership, firm: Seat, charity: Seat) -> None:
    client = signed_in(someone_of(firm))
    new = reverse("add_offer", args=[partnership.slug, "offer"])
    form = {
        "seat": firm.pk,
        "kind": "money",
        "title": "For beds",
        "amount": "1,250.00",
        "unit": "gbp",
    }
    for wrong in ({"amount": "lots"}, {"unit": "bed"}, {"kind": "things", "amount": "1.5"}):
        assert client.post(new, {**form, **wrong}).status_code == 422
    assert client.post(new, {**form, "seat": charity.pk}).status_code == 422
    assert client.post(new, form).status_code == 302
    entry = Entry.objects.get()
    assert (entry.amount, entry.unit) == (125_000, "GBP")
    address = reverse("offers", args=[partnership.slug])
    assert "£1,250.00" in client.get(address).content.decode()
    change = reverse("change_offer", args=[partnership.slug, entry.pk])
    assert 'value="1,250.00"' in client.get(change).content.decode()
    assert client.post(change, {**form, "title": "For cots"}).status_code == 302
    close = reverse("close_offer", args=[partnership.slug, entry.pk])
    assert client.post(close, {"because": ""}).status_code == 422
    assert client.post(close, {"because": "Spent."}).status_code == 302
    assert client.post(close, {"because": "Spent."}).status_code == 422
    assert client.get(reverse("add_offer", args=[partnership.slug, "gift"])).status_code == 404


# The door -----------------------------------------------------------------------------------------


@pytest.fixture
def opened(partnership: Partnership) -> Partnership:
    partnership.public_at = AT
    partnership.save(update_fields=["public_at"])
    return partnership


LETTER = {"name": "Brackwater Bakery", "email": "oven@example.org", "words": "We have a van."}


def knock(partnership: Partnership, **more: str) -> Letter:
    return actions.knock(partnership=partnership, client="1.2.3.4", at=AT, **{**LETTER, **more})


def test_a_letter_is_answered_and_its_address_forgotten(opened: Partnership) -> None:
    letter = knock(opened)
    assert "oven@example.org" not in letter.reach
    convener = convener_of(opened)
    assert [each.late for each in due.letters(convener, AT)] == [False]
    assert [each.late for each in due.letters(convener, AT + timedelta(days=15))] == [True]
    actions.answer(letter=letter, words="Welcome! Come on Monday.", by=convener, at=AT)
    letter.refresh_from_db()
    assert letter.reach == ""
    assert OutgoingMail.objects.get().purpose == "door-answer"
    assert not list(due.letters(convener, AT))
    with pytest.raises(Conflict):
        actions.answer(letter=letter, words="Again", by=convener, at=AT)


def test_the_log_tells_nothing_of_who_wrote(opened: Partnership) -> None:
    knock(opened)
    told = str(list(Event.objects.values_list("data", "subject", "actor")))
    assert "Bakery" not in told
    assert "oven" not in told
    assert events_of(opened.pk).count() == 1


def test_too_many_letters_from_one_place(opened: Partnership) -> None:
    for _number in range(5):
        knock(opened)
    with pytest.raises(TooMany):
        knock(opened)
    assert Letter.objects.count() == 5


def test_only_the_convener_reads_letters(opened: Partnership, firm: Seat) -> None:
    letter = knock(opened)
    with pytest.raises(Denied):
        queries.letter_for(people(firm), opened.slug, letter.pk, AT)
    with pytest.raises(Missing):
        queries.letter_for(member_of(OrganisationFactory()), opened.slug, letter.pk, AT)
    page = signed_in(someone_of(firm)).get(reverse("offers", args=[opened.slug]))
    assert "Brackwater Bakery" not in page.content.decode()


def test_the_door_for_anybody(opened: Partnership) -> None:
    client, path = Client(), reverse("door", args=[opened.slug])
    for wrong in ({"name": " "}, {"email": "nobody"}, {"words": ""}):
        assert client.post(path, {**LETTER, **wrong}).status_code == 422
    assert not Letter.objects.exists()
    assert client.post(path, LETTER, follow=True).status_code == 200
    convener = PersonFactory()
    affiliated(convener, convener_organisation(opened))
    inside = signed_in(convener)
    assert "We have a van." in inside.get(reverse("offers", args=[opened.slug])).content.decode()
    letter = Letter.objects.get()
    answer = reverse("answer_letter", args=[opened.slug, letter.pk])
    assert inside.post(answer, {"words": ""}).status_code == 422
    assert inside.post(answer, {"words": "Welcome."}).status_code == 302
    assert inside.post(answer, {"words": "Welcome."}).status_code == 422


def test_there_is_no_door_to_a_partnership_that_is_not_public(partnership: Partnership) -> None:
    assert Client().get(reverse("door", args=[partnership.slug])).status_code == 404


def test_the_command(
    partnership: Partnership, firm: Seat, charity: Seat, capsys: pytest.CaptureFixture[str]
) -> None:
    person = someone_of(charity)
    add(firm, "offer")
    add(charity, "need")
    assert main(["matches", partnership.slug, "--as", person.email]) == 0
    add(charity, "need", kind="data", title="Figures")
    assert main(["matches", partnership.slug, "--as", person.email]) == 1
    assert "Nobody offers anything of this kind yet." in capsys.readouterr().out


def test_the_page_asks_as_often_for_much_as_for_little(
    partnership: Partnership, firm: Seat, charity: Seat, django_assert_max_num_queries: Any
) -> None:
    client, path = signed_in(someone_of(firm)), reverse("offers", args=[partnership.slug])
    for number in range(15):
        add(firm, "offer", title=f"Van {number}")
        add(seated(partnership), "need", title=f"Need {number}")
    with django_assert_max_num_queries(22):
        client.get(path)
