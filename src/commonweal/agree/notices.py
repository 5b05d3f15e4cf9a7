"""Mail that tells the people of the parties that a text waits for them. Queued with the action.

A message says which agreement it is and where to read it; it carries nobody's words.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from commonweal.agree import queries, words
from commonweal.agree.models import AgreementVersion
from commonweal.convene import queries as convene
from commonweal.core import mail
from commonweal.core import queries as core
from commonweal.core.models import Organisation, Person, Role


def open_for_comment(version: AgreementVersion, at: datetime) -> None:
    """Tell each member of each party, once, in their own language."""
    for person, organisations in _people(version, Role.MEMBER, at).items():
        with translation.override(person.language):
            _queue(
                person,
                version,
                subject=_("Open for comment: %(reference)s"),
                ask=_(
                    "%(reference)s, version %(number)s, of %(partnership)s is open for comment."
                    " Read the text, say what should change, or say that %(organisations)s is"
                    " content with it. Nothing is signed yet."
                ),
                organisations=organisations,
                at=at,
            )


def open_for_signature(version: AgreementVersion, at: datetime) -> None:
    """Tell each signatory of each party, once; where a party has none, its members."""
    for person, organisations in _people(version, Role.SIGNATORY, at).items():
        with translation.override(person.language):
            _queue(
                person,
                version,
                subject=_("Open for signature: %(reference)s"),
                ask=_(
                    "%(reference)s, version %(number)s, of %(partnership)s is open for signature."
                    " Read the text and sign it for %(organisations)s, if that is what you agree"
                    " to."
                ),
                organisations=organisations,
                at=at,
            )
    for person, organisations in _people(version, Role.SIGNATORY, at, lacking=True).items():
        with translation.override(person.language):
            _queue(
                person,
                version,
                subject=_("Open for signature: %(reference)s"),
                ask=_(
                    "%(reference)s, version %(number)s, of %(partnership)s is open for signature,"
                    " and nobody can sign for %(organisations)s here. Name who signs: they get a"
                    " link by mail and need no account."
                ),
                organisations=organisations,
                at=at,
            )


def ends_soon(version: AgreementVersion, at: datetime) -> None:
    """Tell each member of each party, and of the convener, that it can be renewed."""
    agreement = version.agreement
    convener = convene.convener(agreement.partnership, at)
    told = _people(version, Role.MEMBER, at)
    for person in core.people_of(convener, Role.MEMBER, at).filter(is_active=True):
        told.setdefault(person, [])
    for person, organisations in told.items():
        with translation.override(person.language):
            _queue(
                person,
                version,
                subject=_("%(reference)s ends soon"),
                ask=_(
                    "%(reference)s of %(partnership)s ends with its last day of use, %(day)s. From"
                    " then on every use is refused. Renew it in time, or let it end."
                ),
                organisations=organisations,
                at=at,
            )


def _people(
    version: AgreementVersion, role: str, at: datetime, *, lacking: bool = False
) -> dict[Person, list[str]]:
    """Who holds the role in a party, with the parties' names; `lacking`: members where nobody does."""
    found: dict[Person, list[str]] = {}
    for organisation in _parties(version):
        holders = core.people_of(organisation, role, at).filter(is_active=True)
        if lacking:
            holders = (
                Person.objects.none()
                if holders.exists()
                else core.people_of(organisation, Role.MEMBER, at).filter(is_active=True)
            )
        for person in holders:
            found.setdefault(person, []).append(organisation.name)
    return found


def _parties(version: AgreementVersion) -> Iterable[Organisation]:
    parties = list(queries.terms_of(version).parties)
    return Organisation.objects.filter(pk__in=parties).order_by("name")


def _queue(
    person: Person,
    version: AgreementVersion,
    *,
    subject: str,
    ask: str,
    organisations: list[str],
    at: datetime,
) -> None:
    agreement = version.agreement
    slug = agreement.partnership.slug
    page = reverse("agreement_version", args=[slug, agreement.reference, version.number])
    said = {
        "reference": agreement.reference,
        "number": version.number,
        "partnership": agreement.partnership.name,
        "organisations": ", ".join(organisations),
        "day": words.day(version.expires_on),
    }
    mail.queue(
        to=person.email,
        subject=subject % said,
        body="\n\n".join(
            [
                _("Hello %(name)s,") % {"name": person.name},
                ask % said,
                settings.BASE_URL + page,
            ]
        )
        + "\n",
        purpose="agreement",
        at=at,
        scope=agreement.partnership_id,
    )
