"""Forms of the room. A field is named after the kind of clause it writes, so faults find it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from commonweal.agree import words
from commonweal.agree.drafting import party
from commonweal.compute.errors import Unusable
from commonweal.compute.permits import clauses as c
from commonweal.compute.permits.purposes import PURPOSES
from commonweal.compute.permits.terms import Terms
from commonweal.core.models import Organisation

HEADING = "# "


def organisations(**options: Any) -> forms.ModelMultipleChoiceField[Organisation]:
    """Checkboxes for organisations at the table; the view says which."""
    return forms.ModelMultipleChoiceField(
        queryset=Organisation.objects.none(), widget=forms.CheckboxSelectMultiple, **options
    )


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class TermsForm(forms.Form):
    """What sharing agreements and licences have in common."""

    prose = forms.CharField(
        label=gettext_lazy("Why you agree on this"),
        help_text=gettext_lazy(
            "In your own words, for everybody who reads it. It cannot widen the clauses."
        ),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=20_000,
        required=False,
    )
    purpose = forms.MultipleChoiceField(
        label=gettext_lazy("What may the data be used for?"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one purpose.")},
    )
    minimum_cell = forms.IntegerField(
        label=gettext_lazy("Smallest group shown"),
        help_text=gettext_lazy(
            "A result about fewer records than this is hidden, and so is what would give it away."
            " 5 and 10 are usual; 1 hides nothing."
        ),
        min_value=1,
        max_value=c.MAXIMUM_CELL,
        initial=10,
    )
    linkage = forms.ChoiceField(
        label=gettext_lazy("May records of different providers be joined person by person?"),
        choices=[("no", gettext_lazy("No")), ("yes", gettext_lazy("Yes"))],
        widget=forms.RadioSelect,
        initial="no",
    )
    publication = forms.ChoiceField(
        label=gettext_lazy("Who may see results?"),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose who may see results.")},
    )
    retention = forms.IntegerField(
        label=gettext_lazy("Months after which records are destroyed at the latest"),
        help_text=gettext_lazy("Counted from the day they were received."),
        min_value=1,
        max_value=1200,
        initial=36,
    )
    start = forms.DateField(label=gettext_lazy("First day of use"), widget=DayInput)
    expiry = forms.DateField(
        label=gettext_lazy("Last day of use"),
        help_text=gettext_lazy("From the following midnight every use is refused."),
        widget=DayInput,
    )
    withdrawal = forms.IntegerField(
        label=gettext_lazy("Days until a party’s data is destroyed after it withdraws"),
        help_text=gettext_lazy(
            "Its data is not used any more from the moment of withdrawal; this is the time until"
            " it is gone for good. 0 means at once."
        ),
        min_value=0,
        max_value=730,
        initial=30,
    )
    further = forms.CharField(
        label=gettext_lazy("Further clauses"),
        help_text=gettext_lazy(
            "For people to read; the software does not enforce them. Begin each with a line"
            " “# Heading”."
        ),
        widget=forms.Textarea(attrs={"rows": 6}),
        required=False,
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["publication"].choices = _levels(c.LEVELS)  # type: ignore[attr-defined]
        self._offer_purposes(PURPOSES)

    def _offer_purposes(self, keys: Iterable[str]) -> None:
        held = list(keys)
        field = self.fields["purpose"]
        field.choices = [(key, words.purpose(key)) for key in held]  # type: ignore[attr-defined]
        field.choice_hints = {  # type: ignore[attr-defined]
            key: words.purpose_meaning(key) for key in held
        }

    def clean_further(self) -> list[c.Prose]:
        """The free clauses. Refuses text before the first heading and headings without text."""
        try:
            return _parse_further(self.cleaned_data["further"])
        except Unusable as fault:
            raise ValidationError(words.unusable(fault)) from fault

    def limits(self) -> list[c.Clause]:
        """The clauses that both kinds of agreement settle. Only of a valid form."""
        said = self.cleaned_data
        return [
            c.Purpose(tuple(said["purpose"])),
            c.MinimumCell(said["minimum_cell"]),
            c.Linkage(said["linkage"] == "yes"),
            c.Publication(said["publication"]),
            c.Retention(said["retention"]),
            c.Start(said["start"]),
            c.Expiry(said["expiry"]),
            c.Withdrawal(said["withdrawal"]),
            *said["further"],
        ]


def _levels(levels: Iterable[str]) -> list[tuple[str, str]]:
    said = {
        "none": _("Only the user that a licence names"),
        "partners": _("The partners at the table"),
        "public": _("The public"),
    }
    return [(level, said[level]) for level in levels]


def _parse_further(text: str) -> list[c.Prose]:
    found: list[c.Prose] = []
    heading, lines = "", list[str]()
    for line in [*text.replace("\r\n", "\n").split("\n"), HEADING]:
        if line.startswith(HEADING) or line.strip() == HEADING.strip():
            if heading or "".join(lines).strip():
                if not heading:
                    raise Unusable(
                        _("There are words before the first heading."),
                        mend=_("Begin with a line “# Heading”."),
                    )
                found.append(c.Prose(heading, "\n".join(lines).strip()))
            heading, lines = line.removeprefix(HEADING).strip(), []
        else:
            lines.append(line)
    return found


def _as_further(clauses: Sequence[c.Clause]) -> str:
    parts = [
        f"{HEADING}{each.heading}\n{each.text}" for each in clauses if isinstance(each, c.Prose)
    ]
    return "\n\n".join(parts)


def title_field() -> forms.CharField:
    return forms.CharField(
        label=gettext_lazy("Title"),
        help_text=gettext_lazy("What people will call it, for example “Beds for babies”."),
        max_length=200,
        error_messages={"required": gettext_lazy("Give the agreement a title.")},
    )


def initial_of(terms: Terms, prose: str) -> dict[str, Any]:
    """What a form shows when a new version is drafted from these terms."""
    held = {clause.kind: clause for clause in terms.clauses}
    found: dict[str, Any] = {"prose": prose, "further": _as_further(terms.clauses)}
    for kind, clause in held.items():
        match clause:
            case c.Party():
                found[kind] = list(clause.ids)
            case c.Purpose():
                found[kind] = list(clause.purposes)
            case c.Linkage():
                found[kind] = "yes" if clause.allowed else "no"
            case c.MinimumCell():
                found[kind] = clause.minimum
            case c.Publication():
                found[kind] = clause.level
            case c.Retention():
                found[kind] = clause.months
            case c.Withdrawal():
                found[kind] = clause.notice_days
            case c.Start() | c.Expiry():
                found[kind] = clause.day
            case _:
                pass
    return found


class SharingForm(TermsForm):
    """A data-sharing agreement."""

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
            "One line for each data contract: its key, a colon, its fields with commas between."
            " For example “bed-deliveries: area, month, slept_safely”. What is not named is not"
            " covered."
        ),
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        error_messages={"required": gettext_lazy("Name at least one contract and its fields.")},
    )
    field_order = ["title", "prose", "provider", "recipient", "data"]
    fieldsets = [
        (gettext_lazy("What and why"), ["title", "prose"]),
        (gettext_lazy("Who"), ["provider", "recipient"]),
        (gettext_lazy("Which data, and what for"), ["data", "purpose"]),
        (gettext_lazy("Limits"), ["minimum_cell", "publication", "linkage", "retention"]),
        (gettext_lazy("How long"), ["start", "expiry", "withdrawal"]),
        (gettext_lazy("Further clauses"), ["further"]),
    ]

    def __init__(
        self, *args: Any, partners: Iterable[Organisation], revises: bool = False, **options: Any
    ) -> None:
        super().__init__(*args, **options)
        for role in ("provider", "recipient"):
            self.fields[role].queryset = partners  # type: ignore[attr-defined]
        if revises:
            del self.fields["title"]
            self.fieldsets = [(gettext_lazy("Why"), ["prose"]), *self.fieldsets[1:]]

    def clean_data(self) -> list[c.Data]:
        """One clause per line. Refuses a line that is not “key: field, field”."""
        found = []
        lines = self.cleaned_data["data"].replace("\r\n", "\n").split("\n")
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            key, colon, fields = line.partition(":")
            names = tuple(name.strip() for name in fields.split(",") if name.strip())
            if not colon or not names:
                raise ValidationError(
                    _("Line %(number)s: write the contract’s key, a colon, then its fields.")
                    % {"number": number}
                )
            try:
                found.append(c.Data(key.strip(), names))
            except Unusable as fault:
                raise ValidationError(
                    _("Line %(number)s: %(fault)s")
                    % {"number": number, "fault": words.unusable(fault)}
                ) from fault
        return found

    def clauses(self) -> list[c.Clause]:
        """Everything the form settles. Only of a valid form."""
        said = self.cleaned_data
        return [
            party(c.PROVIDER, said["provider"]),
            party(c.RECIPIENT, said["recipient"]),
            *said["data"],
            *self.limits(),
        ]


def data_as_text(clauses: Sequence[c.Clause]) -> str:
    """The lines that `SharingForm.data` reads."""
    held = [each for each in clauses if isinstance(each, c.Data)]
    return "\n".join(f"{each.contract}: {', '.join(each.fields)}" for each in held)


class LicenceForm(TermsForm):
    """A data-use licence. It offers only what the agreement above allows."""

    title = title_field()
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
        self.fields["title"].help_text = _("For example “Measuring safe sleep”.")
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
            self.fieldsets = [(gettext_lazy("Why"), ["prose"]), *self.fieldsets[1:]]

    def _narrow(self, parent: Terms) -> None:
        """Offer nothing wider than the agreement above, and say what it says."""
        above = initial_of(parent, "")
        self._offer_purposes(above["purpose"])
        levels = c.LEVELS[: c.LEVELS.index(above["publication"]) + 1]
        self.fields["publication"].choices = _levels(levels)  # type: ignore[attr-defined]
        if above["linkage"] == "no":
            del self.fields["linkage"]
            self.fieldsets = [
                (legend, [name for name in names if name != "linkage"])
                for legend, names in self.fieldsets
            ]
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
        found += [c.Data(contract, tuple(names)) for contract, names in fields.items()]
        return found + self.limits()


def chosen_fields(clauses: Sequence[c.Clause]) -> list[str]:
    """The values of `LicenceForm.data` that are ticked for these clauses."""
    held = [each for each in clauses if isinstance(each, c.Data)]
    return [f"{each.contract}:{field}" for each in held for field in each.fields]


class ForOrganisationForm(forms.Form):
    """Something that a person does for one of their organisations."""

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
        if len(mine) == 1:
            field.initial = mine[0].pk
            field.widget = forms.HiddenInput()


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
