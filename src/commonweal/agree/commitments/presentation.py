"""What the pages say of commitments, as plain values for templates. Reads nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from commonweal.agree.commitments.models import Commitment, Source, State, Word
from commonweal.agree.commitments.queries import Entry, Revision
from commonweal.compute import following
from commonweal.core import formats

TAGS: Final[dict[str, tuple[str | Lazy, str]]] = {
    "late": (gettext_lazy("Late"), "attention"),
    "open": (gettext_lazy("Open"), "neutral"),
    "progressing": (gettext_lazy("Under way"), "progress"),
    "kept": (gettext_lazy("Kept"), "good"),
    "kept_late": (gettext_lazy("Kept, late"), "good"),
    "partly_kept": (gettext_lazy("Partly kept"), "attention"),
    "not_kept": (gettext_lazy("Not kept"), "neutral"),
    "withdrawn": (gettext_lazy("Given up"), "neutral"),
}
NAMES: Final[dict[str, str | Lazy]] = {
    "action": gettext_lazy("what it will do"),
    "amount": gettext_lazy("money"),
    "data": gettext_lazy("data"),
    "staff": gettext_lazy("people’s time"),
    "target_area": gettext_lazy("where or for whom"),
    "due_on": gettext_lazy("due"),
    "outcome": gettext_lazy("what should come of it"),
}


@dataclass(frozen=True)
class Shown:
    """A commitment as a list shows it. `last`: its organisation's newest words, "" for none."""

    number: int
    action: str
    organisation: str
    due_on: date
    tag: str
    look: str
    gives: str
    outcome: str
    last: str
    last_on: date | None
    changed: Sequence[str]
    is_public: bool


def shown(entry: Entry) -> Shown:
    tag, look = TAGS[entry.standing]
    word, now = entry.last_word, entry.current
    return Shown(
        number=entry.commitment.number,
        action=now.action,
        organisation=entry.commitment.organisation.name,
        due_on=now.due_on,
        tag=str(tag),
        look=look,
        gives=" · ".join(_gives(entry)),
        outcome=now.outcome,
        last=word.words if word else "",
        last_on=timezone.localdate(word.said_at) if word and word.words else None,
        changed=[revised(each) for each in entry.revisions],
        is_public=entry.commitment.is_public,
    )


def _gives(entry: Entry) -> Iterator[str]:
    now = entry.current
    if now.amount_minor is not None:
        yield formats.money(now.amount_minor, now.currency)
    yield from (words for words in (now.staff, now.data, now.target_area) if words)


def changed(revision: Revision) -> str:
    """“Changed on 2 April 2026: due 3 May 2026 → 1 June 2026”."""
    parts = [
        _("%(name)s %(before)s → %(after)s")
        % {
            "name": NAMES[each.field],
            "before": _value(each.before),
            "after": _value(each.after),
        }
        for each in revision.changes
    ]
    return _("Changed on %(day)s: %(changes)s") % {
        "day": formats.day(timezone.localdate(revision.version.written_at)),
        "changes": "; ".join(parts),
    }


def revised(revision: Revision) -> str:
    """The same with the organisation's reason."""
    return _("%(changed)s. The reason: %(reason)s") % {
        "changed": changed(revision),
        "reason": revision.version.reason,
    }


def _value(value: Any) -> str:
    if isinstance(value, date):
        return formats.day(value)
    if isinstance(value, tuple):
        minor, currency = value
        return _("nothing said") if minor is None else formats.money(minor, currency)
    return _("“%(words)s”") % {"words": value} if value else _("nothing said")


def lead(entries: Sequence[Entry]) -> str:
    """“9 commitments: 4 kept, 1 late.”; "" for none."""
    if not entries:
        return ""
    counts = following.tally(entry.standing for entry in entries)
    told = ", ".join(_counted(each, count) for each, count in counts.items())
    return ngettext(
        "%(count)d commitment: %(told)s.", "%(count)d commitments: %(told)s.", len(entries)
    ) % {"count": len(entries), "told": told}


def _counted(standing: str, count: int) -> str:
    words = {
        "late": ngettext("%(count)d late", "%(count)d late", count),
        "open": ngettext("%(count)d open", "%(count)d open", count),
        "progressing": ngettext("%(count)d under way", "%(count)d under way", count),
        "kept": ngettext("%(count)d kept", "%(count)d kept", count),
        "kept_late": ngettext("%(count)d kept late", "%(count)d kept late", count),
        "partly_kept": ngettext("%(count)d partly kept", "%(count)d partly kept", count),
        "not_kept": ngettext("%(count)d not kept", "%(count)d not kept", count),
        "withdrawn": ngettext("%(count)d given up", "%(count)d given up", count),
    }
    return words[standing] % {"count": count}


def facts(entry: Entry) -> list[dict[str, Any]]:
    """Rows for the summary of one commitment; what was not said is left out."""
    now, one = entry.current, entry.commitment
    rows: list[tuple[str, str]] = [
        (_("Who commits"), one.organisation.name),
        (_("By when"), formats.day(now.due_on)),
    ]
    if one.done_on:
        rows.append((_("Done on"), formats.day(one.done_on)))
    if now.amount_minor is not None:
        rows.append((_("Money"), formats.money(now.amount_minor, now.currency)))
    rows += [
        (label, words)
        for label, words in (
            (_("People’s time"), now.staff),
            (_("Data"), now.data),
            (_("Where, or for whom"), now.target_area),
            (_("What should come of it"), now.outcome),
        )
        if words
    ]
    listed = [{"term": term, "value": value, "url": "", "action": ""} for term, value in rows]
    listed.append(_source(entry.commitment))
    who = _("Everybody") if one.is_public else _("Only the table and independent roles")
    listed.append({"term": _("Who can read it"), "value": who, "url": "", "action": ""})
    return listed


def _source(one: Commitment) -> dict[str, Any]:
    """For who is at the table: it reads the title of every agreement and decision."""
    value, url, slug = str(Source(one.source_kind).label), "", one.partnership.slug
    if one.agreement is not None:
        value = str(one.agreement)
        url = reverse("agreement", args=[slug, one.agreement.reference])
    elif one.decision is not None:
        value = _("Decision %(decision)s") % {"decision": one.decision}
        url = reverse("proposal", args=[slug, one.decision.number])
    elif one.source_ref:
        value = f"{value}: {one.source_ref}"
    return {
        "term": _("Where it comes from"),
        "value": value,
        "url": url,
        "action": _("Read it") if url else "",
    }


def history(entry: Entry) -> list[dict[str, Any]]:
    """Everything that was said of it, the newest first, for the timeline."""
    made = entry.versions[0]
    lines = [(made.written_at, _("Made: %(action)s") % {"action": made.action}, "")]
    lines += [
        (each.version.written_at, changed(each), each.version.reason) for each in entry.revisions
    ]
    lines += [(word.said_at, _headed(word), word.words) for word in entry.said]
    lines.sort(key=lambda line: line[0], reverse=True)
    return [
        {"when": timezone.localdate(at), "title": title, "text": text} for at, title, text in lines
    ]


def _headed(word: Word) -> str:
    """The state that the organisation gave it; sent by a personal link, it says so."""
    label = str(State(word.state).label)
    if word.said_by.startswith("link:"):
        return _("%(state)s (said by personal link)") % {"state": label}
    return label
