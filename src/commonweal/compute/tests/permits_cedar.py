"""Agreements told to Cedar, an engine that knows nothing of ours: the rules as Cedar policies.

Cedar is asked provider by provider: may this organisation submit, measure or read these records? What
was signed and what happened become entities; the rules below become policies for each sharing
agreement and for each licence under an agreement, alone and under each memorandum, whatever their
state. Days are compared as
calendar days where the agreement lives, not as instants, so that nothing of `terms.py` is used. With
each yes Cedar names every policy that says so, and with it the agreements on which the yes rests.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from cedarpy import AuthzResult, Entities, PolicySet, is_authorized_batch

from commonweal.compute.permits import clauses as c
from commonweal.compute.permits.asking import Ask
from commonweal.compute.permits.terms import Terms

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SEPARATOR = ", "
REACH = {"none": 0, "partners": 1, "public": 2}

# What no agreement can open.
ALWAYS = """
forbid (principal, action, resource)
when { context.fields.isEmpty() };

forbid (principal, action, resource)
when { context.reach > 2 };

forbid (principal, action == Action::"submit", resource)
unless { principal == resource.provider && [principal].containsAll(context.asked) };
"""

# A provider hands in, or reads back, its own records.
OWN = """
permit (
  principal,
  action in [Action::"submit", Action::"read_submission"],
  resource in Contract::"PARTNERSHIP/CONTRACT"
)
when { principal == resource.provider }
when { action == Action::"submit" || context.asked == [principal] }
"""

# A user works with the records of a provider. To read back one's own is no use.
USE = """
permit (
  principal,
  action in [Action::"measure", Action::"read_submission"],
  resource in Contract::"PARTNERSHIP/CONTRACT"
)
unless { action == Action::"read_submission" && context.asked == [principal] }
when { LICENCE.users.contains(principal) }
when { LICENCE.kind == "dul" && LICENCE.parent == AGREEMENT.reference }
when { LICENCE.partnership == AGREEMENT.partnership }
unless { LICENCE.hasTag(principal.key) && LICENCE.getTag(principal.key) <= context.now }
when { !(LICENCE has providers) || LICENCE.providers.contains(resource.provider) }
unless {
  LICENCE has providers
  && LICENCE.hasTag(resource.provider.key)
  && LICENCE.getTag(resource.provider.key) <= context.now
}
when { LICENCE.purposes.contains(context.purpose) && AGREEMENT.purposes.contains(context.purpose) }
unless { context.linkage && !LICENCE.linkage }
unless { context.linkage && !AGREEMENT.linkage }
when { context.reach <= LICENCE.reach && context.reach <= AGREEMENT.reach }
unless { action == Action::"read_submission" && !(LICENCE.records && AGREEMENT.records) }
unless { AGREEMENT.intermediaries.contains(principal) }
unless { LICENCE.masked has "CONTRACT" && LICENCE.masked["CONTRACT"].containsAny(context.shown) }
unless {
  AGREEMENT.masked has "CONTRACT" && AGREEMENT.masked["CONTRACT"].containsAny(context.shown)
}
"""

# A sharing agreement that rests on nothing, and one that rests on a memorandum.
ALONE = """
when { AGREEMENT.parent == "" }
"""
UNDER = """
when { MEMO.kind == "mou" && AGREEMENT.parent == MEMO.reference }
when { MEMO.partnership == AGREEMENT.partnership }
when { MEMO.members.contains(resource.provider) }
unless {
  MEMO.hasTag(resource.provider.key) && MEMO.getTag(resource.provider.key) <= context.now
}
"""
# What the memorandum says to who uses what others provide.
UNDER_USE = """
when { MEMO.members.contains(principal) }
unless { MEMO.hasTag(principal.key) && MEMO.getTag(principal.key) <= context.now }
when { MEMO.purposes.contains(context.purpose) }
unless { context.linkage && !MEMO.linkage }
when { context.reach <= MEMO.reach }
unless { action == Action::"read_submission" && !MEMO.records }
"""

# Whose data, and under which agreement it came in.
SHARED = """
when { AGREEMENT.kind == "dsa" }
when { AGREEMENT.providers.contains(resource.provider) }
unless {
  AGREEMENT.hasTag(resource.provider.key) && AGREEMENT.getTag(resource.provider.key) <= context.now
}
when { context.under == "" || context.under == AGREEMENT.reference }
"""

# Of every agreement that the use rests on.
STANDING = """
when { TERMS has active_at && TERMS.active_at <= context.now }
when { TERMS.signed.containsAll(TERMS.parties) }
unless { TERMS has replaced_at && TERMS.replaced_at <= context.now }
when { context.today["ZONE"] >= TERMS.first_day }
unless { context.today["ZONE"] > TERMS.last_day }
when { !(TERMS has places) || TERMS.places.contains(context.place) }
"""

# Of those that name data.
DATA = """
when { TERMS.data has "CONTRACT" }
when { TERMS.data["CONTRACT"].containsAll(context.fields) }
"""


def name(terms: Terms) -> str:
    return f'Agreement::"{terms.partnership}/{terms.reference}/{terms.version}"'


def only(terms: Terms, kind: str) -> Any:
    (found,) = [clause for clause in terms.clauses if clause.kind == kind]
    return found


def said(terms: Terms, kind: str, value: str, otherwise: Any) -> Any:
    """What the clause of a kind says, or what holds where there is none."""
    found = [clause for clause in terms.clauses if clause.kind == kind]
    return getattr(found[0], value) if found else otherwise


def ids(terms: Terms, role: str) -> list[UUID]:
    parties = [clause for clause in terms.clauses if clause.kind == role]
    return [each.id for clause in parties for each in clause.organisations]  # type: ignore[union-attr]


def micros(moment: datetime) -> int:
    """Cedar's own instants know milliseconds only."""
    return (moment - EPOCH) // timedelta(microseconds=1)


def number(day: date) -> int:
    return day.year * 10_000 + day.month * 100 + day.day


def standing(terms: Terms, above: Sequence[Terms]) -> str:
    text = STANDING + (DATA if terms.kind != "mou" else "")
    text = text.replace("TERMS", name(terms)).replace("ZONE", terms.zone)
    for start, end in terms.suspensions:
        until = f" && context.now < {micros(end)}" if end else ""
        text += f"unless {{ {micros(start)} <= context.now{until} }}\n"
    return text + kept(terms, above)


def kept(terms: Terms, above: Sequence[Terms]) -> str:
    """Somebody who keeps the data has withdrawn neither here nor where it keeps them above."""
    if not ids(terms, "recipient"):
        return ""
    remains = []
    for keeper in ids(terms, "recipient"):
        bound = [terms, *(each for each in above if keeper in parts(each))]
        gone = [
            f'({name(each)}.hasTag("{keeper}") && {name(each)}.getTag("{keeper}") <= context.now)'
            for each in bound
        ]
        remains.append(f"!({' || '.join(gone)})")
    return f"when {{ {' || '.join(remains)} }}\n"


def parts(terms: Terms) -> list[UUID]:
    """Who keeps data under an agreement; a member of a memorandum may."""
    return ids(terms, "recipient") + ids(terms, "member")


Chain = tuple[Terms, ...]


def policies(chains: Iterable[Chain]) -> PolicySet:
    """One policy for each chain, and what no agreement can open."""
    return PolicySet.from_str(
        "\n".join([ALWAYS, *(each for one in chains for each in policy(one))])
    )


def policy(chain: Chain) -> list[str]:
    """Of an agreement, or of a licence and an agreement, by itself or under a memorandum."""
    licences, agreement, above = (), chain[0], chain[1:]
    if above and above[0].kind == "dsa":
        licences, agreement, above = chain[:1], chain[1], chain[2:]
    text = (USE if licences else OWN) + SHARED + standing(agreement, above)
    text += resting(above, UNDER_USE if licences else "")
    for licence in licences:
        text = (text + standing(licence, chain[1:])).replace("LICENCE", name(licence))
    return covering(chain, text.replace("AGREEMENT", name(agreement)))


def resting(above: Sequence[Terms], use: str) -> str:
    """That the agreement rests on nothing, or on this memorandum and within it."""
    if not above:
        return ALONE
    (memorandum,) = above
    return (UNDER + use).replace("MEMO", name(memorandum)) + standing(memorandum, ())


def covering(chain: Chain, text: str) -> list[str]:
    """The policy for each contract of which the first agreement names fields, named by them all."""
    there = text.replace("PARTNERSHIP", str(chain[0].partnership))
    named = SEPARATOR.join(f"{each.reference} v{each.version}" for each in chain)
    data = [clause for clause in chain[0].clauses if isinstance(clause, c.Data)]
    return [f'@id("{named}")' + there.replace("CONTRACT", each.contract) + ";" for each in data]


def every_chain(everything: Sequence[Terms]) -> Iterator[Chain]:
    """Every agreement, and any licence with any agreement, by itself and under any memorandum.

    It is for Cedar to say that one is not above the other.
    """
    memoranda: list[Chain] = [(), *((each,) for each in everything if each.kind == "mou")]
    shared = [each for each in everything if each.kind == "dsa"]
    for terms in everything:
        for above in memoranda:
            yield (terms, *above)
            if terms.kind == "dul":
                yield from ((terms, agreement, *above) for agreement in shared)


def reference(kind: str, key: str) -> dict[str, Any]:
    return {"__entity": {"type": kind, "id": key}}


def entity(kind: str, key: str, attrs: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"uid": {"type": kind, "id": key}, "attrs": attrs, "tags": {}, "parents": [], **more}


def organisations(held: Iterable[UUID]) -> list[dict[str, Any]]:
    return [reference("Organisation", str(each)) for each in held]


def of_terms(terms: Terms) -> dict[str, Any]:
    parties = {each for role in c.ROLES for each in ids(terms, role)}
    data = [clause for clause in terms.clauses if isinstance(clause, c.Data)]
    attrs: dict[str, Any] = {
        "partnership": str(terms.partnership),
        "reference": terms.reference,
        "kind": terms.kind,
        "parent": terms.parent,
        "parties": organisations(parties),
        "signed": organisations(terms.signed),
        "users": organisations(ids(terms, "user")),
        "members": organisations(ids(terms, "member")),
        "intermediaries": organisations(ids(terms, "intermediary")),
        "purposes": list(only(terms, "purpose").purposes),
        "linkage": said(terms, "linkage", "allowed", True),
        "reach": REACH[said(terms, "publication", "level", "public")],
        "records": said(terms, "grain", "level", "totals" if data else "records") == "records",
        "masked": {clause.contract: list(clause.masked) for clause in data},
        "first_day": number(only(terms, "start").day),
        "last_day": number(only(terms, "expiry").day),
        "data": {clause.contract: list(clause.fields) for clause in data},
    }
    if places := said(terms, "place", "countries", ()):
        attrs["places"] = list(places)
    if providers := ids(terms, "provider"):
        attrs["providers"] = organisations(providers)
    for key, moment in (("active_at", terms.active_at), ("replaced_at", terms.replaced_at)):
        if moment is not None:
            attrs[key] = micros(moment)
    gone = {str(each): micros(moment) for each, moment in terms.withdrawals.items()}
    key = f"{terms.partnership}/{terms.reference}/{terms.version}"
    return entity("Agreement", key, attrs, tags=gone)


def entities(
    everything: Iterable[Terms], asks: Iterable[Ask], everybody: Iterable[UUID]
) -> Entities:
    """Agreements, organisations and every set of records that is asked about.

    An entity that is missing would be refused for that alone.
    """
    people = list(everybody)
    held = [of_terms(terms) for terms in everything]
    held += [entity("Organisation", str(each), {"key": str(each)}) for each in people]
    for partnership, contract in {(ask.partnership, ask.contract) for ask in asks}:
        for provider in people:
            attrs = {"provider": reference("Organisation", str(provider))}
            key = f"{partnership}/{contract}"
            parents = [{"type": "Contract", "id": key}]
            held.append(entity("Records", f"{key}/{provider}", attrs, parents=parents))
    return Entities.from_json_str(json.dumps(held))


def request(ask: Ask, provider: UUID, at: datetime, zones: Iterable[str]) -> dict[str, Any]:
    context = {
        "asked": organisations(ask.providers),
        "fields": list(ask.fields),
        "purpose": ask.purpose,
        "linkage": ask.linkage,
        # What is not known might go further than anything.
        "reach": REACH.get(ask.output, 3),
        "under": ask.under,
        "place": ask.place,
        "shown": list(ask.fields if ask.action == "read_submission" else ask.shown),
        "now": micros(at),
        "today": {zone: number(at.astimezone(ZoneInfo(zone)).date()) for zone in zones},
    }
    return {
        "principal": {"type": "Organisation", "id": str(ask.organisation)},
        "action": {"type": "Action", "id": ask.action},
        "resource": {
            "type": "Records",
            "id": f"{ask.partnership}/{ask.contract}/{provider}",
        },
        "context": context,
    }


Case = tuple[Ask, datetime]


def allowed(
    everything: Sequence[Terms], cases: Sequence[Case], everybody: Sequence[UUID]
) -> list[dict[UUID, set[str]]]:
    """For each request at its instant: whose data Cedar lets be used, and on what that rests."""
    zones = {terms.zone for terms in everything}
    requests, owners = [], []
    for place, (ask, at) in enumerate(cases):
        for provider in dict.fromkeys(ask.providers or everybody):
            requests.append(request(ask, provider, at, zones))
            owners.append((place, provider))
    answers = is_authorized_batch(
        requests,
        policies(every_chain(everything)),
        entities(everything, [ask for ask, _at in cases], everybody),
    )
    found: list[dict[UUID, set[str]]] = [{} for _case in cases]
    for (place, provider), answer in zip(owners, answers, strict=True):
        if yes(answer):
            found[place][provider] = rests_on(answer)
    return found


def yes(answer: AuthzResult) -> bool:
    """Whether Cedar allows it. A rule that could not be evaluated would silently not count."""
    if answer.diagnostics.errors:
        raise AssertionError(answer.diagnostics.errors)
    return answer.allowed


def rests_on(answer: AuthzResult) -> set[str]:
    """Every agreement, with its version, of every policy that says yes."""
    named = answer.diagnostics.id_annotations_by_reason.values()
    return {each for chain in named for each in chain.split(SEPARATOR)}
