"""Who may compute, and who may put a release before the public.

Which data a computation may read is not decided here: that is the agreement's permit.
"""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from commonweal.convene import policies as convene
from commonweal.convene.models import Partnership
from commonweal.core.errors import Conflict, Denied, Failure
from commonweal.core.models import Organisation, Role
from commonweal.core.scope import Actor
from commonweal.measure.models import Release


def check_can_measure(
    actor: Actor, partnership: Partnership, organisation: Organisation, at: datetime
) -> None:
    """Takes part in an organisation at the table, in whose name the data is used."""
    convene.check_can_act_for(actor, partnership, organisation, Role.MEMBER, at)


def check_can_publish(actor: Actor, release: Release, at: datetime) -> None:
    """The convener publishes, and only what was computed for everyone to read."""
    convene.check_can_convene(actor, release.partnership, at)
    if release.audience != Release.Audience.PUBLIC:
        raise Denied(
            _("Release %(number)s was computed for the partners only.")
            % {"number": release.number},
            mend=_("Compute a new release for everyone; the licence must allow publication."),
        )
    if release.state == Release.State.WITHDRAWN:
        raise Conflict(_("Release %(number)s was withdrawn.") % {"number": release.number})


def can_publish(actor: Actor, release: Release, at: datetime) -> bool:
    try:
        check_can_publish(actor, release, at)
    except Failure:
        return False
    return True
