"""A policy in ODRL read back into clauses. What cannot be read is told, never passed over.

A clause that is read means exactly what the policy says; what means nearly the same is left unread.
Every part of the document is taken out of it when it is read, and what is left over is listed with
its place.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from commonweal.compute.errors import Unusable
from commonweal.compute.permits import clauses as c
from commonweal.compute.permits.odrl import names, values
from commonweal.compute.permits.odrl.normal import Names, parse
from commonweal.compute.permits.odrl.values import Unreadable, listed
from commonweal.compute.permits.odrl.writing import WRITERS, in_full, uid_of
from commonweal.compute.permits.terms import REPEATED

T = TypeVar("T")
Node = dict[str, Any]
_TYPES = ("Agreement", "Offer", "Set")
_SHARED = ("target", "assigner", "assignee")
_NAME_IT = f"Name the profile {names.PROFILE}."


@dataclass(frozen=True)
class Unread:
    """A part of the document that has no form as a clause: where, why, what to do."""

    where: str
    text: str
    mend: str


@dataclass(frozen=True)
class Reading:
    """What was read. `type`: Agreement, Offer or Set.

    Nothing may rest on it while `unread` is not empty: what could not be read might forbid what the
    rest allows.
    """

    type: str
    uid: str
    kind: str
    reference: str
    version: int
    partnership: UUID | None
    zone: str
    parent: str
    text_hash: str
    clauses: tuple[c.Clause, ...]
    unread: tuple[Unread, ...]


def from_odrl_text(text: str) -> Reading:
    """The same from JSON text."""
    return from_odrl(parse(text))


def from_odrl(document: Mapping[str, Any]) -> Reading:
    """The clauses of a policy.

    Raises Unusable for what is not an ODRL policy, or names a profile that this software does not
    know: ODRL demands to stop there.
    """
    spelling = Names(document.get("@context"))
    policy = spelling.node({key: each for key, each in document.items() if key != "@context"})
    return _Reader(policy, spelling).read()


class _Reader:
    """One document."""

    def __init__(self, policy: Node, spelling: Names) -> None:
        self.policy = policy
        self.spelling = spelling
        self.clauses: list[c.Clause] = []
        self.unread: list[Unread] = []
        self.kind = self.zone = self.uid = ""
        self.shared: dict[str, list[str]] = {}
        """Data and parties of the main rule, which every other rule must have too."""

    def read(self) -> Reading:
        profiled = self._profile()
        for each in self.spelling.unknown:
            self._miss(f"@context: {each}", "This part of the context is not looked up.")
        policy_type = self._said("@type", self._type)
        self.uid = self._said("uid", self._address) or ""
        self.kind = self._said("cw:kind", values.kind) or ""
        self.zone = self._said("cw:timeZone", values.zone) or ""
        reading = Reading(
            type=policy_type or "",
            uid=self.uid,
            kind=self.kind,
            reference=self._said("dct:identifier", values.text) or "",
            version=self._said("cw:version", values.whole) or 0,
            partnership=self._said("dct:isPartOf", lambda each: values.uuid(each, self.spelling)),
            zone=self.zone,
            parent=self._said("cw:restsOn", values.text) or "",
            text_hash=self._said("cw:textHash", values.text) or "",
            clauses=(),
            unread=(),
        )
        self._check_address(reading)
        order = self._said("cw:order", values.texts)
        self._rules()
        self._left(self.policy, "")
        if self.spelling.ours and not profiled:
            self._miss("profile", "Words of our profile are used without it.", _NAME_IT)
        return Reading(
            **{
                **vars(reading),
                "clauses": self._in_order(order),
                "unread": tuple(self.unread),
            }
        )

    # What is left unread.

    def _miss(self, where: str, text: str, mend: str = values.IN_WORDS) -> None:
        self.unread.append(Unread(where or "policy", text, mend))

    def _try(self, where: str, read: Callable[[], T]) -> T | None:
        try:
            return read()
        except (Unreadable, Unusable) as fault:
            self._miss(where, fault.text, fault.mend)
        return None

    def _left(self, node: Node, where: str) -> None:
        for key in node:
            self._miss(f"{where}.{key}".removeprefix("."), "This has no form as a clause.")
        node.clear()

    # What is said once, about the whole.

    def _profile(self) -> bool:
        named = listed(self.policy.pop("profile", []))
        for each in named:
            if each != names.PROFILE:
                raise Unusable(
                    "The policy is written in a profile that this software does not know.",
                    mend=f"{_NAME_IT} Or write it in plain ODRL.",
                    where=f"profile {each}"[:200],
                )
        return bool(named)

    def _said(self, key: str, read: Callable[[Any], T]) -> T | None:
        if key not in self.policy:
            return None
        value = self.policy.pop(key)
        return self._try(key, lambda: read(value))

    def _type(self, value: Any) -> str:
        found = values.term(value, self.spelling)
        if found not in _TYPES:
            raise Unreadable(
                "The policy is of another type.", f"Make it one of {', '.join(_TYPES)}."
            )
        return found

    def _address(self, value: Any) -> str:
        return values.address(value, self.spelling)

    def _check_address(self, read: Reading) -> None:
        """One of ours is named by partnership, reference and version."""
        if read.partnership is None:
            return
        if read.uid != uid_of(read.partnership, read.reference, read.version):
            self._miss("uid", "The address does not fit the agreement that is named.")

    # Rules.

    def _rules(self) -> None:
        rules = [
            (group, f"{group}[{place}]", rule)
            for group in ("permission", "prohibition", "obligation")
            for place, rule in enumerate(listed(self.policy.pop(group, [])))
        ]
        general = {key: self.policy.pop(key) for key in _SHARED if key in self.policy}
        prohibits = any(group == "prohibition" for group, _where, _rule in rules)
        self._conflict(prohibits)
        main = next((each for each in rules if self._is_main(each[0], each[2])), None)
        if main is None:
            self._miss("permission", "Nothing is permitted here.", "Permit the action use.")
        else:
            for key in general.keys() & main[2].keys():
                self._miss(key, "This is said of the whole and of a rule.", "Say it once.")
            self._main(main[1], {**general, **main[2]}, main[0])
        for group, where, rule in rules:
            if main is None or where != main[1]:
                self._other(group, where, rule, general)

    def _conflict(self, prohibits: bool) -> None:
        said = self.policy.pop("conflict", None)
        found = said and self._try("conflict", lambda: values.term(said, self.spelling))
        if found != "prohibit" and (prohibits or said is not None):
            self._miss(
                "conflict",
                "A prohibition must go before a permission here.",
                "Set conflict to prohibit.",
            )

    def _action(self, rule: Any) -> str:
        try:
            return values.term(rule.get("action"), self.spelling)
        except (Unreadable, AttributeError):
            return ""

    def _is_main(self, group: str, rule: Any) -> bool:
        if group == "permission":
            return self._action(rule) == "use"
        return (
            group == "obligation"
            and self._action(rule) == names.OBSERVE
            and not {"dct:title", "cw:clause"} & rule.keys()
        )

    def _main(self, where: str, rule: Node, group: str) -> None:
        del rule["action"]
        self._kind_of(rule, where, "Permission" if group == "permission" else "Duty")
        targets = rule.pop("target", [])
        if group == "permission":
            for place, each in enumerate(listed(targets)):
                self._data(f"{where}.target[{place}]", each)
        elif self._try(f"{where}.target", lambda: self._address(targets)) != self.uid:
            self._miss(f"{where}.target", "This is about something else than the agreement.")
        self.shared.setdefault("target", [self.uid])
        for role in c.ROLES:
            key = names.function(self.kind, role)
            if key in rule:
                self._party(role, key, f"{where}.{key}", listed(rule.pop(key)))
        for place, each in enumerate(listed(rule.pop("constraint", []))):
            self._constraint(f"{where}.constraint[{place}]", each)
        self._left(rule, where)

    def _kind_of(self, node: Node, where: str, expected: str) -> None:
        said = node.pop("@type", expected)
        if self._try(where, lambda: values.term(said, self.spelling)) != expected:
            self._miss(f"{where}.@type", "This is of another type.", f"Make it a {expected}.")

    def _add(self, clause: c.Clause) -> None:
        """Raises Unreadable for the second of a kind: both would have to hold."""
        held = (clause.kind, getattr(clause, "contract", ""))
        if held[0] not in REPEATED and any(
            held == (each.kind, getattr(each, "contract", "")) for each in self.clauses
        ):
            raise Unreadable("This is settled twice.", "Keep one of the two.")
        self.clauses.append(clause)

    def _data(self, where: str, value: Any) -> None:
        def read() -> None:
            node = dict(value) if isinstance(value, dict) else {}
            expected = {"@type", "uid", "dct:identifier", names.FIELD}
            masked = values.texts(node.pop(names.MASKED, []))
            if node.keys() != expected or self._type_of(node) != ["AssetCollection"]:
                raise Unreadable(
                    "The data are not named as fields of a data contract.",
                    f"Give an AssetCollection with {', '.join(sorted(expected - {'@type'}))}.",
                )
            contract = values.text(node["dct:identifier"])
            self._add(c.Data(contract, tuple(values.texts(node[names.FIELD])), tuple(masked)))
            uid = self._address(node["uid"])
            if uid != f"{self.uid}#{contract}":
                raise Unreadable("The address of the data does not fit the contract.")
            self.shared.setdefault("target", []).append(uid)

        self._try(where, read)

    def _type_of(self, node: Node) -> list[str]:
        return [values.term(each, self.spelling) for each in listed(node["@type"])]

    def _party(self, role: str, key: str, where: str, held: list[Any]) -> None:
        def read() -> None:
            organisations = tuple(self._organisation(each) for each in held)
            self._add(c.Party(role, organisations))
            self.shared[key] = [each.id.urn for each in organisations]

        self._try(where, read)

    def _organisation(self, value: Any) -> c.Organisation:
        node = dict(value) if isinstance(value, dict) else {}
        types = {"Party", "vcard:Organization"}
        if node.keys() != {"@type", "uid", "vcard:fn"} or set(self._type_of(node)) != types:
            raise Unreadable(
                "A party is not named as an organisation.",
                "Give it both types, Party and vcard:Organization, a uid and a vcard:fn.",
            )
        found = values.uuid(node["uid"], self.spelling)
        return c.Organisation(found, values.text(node["vcard:fn"]))

    def _constraint(self, where: str, value: Any) -> None:
        def read() -> None:
            left, operator, right = self._parts(value)
            reader = values.CONSTRAINTS.get((left, operator))
            if reader is None:
                raise Unreadable(f"There is no clause for “{left} {operator}”.")
            self._add(reader(right, self.zone, self.spelling))

        self._try(where, read)

    def _parts(self, value: Any) -> tuple[str, str, Any]:
        node = dict(value) if isinstance(value, dict) else {}
        said = node.pop("@type", "Constraint")
        keys = {"leftOperand", "operator", "rightOperand"}
        if node.keys() != keys or values.term(said, self.spelling) != "Constraint":
            raise Unreadable(
                "This is not a plain constraint.",
                "Give a left operand, an operator and a right operand, and nothing else.",
            )
        left, operator = (
            values.term(node[each], self.spelling) for each in ("leftOperand", "operator")
        )
        return left, operator, node["rightOperand"]

    def _other(self, group: str, where: str, value: Any, general: Node) -> None:
        rule = dict(value) if isinstance(value, dict) else {}
        action = self._action(rule)
        reader = _RULES.get((group, action))
        if reader is None:
            self._miss(where, f"There is no clause for the {group} of “{action}”.")
            return
        del rule["action"]
        self._kind_of(rule, where, "Duty" if group == "obligation" else group.capitalize())
        expected = dict(self.shared)
        if action == names.SUSPEND:
            expected |= {"target": [self.uid], "assignee": [names.CONVENER]}
        for key in _SHARED:
            found = rule.pop(key, general.get(key, []))
            if self._addresses(found) != sorted(expected.get(key, [])):
                self._miss(
                    f"{where}.{key}", "This rule is about others than the permission to use."
                )
        clause = self._try(where, lambda: reader(self, rule))
        if clause is not None:
            self._try(where, lambda: self._add(clause))
        self._left(rule, where)

    def _addresses(self, value: Any) -> list[str]:
        found = []
        for each in listed(value):
            uid = each["uid"] if isinstance(each, dict) and "uid" in each else each
            found.append(self.spelling.address(uid) if isinstance(uid, str) else "?")
        return sorted(found)

    def _suspension(self, rule: Node) -> c.Clause:
        return c.Suspension()

    def _delete(self, rule: Node) -> c.Clause:
        """Some time after the data came in or, where the event is named, after a withdrawal."""
        held = [self._parts(each) for each in listed(rule.pop("constraint", []))]
        found = {(left, operator): right for left, operator, right in held}
        within = found.pop(("elapsedTime", "lteq"), None)
        event = found.pop(("event", "gt"), None)
        if within is None or found or len(held) != 1 + (event is not None):
            raise Unreadable(
                "The data are to be deleted under another condition.",
                "Say within what time: elapsedTime lteq.",
            )
        if event is None:
            return c.Retention(values.duration(within, "M", self.spelling))
        if self._address(event) != names.WITHDRAWAL:
            raise Unreadable("The data are to be deleted after another event.")
        return c.Withdrawal(values.duration(within, "D", self.spelling))

    def _words(self, rule: Node) -> c.Clause:
        title = values.text(rule.pop("dct:title", None))
        if "cw:clause" not in rule:
            return c.Prose(title, values.text(rule.pop("dct:description", None)))
        held = rule.pop("cw:clause")
        if not isinstance(held, dict) or held.keys() != {"@type", "@value"}:
            raise Unreadable("The clause is not given as JSON.")
        if held["@type"] != "@json" or not isinstance(held["@value"], dict):
            raise Unreadable("The clause is not given as JSON.")
        clause = c.from_json(held["@value"])
        known = WRITERS.get(type(clause)) is in_full and title == c.name(clause.kind)
        if not known or c.to_json(clause) != held["@value"]:
            raise Unreadable("The clause is not in the form in which it is exchanged.")
        return clause

    # The clauses in the order of the document.

    def _in_order(self, order: list[str] | None) -> tuple[c.Clause, ...]:
        if order is None:
            return c.arranged(self.clauses)
        left = list(self.clauses)
        ordered = []
        for kind in order:
            found = next((each for each in left if each.kind == kind), None)
            if found is None:
                self._miss("cw:order", f"A clause is listed that is not there: {c.name(kind)}.")
                continue
            left.remove(found)
            ordered.append(found)
        for each in left:
            self._miss("cw:order", f"A clause is there that is not listed: {c.name(each.kind)}.")
        return (*ordered, *left)


# For each rule beside the main one that has a form as a clause: the clause.
_RULES: Mapping[tuple[str, str], Callable[[_Reader, Node], c.Clause]] = {
    ("permission", names.LINK): lambda reader, rule: c.Linkage(True),
    ("prohibition", names.LINK): lambda reader, rule: c.Linkage(False),
    ("permission", names.SUSPEND): _Reader._suspension,
    ("obligation", "delete"): _Reader._delete,
    ("obligation", names.OBSERVE): _Reader._words,
}
