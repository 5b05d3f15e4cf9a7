"""Reading the theory of change with its gaps, and indicators with their versions."""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar
from uuid import UUID

from django.db.models import Case, F, Model, QuerySet, Value, When

from commonweal.aim.models import Indicator, IndicatorVersion, Node
from commonweal.compute.indicators.definition import Definition
from commonweal.compute.indicators.parse import parse_definitions
from commonweal.convene.models import Partnership
from commonweal.convene.policies import missing
from commonweal.convene.queries import readable_for
from commonweal.convene.reach import Part
from commonweal.core.scope import Actor

M = TypeVar("M", bound=Model)


def indicator_for(actor: Actor, slug: str, key: str, at: datetime) -> Indicator:
    """For who may read what the table aims at. Raises Missing."""
    partnership = readable_for(actor, slug, Part.AIM, at)
    found = Indicator.objects.select_related("owner", "outcome")
    indicator = one(found.filter(partnership=partnership, key=key))
    indicator.partnership = partnership
    return indicator


def one(found: QuerySet[M]) -> M:
    record = found.first()
    if record is None:
        raise missing()
    return record


def nodes(partnership: Partnership) -> QuerySet[Node]:
    """Every box, by name: for the forms that point to one."""
    return Node.objects.filter(partnership=partnership).order_by("label")


def indicators(partnership: Partnership) -> QuerySet[Indicator]:
    """Population indicators first, then performance, by title."""
    return (
        Indicator.objects.filter(partnership=partnership)
        .select_related("owner", "outcome")
        .order_by(Case(When(level="population", then=Value(0)), default=Value(1)), "title", "id")
    )


def versions(indicator: Indicator) -> QuerySet[IndicatorVersion]:
    """Every version, the newest first."""
    return IndicatorVersion.objects.filter(indicator=indicator).order_by("-number")


def current_version(indicator: Indicator, at: datetime) -> IndicatorVersion | None:
    """The newest version agreed by `at`."""
    return versions(indicator).filter(agreed_at__lte=at).first()


def current_versions(partnership: Partnership, at: datetime) -> list[IndicatorVersion]:
    """The current version of every indicator, in the order of `indicators`. Two queries."""
    newest: dict[UUID, IndicatorVersion] = {}
    agreed = IndicatorVersion.objects.filter(indicator__partnership=partnership, agreed_at__lte=at)
    for version in agreed.order_by(F("number").asc()):
        newest[version.indicator_id] = version
    found = []
    for indicator in indicators(partnership):
        current = newest.get(indicator.pk)
        if current is not None:
            current.indicator = indicator
            found.append(current)
    return found


def definition(version: IndicatorVersion) -> Definition:
    """The parsed definition of a stored version; it was checked when it was written."""
    (parsed,) = parse_definitions(version.definition)
    return parsed
