"""Offers and needs, pairs of them, and letters at the public door.

Invariant: a pair is asked for before it is promised, declined only with a reason, and then no more
(constraints). A letter keeps how to reach its writer only until it is answered.
"""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from commonweal.convene.models import Partnership, Seat


class Entry(models.Model):
    """An offer or a need of a seat. `amount` in `unit`; of money in minor units of the currency `unit`."""

    class Side(models.TextChoices):
        OFFER = "offer", _("Offer")
        NEED = "need", _("Need")

    class Kind(models.TextChoices):
        PEOPLE = "people", _("People’s time")
        SKILLS = "skills", _("Skills")
        DATA = "data", _("Data")
        SPACE = "space", _("Space")
        MONEY = "money", _("Money")
        PILOT = "pilot", _("A place to try things out")
        STUDENTS = "students", _("Students")
        THINGS = "things", _("Things and vehicles")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    seat = models.ForeignKey(Seat, on_delete=models.CASCADE, related_name="+")
    side = models.CharField(max_length=5, choices=Side)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    title = models.CharField(_("in a few words"), max_length=120)
    words = models.TextField(_("in more words"), blank=True)
    amount = models.BigIntegerField(_("how much"), null=True, blank=True)
    unit = models.CharField(_("of what"), max_length=40, blank=True)
    place = models.CharField(_("place"), max_length=80, blank=True)
    skills = models.CharField(_("skills"), max_length=200, blank=True)
    from_date = models.DateField(_("first day"), null=True, blank=True)
    until_date = models.DateField(_("last day"), null=True, blank=True)
    added_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_because = models.CharField(_("why it is no longer open"), max_length=200, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(side__in=["offer", "need"]) & ~Q(title=""), name="offer_or_need"
            ),
            models.CheckConstraint(
                condition=Q(amount__isnull=True) | (Q(amount__gt=0) & ~Q(unit="")),
                name="offer_amount_of_something",
            ),
            models.CheckConstraint(
                condition=Q(from_date__isnull=True)
                | Q(until_date__isnull=True)
                | Q(until_date__gte=models.F("from_date")),
                name="offer_days_in_order",
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, closed_because="")
                | (Q(closed_at__isnull=False) & ~Q(closed_because="")),
                name="offer_closed_because",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_offer(self) -> bool:
        return self.side == self.Side.OFFER


class Match(models.Model):
    """An offer and a need that somebody did something about. `commitment`: its number once promised."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    offer = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="+")
    need = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="+")
    asked_at = models.DateTimeField(null=True, blank=True)
    promised_at = models.DateTimeField(null=True, blank=True)
    commitment = models.PositiveIntegerField(null=True, blank=True)
    declined_at = models.DateTimeField(null=True, blank=True)
    declined_because = models.CharField(_("why not"), max_length=200, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["offer", "need"], name="match_once"),
            models.CheckConstraint(
                condition=Q(promised_at__isnull=True, commitment__isnull=True)
                | Q(promised_at__isnull=False, commitment__isnull=False, asked_at__isnull=False),
                name="match_asked_before_promised",
            ),
            models.CheckConstraint(
                condition=Q(declined_at__isnull=True, declined_because="")
                | (
                    Q(declined_at__isnull=False, promised_at__isnull=True) & ~Q(declined_because="")
                ),
                name="match_declined_because",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.offer_id} for {self.need_id}"


class Letter(models.Model):
    """What somebody outside wrote at the public door. `reach`: sealed, gone once it is answered."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    partnership = models.ForeignKey(Partnership, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(_("who writes"), max_length=120)
    reach = models.TextField(blank=True)
    words = models.TextField(_("what they offer, or why they want to join"))
    written_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    answer = models.TextField(_("answer"), blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=(Q(answered_at__isnull=True, answer="") & ~Q(reach=""))
                | (Q(answered_at__isnull=False, reach="") & ~Q(answer="")),
                name="letter_answered_and_forgotten",
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)
