"""What the example's partners volunteered, what the table recommended, and what came of it.

`begin` is called before the first records, `live_through` after each month.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Protocol

from commonweal.agree.commitments import actions as commitments
from commonweal.agree.commitments import states as ways
from commonweal.agree.commitments.models import Commitment
from commonweal.agree.decisions.models import Proposal
from commonweal.agree.models import Agreement
from commonweal.agree.recommendations import actions as recommendations
from commonweal.agree.recommendations import states as answers
from commonweal.agree.recommendations.models import Appointment, Recommendation
from commonweal.compute.synthetic.world import add_months
from commonweal.convene.models import Partnership
from commonweal.core.models import Organisation
from commonweal.core.scope import Actor


class Scene(Protocol):
    """What of the example this part needs; `first` is the first day of the records."""

    organisations: dict[str, Organisation]
    partnership: Partnership

    @property
    def first(self) -> date: ...

    def acting(self, email: str, at: datetime) -> Actor: ...


@dataclass(frozen=True)
class Offer:
    """What one partner volunteers. `months`: after how many months of records it is due.

    `source`: a key of `_origins`, where it comes from.
    """

    part: str
    email: str
    action: str
    months: int
    outcome: str = ""
    amount_minor: int | None = None
    data: str = ""
    staff: str = ""
    target_area: str = ""
    source: str = "meeting"


@dataclass(frozen=True)
class Said:
    """What a partner says of it, after so many months. `event`: a way of `states.COMMITMENT`."""

    part: str
    months: int
    event: str
    words: str


OFFERS = (
    Offer(
        "firm",
        "firm@example.org",
        "Sell beds at cost and give one for every ten sold",
        12,
        outcome="A hundred families sleep in beds that nobody had to pay for.",
        amount_minor=1_800_000,
    ),
    Offer(
        "hospital",
        "ward@example.org",
        "Ask every family on the ward whether a bed waits, and hand in what we hear each month",
        7,
        data="Who goes home without a bed, without names",
        target_area="All families on the maternity ward",
    ),
    Offer(
        "aldmoor",
        "steward@example.org",
        "Let two health visitors work for the partnership one day a week",
        24,
        staff="Two health visitors, one day a week",
        target_area="Hollin Bank and Old Dyeworks",
    ),
    Offer(
        "brackwater",
        "brackwater@example.org",
        "Bring beds to homes within three days of the call",
        16,
        staff="A driver and a van on weekdays",
        outcome="No family waits longer than three nights.",
    ),
    Offer(
        "calderby",
        "calderby@example.org",
        "Open the family hub in the old library on Saturdays",
        12,
        staff="Two hosts on Saturdays",
        target_area="Families in Calderby",
        source="decision",
    ),
    Offer(
        "charity",
        "charity@example.org",
        "Hand over the thousandth bed",
        12,
        outcome="A thousand children have a bed of their own.",
        source="mou",
    ),
)
SAID = (
    Said("hospital", 6, ways.KEEP, "Every family is asked now. The list goes in each month."),
    Said("aldmoor", 8, ways.TELL, "Both have started. Mondays work, Fridays do not."),
    Said("firm", 11, ways.KEEP, "A hundred and four beds are given. We go on doing it."),
    Said("charity", 12, ways.KEEP, "Two weeks later than we hoped, but number 1,000 is up."),
    Said(
        "aldmoor",
        16,
        ways.TELL,
        "One of the two has moved on; her post will be filled in two months.",
    ),
    Said(
        "brackwater",
        17,
        ways.TELL,
        "Our driver left and the van was in repair for a month. We are at five days on average and"
        " have asked Calderby to share theirs.",
    ),
)
NEW_DAY = (
    "calderby",
    10,
    22,
    "The library’s roof is being mended; the builders promise to be out by then.",
)
ADVICE = (
    "Pay for a second van and a driver for two years",
    "Beds wait in the store for days because one van serves three councils. A second one costs less"
    " than the hotel rooms that families are put up in meanwhile.",
)
ANSWER = (
    "I accept it in part: the driver comes out of my budget for two years. For the van I have asked"
    " the three councils to share one that stands still at weekends."
)
LAUNCH = "A second driver, paid by the Mayor’s office, runs the weekend van"
FINDING = (
    "Nobody at the table speaks for families who speak Urdu at home",
    "Their seat has been vacant since the partnership began, and their babies are reached less often"
    " than others. Say how and by when the seat will be filled, or who speaks for them until then.",
)
MANDATE = "Whether babies sleep more safely because of the pilots, and who is left out."
AUDIT = "Whether data was used as the agreements say, and whether what was promised was done."
TERM_MONTHS = 24


def moment(day: date, hour: int = 11) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def begin(scene: Scene, saturdays: Proposal) -> None:
    """Each partner says what it volunteers, a few days before the first records."""
    at = moment(scene.first - timedelta(days=4))
    origins = _origins(scene, saturdays, at)
    for offer in OFFERS:
        commitments.make(
            partnership=scene.partnership,
            organisation=scene.organisations[offer.part],
            promise=_promise(offer, add_months(scene.first, offer.months)),
            origin=origins[offer.source],
            by=scene.acting(offer.email, at),
            at=at,
        )


def _origins(scene: Scene, saturdays: Proposal, at: datetime) -> Mapping[str, commitments.Origin]:
    """A meeting; the decision to deliver on Saturdays; the memorandum that names what all want."""
    mou = Agreement.objects.get(partnership=scene.partnership, kind="mou")
    return {
        "meeting": commitments.Origin("meeting", f"meeting of {at.day} {at:%B %Y}"),
        "decision": commitments.Origin("decision", decision=saturdays),
        "mou": commitments.Origin("agreement", agreement=mou),
    }


def _promise(offer: Offer, due_on: date) -> commitments.Promise:
    return commitments.Promise(
        action=offer.action,
        due_on=due_on,
        amount_minor=offer.amount_minor,
        currency="GBP" if offer.amount_minor else "",
        data=offer.data,
        staff=offer.staff,
        target_area=offer.target_area,
        outcome=offer.outcome,
    )


def live_through(scene: Scene, months: int) -> None:
    """What is said, recommended and answered after so many months: on the 20th of the next."""
    at = moment(add_months(scene.first, months).replace(day=20))
    for said in SAID:
        if said.months == months:
            one = _of(scene, said.part)
            by = scene.acting(_offers()[said.part].email, at)
            commitments.tell(commitment=one, event=said.event, words=said.words, by=by, at=at)
    if months == NEW_DAY[1]:
        _put_off(scene, at)
    _advise(scene, months, at)
    _evaluate(scene, months, at)


def _offers() -> Mapping[str, Offer]:
    return {offer.part: offer for offer in OFFERS}


def _of(scene: Scene, part: str) -> Commitment:
    return Commitment.objects.get(
        partnership=scene.partnership, organisation=scene.organisations[part]
    )


def _put_off(scene: Scene, at: datetime) -> None:
    part, _months, to, reason = NEW_DAY
    offer = _offers()[part]
    commitments.change(
        commitment=_of(scene, part),
        promise=_promise(offer, add_months(scene.first, to)),
        reason=reason,
        version=1,
        by=scene.acting(offer.email, at),
        at=at,
    )


def _advise(scene: Scene, months: int, at: datetime) -> None:
    """The table recommends, the mayor answers within six weeks, and something begins."""
    mayor = scene.acting("sponsor@example.org", at)
    if months == 13:
        title, words = ADVICE
        recommendations.recommend(
            partnership=scene.partnership,
            matter=recommendations.Matter(
                title, words, scene.organisations["mayor"], at.date() + timedelta(days=42)
            ),
            basis=f"meeting of {at.day} {at:%B %Y}",
            by=scene.acting("convener@example.org", at),
            at=at,
        )
    elif months == 14:
        recommendations.answer(
            one=_advice(scene), event=answers.ACCEPT_IN_PART, words=ANSWER, by=mayor, at=at
        )
    elif months == 16:
        recommendations.launch(one=_advice(scene), what=LAUNCH, begun_on=at.date(), by=mayor, at=at)


def _advice(scene: Scene) -> Recommendation:
    return Recommendation.objects.get(partnership=scene.partnership, number=1)


def _evaluate(scene: Scene, months: int, at: datetime) -> None:
    """The university and an auditor from outside are appointed; later the university files a finding
    that still waits for its answer."""
    if months == 12:
        until = add_months(scene.first, 12 + TERM_MONTHS)
        for role, part, mandate in (
            ("evaluator", "university", MANDATE),
            ("auditor", "auditors", AUDIT),
        ):
            recommendations.appoint(
                partnership=scene.partnership,
                role=role,
                holder=scene.organisations[part],
                term=recommendations.Term(mandate, at.date(), until),
                by=scene.acting("convener@example.org", at),
                at=at,
            )
    elif months == 17:
        title, words = FINDING
        recommendations.find(
            appointment=Appointment.objects.get(partnership=scene.partnership, role="evaluator"),
            matter=recommendations.Matter(
                title, words, scene.organisations["office"], at.date() + timedelta(days=60)
            ),
            by=scene.acting("evaluator@example.org", at),
            at=at,
        )
