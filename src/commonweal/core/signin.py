"""Signing in by mailed link.

The answer, and the work done before it, are the same whether or not the address is known: looking
it up happens in a job.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from commonweal.core import jobs, links, mail, ratelimit
from commonweal.core.models import Link, Person
from commonweal.core.scope import NOBODY, Actor
from commonweal.core.sealing import seal, unseal

PURPOSE: Final = "sign-in"
VALID_FOR: Final = timedelta(minutes=20)
BY_CLIENT: Final = ratelimit.Limit("signin.client", count=20, seconds=60 * 60)
BY_ADDRESS: Final = ratelimit.Limit("signin.address", count=5, seconds=60 * 60)


def request_link(*, email: str, next_path: str, client: str, at: datetime) -> None:
    """Ask for a link to be mailed. Raises TooMany for a client that asks for too many."""
    email = email.strip().lower()
    ratelimit.hit(BY_CLIENT, client, at=at)
    if ratelimit.allows(BY_ADDRESS, email, at=at):
        # Sealed: a job's arguments hold no person-level value.
        jobs.enqueue(
            "core.mail_sign_in_link", by=NOBODY, at=at, address=seal(email), next_path=next_path
        )


@jobs.job("core.mail_sign_in_link", priority=50)
def mail_sign_in_link(progress: jobs.Progress, address: str, next_path: str) -> None:
    """Mail a link if somebody active has this address; do nothing otherwise."""
    email = unseal(address)
    person = Person.objects.filter(email__iexact=email, is_active=True).first()
    if person is not None:
        send_link(person=person, next_path=next_path, by=progress.by, at=progress.at)


def new_link(*, person: Person, by: Actor, at: datetime, next_path: str = "") -> str:
    """The address of a fresh link that signs this person in once, within twenty minutes.

    For the mail and the command line; whoever calls it hands out the person's access.
    """
    _link, token = links.issue(
        purpose=PURPOSE,
        subject=f"core.person:{person.pk}",
        person=person,
        by=by,
        at=at,
        expires_at=at + VALID_FOR,
        data={"next": next_path},
    )
    return links.address(PURPOSE, token)


def send_link(*, person: Person, by: Actor, at: datetime, next_path: str = "") -> None:
    """Issue a link and queue its mail, both or neither."""
    with transaction.atomic(), translation.override(person.language):
        address = new_link(person=person, by=by, at=at, next_path=next_path)
        mail.queue(
            to=person.email,
            subject=_("Your link to sign in"),
            body=_(
                "Hello %(name)s,\n\n"
                "open this address and press the button to sign in to Commonweal:\n\n"
                "%(address)s\n\n"
                "It works once, for %(minutes)d minutes. If you did not ask for it, you need do"
                " nothing: nobody was let in.\n"
            )
            % {
                "name": person.name,
                "address": address,
                "minutes": VALID_FOR.seconds // 60,
            },
            purpose=PURPOSE,
            at=at,
        )


def use_link(link: Link, *, at: datetime) -> tuple[Person, str]:
    """Consume the link: whom it signs in and where they wanted to go. Raises Missing."""
    links.consume(link, at=at)
    person = link.person
    if person is None:  # pragma: no cover - a sign-in link always names somebody
        raise RuntimeError("a sign-in link without a person")
    return person, str(link.data.get("next", ""))
