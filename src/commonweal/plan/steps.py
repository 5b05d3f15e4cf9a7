"""What this room knows of the journey: whether anything is planned."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.utils.translation import gettext as _

from commonweal.convene import journey
from commonweal.convene.journey import Check
from commonweal.convene.models import Partnership, Step
from commonweal.plan import queries


def checks(partnership: Partnership, at: datetime) -> Iterator[Check]:
    yield Check(
        step=Step.EXECUTE,
        key="plan",
        words=_("Partners’ plans are side by side"),
        mend=_("Put in what each plans: where, when, with what money."),
        done=queries.items(partnership).exists(),
        url="plan",
    )


journey.register("plan", checks)
