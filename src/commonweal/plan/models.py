"""Items of partners' plans, and the stages in which they go on or stop."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from commonweal.compute.planning import model
from commonweal.convene.models import Partnership
from commonweal.core.models import Organisation


class Stage(models.Model):
    """A part of a roll-out or a trial with an end. `condition`: what must be true to go on."""

    class Verdict(models.TextChoices):
        GO_ON = "go_on", _("Go on")
        ADAPT = "adapt", _("Go on, changed")
        STOP = "stop", _("Stop")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    partnership = models.ForeignKey(Partnership, on_delete=models.CASCADE, related_name="stages")
    name = models.CharField(_("name"), max_length=120)
    condition = models.TextField(_("what must be true to go on"))
    review_date = models.DateField(_("on which day you look"))
    verdict = models.CharField(_("what you decided"), max_length=5, choices=Verdict, blank=True)
    because = models.TextField(_("why"), blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    added_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["partnership", "name"], name="stage_once"),
            models.CheckConstraint(
                condition=~Q(name="") & ~Q(condition=""), name="stage_has_a_condition"
            ),
            models.CheckConstraint(
                condition=Q(verdict="", because="", decided_at__isnull=True)
                | (
                    Q(verdict__in=["go_on", "adapt", "stop"], decided_at__isnull=False)
                    & ~Q(because="")
                ),
                name="stage_decided_because",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Item(models.Model):
    """One thing planned. `after`: what must be there first; `informs`: the decision that an evaluation
    should inform; `cover`: who covers a gap in staffing, or takes part in a training."""

    class Kind(models.TextChoices):
        ACTIVITY = model.Kind.ACTIVITY.value, _("Activity")
        MILESTONE = model.Kind.MILESTONE.value, _("Milestone")
        BUDGET = model.Kind.BUDGET.value, _("Budget")
        PROCUREMENT = model.Kind.PROCUREMENT.value, _("Procurement")
        EVALUATION = model.Kind.EVALUATION.value, _("Evaluation")
        STAFFING = model.Kind.STAFFING.value, _("Gap in staffing")
        DECISION = model.Kind.DECISION.value, _("Decision")
        TRAINING = model.Kind.TRAINING.value, _("Training, secondment or mentoring")

    class State(models.TextChoices):
        PLANNED = "planned", _("Planned")
        UNDER_WAY = "under_way", _("Under way")
        DONE = "done", _("Done")
        DROPPED = "dropped", _("Dropped")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    partnership = models.ForeignKey(Partnership, on_delete=models.CASCADE, related_name="items")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("kind"), max_length=11, choices=Kind)
    title = models.CharField(_("in a few words"), max_length=120)
    words = models.TextField(_("in more words"), blank=True)
    place = models.CharField(_("place"), max_length=80, blank=True)
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))
    amount_minor = models.BigIntegerField(_("money"), null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    after = models.ManyToManyField("self", symmetrical=False, related_name="before", blank=True)
    informs = models.ForeignKey(
        "self", on_delete=models.SET_NULL, related_name="+", null=True, blank=True
    )
    cover = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    stage = models.ForeignKey(
        Stage, on_delete=models.SET_NULL, related_name="items", null=True, blank=True
    )
    state = models.CharField(_("how it stands"), max_length=9, choices=State, default=State.PLANNED)
    dropped_because = models.CharField(_("why it was dropped"), max_length=200, blank=True)
    added_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["partnership", "organisation", "title"], name="item_once"
            ),
            models.CheckConstraint(condition=~Q(title=""), name="item_has_a_title"),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")), name="item_days_in_order"
            ),
            models.CheckConstraint(
                condition=Q(amount_minor__isnull=True, currency="")
                | (Q(amount_minor__gte=0) & ~Q(currency="")),
                name="item_money_with_currency",
            ),
            models.CheckConstraint(
                condition=Q(state="dropped") & ~Q(dropped_because="")
                | Q(state__in=["planned", "under_way", "done"], dropped_because=""),
                name="item_dropped_because",
            ),
            models.CheckConstraint(
                condition=Q(informs__isnull=True) | Q(kind="evaluation"),
                name="item_evaluation_informs",
            ),
        ]

    def __str__(self) -> str:
        return self.title
