"""Empty spreadsheets with a contract's headings, for partners to fill in."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

import xlsxwriter
from django.utils.translation import gettext as _

from commonweal.compute.contract.model import Column, Table

_OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}


def csv_of(table: Table) -> bytes:
    """One line with the headings, in UTF-8 with the mark by which spreadsheets know it."""
    line = io.StringIO()
    csv.writer(line).writerow([column.name for column in table.columns])
    return line.getvalue().encode("utf-8-sig")


def xlsx_of(rules: Sequence[tuple[Column, str]]) -> bytes:
    """A sheet with the headings, each with its rule as a comment, and every cell set to text.

    Text, because a spreadsheet would otherwise make dates and numbers of what is typed.
    """
    sink = io.BytesIO()
    book = xlsxwriter.Workbook(sink, _OPTIONS)
    sheet = book.add_worksheet(_("Data")[:31])
    bold = book.add_format({"bold": True, "bottom": 1, "num_format": "@"})
    text = book.add_format({"num_format": "@"})
    sheet.set_column(0, len(rules) - 1, 20, text)
    for place, (column, rule) in enumerate(rules):
        sheet.write_string(0, place, column.name, bold)
        said = "\n".join(part for part in (column.description, rule) if part)
        sheet.write_comment(0, place, said, {"x_scale": 2.0, "y_scale": 1.4})
    sheet.freeze_panes(1, 0)
    book.close()
    return sink.getvalue()
