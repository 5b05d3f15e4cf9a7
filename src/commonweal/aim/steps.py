"""What this room knows of the journey: the entry point and the first measure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.utils.translation import gettext as _

from commonweal.aim import queries
from commonweal.aim.beginnings import queries as beginnings
from commonweal.convene import journey
from commonweal.convene.journey import Check
from commonweal.convene.models import Partnership, Step


def checks(partnership: Partnership, at: datetime) -> Iterator[Check]:
    yield Check(
        step=Step.AGREE,
        key="entry_point",
        words=_("An entry point is chosen, with a review date"),
        mend=_("Choose a first step that is meaningful, actionable, acceptable and provisional."),
        done=beginnings.chosen_entry_point(partnership) is not None,
        needed=True,
        url="entry_points",
    )
    yield Check(
        step=Step.EXECUTE,
        key="indicator",
        words=_("An indicator says how success will be seen"),
        mend=_("Define an indicator, so that what works can be told from what does not."),
        done=queries.indicators(partnership).exists(),
        needed=True,
        url="indicators",
    )


journey.register("aim", checks)
