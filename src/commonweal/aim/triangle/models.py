"""Who looks after which task of the triangle, what shows it, and how seats rate it in each round.

Invariant: one round is open at a time; of a closed one the picture is kept as it was. One rating per seat,
task and round.
"""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from commonweal.compute.convening.spread import HIGHEST
from commonweal.compute.convening.triangle import TASKS
from commonweal.convene.models import Partnership, Seat
from commonweal.core.models import Organisation

KEYS = [task.key for task in TASKS]


class TaskOwner(models.Model):
    """The organisation at the table that looks after a task."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    partnership = models.ForeignKey(
        Partnership, on_delete=models.CASCADE, related_name="triangle_owners"
    )
    task = models.CharField(_("task"), max_length=10)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="triangle_tasks"
    )
    since_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["partnership", "task"], name="triangle_one_owner"),
            models.CheckConstraint(condition=Q(task__in=KEYS), name="triangle_owner_of_a_task"),
        ]

    def __str__(self) -> str:
        return f"{self.task}: {self.organisation_id}"


class Evidence(models.Model):
    """Something added by hand that shows a task is done. `piece`: which piece it stands for, or ""."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    partnership = models.ForeignKey(
        Partnership, on_delete=models.CASCADE, related_name="triangle_evidence"
    )
    task = models.CharField(_("task"), max_length=10)
    piece = models.CharField(_("what it shows"), max_length=20, blank=True)
    words = models.CharField(_("evidence in words"), max_length=500)
    url = models.URLField(_("address"), max_length=500, blank=True)
    added_by = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="triangle_evidence")
    added_at = models.DateTimeField()
    taken_back_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(task__in=KEYS), name="triangle_evidence_of_a_task"),
            models.CheckConstraint(condition=~Q(words=""), name="triangle_evidence_in_words"),
        ]

    def __str__(self) -> str:
        return self.words


class Round(models.Model):
    """One time of rating. `picture`: of a closed one, as it was computed on the day it closed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    partnership = models.ForeignKey(
        Partnership, on_delete=models.CASCADE, related_name="triangle_rounds"
    )
    number = models.PositiveIntegerField()
    begun_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    picture = models.JSONField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["partnership", "number"], name="triangle_round_number_once"
            ),
            models.UniqueConstraint(
                fields=["partnership"],
                condition=Q(closed_at__isnull=True),
                name="triangle_one_round_open",
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, picture__isnull=True)
                | Q(closed_at__isnull=False, picture__isnull=False),
                name="triangle_closed_round_kept",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.partnership_id}: {self.number}"


class TaskRating(models.Model):
    """How one seat rates one task in one round, in points from 0 to 4."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="ratings")
    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="triangle_ratings")
    task = models.CharField(_("task"), max_length=10)
    points = models.PositiveSmallIntegerField(_("points"))
    rated_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["round", "seat", "task"], name="triangle_rating_once"),
            models.CheckConstraint(
                condition=Q(task__in=KEYS, points__lte=HIGHEST), name="triangle_rating_in_points"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.round_id}: {self.task}"
