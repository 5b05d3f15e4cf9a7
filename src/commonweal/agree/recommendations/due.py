"""What this part owes: answers to recommendations and findings."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time
from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from commonweal.agree.recommendations import queries
from commonweal.convene import queries as convene
from commonweal.core import due
from commonweal.core.models import Role
from commonweal.core.scope import Actor


@due.register
def answers(actor: Actor, at: datetime) -> Iterator[due.Item]:
    """For the people of whoever was asked, from the day it was filed until it is answered."""
    if actor.person_id is None:
        return
    own: set[UUID] = {pk for pk, role in actor.roles if role == Role.MEMBER}
    for partnership in convene.partnerships_for(actor, at):
        for entry in queries.owed_by(own, partnership, at) if own else ():
            yield due.Item(
                title=_("Answer in public: “%(title)s”")
                % {"title": Truncator(entry.one.title).chars(80)},
                url=reverse("answer_recommendation", args=[partnership.slug, entry.one.number]),
                partnership_id=partnership.pk,
                organisation_id=entry.one.addressee_id,
                due_at=timezone.make_aware(datetime.combine(entry.one.answer_by, time())),
                late=entry.standing == "late",
                kind="recommendations.answer",
            )
