"""The questions, the kinds and what they ask for, in the reader's language."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from commonweal.compute.convening import kinds


@dataclass(frozen=True)
class Question:
    """`told`: as a statement that can stand in a list; `care`: what to do when it is answered no."""

    text: str
    hint: str
    told: str
    care: str = ""


def question(key: str) -> Question:
    return _gates().get(key) or _criteria()[key]


def _gates() -> dict[str, Question]:
    return {
        "long_contract": Question(
            _("Would a public body and a firm sign a contract for many years?"),
            _("To build, run or pay for something up front: a building, a line, a service."),
            _("a long contract between a public body and a firm"),
        ),
        "risk_carried": Question(
            _("Would the firm carry part of the risk?"),
            _("It is paid by what it delivers and loses money when it does not."),
            _("the firm carries part of the risk"),
        ),
        "firm_and_nonprofit": Question(
            _("Is it between one or a few firms and nonprofits, and nobody else has to decide?"),
            _("No public body and no residents’ group has to agree for it to work."),
            _("only firms and nonprofits have to decide"),
        ),
        "rules_for_many": Question(
            _("Will the result be rules, standards or pledges that many others follow?"),
            _("Also organisations that are not at the table."),
            _("the result is rules that many follow"),
        ),
    }


def _criteria() -> dict[str, Question]:
    return {**_for_contracts(), **_for_alliances(), **_for_initiatives(), **_for_networks()}


def _for_contracts() -> dict[str, Question]:
    return {
        "outputs_specifiable": Question(
            _("Can you say in the contract what is delivered, so that it can be measured?"),
            "",
            _("what is delivered can be written down and measured"),
            _("Try it small first: what cannot be written down cannot be paid for."),
        ),
        "lawful": Question(
            _("Does the law let the public body hand this over?"),
            "",
            _("the law allows it"),
            _("Ask a lawyer before anything else."),
        ),
        "several_bidders": Question(
            _("Would more than one firm compete for it?"),
            "",
            _("more than one firm would compete"),
            _("Talk to the market first, or price and risk will be the only bidder’s to set."),
        ),
        "affordable": Question(
            _("Can the public body pay for all the years of the contract?"),
            _("Also when budgets are cut."),
            _("it can be paid for all its years"),
            _("Shorten the term or the scope: later budgets pay first what was signed today."),
        ),
    }


def _for_alliances() -> dict[str, Question]:
    return {
        "both_gain": Question(
            _("Does each side gain something that it could not get alone?"),
            "",
            _("each side gains what it could not get alone"),
            _("Say aloud what each hopes to gain, or it stays a donation."),
        ),
        "values_shared": Question(
            _("Would each side be proud to be named beside the other?"),
            "",
            _("each would be proud to be named beside the other"),
            _("Agree first on what would end the alliance."),
        ),
        "more_than_money": Question(
            _("Does each side give more than money or its name?"),
            _("People, skills, goods, places."),
            _("each gives more than money or its name"),
            _("Begin with one thing that people of both sides do together."),
        ),
    }


def _for_initiatives() -> dict[str, Question]:
    return {
        "followers_at_table": Question(
            _("Are those at the table who would have to follow the rules?"),
            "",
            _("those who follow the rules are at the table"),
            _("Invite them now: rules made without them are not kept."),
        ),
        "affected_at_table": Question(
            _("Are those at the table whom the rules are to protect?"),
            "",
            _("those whom the rules protect are at the table"),
            _("Give them a seat that decides."),
        ),
        "open_procedure": Question(
            _("Can anybody see how the rules are made and by whom?"),
            "",
            _("anybody can see how the rules are made"),
            _("Publish the decisions and their reasons from the first one on."),
        ),
        "checked": Question(
            _("Will somebody independent check whether the rules are kept?"),
            "",
            _("somebody independent checks whether the rules are kept"),
            _("Appoint an auditor, and say what happens when a rule is broken."),
        ),
    }


def _for_networks() -> dict[str, Question]:
    return {
        "several_sectors": Question(
            _("Does each of several sectors hold a part of what would solve it?"),
            "",
            _("several sectors each hold a part of the solution"),
            _("Look who is missing: one sector alone needs no partnership."),
        ),
        "outcome_shared": Question(
            _("Would everybody here count the same change as success?"),
            "",
            _("everybody counts the same change as success"),
            _("Agree on one outcome and one indicator before you plan."),
        ),
        "nobody_commands": Question(
            _("Can nobody tell the others what to do?"),
            "",
            _("nobody can command the others"),
            _("Say openly who can, and what they will not use it for."),
        ),
        "data_needed": Question(
            _("Do you need each other’s data or plans to know whether it works?"),
            "",
            _("each needs the others’ data or plans"),
            _("You may not need to share data: leave those agreements out."),
        ),
    }


@dataclass(frozen=True)
class Told:
    """What a kind is, in a sentence; how it is held together; what to watch."""

    what: str
    held_by: str
    watch: str


def kind(key: str) -> Told:
    return {
        kinds.PPP: Told(
            _("A public body and a firm share cost, risk and reward under a long contract."),
            _("By a contract: what is owed can be enforced, and the agreements say so."),
            _("Risk that comes back to the public, and a contract that outlives its purpose."),
        ),
        kinds.ALLIANCE: Told(
            _("Nonprofits and firms join a mission with skills, goods and reach."),
            _("By what both gain and by trust; little is written, much is promised."),
            _("The stronger side’s name outshines the cause; it ends when a person leaves."),
        ),
        kinds.INITIATIVE: Told(
            _("Government, business and civil society make rules together that many follow."),
            _("By a fair procedure in which each side can stop what harms it."),
            _("Rules that those concerned did not make, and that nobody checks."),
        ),
        kinds.NETWORK: Told(
            _("Several sectors work towards one outcome that all measure; nobody commands."),
            _("By a constitution, public commitments and shared numbers."),
            _("Two hats, unclear lines of who answers to whom, and talk without a first step."),
        ),
    }[key]
