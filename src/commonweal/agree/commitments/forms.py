"""Forms of this part of the room."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from commonweal.agree.commitments import states
from commonweal.agree.commitments.actions import Origin, Promise
from commonweal.agree.commitments.models import CommitmentVersion, Source
from commonweal.agree.decisions.models import Proposal
from commonweal.agree.models import Agreement
from commonweal.core import formats
from commonweal.core.fields import DayInput, sentences
from commonweal.core.models import Organisation


class PromiseForm(forms.Form):
    """What an organisation volunteers."""

    action = forms.CharField(
        label=_("What your organisation will do"),
        help_text=_("One sentence that a neighbour understands: “Give a bed for every ten sold”."),
        max_length=300,
        error_messages={"required": _("Say what your organisation will do.")},
    )
    due_on = forms.DateField(
        label=_("By when"),
        help_text=_("The day by which it is done. You can change it later, with the reason."),
        widget=DayInput,
        error_messages={"required": _("Name the day by which it is done.")},
    )
    outcome = sentences(
        2,
        label=_("What should come of it"),
        help_text=_("What is different for people when it is done."),
        max_length=1000,
        required=False,
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
    staff = forms.CharField(
        label=_("People’s time"),
        help_text=_("For example “two health visitors, a day a week”. Names are not needed."),
        max_length=200,
        required=False,
    )
    which_data = forms.CharField(
        label=_("Data"),
        help_text=_("Which data it brings. Sharing it still needs a signed agreement."),
        max_length=300,
        required=False,
    )
    target_area = forms.CharField(label=_("Where, or for whom"), max_length=200, required=False)
    fieldsets: list[Any] = [
        (_("The commitment"), ["action", "due_on", "outcome"]),
        (
            _("What goes into it"),
            ["amount", "currency", "staff", "which_data", "target_area"],
            _("Leave blank what does not apply."),
        ),
    ]

    def clean_currency(self) -> str:
        code = str(self.cleaned_data["currency"]).strip().upper()
        if code and not formats.is_currency(code):
            raise forms.ValidationError(_("Enter a currency’s three letters, for example GBP."))
        return code

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        written, currency = given.get("amount", ""), given.get("currency", "")
        # A currency that stands in the form before anybody has named an amount means nothing.
        given["amount_minor"], given["currency"] = None, currency if written else ""
        if written and not currency and "currency" not in self.errors:
            self.add_error("currency", _("Say in which currency the amount is."))
        elif written and currency:
            given["amount_minor"] = self._minor(written, currency)
        return given

    def _minor(self, written: str, currency: str) -> int | None:
        try:
            return formats.minor(written, currency)
        except ValueError:
            self.add_error("amount", _("Enter an amount of money, for example 12,500.00."))
            return None

    def promise(self) -> Promise:
        """What is promised. Only of a valid form."""
        said = self.cleaned_data
        return Promise(
            action=said["action"],
            due_on=said["due_on"],
            amount_minor=said["amount_minor"],
            currency=said["currency"],
            data=said["which_data"],
            staff=said["staff"],
            target_area=said["target_area"],
            outcome=said["outcome"],
        )


class MakeForm(PromiseForm):
    organisation = forms.ModelChoiceField(
        queryset=Organisation.objects.none(),
        label=_("Who commits"),
        empty_label=None,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose the organisation that commits.")},
    )
    source_kind = forms.ChoiceField(
        label=_("Where it comes from"),
        choices=Source.choices,
        widget=forms.RadioSelect,
        initial=Source.NONE,
    )
    agreement = forms.ModelChoiceField(
        queryset=Agreement.objects.none(),
        label=_("Which agreement"),
        required=False,
        empty_label=_("None"),
    )
    decision = forms.ModelChoiceField(
        queryset=Proposal.objects.none(),
        label=_("Which decision"),
        help_text=_("Decisions that the table adopted, the latest first."),
        required=False,
        empty_label=_("None"),
        error_messages={"invalid_choice": _("Choose one of the decisions in the list.")},
    )
    source_ref = forms.CharField(
        label=_("Which meeting"),
        help_text=_(
            "Its day, for example “meeting of 3 May”. Also for a decision that is not in the list."
        ),
        max_length=200,
        required=False,
    )
    is_public = forms.ChoiceField(
        label=_("Who can read it"),
        choices=[("yes", _("Everybody")), ("no", _("Only the table and independent roles"))],
        widget=forms.RadioSelect,
        initial="yes",
    )
    fieldsets: list[Any] = [
        (_("The commitment"), ["organisation", "action", "due_on", "outcome"]),
        PromiseForm.fieldsets[1],
        (_("Where it comes from"), ["source_kind", "agreement", "decision", "source_ref"]),
        (_("Who can read it"), ["is_public"]),
    ]

    def __init__(
        self,
        *args: Any,
        mine: Iterable[Organisation],
        agreements: Iterable[Agreement],
        decisions: Iterable[Proposal],
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        held = list(mine)
        organisation, agreement = self.fields["organisation"], self.fields["agreement"]
        organisation.queryset = mine  # type: ignore[attr-defined]
        agreement.queryset = agreements  # type: ignore[attr-defined]
        self.fields["decision"].queryset = decisions  # type: ignore[attr-defined]
        if len(held) == 1:
            organisation.initial = held[0].pk
        self.fields["is_public"].choice_hints = {  # type: ignore[attr-defined]
            "yes": _("It stands on the public page, with what came of it."),
            "no": _("You can open it later. What is public once stays public."),
        }

    def origin(self) -> Origin:
        """Where it comes from. Only of a valid form; what does not belong to the kind is left."""
        said = self.cleaned_data
        kind = said["source_kind"]
        decision = said["decision"] if kind == Source.DECISION else None
        in_words = kind in {Source.DECISION, Source.MEETING} and decision is None
        return Origin(
            kind=kind,
            ref=said["source_ref"] if in_words else "",
            agreement=said["agreement"] if kind == Source.AGREEMENT else None,
            decision=decision,
        )


class ChangeForm(PromiseForm):
    reason = sentences(
        3,
        label=_("Why it changes"),
        help_text=_("It stands beside what it said before, for everybody who reads it."),
        max_length=1000,
        error_messages={"required": _("Say why it changes.")},
    )
    version = forms.IntegerField(widget=forms.HiddenInput)
    fieldsets: list[Any] = [*PromiseForm.fieldsets, (_("The reason"), ["reason"])]


def initial_of(version: CommitmentVersion) -> dict[str, Any]:
    """A wording as the form shows it to be changed."""
    amount = version.amount_minor
    return {
        "action": version.action,
        "due_on": version.due_on,
        "outcome": version.outcome,
        "amount": "" if amount is None else formats.written(amount, version.currency),
        "currency": version.currency,
        "staff": version.staff,
        "which_data": version.data,
        "target_area": version.target_area,
        "version": version.number,
    }


ENDINGS: Final[Mapping[str, Any]] = {
    states.TELL: _("It is under way"),
    states.KEEP: _("It is kept"),
    states.KEEP_PARTLY: _("It is partly kept"),
    states.NOT_KEEP: _("It is not kept"),
    states.WITHDRAW: _("We give it up"),
}
HINTS: Final[Mapping[str, Any]] = {
    states.TELL: _("Also when it takes longer than planned."),
    states.KEEP_PARTLY: _("Say what was done and what was not."),
    states.NOT_KEEP: _("Say what stood in the way, so that others can learn from it."),
    states.WITHDRAW: _("Say why. Nobody is compelled to go on."),
}


class TellForm(forms.Form):
    """How it goes, in the organisation's own words."""

    event = forms.ChoiceField(
        label=_("How it stands"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose how it stands.")},
    )
    words = sentences(
        4,
        label=_("In your own words"),
        help_text=_(
            "Two sentences are enough. They stand beside the commitment for everybody who reads it;"
            " name no private person."
        ),
        max_length=2000,
        required=False,
    )
    done_on = forms.DateField(
        label=_("On which day was it done?"),
        help_text=_("Only if it is kept or partly kept. Left blank, today counts."),
        widget=DayInput,
        required=False,
    )

    def __init__(self, *args: Any, state: str, **options: Any) -> None:
        super().__init__(*args, **options)
        open_ways = states.ways(state)
        event = self.fields["event"]
        event.choices = [(each, ENDINGS[each]) for each in open_ways]  # type: ignore[attr-defined]
        event.choice_hints = {  # type: ignore[attr-defined]
            each: HINTS[each] for each in open_ways if each in HINTS
        }
        if states.TELL in open_ways:
            event.initial = states.TELL

    def done(self) -> date | None:
        """The day it was done. Only of a valid form."""
        day = self.cleaned_data["done_on"]
        return day if isinstance(day, date) else None
