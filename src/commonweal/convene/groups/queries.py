"""Reading working groups."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from commonweal.convene import queries as convene
from commonweal.convene.groups.models import Group
from commonweal.convene.models import Partnership
from commonweal.convene.policies import missing
from commonweal.core.scope import Actor


def groups(partnership: Partnership) -> QuerySet[Group]:
    """Those at work first, by name. Two queries."""
    rows = Group.objects.filter(partnership=partnership).select_related("lead__organisation")
    return rows.prefetch_related("members__organisation").order_by("ended_at", "name")


def group_for(actor: Actor, slug: str, pk: UUID, at: datetime) -> Group:
    """Raises Missing for a table that the actor is not at."""
    partnership = convene.partnership_for(actor, slug, at)
    found = groups(partnership).filter(pk=pk).first()
    if found is None:
        raise missing()
    found.partnership = partnership
    return found


def to_review(actor: Actor, at: datetime) -> QuerySet[Group]:
    """Groups at work at the actor's tables."""
    mine = convene.partnerships_for(actor, at)
    rows = Group.objects.filter(partnership__in=mine, ended_at__isnull=True)
    return rows.select_related("partnership").order_by("review_date", "id")
