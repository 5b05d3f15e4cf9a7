"""The last question before data is opened: is this permit one that was given, and does it stand?"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from commonweal.agree import actions as agree
from commonweal.agree import queries
from commonweal.agree.access import logged
from commonweal.agree.models import Agreement
from commonweal.compute.permits.asking import Permit, Refusal
from commonweal.compute.permits.kinds import SHARING
from commonweal.compute.permits.limits import keep_to
from commonweal.convene.models import Partnership
from commonweal.convene.policies import missing
from commonweal.core import events
from commonweal.core.errors import Denied
from commonweal.core.models import Event
from commonweal.core.scope import system


def check_on_record(*, permit: Permit, at: datetime) -> None:
    """A permit opens something only if the log holds it, word for word, and it would be given again.

    It would while the agreements allow the same for the same providers, within limits that it keeps.
    Whoever can run code here can also write down a permit, keep one from before an agreement ended,
    or change one: none of these is what was granted and stands. A refusal is logged, in a
    transaction of its own as with `agree.actions.permit`. Raises Denied, Missing.
    """
    with transaction.atomic(durable=True):
        partnership = Partnership.objects.filter(pk=permit.partnership).first()
        if partnership is None:
            raise missing()
        refused = _refusal(permit, partnership, at)
        if refused is not None:
            _log(permit, refused, at)
    if refused is not None:
        raise _denied(refused)


def _refusal(permit: Permit, partnership: Partnership, at: datetime) -> Refusal | str | None:
    """Why not: the agreements' refusal, or one word; None when the permit stands."""
    # The copy computes its id anew: one that was written into the object does not count.
    given = Event.objects.filter(
        scope=permit.partnership,
        kind=logged.GRANTED,
        at=permit.granted_at,
        data__permit=replace(permit).id,
    )
    if not given.exists():
        return "unknown"
    roots = shared_under(permit)
    under = roots[0] if len(roots) == 1 else ""
    answer = queries.answer_now(permit.asked(actor=permit.actor, under=under), at)
    if isinstance(answer, Refusal):
        return answer
    remain = {basis.reference for basis in answer.agreements}
    # Of several licences one may have ended: what the others allow is then less limited, not more.
    stands = remain.issuperset(roots) and keep_to(permit.obligations, answer.obligations)
    return None if stands else "changed"


def shared_under(permit: Permit) -> list[str]:
    """The agreements of those it rests on under which data lies."""
    rests_on = [basis.reference for basis in permit.agreements]
    found = Agreement.objects.filter(
        partnership=permit.partnership, kind__in=SHARING, reference__in=rests_on
    )
    return list(found.values_list("reference", flat=True))


def _log(permit: Permit, refused: Refusal | str, at: datetime) -> None:
    said = refused.as_json() if isinstance(refused, Refusal) else {"code": refused}
    events.append(
        kind="agree.permit_rejected",
        subject=f"agree.contract:{permit.contract[:100]}",
        by=system("vault"),
        at=at,
        scope=permit.partnership,
        organisation=permit.organisation,
        data={"permit": replace(permit).id, "action": permit.action, **said},
    )


def _denied(refused: Refusal | str) -> Denied:
    if isinstance(refused, Refusal):
        return agree.denied(refused)
    if refused == "unknown":
        return Denied(
            _("This permit was never given: it is not in the log."),
            mend=_("Ask the agreements for one."),
        )
    return Denied(
        _("The agreements have changed since this permit was given."),
        mend=_("Ask for a new one: the agreements say whether it is given."),
    )
