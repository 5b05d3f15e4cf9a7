"""What the pages of the room have in common: how a submission, a contract and a grid are shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from commonweal.compute.check.findings import Finding
from commonweal.compute.contract.model import Column, Table
from commonweal.core import formats
from commonweal.core.errors import Denied
from commonweal.core.scope import Actor
from commonweal.pool import contracts, matrix, months, policies, queries, reading, uses, words
from commonweal.pool.matrix import Cell, Grid
from commonweal.pool.models import ContractVersion, Submission

PER_PAGE = 50
OFFERED_MONTHS = 18
SHOWN_MONTHS = 6


def period_choices(at: datetime, contract_period: str = "") -> list[tuple[str, str]]:
    """The months that can be chosen: the last complete one first, this month last of the recent."""
    this = months.of(at)
    offered = [months.shifted(this, -back) for back in range(1, OFFERED_MONTHS + 1)] + [this]
    if contract_period and contract_period not in offered:
        offered.append(contract_period)
    return [(period, months.label(period)) for period in offered]


@dataclass(frozen=True)
class Shown:
    """A submission for its page, for one reader.

    `counted`: whether the reader may know how many rows it has. `findings` is None for who may not
    read them, or may not now: then `refusal` says why.
    """

    submission: Submission
    tag: str
    title: str
    verdict: tuple[str, str]
    stage: str
    facts: list[tuple[str, Any]]
    counted: bool
    counts: list[tuple[str, int]]
    findings: Page[Finding] | None
    refusal: Denied | None
    has_bad_rows: bool
    uses: list[uses.Use]
    history: list[dict[str, Any]]
    outlived: bool


def progress_of(submission: Submission) -> dict[str, Any]:
    """The part of `Shown` that the moving part of a page needs."""
    return {
        "submission": submission,
        "tag": words.TAGS[submission.state],
        "stage": _stage(submission),
    }


def shown(
    actor: Actor,
    submission: Submission,
    at: datetime,
    *,
    page: str | None,
    address: Callable[[Submission], str],
) -> Shown:
    """Everything the page of a submission says. `address` is where another number's page is."""
    month = list(queries.of_month(submission.contract, submission.provider, submission.period))
    countable = policies.countable(actor, month, at)
    counted = submission.pk in countable
    found, refusal = _findings(actor, submission, at, page)
    return Shown(
        submission=submission,
        tag=words.TAGS[submission.state],
        title=title_of(submission),
        verdict=words.verdict(submission) if counted else ("", ""),
        stage=_stage(submission),
        facts=_facts(actor, submission, counted),
        counted=counted,
        counts=_counts(submission) if counted else [],
        findings=found,
        refusal=refusal,
        has_bad_rows=bool(submission.quarantine_file) and found is not None,
        uses=uses.uses(actor, [submission.pk], at),
        history=_history(actor, submission, month, countable, address),
        outlived=queries.is_outlived(submission),
    )


def _findings(
    actor: Actor, submission: Submission, at: datetime, page: str | None
) -> tuple[Page[Finding] | None, Denied | None]:
    """The page of findings; or, for who could read them, why an agreement does not let them now."""
    is_closed = submission.is_waiting or submission.state == Submission.State.DESTROYED
    if is_closed or not policies.can_read(actor, submission, at):
        return None, None
    try:
        found = reading.findings(actor, submission, at)
    except Denied as refusal:
        return None, refusal
    return Paginator(found, PER_PAGE).get_page(page), None


def _counts(submission: Submission) -> list[tuple[str, int]]:
    """How often which rule was broken, the most frequent first."""
    named = ((words.rule(rule), count) for rule, count in submission.finding_counts.items())
    return sorted(named, key=lambda each: (-each[1], each[0]))


def title_of(submission: Submission) -> str:
    return f"{submission.contract.title}, {months.label(submission.period)}"


def _stage(submission: Submission) -> str:
    job = submission.job
    if job is None or submission.state == Submission.State.RECEIVED:
        return _("It waits for its turn.")
    if job.attempts > 1 and job.state == "waiting":
        return _("It was interrupted and will be tried again by itself.")
    return str(words.STAGES.get(job.message, _("It is being checked.")))


def _facts(actor: Actor, submission: Submission, counted: bool) -> list[tuple[str, Any]]:
    """What is on record. The holder of a link learns of another's file no more than its number."""
    facts: list[tuple[str, Any]] = [
        (_("From"), submission.provider.name),
        (_("Number"), str(submission.number)),
    ]
    if actor.link_id is not None and not counted:
        return facts
    facts += [
        (_("Received"), formats.day(submission.received_at)),
        (
            _("Contract"),
            _("version %(version)s") % {"version": submission.contract_version.version},
        ),
        (_("Allowed by"), _bases(submission)),
    ]
    facts += _numbers(submission) if counted else []
    facts.append((_("Fingerprint of the file"), submission.drop_id[:12]))
    if submission.content_id:
        facts.append((_("Fingerprint of the rows"), submission.content_id[:12]))
    return facts


def _numbers(submission: Submission) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = [(_("Size"), size_of(submission.size))]
    if submission.rows_total is not None:
        found.append((_("Rows"), formats.number(submission.rows_total)))
    if submission.rows_total is not None and submission.verdict != "blocked":
        found += [
            (_("Rows without an error"), formats.number(submission.rows_clean or 0)),
            (_("Rows with errors"), formats.number(submission.rows_bad or 0)),
        ]
    return found


def _bases(submission: Submission) -> str:
    bases = submission.permit["agreements"]
    return ", ".join(
        _("%(agreement)s, version %(version)s")
        % {"agreement": basis["reference"], "version": basis["version"]}
        for basis in bases
    )


def size_of(size: int) -> str:
    """Bytes as people say them."""
    if size < 1_000:
        return ngettext("%(count)s byte", "%(count)s bytes", size) % {"count": size}
    if size < 1_000_000:
        return _("%(count)s kB") % {"count": formats.number(round(size / 1_000))}
    return _("%(count)s MB") % {"count": formats.number(round(size / 1_000_000, 1))}


def _history(
    actor: Actor,
    submission: Submission,
    month: Sequence[Submission],
    countable: frozenset[UUID],
    address: Callable[[Submission], str],
) -> list[dict[str, Any]]:
    current = next((each for each in month if each.is_current), None)
    return [
        {
            "when": when_of(actor, each, countable),
            "title": _("Number %(number)s: %(state)s")
            % {"number": each.number, "state": state_of(each, current)},
            "text": _rows_of(each) if each.pk in countable else "",
            "url": "" if each.pk == submission.pk else address(each),
        }
        for each in month
    ]


def when_of(
    actor: Actor, submission: Submission, countable: frozenset[UUID]
) -> datetime | Literal[""]:
    """When it came; "" for the holder of a link that it did not come by."""
    is_open = actor.link_id is None or submission.pk in countable
    return submission.received_at if is_open else ""


def state_of(submission: Submission, current: Submission | None) -> str:
    """The state in words; for one that was replaced, by which number."""
    if submission.state != Submission.State.SUPERSEDED:
        return str(Submission.State(submission.state).label)
    successor = getattr(submission, "superseded_by", None) or current
    if successor is None:
        return str(Submission.State.SUPERSEDED.label)
    return _("replaced by number %(number)s") % {"number": successor.number}


def _rows_of(submission: Submission) -> str:
    # In a file that is wrong as a whole, no row was judged by itself.
    if submission.rows_total is None or submission.verdict == "blocked":
        return ""
    return _("%(clean)s of %(rows)s rows without an error") % {
        "clean": formats.number(submission.rows_clean or 0),
        "rows": formats.number(submission.rows_total),
    }


def grid_table(grid: Grid, slug: str, own: frozenset[str]) -> dict[str, Any]:
    """A contract's grid, the latest month first. `own`: ids of the reader's providers."""
    return {
        "caption": _("%(contract)s: what came for which month") % {"contract": grid.contract.title},
        "hide_caption": True,
        "columns": [_("From"), *(months.label(period) for period in reversed(grid.periods))],
        "rows": [
            [row.provider.name, *(_mark(grid, each, slug, own) for each in reversed(row.cells))]
            for row in grid.rows
        ],
        "empty": _("The agreement is not in force yet, so nobody owes anything."),
    }


def _mark(grid: Grid, cell: Cell, slug: str, own: frozenset[str]) -> SafeString:
    """A cell's state as a word with its mark, leading to the file or to where it can be sent."""
    state = _state(grid, cell, slug, own)
    if cell.state == matrix.NOT_ASKED:
        return format_html('<span class="cw-quiet">{}</span>', state["text"])
    marked = format_html(
        '<span class="govuk-tag govuk-tag--{}">{}</span>', state["tag"], state["text"]
    )
    return format_html('<a href="{}">{}</a>', state["url"], marked) if state["url"] else marked


def _state(grid: Grid, cell: Cell, slug: str, own: frozenset[str]) -> dict[str, str]:
    """text, tag and url of a cell."""
    send = ""
    if str(cell.provider.pk) in own:
        address = reverse("data_send", args=[slug])
        send = f"{address}?contract={grid.contract.key}&for={cell.provider.pk}&period={cell.period}"
    if cell.submission is not None:
        label = str(Submission.State(cell.state).label)
        return {
            "text": f"{label} *" if cell.newer else label,
            "tag": words.TAGS[cell.state],
            "url": reverse("submission", args=[slug, (cell.newer or cell.submission).pk]),
        }
    text, tag = {
        matrix.LATE: (_("Late"), "bad"),
        matrix.DUE: (_("Not due yet"), "neutral"),
        matrix.NOT_ASKED: (_("Not asked"), "neutral"),
    }[cell.state]
    return {"text": text, "tag": tag, "url": send}


def tasks_of(grids: Sequence[Grid], slug: str, own: frozenset[str]) -> list[dict[str, Any]]:
    """What waits for the reader's own organisations, the latest month first."""
    waiting = {matrix.LATE, "partly_accepted", "refused", "failed"}
    found = [
        (cell.period, grid, cell)
        for grid in grids
        for cell in grid.cells
        if str(cell.provider.pk) in own and cell.state in waiting
    ]
    found.sort(key=lambda each: (each[0], each[1].contract.title), reverse=True)
    return [_task(grid, cell, slug, own) for _period, grid, cell in found]


def _task(grid: Grid, cell: Cell, slug: str, own: frozenset[str]) -> dict[str, Any]:
    shown = _state(grid, cell, slug, own)
    hint = ""
    if cell.submission is not None and cell.submission.rows_bad:
        hint = ngettext(
            "%(count)s row has errors.", "%(count)s rows have errors.", cell.submission.rows_bad
        ) % {"count": formats.number(cell.submission.rows_bad)}
    return {
        "title": f"{grid.contract.title}, {months.label(cell.period)} – {cell.provider.name}",
        "url": shown["url"],
        "hint": hint,
        "status": shown["text"],
        "kind": shown["tag"],
    }


def lead_of(grids: Sequence[Grid], period: str) -> str:
    """What came for one month, in one or two sentences."""
    cells = [cell for grid in grids for cell in grid.cells if cell.period == period]
    nobody_waits = {matrix.NOT_ASKED, Submission.State.DESTROYED}
    expected = [cell for cell in cells if cell.state not in nobody_waits]
    here = sum(cell.submission is not None and cell.submission.is_current for cell in expected)
    late = sum(cell.state == matrix.LATE for cell in expected)
    refused = sum(cell.state in {"refused", "failed"} for cell in expected)
    if not expected:
        return _("No file is owed for %(month)s.") % {"month": months.label(period)}
    said = [
        ngettext(
            "%(here)s of %(count)s file for %(month)s is in.",
            "%(here)s of %(count)s files for %(month)s are in.",
            len(expected),
        )
        % {"here": here, "count": len(expected), "month": months.label(period)}
    ]
    to_mend = sum(cell.state == "partly_accepted" for cell in expected)
    if to_mend:
        said.append(
            ngettext("%(count)s has rows to mend.", "%(count)s have rows to mend.", to_mend)
            % {"count": to_mend}
        )
    if late:
        said.append(ngettext("%(count)s is late.", "%(count)s are late.", late) % {"count": late})
    if refused:
        said.append(
            ngettext("%(count)s was not accepted.", "%(count)s were not accepted.", refused)
            % {"count": refused}
        )
    return " ".join(said)


def column_rows(version: ContractVersion) -> dict[str, Any]:
    """A contract's columns in plain words, as a table of the design system."""
    table = contracts.table_of(version)
    return {
        "caption": _("Columns"),
        "columns": [_("Heading in row 1"), _("What to write below it")],
        "rows": [[column.name, _column_words(table, column)] for column in table.columns],
    }


def _column_words(table: Table, column: Column) -> SafeString:
    said = [part for part in (column.description, rules_of(table, column)) if part]
    words_ = format_html_join(SafeString("<br>"), "{}", ((part,) for part in said))
    return format_html(
        '{}<br><span class="cw-small cw-quiet">{}</span>', words_, _protection(column)
    )


def rules_of(table: Table, column: Column) -> str:
    """What a cell of the column must be, in a sentence."""
    said = [str(words.TYPES[column.type])]
    if column.type == "date":
        said.append(_("written %(form)s") % {"form": column.date_format.upper()})
    if column.codes:
        said.append(_("one of: %(codes)s") % {"codes": ", ".join(column.codes)})
    said += _limits(column)
    if column.pattern:
        said.append(_("in the form %(pattern)s") % {"pattern": column.pattern})
    if column.missing:
        markers = ", ".join(f"“{marker}”" for marker in column.missing)
        said.append(_("or %(markers)s when there is no value") % {"markers": markers})
    said.append(_("must be filled") if column.required else _("may be blank"))
    if column.unique or table.primary_key == (column.name,):
        said.append(_("each value once"))
    return "; ".join(said)


def _limits(column: Column) -> list[str]:
    named = (
        (column.minimum, _("at least %(limit)s")),
        (column.above, _("more than %(limit)s")),
        (column.maximum, _("at most %(limit)s")),
        (column.below, _("less than %(limit)s")),
        (column.min_length, _("at least %(limit)s characters")),
        (column.max_length, _("at most %(limit)s characters")),
    )
    return [text % {"limit": limit} for limit, text in named if limit is not None]


def _protection(column: Column) -> str:
    if column.classification == "identifier":
        return _("Identifies people: under its own key, not used for results")
    if column.personal:
        return _("Personal: never shown in lists of errors")
    return _("Used for results")
