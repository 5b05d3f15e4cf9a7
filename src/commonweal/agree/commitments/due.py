"""What this part owes: a word on what an organisation has promised."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time

from django.urls import reverse
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from commonweal.agree.commitments import policies, queries
from commonweal.agree.commitments.queries import Entry
from commonweal.compute.following import QUIET
from commonweal.convene import queries as convene
from commonweal.core import due
from commonweal.core.scope import Actor


@due.register
def words_on_commitments(actor: Actor, at: datetime) -> Iterator[due.Item]:
    """For its organisation's people: what is due within 30 days, late, or unheard of for 60."""
    if actor.person_id is None:
        return
    for partnership in convene.partnerships_for(actor, at):
        own = policies.own(actor, partnership, at)
        for entry in queries.open_entries_of(own, partnership, at) if own else ():
            if reason := entry.reminder:
                yield due.Item(
                    title=_title(reason) % {"action": Truncator(entry.current.action).chars(80)},
                    url=reverse(
                        "tell_commitment", args=[partnership.slug, entry.commitment.number]
                    ),
                    partnership_id=partnership.pk,
                    organisation_id=entry.commitment.organisation_id,
                    due_at=_due_at(entry, reason),
                    late=reason == "late",
                    kind="commitments.word",
                )


def _title(reason: str) -> str:
    if reason == "late":
        return _("Say what became of “%(action)s”")
    if reason == "due":
        return _("Due soon: “%(action)s”")
    return _("Say how it goes: “%(action)s”")


def _due_at(entry: Entry, reason: str) -> datetime:
    day = (
        timezone.localdate(entry.last_heard_at) + QUIET
        if reason == "quiet"
        else entry.current.due_on
    )
    return timezone.make_aware(datetime.combine(day, time()))
