"""Reading meetings, and drawing an agenda from what is due."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from commonweal.agree.decisions.models import Proposal, State
from commonweal.agree.decisions.queries import proposals
from commonweal.compute.convening import agenda as a
from commonweal.compute.result import Result
from commonweal.convene import queries as convene
from commonweal.convene.models import Partnership
from commonweal.convene.policies import missing
from commonweal.core import due
from commonweal.core.scope import Actor
from commonweal.desk.meetings.models import Meeting, Point, Todo

AHEAD = timedelta(days=45)
"""What is due within so many days after a meeting belongs on its agenda."""
# What the whole table may read and talk about; what is one reader's own business is not here.
SORTS = {
    "decisions.review": a.Sort.REVIEW,
    "commitments.word": a.Sort.NEWS,
    "aim.entry_point_review": a.Sort.REVIEW,
    "aim.link_review": a.Sort.REVIEW,
    "aim.assumption_review": a.Sort.REVIEW,
    "plan.stage": a.Sort.DECISION,
    "plan.milestone": a.Sort.NEWS,
    "agree.renewal": a.Sort.DECISION,
}


def meetings(partnership: Partnership) -> QuerySet[Meeting]:
    return Meeting.objects.filter(partnership=partnership).order_by("-starts_at", "id")


def meeting_for(actor: Actor, slug: str, pk: UUID, at: datetime) -> Meeting:
    """Raises Missing for a table that the actor is not at."""
    partnership = convene.partnership_for(actor, slug, at)
    found = meetings(partnership).filter(pk=pk).first()
    if found is None:
        raise missing()
    found.partnership = partnership
    return found


def todo_for(actor: Actor, slug: str, pk: UUID, at: datetime) -> Todo:
    """Raises Missing for a table that the actor is not at."""
    partnership = convene.partnership_for(actor, slug, at)
    rows = Todo.objects.filter(meeting__partnership=partnership, pk=pk)
    found = rows.select_related("meeting__partnership", "seat__organisation").first()
    if found is None:
        raise missing()
    return found


def point_for(actor: Actor, slug: str, pk: UUID, at: datetime) -> Point:
    """Raises Missing for a table that the actor is not at."""
    partnership = convene.partnership_for(actor, slug, at)
    rows = Point.objects.filter(meeting__partnership=partnership, pk=pk)
    found = rows.select_related("meeting__partnership").first()
    if found is None:
        raise missing()
    return found


@dataclass(frozen=True)
class Drawn:
    """The agenda as it stands: what was put there and what is due. `slots` order the points by key."""

    points: dict[str, Point]
    found: Result[tuple[a.Slot, ...]]


def drawn(meeting: Meeting, reader: Actor, at: datetime) -> Drawn:
    """Before a meeting begins: points from the table, open to-dos, and what is due by then. Once it has
    begun: the points that were taken up."""
    rows = {str(row.pk): row for row in meeting.points.all()}
    if meeting.begun_at is None:
        known = {row.title for row in rows.values()}
        fresh = [row for row in due_points(meeting, reader, at) if row.title not in known]
        rows.update({f"~{number:03}": row for number, row in enumerate(fresh)})
    asked = [a.Point(key, a.Sort(row.sort), row.due_on, row.minutes) for key, row in rows.items()]
    return Drawn(rows, a.agenda(asked, meeting.minutes))


def due_points(meeting: Meeting, reader: Actor, at: datetime) -> Iterator[Point]:
    """What is due at this table until some weeks after the meeting, and what was left to do."""
    titles: set[str] = set()
    for proposal in open_proposals(meeting.partnership):
        titles.add(proposal.title)
        yield Point(
            meeting=meeting,
            sort=a.Sort.DECISION.value,
            title=_("Decide: %(title)s") % {"title": proposal.title[:280]},
            url=reverse("proposal", args=[meeting.partnership.slug, proposal.number]),
            due_on=proposal.answer_by,
        )
    for item in due.items(reader, at):
        sort = SORTS.get(item.kind)
        if item.partnership_id != meeting.partnership_id or sort is None:
            continue
        if item.due_at > meeting.starts_at + AHEAD or item.title[:300] in titles:
            continue
        titles.add(item.title[:300])
        yield Point(
            meeting=meeting,
            sort=(a.Sort.LATE if item.late else sort).value,
            title=item.title[:300],
            url=item.url[:300],
            due_on=timezone.localdate(item.due_at),
        )
    yield from _left_over(meeting)


def open_proposals(partnership: Partnership) -> QuerySet[Proposal]:
    """Proposals on which the table has not decided yet."""
    stages = [State.CLARIFY, State.POSITIONS]
    return proposals(partnership).filter(state__in=stages).order_by("answer_by", "number")


def _left_over(meeting: Meeting) -> Iterator[Point]:
    """To-dos of earlier meetings that nobody has called done."""
    open_ones = Todo.objects.filter(
        meeting__partnership=meeting.partnership_id, done_at=None, commitment=None
    ).exclude(meeting=meeting)
    for todo in open_ones.select_related("seat__organisation").order_by("due_on", "id")[:20]:
        late = todo.due_on < timezone.localdate(meeting.starts_at)
        yield Point(
            meeting=meeting,
            sort=(a.Sort.LATE if late else a.Sort.NEWS).value,
            title=f"{todo.words} ({todo.seat.holder})"[:300],
            due_on=todo.due_on,
        )
