"""Purposes that an agreement can name.

Those that begin with `dpv:` are concepts of the W3C Data Privacy Vocabulary, version 2
(https://w3id.org/dpv), described in our own words; those that begin with `cw:` are ours, and `near`
names the DPV concept they are a special case of. `near` is for readers and exchange only: a
purpose that an agreement names covers exactly that purpose. DPV moves concepts between parents from
one version to the next; what partners have signed must not move with them. A purpose that no list has is named by
`own:` and the parties' own words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from commonweal.compute.permits.marking import gettext_noop as _


@dataclass(frozen=True)
class PurposeEntry:
    """`key` is what clauses store; `label` and `meaning` are English and marked for translation."""

    key: str
    label: str
    meaning: str
    near: str = ""


_ENTRIES = (
    PurposeEntry(
        "cw:MeasureSharedOutcomes",
        _("Measure shared outcomes"),
        _("Compute the partnership’s agreed indicators, in total and by group."),
        "dpv:ImprovePublicServices",
    ),
    PurposeEntry(
        "cw:MonitorEquity",
        _("Watch over equity"),
        _("Compare outcomes and access between groups, to find who is left behind."),
        "dpv:ImprovePublicServices",
    ),
    PurposeEntry(
        "cw:EvaluatePilots",
        _("Evaluate pilots"),
        _("Find out whether a pilot made a difference, for whom and at what cost."),
        "dpv:NonCommercialResearch",
    ),
    PurposeEntry(
        "cw:PlanTogether",
        _("Plan services together"),
        _("Decide jointly where help is needed and how it is shared out."),
        "dpv:PublicPolicyMaking",
    ),
    PurposeEntry(
        "cw:AnswerToFunders",
        _("Answer to funders"),
        _("Show those who paid what their money brought about."),
        "dpv:FulfilmentOfContractualObligation",
    ),
    PurposeEntry(
        "cw:AnswerToThePublic",
        _("Answer to the public"),
        _("Show residents what was promised and what happened."),
        "dpv:PublicBenefit",
    ),
    PurposeEntry(
        "dpv:ImprovePublicServices",
        _("Improve public services"),
        _("Make services to the public work better."),
        "dpv:PublicBenefit",
    ),
    PurposeEntry(
        "dpv:ImproveHealthcare",
        _("Improve healthcare"),
        _("Make healthcare work better for patients."),
        "dpv:PublicBenefit",
    ),
    PurposeEntry(
        "dpv:PublicPolicyMaking",
        _("Make public policy"),
        _("Prepare rules, programmes or budgets of public bodies."),
        "dpv:PublicBenefit",
    ),
    PurposeEntry(
        "dpv:ProvideOfficialStatistics",
        _("Provide official statistics"),
        _("Help a statistics office to produce reliable figures."),
        "dpv:PublicBenefit",
    ),
    PurposeEntry(
        "dpv:AcademicResearch",
        _("Academic research"),
        _("Research at a university or a similar institution."),
        "dpv:ResearchAndDevelopment",
    ),
    PurposeEntry(
        "dpv:NonCommercialResearch",
        _("Non-commercial research"),
        _("Research that nobody carries out to earn money from it."),
        "dpv:ResearchAndDevelopment",
    ),
    PurposeEntry(
        "dpv:ServiceOptimisation",
        _("Run a service better"),
        _("Improve how one service works from day to day."),
        "dpv:ServiceManagement",
    ),
    PurposeEntry(
        "dpv:LegalCompliance",
        _("Meet a legal duty"),
        _("Do what a law requires of a party."),
        "dpv:FulfilmentOfObligation",
    ),
)

PURPOSES: Mapping[str, PurposeEntry] = {entry.key: entry for entry in _ENTRIES}


OWN = "own:"
"""Begins a purpose that the parties put into words of their own; it covers exactly these words."""
LONGEST = 150


def is_known(key: str) -> bool:
    """Whether a clause may name the purpose: it is on the list, or in the parties' own words."""
    said = key.removeprefix(OWN)
    own = key.startswith(OWN) and said.isprintable() and said == " ".join(said.split())
    return key in PURPOSES or (own and 0 < len(said) <= LONGEST)


def label(key: str) -> str:
    """The English name of a purpose; own words as they are, the key itself where it is unknown."""
    entry = PURPOSES.get(key)
    return entry.label if entry else key.removeprefix(OWN)
