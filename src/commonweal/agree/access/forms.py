"""The small forms above the lists. They are sent by GET: an answer has an address to pass on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, cast
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from commonweal.agree import words
from commonweal.agree.access.queries import Universe
from commonweal.compute.permits.clauses import LEVELS
from commonweal.compute.permits.exploring import Wanted

_NOT_HERE = gettext_lazy("Choose one of the list.")


def _choice(label: Any, **options: Any) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label, required=False, error_messages={"invalid_choice": _NOT_HERE}, **options
    )


def _with_any(word: str, pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return [("", word), *pairs]


def _offer(form: forms.Form, name: str, choices: list[tuple[str, str]]) -> None:
    cast(forms.ChoiceField, form.fields[name]).choices = choices


def _of(names: Mapping[UUID, str]) -> list[tuple[str, str]]:
    return [(str(pk), name) for pk, name in names.items()]


class AccessForm(forms.Form):
    """Who, which data, what for. Everything can be left open."""

    organisation = _choice(gettext_lazy("Organisation"))
    person = _choice(gettext_lazy("Person"))
    contract = _choice(gettext_lazy("Data"))
    field = _choice(gettext_lazy("Field"))
    provider = _choice(gettext_lazy("Whose data"))
    purpose = _choice(gettext_lazy("Purpose"))
    output = _choice(gettext_lazy("Results for"), initial=LEVELS[0])

    def __init__(self, *args: Any, universe: Universe, **options: Any) -> None:
        super().__init__(*args, **options)
        choices = {
            "organisation": _with_any(_("Everybody"), _of(universe.organisations)),
            "person": _with_any(_("Anybody"), _of(universe.people)),
            "contract": _with_any(_("All"), ((key, key) for key in universe.contracts)),
            "field": _with_any(_("All"), ((key, key) for key in universe.fields)),
            "provider": _with_any(_("All"), _of(universe.providers)),
            "purpose": _with_any(
                _("All"), ((key, words.purpose(key)) for key in universe.purposes)
            ),
            "output": [(level, words.level(level)) for level in LEVELS],
        }
        for name, held in choices.items():
            _offer(self, name, held)

    def wanted(self) -> Wanted:
        """The question, once the form is valid."""
        chosen = self.cleaned_data
        organisation = chosen.get("organisation")
        return Wanted(
            organisations=frozenset({UUID(organisation)}) if organisation else None,
            contract=chosen.get("contract", ""),
            field=chosen.get("field", ""),
            purpose=chosen.get("purpose", ""),
            provider=UUID(chosen["provider"]) if chosen.get("provider") else None,
            output=chosen.get("output") or LEVELS[0],
        )

    def person_id(self) -> UUID | None:
        person = self.cleaned_data.get("person")
        return UUID(person) if person else None


class _Day(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


def _day(label: Any) -> forms.DateField:
    return forms.DateField(
        label=label,
        widget=_Day,
        input_formats=["%Y-%m-%d"],
        error_messages={"invalid": gettext_lazy("Write the day as 2026-03-31.")},
    )


class UsesForm(forms.Form):
    """From when to when, and for who sees several providers: whose data."""

    since = _day(gettext_lazy("From"))
    until = _day(gettext_lazy("To"))
    provider = _choice(gettext_lazy("Whose data"))

    def __init__(self, *args: Any, providers: Mapping[UUID, str], **options: Any) -> None:
        super().__init__(*args, **options)
        _offer(self, "provider", _with_any(_("All"), _of(providers)))
        if len(providers) < 2:
            del self.fields["provider"]

    def clean(self) -> dict[str, Any]:
        held = super().clean() or {}
        since, until = held.get("since"), held.get("until")
        if isinstance(since, date) and isinstance(until, date) and until < since:
            raise ValidationError({"until": _("The last day is before the first one.")})
        return held

    def provider_id(self) -> UUID | None:
        provider = self.cleaned_data.get("provider")
        return UUID(provider) if provider else None
