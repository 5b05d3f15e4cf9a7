"""What this part of the room knows of the journey: whether the kind was chosen."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.utils.translation import gettext as _

from commonweal.convene import journey
from commonweal.convene.journey import Check
from commonweal.convene.kinds import queries
from commonweal.convene.models import Partnership, Step


def checks(partnership: Partnership, at: datetime) -> Iterator[Check]:
    yield Check(
        step=Step.INVITE,
        key="kind",
        words=_("The table has said what kind of partnership it is"),
        mend=_("Answer the questions that tell which kind fits."),
        done=queries.chosen(partnership) is not None,
        url="partnership_kind",
    )


journey.register("kinds", checks)
