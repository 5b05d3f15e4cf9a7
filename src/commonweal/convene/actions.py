"""Everything that changes a partnership, its table or its step. Each writes one event."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from commonweal.convene import policies, queries
from commonweal.convene.models import Partnership, Seat, Step
from commonweal.core import events
from commonweal.core.errors import Conflict, Denied, Invalid
from commonweal.core.models import Organisation, Person
from commonweal.core.scope import Actor

# "/partnerships/new/" is a page; a partnership of that name gets another address.
RESERVED = frozenset({"new"})


def open_partnership(
    *,
    name: str,
    problem: str,
    affected: str,
    place: str,
    convener: Organisation,
    by: Actor,
    at: datetime,
) -> Partnership:
    """Start a partnership at its first step, with the convener in its seat.

    Raises Denied when the actor does not take part in the convener, Invalid for a blank name or
    problem. `affected` and `place` may be blank: they can be settled with the first partners.
    """
    policies.check_can_open(by, convener)
    name = _said(name, "name", _("Give the partnership a name."))
    problem = _said(problem, "problem", _("Say in one or two sentences what the problem is."))
    with transaction.atomic():
        partnership = Partnership.objects.create(
            slug=_free_slug(name),
            name=name,
            problem=problem,
            affected=affected.strip(),
            place=place.strip(),
            step=Step.LEAD,
            step_since_at=at,
            opened_at=at,
        )
        Seat.objects.create(
            partnership=partnership, kind=Seat.Kind.CONVENER, organisation=convener, since_at=at
        )
        _log("opened", partnership, by, at, organisation=convener, data={"slug": partnership.slug})
    return partnership


def state_problem(
    *,
    partnership: Partnership,
    name: str,
    problem: str,
    affected: str,
    place: str,
    by: Actor,
    at: datetime,
) -> None:
    """Say anew what the problem is, whom it affects and where. The address stays. Convener only."""
    policies.check_can_convene(by, partnership, at)
    said = {
        "name": _said(name, "name", _("Give the partnership a name.")),
        "problem": _said(problem, "problem", _("Say in one or two sentences what the problem is.")),
        "affected": affected.strip(),
        "place": place.strip(),
    }
    changed = sorted(field for field, value in said.items() if getattr(partnership, field) != value)
    if not changed:
        return
    with transaction.atomic():
        for field in changed:
            setattr(partnership, field, said[field])
        partnership.save(update_fields=changed)
        _log("problem_stated", partnership, by, at, data={"changed": changed})


def seat_organisation(
    *,
    partnership: Partnership,
    organisation: Organisation,
    kind: str,
    contribution: str,
    by: Actor,
    at: datetime,
) -> Seat:
    """Give an organisation a seat: sponsor, partner, funder or evaluator. Convener only.

    Raises Conflict when it holds such a seat already or the sponsor's seat is taken.
    """
    policies.check_can_convene(by, partnership, at)
    if kind not in {
        Seat.Kind.SPONSOR,
        Seat.Kind.PARTNER,
        Seat.Kind.FUNDER,
        Seat.Kind.EVALUATOR,
    }:
        raise Invalid(
            _("An organisation cannot take this seat."), fields={"kind": _("Choose another seat.")}
        )
    held = queries.seats(partnership, at).filter(kind=kind)
    if held.filter(organisation=organisation).exists():
        raise Conflict(
            _("%(organisation)s holds this seat already.") % {"organisation": organisation.name},
            mend=_("Choose another organisation, or another kind of seat."),
        )
    if kind == Seat.Kind.SPONSOR and held.exists():
        raise Conflict(
            _("The partnership has a sponsor already."),
            mend=_("End the present sponsor’s seat first, with the reason."),
        )
    with transaction.atomic():
        seat = _claim(
            Seat(
                partnership=partnership,
                organisation=organisation,
                kind=kind,
                contribution=contribution.strip(),
                since_at=at,
            )
        )
        _log_seat("seat_taken", seat, by, at)
    return seat


def seat_residents(
    *,
    partnership: Partnership,
    voice: str,
    contribution: str,
    by: Actor,
    at: datetime,
    person: Person | None = None,
) -> Seat:
    """Set up a seat for those affected; vacant until a person holds it. Convener only."""
    policies.check_can_convene(by, partnership, at)
    voice = _said(voice, "voice", _("Say whose voice this seat is, for example “Young parents”."))
    with transaction.atomic():
        seat = Seat.objects.create(
            partnership=partnership,
            kind=Seat.Kind.RESIDENT,
            voice=voice,
            person=person,
            contribution=contribution.strip(),
            since_at=at,
        )
        _log_seat("seat_taken", seat, by, at)
    return seat


def fill_seat(*, seat: Seat, person: Person, by: Actor, at: datetime) -> None:
    """Let a person hold a vacant residents' seat. Convener only; Conflict when it is not vacant."""
    policies.check_can_convene(by, seat.partnership, at)
    with transaction.atomic():
        vacant = Seat.objects.filter(
            pk=seat.pk, kind=Seat.Kind.RESIDENT, person__isnull=True, until_at__isnull=True
        )
        if not vacant.update(person=person):
            raise Conflict(
                _("This seat is not vacant any more."), mend=_("Reload the page of the table.")
            )
        seat.person = person
        _log_seat("seat_filled", seat, by, at)


def say_contribution(*, seat: Seat, contribution: str, by: Actor, at: datetime) -> None:
    """Write down what the holder of a seat brings: the holder's own words, or by the convener."""
    policies.check_can_speak_for(by, seat, at)
    with transaction.atomic():
        if not Seat.objects.filter(pk=seat.pk, until_at__isnull=True).update(
            contribution=contribution.strip()
        ):
            raise _ended()
        seat.contribution = contribution.strip()
        _log_seat("contribution_said", seat, by, at)


def end_seat(*, seat: Seat, reason: str, by: Actor, at: datetime) -> None:
    """End a seat with its reason; the seat stays on record.

    The convener may end any, holders their own. The convener's own seat cannot end: a partnership
    without a convener could not be changed by anybody. A sponsor's pledge ends with its seat.
    """
    policies.check_can_speak_for(by, seat, at)
    if seat.kind == Seat.Kind.CONVENER:
        raise Denied(
            _("A partnership cannot be without a convener."),
            mend=_("Hand the convening over to another organisation at the table first."),
        )
    reason = _said(reason, "reason", _("Say why the seat ends."))
    with transaction.atomic():
        end: dict[str, Any] = {"until_at": at, "ended_because": reason}
        if seat.kind == Seat.Kind.SPONSOR:
            end["pledge"] = seat.partnership.pledge
        if not Seat.objects.filter(pk=seat.pk, until_at__isnull=True).update(**end):
            raise _ended()
        if seat.kind == Seat.Kind.SPONSOR:
            _set(seat.partnership, pledge="", pledged_at=None)
        for field, value in end.items():
            setattr(seat, field, value)
        _log_seat("seat_ended", seat, by, at)


def hand_over(*, partnership: Partnership, to: Organisation, by: Actor, at: datetime) -> Seat:
    """Hand the convening to another organisation at the table. Convener only.

    The former convener stays as a partner. Raises Denied when `to` has no open seat.
    """
    policies.check_can_convene(by, partnership, at)
    table = queries.seats(partnership, at)
    if not table.filter(organisation=to).exists():
        raise Denied(
            _("%(organisation)s has no seat at this table.") % {"organisation": to.name},
            mend=_("Give it a seat first."),
        )
    with transaction.atomic():
        former = table.get(kind=Seat.Kind.CONVENER)
        if former.organisation is None or former.organisation_id == to.pk:
            raise Conflict(
                _("%(organisation)s convenes already.") % {"organisation": to.name},
                mend=_("Choose another organisation."),
            )
        reason = _("Handed over to %(organisation)s.") % {"organisation": to.name}
        Seat.objects.filter(pk=former.pk).update(until_at=at, ended_because=reason)
        if not table.filter(organisation=former.organisation).exists():
            Seat.objects.create(
                partnership=partnership,
                kind=Seat.Kind.PARTNER,
                organisation=former.organisation,
                contribution=former.contribution,
                since_at=at,
            )
        seat = _claim(
            Seat(partnership=partnership, kind=Seat.Kind.CONVENER, organisation=to, since_at=at)
        )
        _log_seat("handed_over", seat, by, at)
    return seat


def pledge(*, partnership: Partnership, words: str, by: Actor, at: datetime) -> None:
    """The sponsor says in public what it will do with the recommendations. The sponsor's people."""
    policies.check_can_pledge(by, partnership, at)
    words = _said(words, "words", _("Say what the sponsor promises to do."))
    with transaction.atomic():
        _set(partnership, pledge=words, pledged_at=at)
        _log("pledged", partnership, by, at)


def move(*, partnership: Partnership, event: str, by: Actor, at: datetime) -> None:
    """Go on to another step of the journey, or back to an earlier one. Convener only.

    `event` is one of `journey.JOURNEY`. Raises Denied with what is missing, Conflict when the step
    has no such way or somebody else moved the partnership first.
    """
    policies.check_can_convene(by, partnership, at)
    with transaction.atomic():
        source, target = partnership.step, queries.target_of(partnership, event, at)
        here = Partnership.objects.filter(pk=partnership.pk, step=source)
        if not here.update(step=target, step_since_at=at):
            raise Conflict(
                _("Somebody else has just moved the partnership to another step."),
                mend=_("Reload the page and look where it stands."),
            )
        partnership.step, partnership.step_since_at = target, at
        _log("moved", partnership, by, at, data={"from": source, "to": target})


def open_to_public(*, partnership: Partnership, by: Actor, at: datetime) -> None:
    """Let anybody read the partnership's public page. Convener only."""
    policies.check_can_convene(by, partnership, at)
    if partnership.is_public:
        return
    with transaction.atomic():
        _set(partnership, public_at=at)
        _log("opened_to_public", partnership, by, at)


def close_to_public(*, partnership: Partnership, by: Actor, at: datetime) -> None:
    """Take the public page away again; what was published stays on record. Convener only."""
    policies.check_can_convene(by, partnership, at)
    if not partnership.is_public:
        return
    with transaction.atomic():
        _set(partnership, public_at=None)
        _log("closed_to_public", partnership, by, at)


def _said(text: str, field: str, ask: str) -> str:
    """The text without surrounding space. Raises Invalid at `field` when nothing was said."""
    if not text.strip():
        raise Invalid.at(field, ask)
    return text.strip()


def _free_slug(name: str) -> str:
    """An address from the name; a number is added while another partnership has it."""
    stem = slugify(name)[:50].strip("-") or "partnership"
    taken = set(Partnership.objects.filter(slug__startswith=stem).values_list("slug", flat=True))
    slug, number = stem, 1
    while slug in taken or slug in RESERVED:
        number += 1
        slug = f"{stem}-{number}"
    return slug


def _claim(seat: Seat) -> Seat:
    """Insert the seat; when another request took it between check and insert, say so."""
    try:
        with transaction.atomic():
            seat.save(force_insert=True)
    except IntegrityError as taken:
        raise Conflict(
            _("Somebody else has just taken this seat."), mend=_("Reload the page of the table.")
        ) from taken
    return seat


def _ended() -> Conflict:
    return Conflict(_("This seat has ended already."), mend=_("Reload the page of the table."))


def _set(partnership: Partnership, **values: Any) -> None:
    for field, value in values.items():
        setattr(partnership, field, value)
    partnership.save(update_fields=list(values))


def _log(
    what: str,
    partnership: Partnership,
    by: Actor,
    at: datetime,
    *,
    organisation: Organisation | None = None,
    data: dict[str, Any] | None = None,
) -> None:
    events.append(
        kind=f"convene.{what}",
        subject=f"convene.partnership:{partnership.pk}",
        by=by,
        at=at,
        scope=partnership.pk,
        organisation=organisation.pk if organisation else None,
        data=data,
    )


def _log_seat(what: str, seat: Seat, by: Actor, at: datetime) -> None:
    """A resident's seat is logged by its id alone: the log never says who a resident is."""
    events.append(
        kind=f"convene.{what}",
        subject=f"convene.seat:{seat.pk}",
        by=by,
        at=at,
        scope=seat.partnership_id,
        organisation=seat.organisation_id,
        data={"seat": seat.kind},
    )
