"""Forms of this part of the room: a page of other organisations at a time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from commonweal.convene.network.actions import Rated
from commonweal.convene.network.models import QUESTIONS, Tie
from commonweal.core.models import Organisation

PAGE = 25
RATED = 8
ASKED = {
    "reliable": _("%(name)s: can you rely on what it promises?"),
    "open": _("%(name)s: does it speak openly with you, also of what goes badly?"),
    "purpose": _("%(name)s: does it want the same as you for those affected?"),
}
SCALE = [
    ("", _("We would rather not say")),
    ("1", _("1, hardly")),
    ("2", _("2, in part")),
    ("3", _("3, mostly")),
    ("4", _("4, fully")),
]


class RelationsForm(forms.Form):
    """How one works with each of these."""

    def __init__(
        self, *args: Any, others: Iterable[Organisation], had: Mapping[UUID, Tie], **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.others = list(others)
        for each in self.others:
            tie = had.get(each.pk)
            self.fields[each.pk.hex] = forms.TypedChoiceField(
                label=each.name,
                choices=[("", _("Not answered yet")), *Tie.Relation.choices],
                coerce=int,
                empty_value=None,
                required=False,
                initial=tie.relation if tie else None,
            )
        self.fields["rest"] = forms.BooleanField(
            label=_("With everybody we have not answered for, on every page, we do not work"),
            required=False,
        )

    def relations(self) -> dict[UUID, int]:
        """What was chosen. Only of a valid form."""
        found = {each.pk: self.cleaned_data[each.pk.hex] for each in self.others}
        return {pk: value for pk, value in found.items() if value is not None}


class TrustForm(forms.Form):
    """How far one trusts each of these; every question may stay open."""

    def __init__(self, *args: Any, ties: Iterable[Tie], **options: Any) -> None:
        super().__init__(*args, **options)
        self.ties = list(ties)
        for tie in self.ties:
            for question in QUESTIONS:
                self.fields[f"{question}_{tie.target_id.hex}"] = forms.TypedChoiceField(
                    label=ASKED[question] % {"name": tie.target.name},
                    choices=SCALE,
                    coerce=int,
                    empty_value=None,
                    required=False,
                    initial=getattr(tie, question),
                )

    def ratings(self) -> dict[UUID, Rated]:
        """What was chosen. Only of a valid form."""
        return {
            tie.target_id: Rated(
                *(self.cleaned_data[f"{each}_{tie.target_id.hex}"] for each in QUESTIONS)
            )
            for tie in self.ties
        }
