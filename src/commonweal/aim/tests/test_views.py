"""The pages: what each shows to whom, and that no input is lost on an error."""

from __future__ import annotations

from itertools import pairwise
from typing import Any
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from commonweal.aim import queries
from commonweal.aim.actions import Goal
from commonweal.aim.models import Edge, Indicator, Node
from commonweal.aim.tests.factories import (
    EdgeFactory,
    NodeFactory,
    definition,
    indicator,
)
from commonweal.aim.theory import actions as theories
from commonweal.aim.views import figure_of
from commonweal.convene.models import Partnership
from commonweal.convene.tests.factories import (
    AT,
    PartnershipFactory,
    PersonFactory,
    affiliated,
    convener_organisation,
    seated,
)
from commonweal.core.models import Organisation, Person
from commonweal.core.scope import system

pytestmark = pytest.mark.django_db


def signed_in(organisation: Organisation | None) -> Client:
    person = PersonFactory()
    if organisation:
        affiliated(person, organisation)
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def convener(partnership: Partnership) -> Client:
    return signed_in(convener_organisation(partnership))


def text(response: HttpResponse) -> str:
    return response.content.decode()


@pytest.fixture
def edge() -> Edge:
    return EdgeFactory()


def test_who_gets_which_page(edge: Edge) -> None:
    partnership = edge.source.partnership
    slug = partnership.slug
    found = indicator(partnership)
    reads = [reverse(name, args=[slug]) for name in ("theory", "indicators")]
    reads.append(reverse("indicator", args=[slug, found.key]))
    edits = [reverse(name, args=[slug]) for name in ("add_node", "link_nodes", "define_indicator")]
    edits += [
        reverse("node", args=[slug, edge.source.pk]),
        reverse("link", args=[slug, edge.pk]),
        reverse("change_link", args=[slug, edge.pk]),
        reverse("revise_indicator", args=[slug, found.key]),
    ]
    posts = [
        reverse("remove_node", args=[slug, edge.source.pk]),
        reverse("remove_link", args=[slug, edge.pk]),
    ]
    runs, inside = convener(partnership), signed_in(seated(partnership).organisation)
    outside = convener(PartnershipFactory())
    for url in reads:
        assert runs.get(url).status_code == 200, url
        assert inside.get(url).status_code == 200, url
        assert not any(edit in text(inside.get(url)) for edit in (*edits, *posts))
    for url in edits:
        assert runs.get(url).status_code == 200, url
        assert inside.get(url).status_code == 403, url
        assert inside.post(url, {}).status_code == 403, url
    for url in posts:
        assert inside.post(url).status_code == 403, url
        assert runs.get(url).status_code == 405, url
    for url in (*reads, *edits, *posts):
        assert outside.get(url).status_code in {404, 405}, url
        assert outside.post(url).status_code in {404, 405}, url
        assert Client().get(url).status_code == 302, url
    assert Node.objects.count() == 2


class TestTheory:
    def test_shows_beliefs_gaps_and_what_has_held_up(self, edge: Edge) -> None:
        partnership = edge.source.partnership
        theories.judge_link(
            edge=edge, status="supported", because="Four pilots.", by=system("test"), at=AT
        )
        page = text(convener(partnership).get(reverse("theory", args=[partnership.slug])))
        for words in (edge.hypothesis, "Four pilots.", "Supported", "Nothing measures"):
            assert words in page
        assert "1 belief: 1 supported." in page
        assert f"?outcome={edge.target.pk}" in page

    def test_empty_teaches_the_next_step(self) -> None:
        partnership = PartnershipFactory()
        url = reverse("theory", args=[partnership.slug])
        assert "Begin at the end" in text(convener(partnership).get(url))
        assert "Add the first outcome" in text(convener(partnership).get(url))
        inside = signed_in(seated(partnership).organisation)
        assert "Add the first outcome" not in text(inside.get(url))

    def test_a_loop_is_drawn(self, edge: Edge) -> None:
        EdgeFactory(source=edge.target, target=edge.source, hypothesis="Word gets round.")
        partnership = edge.source.partnership
        page = text(convener(partnership).get(reverse("theory", args=[partnership.slug])))
        assert "Word gets round." in page

    def test_what_people_type_is_text(self) -> None:
        node = NodeFactory(label="<b>bold</b>", words="<script>x</script>")
        url = reverse("theory", args=[node.partnership.slug])
        page = text(convener(node.partnership).get(url))
        assert "<b>bold</b>" not in page
        assert "<script>x" not in page

    def test_add_and_link_by_forms(self) -> None:
        partnership = PartnershipFactory()
        client = convener(partnership)
        add = reverse("add_node", args=[partnership.slug])
        bad = client.post(add, {"kind": "wish", "label": "", "words": "kept words"})
        assert bad.status_code == 422
        assert "kept words" in text(bad)
        assert client.get(add + "?kind=outcome").status_code == 200
        for kind, label in (("activity", "Give beds"), ("outcome", "Sleep")):
            assert client.post(add, {"kind": kind, "label": label}).status_code == 302
        again = client.post(add, {"kind": "outcome", "label": "Sleep"})
        assert "There is a “Sleep” already." in text(again)
        one, two = Node.objects.order_by("added_at")
        url = reverse("link_nodes", args=[partnership.slug])
        assert client.get(f"{url}?source={one.pk}").status_code == 200
        assert client.get(f"{url}?source=nonsense").status_code == 200
        good = {"source": one.pk, "target": two.pk, "hypothesis": "Used."}
        for wrong, says in (
            ({"target": one.pk}, "two different ends"),
            ({"hypothesis": " "}, "so that it can fail"),
            ({"source": NodeFactory().pk}, "Choose one of the list"),
        ):
            answer = client.post(url, {**good, **wrong})
            assert answer.status_code == 422
            assert says in text(answer)
        assert client.post(url, good).status_code == 302
        assert "linked already" in text(client.post(url, good))

    def test_judge(self, edge: Edge) -> None:
        partnership = edge.source.partnership
        client = convener(partnership)
        url = reverse("link", args=[partnership.slug, edge.pk])
        bad = client.post(url, {"status": "mixed", "because": "", "evidence": 1})
        assert bad.status_code == 422
        assert "Say what shows it." in text(bad)
        good = {"status": "mixed", "because": "Two of four.", "evidence": 2}
        assert client.post(url, good).status_code == 302
        shown = text(client.get(url))
        assert "Remove" not in shown
        assert "Two of four. Level of evidence 2" in shown
        assert f"Mixed, written down by {Person.objects.latest('pk').name}" in shown
        remove = client.post(reverse("remove_link", args=[partnership.slug, edge.pk]))
        assert remove.status_code == 403
        assert "tested" in text(remove)

    def test_expect(self, edge: Edge) -> None:
        partnership = edge.source.partnership
        client = convener(partnership)
        url = reverse("change_link", args=[partnership.slug, edge.pk])
        said = {"hypothesis": "Kept words.", "direction": "less", "review_date": "2020-01-01"}
        bad = client.post(url, said)
        assert bad.status_code == 422
        assert "Choose today or a day in the future." in text(bad)
        assert "Kept words." in text(bad)
        assert client.post(url, {**said, "review_date": ""}).status_code == 302
        page = text(client.get(reverse("theory", args=[partnership.slug])))
        assert "Kept words. More leads to less." in page

    def test_goals_loops_and_care(self, edge: Edge) -> None:
        partnership = edge.source.partnership
        client = convener(partnership)
        EdgeFactory(source=edge.target, target=edge.source, direction="less")
        Edge.objects.filter(pk=edge.pk).update(direction="more")
        url = reverse("node", args=[partnership.slug, edge.target.pk])
        said = {"label": "Sleep", "is_goal": "on", "affected": "Eleven parents"}
        assert client.post(url, said).status_code == 302
        page = text(client.get(reverse("theory", args=[partnership.slug])))
        for words in ("What all of this is for", "Balancing", "Eleven parents."):
            assert words in page
        assert "No one of those affected" not in page
        belief = NodeFactory(partnership=partnership, kind="assumption")
        url = reverse("node", args=[partnership.slug, belief.pk])
        half = client.post(url, {"label": "x", "watch_how": "By asking."})
        assert half.status_code == 422
        assert "Choose who watches this assumption." in text(half)

    def test_change_and_remove(self, edge: Edge) -> None:
        partnership, node = edge.source.partnership, edge.source
        client = convener(partnership)
        url = reverse("node", args=[partnership.slug, node.pk])
        assert client.post(url, {"label": " "}).status_code == 422
        assert client.post(url, {"label": "Hand over beds", "words": "x"}).status_code == 302
        client.post(reverse("remove_link", args=[partnership.slug, edge.pk]))
        client.post(reverse("remove_node", args=[partnership.slug, node.pk]))
        assert list(Node.objects.all()) == [edge.target]
        for name in ("node", "link", "remove_node"):
            missing = client.post(reverse(name, args=[partnership.slug, uuid4()]))
            assert missing.status_code == 404

    def test_the_number_of_queries_does_not_grow(self, django_assert_max_num_queries: Any) -> None:
        partnership = PartnershipFactory()
        nodes = [
            NodeFactory(partnership=partnership, kind=Node.Kind.values[n % 4]) for n in range(20)
        ]
        for one, two in pairwise(nodes):
            EdgeFactory(source=one, target=two)
        client = convener(partnership)
        with django_assert_max_num_queries(20):
            client.get(reverse("theory", args=[partnership.slug]))


class TestIndicators:
    def words(self, **given: Any) -> dict[str, Any]:
        return {
            "level": "population",
            "unit": "% of babies",
            "definition": definition(),
            "contract_key": "visits",
            "baseline": "41%",
            "baseline_period": "2025-12",
            "target": "60 %",
            "target_period": "2026-12",
            "reason": "Families asked.",
            **given,
        }

    def test_define_show_revise(self) -> None:
        partnership = PartnershipFactory()
        outcome = NodeFactory(partnership=partnership)
        client = convener(partnership)
        url = reverse("define_indicator", args=[partnership.slug])
        assert "place_to_sleep" in text(client.get(f"{url}?outcome={outcome.pk}"))
        assert client.post(url, self.words(outcome=outcome.pk)).status_code == 302
        page = reverse("indicator", args=[partnership.slug, "safe_sleep"])
        for words in ("41% (2025-12)", "60% (2026-12)", outcome.label, "Families asked."):
            assert words in text(client.get(page))
        listed = text(client.get(reverse("indicators", args=[partnership.slug])))
        assert "Babies who sleep safely" in listed
        assert "60% (2026-12)" in listed
        revise = reverse("revise_indicator", args=[partnership.slug, "safe_sleep"])
        form = client.get(revise)
        assert "version: 2" in text(form)
        next_ = form.context["form"].initial
        answer = client.post(revise, {**next_, "reason": "Six weeks was too early."})
        assert answer.status_code == 302
        found = Indicator.objects.get()
        assert [version.number for version in queries.versions(found)] == [2, 1]
        shown = text(client.get(page))
        assert "Six weeks was too early." in shown
        assert "Definition of version 1" in shown

    @pytest.mark.parametrize(
        ("given", "says"),
        [
            ({"definition": definition().replace("proportion", "vibe")}, "one of count, sum"),
            ({"definition": "a: ]"}, "line 1"),
            ({"definition": ""}, "Write the definition."),
            ({"level": "performance"}, "the one organisation that answers for it"),
            ({"level": ""}, "Choose the level."),
            ({"target": "61", "target_period": "2026-12"}, "between 0 and 1"),
            ({"target_period": ""}, "Say for which period this holds."),
            ({"reason": ""}, "Say why it is measured this way."),
            ({"owner": str(uuid4())}, "Choose one of the list"),
        ],
    )
    def test_bad_input_says_what_and_loses_nothing(self, given: dict[str, Any], says: str) -> None:
        partnership = PartnershipFactory()
        url = reverse("define_indicator", args=[partnership.slug])
        answer = convener(partnership).post(url, self.words(**given))
        assert answer.status_code == 422
        assert says in text(answer)
        assert "% of babies" in text(answer)
        assert "41%" in text(answer)
        assert not Indicator.objects.exists()

    def test_a_key_in_use(self) -> None:
        partnership = PartnershipFactory()
        indicator(partnership)
        url = reverse("define_indicator", args=[partnership.slug])
        answer = convener(partnership).post(url, self.words())
        assert answer.status_code == 422
        assert "safe_sleep" in text(answer)

    def test_revise_with_an_old_number_says_what_to_write(self) -> None:
        partnership = PartnershipFactory()
        found = indicator(partnership)
        url = reverse("revise_indicator", args=[partnership.slug, found.key])
        answer = convener(partnership).post(url, self.words())
        assert answer.status_code == 422
        assert "write version: 2" in text(answer)

    def test_an_unknown_key(self) -> None:
        partnership = PartnershipFactory()
        url = reverse("indicator", args=[partnership.slug, "nothing"])
        assert convener(partnership).get(url).status_code == 404

    @pytest.mark.parametrize(
        ("goal", "shown"),
        [
            (Goal(), None),
            (Goal("0", "2025-12"), "0% (2025-12)"),
            (Goal("0.125", "2025-12"), "12.5% (2025-12)"),
            (Goal("1", "2025-12"), "100% (2025-12)"),
        ],
    )
    def test_unknown_and_zero_look_different(self, goal: Goal, shown: str | None) -> None:
        found = indicator(PartnershipFactory(), goal=goal)
        version = queries.current_version(found, AT)
        assert version
        assert figure_of(version, version.baseline, version.baseline_period) == shown
