"""Personal links by which a seat answers one proposal without an account."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from commonweal.agree.decisions import policies, queries
from commonweal.agree.decisions.models import Proposal, State
from commonweal.convene.models import Seat
from commonweal.core import formats, links, mail
from commonweal.core.errors import Conflict, Invalid
from commonweal.core.models import Link
from commonweal.core.scope import Actor

VALID = timedelta(days=30)


def issue(*, proposal: Proposal, seat: Seat, email: str, by: Actor, at: datetime) -> Link:
    """Mail a link by which its holder asks, advises and answers for this seat. Convener only.

    It works as often as needed until the proposal is closed, thirty days at most, and opens nothing
    else. Raises Conflict for a draft, a closed proposal, or a seat that has a link already; Invalid
    for a seat that nobody asks, and for a bad address.
    """
    policies.check_can_keep_links(by, proposal, at)
    if proposal.state == State.DRAFT or not proposal.is_open:
        raise Conflict(
            _("There is nothing to answer on this proposal now."),
            mend=_("Open it for questions first."),
        )
    asked = queries.roll_of(proposal, at)
    if seat not in (*asked.asked, *asked.consulted):
        ask = _("Choose a seat that is asked about this proposal.")
        raise Invalid.at("seat", ask)
    with transaction.atomic():
        Proposal.objects.select_for_update().get(pk=proposal.pk)
        held = queries.links_of(proposal).filter(
            data__seat=str(seat.pk), revoked_at__isnull=True, expires_at__gt=at
        )
        if held.exists():
            raise Conflict(
                _("This seat has a link for this proposal already."),
                mend=_("Send that one again, or withdraw it first."),
            )
        link, token = links.issue(
            purpose=policies.LINK,
            subject=policies.link_subject(proposal),
            by=by,
            at=at,
            expires_at=at + VALID,
            organisation=seat.organisation,
            email=email,
            scope=proposal.partnership_id,
            uses=None,
            data={"seat": str(seat.pk)},
        )
        _mail(link, proposal, seat, token, at)
    return link


def resend(*, link: Link, by: Actor, at: datetime) -> None:
    """Mail a new token for the link; the old one stops working. Raises Conflict, TooMany."""
    proposal, seat = _kept(link, by, at)
    with transaction.atomic():
        token = links.resend(link=link, by=by, at=at)
        _mail(link, proposal, seat, token, at)


def revoke(*, link: Link, by: Actor, at: datetime) -> None:
    """The link stops working now."""
    _kept(link, by, at)
    links.revoke(link=link, by=by, at=at)


def _kept(link: Link, by: Actor, at: datetime) -> tuple[Proposal, Seat]:
    proposal, seat = queries.proposal_of_link(link)
    policies.check_can_keep_links(by, proposal, at)
    return proposal, seat


def _mail(link: Link, proposal: Proposal, seat: Seat, token: str, at: datetime) -> None:
    language = seat.person.language if seat.person is not None else translation.get_language()
    with translation.override(language):
        names = {
            "seat": seat.holder,
            "title": proposal.title,
            "partnership": proposal.partnership.name,
            "day": formats.day(link.expires_at),
            "answer_by": formats.day(proposal.answer_by) if proposal.answer_by else "",
        }
        paragraphs = [
            _("%(partnership)s asks %(seat)s about this proposal: %(title)s.") % names,
            _("Read it and answer here; you need no account:"),
            links.address(policies.LINK, token),
            *([_("Please answer by %(answer_by)s.") % names] if proposal.answer_by else []),
            _("If you do not answer, that is not taken as agreement."),
            _("The link works until %(day)s at most. Do not pass it on: it is yours.") % names,
        ]
        mail.queue(
            to=link.email,
            subject=_("Your say: %(title)s") % names,
            body="\n\n".join(paragraphs),
            purpose="position-link",
            at=at,
            scope=proposal.partnership_id,
        )
