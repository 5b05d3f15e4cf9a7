"""Form fields of the room."""

from __future__ import annotations

from typing import Any

from django import forms

from commonweal.aim.models import Node


class NodeChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A box by name and kind."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.label} ({Node.Kind(obj.kind).label})"
