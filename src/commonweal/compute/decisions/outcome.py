"""Whether a proposal is adopted, and why: the whole rule, from who answered what.

Only a position on exactly this text counts, taken by a seat itself or by the seat it delegated to.
Silence counts for nothing: neither as agreement nor towards the quorum. A seat that declared a
conflict of interest is left out of the count and of the quorum, and answers for nobody else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from commonweal.compute.decisions.asking import AGREEING, ANSWERS, Position, Question, Rule, Stance
from commonweal.compute.decisions.delegating import chain, circle
from commonweal.compute.errors import Unusable
from commonweal.compute.result import Result

OWN, DELEGATED, SILENT = "own", "delegated", "silent"
CONFLICT, DELEGATE_CONFLICT, OTHER_TEXT = "conflict", "delegate_conflict", "other_text"


@dataclass(frozen=True)
class Standing:
    """How one seat counts. `how`: one of the constants above; `via`: the seat that answered."""

    seat: str
    name: str
    how: str
    stance: str = ""
    reason: str = ""
    via: str = ""


@dataclass(frozen=True)
class Reason:
    """Why, as a stable code; the sentences are in `words.REASONS`."""

    code: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """`reasons`: what stands in the way, or, when it is adopted, what carried it."""

    adopted: bool
    reasons: tuple[Reason, ...]
    standings: tuple[Standing, ...]

    @property
    def codes(self) -> frozenset[str]:
        return frozenset(reason.code for reason in self.reasons)


def outcome(question: Question, positions: Iterable[Position]) -> Result[Outcome]:
    """What follows from the positions taken so far.

    Raises Unusable for a circle of delegations, two positions of one seat on the same text, and an
    answer that the rule does not know.
    """
    held = _current(question, positions)
    standings = _standings(question, *held)
    hindrances = tuple(_hindrances(question, standings))
    reasons = hindrances or (_carried(question, _of_roll(question, standings)),)
    answer = Outcome(not hindrances, reasons, standings)
    return Result(answer, _trace(question, answer))


def _current(
    question: Question, positions: Iterable[Position]
) -> tuple[dict[str, Position], set[str]]:
    """Positions on this text by seat; and the seats that answered another text."""
    if found := circle(question.delegations):
        names = {voter.key: voter.name for voter in question.asked}
        raise Unusable(
            "Delegations go round in a circle: "
            + " → ".join(names.get(key, key) for key in (*found, found[0])),
            mend="One of these seats has to answer itself.",
        )
    current: dict[str, Position] = {}
    elsewhere: set[str] = set()
    for position in positions:
        if position.text != question.text:
            elsewhere.add(position.seat)
            continue
        if position.seat in current:
            raise Unusable("A seat answered twice.", mend="Keep its last position only.")
        if position.stance not in ANSWERS[question.rule]:
            raise Unusable(
                f"Under {question.rule} nobody answers “{position.stance}”.",
                mend="Answer one of: " + ", ".join(ANSWERS[question.rule]) + ".",
            )
        current[position.seat] = position
    return current, elsewhere


def _standings(
    question: Question, current: Mapping[str, Position], elsewhere: set[str]
) -> tuple[Standing, ...]:
    names = {voter.key: voter.name for voter in question.asked}
    found = []
    for voter in question.asked:
        if voter.key in question.conflicts:
            found.append(Standing(voter.key, voter.name, CONFLICT))
            continue
        how, taken = _answer(question, voter.key, current, names)
        if how == SILENT and voter.key in elsewhere:
            how = OTHER_TEXT
        if taken is None:
            found.append(Standing(voter.key, voter.name, how))
            continue
        via = names[taken.seat] if how == DELEGATED else ""
        found.append(Standing(voter.key, voter.name, how, taken.stance, taken.reason, via))
    return tuple(found)


def _answer(
    question: Question, seat: str, current: Mapping[str, Position], names: Mapping[str, str]
) -> tuple[str, Position | None]:
    """The seat's own position, else that of the nearest seat it delegated to which took one."""
    if seat in current:
        return OWN, current[seat]
    for holder in chain(seat, question.delegations):
        if holder in question.conflicts:
            return DELEGATE_CONFLICT, None
        if holder not in names:
            # Somebody who is not asked cannot answer for somebody who is.
            return SILENT, None
        if holder in current:
            return DELEGATED, current[holder]
    return SILENT, None


def _of_roll(question: Question, standings: Sequence[Standing]) -> tuple[Standing, ...]:
    """The standings that are counted: the roll's, without conflicts of interest."""
    roll = {voter.key for voter in question.roll}
    return tuple(each for each in standings if each.seat in roll and each.how != CONFLICT)


def _hindrances(question: Question, standings: Sequence[Standing]) -> Iterator[Reason]:
    """What stands in the way of adopting, all of it."""
    counted = _of_roll(question, standings)
    if not counted:
        yield Reason("nobody_may_decide")
        return
    if not question.is_over:
        yield from _waiting(question, standings)
    yield from _quorum_missing(question, counted)
    missing = _not_agreed(question, standings)
    if missing:
        yield Reason("agreement_missing", {"names": missing})
    yield from _COUNTED[question.rule](counted)


def _waiting(question: Question, standings: Sequence[Standing]) -> Iterator[Reason]:
    silent = [each.name for each in standings if not each.stance and each.how != CONFLICT]
    if silent:
        yield Reason("time_left", {"names": silent})
    unheard = [voter.name for voter in question.consulted if voter.key not in question.advised]
    if unheard:
        yield Reason("advice_awaited", {"names": unheard})


def needed(question: Question, eligible: int) -> int:
    """How many of the eligible seats have to answer: the quorum, rounded up."""
    return 1 if question.rule == Rule.LEAD else max(1, -(-question.quorum * eligible // 100))


def _quorum_missing(question: Question, counted: Sequence[Standing]) -> Iterator[Reason]:
    present = sum(bool(each.stance) for each in counted)
    wanted = needed(question, len(counted))
    if present < wanted:
        yield Reason(
            "quorum_missing",
            {"present": present, "needed": wanted, "seats": len(counted)},
        )


def _not_agreed(question: Question, standings: Sequence[Standing]) -> list[str]:
    wanted = {voter.key for voter in question.agreeing}
    return [
        each.name
        for each in standings
        if each.seat in wanted and each.how != CONFLICT and each.stance not in AGREEING
    ]


def _by_consent(counted: Sequence[Standing]) -> Iterator[Reason]:
    for each in counted:
        if each.stance == Stance.OBJECT:
            yield Reason("objection_open", {"name": each.name, "reason": each.reason})
    if not any(each.stance == Stance.CONSENT for each in counted):
        yield Reason("nobody_agrees")


def _votes(counted: Sequence[Standing]) -> tuple[int, int]:
    stances = Counter(each.stance for each in counted)
    return stances[Stance.FOR], stances[Stance.AGAINST]


def _by_majority(counted: Sequence[Standing]) -> Iterator[Reason]:
    for_, against = _votes(counted)
    if for_ <= against:
        yield Reason("too_few_votes", {"for": for_, "against": against})


def _by_two_thirds(counted: Sequence[Standing]) -> Iterator[Reason]:
    for_, against = _votes(counted)
    if not for_ or 3 * for_ < 2 * (for_ + against):
        yield Reason("no_two_thirds", {"for": for_, "against": against})


def _by_unanimity(counted: Sequence[Standing]) -> Iterator[Reason]:
    others = [each.name for each in counted if each.stance != Stance.FOR]
    if others:
        yield Reason("not_unanimous", {"names": others})


def _by_lead(counted: Sequence[Standing]) -> Iterator[Reason]:
    lead = counted[0]
    if not lead.stance:
        yield Reason("lead_silent", {"name": lead.name})
    elif lead.stance != Stance.FOR:
        yield Reason("lead_against", {"name": lead.name})


_COUNTED = {
    Rule.CONSENT: _by_consent,
    Rule.MAJORITY: _by_majority,
    Rule.TWO_THIRDS: _by_two_thirds,
    Rule.UNANIMITY: _by_unanimity,
    Rule.LEAD: _by_lead,
}


def _carried(question: Question, counted: Sequence[Standing]) -> Reason:
    """Why it is adopted. Silent seats are counted out loud: they did not agree."""
    for_, against = _votes(counted)
    silent = sum(not each.stance for each in counted)
    if question.rule == Rule.CONSENT:
        consents = sum(each.stance == Stance.CONSENT for each in counted)
        return Reason("no_objection", {"consents": consents, "silent": silent})
    if question.rule == Rule.LEAD:
        asked, heard = len(question.consulted), len(question.advised)
        return Reason("lead_decided", {"name": counted[0].name, "asked": asked, "heard": heard})
    if question.rule == Rule.UNANIMITY:
        return Reason("everyone_for", {"for": for_})
    code = "most_votes" if question.rule == Rule.MAJORITY else "two_thirds_for"
    return Reason(code, {"for": for_, "against": against, "silent": silent})


def _trace(question: Question, found: Outcome) -> dict[str, Any]:
    counted = _of_roll(question, found.standings)
    counts = Counter(str(each.stance) for each in counted if each.stance)
    return {
        "rule": str(question.rule),
        "text": question.text,
        "quorum": question.quorum,
        "seats": len(counted),
        "needed": needed(question, len(counted)),
        "present": sum(counts.values()),
        "counts": {str(stance): counts[str(stance)] for stance in ANSWERS[question.rule]},
        "adopted": found.adopted,
        "reasons": [{"code": each.code, "params": dict(each.params)} for each in found.reasons],
        "standings": [
            {
                "seat": each.seat,
                "name": each.name,
                "how": each.how,
                "stance": str(each.stance),
                "reason": each.reason,
                "via": each.via,
            }
            for each in found.standings
        ],
        "advised": sorted(question.advised),
    }
