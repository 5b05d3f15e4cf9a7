"""How a table decides: types of decision with their rights, proposals, positions, disputes.

Invariant: a position stands under exactly one text and is never changed, only followed by another;
a changed text asks everybody anew. What was decided keeps its reasons, its minutes and a day on
which it comes back. Whether a proposal is adopted is computed by `compute.decisions` from these
rows; nobody ticks it.
"""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from commonweal.compute.decisions import asking, rights
from commonweal.convene.models import Partnership, Seat


class Rule(models.TextChoices):
    CONSENT = asking.Rule.CONSENT.value, _("Consent")
    MAJORITY = asking.Rule.MAJORITY.value, _("Majority")
    TWO_THIRDS = asking.Rule.TWO_THIRDS.value, _("Two thirds")
    UNANIMITY = asking.Rule.UNANIMITY.value, _("Unanimity")
    LEAD = asking.Rule.LEAD.value, _("Lead with advice")


class Decider(models.TextChoices):
    TABLE = rights.Decider.TABLE.value, _("The whole table")
    BODY = rights.Decider.BODY.value, _("A body of chosen seats")
    SEAT = rights.Decider.SEAT.value, _("One seat, after advice")


class Verb(models.TextChoices):
    RECOMMEND = rights.Verb.RECOMMEND.value, _("Recommends")
    AGREE = rights.Verb.AGREE.value, _("Has to agree")
    CONSULT = rights.Verb.CONSULT.value, _("Is asked for advice")
    DECIDE = rights.Verb.DECIDE.value, _("Decides")
    PERFORM = rights.Verb.PERFORM.value, _("Carries it out")
    INFORM = rights.Verb.INFORM.value, _("Is told")


class Hat(models.TextChoices):
    """For whom somebody speaks: the two hats that everybody in a partnership wears."""

    US = "us", _("For us all")
    ORGANISATION = "organisation", _("For my organisation or group")


class Stance(models.TextChoices):
    CONSENT = asking.Stance.CONSENT.value, _("Consent")
    OBJECT = asking.Stance.OBJECT.value, _("Objection")
    FOR = asking.Stance.FOR.value, _("For")
    AGAINST = asking.Stance.AGAINST.value, _("Against")
    ABSTAIN = asking.Stance.ABSTAIN.value, _("Abstention")


class ObjectionReason(models.TextChoices):
    EFFECT = "effect", _("It would not have the effect we want")
    EFFICIENCY = "efficiency", _("It would cost more than it has to")
    SIDE_EFFECT = "side_effect", _("It would do harm elsewhere")


class State(models.TextChoices):
    """Where a proposal is on its way; see `states.PROPOSAL`."""

    DRAFT = "draft", _("Draft")
    CLARIFY = "clarify", _("Questions and advice")
    POSITIONS = "positions", _("Open for positions")
    INTEGRATE = "integrate", _("Taking objections in")
    ADOPTED = "adopted", _("Adopted")
    NOT_ADOPTED = "not_adopted", _("Not adopted")
    WITHDRAWN = "withdrawn", _("Withdrawn")


OPEN = frozenset({State.DRAFT, State.CLARIFY, State.POSITIONS, State.INTEGRATE})
DECIDED = frozenset({State.ADOPTED, State.NOT_ADOPTED})


class DecisionType(models.Model):
    """A kind of decision: who decides, by which rule. The first of a partnership is its default.

    `quorum`: percent of the deciding seats that have to answer. `number`: its name in addresses.
    `departs_because`: why it is not taken as the constitution said when it was set up or changed;
    whether it departs is never stored.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    partnership = models.ForeignKey(
        Partnership, on_delete=models.PROTECT, related_name="decision_types"
    )
    number = models.PositiveIntegerField()
    name = models.CharField(_("name"), max_length=200)
    rule = models.CharField(_("rule"), max_length=12, choices=Rule)
    decider = models.CharField(_("who decides"), max_length=6, choices=Decider)
    body = models.CharField(_("name of the body"), max_length=120, blank=True)
    quorum = models.PositiveSmallIntegerField(_("quorum"))
    is_public = models.BooleanField(_("public"))
    departs_because = models.CharField(_("why it departs"), max_length=500, blank=True)
    set_up_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["partnership", "number"], name="decision_type_number_once"
            ),
            models.UniqueConstraint(fields=["partnership", "name"], name="decision_type_name_once"),
            models.CheckConstraint(
                condition=Q(rule__in=Rule.values), name="decision_type_rule_known"
            ),
            models.CheckConstraint(
                condition=Q(rule="lead", decider="seat")
                | (~Q(rule="lead") & Q(decider__in=["table", "body"])),
                name="decision_type_lead_is_one_seat",
            ),
            models.CheckConstraint(
                condition=Q(quorum__gte=1, quorum__lte=100), name="decision_type_quorum_percent"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Right(models.Model):
    """What one seat does in a type of decision. Nobody is named to decide when the table does."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    decision_type = models.ForeignKey(DecisionType, on_delete=models.CASCADE, related_name="rights")
    verb = models.CharField(max_length=10, choices=Verb)
    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="decision_rights")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["decision_type", "verb", "seat"], name="decision_right_once"
            ),
            models.CheckConstraint(
                condition=Q(verb__in=Verb.values), name="decision_right_verb_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.seat_id}"


class Delegation(models.Model):
    """One seat lets another answer for it: in one type of decision, or in all."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    giver = models.ForeignKey(Seat, on_delete=models.CASCADE, related_name="delegations_given")
    holder = models.ForeignKey(Seat, on_delete=models.CASCADE, related_name="delegations_held")
    decision_type = models.ForeignKey(
        DecisionType, on_delete=models.CASCADE, related_name="delegations", null=True, blank=True
    )
    until_on = models.DateField(_("until"), null=True, blank=True)
    given_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=~Q(giver=F("holder")), name="delegation_not_to_oneself"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("given_at")),
                name="delegation_ends_after_start",
            ),
            models.UniqueConstraint(
                fields=["giver", "decision_type"],
                condition=Q(ended_at__isnull=True, decision_type__isnull=False),
                name="delegation_open_once_per_type",
            ),
            models.UniqueConstraint(
                fields=["giver"],
                condition=Q(ended_at__isnull=True, decision_type__isnull=True),
                name="delegation_open_once_for_all",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.giver_id} to {self.holder_id}"


class Proposal(models.Model):
    """What a seat proposes. Its words are in `texts`, its way in `states.PROPOSAL`.

    `answer_by`: last day to answer. `outcome`: the trace of `compute.decisions.outcome` at the
    moment it was decided. `review_on`: the day an adopted decision comes back.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    partnership = models.ForeignKey(Partnership, on_delete=models.PROTECT, related_name="proposals")
    number = models.PositiveIntegerField()
    decision_type = models.ForeignKey(
        DecisionType, on_delete=models.PROTECT, related_name="proposals"
    )
    title = models.CharField(_("title"), max_length=200)
    proposed_by = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="proposals")
    hat = models.CharField(_("for whom"), max_length=12, choices=Hat)
    state = models.CharField(max_length=12, choices=State, default=State.DRAFT)
    proposed_at = models.DateTimeField()
    answer_by = models.DateField(_("last day to answer"), null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_because = models.TextField(_("why it was closed"), blank=True)
    review_on = models.DateField(_("review on"), null=True, blank=True)
    reviewed_at = models.DateTimeField(null=True, blank=True)
    review_words = models.TextField(_("what the review found"), blank=True)
    minutes = models.TextField(_("minutes"), blank=True)
    is_public = models.BooleanField(_("public"), default=False)
    outcome = models.JSONField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["partnership", "number"], name="proposal_number_once"),
            models.CheckConstraint(
                condition=Q(state__in=State.values), name="proposal_state_known"
            ),
            models.CheckConstraint(condition=Q(hat__in=Hat.values), name="proposal_hat_known"),
            models.CheckConstraint(
                condition=~Q(state="adopted")
                | Q(review_on__isnull=False, outcome__isnull=False, closed_at__isnull=False),
                name="proposal_adopted_is_reviewed",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=["draft", "clarify", "positions", "integrate"],
                    closed_at__isnull=True,
                )
                | Q(
                    state__in=["adopted", "not_adopted", "withdrawn"],
                    closed_at__isnull=False,
                ),
                name="proposal_closed_dated",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["not_adopted", "withdrawn"]) | ~Q(closed_because=""),
                name="proposal_closed_has_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(reviewed_at__isnull=True, review_words="")
                | (Q(state="adopted", reviewed_at__isnull=False) & ~Q(review_words="")),
                name="proposal_review_has_words",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number}. {self.title}"

    @property
    def is_open(self) -> bool:
        return self.state in OPEN


class ProposalText(models.Model):
    """One wording of a proposal. `text_hash`: SHA-256 over title, number and text, 64 hex digits.

    `because`: why the words were changed; `integrates`: the objection that they take in.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="texts")
    number = models.PositiveIntegerField()
    text = models.TextField(_("text"))
    text_hash = models.CharField(max_length=64)
    because = models.TextField(_("why it was changed"), blank=True)
    integrates = models.ForeignKey(
        "Position", on_delete=models.PROTECT, related_name="integrated_in", null=True, blank=True
    )
    written_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["proposal", "number"], name="proposal_text_number_once"
            ),
            models.CheckConstraint(
                condition=Q(number=1, because="", integrates__isnull=True)
                | (Q(number__gt=1) & ~Q(because="")),
                name="proposal_text_change_has_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.proposal_id} text {self.number}"


class Contribution(models.Model):
    """A question, its answer, a concern, advice or a comment, by a seat under one of the two hats."""

    class Kind(models.TextChoices):
        QUESTION = "question", _("Question")
        ANSWER = "answer", _("Answer")
        CONCERN = "concern", _("Concern")
        ADVICE = "advice", _("Advice")
        COMMENT = "comment", _("Comment")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="contributions")
    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="contributions_made")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    hat = models.CharField(_("for whom"), max_length=12, choices=Hat)
    words = models.TextField(_("words"))
    by_link = models.BooleanField(default=False)
    said_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=~Q(words=""), name="contribution_has_words"),
            models.CheckConstraint(condition=Q(hat__in=Hat.values), name="contribution_hat_known"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.proposal_id}"


class Position(models.Model):
    """A seat's answer to one text. The one that nothing supersedes is the one that counts."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    text = models.ForeignKey(ProposalText, on_delete=models.PROTECT, related_name="positions")
    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="positions")
    stance = models.CharField(_("position"), max_length=8, choices=Stance)
    reason = models.CharField(
        _("reason of the objection"), max_length=12, choices=ObjectionReason, blank=True
    )
    words = models.TextField(_("words"), blank=True)
    hat = models.CharField(_("for whom"), max_length=12, choices=Hat)
    by_link = models.BooleanField(default=False)
    supersedes = models.OneToOneField(
        "self", on_delete=models.PROTECT, related_name="superseded_by", null=True, blank=True
    )
    taken_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["text", "seat"],
                condition=Q(supersedes__isnull=True),
                name="position_first_once",
            ),
            models.CheckConstraint(
                condition=Q(stance__in=Stance.values), name="position_stance_known"
            ),
            models.CheckConstraint(condition=Q(hat__in=Hat.values), name="position_hat_known"),
            models.CheckConstraint(
                condition=(Q(stance="object", reason__in=ObjectionReason.values) & ~Q(words=""))
                | (~Q(stance="object") & Q(reason="")),
                name="position_objection_has_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.seat_id} {self.stance}"


class ConflictOfInterest(models.Model):
    """A seat says that it has something to gain or lose, and takes no part in this decision."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="conflicts")
    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="conflicts_declared")
    words = models.TextField(_("what the interest is"))
    declared_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["proposal", "seat"], name="conflict_declared_once"),
            models.CheckConstraint(condition=~Q(words=""), name="conflict_has_words"),
        ]

    def __str__(self) -> str:
        return f"{self.seat_id} on {self.proposal_id}"


class Attendance(models.Model):
    """Who was at the meeting that dealt with a proposal, and who had said they could not come.

    It is a record only: whoever was there and did not answer has not agreed.
    """

    class State(models.TextChoices):
        PRESENT = "present", _("Present")
        EXCUSED = "excused", _("Excused")
        ABSENT = "absent", _("Absent")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="attendance")
    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="attendance")
    state = models.CharField(max_length=8, choices=State)
    noted_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["proposal", "seat"], name="attendance_once")
        ]

    def __str__(self) -> str:
        return f"{self.seat_id} {self.state}"


class DisputeState(models.TextChoices):
    """Where a dispute is; see `states.DISPUTE`. The cheap ways come first."""

    RAISED = "raised", _("Raised")
    TALK = "talk", _("The parties talk")
    MEDIATE = "mediate", _("Somebody of the table mediates")
    FACILITATE = "facilitate", _("Somebody from outside facilitates")
    SETTLED = "settled", _("Settled")
    RECORDED = "recorded", _("Not settled, outcome recorded")


class Dispute(models.Model):
    """Something that two or more seats do not agree on, and its way to an outcome on record."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    partnership = models.ForeignKey(Partnership, on_delete=models.PROTECT, related_name="disputes")
    number = models.PositiveIntegerField()
    about = models.CharField(_("what it is about"), max_length=200)
    proposal = models.ForeignKey(
        Proposal, on_delete=models.PROTECT, related_name="disputes", null=True, blank=True
    )
    raised_by = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="disputes_raised")
    parties = models.ManyToManyField(Seat, related_name="disputes")
    state = models.CharField(max_length=10, choices=DisputeState, default=DisputeState.RAISED)
    next_on = models.DateField(_("next step by"), null=True, blank=True)
    raised_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["partnership", "number"], name="dispute_number_once"),
            models.CheckConstraint(
                condition=Q(state__in=DisputeState.values), name="dispute_state_known"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["settled", "recorded"], next_on__isnull=True)
                | (~Q(state__in=["settled", "recorded"]) & Q(next_on__isnull=False)),
                name="dispute_open_has_a_next_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number}. {self.about}"


class DisputeStep(models.Model):
    """One step of a dispute with its words, as they were written down."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    dispute = models.ForeignKey(Dispute, on_delete=models.CASCADE, related_name="steps")
    state = models.CharField(max_length=10, choices=DisputeState)
    words = models.TextField(_("words"))
    taken_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=~Q(words=""), name="dispute_step_has_words")
        ]

    def __str__(self) -> str:
        return f"{self.dispute_id} {self.state}"
