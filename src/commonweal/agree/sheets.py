"""Everything about one agreement that its page shows, for one reader. Reads only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from commonweal.agree import policies, queries
from commonweal.agree.models import (
    Agreement,
    AgreementVersion,
    Signature,
    State,
    Suspension,
    Withdrawal,
)
from commonweal.agree.naming import Naming, namings
from commonweal.agree.queries import Summary
from commonweal.compute.permits.asking import Refusal
from commonweal.compute.permits.clauses import Withdrawal as Notice
from commonweal.compute.permits.kinds import KINDS
from commonweal.compute.permits.reasons import why_it_allows_nothing
from commonweal.compute.permits.terms import Terms
from commonweal.core.models import Organisation
from commonweal.core.scope import Actor


@dataclass(frozen=True)
class Line:
    """One party: whether it signed the text, who named its signatory, whether it withdrew since."""

    organisation: Organisation
    signature: Signature | None
    withdrawal: Withdrawal | None
    naming: Naming | None = None


@dataclass(frozen=True)
class Rights:
    """What the reader can do here; each action checks again."""

    sign_for: tuple[Organisation, ...]
    withdraw_for: tuple[Organisation, ...]
    prepares: bool
    suspends: bool


@dataclass(frozen=True)
class Sheet:
    """`closed`: why it allows nothing now, None when it does. `refusals`: clause number → count."""

    agreement: Agreement
    version: AgreementVersion
    terms: Terms
    closed: Refusal | None
    parties: tuple[Line, ...]
    suspension: Suspension | None
    versions: tuple[AgreementVersion, ...]
    preparing: AgreementVersion | None
    licences: tuple[Summary, ...]
    refusals: dict[int, int]
    rights: Rights

    @property
    def is_current(self) -> bool:
        """Whether this is the version in force, or the one to go on from while none is."""
        if self.version.state == State.DROPPED:
            in_force = any(each.state == State.ACTIVE for each in self.versions)
            return self.version == self.versions[0] and not in_force
        return self.version.state == State.ACTIVE or self.version == self.preparing


def sheet(
    actor: Actor, slug: str, reference: str, at: datetime, number: int | None = None
) -> Sheet:
    """The page of an agreement, or of one of its versions. Raises Missing.

    About sixteen queries, whatever the number of parties, versions and licences.
    """
    version = queries.version_for(actor, slug, reference, number, at)
    agreement = version.agreement
    terms = queries.terms_of(version)
    siblings = queries.summaries(agreement.partnership, at)
    known = {each.agreement.reference: each.terms for each in siblings}
    preparing = queries.in_preparation(agreement)
    if preparing and not queries.is_told(preparing, agreement.partnership):
        preparing = None
    suspension = agreement.suspensions.filter(until_at__isnull=True).first()
    # A version of it, perhaps another than the one that is read.
    suspends = suspension is not None or any(
        queries.is_in_force(each.version, each.terms, at)
        for each in siblings
        if each.agreement == agreement
    )
    return Sheet(
        agreement=agreement,
        version=version,
        terms=terms,
        closed=why_it_allows_nothing(queries.chain_of(terms, known), at),
        parties=_lines(version, terms),
        suspension=suspension,
        versions=tuple(queries.versions_of(agreement).order_by("-number")),
        preparing=preparing,
        licences=tuple(each for each in siblings if each.agreement.parent_id == agreement.pk),
        refusals=queries.refusal_counts(agreement),
        rights=_rights(actor, agreement, preparing, terms, at, suspends=suspends),
    )


def _lines(version: AgreementVersion, terms: Terms) -> tuple[Line, ...]:
    organisations = Organisation.objects.in_bulk(list(terms.parties))
    signed = {each.organisation_id: each for each in version.signatures.all()}
    gone = {each.organisation_id: each for each in version.withdrawals.all()}
    named = namings(version) if signed else {}
    return tuple(
        Line(organisations[each], signed.get(each), gone.get(each), named.get(each))
        for each in terms.parties
    )


def _rights(
    actor: Actor,
    agreement: Agreement,
    preparing: AgreementVersion | None,
    terms: Terms,
    at: datetime,
    *,
    suspends: bool,
) -> Rights:
    """`suspends`: whether there is anything to suspend, or a suspension to lift."""
    return Rights(
        sign_for=tuple(may_sign_for(actor, preparing, at)) if preparing else (),
        withdraw_for=tuple(may_withdraw_for(actor, agreement)),
        prepares=policies.can_prepare(actor, agreement, terms.parties, at),
        suspends=suspends
        and "suspension" in KINDS[agreement.kind].needs
        and policies.can_suspend(actor, agreement, at),
    )


def may_sign_for(actor: Actor, version: AgreementVersion, at: datetime) -> list[Organisation]:
    """The parties whose signature is missing and for which this person may sign, by name."""
    if version.state != State.SIGNING:
        return []
    partnership = version.agreement.partnership
    return [
        each
        for each in queries.unsigned(version)
        if policies.can_sign(actor, partnership, each, at)
    ]


@dataclass(frozen=True)
class Since:
    """The earlier version that the page of a signatory compares with, and what that is to them."""

    number: int
    is_signed: bool
    is_in_force: bool


def since_for(actor: Actor, found: AgreementVersion | None) -> Since | None:
    """What the version to compare with is to the actor."""
    if found is None:
        return None
    mine = found.signatures.filter(organisation__in=actor.organisation_ids)
    return Since(found.number, mine.exists(), found.state == State.ACTIVE)


def was_taken_back(
    actor: Actor,
    agreement: Agreement,
    preparing: AgreementVersion | None,
    text_hash: str,
    at: datetime,
) -> bool:
    """Whether the actor came to sign a text that has been taken back from signing since.

    `text_hash`: that of the text which was read; "" for who opens the page, while what is in
    preparation is not open for signature (again).
    """
    found = agreement.versions.filter(
        state=State.REPLACED, opened_at__isnull=False, active_at__isnull=True
    )
    if text_hash:
        found = found.filter(text_hash=text_hash)
    elif preparing is None or preparing.state == State.SIGNING:
        return False
    parties = {each for version in found for each in queries.terms_of(version).parties}
    return any(
        policies.can_sign(actor, agreement.partnership, organisation, at)
        for organisation in Organisation.objects.filter(pk__in=parties)
    )


def may_withdraw_for(actor: Actor, agreement: Agreement) -> list[Organisation]:
    """The parties that signed, have not withdrawn, and for which this person may sign, by name."""
    open_signatures = Signature.objects.filter(
        version__agreement=agreement, version__state__in=[State.SIGNING, State.ACTIVE]
    ).select_related("organisation")
    gone = set(
        Withdrawal.objects.filter(agreement=agreement).values_list("version_id", "organisation_id")
    )
    found = {
        each.organisation
        for each in open_signatures
        if (each.version_id, each.organisation_id) not in gone
        and policies.can_withdraw(actor, each.organisation)
    }
    return sorted(found, key=lambda each: each.name)


@dataclass(frozen=True)
class Consequences:
    """What a withdrawal would do, said before it is done.

    `destroy_at`: when what the organisation provided would be gone. `ends_all`: nobody would be
    left who may keep the data (or, of a licence, use it). `licences`: what rests on the agreement.
    """

    destroy_at: datetime
    provides: bool
    ends_all: bool
    licences: tuple[str, ...]


def consequences(sheet_: Sheet, organisation: Organisation, at: datetime) -> Consequences:
    """For one party of the version in force."""
    notice = sheet_.terms.clause(Notice)
    days = notice.notice_days if notice else 0
    return Consequences(
        destroy_at=at + queries.notice(days),
        provides=organisation.pk in queries.organisations_named(sheet_.version, "provider"),
        ends_all=any(
            _is_last(sheet_, organisation, role) for role in ("provider", "recipient", "user")
        ),
        licences=tuple(each.agreement.reference for each in sheet_.licences),
    )


def _is_last(sheet_: Sheet, organisation: Organisation, role: str) -> bool:
    named = queries.organisations_named(sheet_.version, role)
    left = named - set(sheet_.terms.withdrawals) - {organisation.pk}
    return organisation.pk in named and not left
