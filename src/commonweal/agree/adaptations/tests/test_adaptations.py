"""How parties adapt a rule: who may say it, when it is refused, what a newer text does to it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from commonweal.agree import actions as agree
from commonweal.agree import queries as agreements
from commonweal.agree import sheets
from commonweal.agree.adaptations import actions, queries
from commonweal.agree.adaptations.queries import Book
from commonweal.agree.drafting import party
from commonweal.agree.models import Adaptation, AgreementVersion
from commonweal.agree.tests import factories as f
from commonweal.agree.tests.test_views import body, client_of
from commonweal.compute.permits import clauses as c
from commonweal.compute.permits import governing as g
from commonweal.convene.models import Partnership
from commonweal.convene.tests.factories import (
    AT,
    EARLIER,
    PartnershipFactory,
    convener_of,
    convener_organisation,
    member_of,
    seated,
    sponsor_organisation,
)
from commonweal.core import mail
from commonweal.core.errors import Conflict, Denied, Invalid, Missing
from commonweal.core.models import Affiliation, Event, Organisation, OutgoingMail, Person, Role
from commonweal.core.scope import Actor, system

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("day_of_agreements")]
TODAY = AT.date()
DAY = timedelta(days=1)
BY = system("test")
DOOR = g.Rule("Two at the door", "Two people bring the bed.", fixed=True, binding=True)
BACK = g.Rule("Come back", "Somebody asks after six weeks.", fixed=False, binding=False)
SLEEP = g.Rule("Show safe sleep", "Every family is shown how.", fixed=False, binding=True)
WORDS = "Our health visitor asks after eight weeks."
WHY = "Families asked for fewer visits."


@pytest.fixture
def partnership() -> Partnership:
    return PartnershipFactory()


@pytest.fixture
def hub(partnership: Partnership) -> Organisation:
    return convener_organisation(partnership)


def partner(partnership: Partnership) -> Organisation:
    organisation = seated(partnership).organisation
    assert organisation is not None
    return organisation


@pytest.fixture
def spoke(partnership: Partnership) -> Organisation:
    return partner(partnership)


def clauses(
    hub: Organisation, spokes: list[Organisation], *rules: g.Rule, last: date = f.END
) -> list[c.Clause]:
    return [
        party(c.HUB, [hub]),
        party(c.MEMBER, spokes),
        *rules,
        c.Start(f.START),
        c.Expiry(last),
        c.Withdrawal(30),
    ]


def drafted(
    partnership: Partnership, hub: Organisation, *spokes: Organisation, last: date = f.END
) -> AgreementVersion:
    return agree.draft_agreement(
        partnership=partnership,
        kind="standards",
        title="What a good delivery looks like",
        clauses=clauses(hub, list(spokes), DOOR, BACK, SLEEP, last=last),
        prose="",
        by=BY,
        at=EARLIER,
        language="en",
    )


@pytest.fixture
def version(partnership: Partnership, hub: Organisation, spoke: Organisation) -> AgreementVersion:
    """In force: clause 3 is fixed, 4 and 5 may be adapted."""
    return f.signed_by_all(drafted(partnership, hub, spoke))


def amended(version: AgreementVersion, *rules: g.Rule, at: datetime = AT) -> AgreementVersion:
    """The next version, with these rules, signed by all."""
    held = agreements.clauses_of(agreements.latest(version.agreement))
    kept = [each for each in held if not isinstance(each, g.Rule | c.Signature)]
    new = agree.revise(
        agreement=version.agreement,
        clauses=[*kept[:2], *rules, *kept[2:]],
        prose="",
        by=BY,
        at=at,
    )
    return f.signed_by_all(new, at)


def number_of(version: AgreementVersion, rule: g.Rule) -> int:
    found = {each: n for n, each in queries.rules_of(agreements.clauses_of(version)).items()}
    return found[rule]


def steward_of(organisation: Organisation) -> Actor:
    return member_of(organisation, Role.STEWARD)


def adapt(
    version: AgreementVersion, organisation: Organisation, rule: g.Rule = BACK, **changes: Any
) -> Adaptation:
    usual: dict[str, Any] = {"words": WORDS, "reason": WHY, "from_on": TODAY, "at": AT}
    if "by" not in changes:
        usual["by"] = steward_of(organisation)
    usual.setdefault("clause", number_of(version, rule))
    return actions.adapt(version=version, organisation=organisation, **{**usual, **changes})


def end(version: AgreementVersion, organisation: Organisation, **changes: Any) -> Adaptation:
    usual: dict[str, Any] = {"reason": "", "from_on": TODAY, "at": AT}
    if "by" not in changes:
        usual["by"] = steward_of(organisation)
    usual.setdefault("clause", number_of(version, BACK))
    return actions.take_as_it_is(version=version, organisation=organisation, **{**usual, **changes})


def book(version: AgreementVersion, by: Actor | None = None, at: datetime = AT) -> Book:
    partnership = version.agreement.partnership
    reader = by or convener_of(partnership)
    sheet = sheets.sheet(reader, partnership.slug, version.agreement.reference, at)
    return queries.book(sheet, reader, at)


def said(found: Book, rule: g.Rule = BACK) -> list[str]:
    """Whose words count under a rule today."""
    (one,) = [each for each in found.rules if each.rule == rule]
    return [each.course.now.words for each in one.adapted if each.course.now]


# --- saying it ----------------------------------------------------------------------------------


def test_a_party_adapts_a_voluntary_rule_and_a_duty(
    version: AgreementVersion, spoke: Organisation
) -> None:
    row = adapt(version, spoke)
    adapt(version, spoke, SLEEP, words="On video.", by=f.signatory_of(spoke))
    found = book(version)
    assert said(found) == [WORDS] and said(found, SLEEP) == ["On video."]
    assert found.fixed == {3: DOOR}
    event = Event.objects.filter(kind="agree.rule_adapted").earliest("number")
    assert event.organisation == spoke.pk
    assert event.data == {
        "reference": "STD-1",
        "version": 1,
        "clause": 4,
        "from_on": TODAY.isoformat(),
    }
    assert event.actor == f"person:{row.person_id}"
    assert WORDS not in str(list(Event.objects.values("data", "subject")))


def test_the_hub_is_told_in_its_language_and_nobody_else(
    version: AgreementVersion, hub: Organisation, spoke: Organisation
) -> None:
    reader = Person.objects.get(pk=member_of(hub).person_id)
    Person.objects.filter(pk=reader.pk).update(language="es")
    adapt(version, spoke)
    told = OutgoingMail.objects.filter(purpose="agreement", queued_at=AT)
    members = Person.objects.filter(affiliations__organisation=hub, affiliations__role="member")
    assert {each.to for each in told} == {each.email for each in members}
    text = mail.body_of(told.get(to=reader.email))
    assert text.startswith("Hola") and "/agreements/STD-1/differences/" in text
    assert WORDS not in text and WHY not in text
    end(version, spoke)
    assert told.all().count() == 4
    adapt(version, hub, SLEEP)
    assert told.all().count() == 4


def test_where_there_is_no_hub_nobody_is_told(partnership: Partnership) -> None:
    version = agree.draft_agreement(
        partnership=partnership,
        kind="procurement",
        title="Buying together",
        clauses=[
            party(
                c.MEMBER,
                [convener_organisation(partnership), sponsor_organisation(partnership)],
            ),
            BACK,
            c.Start(f.START),
            c.Expiry(f.END),
            c.Withdrawal(30),
        ],
        prose="",
        by=BY,
        at=EARLIER,
        language="en",
    )
    f.signed_by_all(version)
    mails = OutgoingMail.objects.count()
    adapt(version, sponsor_organisation(partnership))
    assert OutgoingMail.objects.count() == mails
    assert said(book(version)) == [WORDS]


def test_each_wording_is_kept_and_the_newest_begun_counts(
    version: AgreementVersion, spoke: Organisation
) -> None:
    first = adapt(version, spoke)
    adapt(version, spoke, words="After ten weeks.", from_on=TODAY + 9 * DAY, at=AT + DAY)
    assert said(book(version)) == [WORDS]
    assert said(book(version, at=AT + 9 * DAY)) == ["After ten weeks."]
    end(version, spoke, from_on=TODAY + 5 * DAY, at=AT + 2 * DAY)
    assert said(book(version, at=AT + 9 * DAY)) == []
    (own,) = next(each for each in book(version, at=AT + 9 * DAY).rules if each.clause == 4).said
    assert [each.words for each in own.course.earlier] == [WORDS, "After ten weeks."]
    with pytest.raises((IntegrityError, DatabaseError)), transaction.atomic():
        Adaptation.objects.filter(pk=first.pk).update(words="Never.")


def test_an_end_needs_something_to_end_and_words_something_new(
    version: AgreementVersion, spoke: Organisation
) -> None:
    with pytest.raises(Conflict, match="as it is already"):
        end(version, spoke)
    adapt(version, spoke)
    with pytest.raises(Conflict, match="stand there already"):
        adapt(version, spoke, from_on=TODAY + DAY)
    adapt(version, spoke, reason="They asked us.")
    end(version, spoke)
    with pytest.raises(Conflict, match="as it is already"):
        end(version, spoke)
    assert Adaptation.objects.count() == 3
    kinds = Event.objects.filter(kind__startswith="agree.rule_").order_by("number")
    assert [each.kind for each in kinds][-1] == "agree.rule_taken_as_it_is"


# --- who may not, and what may not be -----------------------------------------------------------


def test_only_who_signs_or_looks_after_data_speaks(
    version: AgreementVersion, spoke: Organisation, hub: Organisation
) -> None:
    Affiliation.objects.filter(organisation=spoke).update(until_at=AT - DAY)
    alone = member_of(spoke)
    assert book(version, alone).speaks_for == (spoke,)
    adapt(version, spoke, by=alone)  # Where nobody signs or looks after data, a member says it.
    steward = steward_of(spoke)
    f.signatory_of(spoke)
    assert book(version, steward).speaks_for == (spoke,)
    assert book(version, alone).speaks_for == ()
    for by in (alone, steward_of(hub), BY):
        with pytest.raises(Denied):
            adapt(version, spoke, SLEEP, by=by)
    with pytest.raises(Missing):
        adapt(version, spoke, SLEEP, by=steward_of(convener_organisation(PartnershipFactory())))
    assert Adaptation.objects.count() == 1


def test_only_a_party_and_only_one_that_takes_part(
    version: AgreementVersion, partnership: Partnership, spoke: Organisation
) -> None:
    with pytest.raises(Denied, match="not a party"):
        adapt(version, partner(partnership))
    adapt(version, spoke)
    agree.withdraw(
        agreement=version.agreement,
        organisation=spoke,
        reason="",
        by=f.signatory_of(spoke),
        at=AT,
    )
    with pytest.raises((Denied, Conflict)):
        adapt(version, spoke, SLEEP)
    assert said(book(version)) == []
    assert [each.why for each in book(version).lapsed] == [""]
    assert not any(each.lapsed for each in book(version).rules)


def test_a_fixed_rule_is_refused_by_its_clause(
    version: AgreementVersion, spoke: Organisation
) -> None:
    with pytest.raises(Denied, match="fixed by the hub") as refusal:
        adapt(version, spoke, DOOR)
    assert refusal.value.clause == "STD-1 clause 3 (rule)"
    for clause in (0, 1, 99):
        with pytest.raises(Invalid):
            adapt(version, spoke, clause=clause)


def test_an_agreement_that_does_not_stand(
    partnership: Partnership, hub: Organisation, spoke: Organisation
) -> None:
    version = drafted(partnership, hub, spoke, last=TODAY + 3 * DAY)
    with pytest.raises(Conflict, match="not in force"):
        adapt(version, spoke)
    f.signed_by_all(version)
    with pytest.raises(Invalid, match="ends before"):
        adapt(version, spoke, from_on=TODAY + 4 * DAY)
    adapt(version, spoke, from_on=TODAY + 3 * DAY)
    over = AT + 4 * DAY
    with pytest.raises(Conflict):
        adapt(version, spoke, SLEEP, from_on=over.date(), at=over)
    assert book(version, steward_of(spoke), over).speaks_for == ()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"words": " \n "}, "words"),
        ({"words": "x" * 2001}, "words"),
        ({"reason": ""}, "reason"),
        ({"from_on": TODAY - DAY}, "from_on"),
    ],
)
def test_bad_input_names_its_field(
    version: AgreementVersion, spoke: Organisation, change: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        adapt(version, spoke, **change)
    assert list(refusal.value.fields) == [field]
    assert not Adaptation.objects.exists()


# --- a newer text -------------------------------------------------------------------------------


def test_a_rule_that_moved_is_the_same_rule(version: AgreementVersion, spoke: Organisation) -> None:
    adapt(version, spoke)
    newer = amended(version, SLEEP, BACK)
    assert number_of(newer, BACK) == 4 and said(book(newer)) == [WORDS]
    with pytest.raises(Conflict, match="version 1, which is not in force"):
        adapt(version, spoke, SLEEP)
    end(newer, spoke, at=AT + timedelta(hours=1))
    assert said(book(newer)) == []


def test_a_text_in_preparation_changes_nothing_yet(
    version: AgreementVersion, spoke: Organisation
) -> None:
    adapt(version, spoke)
    agree.revise(
        agreement=version.agreement,
        clauses=clauses(convener_organisation(version.agreement.partnership), [spoke], SLEEP),
        prose="",
        by=BY,
        at=AT,
    )
    assert said(book(version)) == [WORDS]


@pytest.mark.parametrize(
    ("change", "why"),
    [({"text": "After a month."}, "changed"), ({"fixed": True}, "fixed"), (None, "gone")],
)
def test_a_rule_that_changed_is_said_anew(
    version: AgreementVersion, spoke: Organisation, change: dict[str, Any] | None, why: str
) -> None:
    adapt(version, spoke)
    changed = [] if change is None else [replace(BACK, **change)]
    newer = amended(version, SLEEP, *changed)
    found = book(newer)
    assert [(each.why, each.version, each.row.words) for each in found.lapsed] == [(why, 1, WORDS)]
    assert all(not each.said for each in found.rules)
    if why == "changed":
        assert said(found, changed[0]) == []
        (one,) = [each for each in found.rules if each.rule == changed[0]]
        assert len(one.lapsed) == 1
        adapt(newer, spoke, changed[0])
        (one,) = [each for each in book(newer).rules if each.rule == changed[0]]
        assert not one.lapsed and said(book(newer), changed[0]) == [WORDS]
    # The old words taken up again: nobody has adapted the rule since it is this one again.
    assert said(book(amended(newer, SLEEP, BACK))) == []


# --- pages --------------------------------------------------------------------------------------


def path(name: str, version: AgreementVersion, *more: Any) -> str:
    agreement = version.agreement
    return reverse(name, args=[agreement.partnership.slug, agreement.reference, *more])


@pytest.fixture
def client(spoke: Organisation) -> Client:
    return client_of(spoke, Role.STEWARD)


def test_from_the_page_of_the_agreement_to_where_partners_differ(
    version: AgreementVersion, spoke: Organisation, hub: Organisation, client: Client
) -> None:
    page = body(client.get(path("agreement", version)))
    url, ending = path("adapt_rule", version, 1, 4), path("take_rule_as_it_is", version, 1, 4)
    assert url in page and path("adapt_rule", version, 1, 3) not in page
    assert path("rule_differences", version) in page
    assert "Every partner takes it as it is." in body(client.get(path("rule_differences", version)))
    assert BACK.text in body(client.get(url))
    sent = {
        "organisation": str(spoke.pk),
        "words": WORDS,
        "reason": WHY,
        "from_on": TODAY.isoformat(),
    }
    answer = client.post(url, {**sent, "words": ""})
    assert answer.status_code == 422 and WHY in body(answer)
    assert client.post(url, {**sent, "organisation": str(hub.pk)}).status_code == 422
    assert client.post(url, {**sent, "from_on": "31 May"}).status_code == 422
    assert client.post(url, {**sent, "from_on": "2020-01-01"}).status_code == 422
    answer = client.post(url, sent)
    assert answer["Location"] == path("rule_differences", version) + "#rule-4"
    assert client.post(url, sent).status_code == 422  # Sent twice, it stands once.
    for other in (client, client_of(hub)):
        for name in ("agreement", "rule_differences"):
            page = body(other.get(path(name, version)))
            assert WORDS in page and WHY in page and f"<strong>{spoke.name}</strong>, since" in page
    assert "Each partner may adapt it; 1 does" in body(client.get(path("agreement", version)))
    page = body(client.get(path("rule_differences", version)))
    assert "Its own way, since 1 March 2026" in page and ending in page
    assert client.get(ending).status_code == 200
    assert client.post(ending, {**sent, "words": ""}).status_code == 302
    page = body(client.get(path("rule_differences", version)))
    assert "Its own way" not in page and "What was said before" in page and WORDS in page
    assert WORDS not in body(client.get(path("agreement", version)))


def test_a_changed_rule_is_told_on_both_pages(
    version: AgreementVersion, spoke: Organisation, client: Client
) -> None:
    adapt(version, spoke)
    fixed = amended(version, replace(BACK, fixed=True))
    for name in ("agreement", "rule_differences"):
        page = body(client.get(path(name, version)))
        assert "the hub has fixed the rule since." in page and WORDS in page
    assert path("rule_differences", version) in body(client.get(path("agreement", version)))
    assert client.get(path("adapt_rule", fixed, 2, 3)).status_code == 403
    newer = amended(version, SLEEP, replace(BACK, text="After a month."))
    for name in ("agreement", "rule_differences"):
        page = body(client.get(path(name, version)))
        assert "Made under version 1; the rule has changed since." in page and WORDS in page
    # The earlier version's own page shows its text and what is said of no newer one.
    assert WORDS not in body(client.get(path("agreement_version", version, 1)))
    assert client.get(path("adapt_rule", newer, 1, 4)).status_code == 409
    changed = number_of(newer, replace(BACK, text="After a month."))
    assert client.get(path("adapt_rule", newer, 3, changed)).status_code == 200


@pytest.mark.parametrize("name", ["adapt_rule", "take_rule_as_it_is"])
def test_pages_refuse_with_the_reason(
    version: AgreementVersion, partnership: Partnership, client: Client, name: str
) -> None:
    answer = client.get(path(name, version, 1, 3))
    assert answer.status_code == 403 and "fixed by the hub" in body(answer)
    assert "STD-1 clause 3 (rule)" in body(answer)
    assert client.get(path(name, version, 1, 1)).status_code == 404
    assert client.get(path(name, version, 9, 4)).status_code == 404
    other = client_of(partner(partnership), Role.STEWARD)
    assert other.get(path(name, version, 1, 4)).status_code == 403
    assert other.get(path("rule_differences", version)).status_code == 200
    assert path(name, version, 1, 4) not in body(other.get(path("rule_differences", version)))
    stranger = client_of(convener_organisation(PartnershipFactory()), Role.STEWARD)
    for url in (path(name, version, 1, 4), path("rule_differences", version)):
        assert stranger.get(url).status_code == 404


def test_an_agreement_without_rules_says_so(partnership: Partnership, hub: Organisation) -> None:
    version = agreements.latest(f.shared(partnership))
    client = client_of(hub)
    assert "No rule of this text may be adapted" in body(
        client.get(path("rule_differences", version))
    )
    assert path("rule_differences", version) not in body(client.get(path("agreement", version)))


@pytest.mark.parametrize("name", ["agreement", "rule_differences"])
def test_more_adaptations_cost_no_more_queries(
    partnership: Partnership, hub: Organisation, name: str
) -> None:
    spokes = [partner(partnership) for _ in range(4)]
    version = f.signed_by_all(drafted(partnership, hub, *spokes))
    client = client_of(hub)
    adapt(version, spokes[0])
    with CaptureQueriesContext(connection) as few:
        client.get(path(name, version))
    for each in spokes[1:]:
        adapt(version, each)
        adapt(version, each, SLEEP)
    with CaptureQueriesContext(connection) as many:
        assert body(client.get(path(name, version))).count(WHY) == 7
    assert len(many) == len(few)
