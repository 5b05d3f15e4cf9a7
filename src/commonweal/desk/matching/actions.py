"""Promising what was asked for: a commitment and its pair in one step."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from commonweal.agree.commitments import actions as commitments
from commonweal.agree.commitments.actions import Promise
from commonweal.agree.commitments.models import Commitment
from commonweal.convene.offers import actions as offers
from commonweal.convene.offers.models import Match
from commonweal.core.errors import Denied
from commonweal.core.scope import Actor


def promise(
    *, match: Match, promise: Promise, is_public: bool, by: Actor, at: datetime
) -> Commitment:
    """Commit to what was asked for. People of the offering organisation only."""
    organisation = match.offer.seat.organisation
    if organisation is None:
        raise Denied(_("Only organisations make commitments."))
    with transaction.atomic():
        made = commitments.make(
            partnership=match.offer.seat.partnership,
            organisation=organisation,
            promise=promise,
            by=by,
            at=at,
            is_public=is_public,
        )
        offers.promised(
            match=Match.objects.select_for_update(of=("self",))
            .select_related("offer__seat__organisation", "offer__seat__partnership", "need__seat")
            .get(pk=match.pk),
            commitment=made.number,
            by=by,
            at=at,
        )
    return made
