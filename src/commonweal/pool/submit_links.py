"""Personal links by which a partner sends its file without an account."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from commonweal.core import formats, links, mail
from commonweal.core.errors import Conflict, Invalid
from commonweal.core.models import Link, Organisation
from commonweal.core.scope import Actor
from commonweal.pool import policies, queries
from commonweal.pool.models import DataContract

VALID = timedelta(days=45)
"""Long enough for one month and the late files of the one before."""


def issue(
    *, contract: DataContract, provider: Organisation, email: str, by: Actor, at: datetime
) -> Link:
    """Mail a link by which its holder sends this provider's files under this contract.

    It works as often as needed for 45 days and opens nothing else. For the convener or who looks
    after the provider's data. Raises Invalid for an address or a provider that the agreement does
    not name, Conflict when the address has such a link already.
    """
    policies.check_can_keep_links(by, contract, provider, at)
    if not queries.providers_of(contract).filter(pk=provider.pk).exists():
        raise Invalid(
            _("%(agreement)s does not name %(organisation)s as a provider.")
            % {"agreement": contract.agreement.reference, "organisation": provider.name},
            mend=_("Choose an organisation that the agreement names."),
        )
    subject = policies.link_subject(contract)
    with transaction.atomic():
        DataContract.objects.select_for_update().get(pk=contract.pk)
        open_ones = Link.objects.filter(
            purpose=policies.SUBMIT_LINK,
            subject=subject,
            organisation=provider,
            email=email.strip().lower(),
            revoked_at__isnull=True,
            expires_at__gt=at,
        )
        if open_ones.exists():
            raise Conflict(
                _("This address has a link for this already."),
                mend=_("Send that one again, or withdraw it first."),
            )
        link, token = links.issue(
            purpose=policies.SUBMIT_LINK,
            subject=subject,
            by=by,
            at=at,
            expires_at=at + VALID,
            organisation=provider,
            email=email,
            scope=contract.partnership_id,
            uses=None,
        )
        _mail(link, contract, provider, token, at)
    return link


def resend(*, link: Link, by: Actor, at: datetime) -> None:
    """Mail a new token for the link; the old one stops working. Raises Conflict, TooMany."""
    contract, provider = _kept(link, by, at)
    with transaction.atomic():
        token = links.resend(link=link, by=by, at=at)
        _mail(link, contract, provider, token, at)


def revoke(*, link: Link, by: Actor, at: datetime) -> None:
    """The link stops working now."""
    _kept(link, by, at)
    links.revoke(link=link, by=by, at=at)


def _kept(link: Link, by: Actor, at: datetime) -> queries.Way:
    contract, provider = queries.way_of_link(link)
    policies.check_can_keep_links(by, contract, provider, at)
    return contract, provider


def _mail(
    link: Link, contract: DataContract, provider: Organisation, token: str, at: datetime
) -> None:
    names = {
        "contract": contract.title,
        "provider": provider.name,
        "partnership": contract.partnership.name,
        "address": links.address(policies.SUBMIT_LINK, token),
        "day": formats.day(link.expires_at),
    }
    paragraphs = [
        _("%(provider)s sends “%(contract)s” to %(partnership)s. By this link you can do so.")
        % names,
        names["address"],
        _("You need no account. Choose the month and the spreadsheet, and see what came of it.")
        % names,
        _("The link works until %(day)s. Do not pass it on: it is yours.") % names,
    ]
    mail.queue(
        to=link.email,
        subject=_("Your link to send “%(contract)s”") % names,
        body="\n\n".join(paragraphs),
        purpose="submit-link",
        at=at,
        scope=contract.partnership_id,
    )
