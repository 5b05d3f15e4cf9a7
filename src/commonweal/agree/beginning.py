"""With what a drafting form begins: an agreement as it stands, to change it or to draft another like it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from commonweal.agree import queries
from commonweal.agree.models import Agreement, AgreementVersion, Kind
from commonweal.agree.terms_forms import chosen_purposes, initial_of
from commonweal.compute.permits import clauses as c
from commonweal.convene.models import Partnership
from commonweal.convene.policies import missing
from commonweal.core.scope import Actor


def as_it_stands(version: AgreementVersion) -> dict[str, Any]:
    """What the form of a sharing agreement or of a licence shows of a version."""
    terms = queries.terms_of(version)
    initial = initial_of(terms, version.prose, version.language)
    if version.agreement.kind == Kind.DSA:
        initial["data"] = _data_as_text(terms.clauses)
        initial["masked"] = _masked_as_text(terms.clauses)
    else:
        initial["data"] = _chosen_fields(terms.clauses)
        initial["purpose"] = chosen_purposes(terms.clauses)
    return initial


def model(actor: Actor, slug: str, like: str, kind: Kind, at: datetime) -> Agreement | None:
    """The agreement that a new one begins with. `like`: its reference, "" for none.

    Raises Missing for one that is not there for the reader, or is of another kind.
    """
    if not like:
        return None
    found = queries.agreement_for(actor, slug, like, at)
    if found.kind != kind:
        raise missing()
    return found


def another(like: Agreement | None, at: datetime) -> dict[str, Any]:
    """What a new agreement like another begins with: all but its title and the days that are over.

    The days of a licence are those of the agreement above it.
    """
    if like is None:
        return {}
    initial, today = as_it_stands(queries.latest(like)), at.date()
    if like.kind == Kind.DUL:
        return {name: value for name, value in initial.items() if name not in {"start", "expiry"}}
    if initial["expiry"] <= today:
        del initial["expiry"]
    return {**initial, "start": max(initial["start"], today), "parent": like.parent_id}


def models(partnership: Partnership, kind: Kind, url: str) -> list[tuple[str, str]]:
    """(name, address of the form that begins with it) of each agreement of a kind, for who may draft.

    A licence may be the model of one under another agreement: its form offers nothing wider.
    """
    found = Agreement.objects.filter(partnership=partnership, kind=kind).order_by("reference")
    return [(str(each), f"{url}?like={each.reference}") for each in found]


def _data_as_text(clauses: Sequence[c.Clause]) -> str:
    """The lines that `SharingForm.data` reads."""
    held = [each for each in clauses if isinstance(each, c.Data)]
    return "\n".join(f"{each.contract}: {', '.join(each.fields)}" for each in held)


def _masked_as_text(clauses: Sequence[c.Clause]) -> str:
    """The lines that `SharingForm.masked` reads."""
    held = [each for each in clauses if isinstance(each, c.Data) and each.masked]
    return "\n".join(f"{each.contract}: {', '.join(each.masked)}" for each in held)


def _chosen_fields(clauses: Sequence[c.Clause]) -> list[str]:
    """The values of `LicenceForm.data` that are ticked for these clauses."""
    held = [each for each in clauses if isinstance(each, c.Data)]
    return [f"{each.contract}:{field}" for each in held for field in each.fields]
