"""The parties of a text with their signatures, as plain values for templates. Reads nothing."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from commonweal.agree import words
from commonweal.agree.models import Kind, Signature, State
from commonweal.agree.sheets import Line, Sheet
from commonweal.compute.permits import clauses as c
from commonweal.compute.permits.terms import Terms


def party_table(sheet: Sheet) -> dict[str, Any]:
    """Parties with signature, date and the hash of the text that they signed.

    Who named the signatories has a column where that is known of any.
    """
    columns = [_("Organisation"), _("Signed by"), _("On"), _("Text")]
    rows = [_party_row(line, sheet) for line in sheet.parties]
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
    if line.naming is None:
        return ""
    said = {
        "name": line.naming.name,
        "organisation": line.naming.organisation,
        "day": words.day(terms.day_of(line.naming.at)),
    }
    if line.naming.organisation:
        return _("%(name)s of %(organisation)s on %(day)s") % said
    return _("%(name)s on %(day)s") % said


def _party_row(line: Line, sheet: Sheet) -> list[Any]:
    if line.signature is None:
        waits = sheet.version.state == State.SIGNING
        said = _("Signature missing") if waits else _("Not signed")
        look = "attention" if waits else "neutral"
        return [line.organisation.name, {"text": said, "tag": look}, "", ""]
    terms = sheet.terms
    on = words.day(terms.day_of(line.signature.signed_at))
    by = line.signature.name
    if line.signature.way != Signature.Way.ACCOUNT:
        by = f"{by} ({signed_how(line.signature)})"
    if line.withdrawal is not None:
        gone = _("withdrew on %(day)s") % {"day": words.day(terms.day_of(line.withdrawal.at))}
        on = f"{on}; {gone}"
    return [line.organisation.name, by, on, short_hash(line.signature.text_hash)]


def signed_how(signature: Signature) -> str:
    """In which way somebody signed who did not sign in."""
    if signature.way == Signature.Way.CODE:
        return _("by a code sent to %(address)s") % {"address": signature.sent_to}
    return _("on paper")


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
