"""The decision table: each row is a test and a line of docs/reference/permits.md.

`COMMONWEAL_WRITE_DOCS=1 pytest …/test_permits_table.py` writes the page anew.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from commonweal.compute.permits import clauses as c
from commonweal.compute.permits.asking import Ask, Permit, Refusal
from commonweal.compute.permits.deciding import decide
from commonweal.compute.permits.governing import Grain, Place
from commonweal.compute.permits.kinds import KINDS
from commonweal.compute.permits.purposes import PURPOSES
from commonweal.compute.permits.terms import Terms
from commonweal.compute.permits.words import REFUSALS, day_in_words
from commonweal.compute.tests.permits_scene import (
    AT,
    COUNCIL,
    ELSEWHERE,
    HOSPITAL,
    HUB,
    NAMES,
    SIGNED,
    STRANGER,
    UNIVERSITY,
    dsa,
    dsa_clauses,
    dul,
    dul_clauses,
    measure,
    mou,
    mou_clauses,
    party,
    submit,
)

PAGE = Path(__file__).parents[4] / "docs" / "reference" / "permits.md"
JUNE = datetime(2026, 6, 1, 9, tzinfo=UTC)


@dataclass(frozen=True)
class Row:
    """`answer`: "yes" or a refusal's code; `clause`: the one that a refusal names; `note`: limits."""

    case: str
    ask: Ask
    terms: tuple[Terms, ...]
    answer: str
    clause: str = ""
    note: str = ""
    at: datetime = AT


BOTH = (dsa(), dul())
AREA = ("area", "month", "slept_safely")
UNDER_MOU = (mou(), dsa(parent="MOU-1"), dul())
NEWER = dsa(version=2, active_at=JUNE)

HANDING_IN = [
    Row("A named provider hands in named fields.", submit(), BOTH, "yes", note="minimum 5"),
    Row("The same, while there is no licence yet.", submit(), (dsa(),), "yes", note="minimum 5"),
    Row("There is no agreement at all.", submit(), (), "no_agreement"),
    Row(
        "The agreement is another partnership’s.",
        submit(partnership=ELSEWHERE),
        BOTH,
        "no_agreement",
    ),
    Row("The contract is not named.", submit(contract="cots"), BOTH, "no_agreement"),
    Row(
        "The organisation is not a provider.",
        submit(organisation=STRANGER, providers=(STRANGER,)),
        BOTH,
        "provider_not_named",
        "DSA-1 clause 1 (providers)",
    ),
    Row("Somebody hands in for another.", submit(organisation=HUB), BOTH, "not_own_data"),
    Row("No field is named.", submit(fields=()), BOTH, "nothing_asked"),
    Row(
        "A field is not covered.",
        submit(fields=("area", "salary")),
        BOTH,
        "field_not_named",
        "DSA-1 clause 3 (data)",
    ),
    Row(
        "Nobody has signed.",
        submit(),
        (dsa(signed=(), active_at=None),),
        "not_signed",
        "DSA-1 clause 9 (signatures)",
    ),
    Row(
        "One party has not signed.",
        submit(),
        (dsa(signed=(COUNCIL, HUB), active_at=None),),
        "partly_signed",
        "DSA-1 clause 9 (signatures)",
    ),
    Row(
        "The first day has not come.",
        submit(),
        BOTH,
        "not_started",
        "DSA-1 clause 10 (start)",
        at=datetime(2026, 2, 28, 23, 59, 59, 999999, tzinfo=UTC),
    ),
    Row(
        "The first midnight of the first day.",
        submit(),
        BOTH,
        "yes",
        note="minimum 5",
        at=datetime(2026, 3, 1, tzinfo=UTC),
    ),
    Row(
        "The last moment of the last day.",
        submit(),
        BOTH,
        "yes",
        note="minimum 5",
        at=datetime(2027, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
    ),
    Row(
        "The midnight after the last day.",
        submit(),
        BOTH,
        "expired",
        "DSA-1 clause 11 (expiry)",
        at=datetime(2028, 1, 1, tzinfo=UTC),
    ),
    Row(
        "The convener has suspended the agreement.",
        submit(),
        (dsa(suspensions=((JUNE, None),)),),
        "suspended",
        "DSA-1 clause 12 (suspension)",
    ),
    Row(
        "The suspension was lifted.",
        submit(),
        (dsa(suspensions=((JUNE, AT),)),),
        "yes",
        note="minimum 5",
    ),
    Row(
        "The provider has withdrawn.",
        submit(),
        (dsa(withdrawals={COUNCIL: JUNE}),),
        "provider_withdrawn",
        "DSA-1 clause 13 (withdrawal)",
    ),
    Row(
        "The other provider has withdrawn.",
        submit(),
        (dsa(withdrawals={HOSPITAL: JUNE}),),
        "yes",
        note="minimum 5",
    ),
    Row(
        "The only organisation that keeps the data has withdrawn.",
        submit(),
        (dsa(withdrawals={HUB: JUNE}),),
        "recipient_withdrawn",
        "DSA-1 clause 13 (withdrawal)",
    ),
    Row(
        "A newer version, signed by all, no longer names the provider.",
        submit(),
        (
            dsa(replaced_at=JUNE),
            dsa(dsa_clauses(provider=party("provider", HOSPITAL)), version=2, active_at=JUNE),
        ),
        "replaced",
        "DSA-1 clause 9 (signatures)",
    ),
    Row(
        "A newer version is not signed by all yet: the former holds.",
        submit(),
        (dsa(), dsa(version=2, signed=(HUB,), active_at=None)),
        "yes",
        note="minimum 5",
    ),
]

USE = [
    Row(
        "A named user measures for the licensed purpose.", measure(), BOTH, "yes", note="minimum 10"
    ),
    Row(
        "Nobody is named: every provider is meant.",
        measure(providers=()),
        BOTH,
        "yes",
        note="minimum 10",
    ),
    Row(
        "There is an agreement and no licence.",
        measure(),
        (dsa(),),
        "no_licence",
        "DSA-1 clause 4 (purposes)",
    ),
    Row(
        "There is a licence and the agreement it rests on is gone.",
        measure(),
        (dul(),),
        "no_parent",
        "DUL-1 clause 9 (signatures)",
    ),
    Row(
        "The purpose is in the agreement and not in the licence.",
        measure(purpose="cw:MonitorEquity"),
        BOTH,
        "purpose_not_named",
        "DUL-1 clause 4 (purposes)",
    ),
    Row(
        "The purpose is in neither, and nobody has a licence.",
        measure(purpose="dpv:AcademicResearch"),
        (dsa(),),
        "purpose_not_named",
        "DSA-1 clause 4 (purposes)",
    ),
    Row(
        "The organisation is not a user.",
        measure(organisation=STRANGER),
        BOTH,
        "user_not_named",
        "DUL-1 clause 2 (users)",
    ),
    Row(
        "A field is in the agreement and not in the licence.",
        measure(fields=("area", "nhs_number")),
        BOTH,
        "field_not_named",
        "DUL-1 clause 3 (data)",
    ),
    Row(
        "Results are to go further than licensed.",
        measure(output="public"),
        BOTH,
        "publication_too_wide",
        "DUL-1 clause 7 (publication)",
    ),
    Row(
        "Records are to be joined and the licence says no.",
        measure(linkage=True),
        BOTH,
        "linkage_not_allowed",
        "DUL-1 clause 6 (linkage)",
    ),
    Row(
        "The licence is not signed by all.",
        measure(),
        (dsa(), dul(signed=(HUB,), active_at=None)),
        "partly_signed",
        "DUL-1 clause 9 (signatures)",
    ),
    Row(
        "The licence has expired, the agreement has not.",
        measure(),
        BOTH,
        "expired",
        "DUL-1 clause 11 (expiry)",
        at=datetime(2027, 1, 1, tzinfo=UTC),
    ),
    Row(
        "The agreement is suspended.",
        measure(),
        (dsa(suspensions=((JUNE, None),)), dul()),
        "suspended",
        "DSA-1 clause 12 (suspension)",
    ),
    Row(
        "The licence is suspended.",
        measure(),
        (dsa(), dul(suspensions=((JUNE, None),))),
        "suspended",
        "DUL-1 clause 12 (suspension)",
    ),
    Row(
        "The user has withdrawn from the licence.",
        measure(),
        (dsa(), dul(withdrawals={UNIVERSITY: JUNE})),
        "user_withdrawn",
        "DUL-1 clause 13 (withdrawal)",
    ),
    Row(
        "One provider has withdrawn: its data is left out.",
        measure(),
        (dsa(withdrawals={HOSPITAL: JUNE}), dul()),
        "yes",
        note="minimum 10; left out: St Agnes Hospital, DSA-1 clause 13 (withdrawal)",
    ),
    Row(
        "Every provider has withdrawn.",
        measure(),
        (dsa(withdrawals={HOSPITAL: JUNE, COUNCIL: JUNE}), dul()),
        "provider_withdrawn",
        "DSA-1 clause 13 (withdrawal)",
    ),
    Row(
        "Who granted the licence has withdrawn from the agreement.",
        measure(),
        (dsa(withdrawals={HUB: JUNE}), dul()),
        "recipient_withdrawn",
        "DSA-1 clause 13 (withdrawal)",
    ),
    Row(
        "The licence names one provider only.",
        measure(),
        (dsa(), dul(dul_clauses(provider=party("provider", COUNCIL)))),
        "yes",
        note="minimum 10; left out: St Agnes Hospital, DUL-1 clause 14 (providers)",
    ),
    Row(
        "The newer version of the agreement is stricter than the licence.",
        measure(output="none"),
        (
            dsa(replaced_at=JUNE),
            dsa(dsa_clauses(minimum_cell=c.MinimumCell(20)), version=2, active_at=JUNE),
            dul(),
        ),
        "yes",
        note="minimum 20",
    ),
    Row(
        "A provider reads back what it handed in.",
        submit(action="read_submission"),
        (dsa(),),
        "yes",
        note="minimum 5",
    ),
    Row(
        "Somebody else reads it without a licence.",
        measure(action="read_submission", organisation=HUB, providers=(COUNCIL,)),
        BOTH,
        "user_not_named",
        "DUL-1 clause 2 (users)",
    ),
    Row(
        "The user asks for single rows, and no agreement speaks of rows.",
        measure(action="read_submission", providers=(COUNCIL,)),
        BOTH,
        "grain_too_fine",
        "DSA-1 clause 3 (data)",
    ),
    Row(
        "Both agreements allow single rows.",
        measure(action="read_submission", providers=(COUNCIL,)),
        (dsa(dsa_clauses(grain=Grain("records"))), dul(dul_clauses(grain=Grain("records")))),
        "yes",
        note="minimum 10",
    ),
    Row(
        "A result would show the values of a masked field.",
        measure(shown=("area",)),
        (dsa(dsa_clauses(data=c.Data("beds", AREA, ("area",)))), dul()),
        "field_masked",
        "DSA-1 clause 3 (data)",
    ),
    Row(
        "A masked field is only counted.",
        measure(),
        (dsa(dsa_clauses(data=c.Data("beds", AREA, ("area",)))), dul()),
        "yes",
        note="minimum 10",
    ),
    Row(
        "The work would be done in a country that the agreement does not name.",
        measure(place="US"),
        (dsa(dsa_clauses(place=Place(("GB",)))), dul()),
        "place_not_agreed",
        "DSA-1 clause 14 (place of processing)",
    ),
    Row(
        "Who keeps the data as trusted intermediary asks to use it.",
        measure(organisation=HUB),
        (
            dsa(dsa_clauses(intermediary=party("intermediary", HUB))),
            dul(dul_clauses(user=party("user", HUB, UNIVERSITY))),
        ),
        "intermediary_uses",
        "DSA-1 clause 14 (trusted intermediary)",
    ),
    Row(
        "The sharing agreement rests on a memorandum of understanding.",
        measure(),
        UNDER_MOU,
        "yes",
        note="minimum 10",
    ),
    Row(
        "The memorandum does not have the user as a member.",
        measure(),
        (mou(mou_clauses(member=party("member", COUNCIL, HOSPITAL, HUB))), *UNDER_MOU[1:]),
        "user_not_named",
        "DUL-1 clause 2 (users)",
    ),
    Row(
        "A provider has withdrawn from the memorandum.",
        measure(providers=(COUNCIL,)),
        (mou(withdrawals={COUNCIL: JUNE}), *UNDER_MOU[1:]),
        "provider_withdrawn",
        "MOU-1 clause 7 (withdrawal)",
    ),
    Row(
        "The memorandum is suspended.",
        measure(),
        (mou(suspensions=((JUNE, None),)), *UNDER_MOU[1:]),
        "suspended",
        "MOU-1 clause 6 (suspension)",
    ),
    Row("No purpose is named.", measure(purpose=""), BOTH, "no_purpose"),
    Row("What is asked is not on the list.", measure(action="export"), BOTH, "unknown_action"),
]


def second(**changes: c.Clause) -> Terms:
    """DUL-2: larger groups than DUL-1, and wider than it in everything else."""
    wider = {
        "minimum_cell": c.MinimumCell(15),
        "linkage": c.Linkage(True),
        "publication": c.Publication("public"),
        "retention": c.Retention(24),
        "expiry": c.Expiry(date(2027, 6, 30)),
    }
    return dul(dul_clauses(**{**wider, **changes}), reference="DUL-2")


OF_BOTH = (
    "DUL-1, DUL-2: smallest group shown 15 (DUL-2 clause 5), publication partners (DUL-1 clause 7),"
    " linkage no (DUL-1 clause 6), retention 12 (DUL-1 clause 8), to 31 December 2026"
)
OF_FIRST = (
    "DUL-1: smallest group shown 10 (DUL-1 clause 5), publication partners (DUL-1 clause 7),"
    " linkage no (DUL-1 clause 6), retention 12 (DUL-1 clause 8), to 31 December 2026"
)
OF_SECOND = (
    "DUL-2: smallest group shown 15 (DUL-2 clause 5), publication public (DSA-1 clause 7),"
    " linkage yes (DSA-1 clause 6), retention 24 (DUL-2 clause 8), to 30 June 2027"
)
LEFT_OUT = "; left out: St Agnes Hospital, "
ONLY_COUNCIL = {"provider": party("provider", COUNCIL)}
DSA_2 = dsa(dsa_clauses(minimum_cell=c.MinimumCell(20)), reference="DSA-2")
SEVERAL = [
    Row("Both cover the request.", measure(), (*BOTH, second()), "yes", note=OF_BOTH),
    Row(
        "The results go to the public, which one of them does not allow: only the other counts.",
        measure(output="public"),
        (*BOTH, second()),
        "yes",
        note=OF_SECOND,
    ),
    Row(
        "Records are joined, which one of them does not allow.",
        measure(linkage=True),
        (*BOTH, second()),
        "yes",
        note=OF_SECOND,
    ),
    Row(
        "A result shows the values of a field that one of them masks.",
        measure(shown=("area",)),
        (*BOTH, second(data=c.Data("beds", AREA, ("area",)))),
        "yes",
        note=OF_FIRST,
    ),
    Row(
        "The work is done in a country that one of them does not name.",
        measure(place="GB"),
        (*BOTH, second(place=Place(("FR",)))),
        "yes",
        note=OF_FIRST,
    ),
    Row(
        "One of them does not name a field that is asked for.",
        measure(),
        (*BOTH, second(data=c.Data("beds", ("area",)))),
        "yes",
        note=OF_FIRST,
    ),
    Row(
        "One of them names one provider only: the other opens the rest, and both limit it.",
        measure(),
        (*BOTH, second(**ONLY_COUNCIL)),
        "yes",
        note=OF_BOTH,
    ),
    Row(
        "That provider’s data is not asked for: only the other counts.",
        measure(providers=(HOSPITAL,)),
        (*BOTH, second(**ONLY_COUNCIL)),
        "yes",
        note=OF_FIRST,
    ),
    Row(
        "Neither names a provider that is asked for.",
        measure(),
        (dsa(), dul(dul_clauses(**ONLY_COUNCIL)), second(**ONLY_COUNCIL)),
        "yes",
        note=f"{OF_BOTH}{LEFT_OUT}DUL-2 clause 14 (providers)",
    ),
    Row(
        "A provider has withdrawn from the agreement above both.",
        measure(),
        (dsa(withdrawals={HOSPITAL: JUNE}), dul(), second()),
        "yes",
        note=f"{OF_BOTH}{LEFT_OUT}DSA-1 clause 13 (withdrawal)",
    ),
    Row(
        "One of them is suspended.",
        measure(),
        (*BOTH, replace(second(), suspensions=((JUNE, None),))),
        "yes",
        note=OF_FIRST,
    ),
    Row(
        "The first of them has ended.",
        measure(),
        (*BOTH, second()),
        "yes",
        note=OF_SECOND,
        at=datetime(2027, 1, 1, tzinfo=UTC),
    ),
    Row(
        "They rest on two sharing agreements.",
        measure(),
        (*BOTH, DSA_2, replace(second(), parent="DSA-2")),
        "yes",
        note=OF_BOTH.replace("15 (DUL-2", "20 (DSA-2"),
    ),
    Row(
        "The same, and the data is known to lie under the first.",
        measure(under="DSA-1"),
        (*BOTH, DSA_2, replace(second(), parent="DSA-2")),
        "yes",
        note=OF_FIRST,
    ),
]


def clause_of(answer: Permit | Refusal) -> str:
    return answer.clause if isinstance(answer, Refusal) else ""


def note_of(answer: Permit | Refusal) -> str:
    if isinstance(answer, Refusal):
        return ""
    return "; ".join([f"minimum {answer.minimum_cell}", *left_out(answer)])


def left_out(permit: Permit) -> list[str]:
    return [
        f"left out: {NAMES[each]}, {refusal.clause}"
        for each, refusal in permit.refused_providers.items()
    ]


def every_limit(permit: Permit) -> str:
    """The licences that a permit rests on, and each limit with its clause."""
    licences = sorted(
        each.reference for each in permit.agreements if each.reference.startswith("DUL")
    )
    words = {True: "yes", False: "no"}
    limits = [
        f"{c.name(each.kind)} {words[each.value] if isinstance(each.value, bool) else each.value}"
        f" ({each.reference} clause {each.number})"
        for each in permit.obligations
    ]
    last = dsa().day_of(permit.expires_at - timedelta(microseconds=1))
    said = f"{', '.join(licences)}: {', '.join(limits)}, to {day_in_words(last)}"
    return "; ".join([said, *left_out(permit)])


@pytest.mark.parametrize("row", [*HANDING_IN, *USE], ids=lambda row: row.case)
def test_decision(row: Row) -> None:
    answer = decide(row.ask, row.terms, row.at)
    said = answer.code if isinstance(answer, Refusal) else "yes"
    assert (said, clause_of(answer), note_of(answer)) == (row.answer, row.clause, row.note)


@pytest.mark.parametrize("row", SEVERAL, ids=lambda row: row.case)
def test_what_several_licences_allow_together(row: Row) -> None:
    for terms in (row.terms, row.terms[::-1]):
        answer = decide(row.ask, terms, row.at)
        assert isinstance(answer, Permit)
        assert every_limit(answer) == row.note


def test_every_refusal_has_a_row() -> None:
    """All but the one that says why an agreement as a whole allows nothing any more."""
    rows = {row.answer for row in [*HANDING_IN, *USE]} - {"yes"}
    assert rows == set(REFUSALS) - {"member_withdrawn"}


def table(rows: list[Row]) -> list[str]:
    lines = ["| Case | Answer | Words |", "|---|---|---|"]
    for row in rows:
        answer = decide(row.ask, row.terms, row.at)
        if isinstance(answer, Refusal):
            said = f"no, {answer.clause}" if answer.clause else "no"
            lines.append(f"| {row.case} | {said} | {answer.words} {answer.mend} |")
        else:
            lines.append(f"| {row.case} | yes, {note_of(answer)} | |")
    return lines


def page() -> str:
    """docs/reference/permits.md, from the rows above and the lists in the code."""
    kinds = [
        f"| {kind.prefix} | {', '.join(c.name(each) for each in kind.needs)} "
        f"| {', '.join(c.name(each) for each in kind.may)} |"
        for kind in KINDS.values()
    ]
    purposes = [
        f"| `{entry.key}` | {entry.label} | {entry.meaning} | `{entry.near}` |"
        for entry in PURPOSES.values()
    ]
    parties = (
        "The example: **Northside Council** and **St Agnes Hospital** provide the fields `area`, "
        "`month`, `slept_safely` and `nhs_number` of the contract `beds` to the **Mayor’s Office** "
        "(DSA-1: smallest group 5, linkage, public, from "
        f"{day_in_words(date(2026, 3, 1))} to {day_in_words(date(2027, 12, 31))}, signed on "
        f"{day_in_words(SIGNED.date())}). **Riverside University** may measure shared outcomes "
        "with the first three fields (DUL-1: smallest group 10, no linkage, partners only, to "
        f"{day_in_words(date(2026, 12, 31))}). Asked on {day_in_words(AT.date())} unless the case "
        "says otherwise."
    )
    lines = [
        "# Permits: what agreements allow",
        "",
        "<!-- Written by src/commonweal/compute/tests/test_permits_table.py; do not edit. -->",
        "",
        "One function, `commonweal.compute.permits.deciding.decide`, answers every request for data:"
        " a permit with its limits, or a refusal that names the clause. What no clause allows is"
        " refused. Every row below is a test.",
        "",
        "Days are those of the agreement’s time zone, which is part of the signed text. The first"
        " day begins at its midnight; the last day ends at the following midnight, and from that"
        " instant on use is refused. A withdrawal, a suspension and a newer version count from"
        " their own instant on.",
        "",
        parties,
        "",
        "## Handing in data",
        "",
        *table(HANDING_IN),
        "",
        "## Measuring and reading",
        "",
        *table(USE),
        "",
        "## Several licences",
        "",
        "A licence covers a request when it would grant it if it were the only one. One that covers it"
        " is enough for a yes; every one that covers it limits the permit, each limit being the"
        " strictest of them all. One that would refuse it neither opens nor limits it. Below DUL-2"
        " stands beside DUL-1: smallest group 15, linkage, public, kept for 24 months instead of 12, to"
        f" {day_in_words(date(2027, 6, 30))}.",
        "",
        "| Case | What the permit rests on and is limited to |",
        "|---|---|",
        *(f"| {row.case} | {row.note} |" for row in SEVERAL),
        "",
        "## Clauses that each kind of agreement has",
        "",
        "| Kind | Must have | May have |",
        "|---|---|---|",
        *kinds,
        "",
        "What rests on another agreement is never wider than it: in parties, fields, masks, purposes,"
        " smallest group, linkage, publication, retention, single records, countries, hours after a"
        " breach, start, expiry, notice. What the other fixes, it takes over word for word. DUL rests"
        " on DSA; DSA, JFA, PRO and STD may rest on MOU.",
        "",
        "## Purposes",
        "",
        "`dpv:` names are concepts of the W3C Data Privacy Vocabulary, `cw:` names are this"
        " software’s own, each a special case of the concept in the last column. A purpose that an"
        " agreement names covers exactly that purpose.",
        "",
        "| Key | Name | Meaning | Near |",
        "|---|---|---|---|",
        *purposes,
        "",
    ]
    return "\n".join(lines)


def test_the_reference_page_is_up_to_date() -> None:
    if os.environ.get("COMMONWEAL_WRITE_DOCS"):
        PAGE.write_text(page(), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == page()
