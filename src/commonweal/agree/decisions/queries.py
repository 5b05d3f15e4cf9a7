"""Reading types of decision, proposals, positions and disputes, for one reader at one moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from commonweal.agree.decisions import policies, words
from commonweal.agree.decisions.models import (
    DECIDED,
    OPEN,
    ConflictOfInterest,
    Contribution,
    Decider,
    DecisionType,
    Delegation,
    Dispute,
    DisputeState,
    Position,
    Proposal,
    ProposalText,
    State,
    Verb,
)
from commonweal.compute.decisions import asking
from commonweal.compute.decisions.delegating import circle
from commonweal.compute.decisions.outcome import Outcome, outcome
from commonweal.compute.result import Result
from commonweal.convene import queries as convene
from commonweal.convene.models import Partnership, Seat
from commonweal.convene.policies import missing
from commonweal.convene.reach import Part
from commonweal.core.models import Link
from commonweal.core.scope import Actor


def types(partnership: Partnership) -> QuerySet[DecisionType]:
    """Every type of decision, the partnership's default first."""
    return (
        DecisionType.objects.filter(partnership=partnership)
        .prefetch_related("rights__seat__organisation")
        .order_by("number")
    )


def type_for(actor: Actor, slug: str, number: int, at: datetime) -> DecisionType:
    """One type of decision, for who may read decisions here. Raises Missing."""
    partnership = convene.readable_for(actor, slug, Part.DECISIONS, at)
    found = types(partnership).filter(number=number).first()
    if found is None:
        raise missing()
    found.partnership = partnership
    return found


def _proposals() -> QuerySet[Proposal]:
    return Proposal.objects.select_related(
        "partnership", "decision_type", "proposed_by__organisation", "proposed_by__partnership"
    )


def proposals(partnership: Partnership) -> QuerySet[Proposal]:
    """Every proposal of the table, the newest first; without those that are still open, for whom the
    partnership opens only what is settled."""
    found = _proposals().filter(partnership=partnership).order_by("-number")
    return found if partnership.opens(Part.UNDER_WAY) else found.exclude(state__in=OPEN)


def proposal_for(actor: Actor, slug: str, number: int, at: datetime) -> Proposal:
    """One proposal, for who may read decisions here. Raises Missing."""
    partnership = convene.readable_for(actor, slug, Part.DECISIONS, at)
    found = proposals(partnership).filter(number=number).first()
    if found is None:
        raise missing()
    found.partnership = partnership
    return found


def proposal_of_link(link: Link) -> tuple[Proposal, Seat]:
    """What a personal link opens, and for which seat. Raises Missing when it is not there."""
    found = _proposals().filter(pk=link.subject.partition(":")[2]).first()
    seat = _with_holder(Seat.objects.filter(pk=link.data.get("seat"))).first()
    if found is None or seat is None or seat.partnership_id != found.partnership_id:
        raise missing()
    return found, seat


def latest_text(proposal: Proposal) -> ProposalText:
    """The words that are proposed now."""
    return proposal.texts.order_by("-number")[0]


def texts(proposal: Proposal) -> QuerySet[ProposalText]:
    """Every wording, the newest first, with the objection that it took in."""
    return proposal.texts.select_related("integrates__seat__organisation").order_by("-number")


def contributions(proposal: Proposal) -> QuerySet[Contribution]:
    """What was asked and said, in order."""
    return proposal.contributions.select_related("seat__organisation").order_by("said_at", "id")


def _positions(proposal: Proposal) -> QuerySet[Position]:
    """The positions that nothing supersedes."""
    return Position.objects.filter(
        text__proposal=proposal, superseded_by__isnull=True
    ).select_related("seat__organisation", "text")


def positions(proposal: Proposal) -> list[Position]:
    """The last position of each seat on each text, the latest text first."""
    return list(_positions(proposal).order_by("-text__number", "taken_at", "id"))


def position_of(text: ProposalText, seat: Seat) -> Position | None:
    """What the seat answers to this text now."""
    return Position.objects.filter(text=text, seat=seat, superseded_by__isnull=True).first()


def objections(text: ProposalText) -> QuerySet[Position]:
    """The open objections to this text."""
    return _positions(text.proposal).filter(text=text, stance="object").order_by("taken_at", "id")


def open_seats(partnership: Partnership, at: datetime) -> list[Seat]:
    """Every open seat, in order of arrival; of an organisation that holds several only one.

    That is its convener's seat when it convenes, else the first.
    """
    found: dict[UUID, Seat] = {}
    for seat in convene.seats(partnership, at):
        key = seat.organisation_id or seat.pk
        if key not in found or seat.kind == Seat.Kind.CONVENER:
            found[key] = seat
    return list(found.values())


@dataclass(frozen=True)
class Here:
    """A table at one moment, read once for all of its proposals."""

    at: datetime
    seats: tuple[Seat, ...]
    delegations: tuple[Delegation, ...]


def here(partnership: Partnership, at: datetime) -> Here:
    """Two queries."""
    return Here(at, tuple(open_seats(partnership, at)), tuple(delegations(partnership, at)))


def own_seats(actor: Actor, partnership: Partnership, at: datetime) -> list[Seat]:
    """The seats that the actor takes part for."""
    return [seat for seat in open_seats(partnership, at) if policies.holds(actor, seat)]


def _with_holder(seats: QuerySet[Seat]) -> QuerySet[Seat]:
    return seats.select_related("organisation", "partnership")


def delegations(partnership: Partnership, at: datetime) -> QuerySet[Delegation]:
    """Delegations in force, by who gave them."""
    return (
        Delegation.objects.filter(giver__partnership=partnership, ended_at__isnull=True)
        .filter(Q(until_on__isnull=True) | Q(until_on__gte=at.date()))
        .select_related("giver__organisation", "holder__organisation", "decision_type")
        .order_by("given_at", "id")
    )


def delegation_for(actor: Actor, slug: str, pk: UUID, at: datetime) -> Delegation:
    """A delegation in force at a table that the actor is at. Raises Missing."""
    partnership = convene.partnership_for(actor, slug, at)
    found = delegations(partnership, at).filter(pk=pk).first()
    if found is None:
        raise missing()
    return found


def answers_for(rows: Sequence[Delegation], decision_type: DecisionType | None) -> dict[str, str]:
    """Seat → the seat that answers for it: what is said of this type goes before what is said of all."""
    found = {str(row.giver_id): str(row.holder_id) for row in rows if row.decision_type_id is None}
    if decision_type is not None:
        own = [row for row in rows if row.decision_type_id == decision_type.pk]
        found |= {str(row.giver_id): str(row.holder_id) for row in own}
    return found


def followed(rows: Sequence[Delegation], decision_type: DecisionType) -> dict[str, str]:
    """The delegations that count now. None is given in a circle, yet one that ends may leave one:

    then nobody in it answers for another.
    """
    found = answers_for(rows, decision_type)
    while round_ := circle(found):
        for seat in round_:
            del found[seat]
    return found


@dataclass(frozen=True)
class Roll:
    """Who is asked about a proposal. `vacant`: residents' seats on the roll that nobody holds."""

    deciding: tuple[Seat, ...]
    agreeing: tuple[Seat, ...]
    consulted: tuple[Seat, ...]
    vacant: tuple[Seat, ...]

    @property
    def asked(self) -> tuple[Seat, ...]:
        """Everybody whose position is asked for."""
        held = {seat.pk for seat in self.deciding}
        return (*self.deciding, *(seat for seat in self.agreeing if seat.pk not in held))


def roll(decision_type: DecisionType, table: Sequence[Seat]) -> Roll:
    """Open seats by what they do in this type of decision. A vacant seat cannot answer."""
    named: dict[str, set[UUID]] = {verb: set() for verb in Verb.values}
    for right in decision_type.rights.all():
        named[right.verb].add(right.seat_id)
    deciding = [
        seat
        for seat in table
        if decision_type.decider == Decider.TABLE or seat.pk in named[Verb.DECIDE]
    ]
    return Roll(
        deciding=tuple(seat for seat in deciding if not seat.is_vacant),
        agreeing=_named(table, named[Verb.AGREE]),
        consulted=_named(table, named[Verb.CONSULT]),
        vacant=tuple(seat for seat in deciding if seat.is_vacant),
    )


def _named(table: Sequence[Seat], wanted: set[UUID]) -> tuple[Seat, ...]:
    return tuple(seat for seat in table if seat.pk in wanted and not seat.is_vacant)


def _voters(seats: Sequence[Seat]) -> tuple[asking.Voter, ...]:
    return tuple(asking.Voter(str(seat.pk), seat.holder) for seat in seats)


def roll_of(proposal: Proposal, at: datetime) -> Roll:
    """Who is asked about a proposal at this moment."""
    return roll(proposal.decision_type, open_seats(proposal.partnership, at))


def advised(proposal: Proposal) -> frozenset[UUID]:
    """The seats that gave advice."""
    advice = proposal.contributions.filter(kind=Contribution.Kind.ADVICE)
    return frozenset(advice.values_list("seat_id", flat=True))


def question(proposal: Proposal, table: Here) -> asking.Question:
    """The proposal as `compute.decisions` takes it."""
    asked = roll(proposal.decision_type, table.seats)
    day = table.at.date()
    return asking.Question(
        rule=asking.Rule(proposal.decision_type.rule),
        text=latest_text(proposal).text_hash,
        roll=_voters(asked.deciding),
        quorum=proposal.decision_type.quorum,
        agreeing=_voters(asked.agreeing),
        consulted=_voters(asked.consulted),
        advised=frozenset(map(str, advised(proposal) if asked.consulted else ())),
        delegations=followed(table.delegations, proposal.decision_type),
        conflicts=frozenset(str(row.seat_id) for row in proposal.conflicts.all()),
        is_over=proposal.answer_by is not None and day >= proposal.answer_by,
    )


def outcome_now(proposal: Proposal, table: Here) -> Result[Outcome]:
    """What follows from the positions that were taken on the present text."""
    taken = [
        asking.Position(
            str(each.seat_id), asking.Stance(each.stance), each.text.text_hash, each.reason
        )
        for each in positions(proposal)
    ]
    return outcome(question(proposal, table), taken)


def owed(proposal: Proposal, table: Here) -> list[Seat]:
    """The seats that have not answered the present text, neither themselves nor by a delegate."""
    if proposal.state != State.POSITIONS:
        return []
    silent = {
        each.seat
        for each in outcome_now(proposal, table).answer.standings
        if not each.stance and each.how != "conflict"
    }
    asked = roll(proposal.decision_type, table.seats).asked
    return [seat for seat in asked if str(seat.pk) in silent]


def conflict_of(proposal: Proposal, seat: Seat) -> ConflictOfInterest | None:
    return proposal.conflicts.filter(seat=seat).first()


def reviews_coming(partnership: Partnership, until: date) -> QuerySet[Proposal]:
    """Adopted decisions whose review has not been held and is due by a day, the earliest first."""
    return (
        proposals(partnership)
        .filter(state=State.ADOPTED, reviewed_at__isnull=True, review_on__lte=until)
        .order_by("review_on", "number")
    )


def open_proposals(partnership: Partnership) -> QuerySet[Proposal]:
    found = proposals(partnership).filter(state__in=OPEN)
    return found.prefetch_related("decision_type__rights", "conflicts")


def decided(partnership: Partnership) -> QuerySet[Proposal]:
    """What was adopted or not, the latest first."""
    return proposals(partnership).filter(state__in=DECIDED).order_by("-closed_at", "-number")


def disputes(partnership: Partnership) -> QuerySet[Dispute]:
    """Every dispute, the newest first."""
    return (
        Dispute.objects.filter(partnership=partnership)
        .select_related("partnership", "proposal", "raised_by__organisation")
        .prefetch_related("parties__organisation", "steps")
        .order_by("-number")
    )


def dispute_for(actor: Actor, slug: str, number: int, at: datetime) -> Dispute:
    """One dispute, for who may read what is under way here. Raises Missing."""
    partnership = convene.readable_for(actor, slug, Part.UNDER_WAY, at)
    found = disputes(partnership).filter(number=number).first()
    if found is None:
        raise missing()
    found.partnership = partnership
    return found


def open_disputes(partnership: Partnership) -> QuerySet[Dispute]:
    closed = [DisputeState.SETTLED, DisputeState.RECORDED]
    return disputes(partnership).exclude(state__in=closed)


def links_of(proposal: Proposal) -> QuerySet[Link]:
    """The personal links to answer a proposal, the newest first."""
    return Link.objects.filter(
        purpose=policies.LINK, subject=policies.link_subject(proposal)
    ).order_by("-issued_at", "id")


def link_for(proposal: Proposal, link_id: UUID) -> Link:
    """One of the proposal's links. Raises Missing."""
    found = links_of(proposal).filter(pk=link_id).first()
    if found is None:
        raise missing()
    return found


@dataclass(frozen=True)
class PublicDecision:
    """What everybody may read of a decision; no person is in it. `why`: the reasons in words."""

    number: int
    title: str
    text: str
    state: str
    result: str
    why: str
    rule: str
    decided_at: datetime
    review_on: date | None
    reviewed_at: datetime | None
    review_words: str
    closed_because: str
    minutes: str


def public_decisions(partnership: Partnership, at: datetime) -> list[PublicDecision]:
    """Decisions that were made public, the latest first; of a partnership whose page is open."""
    if not partnership.is_public:
        return []
    rows = decided(partnership).filter(is_public=True, closed_at__lte=at)
    return [
        PublicDecision(
            number=row.number,
            title=row.title,
            text=latest_text(row).text,
            state=row.state,
            result=row.get_state_display(),
            why=_why(row.outcome or {}),
            rule=(row.outcome or {}).get("rule", ""),
            decided_at=row.closed_at,
            review_on=row.review_on,
            reviewed_at=row.reviewed_at,
            review_words=row.review_words,
            closed_because=row.closed_because,
            minutes=row.minutes,
        )
        for row in rows
        if row.closed_at is not None
    ]


def _why(trace: Mapping[str, Any]) -> str:
    return " ".join(words.reason(each["code"], each["params"]) for each in trace.get("reasons", ()))
