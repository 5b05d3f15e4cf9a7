"""Papers behind a version: a contract signed as a PDF or on paper, kept as evidence.

Part of the room's models, in a file of its own. Invariant: rows are written once and never changed
(database triggers refuse); the bytes are kept encrypted, under the hash of their ciphertext.
"""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from commonweal.core.models import Person

# A scanned contract of fifty pages is about half of it.
MAXIMUM_BYTES = 10 * 1024 * 1024


class Evidence(models.Model):
    """A PDF attached to a version whose clauses were entered from it by hand.

    `sha256` is that of the PDF, `stored` that of its ciphertext in `core.files`.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    version = models.ForeignKey(
        "agree.AgreementVersion", on_delete=models.PROTECT, related_name="evidence"
    )
    name = models.CharField(_("name of the file"), max_length=100)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    stored = models.CharField(max_length=64)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="evidence")
    attached_at = models.DateTimeField()

    class Meta:
        app_label = "agree"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["version", "sha256"], name="evidence_attached_once"),
            models.CheckConstraint(
                condition=Q(size__gt=0, size__lte=MAXIMUM_BYTES), name="evidence_size_in_bounds"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version_id} evidence {self.sha256[:12]}"


class PaperSignature(models.Model):
    """That a signature was given on paper: by whom, on which day, and where that can be read.

    The signature itself is an ordinary one, made by somebody who may sign for the organisation.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    evidence = models.ForeignKey(
        Evidence, on_delete=models.PROTECT, related_name="paper_signatures"
    )
    signature = models.OneToOneField(
        "agree.Signature", on_delete=models.PROTECT, related_name="on_paper"
    )
    name = models.CharField(_("name of the signatory"), max_length=200)
    signed_on = models.DateField()

    class Meta:
        app_label = "agree"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=~Q(name=""), name="paper_signature_has_a_name"),
        ]

    def __str__(self) -> str:
        return f"{self.signature_id} on paper"
