"""The pages: what each shows to whom, and that no input is lost on an error."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from commonweal.convene.models import Partnership, Seat
from commonweal.convene.tests.factories import (
    AT,
    OrganisationFactory,
    PartnershipFactory,
    PersonFactory,
    affiliated,
    convener_organisation,
    seated,
    sponsor_organisation,
)
from commonweal.core.models import Organisation, OutgoingMail, Person, Role, Sector

pytestmark = pytest.mark.django_db


def signed_in(*organisations: Organisation, role: str = Role.MEMBER) -> Client:
    person = PersonFactory()
    for organisation in organisations:
        affiliated(person, organisation, role)
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def convener(partnership: Partnership) -> Client:
    return signed_in(convener_organisation(partnership))


def partner(partnership: Partnership) -> Client:
    seat = seated(partnership)
    assert seat.organisation
    return signed_in(seat.organisation)


def text(response: HttpResponse) -> str:
    return response.content.decode()


class Everything:
    """One partnership with a seat of each sort, and the address of every page of the room."""

    def __init__(self) -> None:
        self.partnership = PartnershipFactory()
        self.vacant = seated(self.partnership, voice="Young parents")
        self.seat = seated(self.partnership, contribution="Two vans")
        slug = self.partnership.slug
        self.for_the_table = [reverse("table", args=[slug]), reverse("journey", args=[slug])]
        self.for_the_convener = [
            reverse("seat_organisation", args=[slug]),
            reverse("seat_residents", args=[slug]),
            reverse("state_problem", args=[slug]),
            reverse("partnership_settings", args=[slug]),
            reverse("hand_over", args=[slug]),
            reverse("fill_seat", args=[slug, self.vacant.pk]),
            reverse("seat", args=[slug, self.seat.pk]),
            reverse("end_seat", args=[slug, self.seat.pk]),
            reverse("invite_person", args=[slug, self.seat.pk]),
        ]

    @property
    def all(self) -> list[str]:
        return [
            *self.for_the_table,
            *self.for_the_convener,
            reverse("pledge", args=[self.partnership.slug]),
        ]


def test_who_gets_which_page() -> None:
    every = Everything()
    inside, outside = partner(every.partnership), convener(PartnershipFactory())
    runs = convener(every.partnership)
    for url in every.for_the_table:
        assert runs.get(url).status_code == 200
        assert inside.get(url).status_code == 200
    for url in every.for_the_convener:
        assert runs.get(url).status_code == 200, url
        for answer in (inside.get(url), inside.post(url, {})):
            assert answer.status_code == 403, url
    for url in every.all:
        for answer in (outside.get(url), outside.post(url, {})):
            assert answer.status_code in {404, 405}, url
            assert every.partnership.name not in text(answer)
        nobody = Client().get(url)
        assert nobody.status_code == 302
        assert nobody["Location"].startswith("/sign-in/")


def test_pledge_is_for_the_sponsors_people_only() -> None:
    partnership = PartnershipFactory()
    url = reverse("pledge", args=[partnership.slug])
    assert convener(partnership).get(url).status_code == 403
    sponsor = signed_in(sponsor_organisation(partnership))
    assert sponsor.get(url).status_code == 200
    assert sponsor.post(url, {"words": " "}).status_code == 422
    assert sponsor.post(url, {"words": "I will answer."}).status_code == 302
    page = text(sponsor.get(reverse("table", args=[partnership.slug])))
    assert "I will answer." in page


class TestOpen:
    URL = "/partnerships/new/"
    WORDS = {"name": "Beds", "problem": "No bed.", "affected": "Babies", "place": "Leeds"}

    def test_from_nothing(self) -> None:
        organisation = OrganisationFactory()
        client = signed_in(organisation)
        assert client.get(self.URL).status_code == 200
        answer = client.post(self.URL, {**self.WORDS, "convener": organisation.pk}, follow=True)
        assert answer.redirect_chain == [("/partnerships/beds/table/", 302)]
        assert "No bed." in text(answer)
        assert organisation.name in text(answer)

    def test_not_in_the_name_of_another(self) -> None:
        client = signed_in(OrganisationFactory())
        other = OrganisationFactory()
        answer = client.post(self.URL, {**self.WORDS, "convener": other.pk})
        assert answer.status_code == 422
        assert "No bed." in text(answer)
        assert not Partnership.objects.exists()

    def test_without_an_organisation_it_says_what_to_do(self) -> None:
        answer = signed_in().get(self.URL)
        assert answer.status_code == 403
        assert "invite you" in text(answer)

    def test_errors_keep_what_was_typed(self) -> None:
        client = signed_in(OrganisationFactory())
        answer = client.post(self.URL, {"name": "", "problem": "Babies without beds"})
        assert answer.status_code == 422
        assert "Babies without beds" in text(answer)
        assert "Give the partnership a name." in text(answer)
        assert "govuk-error-summary" in text(answer)


class TestTable:
    def test_shows_who_sits_where_what_they_bring_and_who_left(self) -> None:
        every = Everything()
        seated(every.partnership, OrganisationFactory(name="Uni", sector=Sector.UNIVERSITY))
        seated(
            every.partnership,
            OrganisationFactory(name="Gone Ltd"),
            until_at=AT,
            ended_because="The firm closed.",
        )
        page = text(partner(every.partnership).get(every.for_the_table[0]))
        for words in ("Uni", "University", "Two vans", "Young parents", "Vacant", "Gone Ltd"):
            assert words in page
        assert "The firm closed." in page
        assert "1 residents’ seat is vacant." in page
        assert "Philanthropy" in page

    def test_a_residents_name_is_on_no_page(self) -> None:
        partnership = PartnershipFactory()
        person = PersonFactory(name="Amina Hassan")
        seated(partnership, voice="Young parents", person=person)
        for name in ("table", "journey"):
            page = text(convener(partnership).get(reverse(name, args=[partnership.slug])))
            assert "Amina" not in page

    def test_what_people_type_is_text(self) -> None:
        partnership = PartnershipFactory(problem="<script>alert(1)</script>")
        page = text(convener(partnership).get(reverse("table", args=[partnership.slug])))
        assert "<script>alert(1)" not in page
        assert "&lt;script&gt;alert(1)" in page

    def test_the_number_of_queries_does_not_grow_with_the_table(
        self, django_assert_max_num_queries: Any
    ) -> None:
        partnership = PartnershipFactory()
        for n in range(60):
            seated(partnership, OrganisationFactory(sector=Sector.values[n % 7]))
        client = convener(partnership)
        with django_assert_max_num_queries(20):
            client.get(reverse("table", args=[partnership.slug]))


class TestSeatOrganisation:
    GOOD = {
        "name": "Baby Basics",
        "sector": "nonprofit",
        "register": "GB-CHC",
        "number": "1089464",
        "kind": "partner",
        "contribution": "Beds",
        "person_name": "Nell",
        "email": "nell@example.org",
        "roles": ["signatory", "steward"],
    }

    def post(self, partnership: Partnership, **given: Any) -> HttpResponse:
        url = reverse("seat_organisation", args=[partnership.slug])
        return convener(partnership).post(url, {**self.GOOD, **given})

    def test_new_with_its_first_person(self) -> None:
        partnership = PartnershipFactory()
        assert self.post(partnership).status_code == 302
        seat = partnership.seats.get(organisation__name="Baby Basics")
        assert seat.contribution == "Beds"
        assert Person.objects.filter(email="nell@example.org").exists()
        assert OutgoingMail.objects.filter(to="nell@example.org").count() == 1

    def test_one_that_is_here(self) -> None:
        partnership, organisation = PartnershipFactory(), OrganisationFactory()
        blank = dict.fromkeys(("name", "sector", "register", "number", "person_name", "email"), "")
        answer = self.post(partnership, **blank, organisation=organisation.pk, roles=[])
        assert answer.status_code == 302
        assert partnership.seats.filter(organisation=organisation).exists()

    @pytest.mark.parametrize(
        ("given", "says"),
        [
            ({"name": ""}, "give the new one’s name"),
            ({"sector": ""}, "Choose the sector"),
            ({"number": ""}, "Fill in “Number in this register” too."),
            ({"email": ""}, "Fill in “E-mail address” too."),
            ({"person_name": ""}, "Fill in “Name” too."),
            ({"email": "nonsense"}, "name@example.org"),
            ({"email": "", "person_name": ""}, "Say who has these roles."),
            ({"kind": "convener"}, "Choose one of the list"),
            ({"kind": "sponsor"}, "has a sponsor already"),
            ({"name": "Taken"}, "already here"),
            ({"sector": "martian"}, "Choose one of the list"),
            ({"organisation": str(uuid4())}, "Choose one of the list"),
            ({"name": "x" * 201}, "at most 200 characters"),
            ({"roles": ["operator"]}, "Choose one of the list"),
        ],
    )
    def test_bad_input_says_what_and_loses_nothing(self, given: dict[str, Any], says: str) -> None:
        OrganisationFactory(name="Taken")
        partnership = PartnershipFactory()
        before = Organisation.objects.count()
        answer = self.post(partnership, **given)
        assert answer.status_code == 422
        assert says in text(answer)
        assert "Beds" in text(answer)
        assert "1089464" in text(answer) or "number" in given
        assert partnership.seats.count() == 2
        assert Organisation.objects.count() == before
        assert not OutgoingMail.objects.exists()

    def test_both_old_and_new(self) -> None:
        answer = self.post(PartnershipFactory(), organisation=OrganisationFactory().pk)
        assert "leave one of them out" in text(answer)


class TestSeats:
    def test_residents_vacant_then_filled(self) -> None:
        partnership = PartnershipFactory()
        client = convener(partnership)
        url = reverse("seat_residents", args=[partnership.slug])
        assert client.post(url, {"voice": ""}).status_code == 422
        assert client.post(url, {"voice": "Parents", "email": "a@example.org"}).status_code == 422
        assert client.post(url, {"voice": "Parents", "person_name": "A"}).status_code == 422
        assert client.post(url, {"voice": "Parents"}).status_code == 302
        seat = partnership.seats.get(kind="resident")
        fill = reverse("fill_seat", args=[partnership.slug, seat.pk])
        assert client.post(fill, {"email": "", "person_name": ""}).status_code == 422
        good = {"email": "amina@example.org", "person_name": "Amina"}
        assert client.post(fill, good).status_code == 302
        seat.refresh_from_db()
        assert seat.person and seat.person.email == "amina@example.org"
        assert client.post(fill, good).status_code == 409

    def test_say_contribution_as_its_holder(self) -> None:
        partnership = PartnershipFactory()
        seat = seated(partnership)
        assert seat.organisation
        client = signed_in(seat.organisation)
        url = reverse("seat", args=[partnership.slug, seat.pk])
        assert client.get(url).status_code == 200
        assert client.post(url, {"contribution": "A hall"}).status_code == 302
        seat.refresh_from_db()
        assert seat.contribution == "A hall"

    def test_leave(self) -> None:
        partnership = PartnershipFactory()
        seat = seated(partnership)
        assert seat.organisation
        client = signed_in(seat.organisation)
        url = reverse("end_seat", args=[partnership.slug, seat.pk])
        assert client.post(url, {"reason": ""}).status_code == 422
        assert client.post(url, {"reason": "No money."})["Location"] == reverse("home")
        assert client.get(reverse("table", args=[partnership.slug])).status_code == 404
        assert Seat.objects.get(pk=seat.pk).ended_because == "No money."

    def test_the_conveners_seat_is_handed_over_not_ended(self) -> None:
        partnership = PartnershipFactory()
        heir = seated(partnership).organisation
        assert heir
        client = convener(partnership)
        seat = partnership.seats.get(kind="convener")
        end = client.post(
            reverse("end_seat", args=[partnership.slug, seat.pk]), {"reason": "Tired."}
        )
        assert end.status_code == 422
        assert "without a convener" in text(end)
        url = reverse("hand_over", args=[partnership.slug])
        assert client.post(url, {"to": ""}).status_code == 422
        assert client.post(url, {"to": heir.pk}).status_code == 302
        assert convener_organisation(partnership) == heir
        assert client.get(url).status_code == 403

    def test_a_seat_of_another_table_is_not_there(self) -> None:
        mine, other = PartnershipFactory(), PartnershipFactory()
        foreign = seated(other)
        client = convener(mine)
        for name in ("seat", "end_seat", "invite_person", "fill_seat"):
            for slug in (mine.slug, other.slug):
                assert client.get(reverse(name, args=[slug, foreign.pk])).status_code == 404


class TestJourney:
    def test_moves_and_says_why_not(self) -> None:
        partnership = PartnershipFactory()
        client = convener(partnership)
        url = reverse("journey", args=[partnership.slug])
        page = text(client.get(url))
        assert "Go on to “Invite”" in page
        assert "Go on to “Agree”" not in page
        assert "Set up a seat for those who are affected" in page
        assert client.post(url, {"event": "begin_invite"}).status_code == 302
        assert "Go back to “Lead and scope”" in text(client.get(url))
        refused = client.post(url, {"event": "begin_agree"})
        assert refused.status_code == 403
        assert "second sector" in text(refused)
        assert client.post(url, {"event": "nonsense"}).status_code == 409
        assert client.post(url, {}).status_code == 409

    def test_others_read_without_buttons(self) -> None:
        partnership = PartnershipFactory()
        client = partner(partnership)
        url = reverse("journey", args=[partnership.slug])
        assert '<form method="post"><input' not in text(client.get(url))
        assert "Go on to" not in text(client.get(url))
        assert client.post(url, {"event": "begin_invite"}).status_code == 403


def test_settings_open_and_close_the_public_page() -> None:
    partnership = PartnershipFactory()
    client = convener(partnership)
    url = reverse("partnership_settings", args=[partnership.slug])
    client.post(url, {"public": "open"})
    partnership.refresh_from_db()
    assert partnership.is_public
    assert "Close the public page" in text(client.get(url))
    client.post(url, {"public": "close"})
    partnership.refresh_from_db()
    assert not partnership.is_public


def test_state_problem() -> None:
    partnership = PartnershipFactory()
    client = convener(partnership)
    url = reverse("state_problem", args=[partnership.slug])
    assert partnership.problem in text(client.get(url))
    said = {"name": "Beds", "problem": "", "affected": "All babies", "place": ""}
    answer = client.post(url, said)
    assert answer.status_code == 422
    assert "All babies" in text(answer)
    assert client.post(url, {**said, "problem": "No bed."}).status_code == 302
    partnership.refresh_from_db()
    assert (partnership.name, partnership.problem, partnership.place) == ("Beds", "No bed.", "")
