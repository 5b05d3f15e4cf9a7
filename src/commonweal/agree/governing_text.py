"""Clauses about working together as sentences, items and free words. Leaf beside `text`.

Each renderer yields (mark, words): "" for a sentence, `item`, or `prose` for the parties' own words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from commonweal.agree import words
from commonweal.compute.permits import governing as g

Part = tuple[str, str]


def decision_rule_name(rule: str) -> str:
    """How the table decides, in a few words."""
    return {
        "consent": _("by consent: a proposal is adopted when no reasoned objection is left"),
        "majority": _("by majority of the votes cast"),
        "unanimity": _("only when everybody agrees"),
        "lead": _("by the one who leads, after advice from all"),
    }[rule]


def step_name(step: str) -> str:
    """A step in handling a dispute."""
    return {
        "talk": _("those concerned talk with each other"),
        "mediate": _("somebody at the table mediates"),
        "facilitate": _("a facilitator from outside is called in"),
    }[step]


def period_name(period: str) -> str:
    return {
        "each": _("each time"),
        "month": _("in a month"),
        "year": _("in a year"),
    }[period]


def grain_sentence(level: str) -> str:
    if level == "records":
        return _("Users may read single records.")
    return _("Users see totals only; nobody but the provider reads single records.")


def _principles(clause: g.Principles) -> Iterator[Part]:
    yield "", _("In working together we hold to this:")
    yield from (("item", each) for each in clause.lines)


def _cadence(clause: g.Cadence) -> Iterator[Part]:
    yield (
        "",
        ngettext(
            "The table meets every week.",
            "The table meets every %(weeks)s weeks.",
            clause.weeks,
        )
        % {"weeks": clause.weeks},
    )
    yield "prose", clause.words


def _channels(clause: g.Channels) -> Iterator[Part]:
    yield "", _("Between meetings we keep in touch by:")
    yield from (("item", each) for each in clause.lines)


def _decision_rule(clause: g.DecisionRule) -> Iterator[Part]:
    said = {"rule": decision_rule_name(clause.rule), "quorum": clause.quorum}
    yield "", _("Where nothing else is agreed, the table decides %(rule)s.") % said
    yield (
        "",
        _(
            "A decision needs at least %(quorum)s percent of the seats to take part. Silence is never"
            " counted as agreement."
        )
        % said,
    )
    yield (
        "",
        ngettext(
            "Every decision comes back for review after %(months)s month at the latest.",
            "Every decision comes back for review after %(months)s months at the latest.",
            clause.review_months,
        )
        % {"months": clause.review_months},
    )


def _conflict(clause: g.Conflict) -> Iterator[Part]:
    yield (
        "",
        ngettext(
            "A dispute is raised in the open and handled in these steps, each of at most %(days)s day:",
            "A dispute is raised in the open and handled in these steps, each of at most %(days)s days:",
            clause.days,
        )
        % {"days": clause.days},
    )
    yield from (("item", step_name(each)) for each in clause.steps)
    yield "", _("The outcome is written down.")


def _rule(clause: g.Rule) -> Iterator[Part]:
    yield "prose", clause.text
    yield (
        "",
        _("This is a duty under this agreement.")
        if clause.binding
        else _(
            "This is a voluntary commitment: it is followed in the open, and nobody can be held to it."
        ),
    )
    yield (
        "",
        _("It is fixed: every partner follows it as it stands.")
        if clause.fixed
        else _("It is adaptable: each partner may fit it to its own work, and says how."),
    )
    if clause.small:
        yield "", _("From a small partner this is asked instead:")
        yield "prose", clause.small


def _small(clause: g.Small) -> Iterator[Part]:
    yield (
        "",
        ngettext(
            "A partner with fewer than %(staff)s person on its staff counts as small.",
            "A partner with fewer than %(staff)s people on its staff counts as small.",
            clause.staff,
        )
        % {"staff": clause.staff},
    )


def _standing_limit(clause: g.StandingLimit) -> Iterator[Part]:
    yield "", _("Without asking each time, a partner may do this:")
    yield "prose", clause.what
    if clause.amount_minor:
        yield (
            "",
            _("Up to %(amount)s %(period)s.")
            % {
                "amount": words.money(clause.amount_minor, clause.currency),
                "period": period_name(clause.period),
            },
        )


def _contribution(clause: g.Contribution) -> Iterator[Part]:
    yield (
        "",
        _("%(organisation)s pays %(amount)s by %(day)s. This is a duty under this agreement.")
        % {
            "organisation": clause.organisation.name,
            "amount": words.money(clause.amount_minor, clause.currency),
            "day": words.day(clause.due),
        },
    )
    if clause.restriction:
        yield "", _("It may be spent only on this:")
        yield "prose", clause.restriction


def _risk_share(clause: g.RiskShare) -> Iterator[Part]:
    yield "", _("What goes wrong and costs money is carried in these shares:")
    for organisation, share in clause.shares:
        yield (
            "item",
            _("%(organisation)s: %(share)s percent")
            % {"organisation": organisation.name, "share": share},
        )


def _breach(clause: g.Breach) -> Iterator[Part]:
    yield (
        "",
        _(
            "A breach is that data reached somebody who may not have it, or that a rule of this "
            "agreement was broken."
        ),
    )
    yield (
        "",
        ngettext(
            "Who learns of one tells every party within %(hours)s hour of learning it: what happened,"
            " what data it concerns, and what is being done.",
            "Who learns of one tells every party within %(hours)s hours of learning it: what happened,"
            " what data it concerns, and what is being done.",
            clause.hours,
        )
        % {"hours": clause.hours},
    )


def _place(clause: g.Place) -> Iterator[Part]:
    yield "", _("The data is kept and worked on only in these countries:")
    yield from (("item", f"{words.country(each)} ({each})") for each in clause.countries)
    yield (
        "",
        _(
            "The software works on the data only where its operator has said that it stands in one "
            "of these."
        ),
    )


def _grain(clause: g.Grain) -> Iterator[Part]:
    yield "", grain_sentence(clause.level)
    if clause.level != "records":
        yield (
            "",
            _(
                "This binds those who keep the data as well: they keep its records encrypted, and the "
                "software computes the totals from them."
            ),
        )


def _fixed(clause: g.Fixed) -> Iterator[Part]:
    yield "", _("An agreement that rests on this one takes over these clauses word for word:")
    yield from (("item", words.kind_name(each)) for each in clause.kinds)
    yield "", _("All its other clauses may be stricter than here, never wider.")


def _four_questions(clause: g.FourQuestions) -> Iterator[Part]:
    for asked, answer in (
        (_("Is it legal?"), clause.legal),
        (_("Is it ethical?"), clause.ethical),
        (_("Is it a good idea?"), clause.good_idea),
        (_("How do we know, and who decides?"), clause.known),
    ):
        yield "", asked
        yield "prose", answer


def _five_safes(clause: g.FiveSafes) -> Iterator[Part]:
    for asked, answer in (
        (_("Safe project: is this use right?"), clause.projects),
        (_("Safe people: who works with the data?"), clause.people),
        (_("Safe setting: where, and how is it locked?"), clause.settings),
        (_("Safe data: what could still tell who somebody is?"), clause.data),
        (_("Safe outputs: what may leave, and who looks at it first?"), clause.outputs),
    ):
        yield "", asked
        yield "prose", answer


RENDER: Mapping[type[Any], Callable[[Any], Iterator[Part]]] = {
    g.Principles: _principles,
    g.Cadence: _cadence,
    g.Channels: _channels,
    g.DecisionRule: _decision_rule,
    g.Conflict: _conflict,
    g.Rule: _rule,
    g.Small: _small,
    g.StandingLimit: _standing_limit,
    g.Contribution: _contribution,
    g.RiskShare: _risk_share,
    g.Breach: _breach,
    g.Place: _place,
    g.Grain: _grain,
    g.Fixed: _fixed,
    g.FourQuestions: _four_questions,
    g.FiveSafes: _five_safes,
}
