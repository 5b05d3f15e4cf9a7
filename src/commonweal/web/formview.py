"""How one form field is put on a page: which part of the design system, which attributes.

Forms stay plain Django. A few optional attributes on a field are understood beyond Django's own:
`prefix` and `suffix` (a sign before or after a text box, e.g. "£"), on a choice field
`choice_hints` (a mapping of value to a line under the choice), and `or_another` on a field that may
be left empty only where another is filled in: it is not called optional.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import UUIDField
from django.forms import BoundField
from django.forms.boundfield import BoundWidget
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

Attributes = dict[str, Any]


@dataclass(frozen=True)
class Choice:
    """One radio button or checkbox."""

    id: str
    name: str
    value: str
    label: str
    hint: str
    checked: bool
    attrs: Attributes


@dataclass(frozen=True)
class Part:
    """One control of a field that has several, such as a date in three lists."""

    id: str
    label: str
    html: SafeString


@dataclass(frozen=True)
class FieldView:
    """What the field template needs. `target` is the id that an error link leads to."""

    bound: BoundField
    kind: str
    target: str
    hint_id: str
    error_id: str
    html: SafeString | str = ""
    choices: list[Choice] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    prefix: str = ""
    suffix: str = ""

    @property
    def described_by(self) -> str:
        ids = [self.hint_id if self.bound.help_text else "", self.error_id if self.errors else ""]
        return " ".join(part for part in ids if part)

    @property
    def errors(self) -> list[str]:
        """What is wrong, as something to do. The form's own words win over these."""
        return [
            _in_plain_words(error, message, self.kind)
            for error in self.bound.errors.as_data()
            for message in error.messages
        ]

    @property
    def optional(self) -> bool:
        field = self.bound.field
        needed = field.required or getattr(field, "or_another", False)
        return not needed and self.kind != "checkbox"


def kind_of(widget: forms.Widget) -> str:
    """Which template draws this widget."""
    if widget.is_hidden:
        return "hidden"
    pairs: list[tuple[type, str]] = [
        (forms.CheckboxSelectMultiple, "checkboxes"),
        (forms.RadioSelect, "radios"),
        (forms.CheckboxInput, "checkbox"),
        (forms.SelectDateWidget, "parts"),
        (forms.MultiWidget, "parts"),
        (forms.Select, "select"),
        (forms.Textarea, "textarea"),
        (forms.FileInput, "file"),
    ]
    return next((kind for cls, kind in pairs if isinstance(widget, cls)), "input")


ASK = {
    "input": gettext_lazy("Fill this in."),
    "select": gettext_lazy("Choose one."),
    "radios": gettext_lazy("Choose one."),
    "checkboxes": gettext_lazy("Choose at least one."),
    "checkbox": gettext_lazy("Tick this box to go on."),
    "file": gettext_lazy("Choose a file."),
}
LISTS = {"select", "radios", "checkboxes"}
NO_CHOICE = gettext_lazy("Choose one of the list.")
CSS = {
    "input": "govuk-input",
    "select": "govuk-select",
    "textarea": "govuk-textarea",
    "file": "govuk-file-upload",
}
SET_BY_TEMPLATE = {"id", "checked", "required", "aria-invalid", "aria-describedby"}


def _in_plain_words(error: ValidationError, message: str, kind: str) -> str:
    """What the framework says of its own accord, as something to do; other words as they are."""
    if error.code == "null_characters_not_allowed":
        if kind in LISTS:
            return str(NO_CHOICE)
        return _("Type this again: it holds a character that cannot be seen or kept.")
    ours = {
        str(forms.Field.default_error_messages["required"]): ASK.get(kind, ASK["input"]),
        # A list asks the database for whatever was sent; what is no key there is no choice.
        str(UUIDField.default_error_messages["invalid"]): NO_CHOICE,
    }
    if kind in LISTS:
        ours[str(forms.ChoiceField.default_error_messages["invalid_choice"])] = NO_CHOICE
        ours[str(forms.ModelChoiceField.default_error_messages["invalid_choice"])] = NO_CHOICE
    return str(ours.get(str(error.message), message))


def view(bound: BoundField) -> FieldView:
    """The view of one bound field."""
    kind = kind_of(bound.field.widget)
    common: dict[str, Any] = {
        "bound": bound,
        "kind": kind,
        "hint_id": f"{bound.auto_id}_helptext",
        "error_id": f"{bound.auto_id}_error",
        "prefix": getattr(bound.field, "prefix", ""),
        "suffix": getattr(bound.field, "suffix", ""),
    }
    if kind in {"radios", "checkboxes"}:
        found = _choices(bound)
        return FieldView(**common, choices=found, target=found[0].id if found else bound.auto_id)
    if kind == "checkbox":
        return FieldView(**common, choices=[_single(bound)], target=bound.auto_id)
    if kind == "parts":
        found_parts = _parts(bound)
        return FieldView(**common, parts=found_parts, target=found_parts[0].id)
    if kind == "hidden":
        return FieldView(**common, html=str(bound), target="")
    bare = FieldView(**common, target=bound.id_for_label)
    return FieldView(**common, html=_control(bare), target=bound.id_for_label)


def _control(shape: FieldView) -> SafeString:
    bound = shape.bound
    widget = _native(bound)
    css = [CSS[shape.kind], *str(widget.attrs.get("class", "")).split()]
    if shape.errors:
        css.append(f"{CSS[shape.kind]}--error")
    if shape.kind == "input":
        css.append(_width(bound))
    attrs: Attributes = {"class": " ".join(part for part in css if part)}
    if shape.described_by:
        attrs["aria-describedby"] = shape.described_by
    if shape.kind == "textarea":
        widget.attrs.pop("cols", None)
        # Ten is Django's own default, not a choice of the form's author.
        attrs["rows"] = "5" if widget.attrs.get("rows") == "10" else widget.attrs.get("rows", "5")
    return bound.as_widget(widget=widget, attrs=attrs)


NATIVE: tuple[tuple[type, str, str, Callable[[str], object]], ...] = (
    (forms.DateTimeInput, "datetime-local", "%Y-%m-%dT%H:%M", datetime.fromisoformat),
    (forms.DateInput, "date", "%Y-%m-%d", date.fromisoformat),
    (forms.TimeInput, "time", "%H:%M", time.fromisoformat),
)


def _native(bound: BoundField) -> forms.Widget:
    """The widget, with the input type that suits phones and keyboards best."""
    widget: forms.Widget = copy.copy(bound.field.widget)
    # A placeholder vanishes while one types; what it says belongs in the hint.
    widget.attrs = {name: v for name, v in widget.attrs.items() if name != "placeholder"}
    native = next((one for one in NATIVE if isinstance(widget, one[0])), None)
    if native and isinstance(widget, forms.DateTimeInput | forms.DateInput | forms.TimeInput):
        _cls, kind, pattern, read = native
        # What cannot be read as a date stays in a text box: a date box would swallow it.
        if widget.input_type == "text" and _readable(bound.value(), read):
            widget.input_type, widget.format = kind, pattern
    elif isinstance(widget, forms.NumberInput):
        # A number box changes its value under a scrolling finger; a text box does not.
        widget.input_type = "text"
        whole = isinstance(bound.field, forms.IntegerField) and not isinstance(
            bound.field, forms.FloatField | forms.DecimalField
        )
        widget.attrs.setdefault("inputmode", "numeric" if whole else "decimal")
        for name in ("min", "max", "step"):
            widget.attrs.pop(name, None)
    return widget


def _readable(value: object, read: Callable[[str], object]) -> bool:
    if not isinstance(value, str) or not value:
        return True
    try:
        return read(value) is not None
    except ValueError:
        return False


def _width(bound: BoundField) -> str:
    """Narrow boxes for short answers: the width says how much is expected."""
    widget = bound.field.widget
    if isinstance(widget, forms.NumberInput | forms.DateInput | forms.TimeInput):
        return "govuk-input--width-10"
    longest = getattr(bound.field, "max_length", None)
    if longest and longest <= 10:
        return "govuk-input--width-10"
    return "govuk-input--width-20" if longest and longest <= 40 else ""


def _choices(bound: BoundField) -> list[Choice]:
    hints = getattr(bound.field, "choice_hints", {})
    found = []
    for sub in bound.subwidgets:
        data = sub.data
        attrs = {k: v for k, v in data["attrs"].items() if k not in SET_BY_TEMPLATE}
        found.append(
            Choice(
                id=data["attrs"].get("id", ""),
                name=data["name"],
                value=str(data["value"]),
                label=str(data["label"]),
                hint=str(hints.get(data["value"], "")),
                checked=bool(data["selected"]),
                attrs=attrs,
            )
        )
    return found


def _single(bound: BoundField) -> Choice:
    widget = bound.field.widget
    context = widget.get_context(bound.html_name, bound.value(), {})["widget"]
    attrs = {k: v for k, v in context["attrs"].items() if k not in SET_BY_TEMPLATE}
    return Choice(
        id=bound.auto_id,
        name=bound.html_name,
        value=str(context["value"] or "on"),
        label=str(bound.label),
        hint="",
        checked=bool(context["attrs"].get("checked")),
        attrs=attrs,
    )


def _parts(bound: BoundField) -> list[Part]:
    widget = copy.deepcopy(bound.field.widget)
    if isinstance(widget, forms.SplitDateTimeWidget):
        for one, kind, pattern in zip(
            widget.widgets, ("date", "time"), ("%Y-%m-%d", "%H:%M"), strict=True
        ):
            one.input_type, one.format = kind, pattern
    context = widget.get_context(bound.html_name, bound.value(), {"id": bound.auto_id})["widget"]
    parts = []
    for number, sub in enumerate(context["subwidgets"]):
        select = "select" in sub["template_name"]
        sub["attrs"] = {**sub["attrs"], "class": "govuk-select" if select else "govuk-input"}
        sub["attrs"].pop("required", None)
        html = BoundWidget(widget, sub, bound.form.renderer).tag()
        parts.append(Part(sub["attrs"]["id"], _part_label(widget, sub["name"], number), html))
    return parts


def _part_label(widget: forms.Widget, name: str, number: int) -> str:
    ends = {"_day": _("Day"), "_month": _("Month"), "_year": _("Year")}
    for end, label in ends.items():
        if name.endswith(end):
            return label
    if isinstance(widget, forms.SplitDateTimeWidget):
        return [_("Date"), _("Time")][number]
    labels = getattr(widget, "labels", [])
    return str(labels[number]) if number < len(labels) else str(number + 1)
