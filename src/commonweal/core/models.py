"""Organisations, the people who act for them, the event log, links, mail and jobs.

Invariant: organisations own what a partnership does; a person acts only through an affiliation
in force. Events are appended, never changed. No secret is readable at rest: a link is kept as the
hash of its token, a message's body sealed.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _


class Sector(models.TextChoices):
    PUBLIC = "public", _("Public")
    PRIVATE = "private", _("Private")
    NONPROFIT = "nonprofit", _("Nonprofit")
    UNIVERSITY = "university", _("University")
    CIVIL_SOCIETY = "civil_society", _("Civil society")
    RESIDENT_GROUP = "resident_group", _("Resident group")
    PHILANTHROPY = "philanthropy", _("Philanthropy")


class Role(models.TextChoices):
    """What a person may do for an organisation."""

    MEMBER = "member", _("Takes part")
    SIGNATORY = "signatory", _("Signs agreements")
    STEWARD = "steward", _("Looks after its data")


class Organisation(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("name"), max_length=200)
    sector = models.CharField(_("sector"), max_length=20, choices=Sector)
    website = models.URLField(_("website"), blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(Lower("name"), name="organisation_name_once"),
            models.CheckConstraint(
                condition=Q(sector__in=Sector.values), name="organisation_sector_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class OrganisationIdentifier(models.Model):
    """An org-id identifier: the code of a register and the number in it, e.g. GB-CHC 1089464."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="identifiers"
    )
    register = models.CharField(_("register"), max_length=40)
    number = models.CharField(_("number"), max_length=60)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["register", "number"], name="org_id_once")
        ]

    def __str__(self) -> str:
        return f"{self.register}-{self.number}"


class PersonManager(BaseUserManager["Person"]):
    def get_by_natural_key(self, username: str | None) -> Person:
        return self.get(email__iexact=username)

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> Person:
        person = self.model(email=email.strip().lower(), **fields)
        person.set_password(password)
        person.save(using=self._db)
        return person


class Person(AbstractBaseUser):
    """Someone who signs in. `is_operator`: keeps the installation running, sees no partner's data."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(_("name"), max_length=200)
    language = models.CharField(_("language"), max_length=10, default="en")
    is_active = models.BooleanField(default=True)
    is_operator = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    objects: ClassVar[PersonManager] = PersonManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(Lower("email"), name="person_email_once")
        ]

    def __str__(self) -> str:
        return self.name or self.email


class AffiliationQuerySet(models.QuerySet["Affiliation"]):
    def in_force(self, at: datetime) -> AffiliationQuerySet:
        return self.filter(Q(until_at__isnull=True) | Q(until_at__gt=at), from_at__lte=at)


class Affiliation(models.Model):
    """A person acts for an organisation in one role, from a day, until a day."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="affiliations")
    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="affiliations"
    )
    role = models.CharField(max_length=20, choices=Role)
    from_at = models.DateTimeField()
    until_at = models.DateTimeField(null=True, blank=True)

    objects = AffiliationQuerySet.as_manager()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["person", "organisation", "role"],
                condition=Q(until_at__isnull=True),
                name="affiliation_open_once",
            ),
            models.CheckConstraint(
                condition=Q(until_at__isnull=True) | Q(until_at__gte=F("from_at")),
                name="affiliation_ends_after_start",
            ),
            models.CheckConstraint(
                condition=Q(role__in=Role.values), name="affiliation_role_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.role} {self.organisation_id}"


class Event(models.Model):
    """One line of the append-only, hash-chained log. See `core.events` for the way in."""

    number = models.PositiveBigIntegerField(primary_key=True)
    at = models.DateTimeField()
    kind = models.CharField(max_length=80)
    scope = models.UUIDField(null=True, db_index=True)
    subject = models.CharField(max_length=120)
    actor = models.CharField(max_length=80)
    organisation = models.UUIDField(null=True)
    data = models.JSONField()
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"{self.number} {self.kind}"


class LogHead(models.Model):
    """One row: the single point at which events queue up, and where the chain stands."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    number = models.PositiveBigIntegerField(default=0)
    hash = models.CharField(max_length=64, default="0" * 64)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(id=1), name="log_head_single")
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.hash}"


class Link(models.Model):
    """A personal link: one purpose, a token of which only the hash is kept. See `core.links`."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    purpose = models.SlugField(max_length=40, db_index=False)
    subject = models.CharField(max_length=120)
    organisation = models.ForeignKey(
        Organisation, null=True, on_delete=models.CASCADE, related_name="links"
    )
    person = models.ForeignKey(Person, null=True, on_delete=models.CASCADE, related_name="links")
    email = models.EmailField(blank=True)
    scope = models.UUIDField(null=True, db_index=True)
    token_hash = models.CharField(max_length=64, unique=True)
    issued_by = models.CharField(max_length=80)
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    uses_left = models.PositiveIntegerField(null=True)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    sent_count = models.PositiveIntegerField(default=1)
    last_sent_at = models.DateTimeField()
    data = models.JSONField(default=dict)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("issued_at")), name="link_expires_after_issue"
            )
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["purpose", "subject"], name="link_of_subject")
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.id}"


class OutgoingMail(models.Model):
    """One message to one address. `body` is sealed (`core.sealing`): it may hold a live link."""

    class State(models.TextChoices):
        QUEUED = "queued", _("Waiting to be sent")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Failed, will be tried again")
        GIVEN_UP = "given_up", _("Failed for good")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    to = models.EmailField()
    subject = models.CharField(max_length=200)
    body = models.TextField()
    purpose = models.CharField(max_length=40)
    scope = models.UUIDField(null=True, db_index=True)
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    queued_at = models.DateTimeField(db_index=True)
    next_attempt_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(state__in=["queued", "sent", "failed", "given_up"]),
                name="mail_state_known",
            ),
            models.CheckConstraint(
                condition=Q(state="sent", sent_at__isnull=False)
                | (~Q(state="sent") & Q(sent_at__isnull=True)),
                name="mail_sent_has_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.id} {self.state}"


class Job(models.Model):
    """One piece of work that a worker does. See `core.jobs`; `task` is its place in the queue."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=80)
    arguments = models.JSONField(default=dict)
    scope = models.UUIDField(null=True, db_index=True)
    by = models.CharField(max_length=80)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    done = models.PositiveBigIntegerField(default=0)
    total = models.PositiveBigIntegerField(null=True)
    message = models.CharField(max_length=200, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    max_attempts = models.PositiveSmallIntegerField(default=3)
    last_error = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    heartbeat_at = models.DateTimeField(null=True)
    next_attempt_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    task = models.UUIDField(null=True, unique=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "running", "done", "failed"]),
                name="job_state_known",
            ),
            models.CheckConstraint(
                condition=~Q(state="running") | Q(heartbeat_at__isnull=False),
                name="job_running_beats",
            ),
            models.CheckConstraint(
                condition=Q(attempts__lte=F("max_attempts")), name="job_attempts_bounded"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["state", "heartbeat_at"], name="job_by_state")
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.id} {self.state}"

    @property
    def is_over(self) -> bool:
        return self.state in {self.State.DONE, self.State.FAILED}

    @property
    def percent(self) -> int | None:
        """How far it is in whole percent; None while the total is not known."""
        return min(100, 100 * self.done // self.total) if self.total else None


class Schedule(models.Model):
    """When a periodic job runs next. Moving `next_at` on decides which worker queues it."""

    name = models.CharField(max_length=80, primary_key=True)
    next_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class RateWindow(models.Model):
    """How often one client did one thing in one window of time. `key` is a keyed hash."""

    key = models.CharField(max_length=64, primary_key=True)
    count = models.PositiveIntegerField(default=0)
    ends_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.count} until {self.ends_at}"
