"""Opening and closing a round, and answering in it. Each writes one event, without any answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from commonweal.convene import policies
from commonweal.convene.models import Partnership
from commonweal.convene.network import queries
from commonweal.convene.network.models import QUESTIONS, Round, Tie
from commonweal.core import events
from commonweal.core.errors import Conflict, Invalid
from commonweal.core.models import Organisation, Role
from commonweal.core.scope import Actor


@dataclass(frozen=True)
class Rated:
    """How far one organisation trusts another, 1 to 4; None where it does not say."""

    reliable: int | None = None
    open: int | None = None
    purpose: int | None = None


def open_round(*, partnership: Partnership, by: Actor, at: datetime) -> Round:
    """Ask everybody at the table. Raises Conflict while a round is open."""
    policies.check_can_convene(by, partnership, at)
    newest = queries.rounds(partnership).first()
    try:
        with transaction.atomic():
            made = Round.objects.create(
                partnership=partnership, number=newest.number + 1 if newest else 1, opened_at=at
            )
            _log("network_round_opened", made, by, at)
    except IntegrityError as taken:
        raise Conflict(
            _("A round is open already."), mend=_("Close it before you ask again.")
        ) from taken
    return made


def close_round(*, found: Round, by: Actor, at: datetime) -> None:
    """Keep what the round found, and erase every rating for good. Raises Conflict for a closed one."""
    policies.check_can_convene(by, found.partnership, at)
    with transaction.atomic():
        locked = _open(found)
        locked.partnership = found.partnership
        locked.result = queries.result_of(locked, at)
        locked.closed_at = at
        locked.save(update_fields=["result", "closed_at"])
        locked.ties.update(**dict.fromkeys(QUESTIONS))
        _log("network_round_closed", locked, by, at)


def relate(
    *,
    found: Round,
    organisation: Organisation,
    relations: Mapping[UUID, int],
    rest: bool = False,
    by: Actor,
    at: datetime,
) -> None:
    """Say how an organisation works with others. `rest`: with all others, of whom nothing is said, not
    at all. Whom one no longer works with, one no longer rates."""
    _check(found, organisation, by, at)
    known = set(queries.others(found.partnership, organisation, at).values_list("pk", flat=True))
    if not set(relations) <= known:
        raise Invalid(_("Somebody you answered for is no longer at the table. Answer again."))
    if any(each not in Tie.Relation.values for each in relations.values()):
        raise Invalid(_("Choose how you work together."))
    with transaction.atomic():
        _open(found)
        had = queries.said(found, organisation)
        wanted = dict(relations)
        if rest:
            wanted |= dict.fromkeys(known - had.keys() - relations.keys(), 0)
        if not wanted:
            raise Invalid(_("Say for at least one organisation how you work together."))
        _write(found, organisation, had, wanted, at)
        _log("network_answered", found, by, at, organisation)


def _write(
    found: Round,
    organisation: Organisation,
    had: Mapping[UUID, Tie],
    wanted: Mapping[UUID, int],
    at: datetime,
) -> None:
    """Two statements, whatever the number."""
    changed = []
    for pk in wanted.keys() & had.keys():
        tie = had[pk]
        tie.relation, tie.said_at = wanted[pk], at
        if tie.relation < Tie.Relation.SHARE:
            tie.reliable = tie.open = tie.purpose = None
        changed.append(tie)
    Tie.objects.bulk_update(changed, ["relation", "said_at", *QUESTIONS], batch_size=100)
    Tie.objects.bulk_create(
        Tie(round=found, source=organisation, target_id=pk, relation=value, said_at=at)
        for pk, value in wanted.items()
        if pk not in had
    )


def rate(
    *,
    found: Round,
    organisation: Organisation,
    ratings: Mapping[UUID, Rated],
    by: Actor,
    at: datetime,
) -> None:
    """Say how far an organisation trusts those it works with."""
    _check(found, organisation, by, at)
    given = [getattr(rated, each) for rated in ratings.values() for each in QUESTIONS]
    if any(each is not None and not 1 <= each <= 4 for each in given):
        raise Invalid(_("Choose a number from 1 to 4, or leave it open."))
    with transaction.atomic():
        _open(found)
        had = queries.said(found, organisation)
        for pk, rated in ratings.items():
            tie = had.get(pk)
            if tie is None or tie.relation < Tie.Relation.SHARE:
                raise Invalid(_("Say first that you work with them."))
            tie.said_at = at
            for question in QUESTIONS:
                setattr(tie, question, getattr(rated, question))
        changed = [had[pk] for pk in ratings]
        Tie.objects.bulk_update(changed, ["said_at", *QUESTIONS], batch_size=100)
        _log("network_rated", found, by, at, organisation)


def _check(found: Round, organisation: Organisation, by: Actor, at: datetime) -> None:
    policies.check_can_act_for(by, found.partnership, organisation, Role.MEMBER, at)


def _open(found: Round) -> Round:
    """The round, locked until the end of the transaction: who answers and who closes queue."""
    locked = Round.objects.select_for_update().get(pk=found.pk)
    if not locked.is_open:
        raise Conflict(_("This round is closed."), mend=_("Wait until the convener asks again."))
    return locked


def _log(
    what: str, found: Round, by: Actor, at: datetime, organisation: Organisation | None = None
) -> None:
    events.append(
        kind=f"convene.{what}",
        subject=f"network.round:{found.pk}",
        by=by,
        at=at,
        scope=found.partnership_id,
        organisation=organisation.pk if organisation else None,
        data={"number": found.number},
    )
