"""What the room owes: last month's files, for those who look after a provider's data."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from commonweal.core import due
from commonweal.core.scope import Actor


@due.register
def missing_files(actor: Actor, at: datetime) -> Iterable[due.Item]:
    """One item per contract and organisation whose last month has not come in."""
    from commonweal.convene import queries as convene
    from commonweal.core.models import Role
    from commonweal.pool import matrix, months

    if actor.link_id is not None:
        return
    stewarded = {organisation for organisation, role in actor.roles if role == Role.STEWARD}
    if not stewarded:
        return
    for partnership in convene.partnerships_for(actor, at):
        for item in matrix.missing(partnership, stewarded, at):
            query = urlencode(
                {
                    "contract": item.contract.key,
                    "for": str(item.provider.pk),
                    "period": item.period,
                }
            )
            yield due.Item(
                title=_("Send “%(contract)s” for %(month)s (%(organisation)s)")
                % {
                    "contract": item.contract.title,
                    "month": months.label(item.period),
                    "organisation": item.provider.name,
                },
                url=f"{reverse('data_send', args=[partnership.slug])}?{query}",
                partnership_id=partnership.pk,
                organisation_id=item.provider.pk,
                due_at=item.due_at,
                late=item.is_late,
                kind="pool.file",
            )
