"""States and rules in plain words, and the kind of tag that marks them."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from commonweal.compute.check.findings import Rule
from commonweal.core import formats
from commonweal.pool import checking
from commonweal.pool.models import Submission

RULES: dict[str, Promise] = {
    Rule.MISSING_TABLE: _("No file"),
    Rule.ENCODING: _("File not saved as UTF-8"),
    Rule.MISSING_HEADER: _("No column headings in row 1"),
    Rule.MERGED_HEADER: _("Merged heading cells"),
    Rule.DUPLICATE_COLUMN: _("A heading stands twice"),
    Rule.MISSING_COLUMN: _("A column is missing"),
    Rule.UNKNOWN_COLUMN: _("A column is not in the contract"),
    Rule.NO_ROWS: _("No rows"),
    Rule.RAGGED_ROW: _("Too many or too few cells in a row"),
    Rule.QUOTE: _("Quotation mark in the wrong place"),
    Rule.MERGED_CELL: _("Merged cells"),
    Rule.FORMULA: _("Formula instead of a value"),
    Rule.CELL_ERROR: _("Spreadsheet error in a cell"),
    Rule.REQUIRED: _("Blank cell that must be filled"),
    Rule.TYPE: _("Wrong kind of value"),
    Rule.INTEGER: _("Not a whole number"),
    Rule.DATE: _("No such day"),
    Rule.CODE: _("Not an agreed code"),
    Rule.LENGTH: _("Text too long or too short"),
    Rule.PATTERN: _("Not in the agreed form"),
    Rule.RANGE: _("Out of range"),
    Rule.ORDER: _("Dates in the wrong order"),
    Rule.PRIMARY_KEY: _("The same key twice"),
    Rule.UNIQUE: _("The same value twice"),
    Rule.FOREIGN_KEY: _("Refers to a row that is not there"),
}

TAGS: dict[str, str] = {
    Submission.State.RECEIVED: "progress",
    Submission.State.CHECKING: "progress",
    Submission.State.ACCEPTED: "good",
    Submission.State.PARTLY_ACCEPTED: "attention",
    Submission.State.REFUSED: "bad",
    Submission.State.SUPERSEDED: "neutral",
    Submission.State.FAILED: "bad",
    Submission.State.DESTROYED: "neutral",
}

VERDICTS: dict[str, tuple[Promise, Promise]] = {
    "blocked": (
        _("The file as a whole does not have the agreed form, so nothing was taken in."),
        _("Mend what is listed below and send the file again."),
    ),
    "too_many_bad": (
        _("%(bad)s of %(rows)s rows have errors: too many, so nothing was taken in."),
        _("Mend what is listed below and send the file again. Up to %(most)s in 100 are let pass."),
    ),
    "rows_alone": (
        _("This is the list of rows to mend, not the whole month, so nothing was taken in."),
        _(
            "Correct these rows in your own file and send the whole file again: what you send for a"
            " month replaces all that you sent for it before."
        ),
    ),
    "other_month": (
        _(
            "The same rows count for another month already, so nothing was taken in: they would count"
            " twice."
        ),
        _(
            "Choose the file of this month. If the other month was the wrong one, send its own file"
            " first."
        ),
    ),
    "fault": (
        _("The file could not be checked because of a fault on our side. Nothing was taken in."),
        _("Send it again. If that fails too, tell whoever runs this installation."),
    ),
}
"""Why a file was not taken in, and what to do; by `Submission.verdict`."""

STAGES: dict[str, Promise] = {
    checking.READING: _("Reading the file"),
    checking.JUDGING: _("Comparing every row with the contract"),
    checking.KEEPING: _("Encrypting and storing the rows"),
}

TYPES: dict[str, Promise] = {
    "string": _("Text"),
    "integer": _("Whole number"),
    "number": _("Number"),
    "date": _("Date"),
    "boolean": _("true or false"),
}


def rule(key: str) -> str:
    """The rule in a few words; the key itself for one that came later."""
    return str(RULES.get(key, key))


def verdict(submission: Submission) -> tuple[str, str]:
    """Why it was not taken in and how to mend it, in the reader's language where we have the words.

    What the reader of files or the agreements said is kept as it was said.
    """
    if submission.verdict not in VERDICTS:
        return submission.reason, submission.mend
    numbers = {
        "bad": formats.number(submission.rows_bad or 0),
        "rows": formats.number(submission.rows_total or 0),
        "most": checking.MOST_BAD_PERCENT,
    }
    reason, mend = VERDICTS[submission.verdict]
    return str(reason) % numbers, str(mend) % numbers
