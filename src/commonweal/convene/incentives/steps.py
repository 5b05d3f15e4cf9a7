"""What this part of the room knows of the journey: whether every seat has declared itself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.utils.translation import gettext as _

from commonweal.convene import journey
from commonweal.convene.incentives.models import Declaration
from commonweal.convene.journey import Check
from commonweal.convene.models import Partnership, Seat, Step


def checks(partnership: Partnership, at: datetime) -> Iterator[Check]:
    held = Seat.objects.filter(partnership=partnership).open(at)
    held = held.exclude(kind=Seat.Kind.RESIDENT, person__isnull=True)  # Nobody is there to speak.
    said = Declaration.objects.filter(seat__in=held)
    yield Check(
        step=Step.PAUSE,
        key="incentives",
        words=_("Every seat has said what drives it and what binds it"),
        mend=_("Talk with each partner alone, and ask it to say so before you agree."),
        done=not held.exclude(pk__in=said.values("seat")).exists(),
        url="incentives",
    )


journey.register("incentives", checks)
