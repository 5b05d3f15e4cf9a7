"""Forms of the room."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from commonweal.convene.models import Partnership
from commonweal.core import formats
from commonweal.core.fields import DayInput, sentences
from commonweal.core.models import Organisation
from commonweal.plan import queries
from commonweal.plan.actions import MOST, Said
from commonweal.plan.models import Item, Stage


class ItemChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, item: Item) -> str:
        return f"{item.title} ({item.organisation.name})"


class ItemsChoice(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, item: Item) -> str:
        return f"{item.title} ({item.organisation.name})"


class WhoseForm(forms.Form):
    """Whose plan it is."""

    organisation = forms.ModelChoiceField(
        queryset=Organisation.objects.none(),
        label=_("Whose plan is it?"),
        error_messages={"required": _("Choose whose plan it is.")},
    )

    def __init__(self, *args: Any, owners: Iterable[Organisation], **options: Any) -> None:
        super().__init__(*args, **options)
        ids = [each.pk for each in owners]
        field = self.fields["organisation"]
        field.queryset = Organisation.objects.filter(pk__in=ids).order_by("name")  # type: ignore[attr-defined]
        if len(ids) == 1:
            field.initial, field.widget = ids[0], forms.HiddenInput()


class ItemForm(WhoseForm):
    """One thing planned."""

    kind = forms.ChoiceField(
        label=_("What is it?"),
        choices=Item.Kind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what it is.")},
    )
    title = forms.CharField(
        label=_("In a few words"),
        max_length=120,
        error_messages={"required": _("Say in a few words what it is.")},
    )
    starts_on = forms.DateField(
        label=_("First day"),
        widget=DayInput(),
        error_messages={"required": _("Name the first day.")},
    )
    ends_on = forms.DateField(
        label=_("Last day"),
        help_text=_("Leave it blank for a single day."),
        widget=DayInput(),
        required=False,
    )
    place = forms.CharField(
        label=_("Where?"),
        help_text=_("A street, a district: as on the map of the problem."),
        max_length=80,
        required=False,
    )
    state = forms.ChoiceField(
        label=_("How does it stand?"),
        choices=[each for each in Item.State.choices if each[0] != Item.State.DROPPED],
        initial=Item.State.PLANNED,
    )
    amount = forms.CharField(
        label=_("Money"),
        help_text=_("For example 12,500.00"),
        max_length=24,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )
    currency = forms.CharField(
        label=_("Currency of the money"),
        help_text=_("Its three letters, for example GBP or EUR."),
        max_length=3,
        required=False,
    )
    after = ItemsChoice(
        queryset=Item.objects.none(),
        label=_("What must be there first?"),
        help_text=_("Of a budget its first day, of anything else its last."),
        required=False,
    )
    informs = ItemChoice(
        queryset=Item.objects.none(),
        label=_("Which decision should it inform?"),
        help_text=_("Only of an evaluation."),
        empty_label=_("None"),
        required=False,
    )
    cover = forms.ModelChoiceField(
        queryset=Organisation.objects.none(),
        label=_("Who covers it, or takes part?"),
        help_text=_("Of a gap in staffing, a training, a secondment."),
        empty_label=_("Nobody yet"),
        required=False,
    )
    stage = forms.ModelChoiceField(
        queryset=Stage.objects.none(),
        label=_("Part of which stage?"),
        empty_label=_("None"),
        required=False,
    )
    words = sentences(3, label=_("In more words"), max_length=MOST, required=False)
    fieldsets = [
        ("", ["organisation", "kind", "title", "starts_on", "ends_on", "place", "state"]),
        (_("Money"), ["amount", "currency"]),
        (_("What it hangs together with"), ["after", "informs", "cover", "stage"]),
        ("", ["words"]),
    ]

    def __init__(
        self,
        *args: Any,
        partnership: Partnership,
        partners: Iterable[Organisation],
        item: Item | None = None,
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        others = queries.items(partnership)
        others = others.exclude(pk=item.pk) if item else others
        offered = {
            "after": others,
            "informs": others.filter(kind=Item.Kind.DECISION),
            "cover": Organisation.objects.filter(pk__in=[each.pk for each in partners]),
            "stage": queries.stages(partnership),
        }
        for name, found in offered.items():
            self.fields[name].queryset = found  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        text, code = given.get("amount") or "", (given.get("currency") or "").upper()
        given["amount_minor"], given["currency"] = None, code
        if text and not formats.is_currency(code):
            self.add_error("currency", _("Write the three letters of a currency, for example GBP."))
        elif text:
            try:
                given["amount_minor"] = formats.minor(text, code)
            except ValueError:
                self.add_error("amount", _("Write an amount, for example 12,500.00."))
        return given

    def said(self) -> Said:
        """Only of a valid form."""
        given = dict(self.cleaned_data)
        del given["organisation"], given["amount"]
        given["ends_on"] = given["ends_on"] or given["starts_on"]
        given["after"] = list(given["after"])
        return Said(**given)


def initial_of(item: Item) -> dict[str, Any]:
    """What the form shows of an item."""
    names = ("kind", "title", "starts_on", "ends_on", "place", "state", "currency", "words")
    money = "" if item.amount_minor is None else formats.written(item.amount_minor, item.currency)
    return {
        "organisation": item.organisation_id,
        "amount": money,
        "after": [each.pk for each in item.after.all()],
        "informs": item.informs_id,
        "cover": item.cover_id,
        "stage": item.stage_id,
        **{name: getattr(item, name) for name in names},
    }


class DropForm(forms.Form):
    because = forms.CharField(
        label=_("Why?"), max_length=200, error_messages={"required": _("Say why.")}
    )


class ImportForm(WhoseForm):
    file = forms.FileField(
        label=_("Your plan"),
        help_text=_("A spreadsheet (XLSX) or CSV with the columns kind, title, starts, ends."),
        error_messages={"required": _("Choose a file.")},
    )


class StageForm(forms.Form):
    name = forms.CharField(
        label=_("What is the stage called?"),
        help_text=_("For example “Two wards”."),
        max_length=120,
        error_messages={"required": _("Give it a name.")},
    )
    condition = sentences(
        3,
        label=_("What must be true to go on?"),
        help_text=_(
            "Something that can turn out false, for example “six in ten families are reached”."
        ),
        max_length=MOST,
        error_messages={"required": _("Say what must be true to go on.")},
    )
    review_date = forms.DateField(
        label=_("On which day do you look?"),
        widget=DayInput(),
        error_messages={"required": _("Name the day.")},
    )


class DecideForm(forms.Form):
    verdict = forms.ChoiceField(
        label=_("What did you decide?"),
        choices=Stage.Verdict.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what you decided.")},
    )
    because = sentences(
        3,
        label=_("Why?"),
        help_text=_("Was it true? What shows it?"),
        max_length=MOST,
        error_messages={"required": _("Say why.")},
    )


class FilterForm(forms.Form):
    """Which part of the plan is shown."""

    organisation = forms.ModelChoiceField(
        queryset=Organisation.objects.none(),
        label=_("Who"),
        empty_label=_("Everybody"),
        required=False,
    )
    kind = forms.ChoiceField(
        label=_("What"), choices=[("", _("Everything")), *Item.Kind.choices], required=False
    )

    def __init__(self, *args: Any, partners: Iterable[Organisation], **options: Any) -> None:
        super().__init__(*args, **options)
        ids = [each.pk for each in partners]
        field = self.fields["organisation"]
        field.queryset = Organisation.objects.filter(pk__in=ids).order_by("name")  # type: ignore[attr-defined]
