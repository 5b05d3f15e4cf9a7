"""Agreements, their versions, what was said about them and the signatures under them.

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
from commonweal.core.models import Link, Organisation, Person


class Kind(models.TextChoices):
    """What kind of agreement; the clauses each needs are in `compute.permits.kinds`."""

    CONSTITUTION = "constitution", _("Constitution of the partnership")
    MOU = "mou", _("Memorandum of understanding")
    DSA = "dsa", _("Data-sharing agreement")
    DUL = "dul", _("Data-use licence")
    FUNDING = "funding", _("Joint funding agreement")
    PROCUREMENT = "procurement", _("Shared procurement rules")
    STANDARDS = "standards", _("Shared standards")


class State(models.TextChoices):
    """Where a version is on its way; see `states.VERSION`."""

    DRAFT = "draft", _("Draft")
    COMMENT = "comment", _("Open for comment")
    SIGNING = "signing", _("Open for signature")
    ACTIVE = "active", _("Signed by every party")
    REPLACED = "replaced", _("Replaced")
    DROPPED = "dropped", _("Dropped")


class Agreement(models.Model):
    """`reference` (e.g. DSA-1) is its name in refusals and addresses, once per partnership.

    `begun_from`: the agreement of the same kind that its first draft began with, to compare it with.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    partnership = models.ForeignKey(
        Partnership, on_delete=models.PROTECT, related_name="agreements"
    )
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    reference = models.CharField(_("reference"), max_length=20)
    title = models.CharField(_("title"), max_length=200)
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, related_name="children", null=True, blank=True
    )
    begun_from = models.ForeignKey(
        "self", on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    drafted_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["partnership", "reference"], name="agreement_reference_once"
            ),
            models.CheckConstraint(
                condition=(
                    Q(kind__in=["constitution", "mou"], parent__isnull=True)
                    | Q(kind="dul", parent__isnull=False)
                    | Q(kind__in=["dsa", "funding", "procurement", "standards"])
                ),
                name="agreement_rests_where_it_can",
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
    `commented_at`: since when it is open for comment, if it ever was; `opened_at`: for signature.
    `dropped_because`: why a text that was never in force is not pursued any more.
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
    commented_at = models.DateTimeField(null=True, blank=True)
    opened_at = models.DateTimeField(null=True, blank=True)
    active_at = models.DateTimeField(null=True, blank=True)
    replaced_at = models.DateTimeField(null=True, blank=True)
    dropped_at = models.DateTimeField(null=True, blank=True)
    dropped_because = models.TextField(blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["agreement", "number"], name="version_number_once"),
            models.UniqueConstraint(
                fields=["agreement"], condition=Q(state="active"), name="version_active_once"
            ),
            models.UniqueConstraint(
                fields=["agreement"],
                condition=Q(state__in=["draft", "comment", "signing"]),
                name="version_in_preparation_once",
            ),
            models.CheckConstraint(
                condition=Q(expires_on__gte=F("starts_on")), name="version_ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(
                    state="draft",
                    commented_at__isnull=True,
                    opened_at__isnull=True,
                    active_at__isnull=True,
                )
                | Q(
                    state="comment",
                    commented_at__isnull=False,
                    opened_at__isnull=True,
                    active_at__isnull=True,
                )
                | Q(state="signing", opened_at__isnull=False, active_at__isnull=True)
                | Q(state="active", opened_at__isnull=False, active_at__isnull=False)
                | Q(state="replaced")
                | Q(state="dropped", active_at__isnull=True),
                name="version_state_has_its_dates",
            ),
            models.CheckConstraint(
                condition=Q(state="replaced", replaced_at__isnull=False)
                | (~Q(state="replaced") & Q(replaced_at__isnull=True)),
                name="version_replaced_dated",
            ),
            models.CheckConstraint(
                condition=(Q(state="dropped", dropped_at__isnull=False) & ~Q(dropped_because=""))
                | (~Q(state="dropped") & Q(dropped_at__isnull=True, dropped_because="")),
                name="version_dropped_with_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agreement_id} version {self.number}"


class Signature(models.Model):
    """An organisation's signature under one text, by somebody who may sign for it.

    `name` is the signatory's name as it was then: evidence of the signature, shown to the parties.
    `person` is known only for who signed with an account. `sent_to`: where the code went that
    another signatory signed with, masked; the whole address stays on the link.
    """

    class Way(models.TextChoices):
        ACCOUNT = "account", _("Signed in")
        CODE = "code", _("By a code sent to their address")
        PAPER = "paper", _("On paper")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    version = models.ForeignKey(
        AgreementVersion, on_delete=models.PROTECT, related_name="signatures"
    )
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="signatures"
    )
    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="signatures", null=True, blank=True
    )
    way = models.CharField(max_length=10, choices=Way, default=Way.ACCOUNT)
    name = models.CharField(max_length=200)
    sent_to = models.CharField(max_length=254, blank=True)
    text_hash = models.CharField(max_length=64)
    signed_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["version", "organisation"], name="signature_once_per_organisation"
            ),
            models.CheckConstraint(
                condition=Q(way="account", person__isnull=False) | Q(way__in=["code", "paper"]),
                name="signature_has_its_signatory",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version_id} signed by {self.organisation_id}"


class MailedSignatory(models.Model):
    """Somebody without an account whom an organisation asks to sign one text, by personal link.

    The link alone signs nothing: it needs a code, mailed to the link's address when its holder asks
    for it. Of the code only a keyed hash is kept.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    version = models.ForeignKey(
        AgreementVersion, on_delete=models.PROTECT, related_name="mailed_signatories"
    )
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(_("name"), max_length=200)
    link = models.OneToOneField(Link, on_delete=models.PROTECT, related_name="mailed_signatory")
    text_hash = models.CharField(max_length=64)
    named_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    named_at = models.DateTimeField()
    code_hash = models.CharField(max_length=64, blank=True)
    code_expires_at = models.DateTimeField(null=True, blank=True)
    tries_left = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(code_hash="", code_expires_at__isnull=True, tries_left=0)
                | (~Q(code_hash="") & Q(code_expires_at__isnull=False)),
                name="mailed_signatory_code_expires",
            )
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id} asked to sign {self.version_id}"


class Comment(models.Model):
    """What an organisation, or residents through their seat, say about a text or one clause of it.

    `clause` is a clause's number in that version, 0 for the whole text. `voice`: the residents
    whose seat speaks. Once answered, `outcome` and `answer` say what became of it.
    """

    class Outcome(models.TextChoices):
        TAKEN = "taken", _("Taken into the text")
        NOT_TAKEN = "not_taken", _("Not taken")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    version = models.ForeignKey(AgreementVersion, on_delete=models.PROTECT, related_name="comments")
    clause = models.PositiveIntegerField(default=0)
    words = models.TextField(_("comment"))
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    voice = models.CharField(max_length=200, blank=True)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True)
    answer = models.TextField(_("answer"), blank=True)
    resolved_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    resolved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=~Q(words=""), name="comment_says_something"),
            models.CheckConstraint(
                condition=Q(organisation__isnull=False, voice="")
                | (Q(organisation__isnull=True) & ~Q(voice="")),
                name="comment_is_somebodys",
            ),
            models.CheckConstraint(
                condition=Q(
                    outcome="", answer="", resolved_by__isnull=True, resolved_at__isnull=True
                )
                | (
                    Q(
                        outcome__in=["taken", "not_taken"],
                        resolved_by__isnull=False,
                        resolved_at__isnull=False,
                    )
                    & ~Q(answer="")
                ),
                name="comment_answered_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version_id} clause {self.clause}"


class Contentment(models.Model):
    """A party is content with one text, before it is put to signature. It binds nobody."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    version = models.ForeignKey(
        AgreementVersion, on_delete=models.PROTECT, related_name="contentments"
    )
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    text_hash = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["version", "organisation"], name="contentment_once_per_organisation"
            )
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id} content with {self.version_id}"


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


class Adaptation(models.Model):
    """How a party follows one rule of a text, in its own words, from a day on.

    `clause`: the rule's number in that version. Blank words: it takes the rule as it is again. Rows
    are numbered in the order of writing; which counts is never stored: `compute.permits.adapting`
    decides it.
    """

    version = models.ForeignKey(
        AgreementVersion, on_delete=models.PROTECT, related_name="adaptations"
    )
    clause = models.PositiveIntegerField()
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    words = models.TextField(_("how it follows the rule"), blank=True)
    reason = models.TextField(_("reason"), blank=True)
    from_on = models.DateField()
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(clause__gt=0), name="adaptation_of_a_clause"),
            models.CheckConstraint(
                condition=Q(words="") | ~Q(reason=""), name="adaptation_has_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id} adapts clause {self.clause} of {self.version_id}"
