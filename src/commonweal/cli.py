"""The `commonweal` command: translates words on a terminal into calls, and answers into text.

Standard output carries the result only; everything said beside it goes to standard error.
Exit codes everywhere: 0 done, 1 findings, 2 unusable input, 3 refused.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from commonweal.compute.errors import Unusable

DONE, FINDINGS, UNUSABLE, REFUSED = 0, 1, 2, 3
FORMATS = ("table", "json", "csv")


def say(text: str) -> None:
    print(text, file=sys.stderr)


def read_bytes(path: str) -> bytes:
    """A file's bytes. Raises Unusable when there is no such file or it may not be read."""
    try:
        return Path(path).read_bytes()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise Unusable(f"cannot be read ({reason.lower()})", where=path) from error


def read_text(path: str) -> str:
    try:
        return read_bytes(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unusable("is not UTF-8 text", mend="Save it as UTF-8.", where=path) from error


def flat(row: Mapping[str, Any]) -> dict[str, str]:
    """One printable value per column: nothing for null, `a=x, b=y` for a slice."""
    words: dict[str, str] = {}
    for key, value in row.items():
        if isinstance(value, Mapping):
            inner = ((name, "unknown" if v is None else v) for name, v in value.items())
            words[key] = ", ".join(f"{name}={v}" for name, v in inner) or "total"
        else:
            words[key] = "" if value is None else str(value)
    return words


def as_csv(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(flat(row) for row in rows)
    return out.getvalue()


def as_table(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> str:
    """Aligned columns for a reader; numbers rounded to two decimals (`--format json` has all)."""

    def cell(row: Mapping[str, Any], column: str) -> str:
        value = row[column]
        return f"{value:.2f}" if isinstance(value, float) else flat({column: value})[column]

    lines = [list(columns), *([cell(row, column) for column in columns] for row in rows)]
    widths = [max(len(line[i]) for line in lines) for i in range(len(columns))]
    return "".join(
        "  ".join(word.ljust(width) for word, width in zip(line, widths, strict=True)).rstrip()
        + "\n"
        for line in lines
    )


def show(rows: Sequence[Mapping[str, Any]], columns: Sequence[str], form: str) -> None:
    if form == "json":
        print(json.dumps(list(rows), ensure_ascii=False, indent=1, allow_nan=False))
    else:
        writer = as_csv if form == "csv" else as_table
        sys.stdout.write(writer(rows, columns))


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command. Returns its exit code; prints what went wrong without a traceback."""
    arguments = parser().parse_args(argv)
    for stream in (sys.stdout, sys.stderr):
        # A terminal or pipe in an older encoding must not end the command at the first accent.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    run: Callable[[argparse.Namespace], int] = arguments.run
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "commonweal.web.settings")
    try:
        return run(arguments)
    except Unusable as error:
        say(f"commonweal: {error}")
        return UNUSABLE
    except BrokenPipeError:
        # The reader of our output (`head`) has gone; say nothing more into the closed pipe.
        sys.stdout = open(os.devnull, "w")  # noqa: PTH123, SIM115
        return DONE
    except KeyboardInterrupt:
        say("commonweal: stopped.")
        return UNUSABLE
    except Exception as error:
        if (code := getattr(error, "exit_code", None)) is None:
            raise
        say(f"commonweal: {error}")
        if clause := getattr(error, "clause", ""):
            say(f"commonweal: refused by {clause}.")
        return int(code)


def parser() -> argparse.ArgumentParser:
    from commonweal.agree import commands as agree_commands
    from commonweal.agree.access import commands as access_commands
    from commonweal.agree.documents import commands as document_commands
    from commonweal.aim import commands as aim_commands
    from commonweal.aim.beginnings import commands as beginnings_commands
    from commonweal.aim.triangle import commands as triangle_commands
    from commonweal.convene import commands as convene_commands
    from commonweal.core import commands as core_commands
    from commonweal.desk import commands as desk_commands
    from commonweal.measure import commands as measure_commands
    from commonweal.plan import commands as plan_commands
    from commonweal.pool import commands as pool_commands

    top = argparse.ArgumentParser(prog="commonweal", description=__doc__)
    # Rooms stand below this module and print by what it gives them.
    top.set_defaults(show=show)
    commands = top.add_subparsers(title="commands", required=True, metavar="COMMAND")
    add_check(commands)
    add_measure(commands)
    add_commitments(commands)
    for module in (
        desk_commands,
        core_commands,
        convene_commands,
        agree_commands,
        document_commands,
        access_commands,
        beginnings_commands,
        triangle_commands,
        aim_commands,
        plan_commands,
        pool_commands,
        measure_commands,
    ):
        module.add_parsers(commands)
    return top


def add_check(commands: Any) -> None:
    check = commands.add_parser("check", help="check files against a data contract")
    check.add_argument("contract", metavar="CONTRACT", help="an ODCS contract (YAML)")
    check.add_argument("paths", metavar="PATH", nargs="+", help="CSV or XLSX files")
    check.add_argument("--format", choices=FORMATS, default="table")
    check.set_defaults(run=run_check)


def run_check(arguments: argparse.Namespace) -> int:
    from commonweal.compute.check.files import check_files

    files = [(path, read_bytes(path)) for path in arguments.paths]
    findings = check_files(read_text(arguments.contract), files)
    columns = ("rule", "severity", "table", "row", "column", "value", "message")
    show(findings, columns, arguments.format)
    say("No findings." if not findings else f"{len(findings)} findings.")
    return FINDINGS if findings else DONE


def add_measure(commands: Any) -> None:
    measure = commands.add_parser("measure", help="compute indicators over plain files")
    measure.add_argument("definition", metavar="DEFINITION", help="indicator definitions (YAML)")
    measure.add_argument("paths", metavar="PATH", nargs="+", help="CSV, XLSX or Parquet files")
    measure.add_argument(
        "--by",
        action="append",
        metavar="A[,B]",
        help="a slice: one column, or several for their crossing; repeat for more slices",
    )
    measure.add_argument("--min-cell", type=minimum, metavar="N", help="hide groups smaller than N")
    measure.add_argument("--format", choices=FORMATS, default="table")
    measure.set_defaults(run=run_measure)


def minimum(text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise argparse.ArgumentTypeError("must be a whole number, 0 or more")
    return int(text)


def run_measure(arguments: argparse.Namespace) -> int:
    from commonweal.compute.indicators.files import load
    from commonweal.compute.indicators.parse import parse_definitions
    from commonweal.compute.measuring import measure

    by = [tuple(slice_.split(",")) for slice_ in arguments.by] if arguments.by else None
    result = measure(
        parse_definitions(read_text(arguments.definition)),
        load([Path(path) for path in arguments.paths]),
        by=by,
        minimum=arguments.min_cell,
    )
    columns = (
        "indicator version period slice value lower upper numerator denominator n status".split()
    )
    show([row.tree() for row in result.answer], columns, arguments.format)
    for indicator in result.trace["indicators"]:
        for piece in indicator["slices"]:
            if piece["withheld"]:
                say(f"{indicator['id']} by {', '.join(piece['columns'])}: {piece['withheld']}")
    say(f"Run {result.trace['run_id']}")
    return DONE


def add_commitments(commands: Any) -> None:
    one = commands.add_parser("commitments", help="list what partners volunteered, by due date")
    one.add_argument("partnership", metavar="PARTNERSHIP", help="the partnership's address")
    one.add_argument(
        "--as",
        dest="email",
        metavar="EMAIL",
        default="",
        help="who reads: somebody at the table; without it, only what is public",
    )
    one.add_argument("--format", choices=FORMATS, default="table")
    one.set_defaults(run=run_commitments)


def run_commitments(arguments: argparse.Namespace) -> int:
    """Late ones are told beside the list; they are no failure of the command."""
    from commonweal.core.commands import now, start

    start()
    from commonweal.agree.commitments import exports, presentation, queries
    from commonweal.convene import queries as convene
    from commonweal.core import queries as core

    at = now()
    if arguments.email:
        actor = core.actor_by_email(arguments.email, at)
        _partnership, found = queries.entries_for(actor, arguments.partnership, at)
    else:
        partnership = convene.public_partnership(arguments.partnership)
        found = queries.public_entries(partnership, at)
    brief = ("number", "organisation", "action", "due_on", "standing", "last_words")
    columns = brief if arguments.format == "table" else exports.COLUMNS
    show(exports.rows(found), columns, arguments.format)
    say(presentation.lead(found) or "No commitments.")
    return DONE
