"""Forms of the room."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from commonweal.aim.actions import Goal
from commonweal.aim.models import Edge, Indicator, Node
from commonweal.core.fields import sentences
from commonweal.core.models import Organisation

EXAMPLE = """\
id: safe_sleep
version: 1
title: Babies who sleep safely at six weeks
kind: proportion
reads:
  child: text
  place_to_sleep: text
  visited_on: date
unit: {distinct: child}
numerator: place_to_sleep = 'own bed'
denominator: place_to_sleep is not missing
period: {column: visited_on, grain: month}
polarity: higher
"""


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


class NodeChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A box by name and kind."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.label} ({Node.Kind(obj.kind).label})"


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

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        tested = given.get("status") not in {None, Edge.Status.UNTESTED}
        if tested and not str(given.get("because", "")).strip():
            self.add_error("because", _("Say what shows it."))
        return given


class VersionForm(forms.Form):
    """What every version of an indicator says."""

    definition = sentences(
        16,
        label=_("Definition"),
        help_text=_(
            "Exactly how the figure is computed. Its id, title and polarity are taken from here."
        ),
        max_length=20_000,
        strip=False,
        spellcheck=False,
        error_messages={"required": _("Write the definition.")},
    )
    contract_key = forms.CharField(
        label=_("Data contract"),
        help_text=_("The key of the data contract whose files it reads, for example visits."),
        max_length=80,
        error_messages={"required": _("Name the data contract that it reads.")},
    )
    baseline = forms.CharField(
        label=_("Baseline"),
        help_text=_("Where it stood. Leave it blank while it is not known: that is not zero."),
        max_length=40,
        required=False,
    )
    baseline_period = forms.CharField(
        label=_("Period of the baseline"),
        help_text=_("As the results write it: 2026-03, 2026-Q1 or 2026."),
        max_length=40,
        required=False,
    )
    target = forms.CharField(
        label=_("Target"),
        help_text=_("Where it should get. A proportion in percent, such as 58%, or as 0.58."),
        max_length=40,
        required=False,
    )
    target_period = forms.CharField(label=_("Period of the target"), max_length=40, required=False)
    reason = sentences(
        3,
        label=_("Why it is measured this way"),
        help_text=_("Who asked for it, what was weighed. It stays with this version for good."),
        max_length=2000,
        error_messages={"required": _("Say why it is measured this way.")},
    )
    fieldsets = [
        (_("How it is computed"), ["definition", "contract_key"]),
        (
            _("Where it stood and where it should get"),
            ["baseline", "baseline_period", "target", "target_period"],
        ),
        ("", ["reason"]),
    ]

    def goal(self) -> Goal:
        """Only of a valid form."""
        names = ("baseline", "baseline_period", "target", "target_period")
        return Goal(**{name: self.cleaned_data[name] for name in names})


LEVEL_HINTS = {
    Indicator.Level.POPULATION.value: _("How all the people concerned fare."),
    Indicator.Level.PERFORMANCE.value: _("How well a service does what it does."),
}


class IndicatorForm(VersionForm):
    level = forms.ChoiceField(
        label=_("Whose is it"),
        choices=Indicator.Level.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose the level.")},
    )
    owner = forms.ModelChoiceField(
        queryset=Organisation.objects.none(),
        label=_("Owner"),
        help_text=_("Only of a performance indicator: the one organisation that answers for it."),
        required=False,
        empty_label=_("Nobody alone"),
    )
    outcome = NodeChoice(
        queryset=Node.objects.none(),
        label=_("What it measures"),
        help_text=_("A box of the theory of change."),
        required=False,
        empty_label=_("Not linked yet"),
    )
    unit = forms.CharField(
        label=_("Unit in words"),
        help_text=_("What the figure counts, for example “% of babies”."),
        max_length=40,
        error_messages={"required": _("Say in which unit the figure is.")},
    )
    fieldsets = [
        (_("What it is about"), ["level", "owner", "outcome", "unit"]),
        *VersionForm.fieldsets,
    ]

    def __init__(
        self,
        *args: Any,
        owners: Iterable[Organisation],
        nodes: Iterable[Node],
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self.fields["owner"].queryset = owners  # type: ignore[attr-defined]
        self.fields["outcome"].queryset = nodes  # type: ignore[attr-defined]
        self.fields["level"].choice_hints = LEVEL_HINTS  # type: ignore[attr-defined]
        self.fields["definition"].initial = EXAMPLE
