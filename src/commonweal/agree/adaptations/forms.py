"""Forms of this part of the room."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from commonweal.agree.adaptations.actions import MOST
from commonweal.agree.form_parts import hide_if_single
from commonweal.core.fields import DayInput, sentences
from commonweal.core.models import Organisation


class _Spoken(forms.Form):
    """For which organisation, and from which day on."""

    organisation = forms.ModelChoiceField(
        queryset=Organisation.objects.none(),
        label=_("For which organisation?"),
        widget=forms.RadioSelect,
        empty_label=None,
        error_messages={"required": _("Choose the organisation.")},
    )
    from_on = forms.DateField(
        label=_("From which day on?"),
        help_text=_("Today or later."),
        widget=DayInput,
        error_messages={"required": _("Name the day.")},
    )

    def __init__(self, *args: Any, mine: Sequence[Organisation], **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["organisation"]
        ids = [each.pk for each in mine]
        field.queryset = Organisation.objects.filter(pk__in=ids).order_by("name")  # type: ignore[attr-defined]
        hide_if_single(field, ids)


class AdaptForm(_Spoken):
    """How an organisation follows a rule."""

    words = sentences(
        5,
        label=_("How your organisation follows the rule"),
        help_text=_("In your own words, so that the others can picture it."),
        max_length=MOST,
        error_messages={"required": _("Say how your organisation follows the rule.")},
    )
    reason = sentences(
        3,
        label=_("Why"),
        max_length=MOST,
        error_messages={"required": _("Say why: the others learn from it.")},
    )
    field_order = ("organisation", "words", "reason", "from_on")


class AsItIsForm(_Spoken):
    """That an organisation takes a rule as it is again."""

    reason = sentences(
        3, label=_("Why"), help_text=_("You may leave it blank."), max_length=MOST, required=False
    )
    field_order = ("organisation", "reason", "from_on")
