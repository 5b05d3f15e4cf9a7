"""What was said about a text before it is signed, and who is content with it. Reads only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Max, QuerySet

from commonweal.agree import policies, queries
from commonweal.agree.models import Agreement, AgreementVersion, Comment, Contentment, State
from commonweal.agree.states import PREPARING
from commonweal.convene import queries as convene
from commonweal.convene.models import Partnership, Seat
from commonweal.convene.policies import missing
from commonweal.convene.reach import Part
from commonweal.core.models import Organisation, Role
from commonweal.core.scope import Actor

Speaker = Organisation | Seat
"""Who says something: an organisation at the table, or residents through their seat."""
WHOLE = 0
"""The number that a comment on the whole text has instead of a clause's."""


def open_comments(agreement: Agreement) -> QuerySet[Comment]:
    """What waits for an answer: said since the text that was last in force, the oldest first."""
    settled = agreement.versions.filter(active_at__isnull=False).aggregate(last=Max("number"))
    return Comment.objects.filter(
        version__agreement=agreement,
        version__number__gt=settled["last"] or 0,
        resolved_at__isnull=True,
    ).order_by("at", "id")


@dataclass(frozen=True)
class Waiting:
    """What an agreed text still lacks: parties that are not content yet, comments without answer."""

    parties: tuple[Organisation, ...]
    comments: int

    @property
    def is_over(self) -> bool:
        """Whether the text is agreed: every party is content, nothing waits for an answer."""
        return not (self.parties or self.comments)


def waits_for(version: AgreementVersion) -> Waiting:
    return Waiting(
        parties=tuple(each.organisation for each in _lines(version) if each.content is None),
        comments=open_comments(version.agreement).count(),
    )


@dataclass(frozen=True)
class Line:
    """One party, and since when it is content with this text."""

    organisation: Organisation
    content: Contentment | None


def _lines(version: AgreementVersion) -> tuple[Line, ...]:
    parties = Organisation.objects.in_bulk(list(queries.terms_of(version).parties))
    held = {
        each.organisation_id: each
        for each in version.contentments.select_related("person")
        if each.text_hash == version.text_hash
    }
    return tuple(
        Line(each, held.get(each.pk)) for each in sorted(parties.values(), key=lambda o: o.name)
    )


@dataclass(frozen=True)
class Said:
    """A comment as one version's page shows it. `clause`: the number that its clause has there."""

    comment: Comment
    clause: int

    @property
    def speaker(self) -> str:
        organisation = self.comment.organisation
        return organisation.name if organisation else self.comment.voice


@dataclass(frozen=True)
class Talk:
    """All that was said about one version, and what the reader may do about it."""

    said: tuple[Said, ...]
    lines: tuple[Line, ...]
    waiting: Waiting
    speakers: tuple[Speaker, ...]
    content_for: tuple[Organisation, ...]
    answers: bool

    def on(self, clause: int) -> tuple[Said, ...]:
        return tuple(each for each in self.said if each.clause == clause)


def talk(actor: Actor, version: AgreementVersion, at: datetime) -> Talk:
    """For who may read the version: the getter that gave it has seen to that."""
    agreement = version.agreement
    lines = _lines(version)
    said = tuple(Said(each, place(each, version)) for each in _shown(version))
    waiting = Waiting(
        tuple(each.organisation for each in lines if each.content is None),
        sum(each.comment.resolved_at is None for each in said),
    )
    is_open = version.state == State.COMMENT
    mine = parties_of(actor, version, at) if is_open else []
    parties = [each.organisation.pk for each in lines]
    return Talk(
        said=said,
        lines=lines,
        waiting=waiting,
        speakers=tuple(speakers(actor, agreement.partnership, at)) if is_open else (),
        content_for=tuple(each for each in mine if each in waiting.parties),
        answers=version.state in PREPARING and policies.can_prepare(actor, agreement, parties, at),
    )


def _shown(version: AgreementVersion) -> list[Comment]:
    """Comments on this version; on one in preparation also those that still wait for an answer.

    None for whom the partnership opens only what is settled.
    """
    if not version.agreement.partnership.opens(Part.UNDER_WAY):
        return []
    chosen = Comment.objects.filter(version=version)
    if version.state in PREPARING:
        chosen |= Comment.objects.filter(pk__in=open_comments(version.agreement).values("pk"))
    related = chosen.select_related("organisation", "person", "resolved_by", "version")
    return list(related.order_by("at", "id"))


def speakers(actor: Actor, partnership: Partnership, at: datetime) -> list[Speaker]:
    """For whom the actor may say something at this table: organisations by name, then seats."""
    if actor.person_id is None:
        return []
    mine = [
        each
        for each in convene.partners(partnership, at).filter(pk__in=actor.organisation_ids)
        if actor.holds(Role.MEMBER, each.pk)
    ]
    seats = convene.seats(partnership, at).filter(person=actor.person_id)
    return [*mine, *seats]


def parties_of(actor: Actor, version: AgreementVersion, at: datetime) -> list[Organisation]:
    """The parties to the text that the actor may speak for, by name."""
    partnership = version.agreement.partnership
    return [
        each.organisation
        for each in _lines(version)
        if policies.can_speak_for(actor, partnership, each.organisation, at)
    ]


def place(comment: Comment, version: AgreementVersion) -> int:
    """Where a comment belongs in a version: its clause's number there, else the whole text.

    A clause is the same when it settles the same: numbers move when a clause is put in before it.
    """
    if comment.version_id == version.pk or comment.clause == WHOLE:
        return comment.clause
    held = comment.version.clauses
    meant = _settles(held[comment.clause - 1]) if comment.clause <= len(held) else None
    numbers = (n for n, each in enumerate(version.clauses, 1) if _settles(each) == meant)
    return next(numbers, WHOLE)


def _settles(clause: Mapping[str, Any]) -> tuple[Any, ...]:
    """What a clause is about, whatever it says of it."""
    return (clause["kind"], clause.get("contract"), clause.get("heading"))


def comment_for(actor: Actor, agreement: Agreement, comment_id: Any) -> Comment:
    """A comment on the agreement, for who may read the agreement. Raises Missing."""
    found = Comment.objects.filter(pk=comment_id, version__agreement=agreement)
    comment = found.select_related("version__agreement__partnership", "organisation").first()
    if comment is None:
        raise missing()
    return comment
