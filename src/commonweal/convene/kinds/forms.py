"""Forms of this part of the room."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from commonweal.compute.convening import kinds
from commonweal.convene.kinds import words
from commonweal.convene.kinds.actions import MOST
from commonweal.convene.kinds.models import Kind
from commonweal.core.fields import sentences


class QuestionsForm(forms.Form):
    """The gates, then the criteria. What is left open counts as not known."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for key in kinds.QUESTIONS:
            told = words.question(key)
            self.fields[key] = forms.ChoiceField(
                label=told.text,
                help_text=told.hint,
                choices=[
                    (kinds.YES, _("Yes")),
                    (kinds.NO, _("No")),
                    (kinds.UNKNOWN, _("We do not know yet")),
                ],
                widget=forms.RadioSelect,
                required=False,
            )
        self.fieldsets = [
            (_("Which kinds are possible?"), kinds.GATES),
            *((Kind(kind.key).label, kind.criteria) for kind in kinds.KINDS.values()),
        ]

    def answers(self) -> dict[str, str]:
        """Question → answer. Only of a valid form."""
        return {key: self.cleaned_data[key] or kinds.UNKNOWN for key in kinds.QUESTIONS}


class ChooseForm(forms.Form):
    """Which kind it is to be, and why if the answers do not suggest it."""

    kind = forms.ChoiceField(
        label=_("What kind of partnership is it to be?"),
        choices=Kind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a kind of partnership.")},
    )
    because = sentences(
        3,
        label=_("Why this kind"),
        help_text=_(
            "Needed where your answers do not suggest it. Everybody at the table reads it."
        ),
        max_length=MOST,
        required=False,
    )
