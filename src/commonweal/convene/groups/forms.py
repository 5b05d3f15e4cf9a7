"""Forms of working groups."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from commonweal.convene.groups.actions import MOST, Said
from commonweal.convene.groups.models import Group
from commonweal.convene.models import Seat
from commonweal.core.fields import DayInput, sentences


class SeatChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, seat: Seat) -> str:
        return seat.holder


class SeatsChoice(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, seat: Seat) -> str:
        return seat.holder


class GroupForm(forms.Form):
    name = forms.CharField(
        label=_("What is it called?"),
        max_length=120,
        error_messages={"required": _("Give it a name.")},
    )
    remit = sentences(
        3,
        label=_("What is it for?"),
        help_text=_("What it is to bring about, and by when."),
        max_length=MOST,
        error_messages={"required": _("Say what it is for.")},
    )
    decides = sentences(
        2,
        label=_("What may it decide alone?"),
        help_text=_("All else it brings to the table."),
        max_length=MOST,
        required=False,
    )
    lead = SeatChoice(
        queryset=Seat.objects.none(),
        label=_("Who leads it?"),
        error_messages={"required": _("Choose who leads it.")},
    )
    members = SeatsChoice(
        queryset=Seat.objects.none(),
        label=_("Who else is in it?"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    review_date = forms.DateField(
        label=_("When does the table look at it again?"),
        widget=DayInput(),
        error_messages={"required": _("Name the day.")},
    )

    def __init__(self, *args: Any, seats: Iterable[Seat], **options: Any) -> None:
        super().__init__(*args, **options)
        ids = [seat.pk for seat in seats]
        for name in ("lead", "members"):
            found = Seat.objects.filter(pk__in=ids).select_related("organisation")
            self.fields[name].queryset = found.order_by("since_at")  # type: ignore[attr-defined]

    def said(self) -> Said:
        """Only of a valid form."""
        given = {**self.cleaned_data, "members": list(self.cleaned_data["members"])}
        return Said(**given)


def initial_of(group: Group) -> dict[str, Any]:
    names = ("name", "remit", "decides", "review_date")
    return {
        "lead": group.lead_id,
        "members": [seat.pk for seat in group.members.all()],
        **{name: getattr(group, name) for name in names},
    }


class EndForm(forms.Form):
    because = forms.CharField(
        label=_("Why?"), max_length=200, error_messages={"required": _("Say why.")}
    )
