"""Who can sign for the parties whose signature is missing, and since when they know. Reads only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from commonweal.agree import mailed_signing, queries
from commonweal.agree.models import AgreementVersion, MailedSignatory, State
from commonweal.convene import queries as convene
from commonweal.core import queries as core
from commonweal.core.models import Role


@dataclass(frozen=True)
class Asked:
    """Of one party. `people`: who signs with an account, each with the moment of the mail that asked.

    Whoever was given the role after the text was put to signature has had no mail: None.
    `links`: who was asked by a personal link. `has_left`: it has no seat any more, so nobody signs.
    """

    people: tuple[tuple[str, datetime | None], ...] = ()
    links: tuple[MailedSignatory, ...] = ()
    has_left: bool = False


def asked(version: AgreementVersion, at: datetime) -> dict[UUID, Asked]:
    """Organisation → who can sign, of each missing signature. Three queries beside the terms'."""
    if version.state != State.SIGNING:
        return {}
    missing = queries.terms_of(version).missing_signatures
    seated = {each.pk for each in convene.partners(version.agreement.partnership, at)}
    links = list(mailed_signing.waiting(version, at))
    # As `notices.open_for_signature` chose whom to mail, in the moment of opening.
    held = core.affiliations_in_force(at).filter(
        organisation__in=missing, role=Role.SIGNATORY, person__is_active=True
    )
    people: dict[UUID, list[tuple[str, datetime | None]]] = {}
    for each in held.select_related("person").order_by("person__name"):
        told = version.opened_at if each.from_at <= (version.opened_at or at) else None
        people.setdefault(each.organisation_id, []).append((str(each.person), told))
    return {
        pk: Asked(
            people=tuple(people.get(pk, ())),
            links=tuple(each for each in links if each.organisation_id == pk),
            has_left=pk not in seated,
        )
        for pk in missing
    }
