"""ODRL: every clause there and back, nothing dropped in silence, words as the vocabularies spell them."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commonweal.compute.errors import Unusable
from commonweal.compute.permits import clauses as c
from commonweal.compute.permits import governing as g
from commonweal.compute.permits.odrl import names
from commonweal.compute.permits.odrl.reading import Reading, from_odrl, from_odrl_text
from commonweal.compute.permits.odrl.writing import WRITERS, to_odrl
from commonweal.compute.permits.purposes import PURPOSES
from commonweal.compute.permits.terms import REPEATED, Terms
from commonweal.compute.tests.permits_scene import COUNCIL, HUB, dsa, dsa_clauses, dul, dul_clauses
from commonweal.compute.tests.test_permits_clauses import GOVERNING
from commonweal.compute.tests.test_permits_properties import ZONES, agreements

EXAMPLE = Path(__file__).parents[4] / "docs" / "explanation" / "odrl-example.json"
PROFILE = EXAMPLE.with_name("odrl-profile.ttl")
VOCABULARIES = json.loads((Path(__file__).parent / "vocabularies.json").read_text("utf-8"))

lines = st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=20)
days = st.dates(date(1900, 1, 1), date(2200, 12, 31))
proses = st.builds(c.Prose, lines, st.lists(lines, min_size=1, max_size=3).map("\n".join))
organisations = st.builds(c.Organisation, st.uuids(), lines)


def several(values: st.SearchStrategy[Any], key: Any = None) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(values, min_size=1, max_size=4, unique_by=key or (lambda each: each)).map(tuple)


def parties(role: str) -> st.SearchStrategy[c.Party]:
    return st.builds(c.Party, st.just(role), several(organisations, lambda each: each.id))


def masked(data: c.Data) -> st.SearchStrategy[c.Data]:
    """The same with some of its fields masked."""
    return st.lists(st.sampled_from(data.fields), unique=True).map(
        lambda held: replace(data, masked=tuple(held))
    )


CONTRACTS = st.from_regex(r"[a-z0-9][a-z0-9_-]{0,20}", fullmatch=True)
ANY: dict[str, st.SearchStrategy[Any]] = {
    **{role: parties(role) for role in c.ROLES},
    "data": st.builds(c.Data, CONTRACTS, several(lines)).flatmap(masked),
    "purpose": st.builds(
        c.Purpose, several(st.sampled_from([*sorted(PURPOSES), "own:Keep families warm"]))
    ),
    "minimum_cell": st.builds(c.MinimumCell, st.integers(1, c.MAXIMUM_CELL)),
    "linkage": st.builds(c.Linkage, st.booleans()),
    "publication": st.builds(c.Publication, st.sampled_from(c.LEVELS)),
    "retention": st.builds(c.Retention, st.integers(1, 1200)),
    "signature": st.just(c.Signature()),
    "start": st.builds(c.Start, days),
    "expiry": st.builds(c.Expiry, st.one_of(days, st.just(date.max))),
    "suspension": st.just(c.Suspension()),
    "withdrawal": st.builds(c.Withdrawal, st.integers(0, 365)),
    "prose": proses,
    **{
        kind: st.sampled_from([each for each in GOVERNING if each.kind == kind])
        for kind in g.READERS
    },
}


@st.composite
def written(draw: st.DrawFn) -> Terms:
    """Terms with any clauses in any order, also such as no kind of agreement has."""
    terms = draw(st.one_of(agreements("dsa", "DSA-1"), agreements("dul", "DUL-1")))
    kinds = draw(st.lists(st.sampled_from(sorted(ANY)), unique=True))
    held = [draw(ANY[kind]) for kind in kinds]
    held += draw(st.lists(ANY["data"], max_size=2, unique_by=lambda each: each.contract))
    held += draw(st.lists(proses, max_size=2))
    first: dict[Any, c.Clause] = {}
    for clause in held:
        key = clause if clause.kind in REPEATED else (clause.kind, getattr(clause, "contract", ""))
        first.setdefault(key, clause)
    return replace(
        terms,
        clauses=tuple(draw(st.permutations(list(first.values())))),
        zone=draw(st.sampled_from(ZONES)),
    )


def through(document: Any) -> Reading:
    return from_odrl_text(json.dumps(document, ensure_ascii=False))


def test_every_kind_of_clause_has_a_form_and_a_generated_example() -> None:
    """Another kind of clause fails here until it has a line in `writing.WRITERS` and in `ANY`."""
    assert set(WRITERS) == set(get_args(c.Clause))
    assert set(ANY) == set(c.NAMES)


@settings(max_examples=150, deadline=None)
@given(written())
def test_every_clause_comes_back(terms: Terms) -> None:
    read = through(to_odrl(terms))
    assert read.unread == ()
    assert read.clauses == terms.clauses
    assert (read.kind, read.reference, read.version) == (
        terms.kind,
        terms.reference,
        terms.version,
    )
    assert (read.partnership, read.zone, read.parent, read.text_hash) == (
        terms.partnership,
        terms.zone,
        terms.parent,
        terms.text_hash,
    )


@settings(max_examples=100, deadline=None)
@given(st.one_of(agreements("dsa", "DSA-1"), agreements("dul", "DUL-1")))
def test_every_generated_agreement_comes_back(terms: Terms) -> None:
    read = through(to_odrl(terms))
    assert (read.clauses, read.unread) == (terms.clauses, ())
    assert read.type == (
        "Offer" if terms.missing_signatures or not terms.active_at else "Agreement"
    )


def places(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path to every value in a document, but what its context says."""
    if path[:1] == ("@context",):
        return
    if path:
        yield path
    if isinstance(node, dict | list):
        for key, value in node.items() if isinstance(node, dict) else enumerate(node):
            yield from places(value, (*path, key))


def at(document: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        document = document[key]
    return document


STRANGE = [0, 7, True, None, "", "x", "use", "urn:uuid:x", [], {}, ["x"], {"@id": "cw:User"}, 1.5]


@settings(max_examples=300, deadline=None)
@given(written(), st.data())
def test_no_change_of_a_document_goes_unnoticed(terms: Terms, data: st.DataObject) -> None:
    """Whatever is put in, taken out or changed: it reads differently, or it is told as unread."""
    before = to_odrl(terms)
    after = copy.deepcopy(before)
    path = data.draw(st.sampled_from(list(places(before))))
    place = at(after, path[:-1])
    what = data.draw(st.sampled_from(["change", "remove", "add"]))
    if path == ("conflict",) and "prohibition" not in before:
        return
    if what == "remove":
        del place[path[-1]]
        # What a purpose of ours is near to is for other readers.
        if "skos:broadMatch" in path:
            return
    elif what == "change":
        place[path[-1]] = data.draw(st.sampled_from(STRANGE))
    elif isinstance(place, list):
        place.append(data.draw(st.sampled_from(STRANGE)))
    else:
        place["cw:unheard"] = data.draw(st.sampled_from(STRANGE))
    if json.dumps(before) == json.dumps(after):
        return
    try:
        read = through(after)
    except Unusable as fault:
        assert fault.text and fault.mend
        return
    assert read != through(before)
    assert all(each.where and each.text and each.mend for each in read.unread)


@settings(max_examples=300, deadline=None)
@given(
    st.recursive(
        st.one_of(
            st.sampled_from([*STRANGE, "dpv:AcademicResearch", "purpose", "isAnyOf", "delete"]),
            st.text(max_size=5),
        ),
        lambda inner: st.one_of(
            st.lists(inner, max_size=3),
            st.dictionaries(
                st.sampled_from(
                    "@type uid target assigner assignee action constraint leftOperand operator "
                    "rightOperand permission prohibition obligation profile conflict cw:kind "
                    "cw:order cw:clause dct:title dct:isPartOf @value @list".split()
                ),
                inner,
                max_size=5,
            ),
        ),
        max_leaves=30,
    )
)
def test_any_json_is_read_or_refused_with_words(value: Any) -> None:
    document = {**value, "@context": names.CONTEXT} if isinstance(value, dict) else value
    try:
        read = through(document)
    except Unusable as fault:
        assert fault.text
        return
    assert read.unread


def spelled_out(document: Any) -> Any:
    """The same document as another tool might write it: full addresses, other prefixes."""
    renamed = {"cw:": "c:", "dpv:": names.PREFIXES["dpv"], "dct:": "http://purl.org/dc/terms/"}

    def word(text: str) -> str:
        for old, new in renamed.items():
            if text.startswith(old):
                return new + text.removeprefix(old)
        return text

    def node(value: Any) -> Any:
        if isinstance(value, list):
            return [node(each) for each in value]
        if not isinstance(value, dict):
            return word(value) if isinstance(value, str) else value
        if "@value" in value:
            return {**value, "@type": value["@type"].replace("xsd:", names.STANDARD["xsd"])}
        keys = {"uid": "@id", "permission": names.ODRL + "permission", "action": "o:action"}
        return {keys.get(key, word(key)): node(each) for key, each in value.items()}

    held = node({key: each for key, each in document.items() if key != "@context"})
    prefixes = {
        "c": names.PREFIXES["cw"],
        "vcard": names.PREFIXES["vcard"],
        "o": {"@id": names.ODRL, "@prefix": True},
    }
    return {"@context": [prefixes, "https://www.w3.org/ns/odrl.jsonld"], **held}


def test_other_spellings_of_the_same_names_read_the_same() -> None:
    terms = dsa((*dsa_clauses(), c.Prose("Why", "Because it helps.")))
    assert through(spelled_out(to_odrl(terms))) == through(to_odrl(terms))


def foreign(**changes: Any) -> dict[str, Any]:
    """A policy of somebody else, in plain ODRL."""
    return {
        "@context": names.CONTEXT,
        "@type": "Agreement",
        "uid": "https://example.org/policy/1",
        "permission": [
            {
                "target": "https://example.org/data",
                "assigner": "https://example.org/them",
                "assignee": "https://example.org/us",
                "action": "use",
                "constraint": [
                    {
                        "leftOperand": "purpose",
                        "operator": "eq",
                        "rightOperand": {"@id": "https://w3id.org/dpv#AcademicResearch"},
                    },
                    {"leftOperand": "count", "operator": "lt", "rightOperand": 5},
                ],
                "duty": [{"action": "attribute"}],
            }
        ],
        **changes,
    }


def test_of_a_foreign_policy_it_reads_what_has_a_form_and_lists_the_rest() -> None:
    read = from_odrl(foreign())
    assert read.clauses == (c.Purpose(("dpv:AcademicResearch",)),)
    assert {each.where for each in read.unread} == {
        "permission[0].target[0]",
        "permission[0].assigner",
        "permission[0].assignee",
        "permission[0].constraint[1]",
        "permission[0].duty",
    }


@pytest.mark.parametrize(
    ("document", "words"),
    [
        (foreign(profile="https://example.org/profile"), "profile"),
        ({"@context": "https://schema.org", "@type": "Dataset"}, "ODRL"),
        ({}, "ODRL"),
    ],
)
def test_what_is_not_for_us_is_refused(document: Any, words: str) -> None:
    with pytest.raises(Unusable, match=words):
        from_odrl(document)


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "[1, 2]", '"x"', "[" * 100_000, '{"a": 1, "a": 2}', '{"a": NaN}'],
)
def test_what_is_not_one_policy_in_json_is_refused(text: str) -> None:
    with pytest.raises(Unusable) as refused:
        from_odrl_text(text)
    assert refused.value.text


def test_an_instant_within_a_day_is_not_rounded() -> None:
    document = to_odrl(dsa())
    (constraint,) = (
        each for each in document["permission"][0]["constraint"] if each["operator"] == "lt"
    )
    constraint["rightOperand"]["@value"] = "2027-12-31T18:00:00Z"
    read = from_odrl(document)
    assert not any(isinstance(each, c.Expiry) for each in read.clauses)
    assert any("2027-12-31T18:00:00Z" in each.text for each in read.unread)


def test_a_prohibition_that_a_permission_would_override_is_told() -> None:
    document = to_odrl(dul())
    assert document["prohibition"]
    for changed in ({**document, "conflict": "perm"}, {**document, "conflict": "invalid"}):
        assert {each.where for each in from_odrl(changed).unread} == {"conflict"}


# The vocabularies.


def words(node: Any) -> Iterator[str]:
    """Every word in a document that its context gives a meaning: keys, types, terms, addresses."""
    if isinstance(node, list):
        for each in node:
            yield from words(each)
    if not isinstance(node, dict) or node.get("@type") == "@json":
        return
    for key, value in node.items():
        if key == "@context":
            continue
        if not key.startswith("@"):
            yield key
        if key in {"@type", "action", "leftOperand", "operator", "conflict"}:
            yield from (each for each in (value if isinstance(value, list) else [value]))
        elif key == "@id" and not value.startswith("urn:"):
            yield value
        else:
            yield from words(value)


@settings(max_examples=60, deadline=None)
@given(written())
def test_every_word_is_one_of_the_vocabularies(terms: Terms) -> None:
    """Names without a prefix must be in the published JSON-LD context of ODRL, or they vanish."""
    for word in words(to_odrl(terms)):
        prefix, colon, local = word.partition(":")
        if not colon:
            assert word in VOCABULARIES["odrl"]["context"], word
        elif prefix == "dpv":
            assert local in VOCABULARIES["dpv"]["purposes"], word
        else:
            assert prefix in {"cw", "dct", "vcard", "skos", "xsd"} or word == "@json", word


def test_our_purposes_are_spelled_as_dpv_spells_them() -> None:
    for entry in PURPOSES.values():
        for key in (entry.key, entry.near):
            if key.startswith("dpv:"):
                assert key.removeprefix("dpv:") in VOCABULARIES["dpv"]["purposes"]


def test_the_example_of_the_documentation_is_the_licence_of_the_decision_table() -> None:
    terms = dul((*dul_clauses(), c.Prose("Acknowledgement", "Reports name the providers.")))
    document = to_odrl(terms)
    assert json.loads(EXAMPLE.read_text("utf-8")) == document
    read = from_odrl_text(EXAMPLE.read_text("utf-8"))
    assert (read.clauses, read.unread) == (terms.clauses, ())
    assert {HUB, COUNCIL} & terms.parties.keys() == {HUB}


def test_our_own_words_are_declared_in_the_profile() -> None:
    declared = set(re.findall(r"^(cw:\w+) a ", PROFILE.read_text("utf-8"), re.M))
    constants = {each for each in vars(names).values() if isinstance(each, str)}
    used = {each for each in constants if each.startswith("cw:")}
    used |= {each for reach in names.REACH.values() for each in reach}
    used |= {f"cw:{role}" for role in c.ROLES} | {key for key in PURPOSES if key.startswith("cw:")}
    used |= {each for each in words(to_odrl(dul())) if each.startswith("cw:")} | {"cw:clause"}
    assert declared == used
    text = PROFILE.read_text("utf-8")
    for entry in PURPOSES.values():
        if entry.key.startswith("cw:"):
            assert f"{entry.key} a dpv:Purpose ; skos:broadMatch {entry.near} ." in text
