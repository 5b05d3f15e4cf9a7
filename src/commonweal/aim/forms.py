"""Forms of the room."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from commonweal.aim.actions import Goal
from commonweal.aim.fields import NodeChoice
from commonweal.aim.models import Indicator, Node
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
