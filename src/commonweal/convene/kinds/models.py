"""What kind of partnership the table chose to be.

Invariant: a choice is never rewritten (a database trigger refuses); the newest one counts. One that
departs from what the answers suggest has its reason.
"""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from commonweal.compute.convening import kinds
from commonweal.convene.models import Partnership


class Kind(models.TextChoices):
    PPP = kinds.PPP, _("Public-private partnership")
    ALLIANCE = kinds.ALLIANCE, _("Alliance of nonprofits and firms")
    INITIATIVE = kinds.INITIATIVE, _("Multi-stakeholder initiative")
    NETWORK = kinds.NETWORK, _("Shared-outcome network")


class KindChoice(models.Model):
    """`answers`: question → yes, no or unknown (`compute.convening.kinds.QUESTIONS`).

    `suggested`: what the answers suggested then, the rules of that day.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    partnership = models.ForeignKey(
        Partnership, on_delete=models.CASCADE, related_name="kind_choices"
    )
    answers = models.JSONField()
    suggested = models.JSONField()
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    because = models.TextField(_("why this kind"), blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="kind_choice_known"),
        ]

    def __str__(self) -> str:
        return f"{self.partnership_id}: {self.kind}"
