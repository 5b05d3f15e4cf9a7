"""Forms of this part of the room."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.utils.dates import MONTHS
from django.utils.translation import gettext_lazy as _

from commonweal.convene.incentives.actions import MOST, Said
from commonweal.convene.incentives.models import Entry
from commonweal.convene.models import Seat
from commonweal.core.fields import DayInput, sentences

HINTS = {
    Entry.Reach.PARTNERS.value: _("The rule. They read it once you come together to agree."),
    Entry.Reach.CONVENER.value: _("The exception. Nobody else learns that it is there."),
    Entry.Reach.PUBLIC.value: _("Your choice. Also on the partnership’s public page."),
}


class SeatChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, seat: Seat) -> str:
        return seat.holder


class SayForm(forms.Form):
    """What drives or binds a seat. `seats`: those that the reader may say it for."""

    seat = SeatChoice(
        queryset=Seat.objects.none(),
        label=_("For whom do you say it?"),
        error_messages={"required": _("Choose for whom you say it.")},
    )
    kind = forms.ChoiceField(
        label=_("What is it?"),
        choices=Entry.Kind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what it is.")},
    )
    about = forms.CharField(
        label=_("What is it about?"),
        help_text=_("A few words that others would use too, for example “home visits”."),
        max_length=80,
        error_messages={"required": _("Say in a few words what it is about.")},
    )
    pull = forms.ChoiceField(
        label=_("What do you want of it?"),
        choices=[*Entry.Pull.choices, ("", _("Neither, or it cannot be said like that"))],
        widget=forms.RadioSelect,
        required=False,
    )
    words = sentences(
        4,
        label=_("In your words"),
        help_text=_("What you want or must do, and why. Name no single person."),
        max_length=MOST,
        error_messages={"required": _("Say it in your words.")},
    )
    year_begins = forms.TypedChoiceField(
        label=_("In which month does your budget year begin?"),
        choices=[("", _("Not said")), *MONTHS.items()],
        coerce=int,
        empty_value=None,
        required=False,
    )
    until = forms.DateField(
        label=_("What is the last day of the money?"), widget=DayInput(), required=False
    )
    reach = forms.ChoiceField(
        label=_("Who may read it?"),
        choices=Entry.Reach.choices,
        widget=forms.RadioSelect,
        initial=Entry.Reach.PARTNERS.value,
        error_messages={"required": _("Choose who may read it.")},
    )
    reach_because = sentences(
        2, label=_("If only the convener: why?"), max_length=MOST, required=False
    )
    fieldsets = [
        ("", ["seat", "kind", "about", "pull", "words"]),
        (_("Only of a budget"), ["year_begins", "until"]),
        (_("Who may read it"), ["reach", "reach_because"]),
    ]

    def __init__(self, *args: Any, seats: Sequence[Seat], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["reach"].choice_hints = HINTS  # type: ignore[attr-defined]
        chosen = self.fields["seat"]
        chosen.queryset = of_these(seats)  # type: ignore[attr-defined]
        if len(seats) == 1:
            chosen.initial, chosen.widget = seats[0].pk, forms.HiddenInput()

    def said(self) -> Said:
        """What the entry says. Only of a valid form."""
        return Said(**{name: value for name, value in self.cleaned_data.items() if name != "seat"})


def of_these(seats: Iterable[Seat]) -> Any:
    ids = [seat.pk for seat in seats]
    return Seat.objects.filter(pk__in=ids).select_related("organisation").order_by("since_at")


def initial_of(entry: Entry) -> dict[str, Any]:
    """What the form shows of an entry."""
    names = ("kind", "about", "pull", "words", "year_begins", "until", "reach", "reach_because")
    return {"seat": entry.seat_id, **{name: getattr(entry, name) for name in names}}
