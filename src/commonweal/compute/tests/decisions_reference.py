"""The rule of outcomes once more, slow and obvious: seat by seat, without looking at the other."""

from __future__ import annotations

import math
from fractions import Fraction

from commonweal.compute.decisions.asking import Position, Question


def said_by(question: Question, positions: list[Position], seat: str) -> str:
    """What the seat says in the end, "" for nothing, "out" with a conflict of interest."""
    if seat in question.conflicts:
        return "out"
    asked = [voter.key for voter in question.roll] + [voter.key for voter in question.agreeing]
    here, first = seat, True
    while True:
        if here not in asked or (here in question.conflicts and not first):
            return ""
        for position in positions:
            if position.seat == here and position.text == question.text:
                return str(position.stance)
        if here not in question.delegations:
            return ""
        here, first = question.delegations[here], False


def is_adopted(question: Question, positions: list[Position]) -> bool:
    said = [said_by(question, positions, voter.key) for voter in question.roll]
    counted = [each for each in said if each != "out"]
    spoken = [each for each in counted if each != ""]
    if len(counted) == 0:
        return False
    agreed = [said_by(question, positions, voter.key) for voter in question.agreeing]
    if any(each not in {"out", "for", "consent"} for each in agreed):
        return False
    if not question.is_over:
        if "" in said or "" in agreed:
            return False
        if any(voter.key not in question.advised for voter in question.consulted):
            return False
    rule = str(question.rule)
    if rule == "lead":
        return counted[0] == "for"
    if len(spoken) < max(1, math.ceil(Fraction(question.quorum * len(counted), 100))):
        return False
    yes, no = counted.count("for"), counted.count("against")
    if rule == "consent":
        return counted.count("consent") > 0 and counted.count("object") == 0
    if rule == "majority":
        return yes > no
    if rule == "two_thirds":
        return yes > 0 and Fraction(yes, yes + no) >= Fraction(2, 3)
    return yes == len(counted)
