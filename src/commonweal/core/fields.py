"""Form fields that every room writes alike."""

from __future__ import annotations

from typing import Any

from django import forms


class DayInput(forms.DateInput):
    """A day, by the browser's own calendar."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


def sentences(rows: int, *, spellcheck: bool = True, **options: Any) -> forms.CharField:
    """A field for a few sentences."""
    attrs = {"rows": rows} if spellcheck else {"rows": rows, "spellcheck": "false"}
    return forms.CharField(widget=forms.Textarea(attrs=attrs), **options)
