"""Which kind of partnership fits: gates first, then criteria, each answer with its reason.

Four kinds: a public-private partnership (a long contract with risk handed over), an alliance of
nonprofits and firms, a multi-stakeholder initiative (rules that many will follow) and a shared-outcome
network (several sectors, one outcome, nobody in command). A gate asks whether a kind is possible at
all; criteria tell what speaks for or against the kinds that are. There is no weight and no score: a
kind is suggested because its gate is open, and what speaks against it is told with what to do.

No selector across these kinds is published. The gates and criteria are our own reading of: Bryson,
Crosby and Stone, Public Administration Review, 2006 (characteristics); the APMG PPP Certification
Guide, 2016 (suitability of a PPP); Austin, The Collaboration Challenge, 2000 (alliances); Mena and
Palazzo, Business Ethics Quarterly, 2012 (legitimacy of multi-stakeholder initiatives).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from commonweal.compute.errors import Unusable
from commonweal.compute.result import Result

PPP, ALLIANCE, INITIATIVE, NETWORK = "ppp", "alliance", "initiative", "network"
YES, NO, UNKNOWN = "yes", "no", "unknown"
ANSWERS = (YES, NO, UNKNOWN)


@dataclass(frozen=True)
class Kind:
    """`gates`: questions that must all be answered yes before the kind is possible; none: always.

    `criteria`: questions whose yes speaks for the kind and whose no against it. `agreements`: the
    kinds of agreement that it begins with, in their order; `seats`: kinds of seat that it asks for;
    `rule`: how such a partnership usually decides (`compute.permits.governing.RULES`).
    """

    key: str
    gates: tuple[str, ...]
    criteria: tuple[str, ...]
    agreements: tuple[str, ...]
    seats: tuple[str, ...]
    rule: str


KINDS: Mapping[str, Kind] = {
    kind.key: kind
    for kind in (
        Kind(
            PPP,
            ("long_contract", "risk_carried"),
            ("outputs_specifiable", "lawful", "several_bidders", "affordable"),
            ("mou", "procurement", "funding"),
            ("sponsor", "funder", "evaluator", "resident"),
            "lead",
        ),
        Kind(
            ALLIANCE,
            ("firm_and_nonprofit",),
            ("both_gain", "values_shared", "more_than_money"),
            ("mou", "funding"),
            ("partner", "funder"),
            "unanimity",
        ),
        Kind(
            INITIATIVE,
            ("rules_for_many",),
            ("followers_at_table", "affected_at_table", "open_procedure", "checked"),
            ("constitution", "standards"),
            ("partner", "resident", "evaluator"),
            "consent",
        ),
        Kind(
            NETWORK,
            (),
            ("several_sectors", "outcome_shared", "nobody_commands", "data_needed"),
            ("constitution", "mou", "dsa", "dul"),
            ("sponsor", "partner", "resident", "evaluator"),
            "consent",
        ),
    )
}
"""In the order in which their gates are asked. The network has none: it is what remains."""
GATES = tuple(gate for kind in KINDS.values() for gate in kind.gates)
QUESTIONS = (*GATES, *(each for kind in KINDS.values() for each in kind.criteria))


@dataclass(frozen=True)
class Fit:
    """How one kind fits. `gate`: yes (possible), no, or unknown; the rest are keys of questions.

    `closed_by`: the gates that were answered no; `open_questions`: those that nobody could answer.
    """

    kind: str
    gate: str
    closed_by: tuple[str, ...]
    speaks_for: tuple[str, ...]
    speaks_against: tuple[str, ...]
    open_questions: tuple[str, ...]


@dataclass(frozen=True)
class Suggestion:
    """`kinds`: what fits, several when several gates are open, none while a gate is unknown.

    `undecided_by`: the gates whose answer would decide. `fits`: every kind, in the order of `KINDS`.
    """

    kinds: tuple[str, ...]
    undecided_by: tuple[str, ...]
    fits: tuple[Fit, ...]


def suggest(answers: Mapping[str, str]) -> Result[Suggestion]:
    """The kinds that the answers open, with what speaks for and against each.

    `answers`: question → yes, no or unknown; what is not answered counts as unknown. A kind with
    gates is suggested when all of them are open. The network is suggested when every other kind is
    ruled out; while one may still open, nothing is suggested unless another has opened. Raises
    Unusable for a question or an answer that is not one of these.
    """
    for question, answer in answers.items():
        if question not in QUESTIONS or answer not in ANSWERS:
            raise Unusable(
                f"“{question}: {answer}” is not a question with one of its answers.",
                mend=f"Questions: {', '.join(QUESTIONS)}. Answers: {', '.join(ANSWERS)}.",
            )
    fits = tuple(_fit(kind, answers) for kind in KINDS.values())
    gated = [each for each in fits if KINDS[each.kind].gates]
    opened = tuple(each.kind for each in gated if each.gate == YES)
    undecided = [each for each in gated if each.gate == UNKNOWN]
    kinds = opened or (() if undecided else (NETWORK,))
    open_gates = tuple(gate for each in undecided for gate in each.open_questions if gate in GATES)
    found = Suggestion(kinds, () if kinds else open_gates, fits)
    return Result(found, {"answers": dict(answers), "gates": {x.kind: x.gate for x in gated}})


def _fit(kind: Kind, answers: Mapping[str, str]) -> Fit:
    said = {each: answers.get(each, UNKNOWN) for each in (*kind.gates, *kind.criteria)}
    closed_by = tuple(each for each in kind.gates if said[each] == NO)
    waits = any(said[each] == UNKNOWN for each in kind.gates)
    return Fit(
        kind=kind.key,
        gate=NO if closed_by else UNKNOWN if waits else YES,
        closed_by=closed_by,
        speaks_for=tuple(each for each in kind.criteria if said[each] == YES),
        speaks_against=tuple(each for each in kind.criteria if said[each] == NO),
        open_questions=tuple(each for each, answer in said.items() if answer == UNKNOWN),
    )
