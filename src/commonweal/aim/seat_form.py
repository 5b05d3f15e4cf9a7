"""The field that asks for which of a person's seats they act. Part of the forms, in a file of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from commonweal.convene.models import Seat

SCALE = (
    ("0", _("0: not at all")),
    ("1", _("1: a little")),
    ("2", _("2: in part")),
    ("3", _("3: largely")),
    ("4", _("4: fully")),
)


def points(label: Any, hint: Any) -> forms.TypedChoiceField:
    """Points from 0 to 4."""
    return forms.TypedChoiceField(
        label=label,
        help_text=hint,
        choices=SCALE,
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose from 0 to 4.")},
    )


class _SeatChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Any) -> str:
        return str(obj.holder)


class ForSeatForm(forms.Form):
    """Something that a person does for one of their seats: asked only where there are several."""

    seat = _SeatChoice(
        queryset=Seat.objects.none(),
        label=_("For which seat?"),
        error_messages={"required": _("Choose a seat.")},
    )

    def __init__(self, *args: Any, mine: Sequence[Seat], **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["seat"]
        ids = [each.pk for each in mine]
        field.queryset = (  # type: ignore[attr-defined]
            Seat.objects.filter(pk__in=ids).select_related("organisation").order_by("since_at")
        )
        if len(mine) == 1:
            field.initial = mine[0].pk
            field.widget = forms.HiddenInput()
