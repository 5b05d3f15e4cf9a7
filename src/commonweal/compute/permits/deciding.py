"""The one function that decides what agreements allow. Deny by default.

To hand in data needs a sharing agreement in force that names the contract, the provider and the
fields. To measure or read needs a licence in force, for that user and that purpose, whose agreement
is in force too; the limits are the stricter of both. Each provider is decided for itself: a provider
that withdrew is left out with its refusal, the others remain; no provider left is a refusal.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from commonweal.compute.permits.asking import (
    ACTIONS,
    SUBMIT,
    Ask,
    Basis,
    Obligation,
    Permit,
    Refusal,
)
from commonweal.compute.permits.clauses import LEVELS, PROVIDER, RECIPIENT, USER
from commonweal.compute.permits.register import Path, Register
from commonweal.compute.permits.terms import NEVER, Terms, aware

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
            "linkage_not_allowed",
            "publication_too_wide",
            "field_not_named",
        )
    )
}


def decide(ask: Ask, terms: Register | Iterable[Terms], at: datetime) -> Permit | Refusal:
    """What the agreements answer to one request at one instant.

    Pass a `Register` to decide many times: it indexes the terms once. Every instant at which an
    answer changes (start, expiry, withdrawal, suspension, replacement) belongs to the new answer.
    Raises Unusable for an instant without a time zone, nothing else.
    """
    aware(at)
    register = terms if isinstance(terms, Register) else Register(terms)
    own = ask.concerns_own_data
    if refusal := _malformed(ask, own):
        return refusal
    opened: list[Path] = []
    shut: list[_Shut] = []
    for path in _paths(ask, own, register):
        if code := _shut(path, ask, own, at):
            shut.append(_Shut(path, code))
        else:
            opened.append(path)
    if not opened and not shut:
        return _nothing_found(ask, register, at)
    granted: dict[UUID, Path] = {}
    refused: dict[UUID, Refusal] = {}
    for provider in _asked_providers(ask, own, opened, shut, at):
        # The strictest path comes first.
        for path in opened:
            if provider in path.providers and not (
                path.provider_until and path.provider_until.get(provider, NEVER) <= at
            ):
                granted[provider] = path
                break
        else:
            refused[provider] = _why_not(provider, opened, shut, ask, at)
    if not granted:
        reasons = [*refused.values(), *(each.why(ask, at) for each in shut)]
        # Two agreements without a provider in common leave nobody to refuse.
        return _nearest(reasons or [_not_named(opened[0], PROVIDER, "provider_not_named")])
    return _permit(ask, granted, refused, at)


def _malformed(ask: Ask, own: bool) -> Refusal | None:
    if ask.action not in ACTIONS or ask.output not in LEVELS:
        said = ask.action if ask.action not in ACTIONS else ask.output
        return Refusal("unknown_action", params={"action": said})
    if not ask.fields:
        return Refusal("nothing_asked", params={"contract": ask.contract})
    if not ask.purpose and not own:
        return Refusal("no_purpose", params={"contract": ask.contract})
    if ask.action == SUBMIT and not {ask.organisation}.issuperset(ask.providers):
        return Refusal("not_own_data")
    return None


def _paths(ask: Ask, own: bool, register: Register) -> Sequence[Path]:
    if own:
        place = (ask.partnership, ask.contract, ask.organisation)
        return _under(ask, register.of_provider.get(place, ()))
    key = (ask.partnership, ask.contract, ask.organisation, ask.purpose)
    return _under(ask, register.of_user.get(key, ()))


def _under(ask: Ask, paths: Sequence[Path]) -> Sequence[Path]:
    """Those that lead up to the agreement under which the data lies, if the request names it."""
    return [each for each in paths if each.chain[-1].reference == ask.under] if ask.under else paths


def _asked_providers(
    ask: Ask, own: bool, opened: Sequence[Path], shut: Sequence[_Shut], at: datetime
) -> Iterable[UUID]:
    """Whose data is asked for, each once, in a fixed order."""
    if own:
        return (ask.organisation,)
    if ask.providers:
        return dict.fromkeys(ask.providers)
    naming = [*opened, *(each.path for each in shut if not _is_replaced(each, at))]
    if len(naming) == 1:
        return naming[0].in_order
    return sorted({provider for path in naming for provider in path.providers})


class _Shut:
    """A path that is closed to a request. The refusal itself is made when it is told, and once."""

    __slots__ = ("code", "path", "refusal")

    def __init__(self, path: Path, code: str) -> None:
        self.path = path
        self.code = code
        self.refusal: Refusal | None = None

    def why(self, ask: Ask, at: datetime) -> Refusal:
        if self.refusal is None:
            self.refusal = _why_shut(self.path, self.code, ask, at)
        return self.refusal


_NOT_IN_FORCE = "not_in_force"


def _shut(path: Path, ask: Ask, own: bool, at: datetime) -> str:
    """The code of why the path is closed to this request as a whole, "" when it is open."""
    if not path.in_force(at):
        return _NOT_IN_FORCE
    if not own:
        if path.user_until and path.user_until.get(ask.organisation, NEVER) <= at:
            return "user_withdrawn"
        if ask.linkage and not path.linkage:
            return "linkage_not_allowed"
        if LEVELS.index(ask.output) > path.publication:
            return "publication_too_wide"
    return "" if path.fields.issuperset(ask.fields) else "field_not_named"


def _why_shut(path: Path, code: str, ask: Ask, at: datetime) -> Refusal:
    if code == _NOT_IN_FORCE:
        return _closure(path, at)
    if code == "user_withdrawn":
        return _withdrawn(code, path, USER, ask.organisation)
    if code == "linkage_not_allowed":
        return _limit(path, "linkage", code, {})
    if code == "publication_too_wide":
        params = {"asked": ask.output, "agreed": LEVELS[path.publication]}
        return _limit(path, "publication", code, params)
    return _fields(path, ask)


def _closure(path: Path, at: datetime) -> Refusal:
    """Why a path is not in force, made once for each span of time between two of its changes."""
    span = bisect_right(path.changes, at)
    found = path.closures.get(span)
    if found is None:
        found = why_not_in_force(path.chain, path.contract, at)
        if found is None:  # pragma: no cover
            raise AssertionError("a path that is not in force was asked why, and nothing is amiss")
        path.closures[span] = found
    return found


def _is_replaced(shut: _Shut, at: datetime) -> bool:
    return shut.code == _NOT_IN_FORCE and _closure(shut.path, at).code == "replaced"


def _why_not(
    provider: UUID, opened: Sequence[Path], shut: Sequence[_Shut], ask: Ask, at: datetime
) -> Refusal:
    """Why no path lets this provider's data be used: the reason that came nearest."""
    reasons = [each.why(ask, at) for each in shut if provider in each.path.providers]
    reasons += [
        _withdrawn("provider_withdrawn", path, PROVIDER, provider)
        for path in opened
        if provider in path.providers
    ]
    if not reasons:
        paths = [*opened, *(each.path for each in shut)]
        reasons = [_not_named(paths[0], PROVIDER, "provider_not_named")]
    return _nearest(reasons)


def _nearest(refusals: Sequence[Refusal]) -> Refusal:
    if len(refusals) == 1:
        return refusals[0]
    return max(refusals, key=lambda each: _NEARNESS.get(each.code, -1))


def _refusal(
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
                return _refusal(code, terms, kind, contract, params)
    return None


def why_it_allows_nothing(chain: Sequence[Terms], at: datetime) -> Refusal | None:
    """Why nobody can use anything under an agreement at an instant; None while somebody can.

    Not in force, or every provider, or every user, has withdrawn from it or from what it rests on.
    """
    if closed := why_not_in_force(chain, "", at):
        return closed
    for role, code in ((PROVIDER, "provider_withdrawn"), (USER, "user_withdrawn")):
        for terms in reversed(chain):
            left = [_withdrew(each, chain, at) for each in _ids(terms, role)]
            if left and None not in left:
                last, moment, organisation = max(filter(None, left), key=lambda each: each[1])
                params = {
                    "organisation": last.parties[organisation],
                    "day": last.day_of(moment),
                }
                return _refusal(code, last, "withdrawal", "", params)
    return None


def _ids(terms: Terms, role: str) -> Iterable[UUID]:
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


def _withdrawn(code: str, path: Path, role: str, organisation: UUID) -> Refusal:
    """Names the agreement that the organisation withdrew from first."""
    left = [
        terms
        for terms in reversed(path.chain)
        if organisation in terms.withdrawals
        and (party := terms.party(role))
        and organisation in party.ids
    ]
    terms = min(left, key=lambda each: each.withdrawals[organisation])
    day = terms.day_of(terms.withdrawals[organisation])
    params = {"organisation": terms.parties[organisation], "day": day}
    return _refusal(code, terms, "withdrawal", path.contract, params)


def _fields(path: Path, ask: Ask) -> Refusal:
    for terms in reversed(path.chain):
        held = terms.data(path.contract)
        missing = tuple(each for each in ask.fields if not held or each not in held.fields)
        if terms.contracts and missing:
            params = {"contract": path.contract, "fields": missing}
            return _refusal("field_not_named", terms, "data", path.contract, params)
    raise AssertionError("covered fields were asked why they are not")  # pragma: no cover


def _limit(path: Path, kind: str, code: str, params: Mapping[str, Any]) -> Refusal:
    source = next(each for each in path.obligations if each.kind == kind)
    return Refusal(code, source.reference, source.number, kind, params)


def _not_named(path: Path, role: str, code: str) -> Refusal:
    """Names the clause of that role nearest to the request: the leaf's, else further up."""
    terms = next((each for each in path.chain if each.party(role)), path.leaf)
    return _refusal(code, terms, role, path.contract, {"contract": path.contract})


def _nothing_found(ask: Ask, register: Register, at: datetime) -> Refusal:
    """No agreement opens exactly this: say which clause came nearest."""
    place = (ask.partnership, ask.contract)
    sharing = _under(ask, register.sharing.get(place, ()))
    if not sharing:
        for orphan in register.orphans.get(place, ()):
            return _refusal(
                "no_parent", orphan, "signature", ask.contract, {"parent": orphan.parent}
            )
        return Refusal("no_agreement", params={"contract": ask.contract})
    if ask.concerns_own_data:
        return _not_named(_foremost(sharing, at), PROVIDER, "provider_not_named")
    return _no_licence(ask, sharing, _under(ask, register.licensing.get(place, ())), at)


def _no_licence(
    ask: Ask, sharing: Sequence[Path], licensing: Sequence[Path], at: datetime
) -> Refusal:
    contract = {"contract": ask.contract}
    purpose = {**contract, "purpose": ask.purpose}
    if mine := [path for path in licensing if ask.organisation in path.users]:
        licence = _foremost(mine, at).leaf
        return _refusal("purpose_not_named", licence, "purpose", ask.contract, purpose)
    if others := [path for path in licensing if ask.purpose in path.purposes]:
        return _not_named(_foremost(others, at), USER, "user_not_named")
    agreement = _foremost(sharing, at).leaf
    if not any(ask.purpose in path.purposes for path in sharing):
        return _refusal("purpose_not_named", agreement, "purpose", ask.contract, purpose)
    return _refusal("no_licence", agreement, "purpose", ask.contract, contract)


def _foremost(paths: Sequence[Path], at: datetime) -> Path:
    """The one to name: in force rather than not, then the newest."""
    return max(paths, key=lambda path: (path.in_force(at), path.leaf.version, path.leaf.reference))


def _together(paths: Sequence[Path]) -> tuple[tuple[Obligation, ...], tuple[Basis, ...]]:
    """What several paths demand together, and what they rest on."""
    if len(paths) == 1:
        return paths[0].obligations, paths[0].bases
    strictest: dict[str, Obligation] = {}
    for path in paths:
        for each in path.obligations:
            held = strictest.get(each.kind)
            if held is None or _weight(each) < _weight(held):
                strictest[each.kind] = each
    bases = dict.fromkeys(basis for path in paths for basis in path.bases)
    return tuple(strictest.values()), tuple(bases)


def _weight(obligation: Obligation) -> int:
    """Smaller is stricter."""
    if obligation.kind == "minimum_cell":
        return -int(obligation.value)
    if obligation.kind == "publication":
        return LEVELS.index(str(obligation.value))
    return int(obligation.value)


def _permit(
    ask: Ask, granted: Mapping[UUID, Path], refused: Mapping[UUID, Refusal], at: datetime
) -> Permit:
    paths = list(dict.fromkeys(granted.values()))
    obligations, bases = _together(paths)
    expires, minimum_cell = NEVER, 0
    for path in paths:
        minimum_cell = max(minimum_cell, path.minimum_cell)
        expires = min(expires, path.lasts_until(at))
        if path.user_until:
            expires = min(expires, path.user_until.get(ask.organisation, NEVER))
    for provider, path in granted.items():
        if path.provider_until:
            expires = min(expires, path.provider_until.get(provider, NEVER))
    return Permit.to(
        ask,
        providers=tuple(granted),
        refused_providers=refused,
        minimum_cell=minimum_cell,
        agreements=bases,
        obligations=obligations,
        granted_at=at,
        expires_at=expires,
    )
