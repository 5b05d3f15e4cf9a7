"""Recommendations of the table, findings of independent roles, and the answers owed to them.

Invariant: what was recommended or found is never rewritten, and every answer stays on record: one
that is given anew stands beside the former. Whoever holds an independent role files what they found
in their own name; nobody at the table edits it or takes it back for them.
"""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from commonweal.convene.models import Partnership
from commonweal.core.models import Organisation, Person


class Independent(models.TextChoices):
    """Roles that look at the partnership without being led by it."""

    EVALUATOR = "evaluator", _("Evaluator")
    AUDITOR = "auditor", _("Auditor")
    FACILITATOR = "facilitator", _("Facilitator")


class Appointment(models.Model):
    """An organisation or a person in an independent role, for a term. `ended_at`: before its end."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    partnership = models.ForeignKey(
        Partnership, on_delete=models.PROTECT, related_name="appointments"
    )
    role = models.CharField(_("role"), max_length=12, choices=Independent)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="appointments", null=True, blank=True
    )
    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="appointments", null=True, blank=True
    )
    mandate = models.TextField(_("mandate"))
    starts_on = models.DateField()
    ends_on = models.DateField()
    appointed_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_because = models.TextField(blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(organisation__isnull=False, person__isnull=True)
                | Q(organisation__isnull=True, person__isnull=False),
                name="appointment_of_one",
            ),
            models.CheckConstraint(
                condition=Q(role__in=Independent.values), name="appointment_role_known"
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")), name="appointment_ends_after_start"
            ),
            models.CheckConstraint(condition=~Q(mandate=""), name="appointment_has_a_mandate"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_because="")
                | (Q(ended_at__isnull=False) & ~Q(ended_because="")),
                name="appointment_end_has_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} {self.organisation_id or self.person_id}"

    @property
    def holder(self) -> str:
        """Who it is, by name: whoever holds an independent role does so in public."""
        return self.organisation.name if self.organisation else str(self.person)


class Kind(models.TextChoices):
    RECOMMENDATION = "recommendation", _("Recommendation")
    FINDING = "finding", _("Finding")


class State(models.TextChoices):
    """Where it is on its way; see `states.RECOMMENDATION`. Late is not a state."""

    WAITING = "waiting", _("Waiting for an answer")
    ACCEPTED = "accepted", _("Accepted")
    IN_PART = "in_part", _("Accepted in part")
    DECLINED = "declined", _("Declined")
    LAUNCHED = "launched", _("Under way")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class Recommendation(models.Model):
    """`number` is its name in addresses. A finding has an `appointment`, a recommendation a `basis`:
    the decision or meeting in which the table agreed on it, as a reference or in words."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    partnership = models.ForeignKey(
        Partnership, on_delete=models.PROTECT, related_name="recommendations"
    )
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=15, choices=Kind)
    title = models.CharField(_("in one sentence"), max_length=300)
    words = models.TextField(_("what, and why"))
    basis = models.CharField(max_length=200, blank=True)
    appointment = models.ForeignKey(
        Appointment, on_delete=models.PROTECT, related_name="findings", null=True, blank=True
    )
    addressee = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="recommendations"
    )
    answer_by = models.DateField()
    is_public = models.BooleanField(default=True)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    withdrawn_because = models.TextField(blank=True)
    filed_at = models.DateTimeField()
    filed_by = models.CharField(max_length=80)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["partnership", "number"], name="recommendation_number_once"
            ),
            models.CheckConstraint(
                condition=Q(state__in=State.values), name="recommendation_state_known"
            ),
            models.CheckConstraint(
                condition=(Q(kind="recommendation", appointment__isnull=True) & ~Q(basis=""))
                | Q(kind="finding", appointment__isnull=False, basis=""),
                name="recommendation_of_the_table_or_an_independent",
            ),
            models.CheckConstraint(
                condition=~Q(title="") & ~Q(words=""), name="recommendation_says_what"
            ),
            models.CheckConstraint(
                condition=(Q(state="withdrawn") & ~Q(withdrawn_because=""))
                | (~Q(state="withdrawn") & Q(withdrawn_because="")),
                name="recommendation_withdrawn_with_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.number}"


class Answer(models.Model):
    """What the addressee answered, in its own words. The newest counts, all stay."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    recommendation = models.ForeignKey(
        Recommendation, on_delete=models.PROTECT, related_name="answers"
    )
    number = models.PositiveIntegerField()
    verdict = models.CharField(max_length=10, choices=State)
    words = models.TextField()
    answered_at = models.DateTimeField()
    answered_by = models.CharField(max_length=80)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["recommendation", "number"], name="answer_once"),
            models.CheckConstraint(
                condition=Q(verdict__in=["accepted", "in_part", "declined"]),
                name="answer_verdict_known",
            ),
            models.CheckConstraint(condition=~Q(words=""), name="answer_has_words"),
        ]

    def __str__(self) -> str:
        return f"{self.recommendation_id} {self.verdict}"


class Launch(models.Model):
    """What the addressee began because of it, on which day, and where to read more."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    recommendation = models.ForeignKey(
        Recommendation, on_delete=models.PROTECT, related_name="launches"
    )
    what = models.CharField(max_length=300)
    begun_on = models.DateField()
    link = models.URLField(blank=True)
    told_at = models.DateTimeField()
    told_by = models.CharField(max_length=80)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=~Q(what=""), name="launch_says_what")
        ]

    def __str__(self) -> str:
        return f"{self.recommendation_id} {self.begun_on}"
