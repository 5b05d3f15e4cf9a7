"""Forms of types of decision and delegations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from commonweal.agree.decisions.forms.fields import (
    ForSeatForm,
    day_field,
    seat_choice,
    seat_choices,
    seats_of,
    sentences,
)
from commonweal.agree.decisions.models import (
    Decider,
    DecisionType,
    Rule,
    Verb,
)
from commonweal.agree.decisions.setting_up import LONGEST_REASON, Setting
from commonweal.convene.models import Seat

RULE_HINTS = {
    Rule.CONSENT.value: _("Adopted when nobody objects with a reason, until the review."),
    Rule.MAJORITY.value: _(
        "More than half of the votes for and against; abstentions count for neither."
    ),
    Rule.TWO_THIRDS.value: _("At least two thirds of the votes for and against."),
    Rule.UNANIMITY.value: _("Every deciding seat says yes; an abstention or an absence is no yes."),
    Rule.LEAD.value: _("One seat decides, after those who are asked have given their advice."),
}


class TypeForm(forms.Form):
    """A type of decision with its rights. `may_depart`: whether a constitution is in force."""

    name = forms.CharField(
        label=_("Name"),
        help_text=_("For example “Spending from the shared fund”."),
        max_length=200,
        error_messages={"required": _("Give the type of decision a name.")},
    )
    rule = forms.ChoiceField(
        label=_("By which rule?"),
        help_text=_("The one that your constitution chose."),
        choices=Rule.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a rule.")},
    )
    quorum = forms.IntegerField(
        label=_("Quorum, in percent"),
        help_text=_("How many of the deciding seats have to answer. Silence is not an answer."),
        min_value=1,
        max_value=100,
        initial=50,
    )
    departs_because = sentences(
        2,
        label=_("Why it departs from the constitution"),
        help_text=_(
            "Only when you chose another rule or a lower quorum than the constitution has. Everybody"
            " at the table reads it."
        ),
        max_length=LONGEST_REASON,
        required=False,
    )
    decider = forms.ChoiceField(
        label=_("Who decides?"),
        help_text=_("Exactly one: the table, a body, or one seat."),
        choices=Decider.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose who decides.")},
    )
    body = forms.CharField(
        label=_("Name of the body"),
        help_text=_("For example “Steering group”."),
        max_length=120,
        required=False,
    )
    decide = seat_choices(
        _("Which seats decide?"), help_text=_("Leave them all blank when the whole table decides.")
    )
    recommend = seat_choices(_("Who prepares the recommendation?"))
    agree = seat_choices(
        _("Who has to agree?"), help_text=_("Without their agreement nothing is adopted.")
    )
    consult = seat_choices(_("Who is asked for advice first?"))
    perform = seat_choices(_("Who carries it out?"))
    inform = seat_choices(_("Who is told?"))
    is_public = forms.BooleanField(
        label=_("Such decisions are public unless you say otherwise"), required=False
    )
    fieldsets = [
        (_("What and how"), ["name", "rule", "quorum", "departs_because"]),
        (_("Who decides"), ["decider", "body", "decide"]),
        (_("Who else has a part"), ["recommend", "agree", "consult", "perform", "inform"]),
        (_("Who may read it"), ["is_public"]),
    ]

    def __init__(self, *args: Any, seats: Sequence[Seat], may_depart: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        if not may_depart:
            del self.fields["departs_because"]
        self.fields["rule"].choice_hints = RULE_HINTS  # type: ignore[attr-defined]
        for verb in Verb.values:
            self.fields[verb].queryset = seats_of(seats)  # type: ignore[attr-defined]

    def setting(self) -> Setting:
        """What the form says. Only of a valid form."""
        said = self.cleaned_data
        return Setting(
            name=said["name"],
            rule=said["rule"],
            decider=said["decider"],
            quorum=said["quorum"],
            body=said["body"],
            is_public=said["is_public"],
            departs_because=said.get("departs_because", self.initial.get("departs_because", "")),
            seats={verb: list(said[verb]) for verb in Verb.values},
        )


def initial_of(decision_type: DecisionType) -> dict[str, Any]:
    """What the form shows of a type of decision that is there."""
    found: dict[str, Any] = {
        name: getattr(decision_type, name)
        for name in ("name", "rule", "quorum", "decider", "body", "is_public", "departs_because")
    }
    for verb in Verb.values:
        found[verb] = [each.seat_id for each in decision_type.rights.all() if each.verb == verb]
    return found


class DelegationForm(ForSeatForm):
    holder = seat_choice(_("Who answers for it?"))
    decision_type = forms.ModelChoiceField(
        queryset=DecisionType.objects.none(),
        label=_("In which decisions?"),
        widget=forms.RadioSelect,
        required=False,
        blank=True,
        empty_label=_("In all of them"),
    )
    until_on = day_field(
        label=_("Until"),
        help_text=_("Leave it blank if it holds until you end it."),
        required=False,
    )
    field_order = ["seat", "holder", "decision_type", "until_on"]

    def __init__(
        self,
        *args: Any,
        others: Sequence[Seat],
        types: QuerySet[DecisionType],
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self.fields["holder"].queryset = seats_of(others)  # type: ignore[attr-defined]
        self.fields["decision_type"].queryset = types  # type: ignore[attr-defined]
