"""Records for tests of this part, made by its own actions.

`Scene()` is a table with a convener, a sponsor, two partners and a residents' seat, and a first type
of decision by consent; `scene.asked()` is a proposal that is open for positions.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from commonweal.agree.decisions import actions, answering, queries, setting_up
from commonweal.agree.decisions.models import DecisionType, Position, Proposal
from commonweal.convene.models import Partnership, Seat
from commonweal.convene.tests.factories import (
    AT,
    PartnershipFactory,
    PersonFactory,
    actor,
    affiliated,
    seated,
)
from commonweal.core.models import Person
from commonweal.core.scope import Actor

TODAY = AT.date()
TEXT = "The charity delivers on Saturdays too, until the summer."
REVIEW = date(2026, 9, 1)


class Scene:
    """`convener`, `sponsor`, `one`, `two`, `residents`: seats; `people`: who takes part for each."""

    def __init__(self, rule: str = "consent", quorum: int = 50, **names: Any) -> None:
        self.partnership: Partnership = PartnershipFactory(**names)
        self.one, self.two = seated(self.partnership), seated(self.partnership)
        neighbour = PersonFactory()
        self.residents = seated(self.partnership, voice="Young parents", person=neighbour)
        self.convener, self.sponsor = (
            Seat.objects.select_related("organisation", "partnership").get(
                partnership=self.partnership, kind=kind
            )
            for kind in (Seat.Kind.CONVENER, Seat.Kind.SPONSOR)
        )
        self.people: dict[Seat, Person] = {self.residents: neighbour}
        for seat in (self.convener, self.sponsor, self.one, self.two):
            assert seat.organisation is not None
            self.people[seat] = PersonFactory()
            affiliated(self.people[seat], seat.organisation)
        self.type = self.decide_by(rule, quorum)

    @property
    def seats(self) -> list[Seat]:
        return list(self.people)

    def by(self, seat: Seat) -> Actor:
        return actor(self.people[seat])

    def here(self, days: int = 0) -> queries.Here:
        return queries.here(self.partnership, AT + timedelta(days=days))

    def decide_by(
        self, rule: str, quorum: int = 50, name: str = "", seats: Any = None, decider: str = "table"
    ) -> DecisionType:
        number = DecisionType.objects.filter(partnership=self.partnership).count() + 1
        setting = setting_up.Setting(
            name=name or f"Type {number}",
            rule=rule,
            decider=decider,
            quorum=quorum,
            body="Steering group" if decider == "body" else "",
            seats=seats or {},
        )
        return setting_up.set_up(
            partnership=self.partnership, setting=setting, by=self.by(self.convener), at=AT
        )

    def draft(self, **changes: Any) -> Proposal:
        given = {"title": "Saturdays", "text": TEXT, "seat": self.one, "hat": "us"} | changes
        given.setdefault("by", self.by(given["seat"]))
        given.setdefault("decision_type", self.type)
        return actions.propose(**given, at=AT)

    def asked(self, days: int = 0, **changes: Any) -> Proposal:
        """A proposal open for positions; the last day to answer is so many days away."""
        proposal = self.draft(**changes)
        actions.open_for_questions(proposal=proposal, by=self.by(self.convener), at=AT)
        self.ask(proposal, days)
        return proposal

    def ask(self, proposal: Proposal, days: int = 0) -> None:
        actions.ask_for_positions(
            proposal=proposal,
            answer_by=TODAY + timedelta(days=days),
            by=self.by(self.convener),
            at=AT,
        )

    def answer(self, proposal: Proposal, seat: Seat, stance: str, **changes: Any) -> Position:
        given: dict[str, Any] = {
            "hat": "us",
            "text_hash": queries.latest_text(proposal).text_hash,
            "by": self.by(seat),
        }
        if stance == "object":
            given |= {"reason": "side_effect", "said": "Vans would wake the street."}
        return answering.take_position(
            proposal=proposal, seat=seat, stance=stance, **{**given, **changes}, at=AT
        )

    def all_answer(self, proposal: Proposal, stance: str = "consent") -> None:
        for seat in self.seats:
            self.answer(proposal, seat, stance)

    def adopt(self, proposal: Proposal, **changes: Any) -> None:
        given: dict[str, Any] = {"review_on": REVIEW, "minutes": "", "is_public": False}
        given |= {"by": self.by(self.convener), **changes}
        actions.adopt(proposal=proposal, **given, at=AT)

    def adopted(self, **changes: Any) -> Proposal:
        proposal = self.asked()
        self.all_answer(proposal)
        self.adopt(proposal, **changes)
        return proposal
