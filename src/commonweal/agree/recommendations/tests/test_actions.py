"""Who recommends, finds and answers; what stays on record; what is refused."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from commonweal.agree.recommendations import actions, policies, queries, states
from commonweal.agree.recommendations.actions import Term
from commonweal.agree.recommendations.models import (
    Answer,
    Appointment,
    Launch,
    Recommendation,
)
from commonweal.agree.recommendations.tests.factories import (
    ANSWER_BY,
    appointed,
    found,
    matter,
    recommended,
)
from commonweal.convene.models import Partnership
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
    partner_of,
    seated,
    sponsor_organisation,
)
from commonweal.core.errors import Conflict, Denied, Invalid, Missing
from commonweal.core.models import Event
from commonweal.core.scope import Actor, system

pytestmark = pytest.mark.django_db
LATER = AT + timedelta(days=10)


@pytest.fixture
def partnership() -> Partnership:
    return PartnershipFactory()


@pytest.fixture
def one(partnership: Partnership) -> Recommendation:
    return recommended(partnership)


@pytest.fixture
def mayor(partnership: Partnership) -> Actor:
    return member_of(sponsor_organisation(partnership))


def answered(one: Recommendation, by: Actor, event: str = states.ACCEPT, **more: Any) -> Answer:
    given = {"words": "Yes: from our own budget.", "at": LATER, **more}
    return actions.answer(one=one, event=event, by=by, **given)


def entry(one: Recommendation, at: Any = LATER) -> queries.Entry:
    (it,) = [each for each in queries.entries(one.partnership, at) if each.one.pk == one.pk]
    return it


def test_only_the_convener_records_what_the_table_recommends(
    partnership: Partnership, mayor: Actor
) -> None:
    for by in (mayor, partner_of(partnership)):
        with pytest.raises(Denied):
            actions.recommend(
                partnership=partnership,
                matter=matter(sponsor_organisation(partnership)),
                basis="D-1",
                by=by,
                at=AT,
            )
    with pytest.raises(Missing):
        actions.recommend(
            partnership=partnership,
            matter=matter(sponsor_organisation(partnership)),
            basis="D-1",
            by=convener_of(PartnershipFactory()),
            at=AT,
        )
    assert not Recommendation.objects.exists()


def test_a_recommendation_needs_where_the_table_agreed_on_it(partnership: Partnership) -> None:
    with pytest.raises(Invalid) as refused:
        actions.recommend(
            partnership=partnership,
            matter=matter(sponsor_organisation(partnership)),
            basis=" ",
            by=convener_of(partnership),
            at=AT,
        )
    assert "basis" in refused.value.fields


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": " "}, "title"),
        ({"words": ""}, "words"),
        ({"answer_by": AT.date()}, "answer_by"),
        ({"answer_by": date(2040, 1, 1)}, "answer_by"),
    ],
)
def test_what_does_not_fit_is_refused_at_its_field(
    partnership: Partnership, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        recommended(partnership, **changes)
    assert set(refused.value.fields) == {field}


def test_whoever_is_not_at_the_table_owes_no_answer(partnership: Partnership) -> None:
    with pytest.raises(Invalid) as refused:
        recommended(partnership, addressee=OrganisationFactory())
    assert "addressee" in refused.value.fields


def test_only_the_addressee_answers(partnership: Partnership, one: Recommendation) -> None:
    for by in (convener_of(partnership), partner_of(partnership), system("test")):
        with pytest.raises(Denied):
            answered(one, by)
        with pytest.raises(Denied):
            actions.launch(one=one, what="A van", begun_on=AT.date(), by=by, at=LATER)
    assert not Answer.objects.exists()


def test_an_answer_needs_words_and_what_was_begun_needs_a_yes(
    one: Recommendation, mayor: Actor
) -> None:
    with pytest.raises(Invalid):
        answered(one, mayor, words="  ")
    with pytest.raises(Invalid):
        answered(one, mayor, event=states.WITHDRAW)
    with pytest.raises(Conflict):
        actions.launch(one=one, what="A van", begun_on=AT.date(), by=mayor, at=LATER)
    answered(one, mayor, event=states.DECLINE)
    with pytest.raises(Conflict):
        actions.launch(one=one, what="A van", begun_on=AT.date(), by=mayor, at=LATER)
    assert Answer.objects.count() == 1 and not Launch.objects.exists()


def test_answered_anew_the_former_answer_stays(one: Recommendation, mayor: Actor) -> None:
    answered(one, mayor, event=states.DECLINE, words="No money.")
    answered(one, mayor, event=states.ACCEPT_IN_PART, words="Half a van.")
    found_ = entry(one)
    assert [each.words for each in found_.answers] == ["No money.", "Half a van."]
    assert found_.answer is not None and found_.answer.verdict == "in_part"
    with pytest.raises(Conflict):
        answered(one, mayor, event=states.ACCEPT_IN_PART)


def test_what_was_begun_has_begun(one: Recommendation, mayor: Actor) -> None:
    answered(one, mayor)
    with pytest.raises(Invalid):
        actions.launch(
            one=one, what="A van", begun_on=LATER.date() + timedelta(days=1), by=mayor, at=LATER
        )
    for what in ("A van", "A second van"):
        actions.launch(one=one, what=what, begun_on=LATER.date(), by=mayor, at=LATER)
    assert one.state == "launched" and len(entry(one).launches) == 2


def test_a_late_answer_is_late_for_good(one: Recommendation, mayor: Actor) -> None:
    late = AT + timedelta(days=60)
    assert late.date() > ANSWER_BY
    assert [entry(one, at).standing for at in (LATER, late)] == ["waiting", "late"]
    answered(one, mayor, at=late)
    assert entry(one, late).standing == "answered_late"


def test_of_two_that_answer_at_once_one_is_told(one: Recommendation, mayor: Actor) -> None:
    stale = Recommendation.objects.get(pk=one.pk)
    answered(one, mayor)
    with pytest.raises(Conflict):
        answered(stale, mayor, event=states.DECLINE)
    assert Answer.objects.count() == 1


def test_it_is_taken_back_only_while_it_waits_and_by_who_filed_it(
    partnership: Partnership, one: Recommendation, mayor: Actor
) -> None:
    with pytest.raises(Denied):
        actions.withdraw(one=one, reason="No.", by=mayor, at=LATER)
    with pytest.raises(Invalid):
        actions.withdraw(one=one, reason=" ", by=convener_of(partnership), at=LATER)
    actions.withdraw(one=one, reason="Settled.", by=convener_of(partnership), at=LATER)
    assert entry(one).standing == "withdrawn"
    with pytest.raises(Conflict):
        answered(one, mayor)


def test_what_was_written_is_never_rewritten(one: Recommendation, mayor: Actor) -> None:
    answered(one, mayor)
    actions.launch(one=one, what="A van", begun_on=AT.date(), by=mayor, at=LATER)
    for change in (
        lambda: Recommendation.objects.update(words="Other"),
        lambda: Recommendation.objects.update(answer_by=date(2027, 1, 1)),
        lambda: Answer.objects.update(words="Other"),
        lambda: Launch.objects.update(what="Other"),
    ):
        with pytest.raises((DatabaseError, IntegrityError)), transaction.atomic():
            change()


def test_events_name_numbers_and_no_words(one: Recommendation, mayor: Actor) -> None:
    answered(one, mayor)
    events = Event.objects.filter(kind__startswith="agree.recommendation")
    assert [each.kind for each in events.order_by("number")] == [
        "agree.recommendation_made",
        "agree.recommendation_answered",
    ]
    assert not any("van" in str(each.data) for each in events)


# Independent roles ------------------------------------------------------------------------------


def test_whoever_leads_is_not_independent(partnership: Partnership) -> None:
    lead = PersonFactory()
    affiliated(lead, convener_organisation(partnership))
    for holder in (convener_organisation(partnership), sponsor_organisation(partnership), lead):
        with pytest.raises(Invalid):
            appointed(partnership, holder)
    assert not Appointment.objects.exists()


@pytest.mark.parametrize(
    ("term", "role"),
    [
        (Term("", date(2026, 3, 1), date(2026, 4, 1)), "auditor"),
        (Term("Money.", date(2026, 3, 1), date(2026, 2, 1)), "auditor"),
        (Term("Money.", date(2026, 1, 1), date(2026, 2, 1)), "auditor"),
        (Term("Money.", date(2026, 3, 1), date(2026, 4, 1)), "owner"),
    ],
)
def test_a_term_and_a_mandate_are_needed(partnership: Partnership, term: Term, role: str) -> None:
    with pytest.raises(Invalid):
        actions.appoint(
            partnership=partnership,
            role=role,
            holder=OrganisationFactory(),
            term=term,
            by=convener_of(partnership),
            at=AT,
        )


def test_only_the_convener_appoints_and_ends(partnership: Partnership, mayor: Actor) -> None:
    role = appointed(partnership)
    assert role.organisation is not None
    for by in (mayor, partner_of(partnership), member_of(role.organisation)):
        with pytest.raises(Denied):
            actions.end_appointment(appointment=role, reason="No.", by=by, at=LATER)
    actions.end_appointment(
        appointment=role, reason="They moved.", by=convener_of(partnership), at=LATER
    )
    with pytest.raises(Conflict):
        actions.end_appointment(
            appointment=role, reason="Again.", by=convener_of(partnership), at=LATER
        )


def test_a_finding_is_its_own_and_owed_an_answer(partnership: Partnership, mayor: Actor) -> None:
    role = appointed(partnership)
    assert role.organisation is not None
    one = found(role, sponsor_organisation(partnership))
    for by in (convener_of(partnership), mayor, partner_of(partnership)):
        with pytest.raises(Denied):
            actions.find(
                appointment=role, matter=matter(sponsor_organisation(partnership)), by=by, at=AT
            )
        with pytest.raises(Denied):
            actions.withdraw(one=one, reason="We do not like it.", by=by, at=LATER)
    answered(one, mayor)
    assert entry(one).standing == "answered"


def test_nobody_answers_their_own_finding(partnership: Partnership) -> None:
    university = seated(partnership).organisation
    role = appointed(partnership, university)
    assert university is not None
    with pytest.raises(Invalid) as refused:
        found(role, university)
    assert "addressee" in refused.value.fields


def test_a_role_opens_this_part_for_its_term_and_nothing_else(partnership: Partnership) -> None:
    from commonweal.convene import queries as convene

    role = appointed(partnership)
    assert role.organisation is not None
    by = member_of(role.organisation)
    assert queries.partnership_for(by, partnership.slug, AT) == partnership
    with pytest.raises(Missing):
        convene.partnership_for(by, partnership.slug, AT)
    after = AT + timedelta(days=400)
    for at in (AT - timedelta(days=1), after):
        with pytest.raises(Missing):
            queries.partnership_for(by, partnership.slug, at)
        assert not policies.held(by, partnership, at).exists()
    actions.end_appointment(
        appointment=role, reason="They moved.", by=convener_of(partnership), at=LATER
    )
    with pytest.raises(Missing):
        queries.partnership_for(by, partnership.slug, LATER + timedelta(hours=1))


def test_a_person_can_hold_a_role_of_their_own(partnership: Partnership) -> None:
    person = PersonFactory()
    role = appointed(partnership, person, role="facilitator")
    one = actions.find(
        appointment=role,
        matter=matter(sponsor_organisation(partnership)),
        by=actor(person),
        at=AT,
    )
    assert one.kind == "finding" and one.filed_by == f"person:{person.pk}"
    event = Event.objects.get(kind="agree.independent_appointed")
    assert event.organisation is None and person.name not in str(event.data)


def test_lists_cost_three_queries(partnership: Partnership, django_assert_num_queries: Any) -> None:
    for number in range(4):
        recommended(partnership, title=f"Number {number}")
    with django_assert_num_queries(3):
        assert len(queries.entries(partnership, AT)) == 4
