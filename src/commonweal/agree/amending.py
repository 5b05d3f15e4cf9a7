"""What a new version would change, for whom and when: said while the one it replaces is in force."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from commonweal.agree import presentation, queries, words
from commonweal.agree.models import AgreementVersion, State
from commonweal.agree.sheets import Sheet
from commonweal.agree.states import PREPARING
from commonweal.compute.permits import clauses as c
from commonweal.compute.permits.terms import Terms


@dataclass(frozen=True)
class Amendment:
    """`number`: the version in force until then. `table` is None when the terms are the same."""

    number: int
    sentences: tuple[str, ...]
    table: dict[str, Any] | None


def amendment(sheet: Sheet) -> Amendment | None:
    """None unless the version is in preparation while another is in force."""
    in_force = next((each for each in sheet.versions if each.state == State.ACTIVE), None)
    if in_force is None or sheet.version.state not in PREPARING:
        return None
    # The list of versions does not carry what the terms are made of.
    whole = queries.latest(sheet.agreement)
    return Amendment(
        number=in_force.number,
        sentences=_sentences(queries.terms_of(whole), sheet.terms),
        table=_table(whole, sheet.version, sheet.terms),
    )


def _sentences(before: Terms, after: Terms) -> tuple[str, ...]:
    joins = [name for key, name in after.parties.items() if key not in before.parties]
    leaves = [name for key, name in before.parties.items() if key not in after.parties]
    back = [before.parties[key] for key in before.withdrawals if key in after.parties]
    found = []
    if joins:
        found.append(_("New as a party: %(names)s.") % {"names": words.listed(joins)})
    if leaves:
        found.append(_("No party any more: %(names)s.") % {"names": words.listed(leaves)})
    if back:
        found.append(
            _("Comes back, after it had withdrawn: %(names)s.") % {"names": words.listed(back)}
        )
    return tuple(found)


def _table(
    before: AgreementVersion, after: AgreementVersion, terms: Terms
) -> dict[str, Any] | None:
    held = dict(_rows(queries.terms_of(before), before))
    wanted = dict(_rows(terms, after))
    labels = list(dict.fromkeys([*held, *wanted]))
    changed = [each for each in labels if held.get(each) != wanted.get(each)]
    if not changed:
        return None
    return {
        "caption": _("What changes"),
        "columns": [
            _("Term"),
            _("In force: version %(number)s") % {"number": before.number},
            _("Then: version %(number)s") % {"number": after.number},
        ],
        "rows": [[each, held.get(each, "–"), wanted.get(each, "–")] for each in changed],
    }


def _rows(terms: Terms, version: AgreementVersion) -> list[tuple[str, str]]:
    """The terms, then the clauses that are for people to read; who withdrew is no term."""
    withdrew = _("Who withdrew")
    first = (_("First day of use"), words.day(version.starts_on))
    rows = [row for row in presentation.rows_of(terms, version) if row[0] != withdrew]
    prose = [(each.heading, each.text) for each in terms.clauses if isinstance(each, c.Prose)]
    return [*rows, first, *prose]
