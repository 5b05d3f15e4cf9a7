"""Who may use what, and what a draft would change: `decide`, asked about everything that is named.

There is no second rule here. Every row and every change is an answer of `decide`; what no agreement
names is not listed, because the answer is no by default.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from dataclasses import field as made
from datetime import datetime
from itertools import product
from typing import Any
from uuid import UUID

from commonweal.compute.permits.asking import (
    MEASURE,
    READ,
    SUBMIT,
    Ask,
    Obligation,
    Permit,
    Refusal,
)
from commonweal.compute.permits.clauses import LEVELS, PROVIDER, USER, Purpose, Start
from commonweal.compute.permits.deciding import decide
from commonweal.compute.permits.limits import LOOSENESS
from commonweal.compute.permits.register import Path, Register
from commonweal.compute.permits.terms import Terms, aware

Answer = Permit | Refusal


@dataclass(frozen=True)
class Wanted:
    """Which questions to ask. `organisations`: who acts, None for everybody; "" or None: any.

    `output` and `linkage`: how far results go and whether records are joined. `under`: contract →
    reference of the agreement under which its data lies, as a request names it (`Ask.under`).
    `place`: where the work would be done (`Ask.place`).
    """

    organisations: frozenset[UUID] | None = None
    contract: str = ""
    field: str = ""
    purpose: str = ""
    provider: UUID | None = None
    output: str = LEVELS[0]
    linkage: bool = False
    under: Mapping[str, str] = made(default_factory=dict)
    place: str = ""


@dataclass(frozen=True)
class Row:
    """One question and its answer. `reach`: the widest output that is allowed, "" when none is."""

    action: str
    organisation: UUID
    contract: str
    field: str
    purpose: str
    provider: UUID
    answer: Answer
    reach: str

    @property
    def is_allowed(self) -> bool:
        return isinstance(self.answer, Permit)


@dataclass(frozen=True)
class Group:
    """Rows with one answer: the same user, contract and purpose, several fields and providers."""

    action: str
    organisation: UUID
    contract: str
    purpose: str
    fields: tuple[str, ...]
    providers: tuple[UUID, ...]
    answer: Answer
    reach: str

    @property
    def is_allowed(self) -> bool:
        return isinstance(self.answer, Permit)


_Question = tuple[str, UUID, str, str, str, UUID]


def access(
    register: Register, partnership: UUID, at: datetime, wanted: Wanted | None = None
) -> list[Row]:
    """Every combination that an agreement names now, with the answer to it, in a fixed order.

    Measuring is asked for each user, field, purpose and provider of a licence; handing in and
    reading back for each provider of a sharing agreement. About 30 µs a row.
    """
    aware(at)
    wanted = wanted or Wanted()
    asked = {each for each in _named(register, partnership, at) if _is_wanted(each, wanted)}
    return [_row(each, register, partnership, at, wanted) for each in sorted(asked, key=_order)]


def _order(question: _Question) -> tuple[str, ...]:
    return tuple(str(part) for part in question)


def _named(register: Register, partnership: UUID, at: datetime) -> Iterator[_Question]:
    for (place, contract), paths in register.sharing.items():
        for path in _present(paths, place, partnership, at):
            for provider, each in product(path.providers, _fields(path, contract)):
                yield SUBMIT, provider, contract, each, "", provider
                yield READ, provider, contract, each, "", provider
    for (place, contract), paths in register.licensing.items():
        for path in _present(paths, place, partnership, at):
            purposes = path.leaf.clause(Purpose)
            providers = {each for terms in path.chain for each in _ids(terms, PROVIDER)}
            for user, each, purpose, provider in product(
                _ids(path.leaf, USER),
                _fields(path, contract),
                purposes.purposes if purposes else (),
                providers,
            ):
                yield MEASURE, user, contract, each, purpose, provider


def _present(paths: Iterable[Path], place: UUID, partnership: UUID, at: datetime) -> Iterator[Path]:
    """Those of the partnership that no newer version has replaced."""
    for path in paths if place == partnership else ():
        if all(each.replaced_at is None or at < each.replaced_at for each in path.chain):
            yield path


def _fields(path: Path, contract: str) -> tuple[str, ...]:
    data = path.leaf.data(contract)
    return data.fields if data else ()


def _ids(terms: Terms, role: str) -> frozenset[UUID]:
    party = terms.party(role)
    return party.ids if party else frozenset()


def _is_wanted(question: _Question, wanted: Wanted) -> bool:
    _action, organisation, contract, of_field, purpose, provider = question
    return (
        (wanted.organisations is None or organisation in wanted.organisations)
        and wanted.contract in {"", contract}
        and wanted.field in {"", of_field}
        and wanted.purpose in {"", purpose}
        and wanted.provider in {None, provider}
    )


def _row(
    question: _Question, register: Register, partnership: UUID, at: datetime, wanted: Wanted
) -> Row:
    action, organisation, contract, of_field, purpose, provider = question
    is_own = action != MEASURE
    ask = Ask(
        action=action,
        actor="",
        organisation=organisation,
        partnership=partnership,
        contract=contract,
        providers=(provider,),
        fields=(of_field,),
        purpose=purpose,
        output=LEVELS[0] if is_own else wanted.output,
        linkage=wanted.linkage and not is_own,
        under=wanted.under.get(contract, ""),
        place=wanted.place,
    )
    answer = decide(ask, register, at)
    reach = (
        "" if isinstance(answer, Refusal) else ask.output if is_own else _reach(ask, register, at)
    )
    return Row(action, organisation, contract, of_field, purpose, provider, answer, reach)


def _reach(ask: Ask, register: Register, at: datetime) -> str:
    """The widest output that would be granted too; at least that of the request."""
    for level in reversed(LEVELS[LEVELS.index(ask.output) + 1 :]):
        if isinstance(decide(replace(ask, output=level), register, at), Permit):
            return level
    return ask.output


def gathered(rows: Iterable[Row]) -> list[Group]:
    """Rows that differ in field or provider only, and have the same answer, as one."""
    by_provider: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        key = (row.action, row.organisation, row.contract, row.purpose, _sense(row), row.provider)
        by_provider.setdefault(key, []).append(row)
    groups: dict[tuple[Any, ...], list[Row]] = {}
    for key, held in by_provider.items():
        groups.setdefault((*key[:-1], tuple(row.field for row in held)), []).append(held[0])
    return [
        Group(
            first.action,
            first.organisation,
            first.contract,
            first.purpose,
            fields,
            tuple(row.provider for row in (first, *others)),
            _of_all(first.answer, fields),
            first.reach,
        )
        for (*_of, fields), (first, *others) in groups.items()
    ]


def _of_all(answer: Answer, fields: tuple[str, ...]) -> Answer:
    """The answer of one field's row as that of all of them: a refusal names every field."""
    if isinstance(answer, Refusal) and "fields" in answer.params:
        return replace(answer, params={**answer.params, "fields": fields})
    return answer


def _sense(row: Row) -> tuple[Any, ...]:
    """What an answer says, whoever and whatever it says it of."""
    answer = row.answer
    if isinstance(answer, Refusal):
        params = {key: value for key, value in answer.params.items() if key != "fields"}
        return (answer.code, answer.reference, answer.number, answer.kind, str(params))
    return (answer.agreements, answer.obligations, answer.expires_at, row.reach)


# What a draft would change ------------------------------------------------------------------------

SAME, ALLOWED, REFUSED, STRICTER, LOOSER, OTHER = (
    "same",
    "allowed",
    "refused",
    "stricter",
    "looser",
    "other",
)


@dataclass(frozen=True)
class Limit:
    """One limit of a granted request under two registers. `kind` as in `Obligation`, or "expiry".

    None: the limit is not there. `direction`: `STRICTER`, `LOOSER` or `OTHER`.
    """

    kind: str
    before: Obligation | datetime | None
    after: Obligation | datetime | None
    direction: str


@dataclass(frozen=True)
class Change:
    """What two registers answer to one request, made `times` times, for one provider's data.

    `provider` is None where the request is not about several. `kind`: `SAME`; newly `ALLOWED` or
    `REFUSED`; allowed under both, with limits that are `STRICTER`, `LOOSER` or both (`OTHER`).
    """

    ask: Ask
    times: int
    kind: str
    provider: UUID | None
    before: Answer
    after: Answer
    limits: tuple[Limit, ...] = ()


def compare(
    before: Register, after: Register, asks: Iterable[Ask], at: datetime
) -> tuple[Change, ...]:
    """Each request under both registers at one instant. Who asked, as a person, makes no difference.

    A request over several providers is compared for each of them.
    """
    aware(at)
    counted = Counter(replace(ask, actor="") for ask in asks)
    return tuple(
        _change((one, times, provider), before, after, at)
        for ask, times in counted.items()
        for one, provider in _each(ask, before, after, at)
    )


def _each(
    ask: Ask, before: Register, after: Register, at: datetime
) -> Iterator[tuple[Ask, UUID | None]]:
    if ask.action != MEASURE:
        yield ask, None
        return
    providers = dict.fromkeys(ask.providers)
    for register in (before, after) if not providers else ():
        answer = decide(ask, register, at)
        if isinstance(answer, Permit):
            providers |= dict.fromkeys((*answer.providers, *answer.refused_providers))
    for provider in providers:
        yield replace(ask, providers=(provider,)), provider
    if not providers:
        yield ask, None


def _change(
    asked: tuple[Ask, int, UUID | None], before: Register, after: Register, at: datetime
) -> Change:
    ask, times, provider = asked
    was, will = decide(ask, before, at), decide(ask, after, at)
    if isinstance(was, Permit) and isinstance(will, Permit):
        limits = _limits(was, will)
        kinds = {limit.direction for limit in limits}
        kind = (kinds.pop() if len(kinds) == 1 else OTHER) if kinds else SAME
        return Change(ask, times, kind, provider, was, will, limits)
    if isinstance(was, Permit):
        return Change(ask, times, REFUSED, provider, was, will)
    return Change(ask, times, ALLOWED if isinstance(will, Permit) else SAME, provider, was, will)


def _limits(was: Permit, will: Permit) -> tuple[Limit, ...]:
    old = {each.kind: each for each in was.obligations}
    new = {each.kind: each for each in will.obligations}
    found = [
        Limit(kind, old.get(kind), new.get(kind), _direction(kind, old.get(kind), new.get(kind)))
        for kind in dict.fromkeys((*old, *new))
        if _value(old.get(kind)) != _value(new.get(kind))
    ]
    if was.expires_at != will.expires_at:
        sooner = will.expires_at < was.expires_at
        direction = STRICTER if sooner else LOOSER
        found.append(Limit("expiry", was.expires_at, will.expires_at, direction))
    return tuple(found)


def _value(limit: Obligation | None) -> int | str | bool | None:
    return limit.value if limit else None


def _direction(kind: str, old: Obligation | None, new: Obligation | None) -> str:
    if old is None or new is None:
        return STRICTER if new else LOOSER
    loose = LOOSENESS.get(kind)
    if loose is None:
        return OTHER
    return STRICTER if loose(new.value) < loose(old.value) else LOOSER


def tried(terms: Sequence[Terms], draft: Terms, at: datetime) -> Register:
    """The agreements as they would stand if all had signed the draft at this instant.

    It replaces the version in force, and what rests on that one then rests on the draft. A first
    day that is still ahead counts as today; a suspension of the agreement stays.
    """
    aware(at)
    others = [
        each
        for each in terms
        if (each.partnership, each.reference, each.version)
        != (draft.partnership, draft.reference, draft.version)
    ]
    held = [
        replace(each, replaced_at=at)
        if (each.partnership, each.reference) == (draft.partnership, draft.reference)
        and (each.replaced_at is None or each.replaced_at > at)
        else each
        for each in others
    ]
    clauses = tuple(
        Start(min(each.day, draft.day_of(at))) if isinstance(each, Start) else each
        for each in draft.clauses
    )
    signed = replace(
        draft,
        clauses=clauses,
        signed=frozenset(draft.parties),
        active_at=at,
        replaced_at=None,
        withdrawals={},
    )
    return Register([*held, signed])
