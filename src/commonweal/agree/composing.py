"""Makes a version from clauses and prose: checks them, renders the text, hashes it. Writes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.conf import settings
from django.utils.text import Truncator
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from commonweal.agree import drafting, queries, text, words
from commonweal.agree.models import Agreement, AgreementVersion, State
from commonweal.compute.errors import Unusable
from commonweal.compute.permits import clauses as c
from commonweal.compute.permits.governing import Contribution, RiskShare, Rule
from commonweal.compute.permits.kinds import AgreementKind
from commonweal.compute.permits.narrowing import check_within
from commonweal.compute.permits.terms import Fault, Faulty, Terms, terms_from
from commonweal.convene import queries as convene
from commonweal.convene.models import Partnership
from commonweal.core.errors import Invalid


@dataclass(frozen=True)
class Wording:
    """What people write of an agreement: clauses, why (`prose`), in which `language`."""

    clauses: tuple[c.Clause, ...]
    prose: str
    language: str = ""


def one_line(title: str) -> str:
    held = " ".join(title.split())
    if not held or len(held) > 200:
        asked = _("Give the agreement a title of at most 200 characters.")
        raise Invalid.at("title", asked)
    return held


def check_parent(partnership: Partnership, kind: AgreementKind, parent: Agreement | None) -> None:
    """What the kind may rest on, in the same partnership. Raises Invalid."""
    fits = kind.alone if parent is None else parent.kind == kind.under
    if not fits or (parent is not None and parent.partnership_id != partnership.pk):
        raise Invalid(
            _("The agreement that this one rests on is missing or does not fit."),
            mend=_(
                "A licence rests on a data-sharing agreement of the same partnership; others rest on"
                " a memorandum of understanding or on none."
            ),
        )


def compose(agreement: Agreement, number: int, wording: Wording, at: datetime) -> AgreementVersion:
    """An unsaved version, checked. Its zone is the installation's: the text names it.

    Raises Invalid, with the form field of each clause that is missing, contradictory or wider.
    """
    language = wording.language or get_language() or settings.LANGUAGE_CODE
    above = queries.latest(agreement.parent) if agreement.parent else None
    held = drafting.completed(
        agreement.kind,
        _seated(wording.clauses, agreement.partnership, at),
        queries.clauses_of(above) if above else (),
    )
    prose = text.clean(wording.prose)
    try:
        if prose:
            c.Prose(_("Why we agree on this"), prose)
        terms = terms_from(
            partnership=agreement.partnership_id,
            reference=agreement.reference,
            version=number,
            kind=agreement.kind,
            clauses=held,
            zone=settings.TIME_ZONE,
            text_hash="",
            parent=agreement.parent.reference if agreement.parent else "",
        )
        convener = convene.convener(agreement.partnership, at).name
        written = text.render(_document(agreement, terms, prose, language, convener))
    except Faulty as fault:
        raise _invalid(fault) from fault
    except Unusable as fault:
        raise Invalid(words.unusable(fault)) from fault
    check_within_parent(terms, agreement.parent)
    return AgreementVersion(
        agreement=agreement,
        number=number,
        clauses=[c.to_json(each) for each in held],
        prose=prose,
        language=language,
        zone=terms.zone,
        text=written,
        text_hash=text.text_hash(written),
        starts_on=terms.day_of(terms.starts_at),
        expires_on=terms.last_day,
        state=State.DRAFT,
        drafted_at=at,
    )


def _document(
    agreement: Agreement, terms: Terms, prose: str, language: str, convener: str
) -> text.Document:
    return text.Document(
        kind=agreement.kind,
        reference=agreement.reference,
        number=terms.version,
        title=agreement.title,
        partnership=agreement.partnership.name,
        zone=terms.zone,
        language=language,
        prose=prose,
        clauses=terms.clauses,
        parent=str(agreement.parent) if agreement.parent else "",
        convener=convener,
    )


def _seated(
    clauses: Iterable[c.Clause], partnership: Partnership, at: datetime
) -> Sequence[c.Clause]:
    """The clauses with the organisations' names as they are on record, and prose made clean.

    Raises Invalid for an organisation that has no seat at the table: it could not sign.
    """
    at_table = {each.pk: each.name for each in convene.partners(partnership, at)}

    def known(role: str, organisations: Iterable[c.Organisation]) -> list[c.Organisation]:
        held = list(organisations)
        strangers = [each.name for each in held if each.id not in at_table]
        if strangers:
            said = _("Not at the table, so they could not sign: %(names)s.") % {
                "names": ", ".join(strangers)
            }
            raise Invalid(said, mend=_("Give them a seat first."), fields={role: said})
        return [c.Organisation(each.id, at_table[each.id]) for each in held]

    return [_as_on_record(clause, known) for clause in clauses]


def _as_on_record(
    clause: c.Clause, known: Callable[[str, Iterable[c.Organisation]], list[c.Organisation]]
) -> c.Clause:
    match clause:
        case c.Prose():
            return c.Prose(clause.heading, text.clean(clause.text))
        case Rule():
            return replace(clause, text=text.clean(clause.text), small=text.clean(clause.small))
        case c.Party():
            return c.Party(clause.role, tuple(known(clause.role, clause.organisations)))
        case Contribution():
            return replace(clause, organisation=known(clause.kind, [clause.organisation])[0])
        case RiskShare():
            named = known(clause.kind, [organisation for organisation, _share in clause.shares])
            shares = [share for _organisation, share in clause.shares]
            return RiskShare(tuple(zip(named, shares, strict=True)))
        case _:
            return clause


def check_within_parent(terms: Terms, parent: Agreement | None) -> None:
    """No wider than what it rests on, nor than what that rests on. Raises Invalid."""
    while parent is not None:
        above = queries.latest(parent)
        if above.state == State.DROPPED:
            raise Invalid(
                _("%(reference)s was dropped, so nothing rests on it.")
                % {"reference": parent.reference},
                mend=_("Take it up again first, or choose another agreement to rest on."),
            )
        try:
            check_within(terms, queries.terms_of(above))
        except Faulty as fault:
            raise _invalid(fault, above) from fault
        parent = parent.parent


def _invalid(fault: Faulty, above: AgreementVersion | None = None) -> Invalid:
    """All faults at once, each at the form field of its clause. `above`: what it rests on."""
    first = fault.faults[0]
    fields: dict[str, str] = {}
    for each in fault.faults:
        fields.setdefault(each.kind, _told(each, above))
    return Invalid(
        _("%(clause)s: %(fault)s")
        % {"clause": _cited(first.number, first.kind), "fault": _told(first, above)},
        fields=fields,
    )


def _told(fault: Fault, above: AgreementVersion | None) -> str:
    """What is wrong; where the words above have to be taken over, these words too."""
    told = words.fault(fault)
    if above is None or fault.code not in {"fixed_above", "wider_places"}:
        return told
    stands = Truncator(_clause_text(above.text, fault.params["number"])).chars(300)
    return f"{told} {_('It says there: “%(words)s”') % {'words': stands}}"


def _clause_text(canonical: str, number: int) -> str:
    """What the canonical text says under the heading of a clause, on one line."""
    said, last = "", ""
    within = False
    for block in text.blocks(canonical):
        if block.kind in {text.CLAUSE, text.HEADING}:
            within = block.kind == text.CLAUSE and block.text.startswith(f"{number}. ")
        elif within:
            between = "; " if last == block.kind == text.ITEM else " "
            said += between + " ".join(block.text.split())
            last = block.kind
    return said.strip()


def _cited(number: int, kind: str) -> str:
    if not number:
        return words.kind_name(kind)
    return _("Clause %(number)s (%(kind)s)") % {"number": number, "kind": words.kind_name(kind)}
