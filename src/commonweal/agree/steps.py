"""What this room knows of the journey: whether partners have agreed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.utils.translation import gettext as _

from commonweal.agree import presets, queries
from commonweal.agree.models import Kind
from commonweal.convene import journey
from commonweal.convene.journey import Check
from commonweal.convene.models import Partnership, Step


def checks(partnership: Partnership, at: datetime) -> Iterator[Check]:
    in_force = {
        each.agreement.kind
        for each in queries.summaries(partnership, at)
        if each.standing == "in_force"
    }
    yield Check(
        step=Step.AGREE,
        key="agreement",
        words=_("A data-sharing agreement is in force"),
        mend=_("Draft an agreement and have every party sign it, before any data is shared."),
        done=Kind.DSA in in_force,
        url="agreements",
    )
    for kind in presets.first(partnership):
        if kind != Kind.DSA:
            yield Check(
                step=Step.AGREE,
                key=f"agreement_{kind}",
                words=_("In force: %(kind)s") % {"kind": Kind(kind).label},
                mend=_("A partnership of your kind begins with it: draft it."),
                done=kind in in_force,
                url="agreement_kinds",
            )


journey.register("agree", checks)
