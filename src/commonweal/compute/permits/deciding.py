"""The one function that decides what agreements allow. Deny by default.

To hand in data needs a sharing agreement in force that names the contract, the provider and the
fields. To measure or read needs a licence in force, for that user and that purpose, whose agreement
is in force too; the limits are the stricter of both. Each provider is decided for itself: a provider
that withdrew is left out with its refusal, the others remain; no provider left is a refusal.

A licence covers a request for a provider when it would grant it if it were the only one. One that
covers it is enough for a yes; every one that covers it limits the permit, each limit being the
strictest of them all. A licence that would refuse the request neither opens nor limits it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from operator import attrgetter
from uuid import UUID

from commonweal.compute.permits.asking import (
    ACTIONS,
    READ,
    SUBMIT,
    Ask,
    Permit,
    Refusal,
)
from commonweal.compute.permits.clauses import (
    INTERMEDIARY,
    LEVELS,
    PROVIDER,
    USER,
)
from commonweal.compute.permits.limits import strictest
from commonweal.compute.permits.reasons import (
    NOT_IN_FORCE,
    NOT_NAMED,
    closure,
    ids,
    nearest,
    nearness,
    not_named,
    refusal,
    shown_by,
    why_shut,
    withdrawn,
)
from commonweal.compute.permits.register import Path, Register
from commonweal.compute.permits.terms import NEVER, Terms, aware

NOBODY: frozenset[UUID] = frozenset()
_Shut = tuple[Path, str]
"""A path that is closed to a request, and the code of why. The refusal is made when it is told."""


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
        if code := _code(path, ask, own, at):
            shut.append((path, code))
        else:
            opened.append(path)
    if not opened:
        return _why_none_opens(ask, own, shut, at) if shut else _nothing_found(ask, register, at)
    wanted = _asked_providers(ask, own, opened, shut, at)
    covering = _covering(wanted, opened, at)
    covered = NOBODY.union(*covering.values())
    refused: dict[UUID, Refusal] = {}
    if len(covered) < len(wanted):
        for provider in wanted:
            if provider not in covered:
                refused[provider] = _why_not(provider, opened, shut, ask, at)
    if not covered:
        reasons = [*refused.values(), *(why_shut(path, code, ask, at) for path, code in shut)]
        # Two agreements without a provider in common leave nobody to refuse.
        return nearest(reasons or [not_named(opened[0], PROVIDER, "provider_not_named")])
    granted = tuple([each for each in wanted if each in covered]) if refused else wanted
    return _permit(ask, granted, refused, covering, at)


def _malformed(ask: Ask, own: bool) -> Refusal | None:
    if ask.action not in ACTIONS or ask.output not in LEVELS:
        said = ask.action if ask.action not in ACTIONS else ask.output
        return Refusal("unknown_action", params={"action": said})
    if not ask.fields:
        return Refusal("nothing_asked", params={"contract": ask.contract})
    if not ask.purpose and not own:
        return Refusal("no_purpose", params={"contract": ask.contract})
    if ask.action == SUBMIT and not ask.names_no_other:
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
    return [each for each in paths if each.source == ask.under] if ask.under else paths


def _asked_providers(
    ask: Ask, own: bool, opened: Sequence[Path], shut: Sequence[_Shut], at: datetime
) -> tuple[UUID, ...]:
    """Whose data is asked for, each once, in a fixed order."""
    if own:
        return (ask.organisation,)
    if ask.providers:
        return ask.providers if len(ask.providers) == 1 else tuple(dict.fromkeys(ask.providers))
    naming = [*opened, *(path for path, code in shut if not _is_replaced(path, code, at))]
    if len(naming) == 1:
        return naming[0].in_order
    named = NOBODY.union(*[path.providers for path in naming])
    return tuple(sorted(named, key=attrgetter("int")))


def _code(path: Path, ask: Ask, own: bool, at: datetime) -> str:
    """The code of why the path is closed to this request as a whole, "" when it is open."""
    if not path.opens <= at < path.closes or (path.suspensions and path.suspension(at)):
        return NOT_IN_FORCE
    if path.countries is not None and ask.place not in path.countries:
        return "place_not_agreed"
    if not path.fields.issuperset(ask.fields):
        return "field_not_named"
    return "" if own else _beyond(path, ask, at)


def _beyond(path: Path, ask: Ask, at: datetime) -> str:
    """The code of why others may not use the data in this way."""
    if path.user_until and path.user_until.get(ask.organisation, NEVER) <= at:
        return "user_withdrawn"
    if ask.linkage and not path.linkage:
        return "linkage_not_allowed"
    if LEVELS.index(ask.output) > path.publication:
        return "publication_too_wide"
    if ask.action == READ and not path.records:
        return "grain_too_fine"
    if path.masked and not path.masked.isdisjoint(shown_by(ask)):
        return "field_masked"
    return ""


def _is_replaced(path: Path, code: str, at: datetime) -> bool:
    return code == NOT_IN_FORCE and closure(path, at).code == "replaced"


def _covering(
    wanted: Sequence[UUID], opened: Sequence[Path], at: datetime
) -> dict[Path, frozenset[UUID]]:
    """Every open path that lets data of one of the providers be used, with those of whom it does."""
    covering = {}
    # Of two sets the hashes are known; to look up one id after the other would make them anew.
    asked = opened[0].providers if wanted is opened[0].in_order else frozenset(wanted)
    for path in opened:
        covered = path.providers & asked
        if gone := path.provider_until:
            covered = frozenset([each for each in covered if gone.get(each, NEVER) > at])
        if covered:
            covering[path] = covered
    return covering


def _why_none_opens(ask: Ask, own: bool, shut: Sequence[_Shut], at: datetime) -> Refusal:
    """The reason that came nearest; of several, one that concerns a provider that is asked for."""
    # What is in force and refuses came nearer than whatever is not in force.
    told = [each for each in shut if each[1] != NOT_IN_FORCE] or shut
    if len(told) == 1:
        near, rank = told, nearness(*told[0], at)
    else:
        ranks = [nearness(path, code, at) for path, code in told]
        rank = max(ranks)
        near = [each for each, its in zip(told, ranks, strict=True) if its == rank]
    if (
        rank < NOT_NAMED
        and ask.providers
        and not own
        and set(ask.providers).difference(*[path.providers for path, _code in shut])
    ):
        return not_named(shut[0][0], PROVIDER, "provider_not_named")
    if len(near) > 1:
        wanted = _asked_providers(ask, own, (), shut, at)
        near = [each for who in wanted for each in near if who in each[0].providers] or near
    return why_shut(*near[0], ask, at)


def _why_not(
    provider: UUID, opened: Sequence[Path], shut: Sequence[_Shut], ask: Ask, at: datetime
) -> Refusal:
    """Why no path lets this provider's data be used: the reason that came nearest."""
    reasons = [
        why_shut(path, code, ask, at) for path, code in shut if provider in path.providers
    ] + [
        withdrawn("provider_withdrawn", path, PROVIDER, provider)
        for path in opened
        if provider in path.providers
    ]
    return nearest(reasons or [not_named(opened[0], PROVIDER, "provider_not_named")])


def _nothing_found(ask: Ask, register: Register, at: datetime) -> Refusal:
    """No agreement opens exactly this: say which clause came nearest."""
    place = (ask.partnership, ask.contract)
    sharing = _under(ask, register.sharing.get(place, ()))
    if not sharing:
        for orphan in register.orphans.get(place, ()):
            return refusal(
                "no_parent", orphan, "signature", ask.contract, {"parent": orphan.parent}
            )
        return Refusal("no_agreement", params={"contract": ask.contract})
    if ask.concerns_own_data:
        return not_named(_foremost(sharing, at), PROVIDER, "provider_not_named")
    return _no_licence(ask, sharing, _under(ask, register.licensing.get(place, ())), at)


def _no_licence(
    ask: Ask, sharing: Sequence[Path], licensing: Sequence[Path], at: datetime
) -> Refusal:
    contract = {"contract": ask.contract}
    purpose = {**contract, "purpose": ask.purpose}
    acting = frozenset((ask.organisation,))
    for path in licensing:
        if path.intermediaries and ask.organisation in path.intermediaries:
            terms = next(each for each in path.chain if ask.organisation in ids(each, INTERMEDIARY))
            params = {"organisation": terms.parties[ask.organisation]}
            return refusal("intermediary_uses", terms, INTERMEDIARY, ask.contract, params)
    if mine := [path for path in licensing if not path.users.isdisjoint(acting)]:
        licence = _foremost(mine, at).leaf
        return refusal("purpose_not_named", licence, "purpose", ask.contract, purpose)
    if others := [path for path in licensing if ask.purpose in path.purposes]:
        return not_named(_foremost(others, at), USER, "user_not_named")
    agreement = _foremost(sharing, at).leaf
    if not any(ask.purpose in path.purposes for path in sharing):
        return refusal("purpose_not_named", agreement, "purpose", ask.contract, purpose)
    return refusal("no_licence", agreement, "purpose", ask.contract, contract)


def _foremost(paths: Sequence[Path], at: datetime) -> Path:
    """The one to name: in force rather than not, then the newest."""
    newest = sorted(paths, key=attrgetter("leaf.version", "leaf.reference"), reverse=True)
    return next((path for path in newest if path.in_force(at)), newest[0])


def _permit(
    ask: Ask,
    granted: tuple[UUID, ...],
    refused: Mapping[UUID, Refusal],
    covering: Mapping[Path, frozenset[UUID]],
    at: datetime,
) -> Permit:
    """Within the strictest limits of all paths that cover the request, until the first of them ends."""
    ends = [NEVER]
    for path, covered in covering.items():
        ends.append(path.lasts_until(at))
        if path.user_until:
            ends.append(path.user_until.get(ask.organisation, NEVER))
        if path.provider_until:
            ends += [path.provider_until.get(each, NEVER) for each in covered]
    # As they are in the register: the largest smallest group first.
    first = next(iter(covering))
    obligations, bases = first.obligations, first.bases
    if len(covering) > 1:
        obligations = strictest([each for path in covering for each in path.obligations])
        bases = tuple(dict.fromkeys([basis for path in covering for basis in path.bases]))
    return Permit.to(
        ask,
        providers=granted,
        refused_providers=refused,
        minimum_cell=first.minimum_cell,
        agreements=bases,
        obligations=obligations,
        granted_at=at,
        expires_at=min(ends),
    )
