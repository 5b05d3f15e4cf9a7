"""What it means to leave an agreement, in sentences: it must match what `actions.withdraw` does.

Leaf beside `text`.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from commonweal.compute.permits.clauses import Withdrawal


def sentences(clause: Withdrawal, kind: str, parent: str) -> Iterator[str]:
    """The clause in an agreement of a kind; `parent`: what a licence rests on."""
    if kind == "dsa":
        yield from _leaving_sharing(clause)
    elif kind == "dul":
        yield from _leaving_licence(clause, parent)
    else:
        yield from _leaving_others(clause, kind)
    yield _("To come back, a party signs a new version.")


def leave(clause: Withdrawal) -> str:
    """How a party leaves what is no sharing of data, and what it owes then."""
    if clause.notice_days == 0:
        return _("Every party may leave at any time, and owes nothing that falls due after that.")
    return ngettext(
        "Every party may leave at any time; what falls due within %(days)s day after that it still owes.",
        "Every party may leave at any time; what falls due within %(days)s days after that it still owes.",
        clause.notice_days,
    ) % {"days": clause.notice_days}


def withdraw(clause: Withdrawal, *, licence: bool) -> str:
    """How a party withdraws where data is shared, in a sentence."""
    days = clause.notice_days
    if licence:
        return _(
            "Every party may withdraw at any time; from then on it uses no data under this licence "
            "any more, and nobody what it provides."
        )
    if days == 0:
        return _(
            "Every party may withdraw at any time; from then on its data is not used any more, and "
            "what it provided is destroyed at once."
        )
    return ngettext(
        "Every party may withdraw at any time; from then on its data is not used any more, and what "
        "it provided is destroyed %(days)s day later.",
        "Every party may withdraw at any time; from then on its data is not used any more, and what "
        "it provided is destroyed %(days)s days later.",
        days,
    ) % {"days": days}


def _leaving_sharing(clause: Withdrawal) -> Iterator[str]:
    yield _(
        "Every party may withdraw at any time. From that moment nobody may hand in or use the data "
        "that it provides, and it may itself use no data any more under this agreement or under a "
        "licence that rests on it."
    )
    if clause.notice_days:
        yield ngettext(
            "What it provided is destroyed %(days)s day later, unless a newer version that it has "
            "signed is in force by then. Within the same time it destroys its own copies of what "
            "others provided.",
            "What it provided is destroyed %(days)s days later, unless a newer version that it has "
            "signed is in force by then. Within the same time it destroys its own copies of what "
            "others provided.",
            clause.notice_days,
        ) % {"days": clause.notice_days}
    else:
        yield _(
            "What it provided is destroyed at once, and it destroys its own copies of what others "
            "provided."
        )
    yield from _after_leaving()


def _leaving_licence(clause: Withdrawal, parent: str) -> Iterator[str]:
    said = {"days": clause.notice_days, "parent": parent}
    yield _(
        "Every party may withdraw at any time. From that moment it may use no data under this "
        "licence any more, and nobody may use under it what it provides."
    )
    yield (
        _(
            "The records themselves lie under “%(parent)s” and stay there: to have them destroyed, "
            "their provider withdraws from that."
        )
        % said
    )
    if clause.notice_days:
        yield (
            ngettext(
                "Within %(days)s day it destroys the copies that it holds under this licence; a copy "
                "of what it provided is destroyed in the same time.",
                "Within %(days)s days it destroys the copies that it holds under this licence; a copy "
                "of what it provided is destroyed in the same time.",
                clause.notice_days,
            )
            % said
        )
    else:
        yield _(
            "It destroys the copies that it holds under this licence at once; so does whoever holds "
            "a copy of what it provided."
        )
    yield from _after_leaving()


def _after_leaving() -> Iterator[str]:
    yield _("Figures that were published before stay published and are marked.")
    yield _(
        "When the last party in one of the roles named above has withdrawn, nobody may use anything "
        "any more."
    )


def _leaving_others(clause: Withdrawal, kind: str) -> Iterator[str]:
    yield leave(clause)
    if kind == "mou":
        yield _(
            "From the moment of withdrawal no new use of its data is allowed under any agreement "
            "that rests on this one. What it handed in under such an agreement is destroyed as that "
            "one says."
        )
