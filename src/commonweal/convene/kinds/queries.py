"""Reads of this part of the room."""

from __future__ import annotations

from django.db.models import QuerySet

from commonweal.convene.kinds.models import KindChoice
from commonweal.convene.models import Partnership


def choices(partnership: Partnership) -> QuerySet[KindChoice]:
    """Every choice of a kind, the newest first. For who fetched the partnership by its own getter."""
    return KindChoice.objects.filter(partnership=partnership).order_by("-at", "-id")


def chosen(partnership: Partnership) -> KindChoice | None:
    """The choice that counts."""
    return choices(partnership).first()
