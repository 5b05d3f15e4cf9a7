"""The example partnership, lived through once: every step by the action that people use.

Nothing is written past the rooms' own actions, so whatever they refuse, the example cannot have.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from importlib.resources import files
from itertools import groupby

from commonweal.agree import actions as agree
from commonweal.agree.adaptations import actions as adaptations
from commonweal.agree.adaptations.queries import rules_of
from commonweal.agree.drafting import party
from commonweal.agree.models import Agreement, AgreementVersion
from commonweal.aim import actions as aim
from commonweal.aim import queries as aims
from commonweal.aim.models import Node
from commonweal.aim.theory import actions as theories
from commonweal.compute.contract.parse import parse as parse_contract
from commonweal.compute.permits import clauses as c
from commonweal.compute.synthetic.drops import Drop, drops
from commonweal.compute.synthetic.world import World, add_months, make_world
from commonweal.convene import actions as convene
from commonweal.convene import queries as tables
from commonweal.convene.models import Partnership, Seat
from commonweal.core import actions as core
from commonweal.core import jobs
from commonweal.core.models import Organisation, Person, Role
from commonweal.core.queries import actor_for
from commonweal.core.scope import Actor, system
from commonweal.desk.example import (
    beginnings,
    believing,
    cast,
    deciding,
    driving,
    failing,
    governing,
    kind,
    lending,
    meeting,
    network,
    planning,
    promises,
    triangle,
    voices,
)
from commonweal.measure import actions as measure
from commonweal.measure.models import Release
from commonweal.pool import actions as pool
from commonweal.pool import contracting

Say = Callable[[str], None]
PURPOSE = "cw:MeasureSharedOutcomes"
FIRST_RELEASE_AFTER_MONTHS = 12
ARRIVE_ON = {1: 3, 2: 6}  # day of the following month, by round
COMPUTED_ON = 8


def moment(day: date, hour: int = 10) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


@dataclass
class Stage:
    """What the example has built so far, by the names of `cast`."""

    world: World
    say: Say
    organisations: dict[str, Organisation] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    partnership: Partnership = field(init=False)

    @property
    def first(self) -> date:
        return self.world.first

    def before(self, days: int) -> datetime:
        """A day so many days before the first records."""
        return moment(self.first - timedelta(days=days))

    def acting(self, email: str, at: datetime) -> Actor:
        return actor_for(self.people[email], at)

    def convener(self, at: datetime) -> Actor:
        return self.acting("convener@example.org", at)


def first_month(today: date) -> date:
    """The first of the example's eighteen months, so that the last of them was handed in by now."""
    return add_months(today, -18 if today.day > COMPUTED_ON + 1 else -19)


def build(
    *, children: int, say: Say, first: date = date(2025, 4, 1), seed: int = 20250401
) -> Partnership:
    """Build the whole example in an empty installation. About half a minute for 5,000 children."""
    stage = Stage(make_world(seed=seed, children=children, first=first), say)
    say("organisations and people")
    invite(stage)
    say("table, pledge and residents’ seats")
    gather(stage)
    voices.draw(stage, stage.before(85))
    kind.choose(stage, stage.before(80))
    move_on(stage, "pause", 72)
    driving.say(stage, stage.before(66))
    failing.ask(stage, stage.before(64))
    say("entry point, theory of change, indicators")
    aim_at(stage)
    triangle.begin(stage, stage.before(57))
    believing.expect(stage, stage.before(49))
    move_on(stage, "agree", 48)
    say("agreements, read and signed by every party")
    sign_agreements(stage)
    say("how the table decides, and a first decision")
    rules = deciding.set_up_rules(stage, stage.before(30))
    review = add_months(stage.first, stage.world.months + 1).replace(day=15)
    saturdays = deciding.decide(stage, rules, stage.before(20), review)
    move_on(stage, "execute", 5)
    network.ask(stage, stage.before(4))
    promises.begin(stage, saturdays)
    hand_in(stage)
    last = add_months(stage.first, stage.world.months)
    beginnings.look_back(stage, moment(last), add_months(last, 6))
    triangle.again(stage, moment(last) + timedelta(days=2))
    believing.look_again(stage, moment(last.replace(day=COMPUTED_ON), hour=15))
    planning.lay_out(stage, add_months(last, -8), moment(last.replace(day=COMPUTED_ON)))
    lending.begin(stage, moment(last.replace(day=COMPUTED_ON)))
    deciding.leave_open(stage, rules, moment(last.replace(day=COMPUTED_ON + 1), hour=12))
    meeting.hold(stage, moment(last.replace(day=COMPUTED_ON + 1), hour=18))
    meeting.form_group(stage, moment(last.replace(day=COMPUTED_ON + 1), hour=20))
    return stage.partnership


def invite(stage: Stage) -> None:
    by, at = system("demo"), stage.before(120)
    for part in cast.PARTS:
        stage.organisations[part.key] = core.create_organisation(
            name=part.name,
            sector=part.sector,
            identifiers=[part.identifier] if part.identifier else [],
            by=by,
            at=at,
        )
    for someone in cast.PEOPLE:
        person = core.create_person(
            email=someone.email, name=someone.name, language=someone.language, by=by, at=at
        )
        stage.people[someone.email] = person
        for role in someone.roles:
            core.affiliate(
                person=person,
                organisation=stage.organisations[someone.part],
                role=role,
                by=by,
                at=at,
            )


def gather(stage: Stage) -> None:
    at = stage.before(100)
    stage.partnership = convene.open_partnership(
        name=cast.NAME,
        problem=cast.PROBLEM,
        affected=cast.AFFECTED,
        place=cast.PLACE,
        convener=stage.organisations["office"],
        by=stage.convener(at),
        at=at,
    )
    for days, part in enumerate(cast.PARTS):
        if part.kind in {"convener", ""}:
            continue
        at = stage.before(95 - days)
        convene.seat_organisation(
            partnership=stage.partnership,
            organisation=stage.organisations[part.key],
            kind=part.kind,
            contribution=part.contribution,
            by=stage.convener(at),
            at=at,
        )
    say_own_contribution(stage)
    for voice in cast.VOICES:
        seat_residents(stage, voice)
    at = stage.before(70)
    convene.pledge(
        partnership=stage.partnership,
        words=cast.PLEDGE,
        by=stage.acting("sponsor@example.org", at),
        at=at,
    )


def say_own_contribution(stage: Stage) -> None:
    at = stage.before(80)
    own = tables.seats(stage.partnership, at).get(kind=Seat.Kind.CONVENER)
    words = next(part.contribution for part in cast.PARTS if part.kind == "convener")
    convene.say_contribution(seat=own, contribution=words, by=stage.convener(at), at=at)


def seat_residents(stage: Stage, voice: cast.Voice) -> None:
    at, person = stage.before(75), None
    if voice.person:
        email, name, language = voice.person
        person = core.create_person(
            email=email, name=name, language=language, by=stage.convener(at), at=at
        )
        stage.people[email] = person
    convene.seat_residents(
        partnership=stage.partnership,
        voice=voice.words,
        contribution=voice.contribution,
        person=person,
        by=stage.convener(at),
        at=at,
    )


def aim_at(stage: Stage) -> None:
    at = stage.before(60)
    by, partnership = stage.convener(at), stage.partnership
    nodes = {
        key: theories.add_node(
            partnership=partnership, kind=kind, label=label, words=words, by=by, at=at
        )
        for key, kind, label, words in cast.NODES
    }
    for source, target, hypothesis in cast.LINKS:
        theories.link_nodes(
            source=nodes[source], target=nodes[target], hypothesis=hypothesis, by=by, at=at
        )
    reviews = (add_months(stage.first, 12), add_months(stage.first, stage.world.months + 9))
    beginnings.begin(stage, nodes["safe"], at, reviews)
    define_indicators(stage, nodes)


def move_on(stage: Stage, step: str, days: int) -> None:
    """The table takes a step of the journey; its guards decide whether it may."""
    at = stage.before(days)
    convene.move(partnership=stage.partnership, event=f"begin_{step}", by=stage.convener(at), at=at)


def example(kind: str, key: str) -> str:
    return (files("commonweal.desk.example") / kind / f"{key}.yaml").read_text()


def define_indicators(stage: Stage, nodes: Mapping[str, Node]) -> None:
    at = stage.before(50)
    for one in cast.MEASURES:
        aim.define_indicator(
            partnership=stage.partnership,
            definition=example("indicators", one.key),
            level=one.level,
            unit=one.unit,
            contract_key=one.contract,
            reason=one.reason,
            owner=stage.organisations[one.owner] if one.owner else None,
            outcome=nodes[one.node],
            goal=goal(stage, one),
            by=stage.convener(at),
            at=at,
        )


def goal(stage: Stage, one: cast.Measure) -> aim.Goal:
    """The baseline is that of the first full quarter, the target that of the quarter after all."""
    if not one.target:
        return aim.Goal()
    return aim.Goal(
        one.baseline,
        quarter(add_months(stage.first, 3)),
        one.target,
        quarter(add_months(stage.first, stage.world.months)),
    )


def quarter(day: date) -> str:
    return f"{day.year}-Q{(day.month + 2) // 3}"


def sign_agreements(stage: Stage) -> None:
    """How the partners work together; then for each kind of record a sharing agreement.

    Where the records are measured, a licence stands under the agreement.
    """
    memorandum = settle(stage)
    measured = measured_fields(stage)
    for days, sharing in enumerate(cast.SHARINGS):
        at = stage.before(45 - 2 * days)
        agreement = share(stage, sharing, memorandum, at)
        if sharing.contract in measured:
            license_use(stage, sharing, agreement, measured[sharing.contract], at)
        contracting.add_contract(
            partnership=stage.partnership,
            agreement=agreement,
            text=example("contracts", sharing.contract),
            by=stage.convener(at),
            at=at,
        )


def settle(stage: Stage) -> Agreement:
    """Constitution, memorandum, funding and standards. The memorandum is what data rests on."""
    found: dict[str, Agreement] = {}
    starts = stage.first - timedelta(days=60)
    for days, each in enumerate(
        governing.settled(stage.organisations, starts, add_months(stage.first, 72))
    ):
        at = stage.before(55 - 2 * days)
        version = agree.draft_agreement(
            partnership=stage.partnership,
            kind=each.kind,
            title=each.title,
            clauses=each.clauses,
            prose=each.prose,
            parent=found["mou"] if each.rests else None,
            by=stage.convener(at),
            at=at,
        )
        put_in_force(stage, version, at)
        found[each.kind] = Agreement.objects.get(pk=version.agreement_id)
    adapt_a_rule(stage, found["standards"], stage.before(40))
    return found["mou"]


def adapt_a_rule(stage: Stage, standards: Agreement, at: datetime) -> None:
    """One council follows one rule of the standards in a way of its own, and says so."""
    one = governing.ADAPTED
    version = standards.versions.get()
    (clause,) = [
        number
        for number, rule in rules_of(c.from_json(each) for each in version.clauses).items()
        if rule.heading == one.heading
    ]
    adaptations.adapt(
        version=version,
        clause=clause,
        organisation=stage.organisations[one.part],
        words=one.words,
        reason=one.reason,
        from_on=at.date(),
        by=stage.acting(one.email, at),
        at=at,
    )


def measured_fields(stage: Stage) -> dict[str, tuple[str, ...]]:
    """What the indicators read, by data contract."""
    reads: dict[str, set[str]] = {}
    for version in aims.current_versions(stage.partnership, stage.before(0)):
        fields = aims.definition(version).columns()
        reads.setdefault(version.contract_key, set()).update(fields)
    return {contract: tuple(sorted(fields)) for contract, fields in reads.items()}


def share(stage: Stage, sharing: cast.Sharing, memorandum: Agreement, at: datetime) -> Agreement:
    contract = parse_contract(example("contracts", sharing.contract))
    columns = tuple(column.name for column in contract.tables[0].columns)
    version = agree.draft_agreement(
        partnership=stage.partnership,
        kind="dsa",
        title=sharing.title,
        clauses=[
            party("provider", [stage.organisations[key] for key in sharing.providers]),
            party("recipient", [stage.organisations["office"]]),
            c.Data(sharing.contract, columns),
            c.Purpose((PURPOSE, "cw:MonitorEquity", "cw:EvaluatePilots")),
            c.MinimumCell(5),
            c.Publication("public"),
            c.Retention(60),
            c.Start(stage.first - timedelta(days=30)),
            c.Expiry(add_months(stage.first, 60)),
            c.Withdrawal(30),
            *governing.legal(),
        ],
        parent=memorandum,
        prose="So that partners can see together what none of them can see alone, and no more.",
        by=stage.convener(at),
        at=at,
    )
    put_in_force(stage, version, at)
    return Agreement.objects.get(pk=version.agreement_id)


def license_use(
    stage: Stage, sharing: cast.Sharing, parent: Agreement, fields: tuple[str, ...], at: datetime
) -> None:
    version = agree.draft_agreement(
        partnership=stage.partnership,
        kind="dul",
        title=sharing.use,
        clauses=[
            party("user", [stage.organisations[key] for key in ("office", "university")]),
            c.Data(sharing.contract, fields),
            c.Purpose((PURPOSE, "cw:MonitorEquity")),
            c.MinimumCell(5),
            c.Publication("public"),
            c.Start(stage.first - timedelta(days=30)),
            c.Expiry(add_months(stage.first, 48)),
            *governing.questions(),
        ],
        prose="Only totals and groups leave the vault; no partner sees another’s records.",
        parent=parent,
        by=stage.convener(at),
        at=at,
    )
    put_in_force(stage, version, at + timedelta(days=1))


def put_in_force(stage: Stage, version: AgreementVersion, at: datetime) -> None:
    """Every party's signatory reads the same text and signs it."""
    agree.open_for_signature(version=version, by=stage.convener(at), at=at)
    version.refresh_from_db()
    named = {
        organisation.id
        for clause in (c.from_json(each) for each in version.clauses)
        if isinstance(clause, c.Party)
        for organisation in clause.organisations
    }
    for someone in cast.PEOPLE:
        organisation = stage.organisations[someone.part]
        if Role.SIGNATORY in someone.roles and organisation.pk in named:
            at += timedelta(hours=1)
            agree.sign(
                version=version,
                organisation=organisation,
                text_hash=version.text_hash,
                by=stage.acting(someone.email, at),
                at=at,
            )


def hand_in(stage: Stage) -> None:
    """Month by month the partners hand in what they have; results are computed twice."""
    stewards = {
        someone.part: someone.email for someone in cast.PEOPLE if Role.STEWARD in someone.roles
    }
    for months, (period, arriving) in enumerate(by_month(stage.world), start=1):
        stage.say(f"data of {period}")
        for drop, at in arriving:
            pool.receive(
                partnership=stage.partnership,
                contract_key=drop.contract,
                provider=stage.organisations[drop.provider],
                period=drop.period,
                name=drop.name,
                data=io.BytesIO(drop.data),
                by=stage.acting(stewards[drop.provider], at),
                at=at,
            )
            jobs.run_due()
        if months in {FIRST_RELEASE_AFTER_MONTHS, stage.world.months}:
            compute(stage, period)
        if months < stage.world.months:
            promises.live_through(stage, months)


def by_month(world: World) -> Iterator[tuple[str, list[tuple[Drop, datetime]]]]:
    """The world's files with the moment of their arrival, early in the following month."""
    for period, arriving in groupby(drops(world), key=lambda drop: drop.period):
        month = add_months(date.fromisoformat(f"{period}-01"), 1)
        yield period, [(d, moment(month.replace(day=ARRIVE_ON[d.round]))) for d in arriving]


def compute(stage: Stage, period: str) -> Release:
    last = date.fromisoformat(f"{period}-01")
    at = moment(add_months(last, 1).replace(day=COMPUTED_ON))
    by = stage.convener(at)
    stage.say(f"results to {period}")
    release = measure.run(
        order=measure.Order(
            partnership=stage.partnership,
            title=f"Results to {last:%B %Y}",
            indicators=aims.current_versions(stage.partnership, at),
            organisation=stage.organisations["office"],
            purpose=PURPOSE,
            audience=Release.Audience.PUBLIC,
        ),
        by=by,
        at=at,
    )
    measure.publish_release(release=release, by=by, at=at + timedelta(days=1))
    if not stage.partnership.is_public:
        convene.open_to_public(partnership=stage.partnership, by=by, at=at + timedelta(days=1))
    return release
