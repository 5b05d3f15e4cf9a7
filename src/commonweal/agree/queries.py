"""Reading agreements, for one reader at one moment, and as the terms that `compute` decides by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Exists, Max, OuterRef, Prefetch, Q, QuerySet

from commonweal.agree.models import (
    Agreement,
    AgreementVersion,
    Kind,
    Signature,
    State,
    Suspension,
    Withdrawal,
)
from commonweal.agree.states import PREPARING
from commonweal.compute.permits.asking import Ask, Permit, Refusal
from commonweal.compute.permits.clauses import Clause, Party, Purpose, from_json
from commonweal.compute.permits.deciding import decide
from commonweal.compute.permits.kinds import KINDS, SHARING
from commonweal.compute.permits.reasons import why_it_allows_nothing
from commonweal.compute.permits.register import Register
from commonweal.compute.permits.terms import Terms, terms_from
from commonweal.convene import policies as table
from commonweal.convene import queries as convene
from commonweal.convene.models import Partnership
from commonweal.convene.policies import missing
from commonweal.convene.reach import Part
from commonweal.core.errors import Missing
from commonweal.core.models import Event, Organisation
from commonweal.core.scope import Actor


def clauses_of(version: AgreementVersion) -> tuple[Clause, ...]:
    """The version's clauses as values; clause n is at index n - 1."""
    return tuple(from_json(each) for each in version.clauses)


def terms_of(version: AgreementVersion) -> Terms:
    """One version as the software enforces it. Six queries unless the relations are prefetched."""
    agreement = version.agreement
    return terms_from(
        partnership=agreement.partnership_id,
        reference=agreement.reference,
        version=version.number,
        kind=agreement.kind,
        clauses=clauses_of(version),
        zone=version.zone,
        text_hash=version.text_hash,
        parent=agreement.parent.reference if agreement.parent else "",
        signed=(
            each.organisation_id
            for each in version.signatures.all()
            if each.text_hash == version.text_hash
        ),
        active_at=version.active_at,
        replaced_at=version.replaced_at,
        suspensions=((each.from_at, each.until_at) for each in agreement.suspensions.all()),
        withdrawals={each.organisation_id: each.at for each in version.withdrawals.all()},
    )


def _whole(versions: QuerySet[AgreementVersion]) -> QuerySet[AgreementVersion]:
    """With everything that `terms_of` reads: four queries, whatever the number of versions."""
    return versions.select_related(
        "agreement__parent", "agreement__partnership", "agreement__begun_from"
    ).prefetch_related(
        Prefetch("agreement__suspensions", Suspension.objects.order_by("from_at")),
        Prefetch("signatures", Signature.objects.order_by("signed_at")),
        Prefetch("withdrawals", Withdrawal.objects.order_by("at")),
    )


_PUT = (State.SIGNING, State.ACTIVE)


def _told(
    versions: QuerySet[AgreementVersion], partnership: Partnership
) -> QuerySet[AgreementVersion]:
    """Without what was not put to signature, for whom the partnership does not open drafts."""
    if partnership.opens(Part.UNDER_WAY):
        return versions
    return versions.filter(Q(state__in=_PUT) | Q(active_at__isnull=False))


def is_told(version: AgreementVersion, partnership: Partnership) -> bool:
    """The same of one version."""
    put = version.state in _PUT or version.active_at is not None
    return put or partnership.opens(Part.UNDER_WAY)


def _versions(partnership: Partnership) -> QuerySet[AgreementVersion]:
    """Every version that is or was in force, or is on its way there; by reference and number."""
    known = AgreementVersion.objects.filter(agreement__partnership=partnership).exclude(
        state__in=[State.REPLACED, State.DROPPED], active_at__isnull=True
    )
    return _whole(_told(known, partnership)).order_by(
        "agreement__drafted_at", "agreement__reference", "number"
    )


def terms_in(partnership: Partnership) -> tuple[Terms, ...]:
    """All terms of a partnership: drafts, those in force, and what they replaced."""
    return tuple(terms_of(version) for version in _versions(partnership))


def register_of(partnership: Partnership) -> Register:
    """The same, indexed for `compute.permits.deciding.decide`."""
    return Register(terms_in(partnership))


def here(ask: Ask) -> Ask:
    """The request, done where this installation stands: nobody who asks can say otherwise."""
    return replace(ask, place=settings.PLACE)


def answer_now(ask: Ask, at: datetime) -> Permit | Refusal:
    """The answer to a request that was granted before: a refusal also when one provider is refused.

    `ask` names the providers that were granted. What has happened while the work ran counts, whatever
    the clock said when it began.
    """
    mine = {"agreement__partnership": ask.partnership}
    withdrawn = Withdrawal.objects.filter(**mine).aggregate(last=Max("at"))["last"]
    suspended = Suspension.objects.filter(**mine).aggregate(last=Max("from_at"))["last"]
    moment = max(filter(None, (at, withdrawn, suspended)))
    partnership = Partnership.objects.get(pk=ask.partnership)
    answer = decide(here(ask), register_of(partnership), moment)
    if isinstance(answer, Permit) and answer.refused_providers:
        return next(iter(answer.refused_providers.values()))
    return answer


def latest(agreement: Agreement) -> AgreementVersion:
    """The version that counts: the one in force, else the one in preparation, else the last."""
    found = _whole(agreement.versions.all()).order_by("number")
    by_state = {version.state: version for version in found}
    for state in (
        State.ACTIVE,
        State.SIGNING,
        State.COMMENT,
        State.DRAFT,
        State.DROPPED,
        State.REPLACED,
    ):
        if state in by_state:
            return by_state[state]
    raise missing()


def is_in_force(version: AgreementVersion, terms: Terms, at: datetime) -> bool:
    """Whether every party has signed it and its last day is not over."""
    return version.state == State.ACTIVE and at < terms.expires_at


def in_preparation(agreement: Agreement) -> AgreementVersion | None:
    """The draft, or the version open for comment or signature, if there is one."""
    return _whole(agreement.versions.filter(state__in=PREPARING)).first()


def versions_of(agreement: Agreement) -> QuerySet[AgreementVersion]:
    """Its versions, for the reader for whom `agreement_for` fetched it."""
    return _told(agreement.versions.all(), agreement.partnership)


@dataclass(frozen=True)
class Summary:
    """An agreement as a list shows it. `closed` says why it allows nothing now; None when it does.

    `newer`: the text in preparation, while `version` is another one.
    """

    agreement: Agreement
    version: AgreementVersion
    terms: Terms
    closed: Refusal | None
    newer: AgreementVersion | None = None

    @property
    def purposes(self) -> tuple[str, ...]:
        clause = self.terms.clause(Purpose)
        return clause.purposes if clause else ()

    @property
    def standing(self) -> str:
        """draft, comment, signing, in_force, or the code of why it allows nothing (expired, suspended, …)."""
        if self.version.state in PREPARING:
            return self.version.state
        return self.closed.code if self.closed else "in_force"

    @property
    def parties(self) -> tuple[str, ...]:
        return tuple(self.terms.parties.values())

    def names(self, role: str) -> tuple[str, ...]:
        clause = self.terms.party(role)
        return clause.names if clause else ()


_PREFERRED = {
    State.ACTIVE: 0,
    State.SIGNING: 1,
    State.COMMENT: 2,
    State.DRAFT: 3,
    State.REPLACED: 4,
}


def summaries(partnership: Partnership, at: datetime) -> list[Summary]:
    """Every agreement with the version that counts, the oldest first. Four queries."""
    chosen: dict[UUID, AgreementVersion] = {}
    preparing: dict[UUID, AgreementVersion] = {}
    for version in _versions(partnership):
        if version.state in PREPARING:
            preparing[version.agreement_id] = version
        held = chosen.get(version.agreement_id)
        if held is None or _PREFERRED[State(version.state)] <= _PREFERRED[State(held.state)]:
            chosen[version.agreement_id] = version
    terms = {version.agreement.reference: terms_of(version) for version in chosen.values()}
    found = []
    for version in chosen.values():
        own = terms[version.agreement.reference]
        closed = why_it_allows_nothing(chain_of(own, terms), at)
        newer = preparing.get(version.agreement_id)
        if newer == version:
            newer = None
        found.append(Summary(version.agreement, version, own, closed, newer))
    return found


def dropped(partnership: Partnership) -> QuerySet[Agreement]:
    """Agreements of which every text was given up before it was signed, the newest first."""
    if not partnership.opens(Part.UNDER_WAY):
        return Agreement.objects.none()
    kept = AgreementVersion.objects.filter(agreement=OuterRef("pk")).filter(
        Q(state__in=(*PREPARING, State.ACTIVE)) | Q(active_at__isnull=False)
    )
    return (
        Agreement.objects.filter(partnership=partnership, versions__state=State.DROPPED)
        .exclude(Exists(kept))
        .distinct()
        .order_by("-drafted_at", "reference")
    )


def chain_of(own: Terms, known: Mapping[str, Terms]) -> Sequence[Terms]:
    """An agreement, then those it rests on. `known`: reference → the version that counts."""
    chain = [own]
    while chain[-1].parent in known and len(chain) <= len(KINDS):
        chain.append(known[chain[-1].parent])
    return chain


def constitution(partnership: Partnership, at: datetime) -> Terms | None:
    """The constitution in force, of several the one that was signed last; None without one."""
    signed = AgreementVersion.objects.filter(
        agreement__partnership=partnership,
        agreement__kind=Kind.CONSTITUTION,
        state=State.ACTIVE,
    )
    found = (terms_of(version) for version in _whole(signed).order_by("-active_at"))
    # A constitution rests on nothing, so it is all of its chain.
    return next((each for each in found if why_it_allows_nothing([each], at) is None), None)


def memoranda(partnership: Partnership, at: datetime) -> list[Agreement]:
    """Memoranda of understanding on which an agreement may rest, or will be able to."""
    standing = {"draft", "comment", "signing", "in_force"}
    return [
        each.agreement
        for each in summaries(partnership, at)
        if each.agreement.kind == Kind.MOU and each.standing in standing
    ]


def partnership_for(actor: Actor, slug: str, at: datetime, part: Part | None = None) -> Partnership:
    """The partnership, for who is at its table, and for former partners that are still a party.

    `part`: also for who may read this part without a seat; only for a page that shows it. Raises
    Missing. An organisation that left the table keeps sight of what binds it.
    """
    try:
        if part is None:
            return convene.partnership_for(actor, slug, at)
        return convene.readable_for(actor, slug, part, at)
    except Missing:
        bound = Signature.objects.filter(
            organisation__in=actor.organisation_ids, version__agreement__partnership__slug=slug
        )
        if actor.person_id is None or not bound.exists():
            raise
        found = Partnership.objects.get(slug=slug)
        found.opened = frozenset({Part.AGREEMENTS, Part.UNDER_WAY})
        return found


def agreements(partnership: Partnership, actor: Actor, at: datetime) -> list[Summary]:
    """The agreements that the actor may read: for a former partner only those it signed."""
    found = summaries(partnership, at)
    if table.can_read(actor, partnership, Part.AGREEMENTS, at):
        return found
    mine = actor.organisation_ids
    return [each for each in found if mine & set(each.terms.parties) & _signers(each.agreement)]


def _signers(agreement: Agreement) -> set[UUID]:
    signed = Signature.objects.filter(version__agreement=agreement)
    return set(signed.values_list("organisation_id", flat=True))


def agreement_for(
    actor: Actor, slug: str, reference: str, at: datetime, part: Part | None = None
) -> Agreement:
    """The agreement at this address. Raises Missing for what is not there for the actor.

    `part`: as for `partnership_for`.
    """
    partnership = partnership_for(actor, slug, at, part)
    found = (
        Agreement.objects.filter(partnership=partnership, reference=reference)
        .select_related("partnership", "parent")
        .first()
    )
    if found is None:
        raise missing()
    reads_all = table.can_read(actor, partnership, Part.AGREEMENTS, at)
    if not reads_all and not actor.organisation_ids & _signers(found):
        raise missing()
    found.partnership = partnership
    return found


def version_for(
    actor: Actor, slug: str, reference: str, number: int | None, at: datetime
) -> AgreementVersion:
    """One version to read, or the one that counts for `number` None. Raises Missing."""
    agreement = agreement_for(actor, slug, reference, at, Part.AGREEMENTS)
    if number is None:
        found = latest(agreement)
    else:
        one = _whole(agreement.versions.filter(number=number)).first()
        if one is None:
            raise missing()
        found = one
    if not is_told(found, agreement.partnership):
        raise missing()
    found.agreement.partnership = agreement.partnership
    return found


@dataclass(frozen=True)
class PublicAgreement:
    """What everybody may know of an agreement: that it exists, what for, between whom, how long."""

    reference: str
    kind: str
    title: str
    purposes: tuple[str, ...]
    parties: tuple[str, ...]
    starts_on: date
    expires_on: date
    standing: str


def public_agreements(partnership: Partnership, at: datetime) -> list[PublicAgreement]:
    """Agreements that every party has signed, also those that ended since. Drafts are not told."""
    return [
        PublicAgreement(
            reference=each.agreement.reference,
            kind=each.agreement.kind,
            title=each.agreement.title,
            purposes=each.purposes,
            parties=each.parties,
            starts_on=each.version.starts_on,
            expires_on=each.version.expires_on,
            standing=each.standing,
        )
        for each in summaries(partnership, at)
        if each.version.state == State.ACTIVE
    ]


def refusal_counts(agreement: Agreement) -> dict[int, int]:
    """How many requests each clause has refused so far: clause number → count. One query."""
    rows = (
        Event.objects.filter(
            scope=agreement.partnership_id,
            kind="agree.refused",
            data__reference=agreement.reference,
        )
        .values_list("data__number")
        .annotate(times=Count("pk"))
    )
    return {int(number): times for number, times in rows}


def sharing_withdrawals() -> QuerySet[Any]:
    """Withdrawals from sharing agreements. `is_back`: the organisation has since signed a later
    version of the same agreement."""
    later = Signature.objects.filter(
        version__agreement=OuterRef("agreement"),
        version__number__gt=OuterRef("version__number"),
        version__active_at__isnull=False,
        organisation=OuterRef("organisation"),
    )
    found = Withdrawal.objects.filter(agreement__kind__in=SHARING).annotate(is_back=Exists(later))
    return found.select_related("agreement", "organisation", "version")


def destructions_due(at: datetime) -> QuerySet[Withdrawal]:
    """Withdrawals from sharing agreements whose notice has run out, the oldest first.

    Left out: an organisation that has come back. Whoever keeps the keys destroys them; doing so
    twice changes nothing.
    """
    return sharing_withdrawals().filter(destroy_at__lte=at, is_back=False).order_by("at")


def notice(days: int) -> timedelta:
    """How long after a withdrawal what was provided is destroyed."""
    return timedelta(days=days)


def unsigned(version: AgreementVersion) -> Iterable[Organisation]:
    """The parties that have not signed yet, by name."""
    terms = terms_of(version)
    return Organisation.objects.filter(pk__in=terms.missing_signatures).order_by("name")


def organisations_named(version: AgreementVersion, role: str) -> frozenset[UUID]:
    """The organisations that a version names in a role."""
    for clause in clauses_of(version):
        if isinstance(clause, Party) and clause.role == role:
            return clause.ids
    return frozenset()
