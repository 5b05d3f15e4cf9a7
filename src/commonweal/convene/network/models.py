"""Rounds in which organisations say with whom they work, and what they say.

Invariant: a partnership has one open round at most. A rating lives only while its round is open: closing
a round keeps what may be told of all ratings together and erases each of them.
"""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from commonweal.convene.models import Partnership
from commonweal.core.models import Organisation

QUESTIONS = ("reliable", "open", "purpose")


class Round(models.Model):
    """`result`: what the closed round found (see `queries.Closed`); None while it is open."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    partnership = models.ForeignKey(Partnership, on_delete=models.CASCADE, related_name="+")
    number = models.PositiveIntegerField()
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    result = models.JSONField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["partnership", "number"], name="network_round_once"),
            models.UniqueConstraint(
                fields=["partnership"],
                condition=Q(closed_at__isnull=True),
                name="network_round_one_open",
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, result__isnull=True)
                | Q(closed_at__gte=F("opened_at"), result__isnull=False),
                name="network_round_closed_has_a_result",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.partnership_id} network {self.number}"

    @property
    def is_open(self) -> bool:
        return self.closed_at is None


class Tie(models.Model):
    """What one organisation says of its work with another, and how far it trusts it (1 to 4, or not said)."""

    class Relation(models.IntegerChoices):
        NONE = 0, _("We do not work with it")
        KNOW = 1, _("We know of it")
        SHARE = 2, _("We share information")
        COORDINATE = 3, _("We coordinate our work")
        TOGETHER = 4, _("We do things together")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="ties")
    source = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    target = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    relation = models.PositiveSmallIntegerField(choices=Relation)
    reliable = models.PositiveSmallIntegerField(null=True, blank=True)
    open = models.PositiveSmallIntegerField(null=True, blank=True)
    purpose = models.PositiveSmallIntegerField(null=True, blank=True)
    said_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["round", "source", "target"], name="network_tie_said_once"
            ),
            models.CheckConstraint(
                condition=~Q(source=F("target")), name="network_tie_not_to_oneself"
            ),
            models.CheckConstraint(condition=Q(relation__lte=4), name="network_tie_relation_known"),
            models.CheckConstraint(
                condition=(Q(reliable__isnull=True) | Q(reliable__range=(1, 4)))
                & (Q(open__isnull=True) | Q(open__range=(1, 4)))
                & (Q(purpose__isnull=True) | Q(purpose__range=(1, 4))),
                name="network_tie_rated_1_to_4",
            ),
            models.CheckConstraint(
                condition=Q(relation__gte=2)
                | Q(reliable__isnull=True, open__isnull=True, purpose__isnull=True),
                name="network_tie_rates_whom_it_works_with",
            ),
        ]

    def __str__(self) -> str:
        return f"tie of round {self.round_id}"
