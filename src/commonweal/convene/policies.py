"""Who may see a partnership, run its table, act for one of its organisations.

`check_*` raises with words for the reader, its twin without `check_` answers yes or no. A
partnership that the actor has no seat at is Missing, never Denied: even its name is not told.
"""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from commonweal.convene import reach
from commonweal.convene.models import Partnership, Seat
from commonweal.convene.reach import Part
from commonweal.core.errors import Denied, Missing
from commonweal.core.models import Affiliation, Organisation, Role
from commonweal.core.policies import passes
from commonweal.core.scope import Actor


def missing() -> Missing:
    """The one answer to whoever asks for what is not there, or not there for them."""
    return Missing(
        _("There is nothing at this address, or it is not open to you."),
        mend=_("Check the address. If somebody sent it to you, ask them for a new link."),
    )


def check_can_open(actor: Actor, convener: Organisation) -> None:
    """A person may start a partnership in the name of an organisation that they take part in."""
    if actor.system or (actor.person_id and actor.holds(Role.MEMBER, convener.pk)):
        return
    raise Denied(
        _("You do not take part in %(organisation)s, so you cannot convene in its name.")
        % {"organisation": convener.name},
        mend=_("Choose an organisation of your own, or ask its people to start the partnership."),
    )


def check_can_see(actor: Actor, partnership: Partnership, at: datetime) -> None:
    """At the table now: through an organisation with an open seat, or a resident's own seat."""
    if actor.system or Seat.objects.filter(partnership=partnership).open(at).of(actor).exists():
        return
    raise missing()


def check_can_read(actor: Actor, partnership: Partnership, part: Part, at: datetime) -> None:
    """At the table, or somebody to whom this part is open without a seat (see `reach`).

    Only for pages that show: whoever writes is asked by the other policies, which need a seat.
    """
    try:
        check_can_see(actor, partnership, at)
    except Missing:
        if part not in reach.of(actor, partnership, at):
            raise


def check_can_convene(actor: Actor, partnership: Partnership, at: datetime) -> None:
    """Takes part in the organisation that convenes. Never the holder of a personal link."""
    check_can_see(actor, partnership, at)
    if actor.system:
        return
    seat = (
        Seat.objects.filter(partnership=partnership, kind=Seat.Kind.CONVENER)
        .open(at)
        .select_related("organisation")
        .first()
    )
    convener = seat.organisation if seat else None
    if convener and actor.person_id and actor.holds(Role.MEMBER, convener.pk):
        return
    raise Denied(
        _("Only the convener of %(partnership)s can do this.") % {"partnership": partnership.name},
        mend=_("Ask %(convener)s to do it.") % {"convener": convener or _("the convener")},
    )


def check_can_act_for(
    actor: Actor, partnership: Partnership, organisation: Organisation, role: str, at: datetime
) -> None:
    """Holds `role` in the organisation, and the organisation has an open seat at this table."""
    check_can_see(actor, partnership, at)
    if actor.system:
        return
    if not actor.holds(role, organisation.pk):
        raise Denied(
            _("You cannot act for %(organisation)s here: this needs the role “%(role)s” in it.")
            % {"organisation": organisation.name, "role": Role(role).label},
            mend=_("Ask somebody at %(organisation)s who holds it.")
            % {"organisation": organisation.name},
        )
    seats = Seat.objects.filter(partnership=partnership, organisation=organisation)
    if not seats.open(at).exists():
        raise Denied(
            _("%(organisation)s has no seat at the table of %(partnership)s.")
            % {"organisation": organisation.name, "partnership": partnership.name},
            mend=_("Ask the convener for a seat."),
        )


def check_can_pledge(actor: Actor, partnership: Partnership, at: datetime) -> None:
    """Only the sponsor's own people: nobody puts a promise into its mouth."""
    check_can_see(actor, partnership, at)
    seat = (
        Seat.objects.filter(partnership=partnership, kind=Seat.Kind.SPONSOR)
        .open(at)
        .select_related("organisation")
        .first()
    )
    if seat is None or seat.organisation is None:
        raise Denied(
            _("The partnership has no sponsor yet."), mend=_("Give the sponsor a seat first.")
        )
    check_can_act_for(actor, partnership, seat.organisation, Role.MEMBER, at)


def check_can_speak_for(actor: Actor, seat: Seat, at: datetime) -> None:
    """Whoever holds the seat says what it contributes; the convener may write it down for them."""
    if can_convene(actor, seat.partnership, at):
        return
    if seat.organisation is not None:
        check_can_act_for(actor, seat.partnership, seat.organisation, Role.MEMBER, at)
        return
    check_can_see(actor, seat.partnership, at)
    if not actor.person_id or seat.person_id != actor.person_id:
        raise Denied(
            _("Only who holds this seat, or the convener, can say what it contributes."),
            mend=_("Ask the convener."),
        )


def check_can_invite(
    actor: Actor, partnership: Partnership, organisation: Organisation, at: datetime
) -> None:
    """May let a person act for the organisation.

    Its own people may. A convener may only while nobody of the organisation has ever signed in and
    it never sat at another table: otherwise a convener could enter another table in its name.
    """
    check_can_see(actor, partnership, at)
    if actor.system or (actor.person_id and actor.holds(Role.MEMBER, organisation.pk)):
        return
    check_can_convene(actor, partnership, at)
    others = Seat.objects.filter(organisation=organisation).exclude(partnership=partnership)
    people = Affiliation.objects.filter(organisation=organisation, person__last_login__isnull=False)
    if people.exists() or others.exists():
        raise Denied(
            _("%(organisation)s already works here, so only its own people can invite a colleague.")
            % {"organisation": organisation.name},
            mend=_("Ask your contact there to invite the person."),
        )


def can_read(actor: Actor, partnership: Partnership, part: Part, at: datetime) -> bool:
    return passes(lambda: check_can_read(actor, partnership, part, at))


def can_convene(actor: Actor, partnership: Partnership, at: datetime) -> bool:
    return passes(lambda: check_can_convene(actor, partnership, at))


def can_speak_for(actor: Actor, seat: Seat, at: datetime) -> bool:
    return passes(lambda: check_can_speak_for(actor, seat, at))


def can_act_for(
    actor: Actor, partnership: Partnership, organisation: Organisation, role: str, at: datetime
) -> bool:
    return passes(lambda: check_can_act_for(actor, partnership, organisation, role, at))


def can_invite(
    actor: Actor, partnership: Partnership, organisation: Organisation, at: datetime
) -> bool:
    return passes(lambda: check_can_invite(actor, partnership, organisation, at))
