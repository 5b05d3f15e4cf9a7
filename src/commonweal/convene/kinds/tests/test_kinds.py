"""Choosing what kind of partnership it is: the record, the pages, what it sets beforehand."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from commonweal.cli import main
from commonweal.compute.convening import kinds
from commonweal.convene.kinds import actions, presentation, queries, words
from commonweal.convene.kinds.models import Kind, KindChoice
from commonweal.convene.kinds.steps import checks
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
from commonweal.core.errors import Denied, Invalid, Missing
from commonweal.core.models import Event, Role
from commonweal.core.tests.ways_in import signed_in

pytestmark = pytest.mark.django_db
NETWORK = {"long_contract": "no", "firm_and_nonprofit": "no", "rules_for_many": "no"}


@pytest.fixture
def partnership() -> Partnership:
    return PartnershipFactory()


def choose(partnership: Partnership, **changes: Any) -> KindChoice:
    usual = {
        "partnership": partnership,
        "answers": NETWORK,
        "kind": "network",
        "because": "",
        "by": convener_of(partnership),
        "at": AT,
    }
    return actions.choose(**{**usual, **changes})


def test_the_newest_choice_counts_and_earlier_ones_stay(partnership: Partnership) -> None:
    first = choose(partnership)
    because = "The firm and the charity go on alone."
    second = choose(partnership, kind="alliance", because=because, at=AT + timedelta(days=1))
    assert queries.chosen(partnership) == second
    assert list(queries.choices(partnership)) == [second, first]
    assert second.suggested == ["network"]
    assert Event.objects.filter(kind="convene.kind_chosen").count() == 2


def test_a_kind_that_the_answers_do_not_suggest_needs_a_reason(partnership: Partnership) -> None:
    with pytest.raises(Invalid) as refused:
        choose(partnership, kind="ppp", because=" ")
    assert list(refused.value.fields) == ["because"]
    assert queries.chosen(partnership) is None


def test_only_the_convener_chooses(partnership: Partnership) -> None:
    partner = seated(partnership).organisation
    assert partner is not None
    with pytest.raises(Denied):
        choose(partnership, by=member_of(partner))
    with pytest.raises(Missing):
        choose(partnership, by=convener_of(PartnershipFactory()))


def test_a_choice_is_never_rewritten(partnership: Partnership) -> None:
    row = choose(partnership)
    with pytest.raises(IntegrityError), transaction.atomic():
        KindChoice.objects.filter(pk=row.pk).update(kind="ppp")


def test_every_question_and_kind_has_words() -> None:
    for key in kinds.QUESTIONS:
        assert words.question(key).text.endswith("?")
        assert bool(words.question(key).care) == (key not in kinds.GATES)
    for key in kinds.KINDS:
        assert words.kind(key).what
    assert set(Kind.values) == set(kinds.KINDS)


def test_answers_to_questions_that_are_gone_are_left_out(partnership: Partnership) -> None:
    row = choose(partnership)
    row.answers = {**row.answers, "colour": "yes"}
    assert presentation.suggestion_of(row).kinds == ("network",)


def test_the_journey_asks_for_it(partnership: Partnership) -> None:
    def done() -> bool:
        return next(each for each in checks(partnership, AT) if each.key == "kind").done

    assert not done()
    choose(partnership)
    assert done()


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch, partnership: Partnership) -> Client:
    monkeypatch.setattr("django.utils.timezone.now", lambda: AT)
    person = PersonFactory()
    affiliated(person, convener_organisation(partnership), Role.MEMBER)
    return signed_in(person)


def test_from_the_questions_to_the_choice(client: Client, partnership: Partnership) -> None:
    page = reverse("partnership_kind", args=[partnership.slug])
    ask = reverse("choose_kind", args=[partnership.slug])
    assert "Answer the questions" in client.get(page).content.decode()
    assert "See what fits" in client.get(ask).content.decode()
    answered = f"{ask}?answered=1&" + "&".join(f"{q}={a}" for q, a in NETWORK.items())
    shown = client.get(answered).content.decode()
    assert "Your answers suggest: Shared-outcome network." in shown
    refused = client.post(answered, {"kind": "ppp", "because": ""})
    assert refused.status_code == 422
    assert "Say why" in refused.content.decode()
    assert client.post(answered, {"kind": "network"}).status_code == 302
    told = client.get(page).content.decode()
    assert "Shared-outcome network" in told
    kinds_page = client.get(reverse("agreement_kinds", args=[partnership.slug])).content.decode()
    assert kinds_page.index("Constitution") < kinds_page.index("Joint funding")
    assert kinds_page.count("Begins here") == 4
    form = reverse("draft_kind", args=[partnership.slug, "constitution"])
    assert 'value="consent" checked' in client.get(form).content.decode().replace("\n", " ")


def test_what_is_no_answer_is_told_at_the_question(
    client: Client, partnership: Partnership
) -> None:
    ask = reverse("choose_kind", args=[partnership.slug])
    shown = client.get(f"{ask}?answered=1&lawful=perhaps").content.decode()
    assert "There is a problem" in shown
    assert client.post(f"{ask}?answered=1&lawful=perhaps", {"kind": "ppp"}).status_code == 200
    assert queries.chosen(partnership) is None


def test_the_command_says_why(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["kind", "rules_for_many=yes", "checked=no"]) == 0
    assert '"initiative"' in capsys.readouterr().out
    assert main(["kind"]) == 1
    assert main(["kind", "lawful"]) == 2
    assert main(["kind", "colour=yes"]) == 2
