"""Types of decision with their rights, and delegations. Each writes one event."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from commonweal.agree.decisions import constitution, policies, queries, words
from commonweal.agree.decisions.models import (
    Decider,
    DecisionType,
    Delegation,
    Proposal,
    Right,
    Rule,
    State,
    Verb,
)
from commonweal.agree.decisions.recording import said
from commonweal.compute.decisions import asking, rights
from commonweal.compute.decisions.delegating import circle
from commonweal.compute.decisions.departing import departures
from commonweal.convene.models import Partnership, Seat
from commonweal.core import events
from commonweal.core.errors import Conflict, Invalid
from commonweal.core.scope import Actor

LONGEST_REASON = 500


@dataclass(frozen=True)
class Setting:
    """What a type of decision says. `seats`: verb → the seats that have this right.

    `departs_because`: why rule or quorum are not those of the constitution, where they are not.
    """

    name: str
    rule: str
    decider: str
    quorum: int = 50
    body: str = ""
    is_public: bool = False
    departs_because: str = ""
    seats: Mapping[str, Sequence[Seat]] = field(default_factory=dict)


def set_up(*, partnership: Partnership, setting: Setting, by: Actor, at: datetime) -> DecisionType:
    """Write down how the table takes one type of decision. Convener only.

    Raises Invalid unless exactly one decides and rule and decider fit, and for a departure from the
    constitution in force without its reason; Conflict for a name that is taken.
    """
    policies.check_can_set_up(by, partnership, at)
    _check(partnership, setting, at)
    because = _reason_to_depart(partnership, setting, at)
    with transaction.atomic():
        Partnership.objects.select_for_update().get(pk=partnership.pk)
        found = DecisionType(
            partnership=partnership,
            number=DecisionType.objects.filter(partnership=partnership).count() + 1,
            set_up_at=at,
        )
        _fill(found, setting, because, at)
        _log("type_set_up", found, by, at)
    return found


def change(*, decision_type: DecisionType, setting: Setting, by: Actor, at: datetime) -> None:
    """Change how a type of decision is taken. Convener only.

    Raises Conflict while positions are asked for or objections taken in under it: nobody changes
    the rule of a decision that is under way.
    """
    policies.check_can_set_up(by, decision_type.partnership, at)
    _check(decision_type.partnership, setting, at)
    because = _reason_to_depart(decision_type.partnership, setting, at)
    with transaction.atomic():
        found = DecisionType.objects.select_for_update().get(pk=decision_type.pk)
        under_way = Proposal.objects.filter(
            decision_type=found, state__in=[State.POSITIONS, State.INTEGRATE]
        )
        if under_way.exists():
            raise Conflict(
                _("Proposals are being decided by this rule now, so it cannot change."),
                mend=_("Close them first, or set up another type of decision."),
            )
        _fill(found, setting, because, at)
        _log("type_changed", found, by, at)
    decision_type.refresh_from_db()


def _check(partnership: Partnership, setting: Setting, at: datetime) -> None:
    said(setting.name, "name", _("Give the type of decision a name."))
    if setting.rule not in Rule.values or setting.decider not in Decider.values:
        raise Invalid(_("Choose a rule and who decides."))
    if not 1 <= setting.quorum <= 100:
        ask = _("Enter a number from 1 to 100.")
        raise Invalid.at("quorum", ask)
    deciding = setting.seats.get(Verb.DECIDE, ())
    code = rights.fault(
        rule=asking.Rule(setting.rule),
        decider=rights.Decider(setting.decider),
        seats={str(seat.pk) for seat in deciding},
    )
    if code:
        text, mend = words.fault(code)
        raise Invalid(text, mend=mend, fields={"decider": f"{text} {mend}"})
    here = {seat.pk for seat in queries.open_seats(partnership, at)}
    if any(seat.pk not in here for seats in setting.seats.values() for seat in seats):
        raise Invalid(
            _("One of these seats is not at this table."),
            mend=_("Reload the page and choose again."),
        )


def _reason_to_depart(partnership: Partnership, setting: Setting, at: datetime) -> str:
    """The reason, "" where nothing departs. Departing is allowed, and said in the open."""
    chosen = constitution.on_deciding(partnership, at)
    found = departures(chosen.clause, rule=setting.rule, quorum=setting.quorum) if chosen else ()
    because = " ".join(setting.departs_because.split())
    if found and not because:
        ask = _("Say why it departs from the constitution: %(how)s.")
        ask %= {"how": words.departures(found)}
        raise Invalid.at("departs_because", ask)
    if len(because) > LONGEST_REASON:
        ask = _("Say it in at most %(count)d characters.") % {"count": LONGEST_REASON}
        raise Invalid.at("departs_because", ask)
    # While no constitution is in force, a reason that is on record stays there.
    return because if found or chosen is None else ""


def _fill(found: DecisionType, setting: Setting, because: str, at: datetime) -> None:
    found.name = " ".join(setting.name.split())
    found.rule, found.decider, found.quorum = setting.rule, setting.decider, setting.quorum
    found.body = setting.body.strip() if setting.decider == Decider.BODY else ""
    found.is_public, found.changed_at = setting.is_public, at
    found.departs_because = because
    try:
        with transaction.atomic():
            found.save()
    except IntegrityError as taken:
        raise Conflict(
            _("Another type of decision has this name."), mend=_("Choose another name.")
        ) from taken
    Right.objects.filter(decision_type=found).delete()
    Right.objects.bulk_create(
        Right(decision_type=found, verb=verb, seat=seat)
        for verb, seats in setting.seats.items()
        for seat in seats
    )


def delegate(
    *,
    giver: Seat,
    holder: Seat,
    decision_type: DecisionType | None,
    until_on: date | None,
    by: Actor,
    at: datetime,
) -> Delegation:
    """Let another seat answer for this one, in one type of decision or in all. The giver's people.

    It takes the place of what the giver delegated before for the same. Raises Invalid for a
    delegation to oneself, to a seat of another table, and for one that would close a circle.
    """
    policies.check_can_speak_for(by, giver, at)
    _check_holder(giver, holder, until_on, at)
    with transaction.atomic():
        Partnership.objects.select_for_update().get(pk=giver.partnership_id)
        same = Delegation.objects.filter(
            giver=giver, decision_type=decision_type, ended_at__isnull=True
        )
        same.update(ended_at=at)
        made = Delegation.objects.create(
            giver=giver,
            holder=holder,
            decision_type=decision_type,
            until_on=until_on,
            given_at=at,
        )
        _check_no_circle(giver.partnership, at)
        _log_delegation("delegated", made, by, at)
    return made


def _check_holder(giver: Seat, holder: Seat, until_on: date | None, at: datetime) -> None:
    if giver.pk == holder.pk:
        ask = _("Choose another seat than your own.")
        raise Invalid.at("holder", ask)
    if holder not in queries.open_seats(giver.partnership, at) or holder.is_vacant:
        ask = _("Choose a seat at this table that somebody holds.")
        raise Invalid.at("holder", ask)
    if until_on is not None and until_on < at.date():
        ask = _("Choose today or a later day, or leave it blank.")
        raise Invalid.at("until_on", ask)


def _check_no_circle(partnership: Partnership, at: datetime) -> None:
    """In every type of decision, as each is followed there."""
    rows = list(queries.delegations(partnership, at))
    names = {str(seat.pk): seat.holder for row in rows for seat in (row.giver, row.holder)}
    for decision_type in [None, *queries.types(partnership)]:
        if found := circle(queries.answers_for(rows, decision_type)):
            way = " → ".join(names[key] for key in (*found, found[0]))
            text = _("This would go round in a circle: %(way)s.") % {"way": way}
            raise Invalid(
                text,
                mend=_("Choose a seat that answers itself."),
                fields={"holder": text},
            )


def end_delegation(*, delegation: Delegation, by: Actor, at: datetime) -> None:
    """From now on the seat answers itself again. The giver's people."""
    policies.check_can_speak_for(by, delegation.giver, at)
    with transaction.atomic():
        running = Delegation.objects.filter(pk=delegation.pk, ended_at__isnull=True)
        if not running.update(ended_at=at):
            raise Conflict(_("This delegation has ended already."))
        delegation.ended_at = at
        _log_delegation("delegation_ended", delegation, by, at)


def _log(what: str, found: DecisionType, by: Actor, at: datetime) -> None:
    data: dict[str, Any] = {
        "type": found.number,
        "rule": found.rule,
        "decider": found.decider,
        "quorum": found.quorum,
    }
    events.append(
        kind=f"decisions.{what}",
        subject=f"decisions.type:{found.pk}",
        by=by,
        at=at,
        scope=found.partnership_id,
        data=data,
    )


def _log_delegation(what: str, delegation: Delegation, by: Actor, at: datetime) -> None:
    events.append(
        kind=f"decisions.{what}",
        subject=f"decisions.delegation:{delegation.pk}",
        by=by,
        at=at,
        scope=delegation.giver.partnership_id,
        organisation=delegation.giver.organisation_id,
        data={"from": str(delegation.giver_id), "to": str(delegation.holder_id)},
    )
