"""What this part of the room knows of the journey: whether anybody looked who is missing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.utils.translation import gettext as _

from commonweal.convene import journey
from commonweal.convene.journey import Check
from commonweal.convene.models import Partnership, Step
from commonweal.convene.voices.models import Line


def checks(partnership: Partnership, at: datetime) -> Iterator[Check]:
    yield Check(
        step=Step.PAUSE,
        key="map",
        words=_("The problem’s map is compared with the table"),
        mend=_("Put actors, levers, groups and places on the map, and see who is missing."),
        done=Line.objects.filter(partnership=partnership).exists(),
        url="who_is_missing",
    )


journey.register("voices", checks)
