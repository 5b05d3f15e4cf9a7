"""The sentences of refusals and faults: English, with named parameters, by stable code.

A room translates them by looking up the template (marked with `_`) before it fills it in.
Parameters never hold a person-level value: organisations, fields, purposes, days, numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from commonweal.compute.permits.clauses import name
from commonweal.compute.permits.marking import gettext_noop as _
from commonweal.compute.permits.purposes import label

Params = Mapping[str, Any]


@dataclass(frozen=True)
class Sentence:
    """`text`: what is the case. `mend`: what would change the answer."""

    text: str
    mend: str


REFUSALS: Mapping[str, Sentence] = {
    "unknown_action": Sentence(
        _("The software does not know what is being asked for: %(action)s."),
        _("Ask to submit, to measure or to read a submission."),
    ),
    "nothing_asked": Sentence(
        _("The request does not say which fields of “%(contract)s” it needs."),
        _("Name the fields."),
    ),
    "no_purpose": Sentence(
        _("The request does not say what “%(contract)s” is needed for."),
        _("Name one of the agreed purposes."),
    ),
    "not_own_data": Sentence(
        _("An organisation submits its own data only, not another’s."),
        _("Let the provider submit, by page, personal link or command."),
    ),
    "no_agreement": Sentence(
        _("No data-sharing agreement covers “%(contract)s”."),
        _("Draft an agreement that names it and have every party sign it."),
    ),
    "no_licence": Sentence(
        _(
            "The agreement allows no use of “%(contract)s” without a data-use licence: there is none."
        ),
        _("Draft a licence under it that names the user and the purpose, and have it signed."),
    ),
    "provider_not_named": Sentence(
        _("The organisation is not named as a provider of “%(contract)s”."),
        _("Revise the agreement so that it names the organisation, and have every party sign."),
    ),
    "user_not_named": Sentence(
        _("The organisation is not named as a user of “%(contract)s”."),
        _("Draft a licence, or revise this one, so that it names the organisation."),
    ),
    "purpose_not_named": Sentence(
        _("“%(purpose)s” is not among the purposes agreed for “%(contract)s”."),
        _("Ask for an agreed purpose, or have a licence signed that names this one."),
    ),
    "field_not_named": Sentence(
        _("These fields of “%(contract)s” are not covered: %(fields)s."),
        _("Do without them, or have a version signed that names them."),
    ),
    "linkage_not_allowed": Sentence(
        _("Records may not be joined person by person."),
        _("Measure without linkage, or have a version signed that allows it."),
    ),
    "publication_too_wide": Sentence(
        _("Results may not go so far: asked was %(asked)s, agreed is %(agreed)s."),
        _("Ask for a narrower output, or have a version signed that allows more."),
    ),
    "not_signed": Sentence(
        _("No party has signed version %(version)s yet."),
        _("Have a signatory of each party sign it: %(missing)s."),
    ),
    "partly_signed": Sentence(
        _("Version %(version)s is not signed by every party yet."),
        _("Have a signatory of each of these sign it: %(missing)s."),
    ),
    "not_started": Sentence(_("The agreement begins on %(day)s."), _("Ask again on that day.")),
    "expired": Sentence(
        _("The agreement ended with %(day)s."),
        _("Have a new version signed that ends later."),
    ),
    "suspended": Sentence(
        _("The convener suspended the agreement on %(day)s."),
        _("Ask the convener to lift the suspension."),
    ),
    "replaced": Sentence(
        _("Version %(version)s was replaced by a newer one on %(day)s."),
        _("Have the newer version cover what you ask for."),
    ),
    "provider_withdrawn": Sentence(
        _("%(organisation)s withdrew on %(day)s; its data may not be used any more."),
        _("Only a new version that %(organisation)s signs can change this."),
    ),
    "recipient_withdrawn": Sentence(
        _("%(organisation)s, which kept the data, withdrew on %(day)s."),
        _("Have a new version signed that names who keeps the data."),
    ),
    "user_withdrawn": Sentence(
        _("%(organisation)s withdrew from this licence on %(day)s."),
        _("Have a new licence signed that names it."),
    ),
    "member_withdrawn": Sentence(
        _("%(organisation)s withdrew on %(day)s; fewer than two parties are left."),
        _("Have a new version signed by those who go on together."),
    ),
    "place_not_agreed": Sentence(
        _("The data may be worked on only in: %(agreed)s. This installation stands in: %(asked)s."),
        _("Have the operator name the place, or have a version signed that allows this one."),
    ),
    "grain_too_fine": Sentence(
        _("Nobody but the provider may read single records of “%(contract)s”."),
        _("Ask for totals, or have versions signed that allow single records."),
    ),
    "field_masked": Sentence(
        _("The values of these fields of “%(contract)s” are never shown: %(fields)s."),
        _("Count or join by them without showing them."),
    ),
    "intermediary_uses": Sentence(
        _("%(organisation)s keeps the data for the others and never uses it itself."),
        _("Let a user ask that the licence names."),
    ),
    "no_parent": Sentence(
        _("The licence rests on %(parent)s, and there is no such agreement."),
        _("Have the agreement it rests on signed first."),
    ),
}

FAULTS: Mapping[str, Sentence] = {
    "clause_missing": Sentence(
        _("The agreement says nothing about this: %(kind)s."), _("Add the clause.")
    ),
    "clause_not_allowed": Sentence(
        _("An agreement of this kind has no such clause: %(kind)s."), _("Remove the clause.")
    ),
    "clause_twice": Sentence(
        _("Clauses %(first)s and %(second)s both settle this: %(kind)s."),
        _("Keep one of the two."),
    ),
    "ends_before_start": Sentence(
        _("The last day, %(end)s, is before the first, %(start)s."),
        _("Choose a last day on or after the first."),
    ),
    "parent_missing": Sentence(
        _("A licence rests on a data-sharing agreement, and none is named."),
        _("Draft the licence under an agreement."),
    ),
    "wider_parties": Sentence(
        _("%(names)s: not named in %(parent)s clause %(number)s (%(kind)s)."),
        _("Choose among the organisations named there."),
    ),
    "wider_contract": Sentence(
        _("“%(contract)s” is not among the data that %(parent)s covers."),
        _("Choose data that the agreement above names."),
    ),
    "wider_fields": Sentence(
        _("Not among the fields in %(parent)s clause %(number)s (%(kind)s): %(names)s."),
        _("Choose among the fields named there."),
    ),
    "wider_purposes": Sentence(
        _("Not among the purposes in %(parent)s clause %(number)s (%(kind)s): %(names)s."),
        _("Choose among the purposes named there."),
    ),
    "wider_value": Sentence(
        _("This is wider than %(parent)s clause %(number)s (%(kind)s), which says: %(limit)s."),
        _("An agreement can only narrow the one it rests on."),
    ),
    "wider_places": Sentence(
        _("Not among the countries in %(parent)s clause %(number)s (%(kind)s): %(names)s."),
        _("Choose among the countries named there."),
    ),
    "unmasked": Sentence(
        _("%(parent)s clause %(number)s (%(kind)s) never shows the values of: %(names)s."),
        _("Mask these fields here too."),
    ),
    "fixed_above": Sentence(
        _("%(parent)s clause %(number)s (%(kind)s) is fixed for every agreement that rests on it."),
        _("Take it over as it stands there."),
    ),
    "fixed_absent": Sentence(
        _("Fixed by the hub, but not settled here: %(names)s."),
        _("Add these clauses, or do not fix them."),
    ),
    "not_a_party": Sentence(
        _("Not a party to the agreement: %(names)s."),
        _("Name them as a party, or leave them out here."),
    ),
    "intermediary_keeps": Sentence(
        _("An intermediary keeps the data, and these are not among the recipients: %(names)s."),
        _("Name them as recipients too."),
    ),
    "intermediary_uses": Sentence(
        _(
            "%(parent)s clause %(number)s (%(kind)s) has %(names)s keep the data for the others"
            " and never use it."
        ),
        _("Name another user."),
    ),
}

LEVEL_NAMES: Mapping[str, str] = {
    "none": _("only the user"),
    "partners": _("the partners"),
    "public": _("the public"),
}
GRAIN_NAMES: Mapping[str, str] = {
    "totals": _("totals only"),
    "records": _("single records"),
}
REACH_NAMES: Mapping[str, str] = {**LEVEL_NAMES, **GRAIN_NAMES}
ANSWERS: Mapping[bool, str] = {True: _("allowed"), False: _("not allowed")}


def day_in_words(day: date) -> str:
    """E.g. “31 December 2027”, in English."""
    return f"{day.day} {day:%B} {day.year}"


def _plain(key: str, value: object) -> str:
    if isinstance(value, date):
        return day_in_words(value)
    if isinstance(value, bool):
        return ANSWERS[value]
    if isinstance(value, list | tuple):
        return ", ".join(_plain(key, each) for each in value)
    if key == "kind":
        return name(str(value))
    if key in {"asked", "agreed", "limit"} and value in REACH_NAMES:
        return REACH_NAMES[str(value)]
    return label(str(value))


def english(template: str, params: Params) -> str:
    """The template filled in with English words for the parameters."""
    return template % {key: _plain(key, value) for key, value in params.items()}
