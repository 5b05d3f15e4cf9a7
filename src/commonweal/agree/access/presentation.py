"""What the pages of this part say, as plain values for templates. Reads nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from commonweal.agree import words
from commonweal.agree.access.citing import Citing, joined, limit_said
from commonweal.agree.access.queries import Explored
from commonweal.agree.access.registry import Result
from commonweal.agree.access.trials import Trial
from commonweal.agree.access.uses import Report, Use
from commonweal.compute.permits.asking import MEASURE, READ, SUBMIT, Obligation, Permit, Refusal
from commonweal.compute.permits.exploring import (
    ALLOWED,
    LOOSER,
    OTHER,
    REFUSED,
    STRICTER,
    Change,
    Group,
    Limit,
)

Names = Mapping[UUID, str]


def name_of(names: Names, pk: UUID) -> str:
    return names.get(pk) or _("a former partner")


def listed_names(names: Names, ids: Iterable[UUID]) -> str:
    return words.listed(sorted(name_of(names, each) for each in ids))


def action_said(action: str) -> str:
    """What is done with the data."""
    return {
        MEASURE: _("Compute figures"),
        SUBMIT: _("Hand in its own data, and read back what was wrong with it"),
        READ: _("Read back what was wrong with its own data"),
    }[action]


def _what(contract: str, fields: Sequence[str]) -> SafeString:
    return format_html("<strong>{}</strong>: {}", contract, ", ".join(fields))


def _lines(*parts: SafeString | str) -> SafeString:
    """Each part on a line of its own."""
    return joined((part for part in parts if part), SafeString("<br>"))


def _tag(word: str, look: str) -> SafeString:
    return format_html('<span class="govuk-tag govuk-tag--{}">{}</span>', look, word)


# Who can see what ---------------------------------------------------------------------------------


def access_lead(found: Explored) -> str:
    """The answer in a sentence or two."""
    refused = len(found.groups) - found.allowed
    if not found.groups:
        return _("Nobody may do this: no agreement names it, and what none names is refused.")
    if not found.allowed:
        return _("Nobody may do this now. Each line says why, and what would change it.")
    said = ngettext(
        "%(count)d use of data is allowed now.",
        "%(count)d uses of data are allowed now.",
        found.allowed,
    ) % {"count": found.allowed}
    if refused:
        said += " " + ngettext(
            "%(count)d that an agreement names is refused.",
            "%(count)d that an agreement names are refused.",
            refused,
        ) % {"count": refused}
    return said + " " + _("What no agreement names is refused.")


def access_table(found: Explored, groups: Iterable[Group]) -> dict[str, Any]:
    """One line per user, data, purpose and answer."""
    citing = Citing(found.partnership.slug, found.terms)
    names = found.universe.organisations
    return {
        "caption": _("Who may do what with which data"),
        "hide_caption": True,
        "columns": [_("Who"), _("What"), _("Answer")],
        "rows": [
            [name_of(names, each.organisation), _asked(each, names), answer(each, citing)]
            for each in groups
        ],
    }


def _asked(group: Group, names: Names) -> SafeString:
    of = ""
    if group.action == MEASURE:
        of = _("Of %(providers)s") % {"providers": listed_names(names, group.providers)}
    purpose = _("For: %(purpose)s") % {"purpose": words.purpose(group.purpose)}
    return _lines(
        action_said(group.action),
        _what(group.contract, group.fields),
        of,
        purpose if group.purpose else "",
    )


def answer(group: Group, citing: Citing) -> SafeString:
    """Yes until when, under which clauses, within which limits; or no, and what would change it."""
    if isinstance(group.answer, Refusal):
        return refused(group.answer, citing)
    permit = group.answer
    said = _("Until the end of %(day)s") % {"day": citing.until(permit)}
    parts: list[SafeString | str] = [
        format_html("{} {}", _tag(_("Allowed"), "good"), said),
        format_html("{} {}", _("Under:"), citing.opened_by(permit)),
    ]
    if group.action == MEASURE:
        parts.append(format_html("{} {}", _("Limits:"), citing.limits(permit)))
        reach = _("Widest result allowed: for %(level)s") % {"level": words.level(group.reach)}
        parts.append(reach)
    return _lines(*parts)


def refused(refusal: Refusal, citing: Citing) -> SafeString:
    return _lines(
        format_html("{} {}", _tag(_("Refused"), "attention"), words.refusal(refusal)),
        citing.refused_by(refusal),
        _("What would change it: %(mend)s") % {"mend": words.mend(refusal)},
    )


def unnamed(found: Explored) -> SafeString | str:
    """Why what no agreement names is refused, where the question was precise enough to say."""
    if found.unnamed is None:
        return ""
    organisation, refusal = found.unnamed
    citing = Citing(found.partnership.slug, found.terms)
    who = name_of(found.universe.organisations, organisation)
    return _lines(format_html("<strong>{}</strong>", who), refused(refusal, citing))


# What data was used for ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Month:
    """One month of the report: a table of what was granted and one of what was refused."""

    first: date
    granted: dict[str, Any] | None
    refused: dict[str, Any] | None


def uses_lead(report: Report) -> str:
    """How often, in this span."""
    days = {"first": words.day(report.span.first), "last": words.day(report.span.last)}
    if not report.providers:
        return _("Nothing: no agreement names your organisation as a provider of data.")
    if not report.uses:
        return _("Nothing: nobody asked for it from %(first)s to %(last)s.") % days
    granted = ngettext(
        "%(count)d request was granted", "%(count)d requests were granted", report.granted
    ) % {"count": report.granted}
    refused_ = ngettext("%(count)d was refused", "%(count)d were refused", report.refused) % {
        "count": report.refused
    }
    said = {**days, "granted": granted, "refused": refused_}
    return _("From %(first)s to %(last)s, %(granted)s and %(refused)s.") % said


def months(report: Report, citing: Citing) -> list[Month]:
    found = []
    for first, held in groupby(report.uses, key=lambda use: use.month):
        uses = list(held)
        granted = [use for use in uses if use.refusal is None]
        denied = [use for use in uses if use.refusal is not None]
        found.append(
            Month(
                first,
                _granted_table(granted, report) if granted else None,
                _refused_table(denied, report, citing) if denied else None,
            )
        )
    return found


def _granted_table(uses: Sequence[Use], report: Report) -> dict[str, Any]:
    return {
        "caption": _("What it was used for"),
        "columns": [_("Who"), _("What for, and which data"), _("What came of it")],
        "rows": [
            [
                name_of(report.names, use.organisation),
                _request(use, report),
                _came(use.results, use.agreements),
            ]
            for use in uses
        ],
    }


def _refused_table(uses: Sequence[Use], report: Report, citing: Citing) -> dict[str, Any]:
    return {
        "caption": _("What was refused"),
        "columns": [_("Who"), _("What for, and which data"), _("Why it was refused")],
        "rows": [
            [name_of(report.names, use.organisation), _request(use, report), _why(use, citing)]
            for use in uses
        ],
    }


def _request(use: Use, report: Report) -> SafeString:
    is_own = use.action == READ
    several = len(report.providers) > 1
    of = _("Of %(providers)s") % {"providers": listed_names(report.names, use.providers)}
    return _lines(
        _("Read back what was wrong with a file") if is_own else words.purpose(use.purpose),
        _what(use.contract, use.fields),
        of if several else "",
        "" if is_own else _("Results for %(level)s") % {"level": words.level(use.output)},
        _("Records joined person by person") if use.linkage else "",
        ngettext("%(count)d time", "%(count)d times", use.times) % {"count": use.times},
    )


def _came(results: Sequence[Result], agreements: Sequence[str]) -> SafeString:
    shown: list[SafeString | str] = [
        format_html(
            '<a class="govuk-link" href="{}">{}</a> ({})', each.url, each.title, each.standing
        )
        if each.url
        else format_html("{} ({})", each.title, each.standing)
        for each in results
    ]
    under = _("Under %(agreements)s") % {"agreements": ", ".join(agreements)} if agreements else ""
    return _lines(*(shown or [_("No release so far")]), under)


def _why(use: Use, citing: Citing) -> SafeString | str:
    if use.refusal is None:
        return ""
    if not use.tells_why:
        return words.clause(use.refusal)
    return _lines(words.refusal(use.refusal), citing.refused_by(use.refusal))


# Trying a draft -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Outcome:
    """Changes of one kind: a heading and a table."""

    kind: str
    heading: str
    table: dict[str, Any]


def trial_lead(trial: Trial) -> str:
    since = words.day(trial.since.date())
    if not trial.requests:
        return _("There is nothing to try: nobody asked for data since %(day)s.") % {"day": since}
    made = ngettext(
        "%(count)d request was made since %(day)s.",
        "%(count)d requests were made since %(day)s.",
        trial.requests,
    ) % {"count": trial.requests, "day": since}
    if not trial.changes:
        return f"{made} " + _("This text would change the answer to none of them.")
    counts = [
        _COUNTED[kind](number)
        for kind in _COUNTED
        if (number := sum(each.times for each in trial.changes if each.kind == kind))
    ]
    told = _("With this text in force, counted for each provider: %(counts)s.")
    return f"{made} " + told % {"counts": words.listed(counts)}


_COUNTED: Mapping[str, Any] = {
    ALLOWED: lambda count: (
        ngettext("%(count)d newly allowed", "%(count)d newly allowed", count) % {"count": count}
    ),
    REFUSED: lambda count: (
        ngettext("%(count)d newly refused", "%(count)d newly refused", count) % {"count": count}
    ),
    STRICTER: lambda count: (
        ngettext("%(count)d within stricter limits", "%(count)d within stricter limits", count)
        % {"count": count}
    ),
    LOOSER: lambda count: (
        ngettext("%(count)d within wider limits", "%(count)d within wider limits", count)
        % {"count": count}
    ),
    OTHER: lambda count: (
        ngettext("%(count)d within other limits", "%(count)d within other limits", count)
        % {"count": count}
    ),
}


def _headings() -> dict[str, str]:
    return {
        ALLOWED: _("Newly allowed"),
        REFUSED: _("Newly refused"),
        STRICTER: _("Allowed within stricter limits"),
        LOOSER: _("Allowed within wider limits"),
        OTHER: _("Allowed within other limits"),
    }


def outcomes(trial: Trial) -> list[Outcome]:
    citing = Citing(trial.version.agreement.partnership.slug, trial.terms)
    found = []
    for kind, heading in _headings().items():
        held = [each for each in trial.changes if each.kind == kind]
        if held:
            rows = [
                [_who(each, trial.names), _wish(each, trial.names), _difference(each, citing)]
                for each in held
            ]
            table = {
                "caption": heading,
                "hide_caption": True,
                "columns": [_("Who"), _("What was asked"), _("What this text would change")],
                "rows": rows,
            }
            found.append(Outcome(kind, heading, table))
    return found


def _who(change: Change, names: Names) -> str:
    return name_of(names, change.ask.organisation)


def _wish(change: Change, names: Names) -> SafeString:
    ask = change.ask
    of = ""
    if change.provider is not None:
        of = _("Of %(providers)s") % {"providers": name_of(names, change.provider)}
    return _lines(
        action_said(ask.action),
        _what(ask.contract, ask.fields),
        of,
        _("For: %(purpose)s") % {"purpose": words.purpose(ask.purpose)} if ask.purpose else "",
        _("Results for %(level)s") % {"level": words.level(ask.output)} if ask.purpose else "",
        ngettext("%(count)d time", "%(count)d times", change.times) % {"count": change.times},
    )


def _difference(change: Change, citing: Citing) -> SafeString:
    if isinstance(change.after, Refusal):
        return refused(change.after, citing)
    if isinstance(change.before, Refusal):
        return _lines(
            format_html("{} {}", _tag(_("Allowed"), "good"), citing.opened_by(change.after)),
            _("Now: %(why)s") % {"why": words.refusal(change.before)},
        )
    return _lines(*(_limit(each, change.after, citing) for each in change.limits))


def _limit(limit: Limit, permit: Permit, citing: Citing) -> SafeString:
    def said(value: Obligation | datetime | None) -> str:
        if isinstance(value, Obligation):
            return limit_said(value)
        if value is None:
            return _("no such limit")
        return _("until the end of %(day)s") % {"day": citing.last_day(permit, value)}

    then: SafeString | str = said(limit.after)
    if isinstance(limit.after, Obligation):
        versions = {each.reference: each.version for each in permit.agreements}
        of = limit.after
        link = citing.link(of.reference, of.number, of.kind, versions.get(of.reference))
        then = format_html("{}: {}", then, link)
    return _lines(
        _("Now: %(why)s") % {"why": said(limit.before)},
        format_html("<strong>{} {}</strong>", _("With this text:"), then),
    )
