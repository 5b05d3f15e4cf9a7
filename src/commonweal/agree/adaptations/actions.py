"""A party says how it follows a rule, or that it takes it as it is again. Each writes an event."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from commonweal.agree import notices, policies, text
from commonweal.agree.adaptations import queries
from commonweal.agree.models import Adaptation, Agreement, AgreementVersion
from commonweal.agree.recording import about
from commonweal.agree.words import day as day_in_words
from commonweal.compute.permits.terms import Terms
from commonweal.core import events
from commonweal.core.errors import Conflict, Denied, Invalid
from commonweal.core.models import Organisation
from commonweal.core.scope import Actor

MOST = 2000
"""Characters of a way or of a reason."""


def adapt(
    *,
    version: AgreementVersion,
    clause: int,
    organisation: Organisation,
    words: str,
    reason: str,
    from_on: date,
    by: Actor,
    at: datetime,
) -> Adaptation:
    """Say how a party follows an adaptable rule of the text in force, why, and from which day on.

    What was said before is kept. The hub's people are told. Raises Denied for who does not speak for
    a party and for a fixed rule, Conflict for an agreement that does not stand, another text than the
    one in force and words that stand already, Invalid naming the field.
    """
    way = text.said(words, "words", MOST, asked=_("Say how your organisation follows the rule."))
    why = text.said(reason, "reason", MOST, asked=_("Say why: the others learn from it."))
    saying = _Saying(way, why, from_on)
    return _write(version, clause, organisation, saying, by=by, at=at)


def take_as_it_is(
    *,
    version: AgreementVersion,
    clause: int,
    organisation: Organisation,
    reason: str,
    from_on: date,
    by: Actor,
    at: datetime,
) -> Adaptation:
    """End a party's own way: from a day on it follows the rule as it stands. A reason is free.

    Raises what `adapt` raises, and Conflict where there is no way of its own to end.
    """
    saying = _Saying("", text.said(reason, "reason", MOST), from_on)
    return _write(version, clause, organisation, saying, by=by, at=at)


@dataclass(frozen=True)
class _Saying:
    """`way`: "" for the rule as it is."""

    way: str
    why: str
    from_on: date


def _write(
    version: AgreementVersion,
    clause: int,
    organisation: Organisation,
    saying: _Saying,
    *,
    by: Actor,
    at: datetime,
) -> Adaptation:
    """One more wording, after whatever may stand against it."""
    policies.check_can_adapt(by, version.agreement.partnership, organisation, at)
    with transaction.atomic():
        Agreement.objects.select_for_update().get(pk=version.agreement_id)
        terms, rule = queries.check_adaptable(version, clause, at)
        if organisation.pk not in queries.taking_part(terms):
            raise Denied(
                _("%(organisation)s is not a party to this text.")
                % {"organisation": organisation.name},
                mend=_("Only a party says how it follows a rule."),
            )
        _check_day(saying.from_on, terms, at)
        course = queries.course_of(version, rule, organisation, terms.day_of(at))
        _check_news(course.last, saying)
        row = Adaptation.objects.create(
            version=version,
            clause=clause,
            organisation=organisation,
            words=saying.way,
            reason=saying.why,
            from_on=saying.from_on,
            person_id=policies.person_of(by),
            at=at,
        )
        what = "rule_adapted" if saying.way else "rule_taken_as_it_is"
        day = saying.from_on.isoformat()
        _log(what, version, by, at, organisation=organisation.pk, clause=clause, from_on=day)
        notices.rule_adapted(row, rule.heading, at)
    return row


def _check_day(from_on: date, terms: Terms, at: datetime) -> None:
    if from_on < terms.day_of(at):
        raise Invalid.at(
            "from_on",
            _("The day has passed. Name today or a later one: the past is not rewritten."),
        )
    if from_on > terms.last_day:
        raise Invalid.at(
            "from_on",
            _("The agreement ends before, on %(day)s.") % {"day": day_in_words(terms.last_day)},
        )


def _check_news(last: Adaptation | None, saying: _Saying) -> None:
    """What is said must say something new, and an end needs what it ends."""
    if not saying.way:
        if last is None or not last.words:
            raise Conflict(
                _("Your organisation takes the rule as it is already."), mend=_("Reload the page.")
            )
    elif (
        last is not None
        and (last.words, last.reason) == (saying.way, saying.why)
        and last.from_on <= saying.from_on
    ):
        raise Conflict(_("These words stand there already."), mend=_("Reload the page."))


def _log(what: str, version: AgreementVersion, by: Actor, at: datetime, **more: Any) -> None:
    """`more`: organisation (its id) and what else the event's data holds."""
    events.append(kind=f"agree.{what}", by=by, at=at, **about(version, **more))
