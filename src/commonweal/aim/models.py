"""What a partnership aims at: where it begins, what it believes leads where, how it will know.

Invariant: a version of an indicator is never changed, only followed by the next. A population
indicator has no owner, a performance indicator exactly one.
"""

from __future__ import annotations

import uuid
from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from commonweal.convene.models import Partnership, Seat
from commonweal.core.models import Organisation


class EntryPoint(models.Model):
    """A manageable place to begin, argued on four criteria (Martínez Orbegozo et al., 2022).

    Once chosen it is a pilot. `chosen_trace`: the order and the gate as they stood then, as computed;
    `chosen_because`: why it was chosen although the gate was closed. Proposals from before entry points
    were rated have no seat, doer, early win and next move.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    partnership = models.ForeignKey(
        Partnership, on_delete=models.CASCADE, related_name="entry_points"
    )
    statement = models.CharField(_("the entry point"), max_length=300)
    meaningful = models.TextField(_("meaningful"))
    actionable = models.TextField(_("actionable"))
    acceptable = models.TextField(_("acceptable"))
    provisional = models.TextField(_("provisional"))
    review_date = models.DateField(_("review date"))
    proposed_at = models.DateTimeField()
    proposed_by = models.ForeignKey(
        Seat, on_delete=models.PROTECT, related_name="entry_points", null=True, blank=True
    )
    outcome = models.ForeignKey(
        "aim.Node", on_delete=models.SET_NULL, related_name="entry_points", null=True, blank=True
    )
    doer = models.TextField(_("who would do it, with what"), blank=True)
    early_win = models.TextField(_("an early win"), blank=True)
    early_win_on = models.DateField(_("day of the early win"), null=True, blank=True)
    next_move = models.TextField(_("the next move after it"), blank=True)
    chosen_at = models.DateTimeField(null=True, blank=True)
    chosen_because = models.TextField(_("why it was chosen all the same"), blank=True)
    chosen_trace = models.JSONField(null=True, blank=True)
    left_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(early_win="", early_win_on__isnull=True)
                | (~Q(early_win="") & Q(early_win_on__isnull=False)),
                name="entry_point_early_win_dated",
            ),
            models.CheckConstraint(
                condition=Q(chosen_at__isnull=False)
                | Q(chosen_because="", chosen_trace__isnull=True),
                name="entry_point_chosen_with_trace",
            ),
            models.UniqueConstraint(
                fields=["partnership"],
                condition=Q(chosen_at__isnull=False, left_at__isnull=True),
                name="entry_point_one_chosen",
            ),
            models.CheckConstraint(
                condition=Q(left_at__isnull=True)
                | Q(chosen_at__isnull=False, chosen_at__lte=F("left_at")),
                name="entry_point_left_after_chosen",
            ),
            models.CheckConstraint(
                condition=~Q(statement="")
                & ~Q(meaningful="")
                & ~Q(actionable="")
                & ~Q(acceptable="")
                & ~Q(provisional=""),
                name="entry_point_fully_argued",
            ),
        ]

    def __str__(self) -> str:
        return self.statement

    @property
    def is_chosen(self) -> bool:
        return self.chosen_at is not None and self.left_at is None

    def is_due(self, today: date) -> bool:
        """Whether its review is due: an entry point is provisional until it was looked at again."""
        return self.is_chosen and self.review_date <= today


class Node(models.Model):
    """One box of the theory of change."""

    class Kind(models.TextChoices):
        ACTIVITY = "activity", _("Activity")
        OUTPUT = "output", _("Output")
        OUTCOME = "outcome", _("Outcome")
        ASSUMPTION = "assumption", _("Assumption")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    partnership = models.ForeignKey(Partnership, on_delete=models.CASCADE, related_name="nodes")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    label = models.CharField(_("name"), max_length=80)
    words = models.TextField(_("in more words"), blank=True)
    is_goal = models.BooleanField(_("an end goal"), default=False)
    affected = models.TextField(_("who of those affected took part"), blank=True)
    watcher = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    watch_how = models.TextField(_("how it is watched"), blank=True)
    review_date = models.DateField(_("review date"), null=True, blank=True)
    added_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["partnership", "label"], name="node_label_once"),
            models.CheckConstraint(
                condition=Q(kind__in=["activity", "output", "outcome", "assumption"]),
                name="node_kind_known",
            ),
            models.CheckConstraint(condition=~Q(label=""), name="node_has_a_label"),
            models.CheckConstraint(
                condition=Q(is_goal=False) | Q(kind="outcome"), name="node_goal_is_an_outcome"
            ),
            models.CheckConstraint(
                condition=Q(watcher__isnull=True, watch_how="", review_date__isnull=True)
                | (
                    Q(kind="assumption", watcher__isnull=False, review_date__isnull=False)
                    & ~Q(watch_how="")
                ),
                name="node_watched_wholly",
            ),
        ]

    def __str__(self) -> str:
        return self.label


class Belief(models.Model):
    """What is believed of one link: the hypothesis, what would show it, and how it has fared.

    `size` is free words when `size_unit` is blank, else a decimal number as text; "" means that
    nobody has said. `evidence` follows Nesta’s five standards: 1 is an account and no evidence yet.
    """

    class Direction(models.TextChoices):
        MORE = "more", _("More leads to more")
        LESS = "less", _("More leads to less")

    class Status(models.TextChoices):
        UNTESTED = "untested", _("Untested")
        SUPPORTED = "supported", _("Supported")
        MIXED = "mixed", _("Mixed")
        CONTRADICTED = "contradicted", _("Contradicted")

    class Evidence(models.IntegerChoices):
        ACCOUNT = 1, _("1: we can say why it should work; no evidence yet")
        CHANGE = 2, _("2: figures show a change, not yet that this caused it")
        CAUSE = 3, _("3: a comparison shows that this caused the change")
        REPEATED = 4, _("4: somebody independent found the same")
        AT_SCALE = 5, _("5: it holds in many places and over time")

    hypothesis = models.TextField(_("the hypothesis"))
    direction = models.CharField(
        _("expected direction"), max_length=4, choices=Direction, blank=True
    )
    size = models.CharField(_("expected size"), max_length=200, blank=True)
    size_unit = models.CharField(_("unit of the size"), max_length=40, blank=True)
    indicator = models.ForeignKey(
        "aim.Indicator", on_delete=models.RESTRICT, related_name="+", null=True, blank=True
    )
    by_when = models.DateField(_("by when it should show"), null=True, blank=True)
    watcher = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    review_date = models.DateField(_("review date"), null=True, blank=True)
    status = models.CharField(_("status"), max_length=12, choices=Status, default=Status.UNTESTED)
    status_because = models.TextField(_("what shows it"), blank=True)
    evidence = models.PositiveSmallIntegerField(
        _("level of evidence"), choices=Evidence, default=Evidence.ACCOUNT
    )
    no_comparison = models.TextField(_("why a comparison is not feasible"), blank=True)

    class Meta:
        abstract = True


class Edge(Belief):
    """A link of the theory of change: the belief that one thing leads to another.

    Feedback loops are allowed: what an outcome makes easier again is part of how things change.
    The row holds what is believed now, `records` all that was believed before it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    source = models.ForeignKey(Node, on_delete=models.CASCADE, related_name="outgoing")
    target = models.ForeignKey(Node, on_delete=models.CASCADE, related_name="incoming")
    status_at = models.DateTimeField(null=True, blank=True)
    linked_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["source", "target"], name="edge_once"),
            models.CheckConstraint(condition=~Q(source=F("target")), name="edge_not_to_itself"),
            models.CheckConstraint(condition=~Q(hypothesis=""), name="edge_is_a_hypothesis"),
            models.CheckConstraint(
                condition=Q(status__in=["untested", "supported", "mixed", "contradicted"]),
                name="edge_status_known",
            ),
            models.CheckConstraint(
                condition=Q(status="untested")
                | (~Q(status_because="") & Q(status_at__isnull=False)),
                name="edge_status_has_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(evidence__gte=1, evidence__lte=5), name="edge_evidence_level_known"
            ),
            models.CheckConstraint(
                condition=Q(direction__in=["", "more", "less"]), name="edge_direction_known"
            ),
            models.CheckConstraint(
                condition=Q(size_unit="") | ~Q(size=""), name="edge_unit_has_a_size"
            ),
            models.CheckConstraint(
                condition=Q(no_comparison="") | Q(evidence__lte=2),
                name="edge_compared_or_not_feasible",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source_id} -> {self.target_id}"


class EdgeRecord(Belief):
    """Who believed what of a link, and when; the database refuses any change to it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    edge = models.ForeignKey(Edge, on_delete=models.CASCADE, related_name="records")
    number = models.PositiveIntegerField()
    said_by = models.CharField(max_length=80)
    said_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["edge", "number"], name="edge_record_number_once"),
        ]

    def __str__(self) -> str:
        return f"{self.edge_id} record {self.number}"


class Indicator(models.Model):
    """How the partnership will know. `key` is the id in its definitions and in its addresses."""

    class Level(models.TextChoices):
        POPULATION = "population", _("Population: everybody’s, nobody’s alone")
        PERFORMANCE = "performance", _("Performance: one organisation answers for it")

    class Polarity(models.TextChoices):
        HIGHER = "higher", _("Higher is better")
        LOWER = "lower", _("Lower is better")
        NEITHER = "neither", _("Neither way is better")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    partnership = models.ForeignKey(
        Partnership, on_delete=models.CASCADE, related_name="indicators"
    )
    key = models.CharField(_("key"), max_length=80)
    title = models.CharField(_("title"), max_length=300)
    level = models.CharField(_("level"), max_length=12, choices=Level)
    owner = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="indicators", null=True, blank=True
    )
    outcome = models.ForeignKey(
        Node, on_delete=models.SET_NULL, related_name="indicators", null=True, blank=True
    )
    polarity = models.CharField(_("which way is better"), max_length=8, choices=Polarity)
    unit = models.CharField(_("unit"), max_length=40)
    defined_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["partnership", "key"], name="indicator_key_once"),
            models.CheckConstraint(
                condition=Q(level="population", owner__isnull=True)
                | Q(level="performance", owner__isnull=False),
                name="indicator_owner_by_level",
            ),
            models.CheckConstraint(
                condition=Q(polarity__in=["higher", "lower", "neither"]),
                name="indicator_polarity_known",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class IndicatorVersion(models.Model):
    """One agreed wording of an indicator; the database refuses any change to it.

    `definition` is the text of exactly one definition (`compute.indicators.parse`), `number` its
    version. `baseline` and `target` are decimal numbers as text, on the scale of the computed value
    (a proportion between 0 and 1); "" means that none is set. `kind` is the definition's own.
    """

    class Kind(models.TextChoices):
        COUNT = "count", _("Count")
        SUM = "sum", _("Sum")
        PROPORTION = "proportion", _("Proportion")
        MEAN = "mean", _("Mean")
        RATE = "rate", _("Rate")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    indicator = models.ForeignKey(Indicator, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    definition = models.TextField(_("definition"))
    definition_hash = models.CharField(max_length=64)
    kind = models.CharField(_("what is computed"), max_length=12, choices=Kind)
    contract_key = models.CharField(_("data contract"), max_length=80)
    baseline = models.CharField(_("baseline"), max_length=40, blank=True)
    baseline_period = models.CharField(_("period of the baseline"), max_length=40, blank=True)
    target = models.CharField(_("target"), max_length=40, blank=True)
    target_period = models.CharField(_("period of the target"), max_length=40, blank=True)
    reason = models.TextField(_("reason"))
    agreed_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["indicator", "number"], name="indicator_version_number_once"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="version_has_a_reason"),
            models.CheckConstraint(
                condition=Q(baseline="", baseline_period="")
                | (~Q(baseline="") & ~Q(baseline_period="")),
                name="version_baseline_has_a_period",
            ),
            models.CheckConstraint(
                condition=Q(target="", target_period="") | (~Q(target="") & ~Q(target_period="")),
                name="version_target_has_a_period",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator_id} version {self.number}"
