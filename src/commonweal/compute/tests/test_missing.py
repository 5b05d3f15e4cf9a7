"""Who is missing: each rule by an example, all of them against a slow reference."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commonweal.compute.convening.missing import (
    Actor,
    Finding,
    Grip,
    Group,
    Lever,
    Place,
    ProblemMap,
    Rule,
    Seat,
    missing,
)
from commonweal.compute.convening.words import WORDS, filled, words_of
from commonweal.compute.errors import Unusable
from commonweal.compute.tests.missing_reference import slow_missing

SECTORS = ("public", "private", "nonprofit", "resident_group")
COUNCIL = Seat("s1", "Council", "public", "council")
HOSPITAL = Seat("s2", "Hospital", "public", "hospital")
PARENTS = Seat("s3", "Young parents")
LANDLORD = Actor("a1", "Housing association", "nonprofit")
HOMES = Lever("l1", "Who gets a dry flat", Grip.INFLUENCES, frozenset({"a1"}))


def found(problem: ProblemMap, *seats: Seat, sectors: tuple[str, ...] = ()) -> list[Finding]:
    return list(missing(problem, seats, sectors).answer.findings)


def rules(problem: ProblemMap, *seats: Seat) -> list[Rule]:
    return [each.rule for each in found(problem, *seats)]


def test_an_actor_without_a_seat_is_stronger_with_a_lever_that_nobody_here_controls() -> None:
    weak = found(ProblemMap(actors=(LANDLORD,)), COUNCIL)
    assert [(each.rule, each.strong) for each in weak] == [(Rule.ACTOR, False)]
    strong = found(ProblemMap(actors=(LANDLORD,), levers=(HOMES,)), COUNCIL)
    assert [(each.rule, each.strong) for each in strong] == [
        (Rule.ACTOR, True),
        (Rule.LEVER, False),
    ]
    assert strong[0].names["levers"] == ("Who gets a dry flat",)
    shared = replace(HOMES, grip=Grip.CONTROLS, organisations=frozenset({"council"}))
    assert [
        (each.rule, each.strong) for each in found(ProblemMap((LANDLORD,), (shared,)), COUNCIL)
    ] == [(Rule.ACTOR, False)]


def test_an_actor_sits_here_by_its_organisation_or_where_there_is_none_by_its_name() -> None:
    here = replace(LANDLORD, name="hospital ")
    assert rules(ProblemMap(actors=(here,)), HOSPITAL) == []
    assert rules(ProblemMap(actors=(replace(here, organisation="other"),)), HOSPITAL) == [
        Rule.ACTOR
    ]
    known = replace(LANDLORD, organisation="hospital")
    assert rules(ProblemMap(actors=(known,), levers=(HOMES,)), HOSPITAL) == []


def test_those_affected_need_a_seat_that_somebody_holds() -> None:
    group = Group("g1", "Families with babies", "s3")
    assert rules(ProblemMap(groups=(group,)), COUNCIL) == [Rule.GROUP]
    assert rules(ProblemMap(groups=(group,)), replace(PARENTS, vacant=True)) == [Rule.VACANT]
    assert rules(ProblemMap(groups=(group,)), PARENTS) == []


def test_a_place_needs_somebody_who_works_there() -> None:
    place = Place("p1", "Hollin Bank", frozenset({"elsewhere"}))
    assert rules(ProblemMap(places=(place,)), COUNCIL) == [Rule.PLACE]
    place = replace(place, organisations=frozenset({"council"}))
    assert rules(ProblemMap(places=(place,)), COUNCIL) == []


def test_sectors_without_a_seat_and_a_table_of_one_sector() -> None:
    told = found(ProblemMap(), COUNCIL, HOSPITAL, sectors=SECTORS)
    assert [(each.rule, each.about) for each in told] == [
        (Rule.SECTOR, "private"),
        (Rule.SECTOR, "nonprofit"),
        (Rule.SECTOR, "resident_group"),
        (Rule.ONE_SIDED, "public"),
    ]
    held = found(ProblemMap(), COUNCIL, HOSPITAL, PARENTS, sectors=SECTORS)
    assert [each.about for each in held] == ["private", "nonprofit"]
    vacant = found(ProblemMap(), COUNCIL, HOSPITAL, replace(PARENTS, vacant=True))
    assert [each.rule for each in vacant] == [Rule.ONE_SIDED]
    assert rules(ProblemMap(), COUNCIL, replace(COUNCIL, key="s9")) == []


def test_levers_come_by_what_the_group_can_do_with_them() -> None:
    levers = tuple(
        Lever(grip.value, grip.value, grip, frozenset({"a1"}), frozenset({"council", "gone"}))
        for grip in (Grip.SUFFERS, Grip.CONTROLS, Grip.INFLUENCES)
    )
    told = missing(ProblemMap((LANDLORD,), levers), [COUNCIL]).answer.levers
    assert [each.lever.key for each in told] == ["controls", "influences", "suffers"]
    assert (told[0].here, told[0].elsewhere) == (("Council",), ("Housing association",))


def test_the_mark_changes_with_what_a_finding_rests_on_and_with_nothing_else() -> None:
    (before, *_rest) = found(ProblemMap((LANDLORD,), (HOMES,)), COUNCIL)
    (same, *_rest) = found(ProblemMap((LANDLORD,), (HOMES,)), COUNCIL, PARENTS)
    assert same.mark == before.mark
    renamed = replace(HOMES, name="Who gets any flat")
    (after, *_rest) = found(ProblemMap((LANDLORD,), (renamed,)), COUNCIL)
    assert after.key == before.key
    assert after.mark != before.mark


def test_what_cannot_be_used_is_refused() -> None:
    with pytest.raises(Unusable, match="twice"):
        missing(ProblemMap(actors=(LANDLORD, LANDLORD)), [])
    with pytest.raises(Unusable, match="not on the map"):
        missing(ProblemMap(levers=(HOMES,)), [])


KEYS = ("a", "b", "c")
some_keys = st.frozensets(st.sampled_from(KEYS))
maps = st.builds(
    ProblemMap,
    actors=st.tuples(
        *(
            st.builds(
                Actor,
                key=st.just(key),
                name=st.sampled_from(("One", "Two ", "three")),
                organisation=st.sampled_from(("", *KEYS)),
            )
            for key in KEYS
        )
    ),
    levers=st.lists(
        st.builds(
            Lever,
            key=st.sampled_from("lmn"),
            name=st.sampled_from("LMN"),
            grip=st.sampled_from(list(Grip)),
            actors=some_keys,
            organisations=some_keys,
        ),
        unique_by=lambda each: each.key,
    ).map(tuple),
    groups=st.lists(
        st.builds(
            Group,
            key=st.sampled_from("gh"),
            name=st.just("G"),
            seat=st.sampled_from(("", "0", "1", "2")),
        ),
        unique_by=lambda each: each.key,
    ).map(tuple),
    places=st.lists(
        st.builds(Place, key=st.sampled_from("pq"), name=st.just("P"), organisations=some_keys),
        unique_by=lambda each: each.key,
    ).map(tuple),
)
organisations = st.builds(
    Seat,
    key=st.sampled_from("0123"),
    name=st.sampled_from(("one", "Two", "Four")),
    sector=st.sampled_from(SECTORS),
    organisation=st.sampled_from(KEYS),
)
residents = st.builds(
    Seat, key=st.sampled_from("0123"), name=st.just("Residents"), vacant=st.booleans()
)
tables = st.lists(st.one_of(organisations, residents), unique_by=lambda each: each.key)


@given(maps, tables)
def test_it_finds_what_the_slow_reference_finds(problem: ProblemMap, seats: list[Seat]) -> None:
    result = missing(problem, seats, SECTORS)
    told = [(each.rule.value, each.about, each.strong) for each in result.answer.findings]
    assert set(told) == slow_missing(problem, seats, SECTORS)
    assert len(told) == len(set(told))
    assert [strong for _rule, _about, strong in told] == sorted(
        (strong for _rule, _about, strong in told), reverse=True
    )
    listed = {(c["rule"], c["about"]) for c in result.trace["checks"] if c["found"]}
    assert listed == {(rule, about) for rule, about, _strong in told}
    json.dumps(result.trace)
    for each in result.answer.findings:
        words = words_of(each)
        assert "%" not in "".join(filled(t, each) for t in (words.title, words.why, words.mend))


def test_every_rule_has_words() -> None:
    assert set(WORDS) == set(Rule)
