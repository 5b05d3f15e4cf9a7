"""Forms of this part of the room."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from commonweal.aim.beginnings.actions import MOST, Idea
from commonweal.aim.beginnings.models import PilotReview
from commonweal.aim.models import Node
from commonweal.aim.seat_form import ForSeatForm, points
from commonweal.convene.models import Seat
from commonweal.core.fields import DayInput, sentences


def _day(label: Any, hint: Any, required: bool = True) -> forms.DateField:
    return forms.DateField(
        label=label,
        help_text=hint,
        widget=DayInput,
        required=required,
        error_messages={
            "required": _("Enter the day."),
            "invalid": _("Enter a day, like 2027-01-31."),
        },
    )


def _words(rows: int, label: Any, hint: Any, ask: Any) -> forms.CharField:
    return sentences(
        rows, label=label, help_text=hint, max_length=MOST, error_messages={"required": ask}
    )


class EntryPointForm(ForSeatForm):
    """Four criteria after Martínez Orbegozo et al., argued in words, and how it would be done."""

    statement = forms.CharField(
        label=_("Where to begin"),
        help_text=_("Something you can get moving on, for example “A bed for every newborn”."),
        max_length=300,
        error_messages={"required": _("Say what you would begin with.")},
    )
    outcome = forms.ModelChoiceField(
        queryset=Node.objects.none(),
        label=_("Which outcome it serves"),
        help_text=_("An outcome of the theory of change."),
        required=False,
        empty_label=_("None of these yet"),
    )
    meaningful = _words(
        3,
        _("Meaningful: what would it change?"),
        _("Enough to make a real difference to the larger problem."),
        _("Say what it would change."),
    )
    actionable = _words(
        3,
        _("Actionable: why is it within your reach?"),
        _("Within what those at the table control."),
        _("Say why it is within your reach."),
    )
    acceptable = _words(
        3,
        _("Acceptable: who agrees, who has doubts?"),
        _("To enough members of the table, not to all."),
        _("Say who agrees, who has doubts."),
    )
    provisional = _words(
        3,
        _("Provisional: how could you give it up or change it?"),
        _("Nobody should be bound to it when it does not work."),
        _("Say how you could give it up or change it."),
    )
    doer = _words(
        2,
        _("Who would do it, with what?"),
        _("Organisations at the table, and what they would bring."),
        _("Say who would do it, with what."),
    )
    early_win = _words(
        2,
        _("An early win that can be shown"),
        _("Something others can look at, for example “The first fifty beds are delivered”."),
        _("Name something that can be shown early."),
    )
    early_win_on = _day(_("By when?"), _("Not after the review."))
    next_move = _words(
        2,
        _("The next move after it"),
        _("If it works, and if it does not."),
        _("Say what you would do next."),
    )
    review_date = _day(_("Review date"), _("The day on which you look at it again together."))

    fieldsets = [
        (_("What you propose"), ["seat", "statement", "outcome"]),
        (
            _("A word on each criterion"),
            ["meaningful", "actionable", "acceptable", "provisional"],
        ),
        (
            _("How it would be done"),
            ["doer", "early_win", "early_win_on", "next_move", "review_date"],
        ),
    ]

    def __init__(
        self, *args: Any, mine: Sequence[Seat], outcomes: QuerySet[Node], **options: Any
    ) -> None:
        super().__init__(*args, mine=mine, **options)
        if not outcomes:
            del self.fields["outcome"]
            return
        self.fields["outcome"].queryset = outcomes  # type: ignore[attr-defined]

    def idea(self) -> Idea:
        """Only of a valid form."""
        given = {name: value for name, value in self.cleaned_data.items() if name != "seat"}
        return Idea(**given)


class RatingForm(ForSeatForm):
    meaningful = points(
        _("Meaningful"), _("Would it make a real difference to the larger problem?")
    )
    actionable = points(_("Actionable"), _("Can those at the table do it, with what they have?"))
    acceptable = points(
        _("Acceptable"), _("Could you live with it, and would those you speak for?")
    )
    provisional = points(
        _("Provisional"), _("Can it be given up or changed when it does not work?")
    )
    objection = sentences(
        3,
        label=_("An objection, if you have one"),
        help_text=_(
            "Say what harm you see, so that the table can take it up. These words stand on the page"
            " with the name of your seat; leave it blank for none."
        ),
        max_length=MOST,
        required=False,
    )


class ChooseForm(forms.Form):
    """`is_open`: enough members accept it, so no reason is asked for."""

    because = sentences(
        3,
        label=_("Why do you begin here all the same?"),
        help_text=_("Everybody who reads the entry point reads this."),
        max_length=MOST,
        error_messages={
            "required": _("Not enough members accept it yet. Say why you begin here all the same.")
        },
    )

    def __init__(self, *args: Any, is_open: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        if is_open:
            del self.fields["because"]


class ReviewForm(forms.Form):
    came_of_it = _words(
        4,
        _("What came of it?"),
        _("What was done, what was seen, good or bad. Was the early win there?"),
        _("Say what came of it, good or bad."),
    )
    then = forms.ChoiceField(
        label=_("What follows?"),
        choices=PilotReview.Then.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what follows.")},
    )
    next_step = _words(
        3,
        _("What do you do next?"),
        _("What you do differently, where you go on, or what you stop and why."),
        _("Say what you do next."),
    )
    review_date = _day(_("Next review"), _("Leave it blank only when you stop."), required=False)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        goes_on = given.get("then") not in {None, PilotReview.Then.STOP}
        if goes_on and not given.get("review_date") and "review_date" not in self.errors:
            self.add_error("review_date", _("Choose a day in the future for the next review."))
        return given
