"""Reading partnerships, their table and their journey, for one reader at one moment."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from commonweal.convene import journey as table
from commonweal.convene import reach
from commonweal.convene.journey import Check, Checks
from commonweal.convene.models import Partnership, Seat, SeatQuerySet, Step
from commonweal.convene.policies import missing
from commonweal.convene.reach import Part
from commonweal.core.errors import Denied, Missing
from commonweal.core.models import Organisation, Role, Sector
from commonweal.core.scope import Actor


def partnerships_for(actor: Actor, at: datetime) -> QuerySet[Partnership]:
    """The partnerships at whose table the actor is now, by name. The system sees all."""
    if actor.system:
        return Partnership.objects.order_by("name", "id")
    mine = Seat.objects.filter(partnership=OuterRef("pk")).open(at).of(actor)
    return Partnership.objects.filter(Exists(mine)).order_by("name", "id")


def partnership_for(actor: Actor, slug: str, at: datetime) -> Partnership:
    """The partnership at this address. Raises Missing for what is not there for the actor."""
    found = partnerships_for(actor, at).filter(slug=slug).first()
    if found is None:
        raise missing()
    return found


def readable_for(actor: Actor, slug: str, part: Part, at: datetime) -> Partnership:
    """The partnership, for a page that only shows this part: for the table, and for who may read it
    without a seat (`reach`). What else that reader may open stands in its `opened`. Raises Missing.

    One query for who has a seat.
    """
    try:
        return partnership_for(actor, slug, at)
    except Missing:
        found = Partnership.objects.filter(slug=slug).first()
        opened = reach.of(actor, found, at) if found is not None else frozenset()
        if found is None or part not in opened:
            raise
        found.opened = opened
        return found


def public_partnerships() -> QuerySet[Partnership]:
    """Every partnership whose public page is open, by name."""
    return Partnership.objects.filter(public_at__isnull=False).order_by("name", "id")


def public_partnership(slug: str) -> Partnership:
    """An open partnership, for anybody. Raises Missing."""
    found = public_partnerships().filter(slug=slug).first()
    if found is None:
        raise missing()
    return found


def seats(partnership: Partnership, at: datetime) -> SeatQuerySet:
    """Open seats with their organisations, in order of arrival."""
    return (
        Seat.objects.filter(partnership=partnership)
        .open(at)
        .select_related("organisation", "partnership")
        .order_by("since_at", "id")
    )


def ended_seats(partnership: Partnership, at: datetime) -> SeatQuerySet:
    """Seats that were given up, the latest first."""
    return (
        Seat.objects.filter(partnership=partnership, until_at__lte=at)
        .select_related("organisation")
        .order_by("-until_at", "id")
    )


def seat_for(actor: Actor, slug: str, seat_id: UUID, at: datetime) -> Seat:
    """An open seat at a table that the actor is at. Raises Missing."""
    partnership = partnership_for(actor, slug, at)
    found = seats(partnership, at).filter(pk=seat_id).first()
    if found is None:
        raise missing()
    return found


def partners(partnership: Partnership, at: datetime) -> QuerySet[Organisation]:
    """The organisations that hold an open seat of any kind, by name."""
    held = Seat.objects.filter(partnership=partnership, organisation__isnull=False).open(at)
    return Organisation.objects.filter(pk__in=held.values("organisation")).order_by("name")


def partner_named(partnership: Partnership, name: str, at: datetime) -> Organisation:
    """The partner of this name or org-id (`REGISTER-NUMBER`). Raises Missing naming the partners."""
    found = list(partners(partnership, at).prefetch_related("identifiers"))
    for partner in found:
        marks = {
            partner.name.casefold(),
            *(str(each).casefold() for each in partner.identifiers.all()),
        }
        if name.strip().casefold() in marks:
            return partner
    raise Missing(
        _("No partner at this table is called that."),
        mend=_("Choose one of: %(names)s.") % {"names": ", ".join(each.name for each in found)},
    )


def may_convene(actor: Actor) -> QuerySet[Organisation]:
    """The organisations in whose name the actor may start a partnership, by name."""
    mine = [pk for pk, role in actor.roles if role == Role.MEMBER]
    return Organisation.objects.filter(pk__in=mine).order_by("name")


def organisations_here() -> QuerySet[Organisation]:
    """Every organisation of the installation, by name: names and sectors are not secret."""
    return Organisation.objects.order_by("name")


def convener(partnership: Partnership, at: datetime) -> Organisation:
    """The organisation that convenes; a partnership always has one."""
    return Organisation.objects.get(
        seats__in=seats(partnership, at).filter(kind=Seat.Kind.CONVENER)
    )


@dataclass(frozen=True)
class Standing:
    """What an actor is at one table. `organisations`: the actor's own that hold an open seat."""

    kinds: frozenset[str]
    organisations: frozenset[UUID]
    convenes: bool
    is_seated: bool


def standing(actor: Actor, partnership: Partnership, at: datetime) -> Standing:
    """One query. The system is treated as convener, with no organisation of its own."""
    if actor.system:
        return Standing(frozenset(), frozenset(), convenes=True, is_seated=True)
    held = Seat.objects.filter(partnership=partnership).open(at).of(actor)
    rows = list(held.values_list("kind", "organisation_id"))
    return Standing(
        kinds=frozenset(kind for kind, _organisation in rows),
        organisations=frozenset(pk for _kind, pk in rows if pk is not None),
        convenes=actor.person_id is not None
        and any(
            kind == Seat.Kind.CONVENER and pk is not None and actor.holds(Role.MEMBER, pk)
            for kind, pk in rows
        ),
        is_seated=bool(rows),
    )


@dataclass(frozen=True)
class Table:
    """The table as its page shows it. `sectors`: every sector with its seats, empty ones too."""

    sectors: tuple[tuple[Sector, tuple[Seat, ...]], ...]
    sponsor: Seat | None
    convener: Seat | None
    residents: tuple[Seat, ...]
    ended: tuple[Seat, ...]

    @property
    def empty_sectors(self) -> tuple[Sector, ...]:
        return tuple(sector for sector, held in self.sectors if not held)

    @property
    def vacant(self) -> tuple[Seat, ...]:
        return tuple(seat for seat in self.residents if seat.is_vacant)

    @property
    def organisations(self) -> int:
        return len({seat.organisation_id for _sector, held in self.sectors for seat in held})


def at_table(partnership: Partnership, at: datetime) -> Table:
    """Who sits where: two queries, whatever the number of seats."""
    # Convener and sponsor first, then in order of arrival.
    order = Seat.Kind.values
    held = sorted(seats(partnership, at), key=lambda seat: min(order.index(seat.kind), 2))
    by_sector: dict[str, list[Seat]] = {sector: [] for sector in Sector.values}
    for seat in held:
        if seat.organisation is not None:
            by_sector[seat.organisation.sector].append(seat)
    return Table(
        sectors=tuple((Sector(sector), tuple(rows)) for sector, rows in by_sector.items()),
        sponsor=_first(held, Seat.Kind.SPONSOR),
        convener=_first(held, Seat.Kind.CONVENER),
        residents=tuple(seat for seat in held if seat.kind == Seat.Kind.RESIDENT),
        ended=tuple(ended_seats(partnership, at)),
    )


def _first(held: Sequence[Seat], kind: str) -> Seat | None:
    return next((seat for seat in held if seat.kind == kind), None)


def checks(partnership: Partnership, at: datetime) -> Checks:
    """What each step must and should produce, read from the records; in the order of the steps."""
    held = list(seats(partnership, at))
    found = [
        *_scope_checks(partnership, held),
        *_invite_checks(partnership, held),
        *_pause_checks(held),
        *_scale_checks(partnership),
        *table.provided(partnership, at),
    ]
    return tuple(sorted(found, key=lambda check: Step.values.index(check.step)))


def _scope_checks(partnership: Partnership, held: Sequence[Seat]) -> list[Check]:
    return [
        Check(
            step=Step.LEAD,
            key="problem",
            words=_("The problem is stated"),
            mend=_("Say in one or two sentences what the problem is."),
            done=bool(partnership.problem),
            needed=True,
            url="state_problem",
        ),
        Check(
            step=Step.LEAD,
            key="affected",
            words=_("Those affected are named"),
            mend=_("Say who is affected by the problem."),
            done=bool(partnership.affected),
            needed=True,
            url="state_problem",
        ),
        Check(
            step=Step.LEAD,
            key="sponsor",
            words=_("A sponsor gives the table its weight"),
            mend=_("Find somebody with authority who will receive the recommendations."),
            done=_first(held, Seat.Kind.SPONSOR) is not None,
            url="seat_organisation",
        ),
    ]


def _invite_checks(partnership: Partnership, held: Sequence[Seat]) -> list[Check]:
    organisations = {seat.organisation for seat in held if seat.organisation is not None}
    sectors = {organisation.sector for organisation in organisations}
    return [
        Check(
            step=Step.INVITE,
            key="two_sectors",
            words=_("At least two organisations from two sectors are at the table"),
            mend=_("Seat another organisation, from a second sector."),
            done=len(organisations) >= 2 and len(sectors) >= 2,
            needed=True,
            url="seat_organisation",
        ),
        Check(
            step=Step.INVITE,
            key="pledge",
            words=_("The sponsor has pledged in public to answer"),
            mend=_("Ask the sponsor to say in public what it will do with the recommendations."),
            done=bool(partnership.pledge),
        ),
    ]


def _pause_checks(held: Sequence[Seat]) -> list[Check]:
    residents = [seat for seat in held if seat.kind == Seat.Kind.RESIDENT]
    return [
        Check(
            step=Step.PAUSE,
            key="residents",
            words=_("Those affected have a seat of their own"),
            mend=_("Set up a seat for those who are affected: they agree too."),
            done=bool(residents),
            needed=True,
            url="seat_residents",
        ),
        Check(
            step=Step.PAUSE,
            key="residents_filled",
            words=_("No residents’ seat is vacant"),
            mend=_("Find somebody for each vacant residents’ seat."),
            done=bool(residents) and not any(seat.is_vacant for seat in residents),
        ),
        Check(
            step=Step.PAUSE,
            key="contributions",
            words=_("Every seat says what it contributes"),
            mend=_("Ask each partner alone what it can bring, and write it down."),
            done=all(seat.contribution for seat in held),
        ),
    ]


def _scale_checks(partnership: Partnership) -> list[Check]:
    return [
        Check(
            step=Step.SCALE,
            key="public",
            words=_("Anybody can follow the partnership"),
            mend=_("Open the public page."),
            done=partnership.is_public,
            url="partnership_settings",
        )
    ]


@dataclass(frozen=True)
class Stage:
    """One step of the journey as the page shows it. `place`: passed, here, next or ahead."""

    step: Step
    number: int
    place: str
    checks: Checks
    event: str
    refused_because: str

    @property
    def missing(self) -> Checks:
        return tuple(check for check in self.checks if not check.done)

    @property
    def is_open(self) -> bool:
        """Whether the partnership can go there now."""
        return bool(self.event) and not self.refused_because


def journey(partnership: Partnership, at: datetime) -> tuple[Stage, ...]:
    """The six steps with what is done and missing, and the way to each from here."""
    found = checks(partnership, at)
    here = Step.values.index(partnership.step)
    ways = {
        row.target: (row.event, row.guard(found))
        for row in table.JOURNEY.transitions
        if row.source == partnership.step
    }
    return tuple(
        Stage(
            step=Step(step),
            number=index + 1,
            place=_place(index - here),
            checks=tuple(check for check in found if check.step == step),
            event=ways.get(step, ("", ""))[0],
            refused_because=ways.get(step, ("", ""))[1],
        )
        for index, step in enumerate(Step.values)
    )


def _place(ahead: int) -> str:
    if ahead < 0:
        return "passed"
    return ("here", "next", "ahead")[min(ahead, 2)]


def next_action(stages: Iterable[Stage]) -> Check | None:
    """What comes next: the first needed thing that is missing up to this step, else advice."""
    reached = [stage for stage in stages if stage.place in {"passed", "here"}]
    open_ones = [check for stage in reached for check in stage.missing]
    return next((check for check in open_ones if check.needed), next(iter(open_ones), None))


def target_of(partnership: Partnership, event: str, at: datetime) -> str:
    """Where `event` leads from here. Raises Denied with what is missing, Conflict for no way."""
    try:
        return table.JOURNEY.target(checks(partnership, at), partnership.step, event)
    except Denied as refusal:
        raise Denied(
            _("The partnership cannot go on to this step yet."), mend=refusal.text
        ) from refusal
