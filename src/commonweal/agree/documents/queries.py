"""Reading what belongs to an agreement as a document: which versions to compare, papers, codes."""

from __future__ import annotations

from django.db.models import QuerySet

from commonweal.agree.models import AgreementVersion, Signature, State
from commonweal.convene.policies import missing
from commonweal.core.scope import Actor

SIGNED = "signed"


def earlier(version: AgreementVersion, since: str, actor: Actor) -> AgreementVersion | None:
    """The earlier version to compare one with; None when there is none. The reader sees `version`.

    `since`: a number; “signed” for the last that the reader's organisations signed; "" for the
    version in force while this one is on its way there, else the one before. Raises Missing.
    """
    before = _earlier(version)
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


def _earlier(version: AgreementVersion) -> QuerySet[AgreementVersion]:
    return version.agreement.versions.filter(number__lt=version.number).order_by("-number")


def _usual(version: AgreementVersion) -> AgreementVersion | None:
    in_force = _earlier(version).filter(state=State.ACTIVE).first()
    on_its_way = version.state in {State.DRAFT, State.SIGNING}
    return in_force if on_its_way and in_force else _earlier(version).first()
