"""Forms of the premortem."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from commonweal.convene.models import Seat
from commonweal.convene.premortem.actions import MOST
from commonweal.convene.premortem.models import Reason
from commonweal.core.fields import sentences


class SeatChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, seat: Seat) -> str:
        return seat.holder


class AnswerForm(forms.Form):
    """Why it failed, by kind; one reason a line."""

    seat = SeatChoice(
        queryset=Seat.objects.none(),
        label=_("For whom do you say it?"),
        error_messages={"required": _("Choose for whom you say it.")},
    )
    substantive = sentences(
        4,
        label=_("The matter itself"),
        help_text=_("We did not understand the problem, the data were not there, it was too big."),
        max_length=1600,
        required=False,
    )
    process = sentences(
        4,
        label=_("How we worked together"),
        help_text=_("People left, voices were missing, nobody had time, some had all the say."),
        max_length=1600,
        required=False,
    )
    accountability = sentences(
        4,
        label=_("Who answered for what"),
        help_text=_("Nobody was bound, goals clashed, what drives us was never said."),
        max_length=1600,
        required=False,
    )

    def __init__(self, *args: Any, seats: Sequence[Seat], **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["seat"]
        ids = [seat.pk for seat in seats]
        field.queryset = Seat.objects.filter(pk__in=ids).select_related("organisation")  # type: ignore[attr-defined]
        if len(seats) == 1:
            field.initial, field.widget = seats[0].pk, forms.HiddenInput()

    def reasons(self) -> dict[str, list[str]]:
        """Only of a valid form."""
        return {name: self.cleaned_data[name].splitlines() for name in Reason.Family.values}


class TakeUpForm(forms.Form):
    answer = forms.ChoiceField(
        label=_("What do you do about it?"),
        choices=Reason.Answer.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what you do about it.")},
    )
    words = sentences(
        3,
        label=_("In your words"),
        help_text=_("A sentence for the constitution; who does what; or why you live with it."),
        max_length=MOST,
        error_messages={"required": _("Say it in your words.")},
    )
