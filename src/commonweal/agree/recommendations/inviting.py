"""Appointing a person who may not be here yet: all or nothing, with a mail that lets them in."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from commonweal.agree.recommendations import actions, policies
from commonweal.agree.recommendations.actions import Term
from commonweal.agree.recommendations.models import Appointment, Independent
from commonweal.convene.models import Partnership
from commonweal.core import actions as core
from commonweal.core import links, mail, signin
from commonweal.core.errors import Invalid
from commonweal.core.models import Person
from commonweal.core.scope import Actor

VALID: Final = timedelta(days=14)


def appoint_person(
    *,
    partnership: Partnership,
    role: str,
    email: str,
    name: str,
    term: Term,
    by: Actor,
    at: datetime,
) -> Appointment:
    """Appoint the person of this address and mail them a link to sign in. Convener only.

    Who is here already keeps the name they gave themselves. Raises as `actions.appoint`.
    """
    policies.check_can_appoint(by, partnership, at)
    with transaction.atomic():
        person = Person.objects.filter(email__iexact=email.strip()).first()
        if person is None:
            person = core.create_person(email=email, name=name, by=by, at=at)
        elif not person.is_active:
            refused = _("Somebody with this e-mail address was shut out of this installation.")
            raise Invalid.at("email", refused)
        found = actions.appoint(
            partnership=partnership, role=role, holder=person, term=term, by=by, at=at
        )
        _welcome(found, person, by, at)
    return found


def _welcome(found: Appointment, person: Person, by: Actor, at: datetime) -> None:
    _link, token = links.issue(
        purpose=signin.PURPOSE,
        subject=f"core.person:{person.pk}",
        person=person,
        by=by,
        at=at,
        expires_at=at + VALID,
        scope=found.partnership_id,
        data={"next": reverse("partnership", args=[found.partnership.slug])},
    )
    with translation.override(person.language):
        names = {
            "name": person.name,
            "partnership": found.partnership.name,
            "role": Independent(found.role).label,
            "mandate": found.mandate,
            "address": links.address(signin.PURPOSE, token),
            "days": VALID.days,
        }
        paragraphs = [
            _("Hello %(name)s,") % names,
            _("you have an independent role in %(partnership)s: %(role)s.") % names,
            _("What you are asked to look at: %(mandate)s") % names,
            _("What you find you file in your own name; whom it concerns answers in public."),
            _("Open this address and press the button to come in. You need no password:"),
            names["address"],
            _("It works once, for %(days)d days.") % names,
        ]
        mail.queue(
            to=person.email,
            subject=_("Your independent role: %(partnership)s") % names,
            body="\n\n".join(str(each) for each in paragraphs),
            purpose="independent-role",
            at=at,
            scope=found.partnership_id,
        )
