"""Forms of this part of the room."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from commonweal.aim.seat_form import ForSeatForm, points
from commonweal.aim.triangle.actions import MOST
from commonweal.aim.triangle.words import PIECES, TASKS
from commonweal.compute.convening.triangle import Task
from commonweal.core.fields import sentences
from commonweal.core.models import Organisation


class RateForm(ForSeatForm):
    people = points(TASKS["people"], _("Is everybody here who is needed, and who is affected?"))
    problem = points(TASKS["problem"], _("Do we mean the same problem, and the same change?"))
    approach = points(TASKS["approach"], _("Do we know what we try first, and why?"))
    governance = points(TASKS["governance"], _("Is it clear who decides, and who answers to whom?"))
    resources = points(TASKS["resources"], _("Is there enough, and is it sure?"))


class OwnerForm(forms.Form):
    organisation = forms.ModelChoiceField(
        queryset=Organisation.objects.none(),
        label=_("Who looks after it?"),
        help_text=_("An organisation at the table that keeps an eye on it; all do the work."),
        error_messages={"required": _("Choose an organisation.")},
    )

    def __init__(self, *args: Any, owners: Sequence[Organisation], **options: Any) -> None:
        super().__init__(*args, **options)
        ids = [each.pk for each in owners]
        field = self.fields["organisation"]
        field.queryset = Organisation.objects.filter(pk__in=ids).order_by("name")  # type: ignore[attr-defined]


class EvidenceForm(ForSeatForm):
    words = sentences(
        2,
        label=_("What is there to show?"),
        help_text=_("Something others can look at: a letter, minutes, a budget, a visit."),
        max_length=MOST,
        error_messages={"required": _("Say what there is to show.")},
    )
    url = forms.URLField(
        label=_("Where can it be found?"),
        help_text=_("A web address, if it has one."),
        max_length=MOST,
        required=False,
        assume_scheme="https",
        error_messages={"invalid": _("Write a web address that begins with https://.")},
    )
    piece = forms.ChoiceField(
        label=_("What does it show?"),
        widget=forms.RadioSelect,
        required=False,
    )

    def __init__(self, *args: Any, task: Task, **options: Any) -> None:
        super().__init__(*args, **options)
        other = ("", _("Something else: it is listed, and fills nothing"))
        pieces = [(key, PIECES[key].name) for key in task.pieces]
        self.fields["piece"].choices = [*pieces, other]  # type: ignore[attr-defined]
