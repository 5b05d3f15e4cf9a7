"""What findings say: what is wrong, then how to mend it, in plain words."""

from __future__ import annotations

from collections.abc import Sequence

from commonweal.compute.check.findings import Rule
from commonweal.compute.contract.model import Column, ForeignKey, Order

MESSAGES: dict[Rule, str] = {
    Rule.MISSING_TABLE: "No file was given for this table. Send it together with the others.",
    Rule.ENCODING: (
        "The file is not UTF-8; it was read as Windows-1252. Check letters with accents, "
        "and save the file as CSV (UTF-8) or XLSX next time."
    ),
    Rule.MISSING_HEADER: (
        "Row 1 has none of the column names of this table. Put the column names into row 1."
    ),
    Rule.MERGED_HEADER: (
        "Row 1 has merged cells. Unmerge them and give every column its own heading."
    ),
    Rule.DUPLICATE_COLUMN: "This heading stands more than once. Keep one column of that name.",
    Rule.MISSING_COLUMN: "This column is missing. Add it, with exactly this heading.",
    Rule.UNKNOWN_COLUMN: (
        "The contract does not know this column, so it was not taken in. Remove it, or rename it "
        "if it is one of the contract's columns."
    ),
    Rule.NO_ROWS: "The file has headings but no rows. Add the rows, or do not send the file.",
    Rule.QUOTE: (
        "Text follows a closing quotation mark, so it is unclear where the cell ends. Double "
        "quotation marks inside a text, or save the file again from the spreadsheet."
    ),
    Rule.MERGED_CELL: (
        "This cell is merged with another and holds no value of its own. Unmerge the cells and "
        "fill each of them."
    ),
    Rule.FORMULA: (
        "This cell holds a formula, and formulas are never calculated here. Paste its value "
        "instead (Paste special, Values)."
    ),
    Rule.CELL_ERROR: (
        "This cell shows a spreadsheet error such as #N/A. Correct it, or leave the cell blank."
    ),
    Rule.REQUIRED: "This cell is blank but must be filled. Fill it in.",
    Rule.INTEGER: (
        "This is not a whole number, and nothing is rounded here. Write a whole number."
    ),
    Rule.DATE: "There is no such day in the calendar. Correct the day, month or year.",
}
"""Messages that need nothing from the contract."""

NUMBER_HINTS: tuple[tuple[str, str], ...] = (
    (
        r"^[+-]?[0-9]+,[0-9]+$",
        "The comma can mean decimals or thousands. Write decimals with a point and thousands "
        "without any mark, for example 1234.5.",
    ),
    (
        r"^[+-]?[0-9]{1,3}([.,' \u00a0\u202f\u2009’][0-9]{3})+([.,][0-9]+)?$",
        "Thousands are marked off. Write plain digits, for example 1234567.5.",
    ),
    (
        r"^[+-]?[0-9]+([.,][0-9]+)?[eE][+-]?[0-9]+$",
        "This number is written with an exponent, so digits may be lost. Show it as a plain "
        "number before saving.",
    ),
    (
        r"^-?0[0-9]+(\.[0-9]+)?$",
        "This number starts with zeros. Write it without them; if they matter, it is a code, and "
        "the contract should call the column a string.",
    ),
    (r"^\+[0-9]", "Write the number without the plus sign."),
    (r"^-?(\.[0-9]+|[0-9]+\.)$", "Write a digit on both sides of the decimal point."),
    (r"^[\p{Nd}., +-]*[\p{Nd}--[0-9]][\p{Nd}., ]*$", "Use the digits 0 to 9 and nothing else."),
)
"""Regular expressions of common ways to write a number that are refused, and what to say."""

DATE_TIME = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ]"
SERIAL = r"^[0-9]{5}(\.[0-9]+)?$"

TOO_LARGE = "This number is too large to be kept exactly. Check it; a long code should be a string."


def ragged_message(cells: int, headings: int) -> str:
    """A row with more or fewer cells than the heading."""
    return (
        f"This row has {cells} cell{'' if cells == 1 else 's'} but there are {headings} headings, "
        "so cells may have shifted. Look for a missing separator, or for one inside a text, which "
        "needs quotation marks."
    )


def type_message(column: Column) -> str:
    """What a cell of this column must look like."""
    wanted = {
        "integer": "a whole number in plain digits, for example 12",
        "number": "a number in plain digits with a decimal point, for example 12.5",
        "boolean": "true or false",
        "date": f"a date such as {example_date(column)}",
        "string": "text",
    }[column.type]
    return f"This cell must hold {wanted}. Correct it, or leave it blank if it is not known."


def example_date(column: Column) -> str:
    """31 January 2024 in the column's own format."""
    return column.date_format.replace("yyyy", "2024").replace("MM", "01").replace("dd", "31")


def code_message(column: Column) -> str:
    """The codes allowed, as long as the list can be read at a glance."""
    if len(column.codes) > 12:
        return (
            f"This is none of the {len(column.codes)} codes allowed here. Use one of the "
            "contract's codes, spelled exactly as there."
        )
    return f"This is not an allowed code. Use one of: {', '.join(column.codes)}."


def length_message(column: Column) -> str:
    """Shortest and longest text allowed."""
    low, high = column.min_length or 0, column.max_length
    if high is None:
        return f"This text is too short. It needs at least {low} characters."
    return f"This text must have between {low} and {high} characters. Shorten or complete it."


def pattern_message(column: Column) -> str:
    """The form asked for."""
    return f"This text does not have the form that was agreed ({column.pattern}). Correct it."


def range_message(column: Column) -> str:
    """The limits, in words."""
    limits = [
        (column.minimum, "at least"),
        (column.above, "more than" if column.type != "date" else "after"),
        (column.maximum, "at most"),
        (column.below, "less than" if column.type != "date" else "before"),
    ]
    words = " and ".join(f"{word} {_plain(limit)}" for limit, word in limits if limit is not None)
    return f"This value is out of range: it must be {words}. Correct it."


def _plain(limit: object) -> str:
    return str(int(limit)) if isinstance(limit, float) and limit.is_integer() else str(limit)


def order_message(order: Order) -> str:
    """Which of two columns comes first."""
    return f"`{order.earlier}` comes after `{order.later}`. Correct one of the two."


def repeated_message(names: Sequence[str], key: bool) -> str:
    """A key or unique group that stands in another row too; `{other}` is that row."""
    what = "key" if key else "value" if len(names) == 1 else "combination of values"
    return (
        f"This {what} also stands in row {{other}}, but must be unique. Remove the doubled row, "
        "or correct one of the two."
    )


def foreign_message(key: ForeignKey) -> str:
    """Where the value was looked for."""
    return (
        f"This value is not in `{', '.join(key.to_columns)}` of table {key.to_table}. Correct it, "
        f"or add the missing row to {key.to_table}."
    )


def renamed_message(heading: str) -> str:
    """A missing column that probably has another heading now."""
    return (
        f"This column is missing; the file has `{heading}` instead. If that is the same column, "
        "give it back this heading."
    )
