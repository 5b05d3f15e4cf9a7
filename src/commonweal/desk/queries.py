"""What all rooms together say to one reader: what needs them, and how a partnership stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from commonweal.agree import queries as agree
from commonweal.agree.recommendations import queries as recommendations
from commonweal.aim.beginnings import queries as beginnings
from commonweal.aim.models import EntryPoint
from commonweal.convene import queries as convene
from commonweal.convene.journey import Check
from commonweal.convene.models import Partnership
from commonweal.convene.queries import Stage, Standing
from commonweal.convene.reach import Part
from commonweal.core import due
from commonweal.core.models import Event, Organisation, Person
from commonweal.core.queries import events_of
from commonweal.core.scope import Actor
from commonweal.desk.opened import Opened
from commonweal.measure import marks, standing
from commonweal.measure.models import Release
from commonweal.measure.presentation import Shown, shown


@dataclass(frozen=True)
class Home:
    """What needs the reader, the earliest first, and where they take part.

    `gone`: by partnership, who withdrew and whose data is still to be destroyed, in sentences.
    `opened`: where they look in without a seat.
    """

    items: Sequence[due.Item]
    partnerships: Sequence[Partnership]
    gone: Mapping[UUID, Sequence[str]]
    opened: Sequence[Opened]

    def name_of(self, partnership_id: UUID | None) -> str:
        return next((p.name for p in self.partnerships if p.pk == partnership_id), "")


def home(actor: Actor, at: datetime) -> Home:
    partnerships = list(convene.partnerships_for(actor, at))
    gone = {
        each.pk: [
            marks.left_since(one)
            for one in standing.departures(each)
            if not one.is_back and one.destroyed_at is None
        ]
        for each in partnerships
    }
    return Home(due.items(actor, at), partnerships, gone, opened(actor, at))


def opened(actor: Actor, at: datetime) -> list[Opened]:
    """Where the reader holds an independent role and has no seat."""
    return [Opened(*each) for each in recommendations.held_away(actor, at).items()]


def opened_here(actor: Actor, partnership: Partnership, at: datetime) -> Opened:
    """The same for one partnership that was fetched for them."""
    return Opened(partnership, list(recommendations.held(actor, partnership, at)))


@dataclass(frozen=True)
class Overview:
    """One partnership at a glance."""

    partnership: Partnership
    standing: Standing
    stages: Sequence[Stage]
    next: Check | None
    items: Sequence[due.Item]
    entry_point: EntryPoint | None
    release: Release | None
    shown: Sequence[Shown]
    in_force: int
    waiting: int
    organisations: int
    vacant: int
    gone: Sequence[Sequence[str]]
    paused: Sequence[str]

    @property
    def here(self) -> Stage:
        return next(stage for stage in self.stages if stage.place == "here")

    @property
    def late(self) -> int:
        return sum(item.late for item in self.items)


def overview(actor: Actor, partnership: Partnership, at: datetime) -> Overview:
    """For who has a seat: the caller has fetched it for them. A constant number of queries per room."""
    table = convene.at_table(partnership, at)
    stages = convene.journey(partnership, at)
    agreements = agree.summaries(partnership, at)
    newest = (
        Release.objects.filter(partnership=partnership)
        .exclude(state=Release.State.WITHDRAWN)
        .order_by("-number")
        .first()
    )
    return Overview(
        partnership=partnership,
        standing=convene.standing(actor, partnership, at),
        stages=stages,
        next=convene.next_action(stages),
        items=[item for item in due.items(actor, at) if item.partnership_id == partnership.pk],
        entry_point=beginnings.chosen_entry_point(partnership),
        release=newest,
        shown=shown(newest) if newest else [],
        in_force=sum(each.standing == "in_force" for each in agreements),
        waiting=sum(each.standing == "signing" for each in agreements),
        organisations=table.organisations,
        vacant=len(table.vacant),
        gone=[marks.gone_words(each) for each in standing.partners_gone(partnership)],
        paused=marks.paused_in(partnership, at),
    )


@dataclass(frozen=True)
class Line:
    """One event as its page shows it: who (an organisation, or the software), what, when."""

    event: Event
    actor: str
    organisation: str


def log(
    actor: Actor, slug: str, at: datetime, *, most: int = 200
) -> tuple[Partnership, list[Line]]:
    """The partnership's newest events. People are named only to those who share the table."""
    partnership = convene.readable_for(actor, slug, Part.LOG, at)
    events = list(events_of(partnership.pk)[:most])
    people = _names(Person, {e.actor.removeprefix("person:") for e in events if e.actor})
    if partnership.opened is not None:
        people = dict.fromkeys(people, _("Somebody"))
    organisations = _names(Organisation, {str(e.organisation) for e in events if e.organisation})
    lines = [
        Line(
            event,
            people.get(event.actor.removeprefix("person:"), ""),
            organisations.get(str(event.organisation), ""),
        )
        for event in events
    ]
    return partnership, lines


def _names(model: type[Person] | type[Organisation], marks: set[str]) -> Mapping[str, str]:
    ids = []
    for mark in marks:
        try:
            ids.append(UUID(mark))
        except ValueError:
            continue
    found = model._default_manager.filter(pk__in=ids)
    return {str(pk): name for pk, name in found.values_list("pk", "name")}
