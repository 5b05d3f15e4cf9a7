"""How the parties to an agreement follow its rules, for one reader. Reads only."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.utils.translation import gettext as _

from commonweal.agree import policies, queries, words
from commonweal.agree.models import Adaptation, AgreementVersion, State
from commonweal.agree.sheets import Sheet
from commonweal.compute.permits import adapting
from commonweal.compute.permits.adapting import Course
from commonweal.compute.permits.clauses import Clause
from commonweal.compute.permits.governing import Rule
from commonweal.compute.permits.terms import Terms
from commonweal.convene.models import Partnership
from commonweal.convene.policies import missing
from commonweal.core.errors import Conflict, Denied, Invalid
from commonweal.core.models import Organisation
from commonweal.core.scope import Actor


@dataclass(frozen=True)
class Own:
    """What one party has said of one rule."""

    party: UUID
    name: str
    course: Course[Adaptation]

    @property
    def adapts(self) -> bool:
        """Whether it follows the rule in a way of its own today."""
        return self.course.now is not None and self.course.now.words != ""

    @property
    def can_end(self) -> bool:
        return self.course.last is not None and self.course.last.words != ""


@dataclass(frozen=True)
class Lapsed:
    """What a party said of a rule that stands no more. `why`: a code of `compute.permits.adapting`."""

    row: Adaptation
    rule: Rule
    version: int
    name: str
    why: str


@dataclass(frozen=True)
class Adaptable:
    """A rule that may be adapted. `said`: by whom something was said, in the order of the text.

    `lapsed`: what parties, silent since, had said of an earlier wording of it.
    """

    clause: int
    rule: Rule
    said: tuple[Own, ...]
    lapsed: tuple[Lapsed, ...]

    @property
    def adapted(self) -> tuple[Own, ...]:
        return tuple(each for each in self.said if each.adapts)

    def of(self, party: UUID) -> Own | None:
        return next((each for each in self.said if each.party == party), None)


@dataclass(frozen=True)
class Book:
    """`parties`: who takes part now, by id. `fixed`: rules that nobody adapts, by their clauses.

    `lapsed`: all that no longer counts. `speaks_for`: whose ways the reader may write down; none unless
    the agreement stands.
    """

    version: AgreementVersion
    parties: Mapping[UUID, str]
    rules: tuple[Adaptable, ...]
    fixed: Mapping[int, Rule]
    lapsed: tuple[Lapsed, ...]
    speaks_for: tuple[Organisation, ...]


def rules_of(clauses: Iterable[Clause]) -> dict[int, Rule]:
    """The rules of a text by their clauses' numbers."""
    return {n: each for n, each in enumerate(clauses, 1) if isinstance(each, Rule)}


@dataclass(frozen=True)
class _Held:
    """One row, the rule that it is about as it was, and whether that rule has stood since."""

    row: Adaptation
    rule: Rule
    version: int
    stands: bool


def _course(said: Sequence[Adaptation], day: date) -> Course[Adaptation]:
    return adapting.course(said, lambda each: each.from_on, day)


def _held(
    versions: Iterable[AgreementVersion], rows: Callable[[], Iterable[Adaptation]]
) -> list[_Held]:
    """Every row under its rule, in the order of writing. `rows` is asked only where rules are."""
    in_force = [each for each in versions if each.active_at is not None]
    texts = {each.number: queries.clauses_of(each) for each in in_force}
    if not any(rules_of(each) for each in texts.values()):
        return []
    numbers = {each.pk: each.number for each in in_force}
    found = []
    for row in rows():
        number = numbers[row.version_id]
        rule = rules_of(texts[number])[row.clause]
        found.append(_Held(row, rule, number, adapting.stands(rule, number, texts)))
    return found


def book(sheet: Sheet, actor: Actor, at: datetime) -> Book:
    """Everything said about the rules of the version on the sheet.

    One query, none for an agreement without rules, and more for who may speak for a party.
    """
    agreement, terms = sheet.agreement, sheet.terms
    said = Adaptation.objects.filter(version__agreement=agreement).order_by("id")
    held = _held(sheet.versions, lambda: said.select_related("organisation", "person"))
    parties, rules = taking_part(terms), rules_of(terms.clauses)
    lapsed = _lapsed(held, parties, terms)
    is_open = sheet.version.state == State.ACTIVE and sheet.closed is None and bool(rules)
    return Book(
        version=sheet.version,
        parties=parties,
        rules=tuple(
            Adaptable(number, rule, *_said(rule, parties, held, lapsed, terms.day_of(at)))
            for number, rule in rules.items()
            if not rule.fixed
        ),
        fixed={number: each for number, each in rules.items() if each.fixed},
        lapsed=lapsed,
        speaks_for=tuple(may_speak_for(actor, agreement.partnership, terms, at)) if is_open else (),
    )


def _lapsed(held: Iterable[_Held], parties: Mapping[UUID, str], terms: Terms) -> tuple[Lapsed, ...]:
    """The last way of each party under each rule that stands no more, or that it left."""
    last: dict[tuple[UUID, Rule], _Held] = {}
    for each in held:
        if not each.stands or each.row.organisation_id not in parties:
            last[each.row.organisation_id, each.rule] = each
    return tuple(
        Lapsed(
            each.row,
            each.rule,
            each.version,
            each.row.organisation.name,
            adapting.why_not(each.rule, terms.clauses) if party in parties else "",
        )
        for (party, _rule), each in last.items()
        if each.row.words
    )


def _said(
    rule: Rule,
    parties: Mapping[UUID, str],
    held: Sequence[_Held],
    lapsed: Iterable[Lapsed],
    today: date,
) -> tuple[tuple[Own, ...], tuple[Lapsed, ...]]:
    """What counts of a rule, and what was said of an earlier wording of it by who is silent since."""
    said = []
    for party, name in parties.items():
        mine = [
            each.row
            for each in held
            if each.stands and each.rule == rule and each.row.organisation_id == party
        ]
        if mine:
            said.append(Own(party, name, _course(mine, today)))
    spoken = {each.party for each in said}
    before = tuple(
        each
        for each in lapsed
        if each.why == adapting.CHANGED
        and each.rule.heading == rule.heading
        and each.row.organisation_id not in spoken
    )
    return tuple(said), before


def course_of(
    version: AgreementVersion, rule: Rule, organisation: Organisation, today: date
) -> Course[Adaptation]:
    """What an organisation has said so far of a rule of the text in force."""
    rows = Adaptation.objects.filter(
        version__agreement=version.agreement_id, organisation=organisation
    )
    held = _held(version.agreement.versions.all(), lambda: rows.order_by("id"))
    mine = [each.row for each in held if each.stands and each.rule == rule]
    return _course(mine, today)


def taking_part(terms: Terms) -> dict[UUID, str]:
    """The parties that have not withdrawn, with their names, in the order of the text."""
    return {key: name for key, name in terms.parties.items() if key not in terms.withdrawals}


def may_speak_for(
    actor: Actor, partnership: Partnership, terms: Terms, at: datetime
) -> list[Organisation]:
    """The parties whose way of following a rule the actor may write down, by name."""
    mine = set(taking_part(terms)) & actor.organisation_ids
    return [
        each
        for each in Organisation.objects.filter(pk__in=mine).order_by("name")
        if policies.can_adapt(actor, partnership, each, at)
    ]


def rule_at(version: AgreementVersion, clause: int) -> Rule:
    """The rule at a clause. Raises Missing where there is none."""
    found = rules_of(queries.clauses_of(version)).get(clause)
    if found is None:
        raise missing()
    return found


def check_adaptable(version: AgreementVersion, clause: int, at: datetime) -> tuple[Terms, Rule]:
    """The terms in force and the rule, where a party may say now how it follows it.

    Raises Conflict for an agreement that does not stand and for a text that is not the one in force,
    Invalid where there is no rule, Denied for one that the hub has fixed, naming the clause.
    """
    agreement = version.agreement
    found = next(
        each
        for each in queries.summaries(agreement.partnership, at)
        if each.agreement.pk == agreement.pk
    )
    named = {"reference": agreement.reference, "number": version.number}
    if found.version.state != State.ACTIVE:
        said = _("%(reference)s is not in force, so nobody adapts a rule of it.") % named
        raise Conflict(
            f"{said} {words.standing(found.version.state)}",
            mend=_("Say it once every party has signed."),
        )
    if found.closed is not None:
        raise Conflict(words.refusal(found.closed), mend=words.mend(found.closed))
    if found.version.pk != version.pk:
        raise Conflict(
            _("This is a rule of version %(number)s, which is not in force.") % named,
            mend=_("Open the version in force and say it there."),
        )
    rule = rules_of(found.terms.clauses).get(clause)
    if rule is None:
        raise Invalid(_("The text has no such rule."), mend=_("Choose a rule on its page."))
    if rule.fixed:
        raise Denied(
            _("“%(heading)s” is fixed by the hub: every partner follows it as it stands.")
            % {"heading": rule.heading},
            mend=_("To change it, draft a new version of the agreement."),
            clause=words.numbered(agreement.reference, clause, rule.kind),
        )
    return found.terms, rule
