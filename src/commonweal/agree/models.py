"""Agreements, their versions and the signatures under them.

Invariant: what was put to signature is never changed. A version's text and clauses are written
once, and each signature holds the hash of the text it stands under. At most one version of an
agreement is in force and at most one is in preparation; an agreement that ended stays on record.
Whether an agreement allows something now is never stored: `compute.permits` decides it from these
rows.
"""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

import commonweal.agree.evidence  # noqa: F401  (the rest of the room's tables)
from commonweal.convene.models import Partnership
from commonweal.core.models import Organisation, Person


class Kind(models.TextChoices):
    """What kind of agreement; the clauses each needs are in `compute.permits.kinds`."""

    DSA = "dsa", _("Data-sharing agreement")
    DUL = "dul", _("Data-use licence")


class State(models.TextChoices):
    """Where a version is on its way; see `states.VERSION`."""

    DRAFT = "draft", _("Draft")
    SIGNING = "signing", _("Open for signature")
    ACTIVE = "active", _("Signed by every party")
    REPLACED = "replaced", _("Replaced")


class Agreement(models.Model):
    """`reference` (e.g. DSA-1) is its name in refusals and addresses, once per partnership."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    partnership = models.ForeignKey(
        Partnership, on_delete=models.PROTECT, related_name="agreements"
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    reference = models.CharField(_("reference"), max_length=20)
    title = models.CharField(_("title"), max_length=200)
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, related_name="children", null=True, blank=True
    )
    drafted_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["partnership", "reference"], name="agreement_reference_once"
            ),
            models.CheckConstraint(
                condition=Q(kind="dsa", parent__isnull=True) | Q(kind="dul", parent__isnull=False),
                name="agreement_licence_rests_on_another",
            ),
            models.CheckConstraint(
                condition=~Q(parent=F("id")), name="agreement_not_its_own_parent"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.title}"


class AgreementVersion(models.Model):
    """One text with its clauses. `text_hash`: SHA-256 of `text` in UTF-8, 64 hex digits.

    `clauses`: list of `compute.permits.clauses.to_json`. `zone`: the time zone in which its days
    are meant. `starts_on`, `expires_on`: first and last day of use, from the clauses.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    clauses = models.JSONField()
    prose = models.TextField(_("background"), blank=True)
    language = models.CharField(max_length=10)
    zone = models.CharField(max_length=64)
    text = models.TextField()
    text_hash = models.CharField(max_length=64)
    starts_on = models.DateField()
    expires_on = models.DateField()
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    drafted_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True, blank=True)
    active_at = models.DateTimeField(null=True, blank=True)
    replaced_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["agreement", "number"], name="version_number_once"),
            models.UniqueConstraint(
                fields=["agreement"], condition=Q(state="active"), name="version_active_once"
            ),
            models.UniqueConstraint(
                fields=["agreement"],
                condition=Q(state__in=["draft", "signing"]),
                name="version_in_preparation_once",
            ),
            models.CheckConstraint(
                condition=Q(expires_on__gte=F("starts_on")), name="version_ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(state="draft", opened_at__isnull=True, active_at__isnull=True)
                | Q(state="signing", opened_at__isnull=False, active_at__isnull=True)
                | Q(state="active", opened_at__isnull=False, active_at__isnull=False)
                | Q(state="replaced"),
                name="version_state_has_its_dates",
            ),
            models.CheckConstraint(
                condition=Q(state="replaced", replaced_at__isnull=False)
                | (~Q(state="replaced") & Q(replaced_at__isnull=True)),
                name="version_replaced_dated",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agreement_id} version {self.number}"


class Signature(models.Model):
    """An organisation's signature under one text, by a person who may sign for it.

    `name` is the signatory's name as it was then: evidence of the signature, shown to the parties.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    version = models.ForeignKey(
        AgreementVersion, on_delete=models.PROTECT, related_name="signatures"
    )
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="signatures"
    )
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="signatures")
    name = models.CharField(max_length=200)
    text_hash = models.CharField(max_length=64)
    signed_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["version", "organisation"], name="signature_once_per_organisation"
            )
        ]

    def __str__(self) -> str:
        return f"{self.version_id} signed by {self.organisation_id}"


class Withdrawal(models.Model):
    """A party takes no part any more, from `at`; what it provided is destroyed at `destroy_at`.

    It concerns the version in force then: signing a later one is how an organisation comes back.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="withdrawals")
    version = models.ForeignKey(
        AgreementVersion, on_delete=models.PROTECT, related_name="withdrawals"
    )
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="withdrawals"
    )
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="withdrawals")
    at = models.DateTimeField()
    reason = models.TextField(_("reason"), blank=True)
    destroy_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["version", "organisation"], name="withdrawal_once_per_organisation"
            ),
            models.CheckConstraint(
                condition=Q(destroy_at__gte=F("at")), name="withdrawal_destroys_afterwards"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id} withdrew from {self.agreement_id}"


class Suspension(models.Model):
    """The convener stops every use of an agreement, from `from_at` until it is lifted."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="suspensions")
    from_at = models.DateTimeField()
    until_at = models.DateTimeField(null=True, blank=True)
    reason = models.TextField(_("reason"))

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["agreement"],
                condition=Q(until_at__isnull=True),
                name="suspension_open_once",
            ),
            models.CheckConstraint(
                condition=Q(until_at__isnull=True) | Q(until_at__gte=F("from_at")),
                name="suspension_ends_after_start",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="suspension_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.agreement_id} suspended"
