"""The six steps: every way is listed, every refusal says what is missing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commonweal.convene import actions, journey, queries
from commonweal.convene.journey import JOURNEY, Check, Checks, missing_before
from commonweal.convene.models import Partnership, Step
from commonweal.convene.tests.factories import (
    AT,
    OrganisationFactory,
    PartnershipFactory,
    convener_of,
    member_of,
    seated,
    sponsor_organisation,
)
from commonweal.core import states
from commonweal.core.errors import Conflict, Denied
from commonweal.core.models import Event, Sector

EVENTS = [row.event for row in JOURNEY.transitions]


@pytest.fixture(autouse=True)
def only_this_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rooms above register checks of their own; these tests are about the table itself."""
    monkeypatch.setattr(journey, "_providers", {})


def checks_of(answers: list[tuple[str, bool, bool]]) -> Checks:
    return tuple(
        Check(step=step, key=str(n), words=f"thing {n}", mend=f"Do {n}.", done=done, needed=needed)
        for n, (step, done, needed) in enumerate(answers)
    )


some_checks = st.lists(
    st.tuples(st.sampled_from(Step.values), st.booleans(), st.booleans()), max_size=12
).map(checks_of)


def slow_missing(step: str, checks: Checks) -> list[Check]:
    """The rule again, step by step: what an earlier step needed and did not produce."""
    missing = []
    for earlier in Step.values:
        if earlier == step:
            break
        missing += [check for check in checks if check.step == earlier]
    return [check for check in missing if check.needed and not check.done]


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from(EVENTS), some_checks), max_size=30))
def test_random_walks_stay_on_the_table_and_every_refusal_has_a_reason(
    walk: list[tuple[str, Checks]],
) -> None:
    here: str = Step.LEAD
    for event, checks in walk:
        try:
            there = JOURNEY.target(checks, here, event)
        except Denied as refusal:
            target = event.removeprefix("begin_")
            missing = slow_missing(target, checks)
            assert missing
            assert all(check.mend in refusal.text for check in missing)
        except Conflict as refusal:
            assert (here, event) not in {(row.source, row.event) for row in JOURNEY.transitions}
            assert refusal.text
        else:
            assert there in Step.values
            assert event.endswith(there)
            forwards = Step.values.index(there) > Step.values.index(here)
            assert event.startswith("begin_") is forwards
            assert not forwards or not slow_missing(there, checks)
            here = there


@settings(deadline=None)
@given(st.sampled_from(Step.values), some_checks)
def test_missing_before_is_the_slow_rule(step: str, checks: Checks) -> None:
    assert set(missing_before(step, checks)) == set(slow_missing(step, checks))


def test_every_step_is_a_state_and_every_pair_has_exactly_one_way() -> None:
    assert states.names(JOURNEY) == set(Step.values)
    pairs = [(row.source, row.target) for row in JOURNEY.transitions]
    assert len(pairs) == len(set(pairs)) == 30


@pytest.mark.django_db
class TestWithRecords:
    def test_from_nothing_to_scale_with_each_guard_in_turn(self) -> None:
        convener = OrganisationFactory(sector=Sector.PUBLIC)
        by = member_of(convener)
        partnership = actions.open_partnership(
            name="Beds", problem="No bed.", affected="", place="", convener=convener, by=by, at=AT
        )

        def refused(event: str) -> str:
            with pytest.raises(Denied) as refusal:
                actions.move(partnership=partnership, event=event, by=by, at=AT)
            partnership.refresh_from_db()
            return refusal.value.mend

        def go(event: str) -> None:
            actions.move(partnership=partnership, event=event, by=by, at=AT)

        assert "affected" in refused("begin_invite")
        actions.state_problem(
            partnership=partnership,
            name="Beds",
            problem="No bed.",
            affected="Babies",
            place="",
            by=by,
            at=AT,
        )
        go("begin_invite")
        assert "second sector" in refused("begin_pause")
        seated(partnership, OrganisationFactory(sector=Sector.PUBLIC))
        assert "second sector" in refused("begin_pause")
        seated(partnership, OrganisationFactory(sector=Sector.NONPROFIT))
        go("begin_pause")
        assert "affected" in refused("begin_agree")
        seated(partnership, voice="Young parents")
        go("begin_scale")
        go("revisit_invite")
        assert partnership.step == Step.INVITE
        event = Event.objects.order_by("-number").first()
        assert event and event.data == {"from": "scale", "to": "invite"}

    def ready(self) -> Partnership:
        partnership = PartnershipFactory()
        seated(partnership, OrganisationFactory(sector=Sector.PRIVATE))
        seated(partnership, voice="Parents")
        return partnership

    def test_a_partnership_can_start_in_the_middle(self) -> None:
        partnership = self.ready()
        by = convener_of(partnership)
        actions.move(partnership=partnership, event="begin_agree", by=by, at=AT)
        partnership.refresh_from_db()
        assert (partnership.step, partnership.step_since_at) == (Step.AGREE, AT)

    def test_somebody_else_moved_it_first(self) -> None:
        partnership = self.ready()
        by = convener_of(partnership)
        stale = Partnership.objects.get(pk=partnership.pk)
        actions.move(partnership=partnership, event="begin_invite", by=by, at=AT)
        with pytest.raises(Conflict, match="Somebody else"):
            actions.move(partnership=stale, event="begin_pause", by=by, at=AT)
        partnership.refresh_from_db()
        assert partnership.step == Step.INVITE

    @pytest.mark.parametrize("event", ["", "revisit_lead", "begin_lead", "abdicate"])
    def test_no_such_way(self, event: str) -> None:
        partnership = self.ready()
        with pytest.raises(Conflict):
            actions.move(partnership=partnership, event=event, by=convener_of(partnership), at=AT)

    def test_journey_shows_the_same_reasons_as_the_action_gives(self) -> None:
        partnership = PartnershipFactory(affected="")
        by = convener_of(partnership)
        for stage in queries.journey(partnership, AT):
            if stage.place == "here":
                assert not stage.event
                continue
            assert stage.event
            assert not stage.is_open
            with pytest.raises(Denied) as refusal:
                actions.move(partnership=partnership, event=stage.event, by=by, at=AT)
            assert refusal.value.mend == stage.refused_because

    def test_next_action_is_the_first_needed_thing_of_a_step_reached(self) -> None:
        partnership = PartnershipFactory(affected="", sponsor=False)
        found = queries.next_action(queries.journey(partnership, AT))
        assert found and found.key == "affected"
        partnership.affected = "Babies"
        found = queries.next_action(queries.journey(partnership, AT))
        assert found and (found.key, found.needed) == ("sponsor", False)

    def test_advice_does_not_stand_in_the_way(self) -> None:
        partnership = self.ready()
        keys = {check.key for check in queries.checks(partnership, AT) if not check.done}
        assert keys == {"pledge", "residents_filled", "contributions", "public"}
        actions.pledge(
            partnership=partnership,
            words="I answer.",
            by=member_of(sponsor_organisation(partnership)),
            at=AT,
        )
        keys = {check.key for check in queries.checks(partnership, AT) if not check.done}
        assert "pledge" not in keys

    def test_a_room_above_can_stand_guard(self) -> None:
        partnership = self.ready()

        def unsigned(_partnership: Partnership, _at: object) -> Iterator[Check]:
            yield Check(Step.AGREE, "dsa", "Signed", "Sign the agreement.", False, needed=True)

        journey.register("agree", unsigned)
        by = convener_of(partnership)
        actions.move(partnership=partnership, event="begin_agree", by=by, at=AT)
        with pytest.raises(Denied, match="Sign the agreement"):
            actions.move(partnership=partnership, event="begin_execute", by=by, at=AT)
