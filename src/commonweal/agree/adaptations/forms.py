"""Forms of this part of the room."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from commonweal.agree.adaptations.actions import MOST
from commonweal.agree.form_parts import ForOrganisationForm
from commonweal.core.fields import DayInput, sentences


class _Spoken(ForOrganisationForm):
    """For which organisation, and from which day on."""

    from_on = forms.DateField(
        label=_("From which day on?"),
        help_text=_("Today or later."),
        widget=DayInput,
        error_messages={"required": _("Name the day.")},
    )


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
