"""Working groups.

Invariant: a group says what it is for; one that ended stays with the reason (constraints).
"""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from commonweal.convene.models import Partnership, Seat


class Group(models.Model):
    """`decides`: what it may decide alone; all else it brings to the table."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    partnership = models.ForeignKey(Partnership, on_delete=models.CASCADE, related_name="groups")
    name = models.CharField(_("name"), max_length=120)
    remit = models.TextField(_("what it is for"))
    decides = models.TextField(_("what it may decide alone"), blank=True)
    lead = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="+")
    members = models.ManyToManyField(Seat, related_name="+", blank=True)
    review_date = models.DateField(_("when the table looks at it again"))
    begun_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_because = models.CharField(_("why it ended"), max_length=200, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["partnership", "name"],
                condition=Q(ended_at__isnull=True),
                name="group_once",
            ),
            models.CheckConstraint(condition=~Q(name="") & ~Q(remit=""), name="group_has_a_remit"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_because="")
                | (Q(ended_at__isnull=False) & ~Q(ended_because="")),
                name="group_ended_because",
            ),
        ]

    def __str__(self) -> str:
        return self.name
