"""The parties of a text with their signatures, as plain values for templates. Reads nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from commonweal.agree import words
from commonweal.agree.asked import Asked
from commonweal.agree.models import AgreementVersion, Kind, Signature, State
from commonweal.agree.naming import Naming
from commonweal.agree.sheets import Line, Sheet
from commonweal.compute.permits import clauses as c
from commonweal.compute.permits.terms import Terms


def party_table(sheet: Sheet, asked: Mapping[UUID, Asked]) -> dict[str, Any]:
    """Parties with signature, date and the hash of the text that they signed.

    Who named the signatories has a column where that is known of any. `asked`: who can give the
    missing signatures, for a reader who may know.
    """
    columns = [_("Organisation"), _("Signed by"), _("On"), _("Text")]
    rows = [_party_row(line, sheet, asked.get(line.organisation.pk)) for line in sheet.parties]
    if any(line.naming for line in sheet.parties):
        columns.append(_("Signatory named by"))
        for line, row in zip(sheet.parties, rows, strict=True):
            row.append(_named_by(line, sheet.terms))
    return {
        "caption": _("Parties and signatures"),
        "hide_caption": True,
        "columns": columns,
        "rows": rows,
    }


def _named_by(line: Line, terms: Terms) -> str:
    return naming_said(line.naming, terms) if line.naming else ""


def naming_said(naming: Naming, terms: Terms) -> str:
    """Who named a signatory, for which organisation and when."""
    said = {
        "name": naming.name,
        "organisation": naming.organisation,
        "day": words.day(terms.day_of(naming.at)),
    }
    if naming.organisation:
        return _("%(name)s of %(organisation)s on %(day)s") % said
    return _("%(name)s on %(day)s") % said


def _party_row(line: Line, sheet: Sheet, asked: Asked | None) -> list[Any]:
    if line.signature is None:
        waits = sheet.version.state == State.SIGNING
        said = _("Signature missing") if waits else _("Not signed")
        look = "attention" if waits else "neutral"
        who = who_can_sign(asked, sheet.terms) if asked else ""
        return [line.organisation.name, {"text": said, "tag": look, "reason": who}, "", ""]
    terms = sheet.terms
    on = words.day(terms.day_of(line.signature.signed_at))
    by = f"{line.signature.name} ({signed_how(line.signature)})"
    if line.withdrawal is not None:
        gone = _("withdrew on %(day)s") % {"day": words.day(terms.day_of(line.withdrawal.at))}
        on = f"{on}; {gone}"
    return [line.organisation.name, by, on, short_hash(line.signature.text_hash)]


def who_can_sign(asked: Asked, terms: Terms) -> str:
    """E.g. “Ana Ruiz can sign (asked by mail on 3 May 2026).”; that nobody can, where nobody can."""
    if asked.has_left:
        return _("It has left the table, so nobody signs for it here.")
    said = []
    for name, at in asked.people:
        text = (
            _("%(name)s can sign (asked by mail on %(day)s).")
            if at
            else _("%(name)s can sign (has had no mail about it).")
        )
        said.append(text % {"name": name, "day": words.day(terms.day_of(at)) if at else ""})
    said += [
        _("%(name)s can sign by a link (mailed on %(day)s).")
        % {"name": each.name, "day": words.day(terms.day_of(each.named_at))}
        for each in asked.links
    ]
    return " ".join(said) or _("Nobody can sign for it here yet: its own people name who signs.")


def signed_how(signature: Signature) -> str:
    """In which way a signature was given. Who is on record for one on paper is who recorded it."""
    if signature.way == Signature.Way.CODE:
        return _("by a link and a code sent to %(address)s") % {"address": signature.sent_to}
    if signature.way == Signature.Way.PAPER:
        return _("recorded a signature on paper")
    return _("signed in with an account")


def left_over(left: int) -> str:
    """What is said to who has signed: how many signatures are still missing."""
    if not left:
        return _("Signed. Every party has signed now.")
    return ngettext(
        "Signed. %(count)d signature is still missing.",
        "Signed. %(count)d signatures are still missing.",
        left,
    ) % {"count": left}


@dataclass(frozen=True)
class EndedRound:
    """What a change of the text would end: who has signed it already, and who is asked to."""

    number: int
    signed: tuple[str, ...]
    asked: tuple[str, ...]


def ended_round(
    version: AgreementVersion, terms: Terms, asked: Mapping[UUID, Asked]
) -> EndedRound | None:
    """None for a text that is not open for signature."""
    if version.state != State.SIGNING:
        return None
    signed = [
        f"{each.name} ({terms.parties[each.organisation_id]})" for each in version.signatures.all()
    ]
    people = [name for each in asked.values() for name, _told in each.people]
    links = [row.name for each in asked.values() for row in each.links]
    return EndedRound(version.number, tuple(signed), (*people, *links))


def departures(sheet: Sheet) -> list[tuple[str, str, str]]:
    """Withdrawals for a timeline: (when, who, the reason and what is destroyed when)."""
    provided = {
        each.id
        for party in [sheet.terms.party(c.PROVIDER)]
        if party
        for each in party.organisations
    }
    found = []
    for line in sheet.parties:
        if line.withdrawal is None:
            continue
        said = [line.withdrawal.reason] if line.withdrawal.reason else []
        if line.organisation.pk in provided and sheet.agreement.kind == Kind.DSA:
            day = words.day(sheet.terms.day_of(line.withdrawal.destroy_at))
            said.append(_("What it handed in is destroyed on %(day)s.") % {"day": day})
        when = words.day(sheet.terms.day_of(line.withdrawal.at))
        found.append(
            (when, _("%(name)s withdrew") % {"name": line.organisation.name}, " ".join(said))
        )
    return found


def short_hash(value: str) -> str:
    """The first twelve digits in groups of four, to compare by eye."""
    return " ".join(value[start : start + 4] for start in (0, 4, 8)) + " …"
