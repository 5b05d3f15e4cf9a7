"""What was promised because of a decision or under an agreement, for the pages of these."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.urls import reverse

from commonweal.agree.commitments import presentation, queries
from commonweal.agree.commitments.queries import Entry
from commonweal.agree.decisions.models import Proposal
from commonweal.agree.decisions.registry import Promised, tells_promises
from commonweal.agree.models import Agreement


@tells_promises
def because_of(decision: Proposal, at: datetime) -> list[Promised]:
    """For who is at the decision's table, where every commitment is read."""
    return _told(queries.entries_from(decision.commitments.all(), at))


def under(agreement: Agreement, at: datetime) -> list[Promised]:
    """The same of an agreement."""
    return _told(queries.entries_from(agreement.commitments.all(), at))


def _told(entries: Iterable[Entry]) -> list[Promised]:
    found = []
    for entry in entries:
        said, one = presentation.shown(entry), entry.commitment
        found.append(
            Promised(
                action=said.action,
                url=reverse("commitment", args=[one.partnership.slug, one.number]),
                organisation=said.organisation,
                due_on=said.due_on,
                tag=said.tag,
                look=said.look,
            )
        )
    return found
