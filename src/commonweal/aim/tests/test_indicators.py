"""Indicators: one owner or none, versions that never change, goals on the scale of the result."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest_django.fixtures import DjangoAssertNumQueries

from commonweal.aim import actions, queries
from commonweal.aim.actions import Goal
from commonweal.aim.models import Indicator, IndicatorVersion
from commonweal.aim.tests.factories import NodeFactory, definition, indicator
from commonweal.compute.indicators.parse import parse_definitions
from commonweal.convene.models import Partnership
from commonweal.convene.tests.factories import (
    AT,
    OrganisationFactory,
    PartnershipFactory,
    convener_of,
    convener_organisation,
)
from commonweal.core.errors import Conflict, Denied, Invalid
from commonweal.core.models import Event


def define(partnership: Partnership, **given: Any) -> Indicator:
    fields: dict[str, Any] = {
        "definition": definition(),
        "level": "population",
        "unit": "% of babies",
        "contract_key": "visits",
        "reason": "Families asked for it.",
    }
    return actions.define_indicator(
        partnership=partnership, by=convener_of(partnership), at=AT, **{**fields, **given}
    )


def revise(found: Indicator, **given: Any) -> IndicatorVersion:
    fields: dict[str, Any] = {
        "definition": definition(version=2),
        "contract_key": "visits",
        "reason": "Six weeks was too early.",
    }
    partnership = found.partnership
    at = given.pop("at", AT + timedelta(days=1))
    return actions.revise_indicator(
        indicator=found, by=convener_of(partnership), at=at, **{**fields, **given}
    )


@pytest.mark.django_db
class TestDefine:
    def test_takes_key_title_and_polarity_from_the_definition(self) -> None:
        partnership = PartnershipFactory()
        found = define(partnership)
        assert (found.key, found.polarity) == ("safe_sleep", "higher")
        assert found.title == "Babies who sleep safely at six weeks"
        version = queries.current_version(found, AT)
        assert version
        assert version.number == 1
        assert queries.definition(version).id == "safe_sleep"
        event = Event.objects.get()
        assert event.kind == "aim.indicator_defined"
        assert event.data["definition_hash"] == version.definition_hash

    def test_the_hash_ignores_how_the_text_is_laid_out(self) -> None:
        other = "# a comment\n" + definition().replace(" = ", "  =  ")
        hashes = {
            queries.current_version(define(PartnershipFactory(), definition=text), AT)
            for text in (definition(), other)
        }
        assert len({version.definition_hash for version in hashes if version}) == 1

    def test_performance_has_exactly_one_owner_with_a_seat(self) -> None:
        partnership = PartnershipFactory()
        owner = convener_organisation(partnership)
        assert define(partnership, level="performance", owner=owner).owner == owner
        for level, wrong in (
            ("performance", None),
            ("performance", OrganisationFactory()),
            ("population", owner),
        ):
            with pytest.raises(Invalid) as refusal:
                define(partnership, level=level, owner=wrong, definition=definition("other"))
            assert list(refusal.value.fields) == ["owner"]

    def test_a_definition_that_cannot_be_used_says_where_and_how_to_mend_it(self) -> None:
        partnership = PartnershipFactory()
        for text, where in (
            (definition().replace("kind: proportion", "kind: vibe"), "kind"),
            (definition().replace("place_to_sleep = ", "nowhere = "), "numerator"),
            (definition("new"), "new"),
            ("", "definition"),
            ("a: [", "line"),
        ):
            with pytest.raises(Invalid) as refusal:
                define(partnership, definition=text)
            assert where in refusal.value.fields["definition"]
        assert not Indicator.objects.exists()
        assert not Event.objects.exists()

    def test_one_definition_at_a_time(self) -> None:
        one = "\n".join(f"  {line}" for line in definition("a").splitlines())
        text = "indicators:\n- " + one.strip() + "\n- " + one.replace("id: a", "id: b").strip()
        with pytest.raises(Invalid, match="2 definitions"):
            define(PartnershipFactory(), definition=text)

    def test_a_key_is_used_once_in_a_partnership(self) -> None:
        partnership = PartnershipFactory()
        define(partnership)
        define(PartnershipFactory())
        with pytest.raises(Conflict, match="safe_sleep"):
            define(partnership)

    @pytest.mark.parametrize("field", ["unit", "contract_key", "reason"])
    def test_blank(self, field: str) -> None:
        with pytest.raises(Invalid) as refusal:
            define(PartnershipFactory(), **{field: " "})
        assert list(refusal.value.fields) == [field]
        assert not Indicator.objects.exists()

    def test_an_outcome_of_another_partnership(self) -> None:
        with pytest.raises(Denied):
            define(PartnershipFactory(), outcome=NodeFactory())


@pytest.mark.django_db
class TestGoal:
    def version(self, goal: Goal, **given: Any) -> IndicatorVersion:
        found = queries.current_version(define(PartnershipFactory(), goal=goal, **given), AT)
        assert found
        return found

    @pytest.mark.parametrize(
        ("written", "kept"), [("0.58", "0.58"), ("58%", "0.58"), ("58 %", "0.58"), ("1", "1")]
    )
    def test_a_proportion_is_kept_as_a_share(self, written: str, kept: str) -> None:
        found = self.version(Goal(written, "2025-12", "100%", "2026-12"))
        assert (found.baseline, found.target) == (kept, "1")

    def test_none_is_not_zero(self) -> None:
        assert self.version(Goal()).baseline == ""
        assert self.version(Goal("0", "2025-12")).baseline == "0"

    @pytest.mark.parametrize(
        ("goal", "field"),
        [
            (Goal("58", "2025-12"), "baseline"),
            (Goal("many", "2025-12"), "baseline"),
            (Goal("NaN", "2025-12"), "baseline"),
            (Goal("1e999999999", "2025-12"), "baseline"),
            (Goal(target="-0.1", target_period="2025-12"), "target"),
            (Goal(target="0,5", target_period="2025-12"), "target"),
            (Goal("0.5"), "baseline_period"),
            (Goal(target_period="2025-12"), "target_period"),
            (Goal("0.5", "December 2025"), "baseline_period"),
            (Goal("0.5", "2025-13"), "baseline_period"),
        ],
    )
    def test_refuses(self, goal: Goal, field: str) -> None:
        with pytest.raises(Invalid) as refusal:
            self.version(goal)
        assert list(refusal.value.fields) == [field]

    def test_other_kinds_may_be_larger_than_one(self) -> None:
        text = "id: a\nversion: 1\ntitle: A\nkind: count\nperiod: {label: all}\n"
        assert self.version(Goal(target="1000.50", target_period="all"), definition=text)


@settings(deadline=None)
@given(st.decimals(min_value=0, max_value=1, places=9))
def test_a_share_and_its_percent_are_kept_alike(share: Decimal) -> None:
    (parsed,) = parse_definitions(definition())
    as_share = actions._figure(parsed, format(share, "f"), "target")
    as_percent = actions._figure(
        parsed, format(share.scaleb(2).quantize(Decimal("1e-7")), "f") + "%", "target"
    )
    assert Decimal(as_share) == Decimal(as_percent) == share


@pytest.mark.django_db
class TestRevise:
    def test_adds_the_next_version_and_keeps_the_first(self) -> None:
        found = indicator(PartnershipFactory())
        text = definition(version=2).replace("six weeks", "twelve weeks")
        text = text.replace("polarity: higher", "polarity: neither")
        revise(found, definition=text)
        found.refresh_from_db()
        assert found.title == "Babies who sleep safely at twelve weeks"
        assert found.polarity == "neither"
        assert [version.number for version in queries.versions(found)] == [2, 1]
        before = queries.current_version(found, AT)
        after = queries.current_version(found, AT + timedelta(days=2))
        assert before and before.number == 1
        assert after and after.number == 2
        assert queries.current_version(found, AT - timedelta(days=1)) is None

    @pytest.mark.parametrize(
        ("text", "say"),
        [
            (definition(), "write version: 2"),
            (definition(version=3), "write version: 2"),
            (definition("other", 2), "Write id: safe_sleep"),
        ],
    )
    def test_says_what_to_write(self, text: str, say: str) -> None:
        with pytest.raises(Invalid) as refusal:
            revise(indicator(PartnershipFactory()), definition=text)
        assert say in refusal.value.fields["definition"]

    def test_current_versions_cost_two_queries(
        self, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        partnership = PartnershipFactory()
        for key in "abc":
            indicator(partnership, key)
        revise(partnership.indicators.get(key="b"), definition=definition("b", 2))
        indicator(PartnershipFactory())
        with django_assert_num_queries(2):
            found = queries.current_versions(partnership, AT + timedelta(days=2))
            keys = [(version.indicator.key, version.number) for version in found]
        assert sorted(keys) == [("a", 1), ("b", 2), ("c", 1)]
