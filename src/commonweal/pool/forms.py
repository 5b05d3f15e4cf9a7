"""Forms of the room."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from commonweal.agree.models import Agreement
from commonweal.core.models import Organisation
from commonweal.pool.models import DataContract
from commonweal.pool.queries import Way


def way_key(contract: DataContract, provider: Organisation) -> str:
    return f"{contract.key} {provider.pk}"


class FileForm(forms.Form):
    """The month and the file; all that the holder of a link is asked."""

    period = forms.ChoiceField(
        label=_("Which month is it about?"),
        error_messages={
            "required": _("Choose a month."),
            "invalid_choice": _("Choose one of the months."),
        },
    )
    file = forms.FileField(
        label=_("The spreadsheet"),
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx"}),
        error_messages={"required": _("Choose the file to send.")},
    )
    field_order = ["way", "period", "file"]

    def __init__(self, *args: Any, periods: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["period"].choices = periods  # type: ignore[attr-defined]
        self.fields["file"].help_text = _now(
            "CSV or XLSX, at most %(megabytes)s MB, with the column headings in row 1."
        ) % {"megabytes": settings.UPLOAD_CAP // (1024 * 1024)}


class SendForm(FileForm):
    """The same for people who may send under several contracts or for several organisations."""

    way = forms.ChoiceField(
        label=_("What do you send?"),
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose what you send."),
            "invalid_choice": _("Choose one of the list."),
        },
    )

    def __init__(self, *args: Any, ways: Sequence[Way], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._ways = {way_key(*way): way for way in ways}
        self.fields["way"].choices = way_choices(ways)  # type: ignore[attr-defined]

    def chosen(self) -> Way:
        return self._ways[self.cleaned_data["way"]]


def way_choices(ways: Sequence[Way]) -> list[tuple[str, str]]:
    """Named by contract; the organisation is added where there are several."""
    several = len({provider.pk for _contract, provider in ways}) > 1
    return [
        (way_key(contract, provider), f"{contract} – {provider}" if several else str(contract))
        for contract, provider in ways
    ]


class LinkForm(forms.Form):
    """Who gets a personal link, and for what."""

    way = forms.ChoiceField(
        label=_("For which data?"),
        error_messages={
            "required": _("Choose the data and the organisation."),
            "invalid_choice": _("Choose one of the list."),
        },
    )
    email = forms.EmailField(
        label=_("E-mail address"),
        help_text=_("Of the person at that organisation who sends the file. They need no account."),
        error_messages={
            "required": _("Enter an e-mail address."),
            "invalid": _("Enter an e-mail address, like name@example.org."),
        },
    )

    def __init__(self, *args: Any, ways: Sequence[Way], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._ways = {way_key(*way): way for way in ways}
        self.fields["way"].choices = [  # type: ignore[attr-defined]
            ("", _now("Choose")),
            *(
                (key, f"{contract} – {provider}")
                for key, (contract, provider) in self._ways.items()
            ),
        ]

    def chosen(self) -> Way:
        return self._ways[self.cleaned_data["way"]]


class MoveContractForm(forms.Form):
    """Another agreement for a data contract."""

    agreement = forms.ModelChoiceField(
        label=_("Under which agreement?"),
        queryset=Agreement.objects.none(),
        empty_label=_("Choose an agreement"),
        error_messages={"required": _("Choose an agreement.")},
    )

    def __init__(self, *args: Any, agreements: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["agreement"].queryset = agreements  # type: ignore[attr-defined]


class ContractForm(MoveContractForm):
    """A data contract's text under one agreement."""

    text = forms.CharField(
        label=_("The contract"),
        help_text=_(
            "Open Data Contract Standard, version 3, as YAML. Its id is the name by which the"
            " agreement calls the data; it may list only columns that the agreement names."
        ),
        widget=forms.Textarea(attrs={"rows": 24, "spellcheck": "false"}),
        max_length=200_000,
        error_messages={"required": _("Paste the text of the contract.")},
    )

    def __init__(
        self, *args: Any, agreements: Any, chosen: Agreement | None = None, **kwargs: Any
    ) -> None:
        """`chosen`: the one there is little doubt about; without it nothing is chosen beforehand."""
        super().__init__(*args, agreements=agreements, **kwargs)
        self.fields["agreement"].initial = chosen
