"""How the example partnership works together: what its constitution, memorandum and rules say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from commonweal.agree.drafting import party
from commonweal.compute.permits import clauses as c
from commonweal.compute.permits import governing as g
from commonweal.core.models import Organisation

TABLE = (
    "office",
    "mayor",
    "aldmoor",
    "brackwater",
    "calderby",
    "hospital",
    "charity",
    "university",
    "health-planning",
)
POUND = 100
# Who pays how much, in pounds, only for what, and how much of the risk it carries, in percent.
PAYS = (
    ("mayor", 1_200_000, "", 60),
    ("health-planning", 400_000, "Beds for families whom a doctor refers", 10),
    ("aldmoor", 150_000, "", 10),
    ("brackwater", 150_000, "", 10),
    ("calderby", 150_000, "", 10),
    ("foundation", 100_000, "Work with families in Hollin Bank", 0),
    ("firm", 50_000, "Cots and mattresses", 0),
)


@dataclass(frozen=True)
class Adapted:
    """How one partner follows a rule of the standards, named by its heading, in a way of its own."""

    part: str
    email: str
    heading: str
    words: str
    reason: str


ADAPTED = Adapted(
    "brackwater",
    "brackwater@example.org",
    "Come back after six weeks",
    "Our health visitor asks at her own eight-week visit, and writes down the answer for us.",
    "Families here told us that one more knock at the door is one too many.",
)


@dataclass(frozen=True)
class Settled:
    """One agreement of the example, ready to be drafted."""

    kind: str
    title: str
    prose: str
    clauses: tuple[c.Clause, ...]
    rests: bool = False


def settled(places: Mapping[str, Organisation], first: date, last: date) -> Iterator[Settled]:
    """Each in the order in which it was signed. `first`, `last`: from when until when it holds."""
    term = (c.Start(first), c.Expiry(last))
    everybody = party(c.MEMBER, [places[key] for key in TABLE])
    yield Settled(
        "constitution",
        "How we work together",
        "None of us can command another. This is how we get things done all the same.",
        (everybody, *_constitution(), *term, c.Withdrawal(30)),
    )
    yield Settled(
        "mou",
        "A safe place to sleep for every baby",
        "One newborn in nine in Hollin Bank came home to no bed of its own.",
        (
            everybody,
            c.Purpose(("cw:MeasureSharedOutcomes", "cw:MonitorEquity", "cw:EvaluatePilots")),
            c.MinimumCell(5),
            g.Place(("GB",)),
            g.Breach(72),
            g.Fixed(("place",)),
            *term,
            c.Withdrawal(90),
        ),
    )
    yield Settled(
        "funding",
        "Paying for beds and visits together",
        "Seven who pay, one plan, and nobody pays twice for the same bed.",
        (
            party(c.MEMBER, [places["office"], *(places[key] for key, *_ in PAYS)]),
            *_funding(places, first),
            *term,
            c.Withdrawal(90),
        ),
    )
    yield Settled(
        "standards",
        "What a good delivery looks like",
        "What the charity learned on its first two hundred doorsteps.",
        (
            party(c.HUB, [places["charity"]]),
            party(c.MEMBER, [places[key] for key in ("aldmoor", "brackwater", "calderby")]),
            *_standards(),
            *term,
            c.Withdrawal(30),
        ),
        rests=True,
    )


def legal() -> tuple[c.Clause, ...]:
    """What the lawyers of the example wrote, under headings that the form offers them."""
    return (
        c.Prose(
            "Roles under data protection law",
            "Each organisation that provides data is the controller of its own. The partnership"
            " office keeps it as their processor; what is measured, and why, they decide together.",
        ),
        c.Prose(
            "Contacts and notices",
            "Each party names one person who is told of a breach, or of a request by somebody in the"
            " data, by mail and on the same day.",
        ),
    )


def questions() -> tuple[c.Clause, ...]:
    """What was asked and answered before any of the example's data was used."""
    return (
        g.FourQuestions(
            "Yes: councils, hospital and health board share a duty to safeguard children.",
            "Parents with seats at the table read the list of fields and struck out two.",
            "It shows where beds are missing; a bed costs less than one night in hospital.",
            "The table looks at every release; whoever doubts a figure can have it computed again.",
        ),
        g.FiveSafes(
            "Only the indicators that the table has agreed are computed.",
            "Two people at the university and one at the office, named and trained.",
            "In this installation’s vault; no copy leaves it.",
            "No names and no addresses; dates to the month where a day is not needed.",
            "Small groups are hidden and figures are checked before they are published.",
        ),
    )


def _constitution() -> tuple[c.Clause, ...]:
    return (
        g.Principles(
            (
                "Children come first, and families are asked before they are helped",
                "We say which hat we wear: for all of us, or for our own organisation",
                "We learn from what goes wrong and blame nobody",
            )
        ),
        g.Cadence(2, "At the town hall in turn, and by video for who cannot come"),
        g.Channels(("A short letter after every meeting", "One group chat, read on working days")),
        g.DecisionRule("consent", 60, 12),
        g.Conflict(("talk", "mediate", "facilitate"), 14),
        g.Rule(
            "Share what you learn",
            "Write one page after every pilot, also when it failed.",
            fixed=False,
            binding=False,
        ),
        g.StandingLimit("Buy bedding for one family that cannot wait", 250 * POUND, "GBP", "each"),
    )


def _funding(places: Mapping[str, Organisation], first: date) -> tuple[c.Clause, ...]:
    due = first + timedelta(days=60)
    named = {key: c.Organisation(places[key].pk, places[key].name) for key, *_ in PAYS}
    return (
        *(
            g.Contribution(named[key], pounds * POUND, "GBP", due, only)
            for key, pounds, only, _risk in PAYS
        ),
        g.RiskShare(tuple((named[key], risk) for key, _pounds, _only, risk in PAYS if risk)),
        g.StandingLimit("Pay a delivery that is in the plan", 5_000 * POUND, "GBP", "month"),
    )


def _standards() -> tuple[c.Clause, ...]:
    return (
        g.Rule(
            "Two people at the door",
            "Beds are delivered and put up by two people who show who they are.",
            fixed=True,
            binding=True,
        ),
        g.Rule(
            "Show safe sleep",
            "Every family is shown how a baby sleeps safely, in a language it speaks.",
            fixed=False,
            binding=True,
            small="Hand over the leaflet in the family’s language.",
        ),
        g.Rule(
            "Come back after six weeks",
            "Somebody asks after six weeks whether the bed is used, and what would help.",
            fixed=False,
            binding=False,
        ),
        g.Small(20),
    )
