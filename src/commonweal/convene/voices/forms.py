"""Forms of this part of the room."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from commonweal.convene import queries as convene
from commonweal.convene.models import Partnership, Seat
from commonweal.convene.voices import queries
from commonweal.convene.voices.actions import MOST, Said
from commonweal.convene.voices.models import Line
from commonweal.core.fields import sentences
from commonweal.core.models import Organisation, Sector

# Kind of line → the fields that it has.
FIELDS = {
    Line.Kind.ACTOR.value: ("name", "organisation", "sector", "words"),
    Line.Kind.LEVER.value: ("name", "grip", "actors", "organisations", "words"),
    Line.Kind.GROUP.value: ("name", "seat", "words"),
    Line.Kind.PLACE.value: ("name", "organisations", "words"),
}
NAMES = {
    "actor": (_("Who is it?"), _("An organisation, an office, a group. Never a single person.")),
    "lever": (_("What would move the problem?"), _("For example “who gets a dry flat”.")),
    "group": (_("Who lives with the problem?"), _("For example “families with a newborn”.")),
    "place": (_("Where is the problem?"), _("A street, a district, a town.")),
}
HOLD = {
    "lever": _("Who at the table holds it?"),
    "place": _("Who at the table works there?"),
}


class SeatChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, seat: Seat) -> str:
        return seat.holder


class LineForm(forms.Form):
    """One line of the map, with the fields of its kind."""

    name = forms.CharField(max_length=120, error_messages={"required": _("Give it a name.")})
    organisation = forms.ModelChoiceField(
        queryset=Organisation.objects.none(),
        label=_("Is it one of the table?"),
        empty_label=_("No"),
        required=False,
    )
    sector = forms.ChoiceField(
        label=_("Which sector?"), choices=[("", _("Not known")), *Sector.choices], required=False
    )
    grip = forms.ChoiceField(
        label=_("What can you do with it?"),
        choices=Line.Grip.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Say what you can do with it.")},
    )
    actors = forms.ModelMultipleChoiceField(
        queryset=Line.objects.none(),
        label=_("Which actors of the map hold it?"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    organisations = forms.ModelMultipleChoiceField(
        queryset=Organisation.objects.none(), widget=forms.CheckboxSelectMultiple, required=False
    )
    seat = SeatChoice(
        queryset=Seat.objects.none(),
        label=_("Which seat speaks for them?"),
        empty_label=_("None yet"),
        required=False,
    )
    words = sentences(3, label=_("In more words"), max_length=MOST, required=False)

    def __init__(
        self, *args: Any, kind: str, partnership: Partnership, at: datetime, **options: Any
    ) -> None:
        super().__init__(*args, **options)
        for name in [each for each in self.fields if each not in FIELDS[kind]]:
            del self.fields[name]
        self.fields["name"].label, self.fields["name"].help_text = NAMES[kind]
        here = convene.partners(partnership, at).order_by("name")
        if "organisations" in self.fields:
            self.fields["organisations"].label = HOLD[kind]
        offered = {
            "organisation": here,
            "organisations": here,
            "actors": queries.lines(partnership).filter(kind=Line.Kind.ACTOR),
            "seat": queries.residents(partnership, at),
        }
        for name, found in offered.items():
            if name in self.fields:
                self.fields[name].queryset = found  # type: ignore[attr-defined]
        self.order_fields(FIELDS[kind])

    def said(self) -> Said:
        """What the line says. Only of a valid form."""
        return Said(**self.cleaned_data)


def initial_of(line: Line) -> dict[str, Any]:
    """What the form shows of a line."""
    return {
        "name": line.name,
        "words": line.words,
        "sector": line.sector,
        "grip": line.grip,
        "organisation": line.organisation_id,
        "seat": line.seat_id,
        "actors": [each.pk for each in line.actors.all()],
        "organisations": [each.pk for each in line.organisations.all()],
    }
