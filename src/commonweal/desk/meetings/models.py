"""Meetings with their points, who was there, and what was agreed to be done.

Invariant: once a meeting is closed its minutes stay as they are (actions refuse; what was forgotten is
said at the next one). A point is drawn from what is due, or somebody put it there.
"""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from commonweal.compute.convening.agenda import Sort
from commonweal.convene.models import Partnership, Seat


class Meeting(models.Model):
    class Repeats(models.TextChoices):
        NEVER = "never", _("Once")
        WEEKLY = "weekly", _("Every week")
        FORTNIGHTLY = "fortnightly", _("Every two weeks")
        MONTHLY = "monthly", _("Every four weeks")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    partnership = models.ForeignKey(Partnership, on_delete=models.CASCADE, related_name="meetings")
    title = models.CharField(_("title"), max_length=120)
    place = models.CharField(_("where"), max_length=200)
    starts_at = models.DateTimeField(_("when"))
    minutes = models.PositiveSmallIntegerField(_("how many minutes"))
    repeats = models.CharField(_("how often"), max_length=11, choices=Repeats)
    begun_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    present = models.ManyToManyField(Seat, related_name="+", blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=~Q(title=""), name="meeting_has_a_title"),
            models.CheckConstraint(
                condition=Q(minutes__gte=10, minutes__lte=600), name="meeting_has_a_length"
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | Q(begun_at__isnull=False),
                name="meeting_begun_before_closed",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Point(models.Model):
    """One point of the agenda. `url`: what it is about; `seat`: who put it there."""

    SORTS = [(sort.value, sort.value) for sort in Sort]

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="points")
    sort = models.CharField(max_length=8, choices=SORTS)
    title = models.CharField(_("what it is about"), max_length=300)
    url = models.CharField(max_length=300, blank=True)
    due_on = models.DateField(null=True, blank=True)
    minutes = models.PositiveSmallIntegerField(default=0)
    seat = models.ForeignKey(
        Seat, on_delete=models.SET_NULL, related_name="+", null=True, blank=True
    )
    words = models.TextField(_("what was said and settled"), blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["meeting", "title"], name="point_once"),
        ]

    def __str__(self) -> str:
        return self.title


class Todo(models.Model):
    """What somebody will do, by when. `commitment`: its number once it became one."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="todos")
    seat = models.ForeignKey(Seat, on_delete=models.CASCADE, related_name="+")
    words = models.CharField(_("what"), max_length=300)
    due_on = models.DateField(_("by when"))
    done_at = models.DateTimeField(null=True, blank=True)
    commitment = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=~Q(words=""), name="todo_says_what"),
        ]

    def __str__(self) -> str:
        return self.words
