"""Forms of meetings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from commonweal.convene.models import Seat
from commonweal.core.fields import DayInput, sentences
from commonweal.desk.meetings.actions import MOST
from commonweal.desk.meetings.models import Meeting, Point


class SeatChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, seat: Seat) -> str:
        return seat.holder


class SeatsChoice(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, seat: Seat) -> str:
        return seat.holder


class MomentInput(forms.DateTimeInput):
    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M")


def of_these(seats: Iterable[Seat]) -> Any:
    ids = [seat.pk for seat in seats]
    return Seat.objects.filter(pk__in=ids).select_related("organisation").order_by("since_at")


class CallForm(forms.Form):
    title = forms.CharField(
        label=_("What is it called?"),
        max_length=120,
        initial=_("Meeting of the table"),
        error_messages={"required": _("Give it a title.")},
    )
    starts_at = forms.DateTimeField(
        label=_("When does it begin?"),
        widget=MomentInput(),
        error_messages={
            "required": _("Say when it begins."),
            "invalid": _("Write a day and a time."),
        },
    )
    minutes = forms.IntegerField(
        label=_("How many minutes?"),
        initial=90,
        min_value=10,
        max_value=600,
        error_messages={"required": _("Say how long it lasts.")},
    )
    place = forms.CharField(
        label=_("Where?"),
        help_text=_("A room, or the address of a call."),
        max_length=200,
        error_messages={"required": _("Say where.")},
    )
    repeats = forms.ChoiceField(
        label=_("How often?"),
        choices=Meeting.Repeats.choices,
        widget=forms.RadioSelect,
        initial=Meeting.Repeats.NEVER.value,
    )


class PointForm(forms.Form):
    seat = SeatChoice(
        queryset=Seat.objects.none(),
        label=_("For whom do you say it?"),
        error_messages={"required": _("Choose for whom you say it.")},
    )
    title = forms.CharField(
        label=_("What should the table talk about?"),
        max_length=300,
        error_messages={"required": _("Say what it is about.")},
    )
    minutes = forms.IntegerField(
        label=_("How many minutes?"),
        initial=10,
        min_value=1,
        max_value=120,
        error_messages={"required": _("Say how many minutes.")},
    )

    def __init__(self, *args: Any, seats: Sequence[Seat], **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["seat"]
        field.queryset = of_these(seats)  # type: ignore[attr-defined]
        if len(seats) == 1:
            field.initial, field.widget = seats[0].pk, forms.HiddenInput()


class MinutesForm(forms.Form):
    """A field for each point, and who is there."""

    present = SeatsChoice(
        queryset=Seat.objects.none(),
        label=_("Who is there?"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    def __init__(
        self, *args: Any, points: Sequence[Point], seats: Iterable[Seat], **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.fields["present"].queryset = of_these(seats)  # type: ignore[attr-defined]
        for point in points:
            self.fields[f"point-{point.pk}"] = sentences(
                3, label=point.title, max_length=MOST, required=False, initial=point.words
            )

    def words(self) -> dict[UUID, str]:
        """Only of a valid form."""
        named = {
            name.removeprefix("point-"): value
            for name, value in self.cleaned_data.items()
            if name.startswith("point-")
        }
        return {UUID(pk): value for pk, value in named.items()}


class TodoForm(forms.Form):
    seat = SeatChoice(
        queryset=Seat.objects.none(),
        label=_("Who does it?"),
        error_messages={"required": _("Choose who does it.")},
    )
    words = forms.CharField(
        label=_("What?"),
        max_length=300,
        error_messages={"required": _("Say what is to be done.")},
    )
    due_on = forms.DateField(
        label=_("By when?"), widget=DayInput(), error_messages={"required": _("Name the day.")}
    )

    def __init__(self, *args: Any, seats: Iterable[Seat], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["seat"].queryset = of_these(seats)  # type: ignore[attr-defined]
