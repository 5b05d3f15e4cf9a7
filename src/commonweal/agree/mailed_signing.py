"""Signing without an account: a personal link that shows the text, and a code by mail that signs.

The organisation's own people name the signatory. The link goes to the signatory's address and the
code, asked for on the page behind it, goes there too: a link that was passed on signs nothing.
"""

from __future__ import annotations

import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import F
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from commonweal.agree import policies, queries, signing, words
from commonweal.agree.models import Agreement, AgreementVersion, MailedSignatory, Signature, State
from commonweal.agree.recording import about
from commonweal.convene import queries as convene
from commonweal.convene.policies import missing
from commonweal.core import events, links, mail, ratelimit
from commonweal.core import queries as core
from commonweal.core.errors import Conflict, Invalid
from commonweal.core.models import Link, Organisation, Person, Role
from commonweal.core.scope import Actor
from commonweal.core.sealing import keyed_hash

PURPOSE: Final = "sign"
VALID_FOR: Final = timedelta(days=14)
CODE_VALID_FOR: Final = timedelta(minutes=10)
TRIES: Final = 5
DIGITS: Final = 6
CODES: Final = ratelimit.Limit("agree.code", count=8, seconds=24 * 60 * 60)
"""Codes for one link. With five tries each, guessing for as long as a link lives is hopeless."""
NAMED: Final = ratelimit.Limit("agree.signatory", count=20, seconds=24 * 60 * 60)


def name_signatory(
    *,
    version: AgreementVersion,
    organisation: Organisation,
    name: str,
    email: str,
    by: Actor,
    at: datetime,
) -> MailedSignatory:
    """Mail a personal link to whoever signs this text for the organisation and has no account.

    Raises Denied for who may not name them, Invalid for name and address (nobody names themselves,
    nor who signs for another party with an account), Conflict when the text is not open for
    signature, is signed, or the address has a link already.
    """
    policies.check_can_name_signatory(by, version.agreement.partnership, organisation, at)
    name, email = " ".join(name.split()), email.strip().lower()
    _check_whom(name, email, by)
    ratelimit.hit(NAMED, str(by.person_id), at=at)
    with transaction.atomic():
        Agreement.objects.select_for_update().get(pk=version.agreement_id)
        version = AgreementVersion.objects.select_related("agreement__partnership").get(
            pk=version.pk
        )
        if reason := why_not(version, organisation, at):
            raise Conflict(reason, mend=_("Reload the page of the agreement."))
        _check_signs_for_no_other(version, organisation, email, at)
        if waiting(version, at).filter(organisation=organisation, link__email=email).exists():
            raise Conflict(
                _("This address has a link to sign this text already."),
                mend=_("Take that one back first if it did not arrive."),
            )
        link, token = links.issue(
            purpose=PURPOSE,
            subject=f"agree.version:{version.pk}",
            organisation=organisation,
            email=email,
            scope=version.agreement.partnership_id,
            by=by,
            at=at,
            expires_at=at + VALID_FOR,
        )
        row = MailedSignatory.objects.create(
            version=version,
            organisation=organisation,
            name=name,
            link=link,
            text_hash=version.text_hash,
            named_by_id=policies.person_of(by),
            named_at=at,
        )
        _log("signatory_named", row, by, at)
        _mail_link(row, token, at)
    return row


def _check_whom(name: str, email: str, by: Actor) -> None:
    if not name or len(name) > 200:
        raise Invalid.at("name", _("Write the signatory’s name, in at most 200 characters."))
    try:
        validate_email(email)
    except ValidationError:
        raise Invalid.at("email", _("Enter an e-mail address, like name@example.org.")) from None
    if Person.objects.filter(pk=policies.person_of(by), email__iexact=email).exists():
        raise Invalid.at("email", _("Nobody names themselves: ask a colleague to name you."))


def _check_signs_for_no_other(
    version: AgreementVersion, organisation: Organisation, email: str, at: datetime
) -> None:
    """The address is not that of another party's signatory: a slip between links that look alike."""
    signs_for = {
        each.organisation_id: each.organisation.name
        for each in core.affiliations_in_force(at)
        .filter(person__email__iexact=email, person__is_active=True, role=Role.SIGNATORY)
        .select_related("organisation")
    }
    parties = queries.terms_of(version).parties
    others = [name for key, name in signs_for.items() if key in parties]
    if others and organisation.pk not in signs_for:
        said = {"others": words.listed(sorted(others)), "organisation": organisation.name}
        raise Invalid.at(
            "email",
            _(
                "Whoever has this address signs for %(others)s. Name somebody of %(organisation)s;"
                " %(others)s names its own signatory."
            )
            % said,
        )


def take_back(*, row: MailedSignatory, by: Actor, at: datetime) -> None:
    """The signatory named can no longer sign by this link. Raises Denied."""
    policies.check_can_name_signatory(by, row.version.agreement.partnership, row.organisation, at)
    with transaction.atomic():
        if row.link.revoked_at is None:
            links.revoke(link=row.link, by=by, at=at)
            _log("signatory_taken_back", row, by, at)


def send_code(*, row: MailedSignatory, at: datetime) -> None:
    """Mail a code to the link's address; an earlier one stops working. Raises Conflict, TooMany."""
    _check_open(row, at)
    ratelimit.hit(CODES, str(row.pk), at=at)
    code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
    with transaction.atomic():
        MailedSignatory.objects.filter(pk=row.pk).update(
            code_hash=_hash(row, code), code_expires_at=at + CODE_VALID_FOR, tries_left=TRIES
        )
        _log("code_sent", row, links.actor(row.link), at)
        _mail_code(row, code, at)
    row.refresh_from_db()


def sign(*, row: MailedSignatory, text_hash: str, code: str, at: datetime) -> Signature:
    """Sign for the organisation with the code. It uses the link up.

    Raises Invalid for a wrong or old code (each try counts, also one that fails), Conflict when the
    text is no longer the one to sign, Missing when the link has been used meanwhile.
    """
    _check_open(row, at)
    _check_code(row, code, at)
    by = links.actor(row.link)
    hand = signing.Hand(row.name, Signature.Way.CODE, sent_to=masked(row.link.email))
    with transaction.atomic():
        # The agreement first, as whoever signs with an account does: the log is locked after it.
        Agreement.objects.select_for_update().get(pk=row.version.agreement_id)
        links.consume(row.link, at=at)
        return signing.put_signature(
            version=row.version,
            organisation=row.organisation,
            text_hash=text_hash,
            hand=hand,
            by=by,
            at=at,
        )


def _check_code(row: MailedSignatory, code: str, at: datetime) -> None:
    """Count the try first, whatever comes of it: two at once cannot share one."""
    alive = MailedSignatory.objects.filter(pk=row.pk, tries_left__gt=0, code_expires_at__gt=at)
    if not alive.update(tries_left=F("tries_left") - 1):
        raise Invalid.at(
            "code", _("This code does not work, or does not any more. Ask for a new one.")
        )
    row.refresh_from_db()
    if hmac.compare_digest(row.code_hash, _hash(row, re.sub(r"\D", "", code))):
        return
    said = _("This is not the code that we sent last.")
    left = ngettext(
        "You can try %(count)d more time.", "You can try %(count)d more times.", row.tries_left
    ) % {"count": row.tries_left}
    raise Invalid.at("code", f"{said} {left if row.tries_left else _('Ask for a new one.')}")


def _hash(row: MailedSignatory, code: str) -> str:
    return keyed_hash("agree.code", f"{row.pk}:{code}")


def row_of(link: Link) -> MailedSignatory:
    """Whom a link lets sign what. Raises Missing."""
    found = (
        MailedSignatory.objects.filter(link=link)
        .select_related(
            "link",
            "organisation",
            "version__agreement__partnership",
            "version__agreement__parent",
        )
        .first()
    )
    if found is None:
        raise missing()
    return found


def waiting(version: AgreementVersion, at: datetime) -> Any:
    """The links by which somebody can still sign this version, the oldest first."""
    return (
        MailedSignatory.objects.filter(
            version=version,
            link__revoked_at__isnull=True,
            link__expires_at__gt=at,
            link__uses_left__gt=0,
        )
        .select_related("organisation", "link", "named_by", "version__agreement__partnership")
        .order_by("named_at")
    )


def named_for(agreement: Agreement, row_id: Any) -> MailedSignatory:
    """One of the agreement's. Raises Missing."""
    found = MailedSignatory.objects.filter(pk=row_id, version__agreement=agreement)
    row = found.select_related("organisation", "link", "version__agreement__partnership").first()
    if row is None:
        raise missing()
    return row


def why_not(version: AgreementVersion, organisation: Organisation, at: datetime) -> str:
    """Why nobody can sign this text for the organisation now, in plain words; "" when one can."""
    named = {"organisation": organisation.name}
    if version.signatures.filter(organisation=organisation).exists():
        return _("Somebody has signed this text for %(organisation)s already.") % named
    if version.state == State.REPLACED:
        return _("The text was replaced by a newer version: this one cannot be signed any more.")
    if version.state != State.SIGNING:
        said = _("This version is not open for signature.")
        return f"{said} {words.standing(version.state)}"
    terms = queries.terms_of(version)
    at_table = convene.partners(version.agreement.partnership, at)
    if not at_table.filter(pk=organisation.pk).exists():
        return _("%(organisation)s has left the table, so nobody signs for it here.") % named
    if organisation.pk not in terms.parties:
        return _("%(organisation)s is not a party to this text.") % named
    over = at >= terms.expires_at
    return _("The agreement would have ended before it was signed.") if over else ""


def _check_open(row: MailedSignatory, at: datetime) -> None:
    version = AgreementVersion.objects.select_related("agreement__partnership").get(
        pk=row.version_id
    )
    if reason := why_not(version, row.organisation, at):
        raise Conflict(
            reason, mend=_("Ask the person who named you whether there is anything left to sign.")
        )


def masked(email: str) -> str:
    """An address as pages show it: enough to recognise one's own, e.g. “a•••@example.org”."""
    name, _at, host = email.partition("@")
    return f"{name[:1]}•••@{host}"


def _mail_link(row: MailedSignatory, token: str, at: datetime) -> None:
    """In the language of the text: the signatory's own is not known."""
    said = _facts(row)
    with translation.override(row.version.language):
        _queue(
            row,
            _("%(reference)s: your signature for %(organisation)s") % said,
            [
                _(
                    "%(organisation)s has named you as the person who signs %(reference)s, version"
                    " %(number)s, of %(partnership)s. You need no account."
                )
                % said,
                _("Open this address and read the text. To sign it, ask there for a code by mail:"),
                links.address(PURPOSE, token),
                ngettext(
                    "The link works once, for %(days)d day. Do not pass it on: it is yours.",
                    "The link works once, for %(days)d days. Do not pass it on: it is yours.",
                    VALID_FOR.days,
                )
                % {"days": VALID_FOR.days},
                _("If you may not sign for %(organisation)s, do nothing and tell them.") % said,
            ],
            at,
        )


def _mail_code(row: MailedSignatory, code: str, at: datetime) -> None:
    said = _facts(row)
    with translation.override(row.version.language):
        _queue(
            row,
            _("Your code to sign %(reference)s") % said,
            [
                _("Type this code on the page where you read the text:"),
                code,
                ngettext(
                    "It works for %(minutes)d minute.",
                    "It works for %(minutes)d minutes.",
                    CODE_VALID_FOR.seconds // 60,
                )
                % {"minutes": CODE_VALID_FOR.seconds // 60},
                _("With it you sign %(reference)s, version %(number)s, for %(organisation)s.")
                % said,
                _("If you did not ask for it, tell %(organisation)s: nothing was signed.") % said,
            ],
            at,
        )


def _facts(row: MailedSignatory) -> dict[str, Any]:
    agreement = row.version.agreement
    return {
        "organisation": row.organisation.name,
        "reference": agreement.reference,
        "number": row.version.number,
        "partnership": agreement.partnership.name,
    }


def _queue(row: MailedSignatory, subject: str, paragraphs: list[str], at: datetime) -> None:
    mail.queue(
        to=row.link.email,
        subject=subject,
        body="\n\n".join(paragraphs) + "\n",
        purpose="signature",
        at=at,
        scope=row.version.agreement.partnership_id,
    )


def _log(what: str, row: MailedSignatory, by: Actor, at: datetime) -> None:
    """Who was named and where the code went is not told: the log holds no name and no address."""
    told = about(row.version, organisation=row.organisation_id)
    events.append(kind=f"agree.{what}", by=by, at=at, **told)


def may_name_for(actor: Actor, version: AgreementVersion, at: datetime) -> list[Organisation]:
    """The parties whose signature is missing and whose signatory this person may name, by name."""
    if version.state != State.SIGNING:
        return []
    partnership = version.agreement.partnership
    return [
        each
        for each in queries.unsigned(version)
        if policies.can_name_signatory(actor, partnership, each, at)
    ]


@dataclass(frozen=True)
class Named:
    """A signatory named and not yet signed, as a page shows them; `takes_back`: the reader may."""

    row: MailedSignatory
    address: str
    takes_back: bool


def shown(actor: Actor, version: AgreementVersion, at: datetime) -> list[Named]:
    """Whom parties have named to sign this version without an account."""
    if version.state != State.SIGNING:
        return []
    partnership = version.agreement.partnership
    return [
        Named(
            row,
            masked(row.link.email),
            policies.can_name_signatory(actor, partnership, row.organisation, at),
        )
        for row in waiting(version, at)
    ]


def unable(version: AgreementVersion, at: datetime) -> list[Organisation]:
    """The parties whose signature is missing and for which nobody could give it, by name."""
    if version.state != State.SIGNING:
        return []
    asked = set(waiting(version, at).values_list("organisation", flat=True))
    return [
        each
        for each in queries.unsigned(version)
        if each.pk not in asked
        and not core.people_of(each, Role.SIGNATORY, at).filter(is_active=True).exists()
    ]
