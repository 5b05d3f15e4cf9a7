"""What organisations volunteer, each wording of it, and their own words on how it goes.

Invariant: a commitment is its organisation's own. Each wording and each word on progress is written
once and kept; the one in force is the newest. Nothing here binds anybody: what an agreement obliges
a party to is an obligation, stands in the agreement and looks different.
"""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from commonweal.agree.decisions.models import Proposal
from commonweal.agree.models import Agreement
from commonweal.convene.models import Partnership
from commonweal.core.models import Organisation


class State(models.TextChoices):
    """How its organisation says it stands; see `states.COMMITMENT`. Late is not a state."""

    OPEN = "open", _("Open")
    PROGRESSING = "progressing", _("Under way")
    KEPT = "kept", _("Kept")
    PARTLY_KEPT = "partly_kept", _("Partly kept")
    NOT_KEPT = "not_kept", _("Not kept")
    WITHDRAWN = "withdrawn", _("Given up")


class Source(models.TextChoices):
    """Where a commitment comes from."""

    NONE = "none", _("Its own initiative")
    AGREEMENT = "agreement", _("An agreement")
    DECISION = "decision", _("A decision of the table")
    MEETING = "meeting", _("A meeting")


NONE_ELSE = {"agreement__isnull": True, "decision__isnull": True}


class Commitment(models.Model):
    """`number` is its name in addresses, once per partnership. `is_public` only ever turns on.

    Where it comes from: `agreement`, `decision` (an adopted one of this table), or in words
    (`source_ref`) a meeting, or a decision that is not kept here.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    partnership = models.ForeignKey(
        Partnership, on_delete=models.PROTECT, related_name="commitments"
    )
    number = models.PositiveIntegerField()
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="commitments"
    )
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.OPEN)
    done_on = models.DateField(null=True, blank=True)
    is_public = models.BooleanField(default=True)
    source_kind = models.CharField(max_length=10, choices=Source, default=Source.NONE)
    source_ref = models.CharField(max_length=200, blank=True)
    agreement = models.ForeignKey(
        Agreement, on_delete=models.PROTECT, related_name="commitments", null=True, blank=True
    )
    decision = models.ForeignKey(
        Proposal, on_delete=models.PROTECT, related_name="commitments", null=True, blank=True
    )
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=80)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["partnership", "number"], name="commitment_number_once"
            ),
            models.CheckConstraint(
                condition=Q(state__in=State.values), name="commitment_state_known"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["kept", "partly_kept"], done_on__isnull=False)
                | (~Q(state__in=["kept", "partly_kept"]) & Q(done_on__isnull=True)),
                name="commitment_kept_dated",
            ),
            models.CheckConstraint(
                condition=Q(source_kind="none", source_ref="", **NONE_ELSE)
                | Q(
                    source_kind="agreement",
                    source_ref="",
                    agreement__isnull=False,
                    decision__isnull=True,
                )
                | Q(
                    source_kind="decision",
                    source_ref="",
                    agreement__isnull=True,
                    decision__isnull=False,
                )
                | (Q(source_kind__in=["decision", "meeting"], **NONE_ELSE) & ~Q(source_ref="")),
                name="commitment_source_named",
            ),
        ]

    def __str__(self) -> str:
        return f"commitment {self.number} of {self.organisation_id}"

    @property
    def source(self) -> str:
        """What it comes from by its reference (“DSA-1”, “D-3”) or in words, never by its title."""
        if self.agreement is not None:
            return self.agreement.reference
        return f"D-{self.decision.number}" if self.decision is not None else self.source_ref


class CommitmentVersion(models.Model):
    """One wording. `amount_minor`: integer minor units of `currency`; `reason`: why it changed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    commitment = models.ForeignKey(Commitment, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    action = models.CharField(_("what it will do"), max_length=300)
    amount_minor = models.BigIntegerField(_("amount"), null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    data = models.CharField(_("data"), max_length=300, blank=True)
    staff = models.CharField(_("staff"), max_length=200, blank=True)
    target_area = models.CharField(_("where or for whom"), max_length=200, blank=True)
    due_on = models.DateField(_("due"))
    outcome = models.TextField(_("what should come of it"), blank=True)
    reason = models.TextField(_("reason"), blank=True)
    written_at = models.DateTimeField()
    written_by = models.CharField(max_length=80)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["commitment", "number"], name="commitment_version_once"
            ),
            models.CheckConstraint(condition=~Q(action=""), name="commitment_says_what"),
            models.CheckConstraint(
                condition=Q(amount_minor__isnull=True, currency="")
                | (Q(amount_minor__gt=0) & ~Q(currency="")),
                name="commitment_amount_has_a_currency",
            ),
            models.CheckConstraint(
                condition=Q(number=1, reason="") | (Q(number__gt=1) & ~Q(reason="")),
                name="commitment_change_has_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.commitment_id} wording {self.number}"


class Word(models.Model):
    """What the organisation says of its commitment, and the state it puts it in."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    commitment = models.ForeignKey(Commitment, on_delete=models.PROTECT, related_name="said")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=12, choices=State)
    words = models.TextField(blank=True)
    done_on = models.DateField(null=True, blank=True)
    said_at = models.DateTimeField()
    said_by = models.CharField(max_length=80)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["commitment", "number"], name="commitment_word_once"),
            models.CheckConstraint(
                condition=Q(state="kept") | ~Q(words=""), name="commitment_word_says_something"
            ),
            models.CheckConstraint(
                condition=Q(state__in=State.values), name="commitment_word_state_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.commitment_id} {self.state}"
