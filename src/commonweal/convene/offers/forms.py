"""Forms of this part of the room."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from commonweal.convene.models import Seat
from commonweal.convene.offers.actions import MOST, Said
from commonweal.convene.offers.models import Entry
from commonweal.core import formats
from commonweal.core.fields import DayInput, sentences


class SeatChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, seat: Seat) -> str:
        return seat.holder


class EntryForm(forms.Form):
    """An offer or a need. `seats`: those that the reader may speak for."""

    seat = SeatChoice(
        queryset=Seat.objects.none(),
        label=_("Whose is it?"),
        error_messages={"required": _("Choose whose it is.")},
    )
    kind = forms.ChoiceField(
        label=_("What is it?"),
        choices=Entry.Kind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what it is.")},
    )
    title = forms.CharField(
        label=_("In a few words"),
        help_text=_("For example “a dry room for forty beds”."),
        max_length=120,
        error_messages={"required": _("Say in a few words what it is.")},
    )
    amount = forms.CharField(
        label=_("How much?"),
        help_text=_("A number, if it can be counted."),
        max_length=24,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )
    unit = forms.CharField(
        label=_("Of what?"),
        help_text=_(
            "For example beds or hours a week; of money its three letters, for example GBP."
        ),
        max_length=40,
        required=False,
    )
    place = forms.CharField(label=_("Where?"), max_length=80, required=False)
    skills = forms.CharField(
        label=_("Which skills?"),
        help_text=_("With commas between, for example “driving, Arabic”."),
        max_length=200,
        required=False,
    )
    from_date = forms.DateField(label=_("From which day?"), widget=DayInput(), required=False)
    until_date = forms.DateField(label=_("Until which day?"), widget=DayInput(), required=False)
    words = sentences(3, label=_("In more words"), max_length=MOST, required=False)

    def __init__(self, *args: Any, seats: Sequence[Seat], **options: Any) -> None:
        super().__init__(*args, **options)
        ids = [seat.pk for seat in seats]
        field = self.fields["seat"]
        field.queryset = Seat.objects.filter(pk__in=ids).select_related("organisation")  # type: ignore[attr-defined]
        if len(seats) == 1:
            field.initial, field.widget = seats[0].pk, forms.HiddenInput()

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        text = given.get("amount") or ""
        given["amount"] = None
        if text:
            is_money = given.get("kind") == Entry.Kind.MONEY
            given["amount"] = self._counted(text, (given.get("unit") or "") if is_money else "")
        return given

    def _counted(self, text: str, currency: str) -> int | None:
        """The whole number, or the minor units of the currency."""
        if currency:
            if not formats.is_currency(currency.upper()):
                self.add_error("unit", _("Write the three letters of a currency, for example GBP."))
                return None
            try:
                return formats.minor(text, currency.upper())
            except ValueError:
                self.add_error("amount", _("Write an amount, for example 12,500.00."))
                return None
        plain = text.replace(" ", "")
        if plain.isdecimal() and len(plain) < 16:
            return int(plain)
        self.add_error("amount", _("Write a whole number, for example 40."))
        return None

    def said(self) -> Said:
        """Only of a valid form."""
        given = {name: value for name, value in self.cleaned_data.items() if name != "seat"}
        if given["kind"] == Entry.Kind.MONEY:
            given["unit"] = given["unit"].upper()
        return Said(**given)


def initial_of(entry: Entry) -> dict[str, Any]:
    """What the form shows of an entry."""
    names = ("kind", "title", "unit", "place", "skills", "from_date", "until_date", "words")
    amount = "" if entry.amount is None else str(entry.amount)
    if entry.amount is not None and entry.kind == Entry.Kind.MONEY:
        amount = formats.written(entry.amount, entry.unit)
    return {
        "seat": entry.seat_id,
        "amount": amount,
        **{name: getattr(entry, name) for name in names},
    }


class BecauseForm(forms.Form):
    because = forms.CharField(
        label=_("Why?"), max_length=200, error_messages={"required": _("Say why.")}
    )


class DoorForm(forms.Form):
    """Offer help, or join. For anybody."""

    name = forms.CharField(
        label=_("Who are you?"),
        help_text=_("Your organisation, your group or your name."),
        max_length=120,
        error_messages={"required": _("Say who writes.")},
    )
    email = forms.EmailField(
        label=_("Your email address"),
        help_text=_("Only for the answer. It is deleted once you have one."),
        error_messages={"required": _("Write your email address, so that you get an answer.")},
    )
    words = sentences(
        5,
        label=_("What do you offer, or why do you want to join?"),
        max_length=MOST,
        error_messages={"required": _("Say what you offer, or why you want to join.")},
    )


class AnswerForm(forms.Form):
    words = sentences(
        6,
        label=_("Your answer"),
        help_text=_("It is sent by mail. After that their address is deleted."),
        max_length=MOST,
        error_messages={"required": _("Write an answer.")},
    )
