"""Trying a draft: last month's requests under the agreements as they are, and as they would be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.utils.translation import gettext as _

from commonweal.agree import policies
from commonweal.agree import queries as agree
from commonweal.agree.access import logged
from commonweal.agree.models import AgreementVersion
from commonweal.agree.states import PREPARING
from commonweal.compute.permits.exploring import SAME, Change, compare, tried
from commonweal.compute.permits.register import Register
from commonweal.compute.permits.terms import Terms
from commonweal.core.errors import Conflict
from commonweal.core.models import Organisation
from commonweal.core.scope import Actor

LOOKS_BACK: Final = timedelta(days=31)


@dataclass(frozen=True)
class Trial:
    """What signing the version would change. `requests`: how many were made since `since`.

    `changes` holds only what would be answered differently; `names` those of organisations.
    """

    version: AgreementVersion
    since: datetime
    requests: int
    changes: Sequence[Change]
    names: Mapping[UUID, str]
    terms: Mapping[tuple[str, int], Terms]


def trial(actor: Actor, slug: str, reference: str, number: int, at: datetime) -> Trial:
    """Try a version in preparation against the requests of the last 31 days.

    For those who may change it: its parties and the convener. Raises Missing, Denied, and Conflict
    for a version that is signed or replaced already.
    """
    version = agree.version_for(actor, slug, reference, number, at)
    draft = agree.terms_of(version)
    policies.check_can_prepare(actor, version.agreement, draft.parties, at)
    if version.state not in PREPARING:
        raise Conflict(
            _("Version %(number)s is not in preparation any more, so there is nothing to try.")
            % {"number": version.number},
            mend=_("Open the version in preparation, and try that one."),
        )
    partnership = version.agreement.partnership
    terms = agree.terms_in(partnership)
    # Without the draft: else what it would allow is refused today because nobody has signed it.
    present = [each for each in terms if (each.reference, each.version) != _mark(draft)]
    since = at - LOOKS_BACK
    requests = logged.requests(partnership, since, at + timedelta(microseconds=1))
    changes = compare(
        Register(present), tried(present, draft, at), (each.ask for each in requests), at
    )
    shown = [each for each in changes if each.kind != SAME]
    named = {pk for each in shown for pk in (each.ask.organisation, each.provider) if pk}
    names = dict(Organisation.objects.filter(pk__in=named).values_list("pk", "name"))
    return Trial(
        version=version,
        since=since,
        requests=len(requests),
        changes=shown,
        names=names,
        terms={_mark(each): each for each in (*present, draft)},
    )


def _mark(terms: Terms) -> tuple[str, int]:
    return terms.reference, terms.version
