"""The map of a partnership’s problem, and what is compared with the table.

Invariant: a line is of one kind and holds only what that kind says (a constraint refuses the rest).
"""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from commonweal.compute.convening.missing import Grip as How
from commonweal.convene.models import Partnership, Seat
from commonweal.core.models import Organisation, Sector


class Line(models.Model):
    """One line of the map.

    `organisation`: of an actor that is known here; `grip`, `actors` and `organisations`: of a lever,
    what the group can do with it and who holds it; `organisations`: of a place, who works there;
    `seat`: of a group, the one that speaks for it.
    """

    class Kind(models.TextChoices):
        ACTOR = "actor", _("Actor")
        LEVER = "lever", _("Lever")
        GROUP = "group", _("Group affected")
        PLACE = "place", _("Place")

    class Grip(models.TextChoices):
        CONTROLS = How.CONTROLS.value, _("We control it")
        INFLUENCES = How.INFLUENCES.value, _("We can influence it")
        SUFFERS = How.SUFFERS.value, _("We can only suffer it")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    partnership = models.ForeignKey(Partnership, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    name = models.CharField(_("name"), max_length=120)
    words = models.TextField(_("in more words"), blank=True)
    sector = models.CharField(_("sector"), max_length=20, choices=Sector, blank=True)
    grip = models.CharField(_("what you can do with it"), max_length=12, choices=Grip, blank=True)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    seat = models.ForeignKey(
        Seat, on_delete=models.SET_NULL, related_name="+", null=True, blank=True
    )
    actors = models.ManyToManyField("self", symmetrical=False, related_name="+", blank=True)
    organisations = models.ManyToManyField(Organisation, related_name="+", blank=True)
    added_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["partnership", "kind", "name"], name="line_once"),
            models.CheckConstraint(condition=~Q(name=""), name="line_has_a_name"),
            models.CheckConstraint(
                condition=Q(kind="lever", grip__in=["controls", "influences", "suffers"])
                | Q(kind__in=["actor", "group", "place"], grip=""),
                name="line_lever_has_a_grip",
            ),
            models.CheckConstraint(
                condition=Q(kind="actor") | Q(organisation__isnull=True, sector=""),
                name="line_actor_is_somebody",
            ),
            models.CheckConstraint(
                condition=Q(kind="group") | Q(seat__isnull=True), name="line_group_has_a_seat"
            ),
        ]

    def __str__(self) -> str:
        return self.name
