"""Partnerships and the seats at their table.

Invariant: at any moment a partnership has one convener and at most one sponsor. Who sat where, and
since when, is never rewritten: a seat that is given up stays, with its end and the reason.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from commonweal.core.models import Organisation, Person
from commonweal.core.scope import Actor


class Step(models.TextChoices):
    """The six steps of the journey, in their order."""

    LEAD = "lead", _("Lead and scope")
    INVITE = "invite", _("Invite")
    PAUSE = "pause", _("Pause for bilateral talks")
    AGREE = "agree", _("Agree")
    EXECUTE = "execute", _("Execute")
    SCALE = "scale", _("Accelerate, broaden, scale")


class Partnership(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    slug = models.SlugField(_("address"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=120)
    problem = models.TextField(_("the problem"))
    affected = models.TextField(_("who is affected"), blank=True)
    place = models.CharField(_("place"), max_length=200, blank=True)
    step = models.CharField(_("step of the journey"), max_length=10, choices=Step)
    step_since_at = models.DateTimeField()
    pledge = models.TextField(_("the sponsor’s pledge"), blank=True)
    pledged_at = models.DateTimeField(null=True, blank=True)
    opened_at = models.DateTimeField()
    public_at = models.DateTimeField(null=True, blank=True)

    opened: frozenset[str] | None = None
    """The parts that its reader may read; None: all of them, as at the table. No column: it is set by
    the query that fetched it for somebody without a seat."""

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(step__in=Step.values), name="partnership_step_known"
            ),
            models.CheckConstraint(condition=~Q(problem=""), name="partnership_problem_stated"),
            models.CheckConstraint(
                condition=Q(pledge="", pledged_at__isnull=True)
                | (~Q(pledge="") & Q(pledged_at__isnull=False)),
                name="partnership_pledge_dated",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_public(self) -> bool:
        return self.public_at is not None

    def opens(self, part: str) -> bool:
        """Whether whom it was fetched for may read a part (`reach.Part`)."""
        return self.opened is None or part in self.opened


class SeatQuerySet(models.QuerySet["Seat"]):
    def open(self, at: datetime) -> SeatQuerySet:
        """Seats that are held or kept free at this moment."""
        return self.filter(Q(until_at__isnull=True) | Q(until_at__gt=at), since_at__lte=at)

    def of(self, actor: Actor) -> SeatQuerySet:
        """Seats through which the actor is at a table: an organisation's, or a resident's own."""
        mine = Q(organisation__in=actor.organisation_ids)
        if actor.person_id is not None:
            mine |= Q(person=actor.person_id)
        return self.filter(mine)


class Seat(models.Model):
    """An organisation's place at the table, or residents' (`voice`), held by a person or vacant."""

    class Kind(models.TextChoices):
        CONVENER = "convener", _("Convener")
        SPONSOR = "sponsor", _("Sponsor")
        PARTNER = "partner", _("Partner")
        FUNDER = "funder", _("Funder")
        RESIDENT = "resident", _("Residents")
        EVALUATOR = "evaluator", _("Evaluator")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    partnership = models.ForeignKey(Partnership, on_delete=models.CASCADE, related_name="seats")
    kind = models.CharField(_("seat"), max_length=10, choices=Kind)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="seats", null=True, blank=True
    )
    voice = models.CharField(_("whose voice"), max_length=200, blank=True)
    person = models.ForeignKey(
        Person, on_delete=models.SET_NULL, related_name="seats", null=True, blank=True
    )
    contribution = models.TextField(_("what it contributes"), blank=True)
    since_at = models.DateTimeField()
    until_at = models.DateTimeField(null=True, blank=True)
    ended_because = models.TextField(_("why the seat ended"), blank=True)
    pledge = models.TextField(_("what its holder had pledged"), blank=True)

    objects = SeatQuerySet.as_manager()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["partnership", "kind"],
                condition=Q(until_at__isnull=True, kind__in=["convener", "sponsor"]),
                name="seat_one_convener_one_sponsor",
            ),
            models.UniqueConstraint(
                fields=["partnership", "organisation", "kind"],
                condition=Q(until_at__isnull=True),
                name="seat_open_once",
            ),
            models.CheckConstraint(
                condition=(Q(kind="resident", organisation__isnull=True) & ~Q(voice=""))
                | (
                    ~Q(kind="resident")
                    & Q(organisation__isnull=False, person__isnull=True, voice="")
                ),
                name="seat_organisation_or_residents",
            ),
            models.CheckConstraint(
                condition=Q(
                    kind__in=["convener", "sponsor", "partner", "funder", "resident", "evaluator"]
                ),
                name="seat_kind_known",
            ),
            models.CheckConstraint(
                condition=Q(until_at__isnull=True, ended_because="")
                | (Q(until_at__gte=F("since_at")) & ~Q(ended_because="")),
                name="seat_end_has_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.organisation_id or self.voice}"

    @property
    def is_vacant(self) -> bool:
        """A residents' seat that waits for somebody to hold it."""
        return self.kind == self.Kind.RESIDENT and self.person_id is None

    @property
    def holder(self) -> str:
        """The organisation's name, or whose voice sits here; never a person's name."""
        return self.organisation.name if self.organisation else self.voice
