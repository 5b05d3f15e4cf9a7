"""Write the reference pages that follow from the code: `python tools/reference.py`.

`--check` writes nothing and fails when a page is not what the code says. The pages: commands,
events, states and Python functions.
"""

from __future__ import annotations

import argparse
import ast
import importlib
import os
import sys
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import event_kinds

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "src" / "commonweal"
FOLDER = ROOT / "docs" / "reference"
NOTE = "<!-- Written by tools/reference.py; do not edit. -->"
EASY_TO_DRAW = 15  # transitions; a table with more is drawn with neighbouring states only
ROOMS = {
    "core": "Organisations, people, links",
    "convene": "The table and the journey",
    "agree": "Agreements",
    "decisions": "Decisions and disputes",
    "aim": "Entry points, Strategic Triangle, theory of change, indicators",
    "pool": "Data",
    "measure": "Releases",
}
MORE = {
    "check": "What it prints is described in [Findings](findings.md).",
    "measure": "What it prints is described in [Rows of a result](measure-output.md).",
    "access": "See [See who can see what](../how-to/see-who-can-see-what.md).",
    "uses": "See [See who can see what](../how-to/see-who-can-see-what.md).",
    "try-agreement": "See [See who can see what](../how-to/see-who-can-see-what.md).",
    "submit": "See [Hand in data](../how-to/hand-in-data.md).",
    "release": "See [Measure and publish](../how-to/measure-and-publish.md).",
    "verify-log": "See [Re-run a published number](../how-to/re-run-a-published-number.md).",
    "backup": "See [Back up and restore](../how-to/backup-and-restore.md).",
    "restore": "See [Back up and restore](../how-to/backup-and-restore.md).",
    "entry-points": "See [Choose where to begin](../how-to/choose-where-to-begin.md).",
    "triangle": "See [Choose where to begin](../how-to/choose-where-to-begin.md).",
    "outbox": "See [Send mail](../how-to/send-mail.md).",
    "create-operator": "See [Run it](../how-to/run-it.md).",
}
# Where somebody who computes in a notebook begins; the rest of `compute` serves these.
MODULES = {
    "Files in": ("reading.read", "contract.parse", "check.files", "check.run", "check.workbook"),
    "Numbers out": (
        "indicators.parse",
        "indicators.definition",
        "indicators.tables",
        "measuring",
        "intervals",
    ),
    "Disclosure control": ("disclosure.family", "disclosure.protect", "disclosure.audit"),
    "Permits": (
        "permits.terms",
        "permits.asking",
        "permits.deciding",
        "permits.narrowing",
        "permits.exploring",
    ),
    "Decisions": (
        "decisions.asking",
        "decisions.outcome",
        "decisions.delegating",
        "decisions.rights",
    ),
    "What brings a table together": (
        "convening.kinds",
        "convening.missing",
        "convening.visibility",
        "convening.clashes",
        "convening.matching",
        "convening.premortem",
        "convening.growth",
    ),
    "Where to begin, and whether we see it alike": (
        "convening.spread",
        "convening.entry",
        "convening.triangle",
    ),
    "Meetings": ("convening.agenda",),
    "Plans side by side": ("planning.critical", "planning.overlaps", "planning.model"),
    "Who is at the table, and how it works together": (
        "convening.network",
        "convening.balance",
        "convening.characteristics",
    ),
    "Theory of change": ("theory.gaps", "theory.loops", "theory.model"),
    "Invented records": ("synthetic.world", "synthetic.visits", "synthetic.drops"),
    "What all share": ("result", "errors"),
}


def pages() -> dict[str, str]:
    """File name → text of every generated page."""
    return {
        "commands.md": commands(),
        "events.md": events(),
        "states.md": states(),
        "python.md": python(),
    }


def page(title: str, lead: str, parts: Sequence[str]) -> str:
    return "\n\n".join([f"# {title}", NOTE, lead, *parts]) + "\n"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(
        "| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in lines
    )


# --- commands ---------------------------------------------------------------------------------


def commands() -> str:
    from commonweal.cli import parser

    chosen = next(a for a in parser()._actions if isinstance(a, argparse._SubParsersAction))
    told = {action.dest: action.help or "" for action in chosen._choices_actions}
    lead = (
        "`./cw COMMAND` runs `commonweal COMMAND` in the environment that `./cw` keeps. Standard"
        " output carries the result only; what is said beside it goes to standard error."
        " `check` and `measure` work on plain files; the others need an installation, which the"
        " [settings](settings.md) name."
    )
    codes = table(
        ("exit code", "meaning"),
        (
            ("0", "done"),
            ("1", "findings: something was found that you should look at"),
            ("2", "the input cannot be used"),
            ("3", "refused by a rule; the clause is named when an agreement refuses"),
        ),
    )
    index = table(
        ("command", "what it does"),
        [(f"[`{name}`](#{name})", told[name]) for name in chosen.choices],
    )
    parts = [command(name, told[name], each) for name, each in chosen.choices.items()]
    return page("Commands", lead, [codes, index, *parts])


def command(name: str, told: str, parser: argparse.ArgumentParser) -> str:
    given = [a for a in parser._actions if not isinstance(a, argparse._HelpAction)]
    usage = " ".join([f"commonweal {name}", *(words_of(action) for action in given)])
    said = parser.description or f"{told[:1].upper()}{told[1:]}."
    rows = [(f"`{label(action)}`", meaning(action)) for action in given]
    parts = [f"## {name}", said, f"```\n{usage}\n```"]
    parts += [table(("argument", "meaning"), rows)] if rows else []
    parts += [MORE[name]] if name in MORE else []
    return "\n\n".join(parts)


def metavar(action: argparse.Action) -> str:
    if action.nargs == 0:
        return ""
    if action.choices is not None and action.metavar is None:
        return "|".join(str(choice) for choice in action.choices)
    return str(action.metavar or action.dest.upper())


def label(action: argparse.Action) -> str:
    return " ".join(filter(None, [", ".join(action.option_strings), metavar(action)]))


def words_of(action: argparse.Action) -> str:
    many = "…" if action.nargs in {"+", "*"} else ""
    if not action.option_strings:
        return f"[{metavar(action)}{many}]" if action.nargs == "*" else f"{metavar(action)}{many}"
    said = " ".join(filter(None, [action.option_strings[0], metavar(action)]))
    return said if action.required else f"[{said}]"


def meaning(action: argparse.Action) -> str:
    said = [action.help or ""]
    if action.option_strings and action.nargs != 0 and action.default not in {None, ""}:
        said.append(f"(default: {action.default})")
    return " ".join(filter(None, said))


# --- events -----------------------------------------------------------------------------------

EVENTS_LEAD = """\
Whatever changes leaves one line in the event log, appended in the same transaction by the action
that made the change. A line is never changed: a database trigger refuses it. Each line holds the hash
of the one before, so a line that was rewritten or left out nevertheless shows: `commonweal verify-log`
walks the chain."""

FIELDS = (
    ("`number`", "1, 2, 3 … without a gap"),
    ("`at`", "when, in UTC"),
    ("`kind`", "what happened: one of those below"),
    ("`scope`", "the partnership’s id; none for what concerns the installation"),
    ("`subject`", "what it happened to: `room.model:id`"),
    ("`actor`", "`person:id`, `link:id` or `system:name`; never a name or an address"),
    ("`organisation`", "the id of the organisation it was done for or concerns, if there is one"),
    ("`data`", "plain JSON without floats and without anything about a person"),
    ("`previous`", "the hash of the line before"),
    ("`hash`", "SHA-256 of all of these as JSON with sorted names and no spaces"),
)


def events() -> str:
    from django.utils import translation

    from commonweal.desk.words import SENTENCES

    found = event_kinds.appended()
    parts = [table(("field", "holds"), FIELDS)]
    with translation.override("en"):
        for room, title in ROOMS.items():
            mine = [each for each in found if each.kind.startswith(f"{room}.")]
            rows = [
                (
                    f"`{kind}`",
                    str(SENTENCES.get(kind, "")),
                    ", ".join(f"`{each.where}`" for each in places),
                )
                for kind, places in groupby(mine, key=lambda each: each.kind)
            ]
            parts += [f"## {title}", table(("kind", "in words: who …", "appended by"), rows)]
    return page("Events", EVENTS_LEAD, parts)


# --- states -----------------------------------------------------------------------------------

STATES_LEAD = """\
What can happen to a record next is a table in the code: from a state, an event leads to another
state. What is not in the table is refused. The drawings are [Mermaid](https://mermaid.js.org)."""


def state_tables() -> Iterator[tuple[str, Any]]:
    """Dotted name and table of every `StateTable` that a room keeps."""
    from commonweal.core.states import StateTable

    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        if {"core", "tests"} & set(parts) or "StateTable(" not in path.read_text():
            continue
        name = ".".join(parts)
        for key, value in vars(importlib.import_module(f"commonweal.{name}")).items():
            if isinstance(value, StateTable):
                yield f"{name}.{key}", value


def states() -> str:
    parts = []
    for name, each in sorted(state_tables(), key=lambda pair: str(pair[1].name)):
        title = str(each.name)
        parts.append(f"## {title[:1].upper()}{title[1:]}")
        parts.append(f"`{name}`{remark(each)}")
        parts.append(f"```mermaid\n{drawing(each)}\n```")
        parts.append(ways(each))
    return page("States", STATES_LEAD, parts)


def ways(each: Any) -> str:
    """The transitions as a table; a column for what guards them where something does."""
    rows = [
        (f"`{r.source}`", f"`{r.event}`", f"`{r.target}`", guarded(r)) for r in each.transitions
    ]
    if any(row[3] for row in rows):
        return table(("from", "event", "to", "only if"), rows)
    return table(("from", "event", "to"), [row[:3] for row in rows])


def remark(each: Any) -> str:
    if len(each.transitions) <= EASY_TO_DRAW:
        return ""
    return f". Drawn are the ways between neighbours; the table lists all {len(each.transitions)}."


def drawing(each: Any) -> str:
    """As the table draws itself; of a large one only the ways from a state to the next or back."""
    from commonweal.core.states import StateTable

    if len(each.transitions) <= EASY_TO_DRAW:
        return str(each.mermaid())
    order = list(dict.fromkeys(str(row.source) for row in each.transitions))
    near = [r for r in each.transitions if abs(order.index(r.source) - order.index(r.target)) == 1]
    return StateTable(each.name, near).mermaid()


def guarded(row: Any) -> str:
    default = type(row).__dataclass_fields__["guard"].default
    return "" if row.guard is default else "what the earlier steps must produce is there"


# --- Python -----------------------------------------------------------------------------------

PYTHON_LEAD = """\
Everything in `commonweal.compute` is pure: no server, no database, no clock, nothing read or written
but what is passed in. It can be imported from a notebook. A computation returns a
`Result(answer, trace)`: the answer and how it came about. Input that cannot be used raises
`Unusable`, whose text says what, where and how to mend it."""


def python() -> str:
    parts = []
    for title, modules in MODULES.items():
        parts.append(f"## {title}")
        for name in modules:
            parts.append(module(name))
    return page("Python functions", PYTHON_LEAD, parts)


def module(name: str) -> str:
    path = PACKAGE.joinpath("compute", *name.split(".")).with_suffix(".py")
    tree = ast.parse(path.read_text())
    kept = (ast.FunctionDef, ast.ClassDef)
    public = [n for n in tree.body if isinstance(n, kept) and not n.name.startswith("_")]
    parts = [f"### `commonweal.compute.{name}`", first_sentence(tree)]
    for node in public:
        said = f": {first_sentence(node)}" if ast.get_docstring(node) else ""
        if isinstance(node, ast.ClassDef):
            parts.append(f"- class `{node.name}`{said}")
        else:
            parts.append(f"- `{signature(node)}`{said}")
    listed = "\n".join(parts[2:])
    return "\n\n".join([*parts[:2], *([listed] if listed else [])])


def signature(node: ast.FunctionDef) -> str:
    answer = f" -> {ast.unparse(node.returns)}" if node.returns else ""
    return f"{node.name}({ast.unparse(node.args)}){answer}"


def first_sentence(node: ast.Module | ast.FunctionDef | ast.ClassDef) -> str:
    """The docstring's first paragraph, on one line."""
    return " ".join((ast.get_docstring(node) or "").split("\n\n")[0].split())


def main(arguments: Sequence[str]) -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "commonweal.web.settings")
    # Nothing is stored or signed here: no secret is to be made for it.
    os.environ.setdefault("COMMONWEAL_SECRET_KEY", "for-the-reference-only")
    import django

    django.setup()
    status = 0
    for name, text in pages().items():
        path = FOLDER / name
        if path.is_file() and path.read_text() == text:
            continue
        if "--check" in arguments:
            print(f"{name}: not what the code says; run tools/reference.py")
            status = 1
        else:
            path.write_text(text)
            print(f"{name}: written")
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
