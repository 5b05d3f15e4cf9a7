"""What was said about a text, as plain values for templates. Reads nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from commonweal.agree import queries, text, words
from commonweal.agree.models import AgreementVersion, State
from commonweal.agree.presentation import Passage, Standing, after_clauses
from commonweal.agree.talk import WHOLE, Said, Talk


@dataclass(frozen=True)
class Remark:
    """One comment. `older`: the version it was made on, when that is another one."""

    id: str
    who: str
    when: str
    words: str
    older: str
    outcome: str
    answer: str
    answer_url: str


def remark(said: Said, version: AgreementVersion, *, answers: bool) -> Remark:
    """`answers`: whether the reader may answer it."""
    comment = said.comment
    agreement = version.agreement
    parts = [agreement.partnership.slug, agreement.reference, comment.pk]
    is_open = comment.resolved_at is None
    return Remark(
        id=f"comment-{comment.pk}",
        who=said.speaker,
        when=_day(version, comment.at),
        words=comment.words,
        older=""
        if comment.version_id == version.pk
        else _("on version %(number)s") % {"number": comment.version.number},
        outcome="" if is_open else comment.get_outcome_display(),
        answer=comment.answer,
        answer_url=reverse("answer_comment", args=parts) if answers and is_open else "",
    )


def _day(version: AgreementVersion, moment: datetime) -> str:
    return words.day(queries.terms_of(version).day_of(moment))


def remarks(talk: Talk, version: AgreementVersion, clause: int = WHOLE) -> list[Remark]:
    return [remark(each, version, answers=talk.answers) for each in talk.on(clause)]


def with_remarks(
    passages: Sequence[Passage], talk: Talk, version: AgreementVersion
) -> list[Passage]:
    """The text with what was said about each clause, and the way to comment, after the clause."""
    return after_clauses(passages, lambda number: _closing(number, talk, version))


def _closing(number: int, talk: Talk, version: AgreementVersion) -> list[Passage]:
    said = remarks(talk, version, number)
    url = comment_url(version, number) if talk.speakers else ""
    return [Passage("remarks", number=number, remarks=tuple(said), url=url)] if said or url else []


def comment_url(version: AgreementVersion, clause: int = WHOLE) -> str:
    agreement = version.agreement
    page = reverse("comment_agreement", args=[agreement.partnership.slug, agreement.reference])
    return f"{page}?clause={clause}" if clause else page


def clause_choices(version: AgreementVersion) -> list[tuple[int, str]]:
    """The whole text, then each clause by its heading, e.g. (7, “7. Linkage”)."""
    found = [(WHOLE, _("The whole text"))]
    for block in text.blocks(version.text):
        number = block.text.partition(".")[0] if block.kind == text.CLAUSE else ""
        if number.isdigit():
            found.append((int(number), block.text))
    return found


def content_table(talk: Talk, version: AgreementVersion) -> dict[str, Any]:
    """Who is content with this text, and since when."""
    waits = version.state == State.COMMENT
    return {
        "caption": _("Who is content with this text"),
        "columns": [_("Organisation"), _("Content"), _("Said by"), _("On")],
        "rows": [
            [
                line.organisation.name,
                {"text": _("Content"), "tag": "good"},
                str(line.content.person),
                _day(version, line.content.at),
            ]
            if line.content
            else [
                line.organisation.name,
                {"text": _("Not said yet") if waits else _("Not said"), "tag": "neutral"},
                "",
                "",
            ]
            for line in talk.lines
        ],
    }


def agreed(standing: Standing, talk: Talk, version: AgreementVersion) -> Standing:
    """The standing of a text open for comment once every party is content with it."""
    if version.state != State.COMMENT or not talk.waiting.is_over:
        return standing
    return Standing(
        _("Agreed"),
        "progress",
        _(
            "Every party is content with this text. It allows nothing until it is put to signature"
            " and every party has signed."
        ),
    )


def not_agreed(talk: Talk, version: AgreementVersion) -> str:
    """What a text open for comment waits for; "" for every other and for one that is agreed."""
    if version.state != State.COMMENT:
        return ""
    return words.not_agreed([each.name for each in talk.waiting.parties], talk.waiting.comments)


def not_asked(talk: Talk, version: AgreementVersion) -> str:
    """Who had not said that they are content when the text was put to signature."""
    if version.state not in {State.DRAFT, State.SIGNING}:
        return ""
    if version.commented_at is None:
        return _("Nobody was asked for comments on this text.")
    return words.not_agreed([each.name for each in talk.waiting.parties], talk.waiting.comments)
