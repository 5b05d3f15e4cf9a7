"""Signatures that are asked for and ends that are foreseen, 90, 30 and 7 days ahead."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from commonweal.agree import notices, queries, sheets, words
from commonweal.agree.models import AgreementVersion, State
from commonweal.agree.queries import Summary
from commonweal.agree.recording import about
from commonweal.convene import queries as convene
from commonweal.convene.models import Partnership
from commonweal.core import events
from commonweal.core.due import Item
from commonweal.core.models import Event, Role
from commonweal.core.scope import Actor

AHEAD = (90, 30, 7)
"""Days before its end at which an agreement is foreseen."""
SIGN_WITHIN = timedelta(days=14)
"""When a signature that is asked for counts as late."""


def owed(actor: Actor, at: datetime) -> Iterator[Item]:
    """What this reader owes at all of their tables. Nothing to holders of links and to the system."""
    if actor.person_id is None:
        return
    signs = any(role == Role.SIGNATORY for _organisation, role in actor.roles)
    for partnership in convene.partnerships_for(actor, at):
        if signs:
            yield from _signatures(actor, partnership, at)
        standing = convene.standing(actor, partnership, at)
        for summary in queries.summaries(partnership, at):
            mine = standing.organisations & set(summary.terms.parties)
            takes_part = any(actor.holds(Role.MEMBER, each) for each in mine)
            if (takes_part or standing.convenes) and _ends_soon(summary, at):
                yield _renewal(summary, partnership, at)


def _signatures(actor: Actor, partnership: Partnership, at: datetime) -> Iterator[Item]:
    waiting = AgreementVersion.objects.filter(
        agreement__partnership=partnership, state=State.SIGNING
    )
    for version in waiting.select_related("agreement__partnership", "agreement__parent"):
        opened_at = version.opened_at or version.drafted_at
        for organisation in sheets.may_sign_for(actor, version, at):
            yield Item(
                title=_("Read and sign %(reference)s for %(organisation)s")
                % {
                    "reference": version.agreement.reference,
                    "organisation": organisation.name,
                },
                url=reverse("sign_agreement", args=[partnership.slug, version.agreement.reference]),
                partnership_id=partnership.pk,
                organisation_id=organisation.pk,
                due_at=opened_at + SIGN_WITHIN,
                late=at > opened_at + SIGN_WITHIN,
                kind="agree.signature",
            )


def _ends_soon(summary: Summary, at: datetime) -> bool:
    left = summary.terms.expires_at - at
    return summary.version.state == State.ACTIVE and timedelta() < left <= timedelta(days=AHEAD[0])


def _renewal(summary: Summary, partnership: Partnership, at: datetime) -> Item:
    reference = summary.agreement.reference
    return Item(
        title=_("Renew %(reference)s or let it end with %(day)s")
        % {"reference": reference, "day": words.day(summary.version.expires_on)},
        url=reverse("renew_agreement", args=[partnership.slug, reference]),
        partnership_id=partnership.pk,
        organisation_id=None,
        due_at=summary.terms.expires_at,
        late=False,
        kind="agree.renewal",
    )


def prolonged(version: AgreementVersion) -> date:
    """The last day of a version that goes on for as many years, at least one, as this one lasted.

    A licence does not outlast the agreement that it rests on.
    """
    last = version.expires_on
    years = max(1, round((last - version.starts_on).days / 365.25))
    try:
        later = last.replace(year=last.year + years)
    except ValueError:  # 29 February
        later = last.replace(year=last.year + years, day=28)
    parent = version.agreement.parent
    return min(later, queries.latest(parent).expires_on) if parent else later


def foresee(*, by: Actor, at: datetime) -> int:
    """Log, once each, that an agreement ends in at most 90, 30 or 7 days, or has ended.

    Those who can renew it are told by mail with the first three.

    For a job that runs daily; running it again changes nothing. Returns how many events it wrote.
    """
    active = AgreementVersion.objects.filter(state=State.ACTIVE)
    written = 0
    for version in active.select_related("agreement").order_by("agreement_id"):
        kind, days = _foreseen(version, at)
        if kind and not _is_logged(version, kind, days):
            with transaction.atomic():
                _log(version, kind, days, by, at)
                if days:
                    notices.ends_soon(version, at)
            written += 1
    return written


def _foreseen(version: AgreementVersion, at: datetime) -> tuple[str, int]:
    over = queries.terms_of(version).expires_at
    if at >= over:
        return "agree.expired", 0
    near: Iterable[int] = (days for days in reversed(AHEAD) if over - at <= timedelta(days=days))
    days = next(iter(near), 0)
    return ("agree.expires_soon", days) if days else ("", 0)


def _is_logged(version: AgreementVersion, kind: str, days: int) -> bool:
    return Event.objects.filter(
        scope=version.agreement.partnership_id,
        kind=kind,
        subject=f"agree.agreement:{version.agreement_id}",
        data__version=version.number,
        data__days=days,
    ).exists()


def _log(version: AgreementVersion, kind: str, days: int, by: Actor, at: datetime) -> None:
    events.append(kind=kind, by=by, at=at, **about(version, days=days))
