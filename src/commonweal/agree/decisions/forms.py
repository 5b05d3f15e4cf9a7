"""Forms of this part of the room."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from commonweal.agree.decisions.models import (
    Attendance,
    Contribution,
    Decider,
    DecisionType,
    Hat,
    ObjectionReason,
    Position,
    Proposal,
    Rule,
    Stance,
    Verb,
)
from commonweal.agree.decisions.setting_up import Setting
from commonweal.compute.decisions import asking
from commonweal.convene.models import Seat

RULE_HINTS = {
    Rule.CONSENT.value: _("Adopted when nobody objects with a reason, until the review."),
    Rule.MAJORITY.value: _(
        "More than half of the votes for and against; abstentions count for neither."
    ),
    Rule.TWO_THIRDS.value: _("At least two thirds of the votes for and against."),
    Rule.UNANIMITY.value: _("Every deciding seat says yes; an abstention or an absence is no yes."),
    Rule.LEAD.value: _("One seat decides, after those who are asked have given their advice."),
}
STANCE_HINTS = {
    Stance.CONSENT.value: _("Good enough for now and safe enough to try until the review."),
    Stance.OBJECT.value: _(
        "It would do harm or miss its aim. Say how, below. A preference is no objection."
    ),
    Stance.ABSTAIN.value: _("You answered, and count neither way."),
}
HAT_HINTS = {
    Hat.US.value: _("What the partnership as a whole needs."),
    Hat.ORGANISATION.value: _("What those need in whose name you sit here."),
}


def sentences(rows: int, **options: Any) -> forms.CharField:
    """A field for a few sentences."""
    options.setdefault("max_length", 20_000)
    return forms.CharField(widget=forms.Textarea(attrs={"rows": rows}), **options)


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


def day_field(**options: Any) -> forms.DateField:
    return forms.DateField(widget=DayInput, **options)


class SeatChoice(forms.ModelChoiceField[Seat]):
    """One seat, by whom it is held for."""

    def label_from_instance(self, obj: Seat) -> str:
        return obj.holder


class SeatChoices(forms.ModelMultipleChoiceField[Seat]):
    def label_from_instance(self, obj: Seat) -> str:
        return obj.holder


def seats_of(seats: Iterable[Seat]) -> QuerySet[Seat]:
    """The same seats as a query, in order of arrival."""
    ids = [seat.pk for seat in seats]
    found = Seat.objects.filter(pk__in=ids).select_related("organisation", "partnership")
    return found.order_by("since_at", "id")


def seat_choice(label: Any, **options: Any) -> SeatChoice:
    return SeatChoice(
        queryset=Seat.objects.none(),
        label=label,
        widget=forms.RadioSelect,
        empty_label=None,
        error_messages={"required": _("Choose a seat.")},
        **options,
    )


def seat_choices(label: Any, **options: Any) -> SeatChoices:
    return SeatChoices(
        queryset=Seat.objects.none(),
        label=label,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        **options,
    )


def hat_field() -> forms.ChoiceField:
    field = forms.ChoiceField(
        label=_("Which hat do you wear here?"),
        help_text=_("Everybody at the table wears two. Say which one speaks."),
        choices=Hat.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Say for whom you speak.")},
    )
    field.choice_hints = HAT_HINTS  # type: ignore[attr-defined]
    return field


class ForSeatForm(forms.Form):
    """Something that a person does for one of their seats."""

    seat = seat_choice(_("For which seat?"))

    def __init__(self, *args: Any, mine: Sequence[Seat], **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["seat"]
        field.queryset = seats_of(mine)  # type: ignore[attr-defined]
        if len(mine) == 1:
            field.initial = mine[0].pk
            field.widget = forms.HiddenInput()


class ProposeForm(ForSeatForm):
    decision_type = forms.ModelChoiceField(
        queryset=DecisionType.objects.none(),
        label=_("What type of decision is it?"),
        widget=forms.RadioSelect,
        empty_label=None,
        error_messages={"required": _("Choose a type of decision.")},
    )
    title = forms.CharField(
        label=_("Title"),
        help_text=_("What people will call it, for example “A fifth delivery route”."),
        max_length=200,
        error_messages={"required": _("Give the proposal a title.")},
    )
    text = sentences(
        8,
        label=_("What would be decided?"),
        help_text=_("The very words that would be adopted: who does what, until when."),
        error_messages={"required": _("Write what would be decided.")},
    )
    hat = hat_field()
    field_order = ["decision_type", "title", "text", "seat", "hat"]

    def __init__(self, *args: Any, types: QuerySet[DecisionType], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["decision_type"].queryset = types  # type: ignore[attr-defined]


class ObjectionChoice(forms.ModelChoiceField[Position]):
    def label_from_instance(self, obj: Position) -> str:
        return f"{obj.seat.holder}: {obj.words}"


class RewriteForm(forms.Form):
    text = sentences(
        8,
        label=_("What would be decided?"),
        error_messages={"required": _("Write what would be decided.")},
    )
    integrates = ObjectionChoice(
        queryset=Position.objects.none(),
        label=_("Which objection do the new words take in?"),
        widget=forms.RadioSelect,
        required=False,
        blank=True,
        empty_label=_("None of them"),
    )
    because = sentences(
        2,
        label=_("Why do the words change?"),
        error_messages={"required": _("Say why the words change.")},
    )

    def __init__(self, *args: Any, objections: QuerySet[Position], **options: Any) -> None:
        super().__init__(*args, **options)
        if objections:
            self.fields["integrates"].queryset = objections  # type: ignore[attr-defined]
        else:
            del self.fields["integrates"]


class ContributionForm(ForSeatForm):
    kind = forms.ChoiceField(
        label=_("What is it?"),
        choices=Contribution.Kind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what it is.")},
    )
    words = sentences(
        4,
        label=_("Your words"),
        error_messages={"required": _("Say it in a sentence or two.")},
    )
    hat = hat_field()
    field_order = ["kind", "words", "seat", "hat"]


class PositionForm(forms.Form):
    """One seat's answer to one text; `replaces`: the answer that it changes."""

    stance = forms.ChoiceField(
        label=_("What is your answer?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one of the answers.")},
    )
    reason = forms.ChoiceField(
        label=_("If you object: why?"),
        choices=ObjectionReason.choices,
        widget=forms.RadioSelect,
        required=False,
    )
    words = sentences(
        4,
        label=_("Your words"),
        help_text=_("An objection needs them, so that the others can take it in."),
        required=False,
    )
    hat = hat_field()
    text_hash = forms.CharField(widget=forms.HiddenInput)
    replaces = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, rule: str, **options: Any) -> None:
        super().__init__(*args, **options)
        answers = asking.ANSWERS[asking.Rule(rule)]
        field = self.fields["stance"]
        field.choices = [(str(each), Stance(each).label) for each in answers]  # type: ignore[attr-defined]
        field.choice_hints = STANCE_HINTS  # type: ignore[attr-defined]
        if asking.Stance.OBJECT not in answers:
            del self.fields["reason"]
            self.fields["words"].help_text = _("Why, if you want to say so.")


class ConflictForm(ForSeatForm):
    words = sentences(
        3,
        label=_("What do you have to gain or lose?"),
        error_messages={"required": _("Say what the interest is.")},
    )
    field_order = ["words", "seat"]


class AskForm(forms.Form):
    answer_by = day_field(
        label=_("Last day to answer"),
        help_text=_("Today, if you decide in a meeting. Until then nobody is passed over."),
        error_messages={"required": _("Choose the last day to answer.")},
    )


def public_field() -> forms.BooleanField:
    return forms.BooleanField(
        label=_("Show this decision, its reasons and its minutes to the public"),
        help_text=_("Otherwise only the table reads it."),
        required=False,
    )


def minutes_field() -> forms.CharField:
    return sentences(
        5,
        label=_("Minutes"),
        help_text=_("What was weighed, in a few sentences. No names of persons."),
        required=False,
    )


class AdoptForm(forms.Form):
    review_on = day_field(
        label=_("Review on"),
        help_text=_("The day on which it comes back. Every decision has one."),
        error_messages={"required": _("Choose the day on which it comes back.")},
    )
    minutes = minutes_field()
    is_public = public_field()


class CloseForm(forms.Form):
    because = sentences(
        2,
        label=_("Why was it not adopted?"),
        error_messages={"required": _("Say why it was not adopted.")},
    )
    minutes = minutes_field()
    is_public = public_field()


class WithdrawForm(forms.Form):
    because = sentences(
        2,
        label=_("Why is it withdrawn?"),
        error_messages={"required": _("Say why it is withdrawn.")},
    )


class ReviewForm(forms.Form):
    words = sentences(
        4,
        label=_("What did you find?"),
        help_text=_("Does it still do what it was meant to do? What has changed?"),
        error_messages={"required": _("Say what you found.")},
    )
    review_on = day_field(
        label=_("Next review"),
        help_text=_("Leave it blank if this was the last one."),
        required=False,
    )


class AttendanceForm(forms.Form):
    """Who was there, who was excused; the others were absent."""

    present = seat_choices(_("Who was there?"))
    excused = seat_choices(_("Who had said they could not come?"))

    def __init__(self, *args: Any, seats: Sequence[Seat], **options: Any) -> None:
        super().__init__(*args, **options)
        self.seats = list(seats_of(seats))
        for name in ("present", "excused"):
            self.fields[name].queryset = seats_of(seats)  # type: ignore[attr-defined]

    def noted(self) -> dict[Seat, str]:
        """Every seat with its state. Only of a valid form."""
        present, excused = self.cleaned_data["present"], self.cleaned_data["excused"]
        states = Attendance.State
        return {
            seat: states.PRESENT
            if seat in present
            else (states.EXCUSED if seat in excused else states.ABSENT)
            for seat in self.seats
        }


class TypeForm(forms.Form):
    """A type of decision with its rights."""

    name = forms.CharField(
        label=_("Name"),
        help_text=_("For example “Spending from the shared fund”."),
        max_length=200,
        error_messages={"required": _("Give the type of decision a name.")},
    )
    rule = forms.ChoiceField(
        label=_("By which rule?"),
        help_text=_("The one that your constitution chose."),
        choices=Rule.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a rule.")},
    )
    quorum = forms.IntegerField(
        label=_("Quorum, in percent"),
        help_text=_("How many of the deciding seats have to answer. Silence is not an answer."),
        min_value=1,
        max_value=100,
        initial=50,
    )
    decider = forms.ChoiceField(
        label=_("Who decides?"),
        help_text=_("Exactly one: the table, a body, or one seat."),
        choices=Decider.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose who decides.")},
    )
    body = forms.CharField(
        label=_("Name of the body"),
        help_text=_("For example “Steering group”."),
        max_length=120,
        required=False,
    )
    decide = seat_choices(
        _("Which seats decide?"), help_text=_("Leave them all blank when the whole table decides.")
    )
    recommend = seat_choices(_("Who prepares the recommendation?"))
    agree = seat_choices(
        _("Who has to agree?"), help_text=_("Without their agreement nothing is adopted.")
    )
    consult = seat_choices(_("Who is asked for advice first?"))
    perform = seat_choices(_("Who carries it out?"))
    inform = seat_choices(_("Who is told?"))
    is_public = forms.BooleanField(
        label=_("Such decisions are public unless you say otherwise"), required=False
    )
    fieldsets = [
        (_("What and how"), ["name", "rule", "quorum"]),
        (_("Who decides"), ["decider", "body", "decide"]),
        (_("Who else has a part"), ["recommend", "agree", "consult", "perform", "inform"]),
        (_("Who may read it"), ["is_public"]),
    ]

    def __init__(self, *args: Any, seats: Sequence[Seat], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["rule"].choice_hints = RULE_HINTS  # type: ignore[attr-defined]
        for verb in Verb.values:
            self.fields[verb].queryset = seats_of(seats)  # type: ignore[attr-defined]

    def setting(self) -> Setting:
        """What the form says. Only of a valid form."""
        said = self.cleaned_data
        return Setting(
            name=said["name"],
            rule=said["rule"],
            decider=said["decider"],
            quorum=said["quorum"],
            body=said["body"],
            is_public=said["is_public"],
            seats={verb: list(said[verb]) for verb in Verb.values},
        )


def initial_of(decision_type: DecisionType) -> dict[str, Any]:
    """What the form shows of a type of decision that is there."""
    found: dict[str, Any] = {
        name: getattr(decision_type, name)
        for name in ("name", "rule", "quorum", "decider", "body", "is_public")
    }
    for verb in Verb.values:
        found[verb] = [each.seat_id for each in decision_type.rights.all() if each.verb == verb]
    return found


class DelegationForm(ForSeatForm):
    holder = seat_choice(_("Who answers for it?"))
    decision_type = forms.ModelChoiceField(
        queryset=DecisionType.objects.none(),
        label=_("In which decisions?"),
        widget=forms.RadioSelect,
        required=False,
        blank=True,
        empty_label=_("In all of them"),
    )
    until_on = day_field(
        label=_("Until"),
        help_text=_("Leave it blank if it holds until you end it."),
        required=False,
    )
    field_order = ["seat", "holder", "decision_type", "until_on"]

    def __init__(
        self,
        *args: Any,
        others: Sequence[Seat],
        types: QuerySet[DecisionType],
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self.fields["holder"].queryset = seats_of(others)  # type: ignore[attr-defined]
        self.fields["decision_type"].queryset = types  # type: ignore[attr-defined]


class LinkForm(forms.Form):
    """Whom to mail a personal link, for which seat."""

    seat = seat_choice(_("For which seat?"))
    email = forms.EmailField(
        label=_("E-mail address"),
        error_messages={
            "required": _("Enter an e-mail address."),
            "invalid": _("Enter an e-mail address, like name@example.org."),
        },
        widget=forms.EmailInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, seats: Sequence[Seat], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["seat"].queryset = seats_of(seats)  # type: ignore[attr-defined]


class DisputeForm(ForSeatForm):
    about = forms.CharField(
        label=_("What is it about?"),
        help_text=_("One line that both sides would sign."),
        max_length=200,
        error_messages={"required": _("Say in one line what it is about.")},
    )
    words = sentences(
        4,
        label=_("What do you not agree on?"),
        help_text=_("What happened and what you need, without blame."),
        error_messages={"required": _("Say what you do not agree on, without blame.")},
    )
    others = seat_choices(_("With whom?"))
    proposal = forms.ModelChoiceField(
        queryset=Proposal.objects.none(),
        label=_("About which proposal?"),
        required=False,
        empty_label=_("None of them"),
    )
    next_on = day_field(
        label=_("You talk by"),
        help_text=_("Until when you try to settle it between yourselves."),
        error_messages={"required": _("Choose a day.")},
    )
    field_order = ["about", "words", "seat", "others", "proposal", "next_on"]

    def __init__(
        self, *args: Any, others: Sequence[Seat], proposals: QuerySet[Proposal], **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.fields["others"].queryset = seats_of(others)  # type: ignore[attr-defined]
        self.fields["proposal"].queryset = proposals  # type: ignore[attr-defined]


class StepForm(forms.Form):
    """The next step of a dispute, of those that follow from where it stands."""

    event = forms.ChoiceField(
        label=_("What is next?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose the next step.")},
    )
    words = sentences(
        4,
        label=_("What came of it so far?"),
        error_messages={"required": _("Write down what came of it.")},
    )
    next_on = day_field(
        label=_("Until when you try it"),
        help_text=_("Not needed when it is settled or put on record."),
        required=False,
    )

    def __init__(self, *args: Any, ways: Sequence[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["event"].choices = ways  # type: ignore[attr-defined]
