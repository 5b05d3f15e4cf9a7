"""What this room knows of the journey: whether partners have agreed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.utils.translation import gettext as _

from commonweal.agree import queries
from commonweal.convene import journey
from commonweal.convene.journey import Check
from commonweal.convene.models import Partnership, Step


def checks(partnership: Partnership, at: datetime) -> Iterator[Check]:
    yield Check(
        step=Step.AGREE,
        key="agreement",
        words=_("A data-sharing agreement is in force"),
        mend=_("Draft an agreement and have every party sign it, before any data is shared."),
        done=any(
            each.agreement.kind == "dsa" and each.standing == "in_force"
            for each in queries.summaries(partnership, at)
        ),
        url="agreements",
    )


journey.register("agree", checks)
