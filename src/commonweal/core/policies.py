"""Who may bring in organisations and people.

Plainly: whoever belongs to an organisation may invite another one and its first person; from then
on that organisation looks after its own people: a member invites members, a signatory names
signatories and stewards. Nobody gives themselves a role. The operator and the system may do all.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.utils.translation import gettext as _

from commonweal.core.errors import Denied, Failure
from commonweal.core.models import Affiliation, Organisation, Person, Role
from commonweal.core.scope import Actor


def passes(check: Callable[[], None]) -> bool:
    """Whether a check lets somebody through: its twin without words."""
    try:
        check()
    except Failure:
        return False
    return True


def is_keeper(by: Actor) -> bool:
    """The operator of the installation, or the installation itself."""
    return by.operator or bool(by.system)


def can_invite(by: Actor) -> bool:
    return is_keeper(by) or (by.person_id is not None and bool(by.roles))


def check_can_invite(by: Actor) -> None:
    """Raise Denied unless the actor may create organisations and people."""
    if not can_invite(by):
        raise Denied(
            _("You do not act for an organisation yet, so you cannot invite others."),
            mend=_("Ask a member of an organisation, or the operator, to invite you first."),
        )


def check_can_affiliate(
    by: Actor, person: Person, organisation: Organisation, role: str, at: datetime
) -> None:
    """Raise Denied unless the actor may let this person act for this organisation."""
    if is_keeper(by):
        return
    if by.person_id is None or by.person_id == person.pk:
        raise Denied(
            _("Nobody gives themselves a role."),
            mend=_("Ask a colleague who signs for the organisation."),
        )
    if not _may_name(by, organisation, role, at):
        raise Denied(
            _("Only people of %(name)s decide who acts for it.") % {"name": organisation.name},
            mend=_("A member may invite members; a signatory names signatories and stewards."),
        )


def _may_name(by: Actor, organisation: Organisation, role: str, at: datetime) -> bool:
    if by.holds(Role.SIGNATORY, organisation.pk):
        return True
    if organisation.pk in by.organisation_ids:
        return role == Role.MEMBER
    has_people = Affiliation.objects.in_force(at).filter(organisation=organisation).exists()
    return can_invite(by) and not has_people


def can_end_affiliation(by: Actor, affiliation: Affiliation) -> bool:
    return (
        is_keeper(by)
        or (by.person_id is not None and by.person_id == affiliation.person_id)
        or by.holds(Role.SIGNATORY, affiliation.organisation_id)
    )


def check_can_end_affiliation(by: Actor, affiliation: Affiliation) -> None:
    """Raise Denied unless it is the person's own, or a signatory of the organisation asks."""
    if not can_end_affiliation(by, affiliation):
        raise Denied(
            _("Only the person or a signatory of the organisation can end this."),
            mend=_("Ask one of them, or the operator."),
        )


def check_is_keeper(by: Actor) -> None:
    """Raise Denied unless the actor keeps the installation running."""
    if not is_keeper(by):
        raise Denied(_("This page is for the operator of the installation."))


def check_can_edit_profile(by: Actor, person: Person) -> None:
    """Raise Denied unless it is the person's own, or a keeper helps."""
    if by.person_id != person.pk and not is_keeper(by):
        raise Denied(_("Only %(name)s can change this.") % {"name": person})


def can_see_outbox(by: Actor, *, demo: bool) -> bool:
    """Messages hold live links: the operator sees them, in a demo everybody does."""
    return demo or by.operator


def check_can_see_outbox(by: Actor, *, demo: bool) -> None:
    """Raise Denied unless the actor may read what was mailed."""
    if not can_see_outbox(by, demo=demo):
        raise Denied(_("The outbox is for the operator of the installation."))
