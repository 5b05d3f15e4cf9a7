"""A signature under a text, in whichever way it is given, and what the last one does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from commonweal.agree import notices, queries, states, text, words
from commonweal.agree.models import Agreement, AgreementVersion, Signature, State
from commonweal.agree.moving import move
from commonweal.agree.recording import about
from commonweal.core import events
from commonweal.core.errors import Conflict, Denied
from commonweal.core.models import Organisation, Person
from commonweal.core.scope import Actor


@dataclass(frozen=True)
class Hand:
    """Who signs and in which way, as the signature keeps it; `person` only with an account."""

    name: str
    way: str
    person: Person | None = None
    sent_to: str = ""


def put_signature(
    *,
    version: AgreementVersion,
    organisation: Organisation,
    text_hash: str,
    hand: Hand,
    by: Actor,
    at: datetime,
) -> Signature:
    """Put a signature under a text for whom the caller has let sign; it checks the text alone.

    Raises Conflict for another text than `text_hash`, for one not open for signature and for a
    second signature; Denied for who is no party. The last party's puts the version in force, and all
    who signed are told by mail.
    """
    with transaction.atomic():
        Agreement.objects.select_for_update().get(pk=version.agreement_id)
        current = AgreementVersion.objects.select_related("agreement__partnership").get(
            pk=version.pk
        )
        _check_signable(current, organisation, text_hash, at)
        signature = _sign(current, organisation, hand, at)
        said = {"organisation": organisation.pk, "text_hash": text_hash, "way": str(hand.way)}
        _log("signed", current, by, at, **said)
        if not queries.terms_of(current).missing_signatures:
            _put_in_force(current, by, at)
    version.refresh_from_db()
    return signature


def _check_signable(
    version: AgreementVersion, organisation: Organisation, text_hash: str, at: datetime
) -> None:
    reload = _("Open the text afresh, read it and decide again.")
    if version.state in {State.REPLACED, State.DROPPED, State.DRAFT, State.COMMENT}:
        raise Conflict(_not_signable(version), mend=reload)
    terms = queries.terms_of(version)
    if organisation.pk not in terms.parties:
        raise Denied(
            _("%(organisation)s is not a party to this text, so nobody signs it for them.")
            % {"organisation": organisation.name}
        )
    if organisation.pk in terms.signed:
        raise _signed_already(organisation)
    if version.state != State.SIGNING:
        raise Conflict(_not_signable(version), mend=reload)
    if text_hash != version.text_hash or text.text_hash(version.text) != version.text_hash:
        raise Conflict(
            _("The text is not the one you read: it has changed since. Nothing was signed."),
            mend=reload,
        )
    if at >= terms.expires_at:
        raise Conflict(
            _("The agreement would have ended before it was signed."),
            mend=_("Draft a version that ends later."),
        )


def _not_signable(version: AgreementVersion) -> str:
    said = _("This version is not open for signature.")
    return f"{said} {words.standing(version.state)}"


def _signed_already(organisation: Organisation) -> Conflict:
    return Conflict(
        _("Somebody has signed this text for %(organisation)s already.")
        % {"organisation": organisation.name},
        mend=_("Nothing is left to do: one signature for each party is enough."),
    )


def _sign(
    version: AgreementVersion, organisation: Organisation, hand: Hand, at: datetime
) -> Signature:
    try:
        with transaction.atomic():
            return Signature.objects.create(
                version=version,
                organisation=organisation,
                person=hand.person,
                way=hand.way,
                name=hand.name[:200],
                sent_to=hand.sent_to,
                text_hash=version.text_hash,
                signed_at=at,
            )
    except IntegrityError as race:
        raise _signed_already(organisation) from race


def _put_in_force(version: AgreementVersion, by: Actor, at: datetime) -> None:
    former = AgreementVersion.objects.filter(agreement=version.agreement_id, state=State.ACTIVE)
    former.update(state=State.REPLACED, replaced_at=at)
    move(version, states.COMPLETE, active_at=at)
    _log("in_force", version, by, at)
    notices.in_force(version, at)


def _log(what: str, version: AgreementVersion, by: Actor, at: datetime, **more: Any) -> None:
    """`more`: organisation (its id) and what else the event's data holds."""
    events.append(kind=f"agree.{what}", by=by, at=at, **about(version, **more))
