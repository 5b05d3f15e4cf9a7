"""Writing, changing and dropping what is planned; deciding on stages. Each writes one event."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from commonweal.compute.errors import Unusable
from commonweal.convene import policies as convene
from commonweal.convene.models import Partnership
from commonweal.convene.queries import partners
from commonweal.core import events
from commonweal.core.errors import Conflict, Denied, Invalid
from commonweal.core.models import Organisation
from commonweal.core.scope import Actor
from commonweal.plan import policies, queries
from commonweal.plan.models import Item, Stage

MOST = 2000  # characters of the words
MOST_ITEMS = 2000  # of one partnership; its page reads them all


@dataclass(frozen=True)
class Said:
    """What an item says."""

    kind: str
    title: str
    starts_on: date
    ends_on: date
    words: str = ""
    place: str = ""
    amount_minor: int | None = None
    currency: str = ""
    after: Sequence[Item] = ()
    informs: Item | None = None
    cover: Organisation | None = None
    stage: Stage | None = None
    state: str = Item.State.PLANNED


def add(
    *, partnership: Partnership, organisation: Organisation, said: Said, by: Actor, at: datetime
) -> Item:
    """Put something into the plan of an organisation at the table."""
    policies.check_can_plan(by, partnership, organisation, at)
    _check_seated(partnership, [organisation], at)
    with transaction.atomic():
        _check_room(partnership, 1)
        item = Item(partnership=partnership, organisation=organisation, added_at=at)
        _write(item, said, at)
        _log("item_added", item, by, at)
    return item


def change(*, item: Item, said: Said, by: Actor, at: datetime) -> None:
    """Say anew what is planned. What was dropped is added anew instead."""
    policies.check_can_plan(by, item.partnership, item.organisation, at)
    _check_kept(item)
    with transaction.atomic():
        _write(item, said, at)
        _log("item_changed", item, by, at)


def drop(*, item: Item, because: str, by: Actor, at: datetime) -> None:
    """Take it out of the plan, with the reason; it stays on record."""
    policies.check_can_plan(by, item.partnership, item.organisation, at)
    _check_kept(item)
    because = " ".join(because.split())
    if not 0 < len(because) <= 200:
        raise Invalid.at("because", _("Say why, in at most 200 characters."))
    item.state, item.dropped_because = Item.State.DROPPED, because
    with transaction.atomic():
        item.save(update_fields=["state", "dropped_because"])
        _log("item_dropped", item, by, at)


def add_many(
    *,
    partnership: Partnership,
    organisation: Organisation,
    rows: Sequence[Said],
    by: Actor,
    at: datetime,
) -> int:
    """Put a whole plan in: all of it or nothing. Those whose title is there already are left as they are."""
    policies.check_can_plan(by, partnership, organisation, at)
    _check_seated(partnership, [organisation], at)
    with transaction.atomic():
        known = set(
            Item.objects.filter(partnership=partnership, organisation=organisation).values_list(
                "title", flat=True
            )
        )
        fresh = [said for said in rows if said.title not in known]
        _check_room(partnership, len(fresh))
        for said in fresh:
            item = Item(partnership=partnership, organisation=organisation, added_at=at)
            _write(item, said, at)
        if fresh:
            events.append(
                kind="plan.imported",
                subject=f"core.organisation:{organisation.pk}",
                by=by,
                at=at,
                scope=partnership.pk,
                organisation=organisation.pk,
                data={"items": len(fresh)},
            )
    return len(fresh)


def add_stage(
    *,
    partnership: Partnership,
    name: str,
    condition: str,
    review_date: date,
    by: Actor,
    at: datetime,
) -> Stage:
    """Set up a stage: what must be true to go on after it. Convener only."""
    convene.check_can_convene(by, partnership, at)
    name, condition = " ".join(name.split()), condition.strip()
    if not 0 < len(name) <= 120:
        raise Invalid.at("name", _("Give it a name of at most 120 characters."))
    if not 0 < len(condition) <= MOST:
        raise Invalid.at("condition", _("Say what must be true to go on."))
    with transaction.atomic():
        stage = Stage(
            partnership=partnership,
            name=name,
            condition=condition,
            review_date=review_date,
            added_at=at,
        )
        _save(stage, "name", _("There is a stage of this name."))
        _log_stage("stage_added", stage, by, at)
    return stage


def decide(*, stage: Stage, verdict: str, because: str, by: Actor, at: datetime) -> None:
    """Write down what the table decided about a stage, and why. Convener only, once."""
    convene.check_can_convene(by, stage.partnership, at)
    because = because.strip()
    if verdict not in Stage.Verdict.values:
        raise Invalid.at("verdict", _("Choose what you decided."))
    if not 0 < len(because) <= MOST:
        raise Invalid.at("because", _("Say why."))
    with transaction.atomic():
        undecided = Stage.objects.filter(pk=stage.pk, decided_at__isnull=True)
        if not undecided.update(verdict=verdict, because=because, decided_at=at):
            raise Conflict(_("This stage was decided on already."))
        stage.verdict = verdict
        _log_stage("stage_decided", stage, by, at)


def _check_kept(item: Item) -> None:
    if item.state == Item.State.DROPPED:
        raise Conflict(_("This was dropped."), mend=_("Add it anew."))


def _check_room(partnership: Partnership, more: int) -> None:
    if Item.objects.filter(partnership=partnership).count() + more > MOST_ITEMS:
        raise Conflict(
            _("A plan holds at most %(most)d items.") % {"most": MOST_ITEMS},
            mend=_("Put several small things into one."),
        )


def _check_seated(
    partnership: Partnership, organisations: Iterable[Organisation | None], at: datetime
) -> None:
    wanted = {each.pk for each in organisations if each}
    if wanted and partners(partnership, at).filter(pk__in=wanted).count() < len(wanted):
        raise Denied(_("Only organisations with a seat are in the plan."))


def _write(item: Item, said: Said, at: datetime) -> None:
    if wrong := _faults(said):
        raise Invalid.at(*wrong)
    named = [*said.after, said.informs, said.stage]
    if any(each.partnership_id != item.partnership_id for each in named if each):
        raise Denied(_("A plan names what belongs to its own partnership."))
    _check_seated(item.partnership, [said.cover], at)
    item.kind, item.title, item.words = said.kind, " ".join(said.title.split()), said.words.strip()
    item.place, item.starts_on, item.ends_on = said.place.strip(), said.starts_on, said.ends_on
    item.amount_minor = said.amount_minor
    item.currency = said.currency if said.amount_minor is not None else ""
    item.informs = said.informs if said.kind == Item.Kind.EVALUATION else None
    item.cover, item.stage, item.state = said.cover, said.stage, said.state
    is_new = item._state.adding
    _save(item, "title", _("This stands in your plan already."))
    if said.after or not is_new:
        item.after.set(said.after)
    if said.after:  # The whole plan is read for this: not for each row of a spreadsheet.
        _check_no_circle(item, said.after)


def _check_no_circle(item: Item, after: Sequence[Item]) -> None:
    try:
        queries.waits_for(item.partnership, {item.pk: [each.pk for each in after]})
    except Unusable as circle:
        wrong = _("It would wait for something that waits for it.")
        raise Invalid.at("after", wrong) from circle


def _save(record: Item | Stage, field: str, taken: str) -> None:
    try:
        with transaction.atomic():
            record.save()
    except IntegrityError as error:
        raise Invalid.at(field, taken) from error


def _faults(said: Said) -> tuple[str, str] | None:
    """The first field at fault and what to do."""
    far = date(1900, 1, 1) <= said.starts_on and said.ends_on < date(2200, 1, 1)
    checks = (
        ("kind", said.kind in Item.Kind.values, _("Choose what it is.")),
        ("title", 0 < len(said.title.strip()) <= 120, _("Say it in at most 120 characters.")),
        (
            "words",
            len(said.words) <= MOST,
            _("Write at most %(most)d characters.") % {"most": MOST},
        ),
        ("place", len(said.place) <= 80, _("Write at most %(most)d characters.") % {"most": 80}),
        ("ends_on", said.ends_on >= said.starts_on, _("The last day comes after the first.")),
        ("starts_on", far, _("Write a day of this century or the next.")),
        (
            "amount",
            said.amount_minor is None or 0 <= said.amount_minor < 10**15,
            _("Write an amount, for example 12,500.00."),
        ),
        (
            "state",
            said.state in {Item.State.PLANNED, Item.State.UNDER_WAY, Item.State.DONE},
            _("Choose how it stands."),
        ),
    )
    return next(((field, text) for field, fine, text in checks if not fine), None)


def _log(what: str, item: Item, by: Actor, at: datetime) -> None:
    events.append(
        kind=f"plan.{what}",
        subject=f"plan.item:{item.pk}",
        by=by,
        at=at,
        scope=item.partnership_id,
        organisation=item.organisation_id,
        data={
            "kind": item.kind,
            "starts": item.starts_on.isoformat(),
            "ends": item.ends_on.isoformat(),
        },
    )


def _log_stage(what: str, stage: Stage, by: Actor, at: datetime) -> None:
    events.append(
        kind=f"plan.{what}",
        subject=f"plan.stage:{stage.pk}",
        by=by,
        at=at,
        scope=stage.partnership_id,
        data={"verdict": stage.verdict},
    )
