"""What every page's frame needs to know."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from commonweal.core import queries
from commonweal.core.models import Person


def shell(request: HttpRequest) -> dict[str, Any]:
    """Nothing is read from the database unless the page shows it."""
    return {
        "demo": settings.DEMO,
        "actor": getattr(request, "actor", None),
        "acting_for": SimpleLazyObject(lambda: acting_for(request)),
    }


def acting_for(request: HttpRequest) -> str:
    """The organisations that the signed-in person acts for, "" for nobody."""
    if not isinstance(request.user, Person):
        return ""
    at = request.at  # type: ignore[attr-defined]
    return ", ".join(organisation.name for organisation, _ in queries.acts_for(request.user, at))
