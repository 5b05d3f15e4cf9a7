"""Forms around a proposal: its words, its way, what seats say to it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from commonweal.agree.decisions.forms.fields import (
    ForSeatForm,
    day_field,
    hat_field,
    seat_choice,
    seat_choices,
    seats_of,
    sentences,
)
from commonweal.agree.decisions.models import (
    Attendance,
    Contribution,
    DecisionType,
    ObjectionReason,
    Position,
    Stance,
)
from commonweal.compute.decisions import asking
from commonweal.convene.models import Seat

STANCE_HINTS = {
    Stance.CONSENT.value: _("Good enough for now and safe enough to try until the review."),
    Stance.OBJECT.value: _(
        "It would do harm or miss its aim. Say how, below. A preference is no objection."
    ),
    Stance.ABSTAIN.value: _("You answered, and count neither way."),
}


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
        help_text=_("Otherwise only the table and independent roles read it."),
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
