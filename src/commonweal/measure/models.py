"""Releases: what was computed under a permit, protected, and kept as it was.

Invariant: a release's rows and manifest are never changed; a figure is derived again, in a new
release. What a release does not show was never stored.
"""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from commonweal.agree.models import Agreement
from commonweal.aim.models import IndicatorVersion
from commonweal.convene.models import Partnership
from commonweal.core.models import Organisation
from commonweal.pool.models import Submission


class Release(models.Model):
    """One declared family of tables, numbered within its partnership."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Partners only")
        PUBLISHED = "published", _("Published")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    class Audience(models.TextChoices):
        PUBLIC = "public", _("Everyone")
        PARTNERS = "partners", _("The partners")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    partnership = models.ForeignKey(Partnership, on_delete=models.CASCADE, related_name="releases")
    number = models.PositiveIntegerField(_("number"))
    title = models.CharField(_("title"), max_length=200)
    purpose = models.CharField(_("purpose"), max_length=120)
    audience = models.CharField(_("who may read it"), max_length=10, choices=Audience)
    for_organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="releases"
    )
    ordered_as = models.UUIDField(unique=True, null=True, editable=False)
    run_id = models.CharField(max_length=64)
    rows = models.BinaryField()
    manifest = models.JSONField()
    created_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    published_at = models.DateTimeField(null=True, blank=True)
    withdrawn_because = models.CharField(max_length=500, blank=True)
    indicators = models.ManyToManyField(IndicatorVersion, related_name="releases")
    submissions = models.ManyToManyField(Submission, related_name="releases")
    agreements = models.ManyToManyField(Agreement, related_name="releases")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["partnership", "number"], name="release_number_once_per_partnership"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "published", "withdrawn"]),
                name="release_state_known",
            ),
            models.CheckConstraint(
                condition=~Q(state="published") | Q(published_at__isnull=False, audience="public"),
                name="release_published_is_public_and_dated",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.partnership_id} {self.number}"
