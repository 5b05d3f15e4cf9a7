"""Data contracts and what came in under them. Counts, states and addresses; never a row of data.

Invariant: per contract, provider and month at most one submission is current; what it replaced
stays on record. The rows themselves are in the vault (`pool.vault`).
"""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from commonweal.agree.models import Agreement
from commonweal.convene.models import Partnership
from commonweal.core.models import Job, Organisation


class DataContract(models.Model):
    """What a partner hands over every month under one data-sharing agreement."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    partnership = models.ForeignKey(Partnership, on_delete=models.CASCADE, related_name="contracts")
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="contracts")
    key = models.SlugField(_("key"), max_length=60)
    title = models.CharField(_("title"), max_length=200)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["partnership", "key"], name="contract_key_once")
        ]

    def __str__(self) -> str:
        return self.title


class ContractVersion(models.Model):
    """The contract's text as it was agreed; never changed (a database trigger says no)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    contract = models.ForeignKey(DataContract, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField(_("number"))
    version = models.CharField(_("version"), max_length=60)
    text = models.TextField(_("text"))
    hash = models.CharField(max_length=64)
    added_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["contract", "number"], name="contract_number_once"),
            models.UniqueConstraint(fields=["contract", "version"], name="contract_version_once"),
        ]

    def __str__(self) -> str:
        return f"{self.contract_id} {self.version}"


class Submission(models.Model):
    """One file for one contract, provider and month, and what became of it.

    `agreement`: under which it came in, and stays, wherever the contract is moved; `keep_until`: from
    when, by that agreement's months, it is kept no more. `landed_file`, `clean_file`, `quarantine_file`, `findings_file` are addresses in the vault, blank where there is
    nothing; `era` says under which of the provider's keys (`vault.keys.Owner`). `finding_counts`
    maps a rule to how often it was broken. `verdict` is a code of `words.VERDICTS`; `reason` and
    `mend` are what a refusal said and hold no value of the file. A destroyed one had its keys or its
    files destroyed: its counts and hashes stay, its files open to nobody.
    """

    class State(models.TextChoices):
        RECEIVED = "received", _("Received")
        CHECKING = "checking", _("Being checked")
        ACCEPTED = "accepted", _("Accepted")
        PARTLY_ACCEPTED = "partly_accepted", _("Partly accepted")
        REFUSED = "refused", _("Refused")
        SUPERSEDED = "superseded", _("Replaced")
        FAILED = "failed", _("Not checked: a fault on our side")
        DESTROYED = "destroyed", _("Destroyed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    contract = models.ForeignKey(DataContract, on_delete=models.CASCADE, related_name="submissions")
    contract_version = models.ForeignKey(
        ContractVersion, on_delete=models.PROTECT, related_name="submissions"
    )
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="submissions")
    provider = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="submissions")
    period = models.CharField(_("month"), max_length=7)
    number = models.PositiveIntegerField(_("number"))
    state = models.CharField(max_length=20, choices=State, default=State.RECEIVED)
    era = models.PositiveIntegerField(default=0)
    supersedes = models.OneToOneField(
        "self", on_delete=models.PROTECT, related_name="superseded_by", null=True, blank=True
    )
    suffix = models.CharField(max_length=8, blank=True)
    size = models.PositiveBigIntegerField()
    drop_id = models.CharField(max_length=64)
    content_id = models.CharField(max_length=64, blank=True)
    landed_file = models.CharField(max_length=64)
    clean_file = models.CharField(max_length=64, blank=True)
    quarantine_file = models.CharField(max_length=64, blank=True)
    findings_file = models.CharField(max_length=64, blank=True)
    rows_total = models.PositiveBigIntegerField(null=True)
    rows_clean = models.PositiveBigIntegerField(null=True)
    rows_bad = models.PositiveBigIntegerField(null=True)
    finding_counts = models.JSONField(default=dict)
    verdict = models.CharField(max_length=20, blank=True)
    reason = models.TextField(blank=True)
    mend = models.TextField(blank=True)
    clause = models.CharField(max_length=200, blank=True)
    permit = models.JSONField()
    by = models.CharField(max_length=80)
    job = models.ForeignKey(Job, on_delete=models.SET_NULL, null=True, related_name="+")
    received_at = models.DateTimeField()
    keep_until = models.DateTimeField(null=True)
    checked_at = models.DateTimeField(null=True)

    # Set by `actions.receive` on what it gives back: this very file was here already.
    is_repeat = False

    CURRENT: ClassVar[tuple[str, str]] = ("accepted", "partly_accepted")
    WAITING: ClassVar[tuple[str, str]] = ("received", "checking")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["contract", "provider", "period", "number"],
                name="submission_number_once",
            ),
            models.UniqueConstraint(
                fields=["contract", "provider", "period"],
                condition=Q(state__in=["accepted", "partly_accepted"]),
                name="submission_one_current",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=[
                        "received",
                        "checking",
                        "accepted",
                        "partly_accepted",
                        "refused",
                        "superseded",
                        "failed",
                        "destroyed",
                    ]
                ),
                name="submission_state_known",
            ),
            models.CheckConstraint(
                condition=Q(period__regex=r"^[0-9]{4}-(0[1-9]|1[0-2])$"),
                name="submission_period_is_a_month",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["accepted", "partly_accepted"])
                | (~Q(clean_file="") & ~Q(content_id="") & Q(checked_at__isnull=False)),
                name="submission_accepted_has_rows",
            ),
            models.CheckConstraint(
                condition=Q(rows_total__isnull=True, rows_clean__isnull=True, rows_bad__isnull=True)
                | Q(rows_total=F("rows_clean") + F("rows_bad")),
                name="submission_rows_add_up",
            ),
            models.CheckConstraint(
                condition=~Q(state="accepted") | Q(rows_bad=0),
                name="submission_accepted_is_whole",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["contract", "period"], name="submission_by_month"),
            models.Index(fields=["state"], name="submission_by_state"),
            models.Index(fields=["keep_until"], name="submission_by_end"),
        ]

    def __str__(self) -> str:
        return f"{self.contract_id} {self.provider_id} {self.period} {self.number}"

    @property
    def is_current(self) -> bool:
        return self.state in self.CURRENT

    @property
    def is_waiting(self) -> bool:
        return self.state in self.WAITING


class Erasure(models.Model):
    """The keys to what a provider gave under an agreement were destroyed. Kept for ever."""

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="erasures")
    provider = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="erasures")
    era = models.PositiveIntegerField()
    erased_at = models.DateTimeField()
    key_ids = models.JSONField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["agreement", "provider", "era"], name="erasure_once")
        ]

    def __str__(self) -> str:
        return f"{self.agreement_id} {self.provider_id}"
