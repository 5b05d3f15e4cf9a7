"""The plain summary of an agreement: who, what, what for, until when, what is never shown.

Leaf beside `text`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from commonweal.agree import governing_text, leaving_text, words
from commonweal.compute.permits import governing as g
from commonweal.compute.permits.clauses import (
    HUB,
    MEMBER,
    PROVIDER,
    RECIPIENT,
    USER,
    Clause,
    Data,
    Expiry,
    Linkage,
    MinimumCell,
    Party,
    Publication,
    Purpose,
    Start,
    Withdrawal,
)


def in_short(clauses: Sequence[Clause]) -> list[str]:
    """The plain summary, one sentence each: who, what, what for, until when, what is never shown."""
    shares = any(isinstance(each, Data) for each in clauses)
    said = [_who(clauses) if shares else _members(clauses)]
    if purpose := words.find(clauses, Purpose):
        named = "; ".join(words.purpose(each) for each in purpose.purposes)
        said.append(
            (_("It may be used for: %(purposes)s.") if shares else _("For: %(purposes)s."))
            % {"purposes": named}
        )
    said += _worked_out(clauses)
    term = {
        "start": words.day(words.find(clauses, Start).day),
        "end": words.day(words.find(clauses, Expiry).day),
    }
    if not shares:
        said.append(_("It holds from %(start)s to the end of %(end)s.") % term)
    else:
        said.append(_("It may be used from %(start)s to the end of %(end)s.") % term)
        said += [_reach(clauses), join(words.find(clauses, Linkage))]
    leaving = words.find(clauses, Withdrawal)
    if not shares:
        return [*said, leaving_text.leave(leaving)]
    # Only a licence names users, and the data lies under the agreement that it rests on.
    licence = any(isinstance(each, Party) and each.role == USER for each in clauses)
    return [*said, leaving_text.withdraw(leaving, licence=licence)]


def _members(clauses: Sequence[Clause]) -> str:
    """Who takes part, and who keeps what they follow."""
    names = {each.role: words.listed(each.names) for each in clauses if isinstance(each, Party)}
    said = {"members": names.get(MEMBER, ""), "hub": names.get(HUB, "")}
    if said["hub"]:
        return _("%(hub)s keeps it; it is followed by %(members)s.") % said
    return _("Between %(members)s.") % said


def _worked_out(clauses: Sequence[Clause]) -> Iterator[str]:
    """What the partners decided, pay and hold each other to, in a sentence each."""
    if rule := words.find(clauses, g.DecisionRule):
        yield _("The table decides %(rule)s.") % {
            "rule": governing_text.decision_rule_name(rule.rule)
        }
    paid: dict[str, int] = {}
    for each in clauses:
        if isinstance(each, g.Contribution):
            paid[each.currency] = paid.get(each.currency, 0) + each.amount_minor
    if paid:
        amounts = words.listed([words.money(amount, each) for each, amount in paid.items()])
        yield _("Together they pay in %(amounts)s.") % {"amounts": amounts}
    rules = [each for each in clauses if isinstance(each, g.Rule)]
    if rules:
        binding = sum(each.binding for each in rules)
        yield _("Duties: %(duties)s. Voluntary commitments: %(voluntary)s.") % {
            "duties": binding,
            "voluntary": len(rules) - binding,
        }


def _who(clauses: Sequence[Clause]) -> str:
    names = {each.role: words.listed(each.names) for each in clauses if isinstance(each, Party)}
    data = [each for each in clauses if isinstance(each, Data)]
    fields = sum(len(each.fields) for each in data)
    said = {
        "fields": ngettext("%(count)s field", "%(count)s fields", fields) % {"count": fields},
        "contracts": words.listed([f"“{each.contract}”" for each in data]),
        "providers": names.get(PROVIDER, ""),
        "recipients": names.get(RECIPIENT, ""),
        "users": names.get(USER, ""),
    }
    if USER not in names:
        return (
            _("Data goes from %(providers)s to %(recipients)s: %(fields)s of %(contracts)s.") % said
        )
    if PROVIDER in names:
        return (
            _(
                "Use by %(users)s, licensed by %(recipients)s: %(fields)s of %(contracts)s from %(providers)s."
            )
            % said
        )
    return _("Use by %(users)s, licensed by %(recipients)s: %(fields)s of %(contracts)s.") % said


def _reach(clauses: Sequence[Clause]) -> str:
    said = {
        "level": words.level(words.find(clauses, Publication).level),
        "cell": words.find(clauses, MinimumCell).minimum,
    }
    if said["cell"] == 1:
        return _("Results may be shown to %(level)s, of groups of every size.") % said
    return (
        _(
            "Results may be shown to %(level)s; no group of fewer than %(cell)s people, or of "
            "whatever else is counted, is shown."
        )
        % said
    )


def join(clause: Linkage) -> str:
    """Whether records are joined."""
    if clause.allowed:
        return _("Records of different providers may be joined person by person.")
    return _("Records of different providers may not be joined person by person.")
