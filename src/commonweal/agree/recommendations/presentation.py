"""What the pages say of recommendations and findings, as plain values. Reads nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from commonweal.agree import words
from commonweal.agree.recommendations.models import (
    Answer,
    Appointment,
    Independent,
    Kind,
    State,
)
from commonweal.agree.recommendations.policies import READS
from commonweal.agree.recommendations.queries import Entry
from commonweal.convene.reach import Part
from commonweal.core import formats

TAGS: Final[dict[str, tuple[str | Promise, str]]] = {
    "late": (gettext_lazy("Answer late"), "attention"),
    "waiting": (gettext_lazy("Waiting for an answer"), "progress"),
    State.ACCEPTED: (gettext_lazy("Accepted"), "good"),
    State.IN_PART: (gettext_lazy("Accepted in part"), "good"),
    State.DECLINED: (gettext_lazy("Declined"), "neutral"),
    State.LAUNCHED: (gettext_lazy("Under way"), "good"),
    State.WITHDRAWN: (gettext_lazy("Withdrawn"), "neutral"),
}


@dataclass(frozen=True)
class Begun:
    what: str
    on: date
    link: str


@dataclass(frozen=True)
class Shown:
    """One of them as a list shows it. `answer`: "" while it is owed."""

    number: int
    title: str
    words: str
    sender: str
    addressee: str
    answer_by: date
    tag: str
    look: str
    answer: str
    answered_on: date | None
    was_late: bool
    begun: Sequence[Begun]
    withdrawn_because: str
    is_owed: bool
    is_public: bool


def shown(entry: Entry, *, public: bool = False) -> Shown:
    """`public`: a person in an independent role is told by the role, not by name."""
    one, answer = entry.one, entry.answer
    is_owed = entry.standing in {"waiting", "late"}
    tag, look = TAGS[entry.standing if is_owed else one.state]
    return Shown(
        number=one.number,
        title=one.title,
        words=one.words,
        sender=_sender(entry, public),
        addressee=one.addressee.name,
        answer_by=one.answer_by,
        tag=str(tag),
        look=look,
        answer=answer.words if answer else "",
        answered_on=timezone.localdate(answer.answered_at) if answer else None,
        was_late=entry.standing == "answered_late",
        begun=[Begun(each.what, each.begun_on, each.link) for each in entry.launches],
        withdrawn_because=one.withdrawn_because,
        is_owed=is_owed,
        is_public=one.is_public,
    )


def _sender(entry: Entry, public: bool) -> str:
    one = entry.one
    if one.kind == Kind.RECOMMENDATION or one.appointment is None:
        return _("The table (%(basis)s)") % {"basis": one.basis}
    return role_of(one.appointment, public=public)


def role_of(appointment: Appointment, *, public: bool = False) -> str:
    """“Evaluator: University of Southmoor”."""
    role = str(Independent(appointment.role).label)
    if public and appointment.organisation is None:
        return role
    return f"{role}: {appointment.holder}"


def lead(entries: Sequence[Entry]) -> str:
    """“4 recommendations and findings: 2 answered, 1 answer owed, 1 late.”; "" for none."""
    if not entries:
        return ""
    standings = [entry.standing for entry in entries]
    answered = sum(each.startswith("answered") for each in standings)
    waiting, late = standings.count("waiting"), standings.count("late")
    withdrawn = standings.count("withdrawn")
    told = [
        words % {"count": count}
        for count, words in (
            (late, ngettext("%(count)d answer late", "%(count)d answers late", late)),
            (waiting, ngettext("%(count)d answer owed", "%(count)d answers owed", waiting)),
            (answered, ngettext("%(count)d answered", "%(count)d answered", answered)),
            (withdrawn, ngettext("%(count)d withdrawn", "%(count)d withdrawn", withdrawn)),
        )
        if count
    ]
    return ngettext(
        "%(count)d recommendation or finding: %(told)s.",
        "%(count)d recommendations and findings: %(told)s.",
        len(entries),
    ) % {"count": len(entries), "told": ", ".join(told)}


def facts(entry: Entry) -> list[tuple[str, str]]:
    """Rows for the summary of one."""
    one = entry.one
    return [
        (_("From"), _sender(entry, public=False)),
        (_("To"), one.addressee.name),
        (_("Filed on"), formats.day(timezone.localdate(one.filed_at))),
        (_("Answer by"), formats.day(one.answer_by)),
        (
            _("Who can read it"),
            _("Everybody") if one.is_public else _("Only the table and independent roles"),
        ),
    ]


def history(entry: Entry) -> list[dict[str, Any]]:
    """Every answer and everything that was begun, the newest first."""
    lines: list[tuple[datetime, date, str, str, str]] = [
        (each.answered_at, timezone.localdate(each.answered_at), _said(each), each.words, "")
        for each in entry.answers
    ]
    lines += [
        (each.told_at, each.begun_on, _("Begun: %(what)s") % {"what": each.what}, "", each.link)
        for each in entry.launches
    ]
    lines.sort(key=lambda line: line[0], reverse=True)
    return [
        {"when": when, "title": title, "text": text, "url": url}
        for _at, when, title, text, url in lines
    ]


def _said(answer: Answer) -> str:
    return str(State(answer.verdict).label)


def opened() -> list[tuple[str, str]]:
    """What each independent role reads, in words: (role, “agreements …, commitments and …”)."""
    names = {
        Part.AIM: _("what the table aims at"),
        Part.AGREEMENTS: _("agreements that were put to signature"),
        Part.ACCESS: _("who may see what, and what data was used for"),
        Part.DECISIONS: _("decisions with their minutes"),
        Part.UNDER_WAY: _("drafts and comments, open proposals and disputes"),
        Part.COMMITMENTS: _("commitments"),
        Part.RESULTS: _("results, and how each came about"),
        Part.LOG: _("the log, without names of people"),
        Part.RECOMMENDATIONS: _("recommendations and findings"),
    }
    return [
        (
            str(role.label),
            words.listed([said for part, said in names.items() if part in READS[role]]),
        )
        for role in Independent
    ]


def appointments(found: Iterable[Appointment], today: date) -> list[dict[str, Any]]:
    """Independent roles as a list shows them."""
    return [
        {
            "one": each,
            "who": role_of(each),
            "over": each.ended_at is not None or each.ends_on < today,
            "until": each.ends_on,
        }
        for each in found
    ]
