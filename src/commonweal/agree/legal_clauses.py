"""Headings under which lawyers write clauses: offered in the forms, each with room for own words.

What is written under one becomes free words (`Prose`) in the agreement, as a further clause would.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from commonweal.agree import words
from commonweal.agree.form_parts import text
from commonweal.compute.errors import Unusable
from commonweal.compute.permits.clauses import Clause, Prose

LEGEND = _("Legal clauses")
HINT = _(
    "Headings that lawyers often ask for. What you write becomes a clause under its heading, in your"
    " own words, for people to read; what you leave blank is not in the text."
)
_EVERY = ("mou", "dsa", "dul")


@dataclass(frozen=True)
class _Heading:
    """`kinds`: the kinds of agreement whose forms offer it."""

    heading: Any
    hint: Any
    kinds: Sequence[str] = _EVERY


_HEADINGS: Mapping[str, _Heading] = {
    "roles": _Heading(
        _("Roles under data protection law"),
        _("Who is controller, joint controller or processor, and for what."),
    ),
    "basis": _Heading(
        _("Lawful basis"),
        _(
            "The legal ground that each party relies on, and whether the data is personal or of a"
            " special category, such as health."
        ),
        ("dsa", "dul"),
    ),
    "security": _Heading(
        _("Security measures"),
        _(
            "How the data is protected: who has access, encryption, training, where copies are kept."
        ),
        ("dsa", "dul"),
    ),
    "rights": _Heading(
        _("Rights of the people in the data"),
        _("What they are told, by whom, and who answers when they ask, object or want it erased."),
        ("dsa", "dul"),
    ),
    "contacts": _Heading(
        _("Contacts and notices"),
        _("Who is told of a breach or a request at each party, and how."),
    ),
    "onward": _Heading(
        _("Onward transfer and processors"),
        _("Whether the data may be passed on, to whom, and which processors may work for a party."),
        ("dsa", "dul"),
    ),
    "liability": _Heading(
        _("Liability"),
        _("Who answers for which harm, up to what amount, and how each party is insured."),
    ),
    "audit": _Heading(
        _("Audit"),
        _("Who may check that the agreement is kept, how often, and at whose cost."),
    ),
    "law": _Heading(
        _("Governing law and disputes"),
        _("Which law applies, what is tried first in a dispute, and which courts decide."),
    ),
}


def ask(form: forms.Form, kind: str) -> list[str]:
    """Give the form of an agreement of a kind its headings; the names of the fields."""
    names = []
    for key, each in _HEADINGS.items():
        if kind in each.kinds:
            form.fields[f"legal_{key}"] = text(each.heading, each.hint, rows=3, required=False)
            names.append(f"legal_{key}")
    return names


def read(form: forms.Form, language: str) -> list[Prose]:
    """The clauses under headings in the language of the text. What cannot be one is told at its field."""
    found = []
    for key, each in _HEADINGS.items():
        said = form.cleaned_data.get(f"legal_{key}", "")
        if said:
            try:
                found.append(Prose(_in(language, each), said))
            except Unusable as fault:
                form.add_error(f"legal_{key}", words.unusable(fault))
    return found


def show(
    kind: str, clauses: Sequence[Clause], language: str
) -> tuple[dict[str, str], list[Clause]]:
    """What `read` made these clauses from, by field; and the clauses that it did not make."""
    fields = {
        _in(language, each): f"legal_{key}" for key, each in _HEADINGS.items() if kind in each.kinds
    }
    found: dict[str, str] = {}
    rest: list[Clause] = []
    for clause in clauses:
        field = fields.get(clause.heading, "") if isinstance(clause, Prose) else ""
        if isinstance(clause, Prose) and field and field not in found:
            found[field] = clause.text
        else:
            rest.append(clause)
    return found, rest


def _in(language: str, each: _Heading) -> str:
    with override(language):
        return str(each.heading)
