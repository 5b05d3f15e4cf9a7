"""Forms of this part of the desk."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from commonweal.core.fields import DayInput


class PromiseForm(forms.Form):
    action = forms.CharField(
        label=_("What your organisation will do"),
        max_length=300,
        error_messages={"required": _("Say what your organisation will do.")},
    )
    due_on = forms.DateField(
        label=_("By when"),
        widget=DayInput(),
        error_messages={"required": _("Name the day by which it is done.")},
    )
    is_public = forms.ChoiceField(
        label=_("Who can read it"),
        choices=[("yes", _("Everybody")), ("no", _("Only the table and independent roles"))],
        widget=forms.RadioSelect,
        initial="yes",
    )
