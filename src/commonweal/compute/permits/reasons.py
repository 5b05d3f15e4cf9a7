"""Why agreements do not allow something: the clause that says so, told to whoever asked.

`deciding` finds out that a path is closed; what follows is only for telling why, and never opens one.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from commonweal.compute.permits.asking import READ, Ask, Refusal
from commonweal.compute.permits.clauses import LEVELS, MEMBER, PROVIDER, RECIPIENT, USER
from commonweal.compute.permits.governing import GRAINS, Grain, Place
from commonweal.compute.permits.register import Path
from commonweal.compute.permits.terms import NEVER, Terms

NOT_IN_FORCE = "not_in_force"

# How near a refusal came to a permit; of several the nearest is told, as it is the one to mend.
_NEARNESS: Mapping[str, int] = {
    code: rank
    for rank, code in enumerate(
        (
            "replaced",
            "not_signed",
            "partly_signed",
            "recipient_withdrawn",
            "expired",
            "not_started",
            "suspended",
            "user_withdrawn",
            "provider_not_named",
            "provider_withdrawn",
            "place_not_agreed",
            "grain_too_fine",
            "linkage_not_allowed",
            "publication_too_wide",
            "field_masked",
            "field_not_named",
        )
    )
}


NOT_NAMED = _NEARNESS["provider_not_named"]


def nearness(path: Path, code: str, at: datetime) -> int:
    """How near a closed path came, without making the refusal that says so."""
    return _NEARNESS[closure(path, at).code if code == NOT_IN_FORCE else code]


def nearest(refusals: Sequence[Refusal]) -> Refusal:
    if len(refusals) == 1:
        return refusals[0]
    return max(refusals, key=lambda each: _NEARNESS.get(each.code, -1))


def why_shut(path: Path, code: str, ask: Ask, at: datetime) -> Refusal:
    """The refusal for a path that is closed by the reason `code`."""
    return _TELL[code](path, ask, at)


def refusal(
    code: str, terms: Terms, kind: str, contract: str, params: Mapping[str, Any]
) -> Refusal:
    return Refusal(code, terms.reference, terms.number(kind, contract), kind, params)


def why_not_in_force(chain: Sequence[Terms], contract: str, at: datetime) -> Refusal | None:
    """Why an agreement is not in force at an instant; None when it is.

    `chain`: the agreement, then those it rests on. The one furthest up is named first. `contract`
    chooses among several data clauses and may be "".
    """
    for depth in range(len(chain) - 1, -1, -1):
        terms = chain[depth]
        for reason in _REASONS:
            found = reason(terms, chain[depth:], at)
            if found is not None:
                code, kind, params = found
                return refusal(code, terms, kind, contract, params)
    return None


def why_it_allows_nothing(chain: Sequence[Terms], at: datetime) -> Refusal | None:
    """Why nobody can use anything under an agreement at an instant; None while somebody can.

    Not in force, or every provider, or every user, has withdrawn from it or from what it rests on.
    """
    if closed := why_not_in_force(chain, "", at):
        return closed
    for role, code in ((PROVIDER, "provider_withdrawn"), (USER, "user_withdrawn")):
        for terms in reversed(chain):
            left = [_withdrew(each, chain, at) for each in ids(terms, role)]
            if left and None not in left:
                return _last_to_leave(code, filter(None, left))
    gone = [_withdrew(each, chain, at) for each in ids(chain[0], MEMBER)]
    if any(gone) and gone.count(None) < 2:
        return _last_to_leave("member_withdrawn", filter(None, gone))
    return None


def _last_to_leave(code: str, gone: Iterable[tuple[Terms, datetime, UUID]]) -> Refusal:
    terms, moment, organisation = max(gone, key=lambda each: each[1])
    params = {"organisation": terms.parties[organisation], "day": terms.day_of(moment)}
    return refusal(code, terms, "withdrawal", "", params)


def ids(terms: Terms, role: str) -> Iterable[UUID]:
    party = terms.party(role)
    return party.ids if party else ()


def _withdrew(
    organisation: UUID, chain: Sequence[Terms], at: datetime
) -> tuple[Terms, datetime, UUID] | None:
    """The agreement of the chain that it withdrew from first, and when; None while it takes part."""
    gone = [
        (terms, moment, organisation)
        for terms in chain
        if (moment := terms.withdrawals.get(organisation, NEVER)) <= at
    ]
    return min(gone, key=lambda each: each[1]) if gone else None


_Reason = tuple[str, str, Mapping[str, Any]] | None


def _replaced(terms: Terms, chain: Sequence[Terms], at: datetime) -> _Reason:
    if terms.replaced_at is None or at < terms.replaced_at:
        return None
    params = {"version": terms.version, "day": terms.day_of(terms.replaced_at)}
    return "replaced", "signature", params


def _unsigned(terms: Terms, chain: Sequence[Terms], at: datetime) -> _Reason:
    missing = terms.missing_signatures
    if not missing and terms.active_at is not None and terms.active_at <= at:
        return None
    partly = bool(terms.signed) and len(missing) < len(terms.parties)
    names = tuple(terms.parties[each] for each in missing or terms.parties)
    params = {"version": terms.version, "missing": names}
    return "partly_signed" if partly else "not_signed", "signature", params


def _paused(terms: Terms, chain: Sequence[Terms], at: datetime) -> _Reason:
    for start, end in terms.suspensions:
        if start <= at and (end is None or at < end):
            return "suspended", "suspension", {"day": terms.day_of(start)}
    return None


def _early(terms: Terms, chain: Sequence[Terms], at: datetime) -> _Reason:
    if at < terms.starts_at:
        return "not_started", "start", {"day": terms.day_of(terms.starts_at)}
    return None


def _late(terms: Terms, chain: Sequence[Terms], at: datetime) -> _Reason:
    if at >= terms.expires_at:
        return "expired", "expiry", {"day": terms.last_day}
    return None


def _unkept(terms: Terms, chain: Sequence[Terms], at: datetime) -> _Reason:
    party = terms.party(RECIPIENT)
    gone = [
        (moment, organisation.name, above)
        for organisation in (party.organisations if party else ())
        for above in chain
        if (moment := above.withdrawals.get(organisation.id, NEVER)) <= at
    ]
    if not gone:
        return None
    moment, organisation_name, above = max(gone, key=lambda each: each[0])
    params = {"organisation": organisation_name, "day": above.day_of(moment)}
    return "recipient_withdrawn", "withdrawal", params


_REASONS: tuple[Callable[[Terms, Sequence[Terms], datetime], _Reason], ...] = (
    _replaced,
    _unsigned,
    _paused,
    _early,
    _late,
    _unkept,
)


def withdrawn(code: str, path: Path, role: str, organisation: UUID) -> Refusal:
    """Names the agreement that the organisation withdrew from first."""
    left = [
        terms
        for terms in reversed(path.chain)
        if organisation in terms.withdrawals
        and any(organisation in ids(terms, each) for each in (role, MEMBER))
    ]
    terms = min(left, key=lambda each: each.withdrawals[organisation])
    day = terms.day_of(terms.withdrawals[organisation])
    params = {"organisation": terms.parties[organisation], "day": day}
    return refusal(code, terms, "withdrawal", path.contract, params)


def _fields(path: Path, ask: Ask) -> Refusal:
    for terms in reversed(path.chain):
        if not terms.contracts:
            continue
        held = terms.data(path.contract)
        if missing := tuple([each for each in ask.fields if not held or each not in held.fields]):
            params = {"contract": path.contract, "fields": missing}
            return refusal("field_not_named", terms, "data", path.contract, params)
    raise AssertionError("covered fields were asked why they are not")  # pragma: no cover


def _limit(path: Path, kind: str, code: str, params: Mapping[str, Any]) -> Refusal:
    source = next(each for each in path.obligations if each.kind == kind)
    return Refusal(code, source.reference, source.number, kind, params)


def not_named(path: Path, role: str, code: str) -> Refusal:
    """Names the clause of that role nearest to the request: the leaf's, else further up."""
    terms = next((each for each in path.chain if each.party(role)), path.leaf)
    return refusal(code, terms, role, path.contract, {"contract": path.contract})


def shown_by(ask: Ask) -> Sequence[str]:
    """The fields whose values the result tells: to read is to be shown all of them."""
    return ask.fields if ask.action == READ else ask.shown


def _too_fine(path: Path) -> Refusal:
    """Names the agreement furthest up that does not let single records be read."""
    for terms in reversed(path.chain):
        grain = terms.clause(Grain)
        if (grain and grain.level == GRAINS[0]) or (terms.contracts and not grain):
            params = {"contract": path.contract}
            kind = "grain" if grain else "data"
            return refusal("grain_too_fine", terms, kind, path.contract, params)
    raise AssertionError("records that may be read were asked why not")  # pragma: no cover


def _masked(path: Path, ask: Ask) -> Refusal:
    masked = tuple(each for each in shown_by(ask) if each in path.masked)
    for terms in reversed(path.chain):
        data = terms.data(path.contract)
        if data and not set(data.masked).isdisjoint(masked):
            params = {"contract": path.contract, "fields": masked}
            return refusal("field_masked", terms, "data", path.contract, params)
    raise AssertionError("a field that may be shown was asked why not")  # pragma: no cover


def _elsewhere(path: Path, ask: Ask) -> Refusal:
    """Names the agreement furthest up that does not have the place."""
    for terms in reversed(path.chain):
        place = terms.clause(Place)
        if place and ask.place not in place.countries:
            params = {"asked": ask.place or "?", "agreed": place.countries}
            return refusal("place_not_agreed", terms, "place", path.contract, params)
    raise AssertionError("a place that is agreed was asked why it is not")  # pragma: no cover


def closure(path: Path, at: datetime) -> Refusal:
    """Why a path is not in force, made once for each span of time between two of its changes."""
    span = bisect_right(path.changes, at)
    found = path.closures.get(span)
    if found is None:
        found = why_not_in_force(path.chain, path.contract, at)
        if found is None:  # pragma: no cover
            raise AssertionError("a path that is not in force was asked why, and nothing is amiss")
        path.closures[span] = found
    return found


def _too_wide(path: Path, ask: Ask) -> Refusal:
    params = {"asked": ask.output, "agreed": LEVELS[path.publication]}
    return _limit(path, "publication", "publication_too_wide", params)


_TELL: Mapping[str, Callable[[Path, Ask, datetime], Refusal]] = {
    NOT_IN_FORCE: lambda path, ask, at: closure(path, at),
    "user_withdrawn": lambda path, ask, at: withdrawn(
        "user_withdrawn", path, USER, ask.organisation
    ),
    "linkage_not_allowed": lambda path, ask, at: _limit(path, "linkage", "linkage_not_allowed", {}),
    "publication_too_wide": lambda path, ask, at: _too_wide(path, ask),
    "place_not_agreed": lambda path, ask, at: _elsewhere(path, ask),
    "grain_too_fine": lambda path, ask, at: _too_fine(path),
    "field_masked": lambda path, ask, at: _masked(path, ask),
    "field_not_named": lambda path, ask, at: _fields(path, ask),
}
"""How each reason for a closed path is told."""
