"""Who can see what and what data was used for, as rows for files and for the command line."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from commonweal.agree import words
from commonweal.agree.access.citing import Citing
from commonweal.agree.access.queries import Explored
from commonweal.agree.access.trials import Trial
from commonweal.agree.access.uses import Report
from commonweal.compute.permits.asking import Permit, Refusal
from commonweal.compute.permits.exploring import Answer

ACCESS = (
    "organisation",
    "action",
    "contract",
    "field",
    "provider",
    "purpose",
    "allowed",
    "until",
    "results_for",
    "smallest_group",
    "clauses",
    "reason",
    "mend",
)
USES = (
    "month",
    "organisation",
    "action",
    "contract",
    "fields",
    "providers",
    "purpose",
    "results_for",
    "times",
    "allowed",
    "agreements",
    "results",
    "clause",
    "reason",
)
TRIAL = (
    "change",
    "organisation",
    "action",
    "contract",
    "fields",
    "provider",
    "purpose",
    "results_for",
    "times",
    "clauses",
    "reason",
)
# Signs that a spreadsheet takes for the beginning of a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def as_csv(rows: Iterable[Mapping[str, Any]], columns: Sequence[str]) -> str:
    """One line per row. Organisations choose their names: no cell begins like a formula."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow(_harmless(row[name]) for name in columns)
    return out.getvalue()


def _harmless(value: Any) -> str:
    said = "" if value is None else str(value)
    return f"'{said}" if said.startswith(_FORMULA) else said


def _name(names: Mapping[Any, str], pk: Any) -> str:
    return names.get(pk) or _("a former partner")


def access_rows(found: Explored) -> list[dict[str, Any]]:
    """One row per organisation, field, purpose and provider that an agreement names."""
    names = found.universe.organisations
    citing = Citing(found.partnership.slug, found.terms)
    return [
        {
            "organisation": _name(names, row.organisation),
            "action": row.action,
            "contract": row.contract,
            "field": row.field,
            "provider": _name(names, row.provider),
            "purpose": row.purpose,
            "allowed": "yes" if row.is_allowed else "no",
            "until": row.answer.expires_at.isoformat() if isinstance(row.answer, Permit) else "",
            "results_for": row.reach if row.purpose else "",
            "smallest_group": row.answer.minimum_cell if isinstance(row.answer, Permit) else None,
            "clauses": _clauses(row.answer, citing),
            "reason": words.refusal(row.answer) if isinstance(row.answer, Refusal) else "",
            "mend": words.mend(row.answer) if isinstance(row.answer, Refusal) else "",
        }
        for row in found.rows
    ]


def _clauses(answer: Answer, citing: Citing) -> str:
    if isinstance(answer, Refusal):
        return words.clause(answer)
    cited = (words.numbered(ref, number, kind) for ref, _v, number, kind in citing.opening(answer))
    return "; ".join(cited)


def uses_rows(report: Report) -> list[dict[str, Any]]:
    """One row per month and kind of request."""
    return [
        {
            "month": f"{use.month:%Y-%m}",
            "organisation": _name(report.names, use.organisation),
            "action": use.action,
            "contract": use.contract,
            "fields": ", ".join(use.fields),
            "providers": ", ".join(_name(report.names, each) for each in use.providers),
            "purpose": use.purpose,
            "results_for": use.output,
            "times": use.times,
            "allowed": "no" if use.refusal else "yes",
            "agreements": ", ".join(use.agreements),
            "results": "; ".join(each.title for each in use.results),
            "clause": words.clause(use.refusal) if use.refusal else "",
            "reason": words.refusal(use.refusal) if use.refusal and use.tells_why else "",
        }
        for use in report.uses
    ]


def trial_rows(trial: Trial) -> list[dict[str, Any]]:
    """One row per request that would be answered differently, for each provider."""
    citing = Citing(trial.version.agreement.partnership.slug, trial.terms)
    return [
        {
            "change": each.kind,
            "organisation": _name(trial.names, each.ask.organisation),
            "action": each.ask.action,
            "contract": each.ask.contract,
            "fields": ", ".join(each.ask.fields),
            "provider": _name(trial.names, each.provider) if each.provider else "",
            "purpose": each.ask.purpose,
            "results_for": each.ask.output,
            "times": each.times,
            "clauses": _clauses(each.after, citing),
            "reason": words.refusal(each.after) if isinstance(each.after, Refusal) else "",
        }
        for each in trial.changes
    ]
