"""Forms of this part of the room."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from commonweal.agree.recommendations import states
from commonweal.agree.recommendations.actions import Matter, Term
from commonweal.agree.recommendations.models import Appointment, Independent
from commonweal.core.fields import DayInput, sentences
from commonweal.core.models import Organisation


class MatterForm(forms.Form):
    """What is put to whom, and by when they shall answer."""

    title = forms.CharField(
        label=_("In one sentence"),
        max_length=300,
        error_messages={"required": _("Say it in one sentence.")},
    )
    words = sentences(
        6,
        label=_("What, and why"),
        help_text=_("Plain words: the addressee and everybody else will read them."),
        max_length=5000,
        error_messages={"required": _("Say what, and why.")},
    )
    addressee = forms.ModelChoiceField(
        queryset=Organisation.objects.none(),
        label=_("Who shall answer"),
        empty_label=None,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose an organisation at the table.")},
    )
    answer_by = forms.DateField(
        label=_("Answer by"),
        widget=DayInput,
        error_messages={"required": _("Name the day by which an answer is owed.")},
    )
    is_public = forms.ChoiceField(
        label=_("Who can read it"),
        choices=[("yes", _("Everybody")), ("no", _("Only the table and independent roles"))],
        widget=forms.RadioSelect,
        initial="yes",
    )

    def __init__(self, *args: Any, addressees: Iterable[Organisation], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["addressee"].queryset = addressees  # type: ignore[attr-defined]

    def matter(self) -> Matter:
        """Only of a valid form."""
        said = self.cleaned_data
        return Matter(
            title=said["title"],
            words=said["words"],
            addressee=said["addressee"],
            answer_by=said["answer_by"],
            is_public=said["is_public"] == "yes",
        )


class RecommendForm(MatterForm):
    basis = forms.CharField(
        label=_("Where the table agreed on it"),
        help_text=_("The decision or meeting, for example “D-3” or “meeting of 3 May”."),
        max_length=200,
        error_messages={"required": _("Say in which decision or meeting the table agreed on it.")},
    )
    field_order = ("title", "words", "basis", "addressee", "answer_by", "is_public")


class FindForm(MatterForm):
    appointment = forms.ModelChoiceField(
        queryset=Appointment.objects.none(),
        label=_("In which role"),
        empty_label=None,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose the role in which you found it.")},
    )
    field_order = ("appointment", "title", "words", "addressee", "answer_by", "is_public")

    def __init__(self, *args: Any, held: Iterable[Appointment], **options: Any) -> None:
        super().__init__(*args, **options)
        roles = list(held)
        field = self.fields["appointment"]
        field.queryset = held  # type: ignore[attr-defined]
        field.label_from_instance = lambda one: (  # type: ignore[attr-defined]
            f"{one.get_role_display()}: {one.holder}"
        )
        if len(roles) == 1:
            field.initial = roles[0].pk


ANSWERS = {
    states.ACCEPT: _("We accept it"),
    states.ACCEPT_IN_PART: _("We accept it in part"),
    states.DECLINE: _("We decline it"),
}


class AnswerForm(forms.Form):
    event = forms.ChoiceField(
        label=_("Your answer"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose an answer.")},
    )
    words = sentences(
        5,
        label=_("Your reasons"),
        help_text=_("What you will do and why, or why not. Everybody who reads it reads them."),
        max_length=5000,
        error_messages={"required": _("Give your reasons. Everybody reads them.")},
    )

    def __init__(self, *args: Any, state: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["event"].choices = [  # type: ignore[attr-defined]
            (each, ANSWERS[each]) for each in states.answers(state)
        ]


class LaunchForm(forms.Form):
    what = forms.CharField(
        label=_("What was begun"),
        max_length=300,
        error_messages={"required": _("Say what was begun.")},
    )
    begun_on = forms.DateField(
        label=_("On which day"),
        widget=DayInput,
        error_messages={"required": _("Name the day on which it began.")},
    )
    link = forms.URLField(
        label=_("Where to read more"),
        help_text=_("An address on the web, if there is one."),
        required=False,
        max_length=200,
        assume_scheme="https",
    )


class ReasonForm(forms.Form):
    reason = sentences(
        3,
        label=_("The reason"),
        help_text=_("Everybody who could read it reads this too."),
        max_length=1000,
        error_messages={"required": _("Give the reason.")},
    )


ROLE_HINTS = {
    Independent.EVALUATOR.value: _("Looks at what changed, for whom, and why."),
    Independent.AUDITOR.value: _("Checks whether money and data went where they were meant to."),
    Independent.FACILITATOR.value: _("Leads the talks and says where they are stuck."),
}


class AppointForm(forms.Form):
    """An independent role for an organisation that is here, or for a person by e-mail address."""

    role = forms.ChoiceField(
        label=_("Role"),
        choices=Independent.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a role.")},
    )
    mandate = sentences(
        3,
        label=_("What they are to look at"),
        max_length=2000,
        error_messages={"required": _("Say what they are to look at.")},
    )
    starts_on = forms.DateField(
        label=_("First day"),
        widget=DayInput,
        error_messages={"required": _("Name the first day of the term.")},
    )
    ends_on = forms.DateField(
        label=_("Last day"),
        widget=DayInput,
        error_messages={"required": _("Name the last day of the term.")},
    )
    organisation = forms.ModelChoiceField(
        queryset=Organisation.objects.none(),
        label=_("An organisation"),
        help_text=_("Not the convener’s or the sponsor’s: who leads is not independent."),
        required=False,
        empty_label=_("A person of their own"),
    )
    email = forms.EmailField(
        label=_("The person’s e-mail address"),
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    person_name = forms.CharField(label=_("The person’s name"), max_length=200, required=False)
    fieldsets = [
        (_("The role"), ["role", "mandate", "starts_on", "ends_on"]),
        (
            _("Who holds it"),
            ["organisation", "email", "person_name"],
            _("Choose an organisation, or name a person: we mail them a link to come in."),
        ),
    ]

    def __init__(self, *args: Any, organisations: Iterable[Organisation], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["organisation"].queryset = organisations  # type: ignore[attr-defined]
        self.fields["role"].choice_hints = ROLE_HINTS  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        named = bool(given.get("email"))
        if given.get("organisation") and named:
            self.add_error("email", _("You chose an organisation: leave one of them out."))
        elif not given.get("organisation") and not named and "email" not in self.errors:
            self.add_error("organisation", _("Choose an organisation, or name a person below."))
        elif named and not given.get("person_name"):
            self.add_error("person_name", _("Enter the person’s name."))
        return given

    def term(self) -> Term:
        """Only of a valid form."""
        said = self.cleaned_data
        return Term(said["mandate"], said["starts_on"], said["ends_on"])
