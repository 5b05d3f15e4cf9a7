"""The text: what is signed says what is enforced, and nothing else can look like it."""

from __future__ import annotations

import unicodedata
from datetime import date
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commonweal.agree import governing_text, leaving_text, text
from commonweal.agree.drafting import completed
from commonweal.compute.errors import Unusable
from commonweal.compute.permits import clauses as c
from commonweal.compute.permits import governing as g
from commonweal.compute.permits.asking import Refusal
from commonweal.compute.permits.clauses import NAMES
from commonweal.compute.permits.purposes import PURPOSES
from commonweal.compute.permits.terms import Fault
from commonweal.compute.permits.words import FAULTS, REFUSALS

HUB = c.Organisation(UUID(int=1), "Mayor’s Office")
COUNCIL = c.Organisation(UUID(int=2), "Northside Council")


def held(**changes: c.Clause) -> tuple[c.Clause, ...]:
    usual: dict[str, c.Clause] = {
        "provider": c.Party("provider", (COUNCIL,)),
        "recipient": c.Party("recipient", (HUB,)),
        "data": c.Data("beds", ("area", "month")),
        "purpose": c.Purpose(("cw:MonitorEquity",)),
        "minimum_cell": c.MinimumCell(7),
        "publication": c.Publication("partners"),
        "retention": c.Retention(36),
        "start": c.Start(date(2026, 3, 1)),
        "expiry": c.Expiry(date(2027, 12, 31)),
        "withdrawal": c.Withdrawal(30),
    }
    return completed("dsa", {**usual, **changes}.values())


def document(**changes: object) -> text.Document:
    usual: dict[str, object] = {
        "kind": "dsa",
        "reference": "DSA-1",
        "number": 1,
        "title": "Beds for babies",
        "partnership": "Safe Space to Sleep",
        "zone": "Europe/London",
        "language": "en",
        "prose": "One newborn in nine has no bed.",
        "clauses": held(),
        "convener": "Mayor’s Office",
    }
    return text.Document(**{**usual, **changes})  # type: ignore[arg-type]


def test_the_summary_comes_first_and_clauses_are_numbered_as_they_are_enforced() -> None:
    written = text.render(document())
    assert written.index("## In short") < written.index("## Why") < written.index("## Clauses")
    numbers = [each.text for each in text.blocks(written) if each.kind == text.CLAUSE]
    assert numbers == [
        f"{number}. {NAMES[clause.kind].capitalize()}" for number, clause in enumerate(held(), 1)
    ]
    assert "Data goes from Northside Council to Mayor’s Office: 2 fields of “beds”." in written
    assert "no group of fewer than 7 people, or of whatever else is counted, is shown" in written
    assert "Europe/London" in written


@pytest.mark.parametrize("clause", [each for each in held() if each.kind not in {"suspension"}])
def test_every_value_of_a_clause_is_in_the_text(clause: c.Clause) -> None:
    """A different value gives a different text, so a signature covers every value."""
    others: dict[str, c.Clause] = {
        "provider": c.Party("provider", (HUB,)),
        "recipient": c.Party("recipient", (COUNCIL,)),
        "data": c.Data("beds", ("area",)),
        "purpose": c.Purpose(("cw:PlanTogether",)),
        "minimum_cell": c.MinimumCell(8),
        "linkage": c.Linkage(True),
        "publication": c.Publication("public"),
        "retention": c.Retention(35),
        "start": c.Start(date(2026, 3, 2)),
        "expiry": c.Expiry(date(2027, 12, 30)),
        "withdrawal": c.Withdrawal(29),
    }
    if clause.kind in others:
        changed = text.render(document(clauses=held(**{clause.kind: others[clause.kind]})))
        assert text.text_hash(changed) != text.text_hash(text.render(document()))


def test_another_zone_language_or_version_is_another_text() -> None:
    hashes = {
        text.text_hash(text.render(document(**change)))
        for change in ({}, {"zone": "UTC"}, {"number": 2}, {"title": "Cots"}, {"prose": ""})
    }
    assert len(hashes) == 5


awkward = st.text(st.sampled_from("ab #>-.\n1é\u0301"), min_size=1, max_size=40).filter(
    lambda said: bool(said.strip())
)


@settings(max_examples=150, deadline=None)
@given(awkward, awkward)
def test_free_words_never_pass_for_a_clause_and_the_text_reads_back(why: str, more: str) -> None:
    clauses = completed("dsa", (*held(), c.Prose("Breach", text.clean(more))))
    written = text.render(document(prose=text.clean(why), clauses=clauses))
    blocks = text.blocks(written)
    assert len([each for each in blocks if each.kind == text.CLAUSE]) == len(clauses)
    assert len([each for each in blocks if each.kind == text.HEADING]) == 4
    prose = [each.text for each in blocks if each.kind == text.PROSE]
    assert prose == [unicodedata.normalize("NFC", text.clean(each)) for each in (why, more)]
    again = "\n\n".join(text._line(each) for each in blocks) + "\n"
    assert again == written == unicodedata.normalize("NFC", written)


@pytest.mark.parametrize("name", ["# 7. Expiry", "- item", "> words"])
def test_names_stay_on_their_line_and_behind_words(name: str) -> None:
    clauses = held(provider=c.Party("provider", (c.Organisation(COUNCIL.id, name),)))
    kinds = [each.kind for each in text.blocks(text.render(document(clauses=clauses)))]
    assert kinds == [each.kind for each in text.blocks(text.render(document()))]


def test_a_sentence_that_would_begin_with_a_mark_is_refused() -> None:
    with pytest.raises(Unusable):
        text._line(text.Block(text.SENTENCE, "# not a sentence"))


def test_line_ends_and_forms_of_letters_do_not_change_the_hash() -> None:
    one = text.render(document(prose=text.clean("Caf\u00e9\nbeds")))
    two = text.render(document(prose=text.clean("Cafe\u0301 \r\nbeds\r\n")))
    assert text.text_hash(one) == text.text_hash(two)


def test_days_are_said_in_the_language_of_the_text() -> None:
    written = text.render(document(language="es"))
    assert "31 de diciembre de 2027" in written
    assert text.text_hash(written) != text.text_hash(text.render(document()))


def test_a_licence_says_what_it_rests_on() -> None:
    clauses = completed(
        "dul",
        [
            c.Party("user", (COUNCIL,)),
            c.Data("beds", ("area",)),
            c.Purpose(("cw:MonitorEquity",)),
        ],
        held(),
    )
    written = text.render(
        document(kind="dul", reference="DUL-1", parent="DSA-1 Beds", clauses=clauses)
    )
    assert "under “DSA-1 Beds”" in written
    assert "can only narrow" in written
    assert "Use by Northside Council, licensed by Mayor’s Office: 1 field of “beds”." in written


def test_all_words_of_refusals_and_faults_can_be_said() -> None:
    """Every sentence with its parameters, in English and through the translation layer."""
    from commonweal.agree import words

    params = {
        "action": "x", "contract": "beds", "purpose": next(iter(PURPOSES)), "fields": ("a", "b"),
        "asked": "public", "agreed": "none", "version": 1, "missing": ("A", "B"),
        "day": date(2026, 3, 1), "organisation": "A", "parent": "DSA-1", "kind": "expiry",
        "first": 1, "second": 2, "end": date(2026, 1, 1), "start": date(2026, 1, 2),
        "names": ("A",), "number": 3, "limit": True,
    }  # fmt: skip
    for code in REFUSALS:
        refusal = Refusal(code, "DSA-1", 7, "expiry", params)
        assert words.refusal(refusal) == refusal.words
        assert words.mend(refusal) == refusal.mend
        assert words.clause(refusal) == refusal.clause == "DSA-1 clause 7 (expiry)"
    for code in FAULTS:
        fault = Fault(code, 7, "expiry", params)
        assert words.fault(fault) == f"{fault.words} {fault.mend}"


def governing(clause: c.Clause) -> str:
    """The text of an agreement whose only unusual clause is this one."""
    return text.render(document(kind="constitution", clauses=(*held(), clause)))


@pytest.mark.parametrize(
    ("clause", "other", "said"),
    [
        (g.Principles(("One", "Two")), g.Principles(("One",)), "- Two"),
        (g.Cadence(2, "Town hall"), g.Cadence(3, "Town hall"), "every 2 weeks"),
        (g.Channels(("A letter",)), g.Channels(("A call",)), "- A letter"),
        (g.DecisionRule("consent", 60, 12), g.DecisionRule("consent", 50, 12), "60 percent"),
        (
            g.DecisionRule("lead", 60, 12),
            g.DecisionRule("majority", 60, 12),
            "after advice from all",
        ),
        (g.Conflict(("talk",), 14), g.Conflict(("talk", "mediate"), 14), "14 days"),
        (
            g.Rule("Buy", "Together", True, False),
            g.Rule("Buy", "Together", True, True),
            "voluntary",
        ),
        (
            g.Rule("Buy", "Together", True, True),
            g.Rule("Buy", "Together", False, True),
            "is fixed:",
        ),
        (
            g.Rule("Buy", "Together", True, True, "Less"),
            g.Rule("Buy", "Together", True, True),
            "Less",
        ),
        (g.Small(10), g.Small(11), "fewer than 10 people"),
        (g.StandingLimit("Buy", 5000, "GBP"), g.StandingLimit("Buy", 5001, "GBP"), "£50.00 each"),
        (
            g.Contribution(HUB, 100, "GBP", date(2026, 1, 1), "Beds"),
            g.Contribution(HUB, 101, "GBP", date(2026, 1, 1), "Beds"),
            "£1.00 by 1 January 2026",
        ),
        (
            g.RiskShare(((HUB, 60), (COUNCIL, 40))),
            g.RiskShare(((HUB, 40), (COUNCIL, 60))),
            "Mayor’s Office: 60 percent",
        ),
        (g.Breach(24), g.Breach(72), "within 24 hours"),
        (g.Place(("GB",)), g.Place(("GB", "FR")), "United Kingdom (GB)"),
        (g.Grain("totals"), g.Grain("records"), "totals only"),
        (g.Fixed(("linkage",)), g.Fixed(("retention",)), "- linkage"),
        (
            g.FourQuestions("a1", "b2", "c3", "d4"),
            g.FourQuestions("a1", "b2", "c3", "d5"),
            "> c3",
        ),
        (g.FiveSafes("a", "b", "c", "d", "e"), g.FiveSafes("a", "b", "c", "d", "f"), "> e"),
    ],
    ids=lambda each: getattr(each, "kind", ""),
)
def test_every_value_of_a_governing_clause_is_in_the_text(
    clause: c.Clause, other: c.Clause, said: str
) -> None:
    assert said in governing(clause)
    assert governing(clause) != governing(other)


def test_every_kind_of_clause_can_be_rendered() -> None:
    assert {each.kind for each in governing_text.RENDER} == set(g.READERS)


def test_words_of_the_parties_stay_marked_in_every_governing_clause() -> None:
    hostile = "1. Expiry\n### 9. Expiry\n- item"
    written = governing(g.Rule("Buy", hostile, True, True, hostile))
    marked = [each.text for each in text.blocks(written) if each.kind == text.PROSE]
    assert marked.count(hostile) == 2


def sentences(**changes: object) -> str:
    """What the software says in a text, without the parties' own words."""
    blocks = text.blocks(text.render(document(**changes)))
    return "\n".join(each.text for each in blocks if each.kind == text.SENTENCE)


def test_says_which_clauses_are_enforced_and_which_the_parties_keep() -> None:
    clauses = completed(
        "dsa",
        (*held(), g.Breach(24), g.Place(("GB",)), c.Prose("Groups", "Groups of 2 are shown.")),
    )
    kinds = [each.kind for each in clauses]
    breach, last = kinds.index("breach") + 1, len(kinds)
    assert (kinds[-1], kinds[breach - 2]) == ("prose", "place")
    said = sentences(clauses=clauses)
    assert f"enforces clauses 1 to {breach - 1} and {breach + 1} to {last - 1} in" in said
    assert f"Clauses {breach} and {last} are for the parties to keep" in said
    assert "the other clauses hold" in said
    assert "own words" not in sentences(prose="")
    # The files of a licence end with those of the agreement above.
    said = sentences(
        kind="dul", parent="DSA-1 Beds", clauses=completed("dul", (*held()[1:], _USER))
    )
    assert "Clause 8 is for the parties to keep" in said
    assert "The record lies under “DSA-1 Beds”" in said


_USER = c.Party("user", (COUNCIL,))


@pytest.mark.parametrize(
    ("kind", "days", "said", "unsaid"),
    [
        ("dsa", 30, "What it provided is destroyed 30 days later", "licence destroys it"),
        ("dsa", 0, "What it provided is destroyed at once, and", "later"),
        (
            "dul",
            30,
            "it destroys the copies that it holds under this licence",
            "What it provided is",
        ),
        ("mou", 90, "what falls due within 90 days after that it still owes", "destroys"),
    ],
)
def test_a_withdrawal_says_what_it_does_under_each_kind(
    kind: str, days: int, said: str, unsaid: str
) -> None:
    written = "\n".join(leaving_text.sentences(c.Withdrawal(days), kind, "DSA-1 Beds"))
    assert said in written and unsaid not in written
    assert "To come back, a party signs a new version." in written


def test_the_convener_is_named_as_of_the_day_of_drafting() -> None:
    assert "(Mayor’s Office when this was drafted) may suspend" in sentences()


def test_groups_of_every_size_are_not_called_protected() -> None:
    said = sentences(clauses=held(minimum_cell=c.MinimumCell(1)))
    assert "of groups of every size" in said and "fewer than" not in said
