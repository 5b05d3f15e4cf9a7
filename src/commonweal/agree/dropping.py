"""Giving up a text that is on its way: it stays on record, with the reason, and is signed by nobody."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from commonweal.agree import notices, policies, queries, states, text, words
from commonweal.agree.models import Agreement, AgreementVersion, State
from commonweal.agree.moving import move
from commonweal.agree.recording import about
from commonweal.core import events
from commonweal.core.errors import Conflict
from commonweal.core.scope import Actor

MOST = 2000  # characters of the reason


def drop(*, version: AgreementVersion, reason: str, by: Actor, at: datetime) -> None:
    """Give up a draft, or a text that is open for comment or signature; what is in force stays.

    Whoever was asked to comment or to sign is told by mail. Raises Denied as for any other change of
    the text, Invalid without a reason, Conflict for a text that is not on its way any more and while
    another text in preparation rests on it.
    """
    policies.check_can_prepare(by, version.agreement, queries.terms_of(version).parties, at)
    because = text.said(reason, "reason", MOST, asked=_("Say why: the others read it."))
    with transaction.atomic():
        Agreement.objects.select_for_update().get(pk=version.agreement_id)
        _check_nothing_rests_on_it(version.agreement)
        was = version.state
        move(version, states.DROP, dropped_at=at, dropped_because=because)
        events.append(kind="agree.dropped", by=by, at=at, **about(version))
        if was != State.DRAFT:
            notices.dropped(version, at, was_signed=was == State.SIGNING)


def _check_nothing_rests_on_it(agreement: Agreement) -> None:
    """While it was never in force: what rests on an agreement in force goes on doing so."""
    if agreement.versions.filter(state=State.ACTIVE).exists():
        return
    resting = agreement.children.filter(versions__state__in=(*states.PREPARING, State.ACTIVE))
    names = sorted(set(resting.values_list("reference", flat=True)))
    if names:
        raise Conflict(
            _("%(names)s rests on it.") % {"names": words.listed(names)},
            mend=_("Drop that first."),
        )
