"""What a seat says about its incentives and restrictions.

Invariant: an entry only for the convener says why; a personal interest is never public (constraints).
Who may read an entry is decided by `compute.convening.visibility.visible` and nowhere else.
"""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from commonweal.compute.convening import clashes, visibility
from commonweal.convene.models import Seat


class Entry(models.Model):
    """One incentive or restriction of a seat. `year_begins`, `until`: of a budget only."""

    class Kind(models.TextChoices):
        INSTITUTIONAL = clashes.Kind.INSTITUTIONAL.value, _("What we want as an organisation")
        PERSONAL = clashes.Kind.PERSONAL.value, _("What somebody of us wants personally")
        PRESSURE = clashes.Kind.PRESSURE.value, _("Pressure from home")
        DISCLOSURE = clashes.Kind.DISCLOSURE.value, _("What we cannot disclose")
        BUDGET = clashes.Kind.BUDGET.value, _("How our budget works")
        MEASURE = clashes.Kind.MEASURE.value, _("What we are measured by at home")

    class Pull(models.TextChoices):
        MORE = clashes.Pull.MORE.value, _("We want more of it")
        LESS = clashes.Pull.LESS.value, _("We want less of it")

    class Reach(models.TextChoices):
        PARTNERS = visibility.Reach.PARTNERS.value, _("The partners at the table")
        CONVENER = visibility.Reach.CONVENER.value, _("Only the convener")
        PUBLIC = visibility.Reach.PUBLIC.value, _("Everybody")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    seat = models.ForeignKey(Seat, on_delete=models.CASCADE, related_name="incentives")
    kind = models.CharField(_("kind"), max_length=13, choices=Kind)
    about = models.CharField(_("what it is about"), max_length=80)
    words = models.TextField(_("in your words"))
    pull = models.CharField(_("what you want of it"), max_length=4, choices=Pull, blank=True)
    year_begins = models.PositiveSmallIntegerField(_("month"), null=True, blank=True)
    until = models.DateField(_("last day of the money"), null=True, blank=True)
    reach = models.CharField(_("who may read it"), max_length=8, choices=Reach)
    reach_because = models.TextField(_("why only the convener"), blank=True)
    opened_at = models.DateTimeField(null=True, blank=True)
    written_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=~Q(about="") & ~Q(words=""), name="entry_says_it"),
            models.CheckConstraint(
                condition=Q(reach="convener", opened_at__isnull=True) & ~Q(reach_because="")
                | Q(reach__in=["partners", "public"], reach_because=""),
                name="entry_only_convener_because",
            ),
            models.CheckConstraint(
                condition=~Q(kind="personal", reach="public"), name="entry_personal_not_public"
            ),
            models.CheckConstraint(
                condition=Q(kind="budget") | Q(year_begins__isnull=True, until__isnull=True),
                name="entry_year_of_a_budget",
            ),
            models.CheckConstraint(
                condition=Q(year_begins__isnull=True) | Q(year_begins__range=(1, 12)),
                name="entry_year_begins_in_a_month",
            ),
            models.CheckConstraint(
                condition=Q(pull__in=["", "more", "less"])
                & Q(
                    kind__in=[
                        "institutional",
                        "personal",
                        "pressure",
                        "disclosure",
                        "budget",
                        "measure",
                    ]
                ),
                name="entry_kind_and_pull_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.id}"


class Declaration(models.Model):
    """A seat declares that it has said what it has to say: to the table, whatever it said to whom.

    Apart from the entries on purpose: whether there are any must not be told by what is done.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    seat = models.OneToOneField(Seat, on_delete=models.CASCADE, related_name="+")
    declared_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.seat_id)
