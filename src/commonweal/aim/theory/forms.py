"""Forms of the theory of change."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from commonweal.aim.fields import NodeChoice
from commonweal.aim.models import Edge, Indicator, Node
from commonweal.aim.theory.actions import Care, Hypothesis
from commonweal.core.fields import sentences
from commonweal.core.models import Organisation

KIND_HINTS = {
    Node.Kind.ACTIVITY.value: _("Something you do."),
    Node.Kind.OUTPUT.value: _("What comes out of it directly: beds handed over, people trained."),
    Node.Kind.OUTCOME.value: _("What changes for people."),
    Node.Kind.ASSUMPTION.value: _("What must hold but is not yours to do."),
}


class NodeTextForm(forms.Form):
    label = forms.CharField(
        label=_("Name"),
        help_text=_("A few words; it stands in the drawing."),
        max_length=80,
        error_messages={"required": _("Give it a name.")},
    )
    words = sentences(3, label=_("In more words"), max_length=2000, required=False)


class OutcomeForm(NodeTextForm):
    is_goal = forms.BooleanField(
        label=_("An end goal: what all of this is for"),
        help_text=_("It is kept in view together, whatever the links to it turn out to be worth."),
        required=False,
    )
    affected = sentences(
        2,
        label=_("Who of those affected took part in saying so"),
        help_text=_("For example “Two residents’ seats and eleven parents in two evenings.”"),
        max_length=2000,
        required=False,
    )

    def care(self) -> Care:
        """Only of a valid form."""
        return Care(
            affected=self.cleaned_data["affected"],
            is_goal=self.cleaned_data["is_goal"],
        )


class AssumptionForm(NodeTextForm):
    watcher = forms.ModelChoiceField(
        queryset=Organisation.objects.none(),
        label=_("Who watches it"),
        help_text=_("The organisation that will notice when it no longer holds."),
        required=False,
        empty_label=_("Nobody yet"),
    )
    watch_how = sentences(2, label=_("How it is watched"), max_length=2000, required=False)
    review_date = forms.DateField(
        label=_("Review date"),
        help_text=_("The day on which you look at it again together."),
        required=False,
        error_messages={"invalid": _("Enter a day, like 2027-01-31.")},
    )

    def __init__(self, *args: Any, partners: Iterable[Organisation], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["watcher"].queryset = partners  # type: ignore[attr-defined]

    def care(self) -> Care:
        """Only of a valid form."""
        names = ("watcher", "watch_how", "review_date")
        return Care(**{name: self.cleaned_data[name] for name in names})


class NodeForm(NodeTextForm):
    kind = forms.ChoiceField(
        label=_("What kind of thing it is"),
        choices=Node.Kind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what kind of thing this is.")},
    )
    field_order = ["kind", "label", "words"]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["kind"].choice_hints = KIND_HINTS  # type: ignore[attr-defined]


class LinkForm(forms.Form):
    source = NodeChoice(
        queryset=Node.objects.none(),
        label=_("From"),
        error_messages={"required": _("Choose where the link begins.")},
    )
    target = NodeChoice(
        queryset=Node.objects.none(),
        label=_("Leads to"),
        error_messages={"required": _("Choose where the link leads.")},
    )
    hypothesis = sentences(
        3,
        label=_("Why you believe so"),
        help_text=_(
            "As a sentence that can turn out wrong, for example “Families who get a bed use it.”"
        ),
        max_length=2000,
        error_messages={
            "required": _("Say why the first leads to the second, so that it can fail.")
        },
    )

    def __init__(self, *args: Any, nodes: Iterable[Node], **options: Any) -> None:
        super().__init__(*args, **options)
        for field in ("source", "target"):
            self.fields[field].queryset = nodes  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if given.get("source") and given.get("source") == given.get("target"):
            self.add_error("target", _("A link needs two different ends."))
        return given


class ExpectForm(forms.Form):
    """What is expected of a link, so that it can turn out wrong."""

    hypothesis = sentences(
        3,
        label=_("Why you believe so"),
        max_length=2000,
        error_messages={
            "required": _("Say why the first leads to the second, so that it can fail.")
        },
    )
    direction = forms.ChoiceField(
        label=_("Which way it goes"),
        choices=[*Edge.Direction.choices, ("", _("Not said yet"))],
        widget=forms.RadioSelect,
        required=False,
    )
    size = forms.CharField(
        label=_("How much you expect"),
        help_text=_("In words, or as a number with its unit below."),
        max_length=200,
        required=False,
    )
    size_unit = forms.CharField(
        label=_("Unit, if it is a number"),
        help_text=_("For example “percentage points”."),
        max_length=40,
        required=False,
    )
    indicator = forms.ModelChoiceField(
        queryset=Indicator.objects.none(),
        label=_("What would show it"),
        required=False,
        empty_label=_("No indicator yet"),
    )
    by_when = forms.DateField(
        label=_("By when it should show"),
        required=False,
        error_messages={"invalid": _("Enter a day, like 2027-01-31.")},
    )
    watcher = forms.ModelChoiceField(
        queryset=Organisation.objects.none(),
        label=_("Who watches it"),
        required=False,
        empty_label=_("Nobody yet"),
    )
    review_date = forms.DateField(
        label=_("Review date"),
        help_text=_("The day on which you look at it again together."),
        required=False,
        error_messages={"invalid": _("Enter a day, like 2027-01-31.")},
    )
    fieldsets = [
        (_("What you expect"), ["hypothesis", "direction", "size", "size_unit"]),
        (_("How and when it would show"), ["indicator", "by_when", "watcher", "review_date"]),
    ]

    def __init__(
        self,
        *args: Any,
        partners: Iterable[Organisation],
        indicators: Iterable[Indicator],
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self.fields["watcher"].queryset = partners  # type: ignore[attr-defined]
        self.fields["indicator"].queryset = indicators  # type: ignore[attr-defined]

    def expected(self) -> Hypothesis:
        """Only of a valid form."""
        given = {name: value for name, value in self.cleaned_data.items() if name != "hypothesis"}
        return Hypothesis(**given)


class JudgeForm(forms.Form):
    status = forms.ChoiceField(
        label=_("How it has fared so far"), choices=Edge.Status.choices, widget=forms.RadioSelect
    )
    because = sentences(
        3,
        label=_("What shows it"),
        help_text=_("A result, a pilot, a visit: what others can look at too."),
        max_length=2000,
        required=False,
    )
    evidence = forms.TypedChoiceField(
        label=_("How sure that is"),
        choices=Edge.Evidence.choices,
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose the level of evidence.")},
    )
    no_comparison = sentences(
        2,
        label=_("A comparison is not feasible because"),
        help_text=_("Leave it blank when one is possible, or was made."),
        max_length=2000,
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        tested = given.get("status") not in {None, Edge.Status.UNTESTED}
        if tested and not str(given.get("because", "")).strip():
            self.add_error("because", _("Say what shows it."))
        return given
