"""The pages: what they say, who gets which, what they refuse."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from commonweal.agree.commitments import actions, asking, exports, presentation, queries, states
from commonweal.agree.commitments.actions import Origin
from commonweal.agree.commitments.models import Commitment, Word
from commonweal.agree.commitments.tests.factories import DUE, committed, promise
from commonweal.agree.tests.factories import shared
from commonweal.convene.models import Partnership
from commonweal.convene.tests.factories import (
    AT,
    PartnershipFactory,
    PersonFactory,
    actor,
    affiliated,
    convener_organisation,
    seated,
)
from commonweal.core import due, mail
from commonweal.core.errors import Conflict, Denied
from commonweal.core.models import Affiliation, Link, Organisation, OutgoingMail, Person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("day_of_agreements")]


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def person_of(organisation: Organisation) -> Person:
    person = PersonFactory()
    affiliated(person, organisation)
    return person


@pytest.fixture
def partnership() -> Partnership:
    return PartnershipFactory()


@pytest.fixture
def firm(partnership: Partnership) -> Organisation:
    seat = seated(partnership)
    assert seat.organisation is not None
    return seat.organisation


@pytest.fixture
def worker(firm: Organisation) -> Person:
    return person_of(firm)


@pytest.fixture
def one(partnership: Partnership, firm: Organisation, worker: Person) -> Commitment:
    return committed(partnership, firm, by=actor(worker))


@pytest.fixture
def convener(partnership: Partnership) -> Client:
    return signed_in(person_of(convener_organisation(partnership)))


def body(response: HttpResponse) -> str:
    text = response.content.decode()
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))


def at_day(monkeypatch: pytest.MonkeyPatch, at: datetime) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: at)


FORM = {
    "action": "Lend the van on Fridays",
    "due_on": "2026-06-01",
    "amount": "1,200.50",
    "currency": "gbp",
    "staff": "One driver",
    "which_data": "",
    "target_area": "Hollin Bank",
    "outcome": "Beds arrive within days.",
    "source_kind": "none",
    "is_public": "yes",
}


def test_an_empty_list_teaches_the_next_step(
    partnership: Partnership, worker: Person, convener: Client
) -> None:
    text = body(signed_in(worker).get(reverse("commitments", args=[partnership.slug])))
    assert "No commitment yet" in text and "Make a commitment" in text
    resident = PersonFactory()
    seated(partnership, voice="Parents", person=resident)
    text = body(signed_in(resident).get(reverse("commitments", args=[partnership.slug])))
    assert "No commitment yet" in text and "Make a commitment" not in text


def test_making_one_from_the_form(
    partnership: Partnership, firm: Organisation, worker: Person
) -> None:
    client = signed_in(worker)
    address = reverse("make_commitment", args=[partnership.slug])
    assert client.get(address).status_code == 200
    answer = client.post(address, {**FORM, "organisation": firm.pk}, follow=True)
    text = body(answer)
    assert "£1,200.50" in text and "1 June 2026" in text and "It is on record" in text
    version = Commitment.objects.get().versions.get()
    assert (version.amount_minor, version.currency) == (120_050, "GBP")


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"action": ""}, "Say what your organisation will do."),
        ({"due_on": "2026-02-01"}, "This day has passed"),
        ({"due_on": "31/02/2026"}, "due_on"),
        ({"amount": "a lot"}, "Enter an amount of money"),
        ({"amount": "1.999"}, "Enter an amount of money"),
        ({"amount": "NaN"}, "Enter an amount of money"),
        ({"amount": "1e999999999"}, "Enter an amount of money"),
        ({"amount": "-5"}, "Enter an amount above zero"),
        ({"amount": "99999999999999999999"}, "Enter an amount above zero"),
        ({"currency": ""}, "Say in which currency"),
        ({"currency": "XQZ"}, "Enter a currency’s three letters"),
        ({"source_kind": "meeting"}, "Say which meeting"),
        ({"source_kind": "decision"}, "Choose the decision, or name it in words"),
        ({"source_kind": "agreement"}, "Choose the agreement"),
        ({"source_kind": "rumour"}, "source_kind"),
        ({"organisation": ""}, "Choose the organisation that commits."),
    ],
)
def test_wrong_input_says_what_and_keeps_the_rest(
    partnership: Partnership,
    firm: Organisation,
    worker: Person,
    wrong: dict[str, str],
    words: str,
) -> None:
    given = {**FORM, "organisation": firm.pk, **wrong}
    answer = signed_in(worker).post(reverse("make_commitment", args=[partnership.slug]), given)
    assert answer.status_code == 422
    assert words in body(answer) or f"id_{words}" in answer.content.decode()
    assert "Beds arrive within days." in body(answer)
    assert not Commitment.objects.exists()


def test_an_organisation_of_others_is_no_choice(partnership: Partnership, worker: Person) -> None:
    other = convener_organisation(partnership)
    given = {**FORM, "organisation": other.pk}
    answer = signed_in(worker).post(reverse("make_commitment", args=[partnership.slug]), given)
    assert answer.status_code == 422 and not Commitment.objects.exists()


def test_a_late_one_is_shown_late_with_its_own_words_beside_it(
    partnership: Partnership,
    one: Commitment,
    worker: Person,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    actions.tell(
        commitment=one,
        event=states.TELL,
        words="The sawmill burned down; we are back in June.",
        by=actor(worker),
        at=AT + timedelta(days=3),
    )
    at_day(monkeypatch, AT + timedelta(days=90))
    convener = signed_in(person_of(convener_organisation(partnership)))
    text = body(convener.get(reverse("commitments", args=[partnership.slug])))
    assert "1 commitment: 1 late." in text
    assert "The sawmill burned down" in text
    page = body(convener.get(reverse("commitment", args=[partnership.slug, 1])))
    assert "Late" in page and "Say how it goes" not in page and "Ask by mail" in page


def test_a_changed_one_is_shown_changed(
    partnership: Partnership, one: Commitment, worker: Person, convener: Client
) -> None:
    client = signed_in(worker)
    address = reverse("change_commitment", args=[partnership.slug, 1])
    page = client.get(address).content.decode()
    assert 'value="12,500.00"' in page and 'value="2026-05-03"' in page
    given = {
        **FORM,
        "action": "Give a bed for every ten sold",
        "amount": "12,500.00",
        "currency": "GBP",
        "staff": "",
        "target_area": "",
        "outcome": "No child of a customer sleeps on the floor.",
        "reason": "The van broke.",
        "version": "1",
    }
    assert client.post(address, given).status_code == 302
    line = "Changed on 1 March 2026: due 3 May 2026 → 1 June 2026. The reason: The van broke."
    assert line in body(convener.get(reverse("commitments", args=[partnership.slug])))
    stale = client.post(address, {**given, "due_on": "2026-07-01"})
    assert stale.status_code == 422 and "A colleague has just changed" in body(stale)


@pytest.mark.parametrize("name", ["change_commitment", "tell_commitment"])
def test_the_convener_speaks_for_no_partner(
    name: str, partnership: Partnership, one: Commitment, convener: Client
) -> None:
    address = reverse(name, args=[partnership.slug, 1])
    assert convener.get(address).status_code == 403
    assert convener.post(address, {"event": "keep"}).status_code == 403
    assert not Word.objects.exists()


def test_saying_how_it_goes(partnership: Partnership, one: Commitment, worker: Person) -> None:
    client = signed_in(worker)
    address = reverse("tell_commitment", args=[partnership.slug, 1])
    silent = client.post(address, {"event": "withdraw", "words": ""})
    assert silent.status_code == 422 and "Say in your own words" in body(silent)
    early = client.post(address, {"event": "keep", "words": "", "done_on": "2026-03-02"})
    assert early.status_code == 422 and "still to come" in body(early)
    told = client.post(address, {"event": "withdraw", "words": "The shop closed."}, follow=True)
    assert "Given up" in body(told) and "The shop closed." in body(told)
    assert "It is kept" not in body(client.get(address))


def test_nothing_is_written_as_markup(partnership: Partnership, worker: Person, firm: Any) -> None:
    committed(partnership, firm, by=actor(worker), action="<script>alert(1)</script>")
    for name, more in (("commitments", []), ("commitment", [1])):
        page = signed_in(worker).get(reverse(name, args=[partnership.slug, *more]))
        assert b"<script>alert" not in page.content


def test_a_commitment_from_an_agreement_leads_to_it(
    partnership: Partnership, convener: Client
) -> None:
    agreement = shared(partnership)
    committed(partnership, origin=Origin("agreement", agreement=agreement))
    page = convener.get(reverse("commitment", args=[partnership.slug, 1])).content.decode()
    assert reverse("agreement", args=[partnership.slug, agreement.reference]) in page


# What is due ------------------------------------------------------------------------------------


def reminded(person: Person, at: datetime) -> list[due.Item]:
    return [each for each in due.items(actor(person, at), at) if each.kind == "commitments.word"]


def test_its_people_are_reminded_and_nobody_else(
    partnership: Partnership, one: Commitment, worker: Person
) -> None:
    colleague_elsewhere = person_of(convener_organisation(partnership))
    start = AT + timedelta(days=5)
    assert not reminded(worker, start)
    soon = reminded(worker, AT + timedelta(days=40))
    assert [each.late for each in soon] == [False] and "Due soon" in soon[0].title
    (late,) = reminded(worker, AT + timedelta(days=70))
    assert late.late and late.organisation_id == one.organisation_id
    assert timezone.localdate(late.due_at) == DUE
    assert not reminded(colleague_elsewhere, AT + timedelta(days=70))
    actions.tell(
        commitment=one, event=states.KEEP, words="", by=actor(worker), at=AT + timedelta(days=71)
    )
    assert not reminded(worker, AT + timedelta(days=72))


def test_silence_of_sixty_days_is_brought_to_mind(
    partnership: Partnership, firm: Organisation, worker: Person
) -> None:
    one = committed(partnership, firm, by=actor(worker), due_on=DUE + timedelta(days=300))
    assert not reminded(worker, AT + timedelta(days=59))
    (found,) = reminded(worker, AT + timedelta(days=60))
    assert not found.late and "Say how it goes" in found.title
    actions.tell(
        commitment=one,
        event=states.TELL,
        words="Well.",
        by=actor(worker),
        at=AT + timedelta(days=61),
    )
    assert not reminded(worker, AT + timedelta(days=62))


# By personal link -------------------------------------------------------------------------------


def asked(one: Commitment, by: Person) -> list[str]:
    """The addresses that were mailed."""
    asking.ask(commitment=one, by=actor(by), at=AT)
    bodies = [mail.body_of(each) for each in OutgoingMail.objects.filter(purpose="commitment-word")]
    return [re.search(r"/l/commitment/[-\w]+/", text)[0] for text in bodies]  # type: ignore[index]


def test_who_is_asked_by_mail_answers_without_an_account(
    partnership: Partnership, one: Commitment, worker: Person, convener: Client
) -> None:
    answer = convener.post(reverse("ask_commitment", args=[partnership.slug, 1]), follow=True)
    assert "A link is on its way to 1 person" in body(answer)
    message = OutgoingMail.objects.get(purpose="commitment-word")
    assert message.to == worker.email
    path = re.search(r"/l/commitment/[-\w]+/", mail.body_of(message))[0]  # type: ignore[index]
    visitor = Client()
    page = visitor.get(path)
    assert page.status_code == 200 and "Give a bed for every ten sold" in body(page)
    assert not Word.objects.exists()
    empty = visitor.post(path, {"event": "tell", "words": ""})
    assert empty.status_code == 422 and Link.objects.get().last_used_at is None
    done = visitor.post(path, {"event": "tell", "words": "Eleven beds so far."}, follow=True)
    assert "Thank you" in body(done) and "Eleven beds so far." in body(done)
    word = Word.objects.get()
    assert word.said_by == f"link:{Link.objects.get().pk}"
    assert Link.objects.get().last_used_at == AT
    text = body(convener.get(reverse("commitment", args=[partnership.slug, 1])))
    assert "said by personal link" in text
    assert worker.name not in text and worker.email not in text


def test_a_link_opens_its_commitment_only_and_while_its_holder_takes_part(
    partnership: Partnership, one: Commitment, worker: Person, firm: Organisation
) -> None:
    other = committed(partnership, firm, by=actor(worker))
    (path,) = asked(one, worker)
    link = Link.objects.get()
    Link.objects.filter(pk=link.pk).update(subject=f"commitments.commitment:{other.pk}")
    assert "Commitment 2" not in body(Client().get(path))
    Link.objects.filter(pk=link.pk).update(subject=link.subject)
    assert Client().get(path).status_code == 200
    Affiliation.objects.filter(person=worker).update(until_at=AT)
    assert Client().get(path).status_code == 404
    assert Client().post(path, {"event": "keep"}).status_code == 404


def test_a_link_dies_with_the_seat(
    partnership: Partnership, one: Commitment, worker: Person, firm: Organisation
) -> None:
    (path,) = asked(one, worker)
    partnership.seats.filter(organisation=firm).update(until_at=AT, ended_because="Moved on.")
    assert Client().get(path).status_code == 404


def test_nobody_is_worn_down_by_asking(one: Commitment, worker: Person) -> None:
    asked(one, worker)
    with pytest.raises(Conflict):
        asking.ask(commitment=one, by=actor(worker), at=AT + timedelta(days=6))
    assert asking.ask(commitment=one, by=actor(worker), at=AT + timedelta(days=8)) == 1


def test_another_partner_asks_nobody(partnership: Partnership, one: Commitment) -> None:
    other = seated(partnership).organisation
    assert other is not None
    with pytest.raises(Denied):
        asking.ask(commitment=one, by=actor(person_of(other)), at=AT)
    assert not OutgoingMail.objects.exists()


def test_where_nobody_takes_part_the_convener_is_told(
    partnership: Partnership, one: Commitment, worker: Person
) -> None:
    Affiliation.objects.filter(person=worker).update(until_at=AT)
    convener = person_of(convener_organisation(partnership))
    with pytest.raises(Conflict):
        asking.ask(commitment=one, by=actor(convener), at=AT + timedelta(days=1))


# Out of the house -------------------------------------------------------------------------------


def test_the_public_page_and_files_tell_what_is_public_and_nothing_else(
    partnership: Partnership, one: Commitment
) -> None:
    committed(partnership, is_public=False, action="Keep this among us")
    files = [
        reverse("public_commitments_file", args=[partnership.slug, f]) for f in ("csv", "json")
    ]
    public = reverse("public_partnership", args=[partnership.slug])
    for path in (*files, public):
        assert Client().get(path).status_code == 404
    Partnership.objects.filter(pk=partnership.pk).update(public_at=AT)
    for path in (*files, public):
        text = Client().get(path).content.decode()
        assert "Give a bed for every ten sold" in text and "Keep this among us" not in text
    (row,) = json.loads(Client().get(files[1]).content)
    assert row["amount_minor"] == 1_250_000 and row["standing"] == "open" and row["staff"] is None
    assert list(row) == list(exports.COLUMNS)


def test_an_open_partnership_without_commitments_says_so(partnership: Partnership) -> None:
    Partnership.objects.filter(pk=partnership.pk).update(public_at=AT)
    text = body(Client().get(reverse("public_partnership", args=[partnership.slug])))
    assert "No partner has made a commitment of its own in public yet." in text


def test_words_that_look_like_a_formula_do_nothing_in_a_spreadsheet(
    partnership: Partnership,
) -> None:
    committed(partnership, action='=HYPERLINK("https://example.org")', staff="@SUM(A1)")
    text = exports.csv_of(exports.rows(queries.entries(partnership, AT)))
    (row,) = csv.DictReader(io.StringIO(text))
    assert row["action"].startswith("'=") and row["staff"].startswith("'@")


def test_the_sentence_counts_every_standing(partnership: Partnership, worker: Person) -> None:
    for number in range(3):
        found = committed(partnership, due_on=DUE + timedelta(days=number))
        if number:
            own = queries.entries(partnership, AT)[-1].commitment.organisation
            by = actor(person_of(own))
            actions.tell(commitment=found, event=states.KEEP, words="", by=by, at=AT)
    at = AT + timedelta(days=100)
    assert presentation.lead(queries.entries(partnership, at)) == "3 commitments: 1 late, 2 kept."
    assert presentation.lead([]) == ""


def test_pages_speak_spanish(partnership: Partnership, one: Commitment, worker: Person) -> None:
    """Whether or not a translation is there, nothing breaks in another language."""
    person = Person.objects.get(pk=worker.pk)
    client = signed_in(person)
    client.cookies["django_language"] = "es"
    assert client.get(reverse("commitments", args=[partnership.slug])).status_code == 200
    page = client.get(reverse("change_commitment", args=[partnership.slug, 1])).content.decode()
    assert 'value="12.500,00"' in page
    given = {**FORM, "amount": "12.500,00", "reason": "Así.", "version": "1"}
    client.post(reverse("change_commitment", args=[partnership.slug, 1]), given)
    assert one.versions.latest("number").amount_minor == 1_250_000
    assert promise().amount_minor == 1_250_000
