"""How the example's table decides: its rules, one decision with an objection taken in, one open."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Protocol

from commonweal.agree.decisions import actions, answering, queries, setting_up
from commonweal.agree.decisions.models import DecisionType, Proposal
from commonweal.agree.decisions.setting_up import Setting
from commonweal.convene import queries as tables
from commonweal.convene.models import Partnership, Seat
from commonweal.core.models import Organisation, Person
from commonweal.core.scope import Actor
from commonweal.desk.example import cast

ANSWER_WITHIN = timedelta(days=45)
RESIDENT = "resident@example.org"


class Stage(Protocol):
    """What of the example's stage is needed here."""

    partnership: Partnership
    organisations: dict[str, Organisation]
    people: dict[str, Person]

    def acting(self, email: str, at: datetime) -> Actor: ...

    def convener(self, at: datetime) -> Actor: ...


def seat_of(stage: Stage, email: str, at: datetime) -> Seat:
    """The seat that somebody of the example takes part for."""
    return queries.own_seats(stage.acting(email, at), stage.partnership, at)[0]


def set_up_rules(stage: Stage, at: datetime) -> DecisionType:
    """The table's default by consent, and a body of funders and residents for money."""
    table = tables.seats(stage.partnership, at)
    held = {seat.organisation_id: seat for seat in table if seat.organisation_id}
    seats = {key: held[one.pk] for key, one in stage.organisations.items() if one.pk in held}
    residents = seat_of(stage, RESIDENT, at)
    by = stage.convener(at)
    default = setting_up.set_up(
        partnership=stage.partnership,
        setting=Setting(
            name="Everything without a type of its own",
            rule="consent",
            decider="table",
            quorum=60,
            is_public=True,
        ),
        by=by,
        at=at,
    )
    setting_up.set_up(
        partnership=stage.partnership,
        setting=Setting(
            name="Spending from the shared fund",
            rule="two_thirds",
            decider="body",
            quorum=100,
            body="Fund group",
            is_public=True,
            departs_because="Those who put money in wanted a vote on it, and no veto for any of them.",
            seats={
                "recommend": [seats["charity"]],
                "decide": [seats["mayor"], seats["foundation"], seats["firm"], residents],
                "consult": [seats["university"]],
                "perform": [seats["office"]],
            },
        ),
        by=by,
        at=at,
    )
    return default


def decide(stage: Stage, decision_type: DecisionType, at: datetime, review_on: date) -> Proposal:
    """Residents object for a side effect; the words take it in; the table adopts by consent."""
    words = cast.SATURDAYS
    proposal = _propose(stage, decision_type, words, at)
    _talk(stage, proposal, at)
    day = at + timedelta(days=3)
    _ask(stage, proposal, day)
    objection = answering.take_position(
        proposal=proposal,
        seat=seat_of(stage, RESIDENT, day),
        stance="object",
        reason="side_effect",
        said=cast.SATURDAYS_OBJECTION,
        hat="organisation",
        text_hash=queries.latest_text(proposal).text_hash,
        by=stage.acting(RESIDENT, day),
        at=day,
    )
    day += timedelta(days=1)
    actions.take_objections_in(proposal=proposal, by=stage.convener(day), at=day)
    actions.rewrite(
        proposal=proposal,
        text=cast.SATURDAYS_INTEGRATED,
        because=cast.SATURDAYS_BECAUSE,
        integrates=objection,
        by=stage.acting(words.by, day),
        at=day,
    )
    _ask(stage, proposal, day)
    _everybody_consents(stage, proposal, day)
    actions.adopt(
        proposal=proposal,
        review_on=review_on,
        minutes=cast.SATURDAYS_MINUTES,
        is_public=True,
        by=stage.convener(day),
        at=day,
    )
    return proposal


def leave_open(stage: Stage, decision_type: DecisionType, at: datetime) -> Proposal:
    """A proposal that waits for most of the table's answers."""
    words = cast.NEWSLETTER
    proposal = _propose(stage, decision_type, words, at)
    _ask(stage, proposal, at, within=ANSWER_WITHIN)
    for email, stance in ((words.by, "consent"), ("lawyer@example.org", "abstain")):
        _answer(stage, proposal, email, stance, at)
    return proposal


def _propose(
    stage: Stage, decision_type: DecisionType, words: cast.Proposed, at: datetime
) -> Proposal:
    by = stage.acting(words.by, at)
    proposal = actions.propose(
        decision_type=decision_type,
        title=words.title,
        text=words.text,
        seat=seat_of(stage, words.by, at),
        hat="us",
        by=by,
        at=at,
    )
    actions.open_for_questions(proposal=proposal, by=by, at=at)
    return proposal


def _talk(stage: Stage, proposal: Proposal, at: datetime) -> None:
    for email, kind, said in (
        ("calderby@example.org", "question", cast.SATURDAYS_QUESTION),
        ("charity@example.org", "answer", cast.SATURDAYS_ANSWER),
    ):
        at += timedelta(hours=2)
        answering.contribute(
            proposal=proposal,
            seat=seat_of(stage, email, at),
            kind=kind,
            hat="organisation",
            said=said,
            by=stage.acting(email, at),
            at=at,
        )


def _ask(stage: Stage, proposal: Proposal, at: datetime, within: timedelta = timedelta(0)) -> None:
    actions.ask_for_positions(
        proposal=proposal, answer_by=(at + within).date(), by=stage.convener(at), at=at
    )


def _answer(stage: Stage, proposal: Proposal, email: str, stance: str, at: datetime) -> None:
    answering.take_position(
        proposal=proposal,
        seat=seat_of(stage, email, at),
        stance=stance,
        hat="us",
        text_hash=queries.latest_text(proposal).text_hash,
        by=stage.acting(email, at),
        at=at,
    )


def _everybody_consents(stage: Stage, proposal: Proposal, at: datetime) -> None:
    """All but one, who stays silent: that is said and not counted as agreement."""
    answered: set[Seat] = set()
    for email in stage.people:
        mine = queries.own_seats(stage.acting(email, at), stage.partnership, at)
        if mine and mine[0] not in answered and email != "firm@example.org":
            answered.add(mine[0])
            _answer(stage, proposal, email, "consent", at)
