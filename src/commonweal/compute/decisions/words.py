"""The sentences of outcomes and rights: English, with named parameters, by stable code.

A room translates them by looking up the template (marked with `_`) before it fills it in.
Parameters name seats and numbers, never a person.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from commonweal.compute.decisions.marking import gettext_noop as _


@dataclass(frozen=True)
class Sentence:
    """`text`: what is the case. `mend`: what would change it; "" where nothing needs to."""

    text: str
    mend: str = ""


REASONS: Mapping[str, Sentence] = {
    "nobody_may_decide": Sentence(
        _("Nobody is left who may decide: every seat has declared a conflict of interest."),
        _("Let another body decide: choose another type of decision."),
    ),
    "time_left": Sentence(
        _("There is still time to answer, and these have not: %(names)s."),
        _("Wait for their answer, or for the last day to answer."),
    ),
    "advice_awaited": Sentence(
        _("There is still time to give advice, and these have not: %(names)s."),
        _("Wait for their advice, or for the last day to answer."),
    ),
    "quorum_missing": Sentence(
        _("%(present)s of %(seats)s seats have answered; %(needed)s are needed."),
        _("Ask the others. Silence is not an answer, and staying away is not agreement."),
    ),
    "agreement_missing": Sentence(
        _("It needs the agreement of these, who have not given it: %(names)s."),
        _("Ask them, or change the text so that they can agree."),
    ),
    "objection_open": Sentence(
        _("%(name)s objects (%(reason)s)."),
        _("Change the text so that it takes the objection in, and ask again."),
    ),
    "nobody_agrees": Sentence(
        _("Nobody has given consent."), _("Abstaining alone does not carry a proposal.")
    ),
    "too_few_votes": Sentence(
        _("%(for)s for and %(against)s against: that is not more than half of the votes."),
        _("Change the text, or leave it."),
    ),
    "no_two_thirds": Sentence(
        _("%(for)s for and %(against)s against: that is less than two thirds of the votes."),
        _("Change the text, or leave it."),
    ),
    "not_unanimous": Sentence(
        _("Everybody has to be for it, and these are not: %(names)s."),
        _("Ask them, or change the text so that they can agree."),
    ),
    "lead_silent": Sentence(
        _("%(name)s decides this, and has not decided yet."), _("Ask %(name)s.")
    ),
    "lead_against": Sentence(_("%(name)s decides this, and decided against it."), ""),
    "no_objection": Sentence(_("Nobody objects: %(consents)s consent, %(silent)s did not answer.")),
    "most_votes": Sentence(
        _(
            "More than half of the votes: %(for)s for, %(against)s against, %(silent)s did not answer."
        )
    ),
    "two_thirds_for": Sentence(
        _(
            "At least two thirds of the votes: %(for)s for, %(against)s against, %(silent)s did not"
            " answer."
        )
    ),
    "everyone_for": Sentence(_("Everybody is for it: %(for)s of %(for)s.")),
    "lead_decided": Sentence(
        _("%(name)s decided, after advice from %(heard)s of the %(asked)s that were asked.")
    ),
}

FAULTS: Mapping[str, Sentence] = {
    "no_decider": Sentence(
        _("Nobody decides."), _("Choose exactly one decider: the table, a body, or one seat.")
    ),
    "two_deciders": Sentence(
        _("More than one is named to decide."),
        _("Choose exactly one decider. Several seats that decide together are a body."),
    ),
    "body_of_one": Sentence(
        _("A body has at least two seats."), _("Add a seat, or let one seat decide.")
    ),
    "lead_is_one_seat": Sentence(
        _("Under “lead with advice” one seat decides, and under every other rule several do."),
        _("Choose the rule and the decider so that they fit."),
    ),
}

OBJECTIONS: Mapping[str, str] = {
    "effect": _("it would not have the effect we want"),
    "efficiency": _("it would cost more than it has to"),
    "side_effect": _("it would do harm elsewhere"),
}
