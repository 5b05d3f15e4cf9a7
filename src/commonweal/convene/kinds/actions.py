"""Choosing the kind of a partnership. Writes one event."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from commonweal.compute.convening import kinds
from commonweal.convene import policies
from commonweal.convene.kinds.models import Kind, KindChoice
from commonweal.convene.models import Partnership
from commonweal.core import events
from commonweal.core.errors import Invalid
from commonweal.core.scope import Actor

MOST = 2000  # characters of the reason


def choose(
    *,
    partnership: Partnership,
    answers: Mapping[str, str],
    kind: str,
    because: str,
    by: Actor,
    at: datetime,
) -> KindChoice:
    """Say what kind of partnership this is, with the answers that led there. Convener only.

    Raises Invalid for an unknown kind, and for one that the answers do not suggest without a reason.
    """
    policies.check_can_convene(by, partnership, at)
    if kind not in Kind.values:
        raise Invalid.at("kind", _("Choose a kind of partnership."))
    because = because.strip()
    if len(because) > MOST:
        raise Invalid.at("because", _("Write at most %(most)d characters.") % {"most": MOST})
    suggested = kinds.suggest(answers).answer.kinds
    if kind not in suggested and not because:
        raise Invalid.at(
            "because", _("Say why: your answers do not suggest this kind by themselves.")
        )
    with transaction.atomic():
        made = KindChoice.objects.create(
            partnership=partnership,
            answers=dict(answers),
            suggested=list(suggested),
            kind=kind,
            because=because,
            at=at,
        )
        events.append(
            kind="convene.kind_chosen",
            subject=f"kinds.kindchoice:{made.pk}",
            by=by,
            at=at,
            scope=partnership.pk,
            data={"kind": kind, "suggested": list(suggested)},
        )
    return made
