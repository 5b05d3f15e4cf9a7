"""Mail that tells the people of the parties that a text waits for them. Queued with the action.

A message says which agreement it is and where to read it; it carries nobody's words.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from commonweal.agree import queries, verification, words
from commonweal.agree.models import Adaptation, AgreementVersion, MailedSignatory, State
from commonweal.compute.permits.clauses import HUB
from commonweal.convene import queries as convene
from commonweal.core import mail
from commonweal.core import queries as core
from commonweal.core.models import Organisation, Person, Role


def open_for_comment(version: AgreementVersion, at: datetime) -> None:
    """Tell each member of each party, once, in their own language."""
    _tell(
        _people(version, Role.MEMBER, at),
        version,
        subject=gettext_lazy("Open for comment: %(reference)s"),
        ask=gettext_lazy(
            "%(reference)s, version %(number)s, of %(partnership)s is open for comment."
            " Read the text, say what should change, or say that %(organisations)s is"
            " content with it. Nothing is signed yet."
        ),
        at=at,
    )


def open_for_signature(version: AgreementVersion, at: datetime) -> None:
    """Tell each signatory of each party, once; where a party has none, its members."""
    subject = gettext_lazy("Open for signature: %(reference)s")
    _tell(
        _people(version, Role.SIGNATORY, at),
        version,
        subject=subject,
        ask=gettext_lazy(
            "%(reference)s, version %(number)s, of %(partnership)s is open for signature."
            " Read the text and sign it for %(organisations)s, if that is what you agree"
            " to."
        ),
        at=at,
    )
    _tell(
        _people(version, Role.SIGNATORY, at, lacking=True),
        version,
        subject=subject,
        ask=gettext_lazy(
            "%(reference)s, version %(number)s, of %(partnership)s is open for signature,"
            " and nobody can sign for %(organisations)s here. Name who signs: they get a"
            " link by mail and need no account."
        ),
        at=at,
    )


def taken_back(version: AgreementVersion, at: datetime) -> None:
    """Tell each signatory, with an account or by link, that the text is not signed any more."""
    subject = gettext_lazy("Taken back to be changed: %(reference)s")
    what = gettext_lazy(
        "%(reference)s, version %(number)s, of %(partnership)s was taken back from signing, because"
        " its text is being changed. Signatures under that version do not count any more. When the"
        " changed text is open for signature, you are asked again: read it and sign it then, for"
        " %(organisations)s."
    )
    _tell(_people(version, Role.SIGNATORY, at), version, subject=subject, ask=what, at=at)
    by_link = gettext_lazy(
        "%(reference)s, version %(number)s, of %(partnership)s was taken back from signing, because"
        " its text is being changed. Your link does not sign it any more, and a signature that you"
        " gave does not count. When the changed text is open for signature, %(organisations)s"
        " names who signs it: then you get a new link. Nothing is asked of you now."
    )
    _tell_by_link(version, subject=subject, ask=by_link, at=at)


def dropped(version: AgreementVersion, at: datetime, *, was_signed: bool) -> None:
    """Tell the members of each party, and who could sign by link, that nothing is asked any more."""
    subject = gettext_lazy("Dropped: %(reference)s")
    what = gettext_lazy(
        "%(reference)s, version %(number)s, of %(partnership)s was dropped: %(organisations)s is"
        " asked for nothing any more. Why it was dropped is written on its page."
    )
    _tell(_people(version, Role.MEMBER, at), version, subject=subject, ask=what, at=at)
    if was_signed:
        by_link = gettext_lazy(
            "%(reference)s, version %(number)s, of %(partnership)s was dropped. Your link does not"
            " sign it any more, and a signature that you gave for %(organisations)s does not count."
            " Nothing is asked of you."
        )
        _tell_by_link(version, subject=subject, ask=by_link, at=at)


def in_force(version: AgreementVersion, at: datetime) -> None:
    """Tell each signatory, and who signed by link, from when on it is in force and how to check it."""
    code = verification.code(version.pk, version.text_hash)
    rests_on = version.agreement.parent
    waits = rests_on is not None and queries.latest(rests_on).state != State.ACTIVE
    said = {
        "first": words.day(max(version.starts_on, queries.terms_of(version).day_of(at))),
        "fingerprint": version.text_hash,
        "check": settings.BASE_URL + reverse("verify_code", args=[code]),
        "above": str(rests_on.reference) if rests_on else "",
    }
    subject = gettext_lazy("In force: %(reference)s")
    ask = gettext_lazy(
        "Every party has signed %(reference)s, version %(number)s, of %(partnership)s; it binds"
        " %(organisations)s too. It is in force from %(first)s to the end of %(day)s. Read it, and"
        " save it as a PDF, here:"
    )
    also = gettext_lazy(
        "Anybody can check here that a copy shows the text that was signed: %(check)s"
    )
    if waits:
        subject = gettext_lazy("Signed by every party: %(reference)s")
        also = gettext_lazy(
            "It allows nothing yet: it rests on %(above)s, which not every party has signed. Anybody"
            " can check here that a copy shows the text that was signed: %(check)s"
        )
    _tell(
        _people(version, Role.SIGNATORY, at),
        version,
        subject=subject,
        ask=ask,
        also=also,
        at=at,
        **said,
    )
    _tell_by_link(
        version,
        subject=subject,
        ask=gettext_lazy(
            "Every party has signed %(reference)s, version %(number)s, of %(partnership)s, which you"
            " have signed for %(organisations)s. It is in force from %(first)s to the end of"
            " %(day)s. Ask %(organisations)s for its PDF. The fingerprint (SHA-256) of the text that"
            " you signed: %(fingerprint)s"
        ),
        also=also,
        at=at,
        signed=True,
        **said,
    )


def ends_soon(version: AgreementVersion, at: datetime) -> None:
    """Tell each member of each party, and of the convener, that it can be renewed."""
    convener = convene.convener(version.agreement.partnership, at)
    told = _people(version, Role.MEMBER, at)
    for person in core.people_of(convener, Role.MEMBER, at).filter(is_active=True):
        told.setdefault(person, [])
    _tell(
        told,
        version,
        subject=gettext_lazy("%(reference)s ends soon"),
        ask=gettext_lazy(
            "%(reference)s of %(partnership)s ends with its last day of use, %(day)s. From"
            " then on every use is refused. Renew it in time, or let it end."
        ),
        at=at,
    )


def rule_adapted(row: Adaptation, heading: str, at: datetime) -> None:
    """Tell each member of the hub, except where the hub speaks, how a party follows a rule."""
    version = row.version
    hub = queries.organisations_named(version, HUB) - {row.organisation_id}
    told = {
        person: [row.organisation.name]
        for organisation in Organisation.objects.filter(pk__in=hub)
        for person in core.people_of(organisation, Role.MEMBER, at).filter(is_active=True)
    }
    ask = (
        gettext_lazy(
            "%(organisations)s says how it adapts the rule “%(heading)s” of %(reference)s of"
            " %(partnership)s, and why. Nothing is asked of you."
        )
        if row.words
        else gettext_lazy(
            "%(organisations)s takes the rule “%(heading)s” of %(reference)s of %(partnership)s"
            " as it is again."
        )
    )
    _tell(
        told,
        version,
        subject=gettext_lazy("%(reference)s: how a partner follows a rule"),
        ask=ask,
        at=at,
        page="rule_differences",
        heading=heading,
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


def _tell(
    told: Mapping[Person, Sequence[str]],
    version: AgreementVersion,
    *,
    subject: str | Promise,
    ask: str | Promise,
    at: datetime,
    page: str = "",
    also: str | Promise = "",
    **more: str,
) -> None:
    """Mail each of them in their own language. `told`: person → the organisations it concerns.

    `page`: the name of a page of the agreement to read instead of the version's own; `more`: what
    else `ask` says.
    """
    agreement = version.agreement
    parts = [agreement.partnership.slug, agreement.reference]
    where = (
        reverse(page, args=parts)
        if page
        else reverse("agreement_version", args=[*parts, version.number])
    )
    for person, organisations in told.items():
        with translation.override(person.language):
            said = _facts(version, organisations, more)
            parts = [_hello(person.name), str(ask) % said, settings.BASE_URL + where]
            parts += [str(also) % said] if also else []
            _queue(person.email, str(subject) % said, parts, version, at)


def _tell_by_link(
    version: AgreementVersion,
    *,
    subject: Promise,
    ask: Promise,
    at: datetime,
    also: str | Promise = "",
    signed: bool = False,
    **more: str,
) -> None:
    """Mail who signed by a link, or (not for `signed`) still could: in the language of the text."""
    for row in _linked(version, at, signed=signed):
        with translation.override(version.language):
            said = _facts(version, [row.organisation.name], more)
            parts = [_hello(row.name), str(ask) % said]
            parts += [str(also) % said] if also else []
            _queue(row.link.email, str(subject) % said, parts, version, at)


def _linked(version: AgreementVersion, at: datetime, *, signed: bool) -> Iterable[MailedSignatory]:
    """Links are used up by signing only."""
    used, alive = Q(link__uses_left=0), Q(link__revoked_at__isnull=True, link__expires_at__gt=at)
    found = MailedSignatory.objects.filter(used if signed else used | alive, version=version)
    return found.select_related("organisation", "link")


def _facts(
    version: AgreementVersion, organisations: Sequence[str], more: Mapping[str, str]
) -> dict[str, Any]:
    return {
        "reference": version.agreement.reference,
        "number": version.number,
        "partnership": version.agreement.partnership.name,
        "organisations": ", ".join(organisations),
        "day": words.day(version.expires_on),
        **more,
    }


def _hello(name: str) -> str:
    return _("Hello %(name)s,") % {"name": name}


def _queue(
    to: str, subject: str, parts: list[str], version: AgreementVersion, at: datetime
) -> None:
    mail.queue(
        to=to,
        subject=subject,
        body="\n\n".join(parts) + "\n",
        purpose="agreement",
        at=at,
        scope=version.agreement.partnership_id,
    )
