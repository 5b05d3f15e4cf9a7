"""Reading what came in, for one reader at one moment.

Nothing here opens the vault: that takes a permit, and `reading` asks for it. What a page may show of
a submission's counts is for `policies.countable` to say.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import F, Max, QuerySet

from commonweal.agree import queries as agree
from commonweal.compute.permits.clauses import PROVIDER
from commonweal.convene import policies as convene_policies
from commonweal.convene import queries as convene
from commonweal.convene.models import Partnership
from commonweal.core.models import Link, Organisation
from commonweal.core.scope import Actor
from commonweal.pool import contracts, policies
from commonweal.pool.models import ContractVersion, DataContract, Erasure, Submission
from commonweal.pool.vault.keys import Owner, is_destroyed


def partnership_for(actor: Actor, slug: str, at: datetime) -> Partnership:
    """The partnership whose data page this is. Raises Missing; also for the holder of a link."""
    partnership = convene.partnership_for(actor, slug, at)
    policies.check_can_see(actor, partnership, at)
    return partnership


def contracts_of(partnership: Partnership) -> QuerySet[DataContract]:
    """The partnership's contracts, by title."""
    return (
        DataContract.objects.filter(partnership=partnership)
        .select_related("agreement", "partnership")
        .order_by("title", "key")
    )


def contract_in(partnership: Partnership, key: str) -> DataContract:
    """One contract by its key. Raises Missing."""
    found = contracts_of(partnership).filter(key=key).first()
    if found is None:
        raise convene_policies.missing()
    return found


def contract_for(actor: Actor, slug: str, key: str, at: datetime) -> DataContract:
    """The contract at this address, for who is at the table. Raises Missing."""
    return contract_in(partnership_for(actor, slug, at), key)


def latest_version(contract: DataContract) -> ContractVersion:
    """The version that files are checked against from now on. Raises Missing."""
    found = contract.versions.order_by("-number").first()
    if found is None:
        raise convene_policies.missing()
    return found


def latest_versions(partnership: Partnership) -> dict[UUID, ContractVersion]:
    """The newest version of each contract, by the contract's id. Two queries."""
    newest = dict(
        ContractVersion.objects.filter(contract__partnership=partnership)
        .values_list("contract")
        .annotate(Max("number"))
    )
    rows = ContractVersion.objects.filter(contract__partnership=partnership)
    return {row.contract_id: row for row in rows if newest[row.contract_id] == row.number}


def providers_of(contract: DataContract) -> QuerySet[Organisation]:
    """The organisations that the agreement's present text names as providers, by name."""
    version = agree.latest(contract.agreement)
    named = agree.organisations_named(version, PROVIDER)
    return Organisation.objects.filter(pk__in=named).order_by("name")


Way = tuple[DataContract, Organisation]
"""A contract and a provider that sends files under it."""


def all_ways(partnership: Partnership) -> list[Way]:
    """Every contract with every provider that its agreement names."""
    return [
        (contract, provider)
        for contract in contracts_of(partnership)
        for provider in providers_of(contract)
    ]


def ways(actor: Actor, partnership: Partnership, at: datetime) -> list[Way]:
    """What the actor may send, and for whom."""
    return [
        (contract, provider)
        for contract, provider in all_ways(partnership)
        if provider.pk in actor.organisation_ids
        and policies.can_submit(actor, contract, provider, at)
    ]


def link_ways(actor: Actor, partnership: Partnership, at: datetime) -> list[Way]:
    """For what, and to whom, the actor may give personal links."""
    return [way for way in all_ways(partnership) if policies.can_keep_links(actor, *way, at)]


def _whole(rows: QuerySet[Submission]) -> QuerySet[Submission]:
    return rows.select_related(
        "contract__partnership",
        "contract__agreement",
        "agreement",
        "contract_version",
        "provider",
        "job",
        "supersedes",
        "superseded_by",
    )


def submissions(actor: Actor, partnership: Partnership, at: datetime) -> QuerySet[Submission]:
    """Everything that came in, the newest first, for who is at the table."""
    policies.check_can_see(actor, partnership, at)
    rows = Submission.objects.filter(contract__partnership=partnership)
    return _whole(rows).order_by("-received_at", "-number")


def submission_for(actor: Actor, slug: str, submission_id: UUID, at: datetime) -> Submission:
    """The submission at this address, for who is at the table. Raises Missing."""
    partnership = partnership_for(actor, slug, at)
    rows = Submission.objects.filter(contract__partnership=partnership, pk=submission_id)
    return _found(_whole(rows))


def _found(rows: QuerySet[Submission]) -> Submission:
    found = rows.first()
    if found is None:
        raise convene_policies.missing()
    return found


def of_month(contract: DataContract, provider: Organisation, period: str) -> QuerySet[Submission]:
    """Every number of one provider's month, the newest first."""
    rows = Submission.objects.filter(contract=contract, provider=provider, period=period)
    return _whole(rows).order_by("-number")


def current_of_month(submission: Submission) -> Submission | None:
    """The one that counts for the same contract, provider and month, if any does."""
    return (
        of_month(submission.contract, submission.provider, submission.period)
        .filter(state__in=Submission.CURRENT)
        .first()
    )


def current_submissions(
    partnership: Partnership, contract_key: str, providers: Iterable[UUID]
) -> QuerySet[Submission]:
    """What counts now under a contract and its agreement from these providers, by month and provider.

    What came in under an agreement that the contract was moved away from does not count.
    """
    rows = Submission.objects.filter(
        contract__partnership=partnership,
        contract__key=contract_key,
        agreement=F("contract__agreement"),
        provider__in=list(providers),
        state__in=Submission.CURRENT,
    )
    return _whole(rows).order_by("period", "provider__name", "provider_id")


def counts_elsewhere(submission: Submission, content_id: str) -> bool:
    """Whether the same rows, with dates in them, count for another month: they would count twice.

    Rows without a date can well be the same in two months.
    """
    columns = contracts.table_of(submission.contract_version).columns
    if not content_id or not any(each.type == "date" for each in columns):
        return False
    others = Submission.objects.filter(
        contract=submission.contract_id,
        provider=submission.provider_id,
        state__in=Submission.CURRENT,
        content_id=content_id,
        agreement=submission.agreement_id,
        era=submission.era,
    )
    return others.exclude(period=submission.period).exists()


def is_outlived(submission: Submission) -> bool:
    """Whether it was destroyed because its months were over, and not with its provider's keys."""
    erased = Erasure.objects.filter(
        agreement=submission.agreement_id, provider=submission.provider_id, era=submission.era
    )
    return submission.state == Submission.State.DESTROYED and not erased.exists()


def agreement_of(partnership: Partnership, contract_key: str) -> str:
    """The reference of the agreement under which a contract's data lies; "" for no such contract."""
    found = DataContract.objects.filter(partnership=partnership, key=contract_key)
    return found.values_list("agreement__reference", flat=True).first() or ""


def era(contract: DataContract, provider: Organisation) -> int:
    """Under which of its keys the provider's next file goes: the first that was never destroyed.

    The register is asked and the tombstones too: a database brought back from before a destruction
    does not know of it, and what is destroyed stays so.
    """
    erased = Erasure.objects.filter(agreement=contract.agreement_id, provider=provider)
    return next_era(contract.agreement_id, provider.pk, erased.count())


def next_era(agreement: UUID, provider: UUID, known: int) -> int:
    while is_destroyed(Owner(agreement, provider, known)):
        known += 1
    return known


def links(actor: Actor, partnership: Partnership, at: datetime) -> Sequence[Link]:
    """The links by which files of this partnership come in, that the actor may keep; newest first."""
    policies.check_can_see(actor, partnership, at)
    known = {policies.link_subject(each): each for each in contracts_of(partnership)}
    rows = Link.objects.filter(
        purpose=policies.SUBMIT_LINK, scope=partnership.pk, subject__in=known
    ).select_related("organisation")
    return [
        link
        for link in rows.order_by("-issued_at")
        if link.organisation is not None
        and policies.can_keep_links(actor, known[link.subject], link.organisation, at)
    ]


def link_for(actor: Actor, partnership: Partnership, link_id: UUID, at: datetime) -> Link:
    """One such link. Raises Missing."""
    for link in links(actor, partnership, at):
        if link.pk == link_id:
            return link
    raise convene_policies.missing()


def way_of_link(link: Link) -> Way:
    """The contract and the provider that a personal link opens. Raises Missing when gone."""
    key = link.subject.removeprefix("pool.contract:")
    found = (
        DataContract.objects.filter(pk=key, partnership=link.scope)
        .select_related("agreement", "partnership")
        .first()
    )
    if found is None or link.organisation is None:
        raise convene_policies.missing()
    return found, link.organisation


def submissions_of_link(link: Link) -> QuerySet[Submission]:
    """What has come in of the link's contract and provider, the newest first.

    Also what others sent, for its number and state: what its holder may know of a file beyond that
    is for `policies.readable` to say.
    """
    contract, provider = way_of_link(link)
    rows = Submission.objects.filter(contract=contract, provider=provider)
    return _whole(rows).order_by("-received_at", "-number")


def submission_of_link(link: Link, submission_id: UUID) -> Submission:
    """One of them. Raises Missing."""
    return _found(submissions_of_link(link).filter(pk=submission_id))
