"""Commands of this part: `commonweal access`, `uses` and `try-agreement`.

Nothing of Django is imported before a command runs.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from commonweal.core.commands import DONE, now, say, start

if TYPE_CHECKING:
    from uuid import UUID

    from commonweal.agree.access.queries import Known
    from commonweal.core.scope import Actor

FORMATS = ("table", "json", "csv")
LEVELS = ("none", "partners", "public")


def add_parsers(commands: Any) -> None:
    """Add the commands; `arguments.show(rows, columns, format)` prints for all of them."""
    access = commands.add_parser("access", help="who can see what in a partnership, and why")
    _common(access)
    access.add_argument("--organisation", metavar="NAME", default="", help="only what it may do")
    access.add_argument("--contract", metavar="KEY", default="", help="only this data")
    access.add_argument("--field", metavar="NAME", default="", help="only this field")
    access.add_argument("--provider", metavar="NAME", default="", help="only data of this one")
    access.add_argument("--purpose", metavar="PURPOSE", default="", help="only for this purpose")
    access.add_argument(
        "--output", choices=LEVELS, default=LEVELS[0], help="for whom the results are"
    )
    access.set_defaults(run=run_access)

    uses = commands.add_parser("uses", help="what an organisation's data was used for")
    _common(uses)
    uses.add_argument("--provider", metavar="NAME", default="", help="only data of this one")
    uses.add_argument("--from", dest="since", metavar="YYYY-MM-DD", type=day, help="first day")
    uses.add_argument("--to", dest="until", metavar="YYYY-MM-DD", type=day, help="last day")
    uses.set_defaults(run=run_uses)

    trial = commands.add_parser(
        "try-agreement", help="what a draft would have changed for last month's requests"
    )
    _common(trial)
    trial.add_argument("reference", metavar="REFERENCE", help="e.g. DUL-1")
    trial.set_defaults(run=run_trial)


def _common(command: Any) -> None:
    command.add_argument("partnership", metavar="PARTNERSHIP", help="the partnership's address")
    command.add_argument("--as", dest="email", required=True, metavar="EMAIL", help="who reads it")
    command.add_argument("--format", choices=FORMATS, default="table")


def day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError("must be a day like 2026-03-31") from None


def _reader(arguments: argparse.Namespace, at: datetime) -> Actor:
    from commonweal.core import queries

    return queries.actor_by_email(arguments.email, at)


def run_access(arguments: argparse.Namespace) -> int:
    """One line per organisation, field, purpose and provider that an agreement names."""
    start()
    from commonweal.agree.access import exports, queries
    from commonweal.compute.permits.exploring import Wanted

    at = now()
    known = queries.known_for(_reader(arguments, at), arguments.partnership, at)
    names = known.universe
    organisation = named(arguments.organisation, names.organisations, "organisation")
    wanted = Wanted(
        organisations=None if organisation is None else frozenset({organisation}),
        contract=_one_of(arguments.contract, names.contracts, "contract"),
        field=_one_of(arguments.field, names.fields, "field"),
        provider=named(arguments.provider, names.providers, "provider"),
        purpose=_one_of(arguments.purpose, names.purposes, "purpose"),
        output=arguments.output,
    )
    found = queries.explored(known, wanted, at)
    arguments.show(exports.access_rows(found), exports.ACCESS, arguments.format)
    allowed = sum(row.is_allowed for row in found.rows)
    say(f"{allowed} of {len(found.rows)} are allowed. What no agreement names is refused.")
    _say_why_not(known, found.unnamed)
    return DONE


def _say_why_not(known: Known, unnamed: Any) -> None:
    from commonweal.agree import words

    if unnamed is not None:
        organisation, refusal = unnamed
        name = known.universe.organisations.get(organisation, "")
        said = f"{words.refusal(refusal)} {words.mend(refusal)}"
        say(f"{name}: {said} {words.clause(refusal)}".rstrip())


def run_uses(arguments: argparse.Namespace) -> int:
    """One line per month and kind of request, newest month first."""
    start()
    from commonweal.agree.access import exports, uses

    at = now()
    actor = _reader(arguments, at)
    readable = uses.readable_for(actor, arguments.partnership, at)
    usual = uses.usual_span(at)
    span = uses.Span(arguments.since or usual.first, arguments.until or usual.last)
    provider = named(arguments.provider, readable.providers, "provider")
    report = uses.report(actor, readable, span, at, provider=provider)
    arguments.show(exports.uses_rows(report), exports.USES, arguments.format)
    say(f"{report.granted} granted, {report.refused} refused, {span.first} to {span.last}.")
    return DONE


def run_trial(arguments: argparse.Namespace) -> int:
    """One line per request that would be answered differently, for each provider."""
    start()
    from commonweal.agree import queries
    from commonweal.agree.access import exports, trials
    from commonweal.core.errors import Missing

    at = now()
    actor = _reader(arguments, at)
    found = queries.agreement_for(actor, arguments.partnership, arguments.reference, at)
    version = queries.in_preparation(found)
    if version is None:
        raise Missing(
            f"No version of {found.reference} is in preparation.", mend="Draft a new version first."
        )
    trial = trials.trial(actor, arguments.partnership, found.reference, version.number, at)
    arguments.show(exports.trial_rows(trial), exports.TRIAL, arguments.format)
    say(f"{trial.requests} requests since {trial.since:%Y-%m-%d}; {len(trial.changes)} changes.")
    return DONE


def named(name: str, known: Mapping[UUID, str], what: str) -> UUID | None:
    """The organisation of this name, None for no name. Raises Invalid with the names there are."""
    from commonweal.core.errors import Invalid

    if not name:
        return None
    for pk, each in known.items():
        if each.casefold() == name.strip().casefold():
            return pk
    raise Invalid(f"There is no {what} called that.", mend=_choose(known.values()))


def _one_of(key: str, known: tuple[str, ...], what: str) -> str:
    from commonweal.core.errors import Invalid

    if key and key not in known:
        raise Invalid(f"No agreement names the {what} “{key}”.", mend=_choose(known))
    return key


def _choose(known: Any) -> str:
    return f"Choose one of: {', '.join(known) or 'there are none'}."
