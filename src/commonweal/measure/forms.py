"""What people fill in to compute, publish or take back a release."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from commonweal.aim.models import IndicatorVersion
from commonweal.core.models import Organisation
from commonweal.measure.models import Release


class OrderForm(forms.Form):
    """Which indicators, in whose name, for what, and for whose eyes."""

    title = forms.CharField(
        label=_("What is this release called?"),
        help_text=_("For example “Results to September 2026”."),
        max_length=200,
    )
    indicators = forms.MultipleChoiceField(
        label=_("Which indicators?"), widget=forms.CheckboxSelectMultiple
    )
    organisation = forms.ChoiceField(
        label=_("For which organisation do you ask?"), widget=forms.RadioSelect
    )
    purpose = forms.ChoiceField(
        label=_("What is it for?"),
        help_text=_("The licence must name this purpose."),
        widget=forms.RadioSelect,
    )
    audience = forms.ChoiceField(
        label=_("Who may read the results?"),
        choices=Release.Audience.choices,
        initial=Release.Audience.PARTNERS,
        widget=forms.RadioSelect,
    )

    def __init__(
        self,
        *args: Any,
        versions: list[IndicatorVersion],
        organisations: list[Organisation],
        purposes: list[tuple[str, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.versions = {str(version.pk): version for version in versions}
        self.organisations = {str(each.pk): each for each in organisations}
        self.fields["indicators"].choices = [  # type: ignore[attr-defined]
            (pk, version.indicator.title) for pk, version in self.versions.items()
        ]
        self.fields["indicators"].initial = list(self.versions)
        self.fields["organisation"].choices = [  # type: ignore[attr-defined]
            (pk, each.name) for pk, each in self.organisations.items()
        ]
        if len(self.organisations) == 1:
            self.fields["organisation"].initial = next(iter(self.organisations))
        self.fields["purpose"].choices = purposes  # type: ignore[attr-defined]

    def chosen(self) -> list[IndicatorVersion]:
        return [self.versions[pk] for pk in self.cleaned_data["indicators"]]


class WithdrawForm(forms.Form):
    because = forms.CharField(
        label=_("Why is this release withdrawn?"),
        help_text=_("Everyone who opens its page reads this."),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
