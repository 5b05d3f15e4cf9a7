"""Fields that several forms share, and what is done for one of a person’s seats."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from commonweal.agree.decisions.models import (
    Hat,
)
from commonweal.convene.models import Seat
from commonweal.core import fields
from commonweal.core.fields import DayInput

HAT_HINTS = {
    Hat.US.value: _("What the partnership as a whole needs."),
    Hat.ORGANISATION.value: _("What those need in whose name you sit here."),
}


def day_field(**options: Any) -> forms.DateField:
    return forms.DateField(widget=DayInput, **options)


def sentences(rows: int, **options: Any) -> forms.CharField:
    """A field for a few sentences, of a length that the records keep."""
    options.setdefault("max_length", 20_000)
    return fields.sentences(rows, **options)


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
