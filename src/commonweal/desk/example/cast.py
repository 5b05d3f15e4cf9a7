"""Who plays in the example partnership: organisations, people, seats and their words.

Every organisation, person and address is invented.
"""

from __future__ import annotations

from dataclasses import dataclass

from commonweal.core.models import Role, Sector

MEMBER, SIGNATORY, STEWARD = Role.MEMBER, Role.SIGNATORY, Role.STEWARD


@dataclass(frozen=True)
class Part:
    """An organisation of the example. `key` is the generator's name for it, if it hands in data.

    `kind`: of its seat at the table, "" for one that has none.
    """

    key: str
    name: str
    sector: str
    kind: str
    contribution: str
    identifier: tuple[str, str] | None = None


@dataclass(frozen=True)
class Someone:
    """A person of the example. `shown_as`: the role for which the demo prints a sign-in link."""

    email: str
    name: str
    part: str
    roles: tuple[str, ...]
    shown_as: str = ""
    language: str = "en"


PARTS = (
    Part(
        "office",
        "Southmoor Partnership Office",
        Sector.PUBLIC,
        "convener",
        "Prepares meetings, keeps the partners talking, commands nobody.",
    ),
    Part(
        "mayor",
        "Mayor of Southmoor",
        Sector.PUBLIC,
        "sponsor",
        "Gives the table its weight and answers its recommendations in public.",
    ),
    Part(
        "aldmoor",
        "Aldmoor Council",
        Sector.PUBLIC,
        "partner",
        "Health visitors who see every baby at six weeks.",
    ),
    Part(
        "brackwater",
        "Brackwater Council",
        Sector.PUBLIC,
        "partner",
        "Health visitors and a van for deliveries.",
    ),
    Part(
        "calderby",
        "Calderby Council",
        Sector.PUBLIC,
        "partner",
        "Health visitors and a family hub in the old library.",
    ),
    Part(
        "hospital",
        "St Brannoc’s Hospital",
        Sector.PUBLIC,
        "partner",
        "Asks every family on the maternity ward whether a bed waits at home.",
    ),
    Part(
        "charity",
        "A Bed Each",
        Sector.NONPROFIT,
        "partner",
        "Buys, stores and delivers beds and cots.",
        ("XM-DEMO", "CHARITY-1"),
    ),
    Part(
        "university",
        "University of Southmoor",
        Sector.UNIVERSITY,
        "partner",
        "Asks families how the help felt, and checks the numbers.",
    ),
    Part(
        "health-planning",
        "Southmoor Health Planning Board",
        Sector.PUBLIC,
        "partner",
        "Brings family doctors in and keeps an eye on who is missed.",
    ),
    Part(
        "parents",
        "Hollin Bank Parents",
        Sector.RESIDENT_GROUP,
        "partner",
        "Knows which families nobody reaches, and why.",
    ),
    Part(
        "firm",
        "Wharf Street Furniture",
        Sector.PRIVATE,
        "funder",
        "Sells beds at cost and gives one for every ten.",
    ),
    Part(
        "foundation",
        "Ings Foundation",
        Sector.PHILANTHROPY,
        "funder",
        "Pays for what public money may not.",
    ),
    Part("auditors", "Weir Lane Auditors", Sector.PRIVATE, "", ""),
)


@dataclass(frozen=True)
class Sharing:
    """A kind of record that partners share. `use`: the title of the licence under the agreement."""

    contract: str
    providers: tuple[str, ...]
    title: str
    use: str = ""


SHARINGS = (
    Sharing(
        "home-visits",
        ("aldmoor", "brackwater", "calderby"),
        "Sharing what home visits find",
        "Measuring whether babies sleep safely",
    ),
    Sharing(
        "newborns",
        ("hospital",),
        "Sharing who goes home without a bed",
        "Measuring how many newborns have a bed",
    ),
    Sharing(
        "bed-deliveries",
        ("charity",),
        "Sharing which beds were delivered",
        "Measuring how many beds arrive, and how soon",
    ),
    Sharing(
        "experience-survey",
        ("university",),
        "Sharing how families felt",
        "Measuring whether families feel listened to",
    ),
    Sharing("registrations", ("health-planning",), "Sharing who is registered with a doctor"),
)

PEOPLE = (
    Someone(
        "convener@example.org", "Robin Hale", "office", (MEMBER, STEWARD, SIGNATORY), "Convener"
    ),
    Someone("sponsor@example.org", "Alex Marlow", "mayor", (MEMBER, SIGNATORY), "Sponsor"),
    Someone("charity@example.org", "Sam Okoro", "charity", (MEMBER, STEWARD), "Partner staff"),
    Someone("steward@example.org", "Jo Lindqvist", "aldmoor", (MEMBER, STEWARD), "Data steward"),
    Someone("lawyer@example.org", "Priya Nair", "hospital", (MEMBER, SIGNATORY), "Lawyer"),
    Someone("funder@example.org", "Chris Tan", "foundation", (MEMBER,), "Funder"),
    Someone("evaluator@example.org", "Dana Weiss", "university", (MEMBER, STEWARD), "Evaluator"),
    Someone("auditor@example.org", "Inez Calloway", "auditors", (MEMBER,), "Auditor"),
    Someone("aldmoor@example.org", "Lee Ashworth", "aldmoor", (SIGNATORY,), "Council"),
    Someone("brackwater@example.org", "Kit Dobson", "brackwater", (MEMBER, SIGNATORY, STEWARD)),
    Someone("calderby@example.org", "Ash Rowe", "calderby", (MEMBER, SIGNATORY, STEWARD)),
    Someone("ward@example.org", "Noor Haddad", "hospital", (MEMBER, STEWARD)),
    Someone("trustee@example.org", "Mel Fraser", "charity", (SIGNATORY,)),
    Someone("registrar@example.org", "Ola Berg", "university", (SIGNATORY,)),
    Someone("board@example.org", "Uma Patel", "health-planning", (MEMBER, SIGNATORY, STEWARD)),
    Someone("parents@example.org", "Tess Boyle", "parents", (MEMBER,)),
    Someone("firm@example.org", "Max Kowal", "firm", (MEMBER,)),
    Someone("owner@example.org", "Ida Kowal", "firm", (SIGNATORY,)),
    Someone("director@example.org", "Femi Cole", "foundation", (SIGNATORY,)),
)


@dataclass(frozen=True)
class Voice:
    """A residents' seat. `person`: (address, name, language) of who holds it, None while free."""

    words: str
    contribution: str
    person: tuple[str, str, str] | None


VOICES = (
    Voice(
        "Young parents in Hollin Bank",
        "Say what it is like to come home without a cot.",
        ("resident@example.org", "Kay Wren", "en"),
    ),
    Voice(
        "Families who speak Spanish at home",
        "Dicen qué falta en la información que reciben.",
        ("vecina@example.org", "Luz Prieto", "es"),
    ),
    Voice("Families who speak Urdu at home", "This seat is waiting for somebody.", None),
)

NAME = "Safe Space to Sleep"
PROBLEM = (
    "One newborn in nine in Hollin Bank has no bed of its own to come home to. Some babies sleep on"
    " floors or in baths, and no single organisation can change that."
)
AFFECTED = "Babies in their first year and the families who care for them, above all in six"
AFFECTED += " neighbourhoods with little money."
PLACE = "Southmoor"
PLEDGE = (
    "I will answer every recommendation of this table in public within six weeks, and I will back"
    " what it decides with my own budget."
)

# Boxes of the theory of change: (key, kind, label, words).
NODES = (
    ("ask", "activity", "Ask every family on the ward", "The hospital asks whether a bed waits."),
    ("deliver", "activity", "Deliver beds in four ways", "Hospital, health visitor, charity, hub."),
    ("advise", "activity", "Talk about safe sleep at home", "In the family’s own language."),
    ("beds", "output", "Beds reach children", "Within days, not weeks."),
    ("sure", "output", "Families feel sure what is safe", "And feel listened to."),
    ("safe", "outcome", "Babies sleep safely at six weeks", "In a space of their own."),
    ("health", "outcome", "Fewer babies come to harm", "The end that all of this is for."),
)
# Hypotheses: (from, to, words).
LINKS = (
    ("ask", "beds", "If we ask on the ward, a bed can be there before the baby is."),
    ("deliver", "beds", "If a bed is brought, families do not have to fetch it."),
    ("advise", "sure", "If someone explains without blame, families feel sure."),
    ("beds", "safe", "With a bed of its own, a baby is put to sleep in it."),
    ("sure", "safe", "Families who feel sure keep to it at night."),
    ("safe", "health", "Babies who sleep safely come to less harm."),
    ("safe", "ask", "What visitors see at six weeks tells the ward what to ask."),
)


@dataclass(frozen=True)
class Measure:
    """An indicator of the example; its definition is `indicators/<key>.yaml`."""

    key: str
    contract: str
    level: str
    unit: str
    node: str
    reason: str
    owner: str = ""
    baseline: str = ""
    target: str = ""


MEASURES = (
    Measure(
        "safe-sleep-six-weeks",
        "home-visits",
        "population",
        "% of babies visited",
        "safe",
        "Parents asked for a measure of nights, not of leaflets.",
        baseline="68%",
        target="80%",
    ),
    Measure(
        "own-bed-at-birth",
        "newborns",
        "population",
        "% of newborns",
        "beds",
        "The hospital asks every family, so nobody is left out.",
    ),
    Measure(
        "beds-delivered",
        "bed-deliveries",
        "performance",
        "beds and cots",
        "beds",
        "The charity counts what it hands over.",
        owner="charity",
    ),
    Measure(
        "days-to-delivery",
        "bed-deliveries",
        "performance",
        "days",
        "beds",
        "A bed that comes late is nights on the floor.",
        owner="charity",
    ),
    Measure(
        "felt-listened-to",
        "experience-survey",
        "population",
        "points from 1 to 5",
        "sure",
        "Families say whether the help felt right; counts alone do not.",
    ),
)


@dataclass(frozen=True)
class Proposed:
    """A proposal of the example: `by` is the address of who writes it for their organisation."""

    by: str
    title: str
    text: str


SATURDAYS = Proposed(
    "charity@example.org",
    "Beds on Saturdays",
    "A Bed Each delivers beds and cots on Saturdays too, from seven in the morning, until the"
    " pilots end.",
)
SATURDAYS_QUESTION = "Who answers the telephone on a Saturday when nobody opens the door?"
SATURDAYS_ANSWER = "The driver has the family’s number, and the hub in the old library is open."
SATURDAYS_OBJECTION = "A van at seven wakes the whole street, and the very babies we want to sleep."
SATURDAYS_INTEGRATED = (
    "A Bed Each delivers beds and cots on Saturdays too, not before nine, and the driver rings the"
    " family first, until the pilots end."
)
SATURDAYS_BECAUSE = "The residents’ objection: nine o’clock and a call keep the street asleep."
SATURDAYS_MINUTES = (
    "The objection was taken in without losing the Saturday. We look again when the pilots end."
)
NEWSLETTER = Proposed(
    "parents@example.org",
    "A page in three languages for every new family",
    "Every family that goes home from the ward gets one page on safe sleep in English, Spanish and"
    " Urdu. Hollin Bank Parents write it, St Brannoc’s Hospital prints it, from next month on.",
)
