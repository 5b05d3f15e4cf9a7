"""Permission: `decide` over two hundred agreements, beside Cedar on the same requests.

    python bench/policy.py [--asks 20000] [--decisions 100000] [--cedar 1000]
        [--out bench/results/policy.json]

One partnership of 40 organisations with 200 agreements of all three tiers: 8 memoranda of
understanding, 56 sharing agreements of which five in six rest on a memorandum, and 136 licences under
these, some in several versions, some withdrawn from, suspended, expired, not yet begun or not signed
by all; requests of which about two in five are granted. Everything runs in this one process on one
core; CPU seconds are the measure, as wall time depends on what else the machine does. Each contestant
runs five times in turn and the run in the middle counts. Cedar is asked once for each provider whose
data one of our decisions is about, with policies and entities parsed beforehand, so both rates are
given: by request to Cedar, and by the whole decision that those requests add up to. `batched` gives it
all policies, `by_contract` only those of agreements that name the contract. The answers must be the
same, provider by provider and agreement by agreement on which a yes rests, or the run ends.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import platform
import random
import resource
import sys
import time
import tracemalloc
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import UUID

from cedarpy import AuthzResult, is_authorized, is_authorized_batch

from commonweal.compute.permits import clauses as c
from commonweal.compute.permits.asking import MEASURE, READ, SUBMIT, Ask, Permit, Refusal
from commonweal.compute.permits.deciding import decide
from commonweal.compute.permits.purposes import PURPOSES
from commonweal.compute.permits.register import Register
from commonweal.compute.permits.terms import Terms, terms_from
from commonweal.compute.tests import permits_cedar as cedar

PARTNERSHIP = UUID(int=1)
ORGANISATIONS = [c.Organisation(UUID(int=1000 + n), f"Organisation {n}") for n in range(40)]
HUBS, PROVIDERS, USERS = ORGANISATIONS[:4], ORGANISATIONS[4:28], ORGANISATIONS[24:]
CONTRACTS = [f"contract-{n}" for n in range(12)]
FIELDS = [f"field_{n}" for n in range(10)]
MEMORANDA, AGREEMENTS, LICENCES = 8, 56, 136
NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
SIGNED = datetime(2025, 2, 1, tzinfo=UTC)
REPEATS = 5
LINUX = sys.platform == "linux"
UNIT = 1 if sys.platform == "darwin" else 1024


def party(role: str, organisations: list[c.Organisation]) -> c.Party:
    return c.Party(role, tuple(organisations))


class World:
    """The agreements, and requests about them, from one seed."""

    def __init__(self, asks: int, seed: int = 2026) -> None:
        self.random = random.Random(seed)
        self.terms: list[Terms] = []
        memoranda = [
            self._add("mou", f"MOU-{number}", self._memorandum())
            for number in range(1, MEMORANDA + 1)
        ]
        framed = [
            (self.random.choice(memoranda) if self.random.random() < 5 / 6 else None)
            for _ in range(AGREEMENTS)
        ]
        self.shared = [
            self._add("dsa", f"DSA-{number}", self._agreement(above), above)
            for number, above in enumerate(framed, 1)
        ]
        rested = [self.random.randrange(AGREEMENTS) for _ in range(LICENCES)]
        self.licensed = [
            self._add(
                "dul", f"DUL-{number}", self._licence(self.shared[n], framed[n]), self.shared[n]
            )
            for number, n in enumerate(rested, 1)
        ]
        self.asks = [self._ask() for _ in range(asks)]

    def _some(self, values: list[Any], low: int, high: int) -> list[Any]:
        return self.random.sample(values, min(len(values), self.random.randint(low, high)))

    def _life(self) -> list[c.Clause]:
        ends = date(2026, 3, 31) if self.random.random() < 0.05 else date(2027, 12, 31)
        starts = date(2026, 9, 1) if self.random.random() < 0.03 and ends.year > 2026 else None
        return [
            c.Signature(),
            c.Start(starts or date(2025, 3, 1)),
            c.Expiry(ends),
            c.Suspension(),
            c.Withdrawal(30),
        ]

    def _memorandum(self) -> list[c.Clause]:
        """Who works together and what for; some set limits for all below."""
        return [
            party("member", [*HUBS, *self._some(ORGANISATIONS[len(HUBS) :], 16, 30)]),
            c.Purpose(tuple(self._some(list(PURPOSES), 8, 12))),
            *([c.MinimumCell(5)] if self.random.random() < 0.5 else []),
            *([c.Linkage(False)] if self.random.random() < 0.2 else []),
            *([c.Publication("partners")] if self.random.random() < 0.2 else []),
            *self._life(),
        ]

    def _agreement(self, above: Terms | None) -> list[c.Clause]:
        """Within the memorandum it rests on, if any."""
        members = above.party("member") if above else None
        purpose = above.clause(c.Purpose) if above else None
        bound = {clause.kind for clause in above.clauses} if above else set()
        providers = [each for each in PROVIDERS if not members or each.id in members.ids]
        reach = ["partners"] if "publication" in bound else ["partners", "public"]
        return [
            party("provider", self._some(providers, 2, 6)),
            party("recipient", self._some(HUBS, 1, 2)),
            *(
                c.Data(contract, tuple(self._some(FIELDS, 5, 10)))
                for contract in self._some(CONTRACTS, 1, 2)
            ),
            c.Purpose(tuple(self._some(list(purpose.purposes if purpose else PURPOSES), 4, 8))),
            c.MinimumCell(self.random.choice([5, 10] if "minimum_cell" in bound else [3, 5, 10])),
            c.Linkage("linkage" not in bound and self.random.random() < 0.5),
            c.Publication(self.random.choice(reach)),
            c.Retention(self.random.choice([24, 36, 60])),
            *self._life(),
        ]

    def _licence(self, parent: Terms, memorandum: Terms | None) -> list[c.Clause]:
        """Narrower than the agreement in some of its clauses, as wide in the others."""
        keeps, may_use, purpose = parent.party("recipient"), parent.party("provider"), None
        purpose = parent.clause(c.Purpose)
        assert keeps and may_use and purpose
        contract = self.random.choice(parent.contracts)
        data = parent.data(contract)
        linked, reach = parent.clause(c.Linkage), parent.clause(c.Publication)
        assert data and linked and reach
        named = self._some(list(may_use.organisations), 1, 4)
        members = memorandum.party("member") if memorandum else None
        users = [each for each in USERS if not members or each.id in members.ids]
        return [
            *([party("provider", named)] if self.random.random() < 0.2 else []),
            party("recipient", list(keeps.organisations)),
            party("user", self._some(users, 1, 3)),
            c.Data(contract, tuple(self._some(list(data.fields), 3, 8))),
            c.Purpose(tuple(self._some(list(purpose.purposes), 1, 3))),
            c.MinimumCell(self.random.choice([10, 15, 20])),
            c.Linkage(linked.allowed and self.random.random() < 0.5),
            c.Publication(self.random.choice(c.LEVELS[: c.LEVELS.index(reach.level) + 1])),
            c.Retention(12),
            *self._life(),
        ]

    def _add(
        self, kind: str, reference: str, clauses: list[c.Clause], parent: Terms | None = None
    ) -> Terms:
        """The version in force, in a third of cases after one that it replaced."""
        parties = {each for clause in clauses if isinstance(clause, c.Party) for each in clause.ids}
        facts: dict[str, Any] = {
            "partnership": PARTNERSHIP,
            "reference": reference,
            "kind": kind,
            "zone": "Europe/London",
            "parent": parent.reference if parent else "",
        }
        older = self.random.random() < 0.33
        renewed = SIGNED + timedelta(days=300)
        if older:
            before = {**facts, "version": 1, "text_hash": f"{reference}-1".ljust(64, "0")}
            self.terms.append(
                terms_from(
                    **before,
                    clauses=clauses,
                    signed=parties,
                    active_at=SIGNED,
                    replaced_at=renewed,
                )
            )
        fresh = terms_from(
            **facts,
            version=1 + older,
            text_hash=f"{reference}-2".ljust(64, "0"),
            clauses=clauses,
            active_at=renewed if older else SIGNED,
            **self._fate(sorted(parties)),
        )
        self.terms.append(fresh)
        return fresh

    def _fate(self, parties: list[UUID]) -> dict[str, Any]:
        """Of twenty, two have lost a party, one is suspended, one was, one lacks a signature."""
        chance = self.random.random()
        past = NOW - timedelta(days=self.random.randint(1, 90))
        if chance < 0.10:
            return {"signed": parties, "withdrawals": {self.random.choice(parties): past}}
        if chance < 0.15:
            return {"signed": parties, "suspensions": [(past, None)]}
        if chance < 0.20:
            return {"signed": parties, "suspensions": [(past, past + timedelta(hours=20))]}
        if chance < 0.25:
            return {"signed": parties[1:]}
        return {"signed": parties}

    def _ask(self) -> Ask:
        """A request that some agreement could grant, in half of cases with one thing amiss."""
        chance = self.random.random()
        if chance < 0.30:
            wanted = self._own(SUBMIT if chance < 0.25 else READ)
        else:
            wanted = self._use(MEASURE if chance < 0.85 else READ)
        if self.random.random() < 0.30:
            wanted |= self._amiss()
        return Ask(actor="service:bench", partnership=PARTNERSHIP, **wanted)

    def _own(self, action: str) -> dict[str, Any]:
        terms = self.random.choice(self.shared)
        providers = terms.party("provider")
        assert providers
        who = self.random.choice(providers.organisations).id
        return {"action": action, "organisation": who, "providers": (who,), **self._fields(terms)}

    def _use(self, action: str) -> dict[str, Any]:
        terms = self.random.choice(self.licensed)
        users, purpose = terms.party("user"), terms.clause(c.Purpose)
        reach = terms.clause(c.Publication)
        assert users and purpose and reach
        above = next(each for each in self.shared if each.reference == terms.parent)
        providers = terms.party("provider") or above.party("provider")
        assert providers
        named = tuple(each.id for each in self._some(list(providers.organisations), 1, 3))
        return {
            "action": action,
            "organisation": self.random.choice(users.organisations).id,
            "providers": named if self.random.random() < 0.5 else (),
            "purpose": self.random.choice(purpose.purposes),
            "output": self.random.choice(c.LEVELS[: c.LEVELS.index(reach.level) + 1]),
            **self._fields(terms),
        }

    def _fields(self, terms: Terms) -> dict[str, Any]:
        contract = self.random.choice(terms.contracts)
        data = terms.data(contract)
        assert data
        return {"contract": contract, "fields": tuple(self._some(list(data.fields), 1, 4))}

    def _amiss(self) -> dict[str, Any]:
        return self.random.choice(
            [
                {"organisation": self.random.choice(ORGANISATIONS).id},
                {"contract": self.random.choice(CONTRACTS)},
                {"fields": tuple(self._some(FIELDS, 3, 6))},
                {"purpose": self.random.choice(list(PURPOSES))},
                {"output": "public"},
                {"linkage": True},
            ]
        )


def middle(run: Callable[[], Any]) -> float:
    """CPU seconds of the run in the middle."""
    spent = []
    for _ in range(REPEATS):
        gc.collect()
        start = time.process_time()
        run()
        spent.append(time.process_time() - start)
    return sorted(spent)[REPEATS // 2]


Case = tuple[Ask, datetime]


def ours(world: World, cases: list[Case], decisions: int) -> tuple[dict[str, Any], Any]:
    """What registration and deciding cost, and the register."""
    registration = middle(lambda: Register(world.terms))
    tracemalloc.start()
    register = Register(world.terms)
    held, _peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    rounds = max(decisions // len(cases), 1)

    def run() -> None:
        for _ in range(rounds):
            for ask, at in cases:
                decide(ask, register, at)

    seconds = middle(run)
    answers = [decide(ask, register, at) for ask, at in cases]
    granted = [each for each in answers if isinstance(each, Permit)]
    return {
        "decisions": rounds * len(cases),
        "decisions_per_cpu_second": round(rounds * len(cases) / seconds, -2),
        "granted": round(len(granted) / len(answers), 2),
        "refused_because": dict(
            Counter(each.code for each in answers if isinstance(each, Refusal)).most_common()
        ),
        "registration_ms": round(registration * 1000, 1),
        "register_mb": round(held / 1e6, 2),
    }, register


class Cedar:
    """The same agreements as policies and entities, parsed once; a request for each provider.

    `sliced`: each request is given only the policies of agreements that name its contract, as a
    caller could choose them; else all.
    """

    def __init__(self, world: World, cases: list[Case], sliced: bool) -> None:
        chains = [
            chain
            for chain in cedar.every_chain(world.terms)
            if all(one.parent == above.reference for one, above in pairwise(chain))
            and not chain[-1].parent
        ]
        start = time.process_time()
        self.policies = {
            contract: cedar.policies(each for each in chains if contract in each[0].contracts)
            for contract in (CONTRACTS if sliced else [])
        } or dict.fromkeys(CONTRACTS, cedar.policies(chains))
        self.entities = cedar.entities(
            world.terms, [ask for ask, _at in cases], [each.id for each in ORGANISATIONS]
        )
        self.registration = time.process_time() - start
        self.sliced = sliced
        self.requests: dict[str, list[dict[str, Any]]] = {each: [] for each in CONTRACTS}
        self.owners: dict[str, list[tuple[int, UUID]]] = {each: [] for each in CONTRACTS}
        named = {
            contract: sorted({each for terms in world.terms for each in sharing(terms, contract)})
            for contract in CONTRACTS
        }
        for place, (ask, at) in enumerate(cases):
            for provider in dict.fromkeys(ask.providers or named[ask.contract]):
                asked = cedar.request(ask, provider, at, ["Europe/London"])
                self.requests[ask.contract].append(asked)
                self.owners[ask.contract].append((place, provider))

    def batched(self) -> dict[str, list[AuthzResult]]:
        if not self.sliced:
            every = [each for requests in self.requests.values() for each in requests]
            answers = iter(is_authorized_batch(every, self.policies[CONTRACTS[0]], self.entities))
            return {
                contract: [next(answers) for _ in requests]
                for contract, requests in self.requests.items()
            }
        return {
            contract: is_authorized_batch(requests, self.policies[contract], self.entities)
            for contract, requests in self.requests.items()
        }

    def singly(self) -> dict[str, list[AuthzResult]]:
        return {
            contract: [
                is_authorized(each, self.policies[contract], self.entities) for each in requests
            ]
            for contract, requests in self.requests.items()
        }


def sharing(terms: Terms, contract: str) -> frozenset[UUID]:
    providers = terms.party("provider")
    shares = terms.kind == "dsa" and contract in terms.contracts
    return providers.ids if shares and providers else frozenset()


Answered = tuple[set[UUID], set[str]]


def answered(answer: Permit | Refusal) -> Answered:
    """Whose data may be used, and the versions of agreements on which that rests."""
    if isinstance(answer, Refusal):
        return set(), set()
    return set(answer.providers), {
        f"{each.reference} v{each.version}" for each in answer.agreements
    }


def beside(
    world: World, register: Register, cases: list[Case], *, sliced: bool, singly: bool = False
) -> dict[str, Any]:
    """One way of asking Cedar about some of the requests. Ends the run when an answer differs."""
    contestant = Cedar(world, cases, sliced)
    run = contestant.singly if singly else contestant.batched
    answers = run()
    found: list[Answered] = [(set(), set()) for _case in cases]
    for contract in CONTRACTS:
        owned = zip(contestant.owners[contract], answers[contract], strict=True)
        for (place, provider), answer in owned:
            if cedar.yes(answer):
                found[place][0].add(provider)
                found[place][1].update(cedar.rests_on(answer))
    for (ask, at), theirs in zip(cases, found, strict=True):
        if answered(decide(ask, register, at)) != theirs:
            raise SystemExit(f"The answers differ: {ask}")
    requests = sum(map(len, answers.values()))
    spent = middle(run)
    our = middle(lambda: [decide(ask, register, at) for ask, at in cases])
    return {
        "decisions": len(cases),
        "requests": requests,
        "registration_ms": round(contestant.registration * 1000, 1),
        "requests_per_cpu_second": round(requests / spent),
        "decisions_per_cpu_second": round(len(cases) / spent),
        "same_answers": True,
        "times_the_cpu_of_one_of_our_decisions": {
            "a_decision": round(spent / our),
            "a_request": round(spent / requests * len(cases) / our),
        },
    }


def machine() -> dict[str, Any]:
    lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines() if LINUX else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return {
        "processor": names[0] if names else platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "system": platform.system(),
        "python": platform.python_version(),
        "cedarpy": version("cedarpy"),
        "load_before": round(os.getloadavg()[0], 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--asks", type=int, default=20_000)
    parser.add_argument("--decisions", type=int, default=100_000)
    parser.add_argument("--cedar", type=int, default=1_000, metavar="ASKS")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results/policy.json")
    chosen = parser.parse_args()
    described = machine()
    world = World(chosen.asks)
    cases = [(ask, NOW + timedelta(milliseconds=n)) for n, ask in enumerate(world.asks)]
    figures, register = ours(world, cases, chosen.decisions)
    report = {
        "machine": described,
        "agreements": {"mou": MEMORANDA, "dsa": AGREEMENTS, "dul": LICENCES},
        "versions": len(world.terms),
        "organisations": len(ORGANISATIONS),
        "commonweal": figures,
        "cedar": {
            "batched": beside(world, register, cases[: chosen.cedar], sliced=False),
            "batched_by_contract": beside(world, register, cases[: chosen.cedar], sliced=True),
            "singly_by_contract": beside(
                world, register, cases[: chosen.cedar], sliced=True, singly=True
            ),
        },
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * UNIT / 1e6),
    }
    text = json.dumps(report, indent=2) + "\n"
    chosen.out.parent.mkdir(parents=True, exist_ok=True)
    chosen.out.write_text(text, "utf-8")
    print(text, end="")


if __name__ == "__main__":
    main()
