"""What the actions of this part share: take the words, lock the proposal, tell the log."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from commonweal.agree.decisions.models import Hat, Proposal
from commonweal.convene.models import Seat
from commonweal.core.errors import Conflict, Invalid


def said(text: str, field: str, ask: str) -> str:
    """The text without surrounding space. Raises Invalid at `field` when nothing was said."""
    if not text.strip():
        raise Invalid.at(field, ask)
    return text.replace("\r\n", "\n").strip()


def check_hat(hat: str) -> None:
    if hat not in Hat.values:
        ask = _("Say for whom you speak.")
        raise Invalid.at("hat", ask)


def lock(proposal: Proposal) -> None:
    """Hold the row until the end of the transaction, and know its present state."""
    Proposal.objects.select_for_update().get(pk=proposal.pk)
    proposal.refresh_from_db()


def closed() -> Conflict:
    return Conflict(
        _("This proposal is not open for that now."), mend=_("Look where it stands on its page.")
    )


def about(
    proposal: Proposal, seat: Seat | None = None, data: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Subject, scope, organisation and data of an event, for `events.append`.

    A resident's seat is logged by its id alone: the log never says who a resident is.
    """
    named = {"seat": str(seat.pk)} if seat else {}
    return {
        "subject": f"decisions.proposal:{proposal.pk}",
        "scope": proposal.partnership_id,
        "organisation": seat.organisation_id if seat else None,
        "data": {"number": proposal.number, **named, **(data or {})},
    }
