"""The three pages: whom they let in, what they answer, what they do not tell."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, date, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from commonweal.agree import actions, queries
from commonweal.agree.access import registry, uses
from commonweal.agree.access.registry import Result
from commonweal.agree.access.tests.scene import Scene, client_of, scene
from commonweal.agree.tests import factories as f
from commonweal.compute.permits import clauses as c
from commonweal.compute.permits.exploring import Wanted, access
from commonweal.convene.tests.factories import (
    AT,
    PartnershipFactory,
    PersonFactory,
    affiliated,
    convener_of,
    member_of,
    seated,
)
from commonweal.core import events
from commonweal.core.errors import Denied
from commonweal.core.models import Event, Organisation, Role
from commonweal.core.scope import system

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("day_of_agreements")]


@pytest.fixture
def here() -> Scene:
    return scene()


@pytest.fixture
def convener(here: Scene) -> Client:
    return client_of(here.convener)


def words(client: Client, url: str, status: int = 200, **query: Any) -> str:
    """The text of a page's main part, without marks and choices."""
    answer = client.get(url, query)
    assert answer.status_code == status, answer.content.decode()[-2000:]
    page = answer.content.decode()
    main = page[page.find("<main") : page.find("</main")]
    plain = re.sub(r"<option.*?</option>|<[^>]*>", " ", main, flags=re.DOTALL)
    return re.sub(r"\s+", " ", unescape(plain))


def at(here: Scene, name: str, *more: Any) -> str:
    return reverse(name, args=[here.partnership.slug, *more])


def refuse(here: Scene, **changes: Any) -> None:
    with pytest.raises(Denied):
        here.permit(**changes)


# --- who can see what ---------------------------------------------------------------------------


def test_it_says_until_when_under_which_clauses_within_which_limits(
    here: Scene, convener: Client
) -> None:
    said = words(convener, at(here, "access"))
    assert "3 uses of data are allowed now. What no agreement names is refused." in said
    assert "Allowed Until the end of 31 December 2027" in said
    assert "DUL-1 clause 4 (purposes)" in said and "DSA-1 clause 3 (data)" in said
    assert "no group under 5 is shown: DSA-1 clause 5 (smallest group shown) ;" in said
    assert "Widest result allowed: for the public" in said


def test_each_clause_leads_to_where_it_stands(here: Scene, convener: Client) -> None:
    page = convener.get(at(here, "access")).content.decode()
    links = set(re.findall(r'href="(/[^"]+#clause-\d+)"', page))
    assert len(links) >= 6
    for link in links:
        path, anchor = link.split("#")
        assert f'id="{anchor}"' in convener.get(path).content.decode()


def test_what_is_refused_says_why_and_what_would_change_it(here: Scene, convener: Client) -> None:
    actions.suspend(agreement=here.licence, reason="Looked at again.", by=here.convener, at=AT)
    said = words(convener, at(here, "access"), purpose=f.PURPOSE)
    assert "Nobody may do this now." in said
    assert "The convener suspended the agreement on" in said
    assert "DUL-1 clause 12 (suspension)" in said
    assert "What would change it: Ask the convener to lift the suspension." in said


def test_a_question_that_no_agreement_names_gets_the_clause_that_comes_nearest(
    here: Scene, convener: Client
) -> None:
    asked = {"organisation": here.hub.pk, "contract": "beds", "purpose": "cw:MonitorEquity"}
    said = words(convener, at(here, "access"), **asked)
    assert "no agreement names it" in said
    assert "“Watch over equity” is not among the purposes" in said
    assert "DUL-1 clause 4 (purposes)" in said


def test_filters_narrow_the_answer_and_pass_to_the_file(here: Scene, convener: Client) -> None:
    said = words(convener, at(here, "access"), organisation=here.first.pk)
    assert "Hand in its own data" in said and "Compute figures beds" not in said
    found = rows_of(convener, here, organisation=here.first.pk, field="area")
    assert {(row["action"], row["field"]) for row in found} == {
        ("submit", "area"),
        ("read_submission", "area"),
    }
    assert rows_of(convener, here, provider=here.second.pk, field="area", purpose=f.PURPOSE) == [
        {
            "organisation": here.hub.name,
            "action": "measure",
            "contract": "beds",
            "field": "area",
            "provider": "St Agnes Hospital",
            "purpose": f.PURPOSE,
            "allowed": "yes",
            "until": "2028-01-01T00:00:00+00:00",
            "results_for": "public",
            "smallest_group": "5",
            "clauses": "DUL-1 clause 2 (users); DUL-1 clause 3 (data); DUL-1 clause 4 (purposes);"
            " DSA-1 clause 1 (providers); DSA-1 clause 3 (data); DSA-1 clause 4 (purposes)",
            "reason": "",
            "mend": "",
        }
    ]


def rows_of(client: Client, here: Scene, **query: Any) -> list[dict[str, str]]:
    answer = client.get(at(here, "access_file"), query)
    assert answer["Content-Type"].startswith("text/csv")
    return list(csv.DictReader(io.StringIO(answer.content.decode())))


def test_the_file_holds_every_row_of_the_agreements(here: Scene, convener: Client) -> None:
    expected = access(queries.register_of(here.partnership), here.partnership.pk, AT, Wanted())
    found = rows_of(convener, here)
    assert len(found) == len(expected) == 4 * 2 * 3
    allowed = ["yes" if row.is_allowed else "no" for row in expected]
    assert [row["allowed"] for row in found] == allowed


def test_no_cell_of_the_file_begins_like_a_formula(here: Scene, convener: Client) -> None:
    Organisation.objects.filter(pk=here.first.pk).update(name="=cmd|' /C calc'!A0")
    names = {row["provider"] for row in rows_of(convener, here)}
    assert names == {"'=cmd|' /C calc'!A0", "St Agnes Hospital"}


@pytest.mark.parametrize(
    "query",
    [
        {"organisation": "nobody"},
        {"person": "00000000-0000-0000-0000-000000000009"},
        {"purpose": "cw:Anything"},
        {"output": "everyone"},
        {"contract": "' OR 1=1"},
    ],
)
def test_a_question_that_is_none_is_not_answered(
    here: Scene, convener: Client, query: dict[str, str]
) -> None:
    said = words(convener, at(here, "access"), 422, **query)
    assert "Choose one of the list." in said and "Allowed Until" not in said
    assert rows_of(convener, here, **query) == []


def test_it_takes_the_same_queries_however_many_agreements_there_are(
    here: Scene, convener: Client, django_assert_max_num_queries: Any
) -> None:
    def count() -> int:
        with django_assert_max_num_queries(30) as held:
            convener.get(at(here, "access"))
        return len(held)

    before = count()
    for number in range(4):
        f.licensed(f.shared(here.partnership, [here.first], contract=f"more-{number}"))
    assert count() == before


# --- people -------------------------------------------------------------------------------------


def test_a_person_sees_what_its_organisations_may(here: Scene) -> None:
    member = member_of(here.first)
    said = words(client_of(member), at(here, "access"), person=member.person_id)
    assert "Northside Council Hand in" in said
    assert here.hub.name not in said and "St Agnes Hospital Hand in" not in said


def test_people_are_offered_by_name_to_who_answers_for_them_and_never_by_address(
    here: Scene,
) -> None:
    colleague, other = PersonFactory(name="Ada Colleague"), PersonFactory(name="Ben Elsewhere")
    nameless = PersonFactory(name="", email="nameless@vexnir.example")
    for one in (colleague, nameless):
        affiliated(one, here.first, Role.MEMBER)
    affiliated(other, here.second, Role.MEMBER)
    member, steward = member_of(here.first), member_of(here.first, Role.STEWARD)
    for actor, sees in (
        (member, set()),
        (steward, {"Ada Colleague"}),
        (here.convener, {"Ada Colleague", "Ben Elsewhere"}),
    ):
        page = client_of(actor).get(at(here, "access")).content.decode()
        assert {n for n in ("Ada Colleague", "Ben Elsewhere") if n in page} == sees
        main = page[page.find("<main") : page.find("</main")]
        assert "@" not in main
    query = {"person": other.pk}
    assert client_of(steward).get(at(here, "access"), query).status_code == 422
    assert client_of(member).get(at(here, "access"), {"person": colleague.pk}).status_code == 422


def test_a_person_who_acts_for_nobody_here_sees_nothing(here: Scene) -> None:
    resident = PersonFactory()
    seated(here.partnership, person=resident, voice="Parents")
    client = Client()
    client.force_login(resident, backend="django.contrib.auth.backends.ModelBackend")
    said = words(client, at(here, "access"), person=resident.pk)
    assert "Nobody may do this" in said and "Allowed Until" not in said


# --- what data was used for ---------------------------------------------------------------------


def test_the_convener_sees_every_use_and_each_provider_its_own(here: Scene) -> None:
    here.permit(providers=(here.first.pk,), fields=("month",))
    here.permit(providers=(here.second.pk,), fields=("slept_safely",))
    everything = words(client_of(here.convener), at(here, "data_uses"))
    assert "2 requests were granted and 0 were refused" in everything
    assert "Of Northside Council" in everything and "Of St Agnes Hospital" in everything
    own = words(client_of(member_of(here.first)), at(here, "data_uses"))
    assert "1 request was granted and 0 were refused" in own
    assert "month" in own
    assert "slept_safely" not in own and "St Agnes" not in own


def test_a_request_over_all_providers_counts_for_those_it_opened(here: Scene) -> None:
    here.permit(at=AT - timedelta(days=2))
    here.withdraw(here.second, at=AT - timedelta(days=1))
    here.permit()
    first = words(client_of(member_of(here.first)), at(here, "data_uses"))
    assert "2 requests were granted and 0 were refused" in first
    second = words(client_of(member_of(here.second)), at(here, "data_uses"))
    assert "1 request was granted and 1 was refused" in second
    assert "St Agnes Hospital withdrew" not in first
    assert "DSA-1 clause 13 (withdrawal)" in second


def test_a_line_without_its_providers_is_answered_again_as_of_then(here: Scene) -> None:
    """Lines of an older version do not say whose data was opened."""
    with transaction.atomic():
        events.append(
            kind="agree.granted",
            subject="agree.contract:beds",
            by=system("test"),
            at=AT - timedelta(days=2),
            scope=here.partnership.pk,
            organisation=here.hub.pk,
            data={
                "action": "measure",
                "contract": "beds",
                "fields": ["area"],
                "purpose": f.PURPOSE,
                "output": "partners",
                "linkage": False,
                "providers": [],
                "permit": "0" * 64,
                "agreements": ["DUL-1 v1", "DSA-1 v1"],
            },
        )
    here.withdraw(here.second)
    for organisation in (here.first, here.second):
        said = words(client_of(member_of(organisation)), at(here, "data_uses"))
        assert "1 request was granted" in said


def test_what_was_refused_is_told_with_the_clause_to_who_it_concerns(here: Scene) -> None:
    refuse(here, fields=("income",), providers=(here.first.pk,))
    said = words(client_of(member_of(here.first)), at(here, "data_uses"))
    assert "0 requests were granted and 1 was refused" in said
    assert "These fields of “beds” are not covered: income." in said
    assert "DSA-1 clause 3 (data)" in said or "DUL-1 clause 3 (data)" in said
    other = words(client_of(member_of(here.second)), at(here, "data_uses"))
    assert "income" not in other and "Nothing" in other


def test_handing_in_is_no_use(here: Scene) -> None:
    own = {"action": "submit", "organisation": here.first.pk, "purpose": "", "output": "none"}
    here.permit(**own)
    assert "Nothing" in words(client_of(member_of(here.first)), at(here, "data_uses"))


def test_equal_requests_of_a_month_are_counted_and_months_are_apart(
    here: Scene, convener: Client
) -> None:
    for days in (40, 3, 2):
        here.permit(at=AT - timedelta(days=days))
    said = words(convener, at(here, "data_uses"))
    assert said.index("February 2026") < said.index("January 2026")
    assert "2 times" in said and "1 time" in said


def test_days_and_provider_narrow_it(here: Scene, convener: Client) -> None:
    here.permit(at=datetime(2026, 1, 31, 23, 59, 59, tzinfo=UTC), providers=(here.first.pk,))
    here.permit(at=datetime(2026, 2, 1, tzinfo=UTC), providers=(here.second.pk,))
    url = at(here, "data_uses")
    january = words(convener, url, since="2026-01-01", until="2026-01-31")
    assert "1 request was granted" in january and "Of Northside Council" in january
    february = words(convener, url, since="2026-02-01", until="2026-02-28")
    assert "1 request was granted" in february and "Of St Agnes Hospital" in february
    both = {"since": "2026-01-01", "until": "2026-02-28"}
    one = words(convener, url, **both, provider=here.first.pk)
    assert "1 request was granted" in one and "January 2026" in one


@pytest.mark.parametrize(
    "query",
    [
        {"since": "yesterday", "until": "2026-01-01"},
        {"since": "2026-02-02", "until": "2026-02-01"},
        {"since": "", "until": ""},
        {"since": "2026-01-01", "until": "9999-12-31", "provider": "nobody"},
    ],
)
def test_days_that_cannot_be_are_told_at_the_field(
    here: Scene, convener: Client, query: dict[str, str]
) -> None:
    words(convener, at(here, "data_uses"), 422, **query)


@pytest.mark.parametrize("days", [("0001-01-01", "9999-12-31"), ("1900-01-01", "1900-01-02")])
def test_the_widest_and_the_emptiest_span_are_answered(
    here: Scene, convener: Client, days: tuple[str, str]
) -> None:
    words(convener, at(here, "data_uses"), since=days[0], until=days[1])


def test_who_acts_for_nobody_is_refused_and_strangers_find_nothing(here: Scene) -> None:
    resident = PersonFactory()
    seated(here.partnership, person=resident, voice="Parents")
    client = Client()
    client.force_login(resident, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(at(here, "data_uses")).status_code == 403
    assert "data_uses" not in client.get(at(here, "agreements")).content.decode()
    stranger = client_of(convener_of(PartnershipFactory()))
    for name in ("access", "access_file", "data_uses"):
        assert stranger.get(at(here, name)).status_code == 404


def test_who_left_the_table_still_learns_what_its_data_was_used_for(here: Scene) -> None:
    here.permit(providers=(here.first.pk,))
    refuse(here, providers=(here.first.pk,), purpose="cw:MonitorEquity")
    here.partnership.seats.filter(organisation=here.first).update(
        until_at=AT - timedelta(hours=1), ended_because="Moved on."
    )
    client = client_of(member_of(here.first))
    said = words(client, at(here, "data_uses"))
    assert "1 request was granted and 1 was refused" in said
    # The licence, which it never signed, is named and not quoted.
    assert "DUL-1 clause 4 (purposes)" in said and "not among the purposes" not in said
    assert client.get(at(here, "access")).status_code == 404


def test_what_came_of_a_permit_is_told_by_who_knows(
    here: Scene, convener: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = here.permit()
    told = Result(given.id, "Release 7: Beds", "Published", "/releases/7/")
    hidden = Result(given.id, "Something else", "Partners only", "")
    monkeypatch.setattr(registry, "tells_results", [lambda *_asked: [told, hidden]])
    page = convener.get(at(here, "data_uses")).content.decode()
    assert '<a class="govuk-link" href="/releases/7/">Release 7: Beds</a> (Published)' in page
    assert "Something else (Partners only)" in page


def test_nothing_of_a_person_is_told(here: Scene) -> None:
    by = convener_of(here.partnership)
    actions.permit(ask=here.ask(actor=by.label), by=by, at=AT)
    page = client_of(member_of(here.first)).get(at(here, "data_uses")).content.decode()
    assert str(by.person_id) not in page


def test_the_span_is_the_last_twelve_months() -> None:
    span = uses.usual_span(datetime(2026, 3, 1, 12, tzinfo=UTC))
    assert (span.first, span.last) == (date(2025, 3, 1), date(2026, 3, 1))


# --- trying a draft -----------------------------------------------------------------------------


def tried(here: Scene, client: Client, reference: str, number: int = 2, status: int = 200) -> str:
    return words(client, at(here, "try_version", reference, number), status)


def test_a_stricter_text_says_what_it_would_refuse_and_with_which_clause(
    here: Scene, convener: Client
) -> None:
    here.permit()
    here.permit(fields=("month",))
    here.revised(here.sharing, data=c.Data("beds", ("area", "slept_safely", "age_weeks")))
    said = tried(here, convener, "DSA-1")
    assert "2 requests were made since 29 January 2026." in said
    assert "counted for each provider: 2 newly refused." in said
    assert "These fields of “beds” are not covered: month." in said
    assert "DSA-1 clause 3 (data)" in said
    assert here.permit(fields=("month",)), "nothing is changed by trying"


def test_a_wider_text_says_what_it_would_allow(here: Scene, convener: Client) -> None:
    refuse(here, purpose="cw:MonitorEquity")
    here.revised(here.licence, purpose=c.Purpose((f.PURPOSE, "cw:MonitorEquity")))
    said = tried(here, convener, "DUL-1")
    assert "2 newly allowed." in said and "DUL-1 clause 4 (purposes)" in said
    assert "Now: “Watch over equity” is not among the purposes" in said
    refuse(here, purpose="cw:MonitorEquity")


def test_limits_are_shown_as_they_are_and_as_they_would_be(here: Scene, convener: Client) -> None:
    here.permit()
    here.revised(here.licence, minimum_cell=c.MinimumCell(20), expiry=c.Expiry(date(2026, 12, 31)))
    said = tried(here, convener, "DUL-1")
    assert "2 within stricter limits." in said
    assert "Now: no group under 5 is shown With this text: no group under 20 is shown" in said
    assert "until the end of 31 December 2027" in said
    assert "until the end of 31 December 2026" in said


def test_only_last_months_requests_are_tried(here: Scene, convener: Client) -> None:
    here.permit(at=AT - timedelta(days=32))
    here.revised(here.licence, data=c.Data("beds", ("month",)))
    assert "There is nothing to try" in tried(here, convener, "DUL-1")
    here.permit(at=AT - timedelta(days=31))
    assert "1 request was made" in tried(here, convener, "DUL-1")


def test_a_text_that_changes_no_answer_says_so(here: Scene, convener: Client) -> None:
    here.permit()
    here.revised(here.licence)
    assert "would change the answer to none of them" in tried(here, convener, "DUL-1")


def test_a_first_draft_is_tried_under_the_agreement_it_rests_on(
    here: Scene, convener: Client
) -> None:
    refuse(here, purpose="cw:MonitorEquity")
    actions.draft_agreement(
        partnership=here.partnership,
        kind="dul",
        title="Fairness",
        clauses=f.dul_clauses([here.hub], purpose=c.Purpose(("cw:MonitorEquity",))),
        prose="",
        parent=here.sharing,
        by=system("test"),
        at=AT,
    )
    assert "2 newly allowed." in tried(here, convener, "DUL-2", 1)


def test_only_its_parties_and_the_convener_try_a_draft(here: Scene) -> None:
    here.revised(here.sharing)
    outsider = seated(here.partnership).organisation
    assert outsider is not None
    assert "nothing to try" in tried(here, client_of(member_of(here.first)), "DSA-1")
    assert (
        client_of(member_of(outsider)).get(at(here, "try_version", "DSA-1", 2)).status_code == 403
    )
    assert tried(here, client_of(here.convener), "DSA-1")


def test_only_a_text_in_preparation_is_tried(here: Scene, convener: Client) -> None:
    assert "Try it against" not in words(convener, at(here, "agreement", "DSA-1"))
    tried(here, convener, "DSA-1", 1, 409)
    tried(here, convener, "DSA-1", 9, 404)
    here.revised(here.sharing)
    assert "Try it against" in words(convener, at(here, "agreement_version", "DSA-1", 2))


def test_a_text_open_for_comment_is_tried_like_a_draft(here: Scene, convener: Client) -> None:
    open_ = here.revised(here.sharing)
    actions.open_for_comment(version=open_, by=system("test"), at=AT)
    assert "Try it against" in words(convener, at(here, "agreement_version", "DSA-1", 2))
    tried(here, convener, "DSA-1")


def test_trying_writes_nothing(here: Scene, convener: Client) -> None:
    here.permit()
    here.revised(here.sharing, data=c.Data("beds", ("area",)))
    before = Event.objects.count()
    tried(here, convener, "DSA-1")
    words(convener, at(here, "access"))
    words(convener, at(here, "data_uses"))
    assert Event.objects.count() == before
