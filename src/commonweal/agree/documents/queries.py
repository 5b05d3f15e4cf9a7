"""Reading what belongs to an agreement as a document: which versions to compare, papers, codes."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _

from commonweal.agree import queries, verification
from commonweal.agree.documents.policies import check_can_read_papers
from commonweal.agree.evidence import Evidence, PaperSignature
from commonweal.agree.models import Agreement, AgreementVersion, Signature, State
from commonweal.agree.states import PREPARING
from commonweal.compute.permits.asking import Refusal
from commonweal.convene.policies import missing
from commonweal.core.errors import Missing
from commonweal.core.scope import Actor

SIGNED = "signed"


def earlier(version: AgreementVersion, since: str, actor: Actor) -> AgreementVersion | None:
    """The earlier version to compare one with; None when there is none. The reader sees `version`.

    `since`: a number; “signed” for the last that the reader's organisations signed; "" for the
    version in force while this one is on its way there, else the one before. Raises Missing.
    """
    before = earlier_ones(version)
    if since == SIGNED:
        signed = Signature.objects.filter(
            version__agreement=version.agreement, organisation__in=actor.organisation_ids
        )
        return before.filter(pk__in=signed.values("version")).first() or _usual(version)
    if not since:
        return _usual(version)
    wanted = before.filter(number=since).first() if since.isdecimal() else None
    if wanted is None:
        raise missing()
    return wanted


def model(
    version: AgreementVersion, reference: str, actor: Actor, at: datetime
) -> AgreementVersion:
    """What counts of another agreement of the same kind, to compare a version with. Raises Missing."""
    slug = version.agreement.partnership.slug
    found = queries.version_for(actor, slug, reference, None, at)
    if found.agreement.kind != version.agreement.kind:
        raise missing()
    return found


def earlier_ones(version: AgreementVersion) -> QuerySet[AgreementVersion]:
    """Those before it that the reader may see, the newest first."""
    found = queries.versions_of(version.agreement)
    return found.filter(number__lt=version.number).order_by("-number")


def _usual(version: AgreementVersion) -> AgreementVersion | None:
    in_force = earlier_ones(version).filter(state=State.ACTIVE).first()
    on_its_way = version.state in PREPARING
    return in_force if on_its_way and in_force else earlier_ones(version).first()


def code_of(version: AgreementVersion) -> str:
    """The verification code of a version that is or was in force; "" before every party signed."""
    return verification.code(version.pk, version.text_hash) if version.active_at else ""


@dataclass(frozen=True)
class Verified:
    """What the public may know of the text behind a code: never who signed for whom.

    `signed`: the parties with the day of their signature. `state`, `closed`: as of the version,
    and why it allows nothing now.
    """

    code: str
    partnership: str
    reference: str
    number: int
    kind: str
    title: str
    text_hash: str
    state: str
    closed: Refusal | None
    signed: tuple[tuple[str, date], ...]


def verified(code: str, at: datetime) -> Verified:
    """The text behind a code (in the form of `compute.codes.read`). Raises Missing.

    Every text that is or was in force is tried: codes are not stored, so nothing leaks them.
    """
    known = AgreementVersion.objects.filter(active_at__isnull=False)
    for pk, text_hash in known.values_list("pk", "text_hash").iterator():
        if hmac.compare_digest(verification.code(pk, text_hash), code):
            return _verified(known.select_related("agreement__partnership").get(pk=pk), code, at)
    raise Missing(
        _("There is no agreement in force under this code."),
        mend=_(
            "Compare the code with the document. A document without every signature has none, and "
            "another installation knows only its own."
        ),
    )


def code_of_text(text_hash: str) -> str:
    """The code of the text with this fingerprint. Raises Missing for one that was never in force.

    It outlives the secret key, so an old print can still be checked.
    """
    known = AgreementVersion.objects.filter(active_at__isnull=False, text_hash=text_hash).first()
    if known is None:
        raise Missing(
            _("No agreement that every party has signed has this fingerprint."),
            mend=_("Compare it with the document, character by character."),
        )
    return code_of(known)


def _verified(version: AgreementVersion, code: str, at: datetime) -> Verified:
    agreement = version.agreement
    terms = queries.terms_of(version)
    closed = [
        each.closed
        for each in queries.summaries(agreement.partnership, at)
        if each.version.pk == version.pk
    ]
    signatures = version.signatures.select_related("organisation").order_by("organisation__name")
    return Verified(
        code=code,
        partnership=agreement.partnership.name,
        reference=agreement.reference,
        number=version.number,
        kind=agreement.get_kind_display(),
        title=agreement.title,
        text_hash=version.text_hash,
        state=version.state,
        closed=closed[0] if closed else None,
        signed=tuple(
            (
                terms.parties.get(each.organisation_id, each.organisation.name),
                terms.day_of(each.signed_at),
            )
            for each in signatures
        ),
    )


def papers(agreement: Agreement) -> QuerySet[Evidence]:
    """Every paper behind an agreement, whichever version it was attached to, the newest first."""
    return (
        Evidence.objects.filter(version__agreement=agreement)
        .select_related("version", "person")
        .prefetch_related(
            Prefetch(
                "paper_signatures",
                PaperSignature.objects.select_related("signature__organisation").order_by("name"),
            )
        )
        .order_by("-attached_at", "name")
    )


def paper_for(
    actor: Actor, agreement: Agreement, number: int, evidence_id: UUID, at: datetime
) -> Evidence:
    """One paper behind a version that the actor may see. Raises Missing, Denied."""
    found = papers(agreement).filter(pk=evidence_id, version__number=number).first()
    if found is None:
        raise missing()
    check_can_read_papers(actor, agreement, queries.terms_of(found.version).parties, at)
    return found


def paper_signatures(version: AgreementVersion) -> dict[UUID, PaperSignature]:
    """Of a version's signatures (by their id), those that were given on paper."""
    found = PaperSignature.objects.filter(signature__version=version).select_related("evidence")
    return {each.signature_id: each for each in found}
