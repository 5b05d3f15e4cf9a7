"""What seats say of an entry point, and what came of the one that was chosen.

Invariant: one rating per seat and proposal. A review is never rewritten.
"""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from commonweal.aim.models import EntryPoint
from commonweal.compute.convening.entry import CRITERIA
from commonweal.compute.convening.spread import HIGHEST
from commonweal.convene.models import Seat


class EntryRating(models.Model):
    """Points from 0 to 4 on each criterion, and an objection in words if the seat has one."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    entry_point = models.ForeignKey(EntryPoint, on_delete=models.CASCADE, related_name="ratings")
    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="entry_ratings")
    meaningful = models.PositiveSmallIntegerField(_("meaningful"))
    actionable = models.PositiveSmallIntegerField(_("actionable"))
    acceptable = models.PositiveSmallIntegerField(_("acceptable"))
    provisional = models.PositiveSmallIntegerField(_("provisional"))
    objection = models.TextField(_("objection"), blank=True)
    rated_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["entry_point", "seat"], name="entry_rating_once"),
            models.CheckConstraint(
                condition=Q(**{f"{each}__lte": HIGHEST for each in CRITERIA}),
                name="entry_rating_in_points",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.entry_point_id}: {self.seat_id}"

    @property
    def points(self) -> tuple[int, int, int, int]:
        """In the order of `CRITERIA`."""
        return (self.meaningful, self.actionable, self.acceptable, self.provisional)


class PilotReview(models.Model):
    """What came of a chosen entry point, and what follows. The database refuses any change to it."""

    class Then(models.TextChoices):
        CONTINUE = "continue", _("Continue as it is")
        ADAPT = "adapt", _("Continue in another way")
        SCALE = "scale", _("Do it for more people or places")
        STOP = "stop", _("Stop")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    entry_point = models.ForeignKey(EntryPoint, on_delete=models.CASCADE, related_name="reviews")
    came_of_it = models.TextField(_("what came of it"))
    then = models.CharField(_("what follows"), max_length=8, choices=Then)
    next_step = models.TextField(_("what you do next"))
    review_date = models.DateField(_("next review"), null=True, blank=True)
    reviewed_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(then__in=["continue", "adapt", "scale"], review_date__isnull=False)
                | Q(then="stop", review_date__isnull=True),
                name="pilot_review_comes_back_or_stops",
            ),
            models.CheckConstraint(
                condition=~Q(came_of_it="") & ~Q(next_step=""), name="pilot_review_in_words"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.entry_point_id}: {self.then}"
