"""What this part knows of the journey: whether partners have said what they volunteer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.utils.translation import gettext as _

from commonweal.agree.commitments.models import Commitment
from commonweal.convene import journey
from commonweal.convene.journey import Check
from commonweal.convene.models import Partnership, Step


def checks(partnership: Partnership, at: datetime) -> Iterator[Check]:
    yield Check(
        step=Step.AGREE,
        key="commitments",
        words=_("Partners have said what they volunteer"),
        mend=_("Say what your organisation will do by itself, and by when."),
        done=Commitment.objects.filter(partnership=partnership).exists(),
        url="commitments",
    )


journey.register("agree.commitments", checks)
