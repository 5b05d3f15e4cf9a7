"""Premortems and the reasons that were given.

Invariant: once it is closed no reason is tied to a seat (closing erases the ties; a constraint refuses a
reason that is taken up and still tied). One is open at a time.
"""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from commonweal.compute.convening import premortem
from commonweal.convene.models import Partnership, Seat


class Premortem(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    partnership = models.ForeignKey(Partnership, on_delete=models.CASCADE, related_name="+")
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["partnership"],
                condition=Q(closed_at__isnull=True),
                name="premortem_one_open",
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


class Reason(models.Model):
    """`mark`: which reasons came from one seat, without telling which; `seat`: only while it is open."""

    class Family(models.TextChoices):
        SUBSTANTIVE = premortem.Family.SUBSTANTIVE.value, _("The matter itself")
        PROCESS = premortem.Family.PROCESS.value, _("How we work together")
        ACCOUNTABILITY = premortem.Family.ACCOUNTABILITY.value, _("Who answers for what")

    class Answer(models.TextChoices):
        CLAUSE = "clause", _("It goes into the constitution")
        ACTION = "action", _("Somebody does something about it")
        LIVE = "live", _("We live with it")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    premortem = models.ForeignKey(Premortem, on_delete=models.CASCADE, related_name="reasons")
    seat = models.ForeignKey(
        Seat, on_delete=models.CASCADE, related_name="+", null=True, blank=True
    )
    mark = models.PositiveSmallIntegerField(default=0)
    family = models.CharField(_("kind of reason"), max_length=14, choices=Family)
    words = models.CharField(_("why it failed"), max_length=300)
    answer = models.CharField(_("what you do about it"), max_length=6, choices=Answer, blank=True)
    answer_words = models.TextField(_("in your words"), blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(answer="", answer_words="", answered_at__isnull=True)
                | (
                    Q(
                        answer__in=["clause", "action", "live"],
                        answered_at__isnull=False,
                        seat__isnull=True,
                    )
                    & ~Q(answer_words="")
                ),
                name="reason_answered_untied",
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)
