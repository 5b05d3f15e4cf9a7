"""Bringing in organisations and people. Each action checks, writes and logs in one transaction."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from allauth.mfa.models import Authenticator
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from commonweal.core import events, policies
from commonweal.core.errors import Conflict, Invalid
from commonweal.core.models import (
    Affiliation,
    Organisation,
    OrganisationIdentifier,
    Person,
    Role,
    Sector,
)
from commonweal.core.scope import Actor


def create_organisation(
    *,
    name: str,
    sector: str,
    identifiers: Iterable[tuple[str, str]] = (),
    website: str = "",
    by: Actor,
    at: datetime,
) -> Organisation:
    """A new organisation. `identifiers` are (register, number) pairs of org-id.guide.

    Raises Denied, Invalid (no name, unknown sector), Conflict (name or identifier is taken).
    """
    policies.check_can_invite(by)
    name = " ".join(name.split())
    if not name:
        raise Invalid(_("The organisation needs a name."), fields={"name": _("Enter a name.")})
    if sector not in Sector.values:
        raise Invalid(
            _("This sector is not known."),
            mend=_("Choose one of the list."),
            fields={"sector": _("Choose a sector.")},
        )
    with transaction.atomic():
        if Organisation.objects.filter(name__iexact=name).exists():
            raise _taken(_("An organisation of this name is already here."))
        try:
            with transaction.atomic():
                organisation = Organisation.objects.create(
                    name=name, sector=sector, website=website, created_at=at
                )
                OrganisationIdentifier.objects.bulk_create(
                    OrganisationIdentifier(
                        organisation=organisation, register=register, number=number
                    )
                    for register, number in identifiers
                )
        except IntegrityError:
            raise _taken(_("An organisation with this name or number is already here.")) from None
        events.append(
            kind="core.organisation_created",
            subject=f"core.organisation:{organisation.pk}",
            by=by,
            at=at,
            organisation=organisation.pk,
            data={"sector": sector},
        )
    return organisation


def _taken(text: str) -> Conflict:
    return Conflict(text, mend=_("Use the one that is there."))


def create_person(
    *, email: str, name: str, by: Actor, at: datetime, language: str = "en"
) -> Person:
    """Somebody who can sign in by mailed link. Without an affiliation they can do nothing yet.

    Raises Denied, Invalid (address, name), Conflict (the address is known).
    """
    policies.check_can_invite(by)
    email, name = email.strip().lower(), " ".join(name.split())
    try:
        validate_email(email)
    except ValidationError:
        raise Invalid(
            _("This is not an e-mail address."),
            mend=_("It looks like name@example.org."),
            fields={"email": _("Enter an e-mail address, like name@example.org.")},
        ) from None
    if not name:
        raise Invalid(_("The person needs a name."), fields={"name": _("Enter a name.")})
    with transaction.atomic():
        try:
            with transaction.atomic():
                person = Person.objects.create_user(
                    email, None, name=name, language=language, created_at=at
                )
        except IntegrityError:
            raise Conflict(_("Somebody with this e-mail address is already here.")) from None
        events.append(kind="core.person_created", subject=f"core.person:{person.pk}", by=by, at=at)
    return person


def affiliate(
    *, person: Person, organisation: Organisation, role: str, by: Actor, at: datetime
) -> Affiliation:
    """From `at` on, the person acts for the organisation in this role.

    Raises Denied, Invalid (unknown role), Conflict (they already do).
    """
    if role not in Role.values:
        raise Invalid(_("This role is not known."), mend=_("Choose one of the list."))
    policies.check_can_affiliate(by, person, organisation, role, at)
    with transaction.atomic():
        try:
            with transaction.atomic():
                affiliation = Affiliation.objects.create(
                    person=person, organisation=organisation, role=role, from_at=at
                )
        except IntegrityError:
            raise Conflict(_("This person already has this role there.")) from None
        _log_affiliation("core.affiliated", affiliation, by, at)
    return affiliation


def end_affiliation(*, affiliation: Affiliation, by: Actor, at: datetime) -> None:
    """The person no longer acts for the organisation in this role. Raises Denied, Conflict."""
    policies.check_can_end_affiliation(by, affiliation)
    with transaction.atomic():
        still = Affiliation.objects.filter(pk=affiliation.pk, until_at__isnull=True)
        if not still.update(until_at=at):
            raise Conflict(_("This has already ended."))
        _log_affiliation("core.affiliation_ended", affiliation, by, at)
    affiliation.refresh_from_db()


def _log_affiliation(kind: str, affiliation: Affiliation, by: Actor, at: datetime) -> None:
    events.append(
        kind=kind,
        subject=f"core.person:{affiliation.person_id}",
        by=by,
        at=at,
        organisation=affiliation.organisation_id,
        data={"role": affiliation.role},
    )


def update_profile(*, person: Person, name: str, language: str, by: Actor, at: datetime) -> None:
    """How the person is called and in which language we write to them. Raises Denied, Invalid."""
    policies.check_can_edit_profile(by, person)
    name = " ".join(name.split())
    if not name:
        raise Invalid(_("You need a name."), fields={"name": _("Enter your name.")})
    with transaction.atomic():
        Person.objects.filter(pk=person.pk).update(name=name, language=language)
        events.append(kind="core.profile_updated", subject=f"core.person:{person.pk}", by=by, at=at)
    person.refresh_from_db()


def make_operator(*, person: Person, by: Actor, at: datetime) -> None:
    """The person keeps the installation running from now on. Raises Denied."""
    policies.check_is_keeper(by)
    with transaction.atomic():
        Person.objects.filter(pk=person.pk).update(is_operator=True)
        events.append(kind="core.operator_named", subject=f"core.person:{person.pk}", by=by, at=at)
    person.refresh_from_db()


def deactivate(*, person: Person, by: Actor, at: datetime) -> None:
    """Shut the person out at once: sessions, links and password stop working. Raises Denied."""
    policies.check_is_keeper(by)
    with transaction.atomic():
        Person.objects.filter(pk=person.pk).update(is_active=False)
        events.append(
            kind="core.person_deactivated", subject=f"core.person:{person.pk}", by=by, at=at
        )
    person.refresh_from_db()


def reset_second_factor(*, person: Person, by: Actor, at: datetime) -> int:
    """Remove authenticator app, passkeys and recovery codes of somebody who lost them; how many.

    Raises Denied. Whoever calls it has made sure by other means that it is the person.
    """
    policies.check_is_keeper(by)
    with transaction.atomic():
        removed = Authenticator.objects.filter(user=person).delete()[0]
        events.append(
            kind="core.second_factor_reset", subject=f"core.person:{person.pk}", by=by, at=at
        )
    return int(removed)
