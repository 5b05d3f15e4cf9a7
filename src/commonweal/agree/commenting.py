"""What parties and residents say about a text before it is signed. Each writes an event."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from commonweal.agree import policies, queries, states, text, words
from commonweal.agree.models import Agreement, AgreementVersion, Comment, Contentment, State
from commonweal.agree.recording import about
from commonweal.agree.talk import Speaker
from commonweal.core import events
from commonweal.core.errors import Conflict, Denied, Invalid
from commonweal.core.models import Organisation
from commonweal.core.scope import Actor

MOST = 5000
"""Characters of a comment or an answer."""


def comment(
    *,
    version: AgreementVersion,
    clause: int,
    words_: str,
    speaker: Speaker,
    by: Actor,
    at: datetime,
) -> Comment:
    """Say something about one clause of a text, or about the whole (clause 0).

    `speaker`: an organisation at the table, or the residents' seat that the actor holds. Raises
    Denied, Invalid (no words, no such clause), Conflict when the text is not open for comment.
    """
    policies.check_can_comment(by, version.agreement.partnership, speaker, at)
    said = text.said(words_, "words", MOST, asked=_("Write what you want to say."))
    if not 0 <= clause <= len(version.clauses):
        raise Invalid.at("clause", _("The text has no such clause."))
    with transaction.atomic():
        current = _open(version)
        made = Comment.objects.create(
            version=current,
            clause=clause,
            words=said,
            organisation=speaker if isinstance(speaker, Organisation) else None,
            voice="" if isinstance(speaker, Organisation) else speaker.voice,
            person_id=policies.person_of(by),
            at=at,
        )
        _log("commented", current, by, at, organisation=made.organisation_id, clause=clause)
    return made


def answer(*, comment: Comment, outcome: str, words_: str, by: Actor, at: datetime) -> None:
    """Say what became of a comment: where it was taken in, or why it was not.

    By whoever prepares the text, while a version is in preparation. Raises Denied, Invalid, Conflict.
    """
    agreement = comment.version.agreement
    parties = queries.terms_of(queries.latest(agreement)).parties
    policies.check_can_prepare(by, agreement, parties, at)
    person = policies.person_of(by)
    if outcome not in Comment.Outcome.values:
        raise Invalid.at("outcome", _("Say whether it was taken into the text."))
    asked = _("Say where it was taken in, or why it was not.")
    said = text.said(words_, "answer", MOST, asked=asked)
    with transaction.atomic():
        Agreement.objects.select_for_update().get(pk=agreement.pk)
        if not agreement.versions.filter(state__in=states.PREPARING).exists():
            raise Conflict(
                _("No text of %(reference)s is in preparation any more.")
                % {"reference": agreement.reference},
                mend=_("Draft a new version to take it up."),
            )
        waiting = Comment.objects.filter(pk=comment.pk, resolved_at__isnull=True)
        if not waiting.update(outcome=outcome, answer=said, resolved_by=person, resolved_at=at):
            raise Conflict(
                _("Somebody has answered this comment already."), mend=_("Reload the page.")
            )
        organisation = comment.organisation_id
        _log("answered", comment.version, by, at, organisation=organisation, outcome=str(outcome))
    comment.refresh_from_db()


def be_content(
    *,
    version: AgreementVersion,
    organisation: Organisation,
    text_hash: str,
    by: Actor,
    at: datetime,
) -> Contentment:
    """A party is content with this very text. It binds nobody: signing does.

    Raises Denied for who does not act for a party, Conflict for another text than the one read, one
    that is not open for comment, and for a party that has said so already.
    """
    policies.check_can_speak_for(by, version.agreement.partnership, organisation, at)
    with transaction.atomic():
        current = _open(version)
        if organisation.pk not in queries.terms_of(current).parties:
            raise Denied(
                _("%(organisation)s is not a party to this text.")
                % {"organisation": organisation.name},
                mend=_("Write a comment instead."),
            )
        if text_hash != current.text_hash:
            raise Conflict(
                _("The text is not the one you read: it has changed since. Nothing was noted."),
                mend=_("Reload the page, read the text and decide again."),
            )
        made = _contentment(current, organisation, by, at)
        _log("content", current, by, at, organisation=organisation.pk, text_hash=text_hash)
    return made


def _contentment(
    version: AgreementVersion, organisation: Organisation, by: Actor, at: datetime
) -> Contentment:
    try:
        with transaction.atomic():
            return Contentment.objects.create(
                version=version,
                organisation=organisation,
                person_id=policies.person_of(by),
                text_hash=version.text_hash,
                at=at,
            )
    except IntegrityError as race:
        raise Conflict(
            _("Somebody has said so for %(organisation)s already.")
            % {"organisation": organisation.name},
            mend=_("Reload the page."),
        ) from race


def _open(version: AgreementVersion) -> AgreementVersion:
    """The version as it is now, held still; refused when it is not open for comment."""
    Agreement.objects.select_for_update().get(pk=version.agreement_id)
    current = AgreementVersion.objects.select_related("agreement__partnership").get(pk=version.pk)
    if current.state != State.COMMENT:
        said = _("This version is not open for comment.")
        raise Conflict(
            f"{said} {words.standing(current.state)}",
            mend=_("Reload the page of the agreement and look for the newest text."),
        )
    return current


def _log(what: str, version: AgreementVersion, by: Actor, at: datetime, **more: Any) -> None:
    """`more`: organisation (its id) and what else the event's data holds."""
    events.append(kind=f"agree.{what}", by=by, at=at, **about(version, **more))
