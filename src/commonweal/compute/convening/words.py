"""The sentences of findings: English, with named parameters, by rule.

A room translates them by looking up the template (marked with `_`) before it fills it in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from commonweal.compute.convening.missing import Finding, Rule
from commonweal.compute.decisions.marking import gettext_noop as _

LIMIT = _(
    "This knows only what you put on the map. Where the map is silent nothing is found, and somebody may"
    " still be missing."
)


@dataclass(frozen=True)
class Words:
    """`title`: who may be missing. `why`: because of what. `mend`: what would change it."""

    title: str
    why: str
    mend: str


STRONG = Words(
    _("%(name)s has no seat, and it holds what you do not control"),
    _("It is on the map. It holds this, which nobody at the table controls: %(levers)s."),
    _("Invite it, or say on the map who else holds it."),
)
WORDS: Mapping[Rule, Words] = {
    Rule.ACTOR: Words(
        _("%(name)s has no seat"),
        _("It is on the map as having a part in the problem or in solving it."),
        _("Invite it, or take it off the map."),
    ),
    Rule.LEVER: Words(
        _("Nobody at the table holds “%(name)s”"),
        _("The map says that it would move the problem. Who holds it: %(holders)s."),
        _("Invite somebody who holds it, or say on the map who at the table does."),
    ),
    Rule.GROUP: Words(
        _("%(name)s: no seat speaks for them"),
        _("The map says that they live with the problem. No open seat is theirs."),
        _("Set up a residents’ seat and name it on the map."),
    ),
    Rule.VACANT: Words(
        _("%(name)s: their seat is vacant"),
        _("The seat “%(seat)s” is theirs, and nobody holds it yet."),
        _("Invite somebody to hold it."),
    ),
    Rule.PLACE: Words(
        _("Nobody at the table works in %(name)s"),
        _("The map says that the problem is there. It names no organisation at the table for it."),
        _("Invite somebody who works there, or say on the map who at the table does."),
    ),
    Rule.SECTOR: Words(
        _("Nobody from this sector has a seat: %(sector)s"),
        _("Each sector sees what the others do not. No seat is held from this one."),
        _("Invite somebody from it, or say why the table does without."),
    ),
    Rule.ONE_SIDED: Words(
        _("Several seats of one sector and nobody affected: %(sector)s"),
        _(
            "More than one organisation of this sector is here, and no seat of those affected is held."
        ),
        _("Set up a residents’ seat and find somebody who holds it."),
    ),
}


def words_of(finding: Finding) -> Words:
    """The templates for a finding."""
    return STRONG if finding.rule == Rule.ACTOR and finding.strong else WORDS[finding.rule]


def filled(template: str, finding: Finding) -> str:
    """The English sentence, for a notebook. Of no name at all it says “not known”."""
    names = {key: ", ".join(value) or "not known" for key, value in finding.names.items()}
    return template % names
