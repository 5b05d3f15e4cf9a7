"""What the forms of the room are made of, and those about working together. Leaf."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy

from commonweal.compute.permits.clauses import Clause
from commonweal.compute.permits.kinds import KINDS
from commonweal.compute.permits.terms import Terms
from commonweal.core.models import Organisation

Said = Mapping[str, Any]


class DraftedForm(forms.Form):
    """A form that drafts an agreement. `partners`: who is at the table; `terms`: what is there;
    `language`: of the text.

    `memoranda`: those that it may rest on.
    """

    kind: str
    partners: Sequence[Organisation]
    terms: Terms | None
    language: str
    memoranda: Sequence[UUID]

    def has(self, kind: str) -> bool:
        """Whether the kind of agreement must settle this."""
        return kind in KINDS[self.kind].needs


@dataclass(frozen=True)
class Part:
    """`add` gives the form its fields and names them; `read` makes clauses; `show` is the inverse.

    `folded`: closed until something is written in it.
    """

    legend: Any
    add: Callable[[DraftedForm], list[str]]
    read: Callable[[DraftedForm, Said], list[Clause]]
    show: Callable[[Terms], Mapping[str, Any]] = lambda terms: {}
    hint: Any = ""
    folded: bool = False


def wrong(field: str, said: str) -> ValidationError:
    """What is wrong, to be told at a field."""
    return ValidationError(said, params={"field": field})


def text(label: Any, hint: Any = "", *, rows: int = 4, required: bool = True) -> forms.CharField:
    """Room for several lines."""
    return forms.CharField(
        label=label,
        help_text=hint,
        widget=forms.Textarea(attrs={"rows": rows}),
        max_length=20_000,
        required=required,
    )


def number(label: Any, low: int, high: int, initial: int, hint: Any = "") -> forms.IntegerField:
    return forms.IntegerField(
        label=label, help_text=hint, min_value=low, max_value=high, initial=initial
    )


def hide_if_single(field: forms.Field, values: Sequence[Any]) -> None:
    """What leaves no choice is not asked."""
    if len(values) == 1:
        field.initial = values[0]
        field.widget = forms.HiddenInput()


class ForOrganisationForm(forms.Form):
    """Something that a person does for one of their organisations, `mine`."""

    organisation = forms.ModelChoiceField(
        queryset=Organisation.objects.none(),
        label=gettext_lazy("For which organisation?"),
        widget=forms.RadioSelect,
        empty_label=None,
        error_messages={"required": gettext_lazy("Choose the organisation.")},
    )

    def __init__(self, *args: Any, mine: Sequence[Organisation], **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["organisation"]
        ids = [each.pk for each in mine]
        field.queryset = Organisation.objects.filter(pk__in=ids).order_by("name")  # type: ignore[attr-defined]
        hide_if_single(field, ids)
