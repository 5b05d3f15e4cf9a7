"""Forms of the room. A field is named after the kind of clause it writes, so faults find it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from commonweal.agree import words
from commonweal.agree.drafting import party
from commonweal.agree.form_parts import ForOrganisationForm
from commonweal.agree.models import Agreement
from commonweal.agree.terms_forms import (
    TermsForm,
    answers,
    ask_all,
    check_all_answered,
    chosen_purposes,
    initial_of,
    levels,
    organisations,
    title_field,
)
from commonweal.compute.contract.model import MISSING, ROW
from commonweal.compute.errors import Unusable
from commonweal.compute.permits import clauses as c
from commonweal.compute.permits.checks import CONTROL
from commonweal.compute.permits.terms import Terms
from commonweal.core.models import Organisation


class SharingForm(TermsForm):
    """A data-sharing agreement."""

    kind = "dsa"
    title = title_field()
    provider = organisations(
        label=gettext_lazy("Who provides data?"),
        error_messages={"required": gettext_lazy("Choose at least one organisation.")},
    )
    recipient = organisations(
        label=gettext_lazy("Who receives and keeps it?"),
        help_text=gettext_lazy(
            "They look after the data and may license its use within this agreement."
        ),
        error_messages={"required": gettext_lazy("Choose at least one organisation.")},
    )
    data = forms.CharField(  # type: ignore[assignment]
        label=gettext_lazy("Which data?"),
        help_text=gettext_lazy(
            "Each kind of file or table that is handed in gets a name here and a list of the columns"
            " that may be taken from it; the convener adds its data contract later, under the same"
            " name. One line for each: the name, a colon, its fields with commas between. For example"
            " “bed-deliveries: area, month, slept_safely”. What is not named is not covered."
        ),
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        error_messages={"required": gettext_lazy("Name at least one set of data and its fields.")},
    )
    masked = forms.CharField(
        label=gettext_lazy("Fields whose values are never shown"),
        help_text=gettext_lazy(
            "Written like the data above. They may be counted and joined, but no result tells their"
            " values."
        ),
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false"}),
        required=False,
    )
    intermediary = organisations(
        label=gettext_lazy("Who of them is a trusted intermediary?"),
        help_text=gettext_lazy(
            "An intermediary keeps the data for the others and never uses it itself."
        ),
        required=False,
    )
    parent = forms.ModelChoiceField(
        queryset=Agreement.objects.none(),
        label=gettext_lazy("Does it rest on a memorandum of understanding?"),
        empty_label=gettext_lazy("No, it stands alone"),
        required=False,
    )
    field_order = ["title", "prose", "parent", "provider", "recipient", "intermediary", "data"]
    fieldsets = [
        (gettext_lazy("What and why"), ["title", "prose", "parent"]),
        (gettext_lazy("Who"), ["provider", "recipient", "intermediary"]),
        (gettext_lazy("Which data, and what for"), ["data", "masked", "purpose", "own_purpose"]),
        (
            gettext_lazy("Limits"),
            ["minimum_cell", "publication", "grain", "linkage", "retention", "place", "breach"],
        ),
        (gettext_lazy("How long"), ["start", "expiry", "withdrawal"]),
        (gettext_lazy("Further clauses"), ["further"]),
    ]

    def __init__(
        self,
        *args: Any,
        partners: Iterable[Organisation],
        memoranda: Iterable[Agreement] = (),
        revises: bool = False,
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        for role in ("provider", "recipient", "intermediary"):
            self.fields[role].queryset = partners  # type: ignore[attr-defined]
        above = [each.pk for each in memoranda]
        if revises or not above:
            del self.fields["parent"]
        else:
            self.fields["parent"].queryset = Agreement.objects.filter(pk__in=above)  # type: ignore[attr-defined]
        if revises:
            del self.fields["title"]
        asked = ask_all(self, "four_questions", required=False)
        self.close(
            (gettext_lazy("Four questions"), asked, _("Answer all four, or leave all blank."))
        )

    def clean(self) -> dict[str, Any]:
        said = super().clean()
        check_all_answered(self, "four_questions")
        return said

    def clean_data(self) -> list[c.Data]:
        """One clause per line. Refuses a line that is not “key: field, field”."""
        return _data_lines(self.cleaned_data["data"])

    def clean_masked(self) -> dict[str, tuple[str, ...]]:
        """Contract → its masked fields. Refuses what the data does not name."""
        masked = {each.contract: each.fields for each in _data_lines(self.cleaned_data["masked"])}
        named = {each.contract: each.fields for each in self.cleaned_data.get("data") or ()}
        for contract, fields in masked.items():
            if not named:
                break
            if contract not in named or not set(fields) <= set(named[contract]):
                raise ValidationError(
                    _("“%(contract)s”: mask only fields that the data above names.")
                    % {"contract": contract}
                )
        return masked

    def clauses(self) -> list[c.Clause]:
        """Everything the form settles. Only of a valid form."""
        said = self.cleaned_data
        between = said["intermediary"]
        return [
            party(c.PROVIDER, said["provider"]),
            party(c.RECIPIENT, said["recipient"]),
            *([party(c.INTERMEDIARY, between)] if between else []),
            *(replace(each, masked=said["masked"].get(each.contract, ())) for each in said["data"]),
            *self.limits(),
            *answers(said),
        ]


def could_be_column(name: str) -> bool:
    """Whether a data contract could have a column of this name, and the form can tell it from others."""
    return (
        len(name) <= 100
        and (name[0].isalnum() or name[0] == "_")
        and name != ROW
        and not name.endswith(MISSING)
        and not set(name) & {";", "\t"}
        and not CONTROL.search(name)
    )


def _data_lines(text: str) -> list[c.Data]:
    found = []
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), 1):
        if not line.strip():
            continue
        key, colon, fields = line.partition(":")
        names = tuple(name.strip() for name in fields.split(",") if name.strip())
        if not colon or not names:
            raise ValidationError(
                _("Line %(number)s: write the name of the data, a colon, then its fields.")
                % {"number": number}
            )
        for name in names:
            if not could_be_column(name):
                raise ValidationError(
                    _(
                        "Line %(number)s: “%(name)s” cannot be the name of a field. Put commas"
                        " between fields; a name has no semicolon, begins with a letter or a digit"
                        " and has at most 100 characters."
                    )
                    % {"number": number, "name": CONTROL.sub("", name)[:100]}
                )
        try:
            found.append(c.Data(key.strip(), names))
        except Unusable as fault:
            raise ValidationError(
                _("Line %(number)s, “%(name)s”: %(fault)s")
                % {"number": number, "name": key.strip(), "fault": words.unusable(fault)}
            ) from fault
    return found


_STRICTER: Mapping[str, Callable[[int, int], int]] = {
    "minimum_cell": max,
    "retention": min,
    "withdrawal": min,
}


class LicenceForm(TermsForm):
    """A data-use licence. It offers only what the agreement above allows."""

    kind = "dul"
    # Who uses the data, and whether that is right, is what a licence is about.
    own = TermsForm.own | {"user", "purpose", "four_questions_legal"}
    title = title_field(gettext_lazy("For example “Measuring safe sleep”."))
    user = organisations(
        label=gettext_lazy("Who may use the data?"),
        error_messages={"required": gettext_lazy("Choose at least one organisation.")},
    )
    provider = organisations(
        label=gettext_lazy("Whose data?"),
        help_text=gettext_lazy(
            "The organisations that you name sign the licence too. Name none to cover all of them"
            " under the signature of those who keep the data."
        ),
        required=False,
    )
    data = forms.MultipleChoiceField(  # type: ignore[assignment]
        label=gettext_lazy("Which fields?"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one field.")},
    )
    field_order = ["title", "prose", "user", "provider", "data"]
    fieldsets = [
        SharingForm.fieldsets[0],
        (gettext_lazy("Who"), ["user", "provider"]),
        *SharingForm.fieldsets[2:],
    ]
    own_purpose = None  # type: ignore[assignment]

    def __init__(
        self,
        *args: Any,
        partners: Iterable[Organisation],
        parent: Terms,
        revises: bool = False,
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self.parent = parent
        self.fields["user"].queryset = partners  # type: ignore[attr-defined]
        named = parent.party(c.PROVIDER)
        providers = Organisation.objects.filter(pk__in=named.ids if named else ())
        self.fields["provider"].queryset = providers.order_by("name")  # type: ignore[attr-defined]
        self.fields["data"].choices = [  # type: ignore[attr-defined]
            (f"{clause.contract}:{field}", f"{clause.contract}: {field}")
            for clause in parent.clauses
            if isinstance(clause, c.Data)
            for field in clause.fields
        ]
        self._narrow(parent)
        if revises:
            del self.fields["title"]
        four = ask_all(self, "four_questions", required=True)
        five = ask_all(self, "five_safes", required=False)
        self.close(
            (gettext_lazy("Four questions"), four, _("A licence needs an answer to all four.")),
            (gettext_lazy("Five safes"), five, _("Answer all five, or leave all blank.")),
        )

    def _narrow(self, parent: Terms) -> None:
        """Offer nothing wider than the agreement above, and say what it says."""
        above = initial_of(parent, "", self.language)
        self.offer_purposes(chosen_purposes(parent.clauses))
        purpose = self.fields["purpose"]
        purpose.required = True
        purpose.help_text = _("Choose at least one.")
        purpose.error_messages["required"] = _("Choose at least one purpose.")
        known = c.LEVELS[: c.LEVELS.index(above["publication"]) + 1]
        self.fields["publication"].choices = levels(known)  # type: ignore[attr-defined]
        if above["linkage"] == "no":
            del self.fields["linkage"]
        if above.get("grain") != "records":
            del self.fields["grain"]
        for name in ("place", "breach"):
            self.fields[name].initial = above.get(name)
        for name, hint in {
            "minimum_cell": _("%(reference)s says %(value)s: choose this or more."),
            "retention": _("%(reference)s says %(value)s: choose this or fewer."),
            "start": _("%(reference)s begins on %(value)s."),
            "expiry": _("%(reference)s ends with %(value)s."),
            "withdrawal": _("%(reference)s says %(value)s: choose this or fewer."),
        }.items():
            value = above[name]
            shown = words.day(value) if isinstance(value, date) else value
            self.fields[name].help_text = hint % {"reference": parent.reference, "value": shown}
            self.fields[name].initial = value
            # A model under another agreement may say what would be too wide under this one.
            if name in self.initial and name in _STRICTER:
                self.initial[name] = _STRICTER[name](self.initial[name], value)
        if self.initial.get("publication", known[-1]) not in known:
            self.initial["publication"] = above["publication"]

    def clean(self) -> dict[str, Any]:
        said = super().clean()
        check_all_answered(self, "five_safes")
        return said

    def clauses(self) -> list[c.Clause]:
        """Everything the form settles. Only of a valid form."""
        said = self.cleaned_data
        said.setdefault("linkage", "no")
        fields: dict[str, list[str]] = {}
        for value in said["data"]:
            contract, _colon, field = value.partition(":")
            fields.setdefault(contract, []).append(field)
        found: list[c.Clause] = [party(c.USER, said["user"])]
        if said["provider"]:
            found.append(party(c.PROVIDER, said["provider"]))
        for contract, names in fields.items():
            held = self.parent.data(contract)
            # What the agreement above never shows, no licence under it does.
            masked = tuple(each for each in (held.masked if held else ()) if each in names)
            found.append(c.Data(contract, tuple(names), masked))
        return [*found, *self.limits(), *answers(said)]


class SignForm(ForOrganisationForm):
    text_hash = forms.CharField(widget=forms.HiddenInput, max_length=64)
    may_sign = forms.BooleanField(
        error_messages={"required": gettext_lazy("Confirm that you may sign.")}
    )

    def __init__(self, *args: Any, mine: Sequence[Organisation], **options: Any) -> None:
        super().__init__(*args, mine=mine, **options)
        names = words.listed([each.name for each in mine])
        self.fields["may_sign"].label = (
            _("I have read the text and may sign for %(organisation)s")
            if len(mine) == 1
            else _("I have read the text and may sign for the organisation I chose")
        ) % {"organisation": names}


class WithdrawForm(ForOrganisationForm):
    reason = forms.CharField(
        label=gettext_lazy("Your reason"),
        help_text=gettext_lazy("The other parties read it. You need not give one."),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
        required=False,
    )
    understood = forms.BooleanField(
        label=gettext_lazy("I understand that this takes effect at once"),
        error_messages={"required": gettext_lazy("Confirm that you understand.")},
    )


class SuspendForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Why is it suspended?"),
        help_text=gettext_lazy("Every party reads it."),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
        error_messages={"required": gettext_lazy("Say why the agreement is suspended.")},
    )
