"""Forms of disputes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from commonweal.agree.decisions.forms.fields import (
    ForSeatForm,
    day_field,
    seat_choices,
    seats_of,
    sentences,
)
from commonweal.agree.decisions.models import (
    Proposal,
)
from commonweal.convene.models import Seat


class DisputeForm(ForSeatForm):
    about = forms.CharField(
        label=_("What is it about?"),
        help_text=_("One line that both sides would sign."),
        max_length=200,
        error_messages={"required": _("Say in one line what it is about.")},
    )
    words = sentences(
        4,
        label=_("What do you not agree on?"),
        help_text=_("What happened and what you need, without blame."),
        error_messages={"required": _("Say what you do not agree on, without blame.")},
    )
    others = seat_choices(_("With whom?"))
    proposal = forms.ModelChoiceField(
        queryset=Proposal.objects.none(),
        label=_("About which proposal?"),
        required=False,
        empty_label=_("None of them"),
    )
    next_on = day_field(
        label=_("You talk by"),
        help_text=_("Until when you try to settle it between yourselves."),
        error_messages={"required": _("Choose a day.")},
    )
    field_order = ["about", "words", "seat", "others", "proposal", "next_on"]

    def __init__(
        self, *args: Any, others: Sequence[Seat], proposals: QuerySet[Proposal], **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.fields["others"].queryset = seats_of(others)  # type: ignore[attr-defined]
        self.fields["proposal"].queryset = proposals  # type: ignore[attr-defined]


class StepForm(forms.Form):
    """The next step of a dispute, of those that follow from where it stands."""

    event = forms.ChoiceField(
        label=_("What is next?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose the next step.")},
    )
    words = sentences(
        4,
        label=_("What came of it so far?"),
        error_messages={"required": _("Write down what came of it.")},
    )
    next_on = day_field(
        label=_("Until when you try it"),
        help_text=_("Not needed when it is settled or put on record."),
        required=False,
    )

    def __init__(self, *args: Any, ways: Sequence[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["event"].choices = ways  # type: ignore[attr-defined]
