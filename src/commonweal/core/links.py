"""Personal links: single purpose, hashed at rest, expiring, revocable, re-sendable.

Whoever issues, revokes or re-sends a link has checked its own policy first: what a link opens is
known to the room that gives it a purpose, not here. Looking at a link never uses it up (mail
scanners open every address they see): a GET shows one button, the POST behind it consumes.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from commonweal.core import events, ratelimit
from commonweal.core.errors import Conflict, Missing
from commonweal.core.models import Link, Organisation, Person, Role
from commonweal.core.scope import Actor

WRONG_TOKENS = ratelimit.Limit("links.wrong", count=20, seconds=15 * 60)
RESENDS = ratelimit.Limit("links.resend", count=5, seconds=60 * 60)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _gone() -> Missing:
    """The same words for unknown, expired, revoked and used up: a guess learns nothing."""
    return Missing(
        _("This link does not work, or does not work any more."),
        mend=_("Ask the person who sent it to you for a new one."),
    )


def _log(what: str, link: Link, by: Actor, at: datetime) -> None:
    events.append(
        kind=f"core.link_{what}",
        subject=f"core.link:{link.pk}",
        by=by,
        at=at,
        scope=link.scope,
        organisation=link.organisation_id,
        data={"purpose": link.purpose, "for": link.subject},
    )


def issue(
    *,
    purpose: str,
    subject: str,
    by: Actor,
    at: datetime,
    expires_at: datetime,
    organisation: Organisation | None = None,
    person: Person | None = None,
    email: str = "",
    scope: UUID | None = None,
    uses: int | None = 1,
    data: dict[str, Any] | None = None,
) -> tuple[Link, str]:
    """A new link and its token (43 characters, 256 random bits), which is told only this once.

    `purpose` is a slug that stands in the address; `subject` is "room.model:id"; `uses` None means
    as often as needed until it expires.
    """
    token = secrets.token_urlsafe(32)
    with transaction.atomic():
        link = Link.objects.create(
            purpose=purpose,
            subject=subject,
            organisation=organisation,
            person=person,
            email=email.strip().lower(),
            scope=scope,
            token_hash=_hash(token),
            issued_by=by.label,
            issued_at=at,
            expires_at=expires_at,
            uses_left=uses,
            last_sent_at=at,
            data=data or {},
        )
        _log("issued", link, by, at)
    return link, token


def _usable(at: datetime) -> Q:
    return Q(revoked_at__isnull=True, expires_at__gt=at) & (
        Q(uses_left__isnull=True) | Q(uses_left__gt=0)
    )


def find(token: str, *, purpose: str, at: datetime, client: str) -> Link:
    """The link behind a token, without using it up.

    `client` is `ratelimit.client_of(request.META)`. Raises Missing in the same words whether the
    token is unknown, of another purpose, expired, revoked or used up; TooMany for a client that
    keeps guessing. A link that works always opens: many people share one address, and a token is
    too long to be guessed. Call it outside a transaction: a rolled-back count would not count.
    """
    link = (
        Link.objects.select_related("organisation", "person")
        .filter(_usable(at), token_hash=_hash(token), purpose=purpose)
        .first()
    )
    if link is None or (link.person is not None and not link.person.is_active):
        ratelimit.hit(WRONG_TOKENS, client, at=at)
        raise _gone()
    return link


def consume(link: Link, *, at: datetime) -> None:
    """Use the link once. Of two that race for the last use, one gets Missing."""
    with transaction.atomic():
        claimed = Link.objects.filter(_usable(at), pk=link.pk, token_hash=link.token_hash).update(
            uses_left=F("uses_left") - 1, last_used_at=at
        )
        if not claimed:
            raise _gone()
        _log("used", link, actor(link), at)
    link.refresh_from_db(fields=["uses_left", "last_used_at"])


def revoke(*, link: Link, by: Actor, at: datetime) -> None:
    """Make the link useless from now on. Revoking twice changes nothing."""
    with transaction.atomic():
        if Link.objects.filter(pk=link.pk, revoked_at__isnull=True).update(revoked_at=at):
            _log("revoked", link, by, at)
    link.refresh_from_db(fields=["revoked_at"])


def resend(*, link: Link, by: Actor, at: datetime) -> str:
    """A new token for the same link, valid as long as the first one was; the old one dies now.

    Raises Conflict for a revoked or used-up link, TooMany for more than five times an hour.
    """
    ratelimit.hit(RESENDS, str(link.pk), at=at)
    token = secrets.token_urlsafe(32)
    open_ones = Link.objects.filter(Q(uses_left__isnull=True) | Q(uses_left__gt=0), pk=link.pk)
    with transaction.atomic():
        renewed = open_ones.filter(revoked_at__isnull=True).update(
            token_hash=_hash(token),
            issued_at=at,
            expires_at=at + (link.expires_at - link.issued_at),
            sent_count=F("sent_count") + 1,
            last_sent_at=at,
        )
        if not renewed:
            raise Conflict(
                _("This link was withdrawn or has been used."), mend=_("Issue a new one.")
            )
        _log("resent", link, by, at)
    link.refresh_from_db()
    return token


def address(purpose: str, token: str) -> str:
    """The absolute address to mail."""
    return f"{settings.BASE_URL}/l/{purpose}/{token}/"


def actor(link: Link) -> Actor:
    """Who the link's holder is: nobody's person, at most a member of one organisation."""
    roles = {(link.organisation_id, Role.MEMBER.value)} if link.organisation_id else set()
    return Actor(link_id=link.pk, link_purpose=link.purpose, roles=frozenset(roles))
