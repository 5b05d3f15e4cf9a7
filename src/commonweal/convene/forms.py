"""Forms of the room."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from commonweal.convene.invitations import Guest, NewOrganisation
from commonweal.convene.models import Seat
from commonweal.core.fields import sentences
from commonweal.core.models import Organisation, Role, Sector


class ProblemForm(forms.Form):
    """What a partnership is about; `convener` only when it is started."""

    name = forms.CharField(
        label=_("Name of the partnership"),
        help_text=_("What people will call it, for example “Safe Space to Sleep”."),
        max_length=120,
        error_messages={"required": _("Give the partnership a name.")},
    )
    problem = sentences(
        4,
        label=_("The problem"),
        help_text=_("One or two sentences that everybody at the table would sign."),
        max_length=2000,
        error_messages={"required": _("Say in one or two sentences what the problem is.")},
    )
    affected = sentences(
        2,
        label=_("Who is affected"),
        help_text=_("Those who live with the problem. You can add this before you invite others."),
        max_length=1000,
        required=False,
    )
    place = forms.CharField(
        label=_("Place"),
        help_text=_("A town, a district, a country."),
        max_length=200,
        required=False,
    )


class OpenForm(ProblemForm):
    convener = forms.ModelChoiceField(
        queryset=Organisation.objects.none(),
        label=_("Convened by"),
        help_text=_(
            "Your organisation. It brings the others together; it has no authority over them."
        ),
        empty_label=None,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose the organisation that convenes.")},
    )

    def __init__(self, *args: Any, mine: Iterable[Organisation], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["convener"].queryset = mine  # type: ignore[attr-defined]


ROLE_HINTS = {
    Role.SIGNATORY.value: _("May put the organisation’s name under an agreement."),
    Role.STEWARD.value: _("Hands over its files and sees what was wrong with them."),
}


class GuestForm(forms.Form):
    """Somebody to invite. `required=False`: both blank means nobody."""

    email = forms.EmailField(
        label=_("E-mail address"),
        error_messages={
            "required": _("Enter an e-mail address."),
            "invalid": _("Enter an e-mail address, like name@example.org."),
        },
        widget=forms.EmailInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    person_name = forms.CharField(
        label=_("Name"), max_length=200, error_messages={"required": _("Enter the person’s name.")}
    )

    def guest(self) -> Guest | None:
        """Whom to invite, or None when both fields were left blank. Only of a valid form."""
        return self.required_guest() if self.cleaned_data["email"] else None

    def required_guest(self) -> Guest:
        return Guest(
            email=self.cleaned_data["email"],
            name=self.cleaned_data["person_name"],
            roles=frozenset(self.cleaned_data.get("roles", ())),
        )


def roles_field() -> forms.MultipleChoiceField:
    """What else an invited person may do for the organisation."""
    field = forms.MultipleChoiceField(
        label=_("The person also"),
        choices=[(role.value, role.label) for role in (Role.SIGNATORY, Role.STEWARD)],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    field.choice_hints = ROLE_HINTS  # type: ignore[attr-defined]
    return field


class ColleagueForm(GuestForm):
    roles = roles_field()


KIND_HINTS = {
    Seat.Kind.PARTNER.value: _("Works on the problem with the others."),
    Seat.Kind.SPONSOR.value: _(
        "Gives the table its weight and answers its recommendations in public. One at a time."
    ),
    Seat.Kind.FUNDER.value: _("Brings money."),
    Seat.Kind.EVALUATOR.value: _("Checks what changed, and for whom."),
}


class SeatForm(GuestForm):
    """A seat for an organisation: one that is here, or a new one."""

    organisation = forms.ModelChoiceField(
        queryset=Organisation.objects.none(),
        label=_("An organisation that is here already"),
        help_text=_("Choose it, or fill in the new organisation below."),
        required=False,
        empty_label=_("A new organisation"),
    )
    name = forms.CharField(label=_("Its name"), max_length=200, required=False)
    sector = forms.ChoiceField(
        label=_("Its sector"), choices=Sector.choices, widget=forms.RadioSelect, required=False
    )
    register = forms.CharField(
        label=_("Register"),
        help_text=_("The code of the register it is in, as on org-id.guide, for example GB-CHC."),
        max_length=40,
        required=False,
    )
    number = forms.CharField(
        label=_("Number in this register"),
        help_text=_("For example 1089464."),
        max_length=60,
        required=False,
    )
    kind = forms.ChoiceField(
        label=_("It comes as"),
        choices=[(kind, Seat.Kind(kind).label) for kind in KIND_HINTS],
        widget=forms.RadioSelect,
        initial=Seat.Kind.PARTNER,
    )
    contribution = sentences(
        3,
        label=_("What it contributes"),
        help_text=_("People, places, data, money, trust. It can say so itself later."),
        max_length=2000,
        required=False,
    )
    roles = roles_field()
    fieldsets = [
        (_("Which organisation"), ["organisation"]),
        (
            _("A new organisation"),
            ["name", "sector", "register", "number"],
            _("Leave this blank if you chose one above."),
        ),
        (_("Its seat"), ["kind", "contribution"]),
        (
            _("Who acts for it"),
            ["person_name", "email", "roles"],
            _("We mail this person a link to come in. Leave it blank to invite somebody later."),
        ),
    ]

    def __init__(self, *args: Any, others: Iterable[Organisation], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["organisation"].queryset = others  # type: ignore[attr-defined]
        self.fields["kind"].choice_hints = KIND_HINTS  # type: ignore[attr-defined]
        for field in ("email", "person_name"):
            self.fields[field].required = False

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        self._need_one_organisation(given)
        self._need_both(given, "register", "number")
        self._need_both(given, "email", "person_name")
        if given.get("roles") and not given.get("email") and "email" not in self.errors:
            self.add_error("email", _("Say who has these roles."))
        return given

    def _need_one_organisation(self, given: dict[str, Any]) -> None:
        if given.get("organisation"):
            if given.get("name"):
                self.add_error("name", _("You chose an organisation above: leave one of them out."))
            return
        if "organisation" in self.errors:
            return
        if not given.get("name"):
            self.add_error("name", _("Choose an organisation above, or give the new one’s name."))
        if not given.get("sector"):
            self.add_error("sector", _("Choose the sector of the new organisation."))

    def _need_both(self, given: dict[str, Any], one: str, other: str) -> None:
        for field, partner in ((one, other), (other, one)):
            if given.get(partner) and not given.get(field) and field not in self.errors:
                self.add_error(
                    field,
                    _("Fill in “%(field)s” too.") % {"field": self.fields[field].label},
                )

    def chosen(self) -> Organisation | NewOrganisation:
        """The organisation that is meant. Only of a valid form."""
        given = self.cleaned_data
        if isinstance(given["organisation"], Organisation):
            return given["organisation"]
        numbers = ((given["register"], given["number"]),) if given["register"] else ()
        return NewOrganisation(given["name"], given["sector"], numbers)


class ResidentsForm(GuestForm):
    """A seat for those affected, with somebody who holds it or vacant."""

    voice = forms.CharField(
        label=_("Whose voice"),
        help_text=_("For example “Young parents” or “Somali-speaking families”."),
        max_length=200,
        error_messages={
            "required": _("Say whose voice this seat is, for example “Young parents”.")
        },
    )
    contribution = sentences(
        3,
        label=_("What this seat contributes"),
        help_text=_("What only they know."),
        max_length=2000,
        required=False,
    )
    fieldsets = [
        (_("The seat"), ["voice", "contribution"]),
        (
            _("Who holds it"),
            ["person_name", "email"],
            _("We mail this person a link to come in. Leave it blank while the seat is vacant."),
        ),
    ]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for field in ("email", "person_name"):
            self.fields[field].required = False

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if given.get("email") and not given.get("person_name"):
            self.add_error("person_name", _("Enter the person’s name."))
        if given.get("person_name") and not given.get("email") and "email" not in self.errors:
            self.add_error("email", _("Enter an e-mail address."))
        return given


class ContributionForm(forms.Form):
    contribution = sentences(
        4,
        label=_("What this seat contributes"),
        help_text=_("People, places, data, money, knowledge, trust."),
        max_length=2000,
        required=False,
    )


class EndForm(forms.Form):
    reason = sentences(
        3,
        label=_("Why the seat ends"),
        help_text=_("Everybody at the table reads this. The seat stays on record with it."),
        max_length=1000,
        error_messages={"required": _("Say why the seat ends.")},
    )


class HandOverForm(forms.Form):
    to = forms.ModelChoiceField(
        queryset=Organisation.objects.none(),
        label=_("Who convenes from now on"),
        empty_label=None,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose an organisation.")},
    )

    def __init__(self, *args: Any, others: Iterable[Organisation], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["to"].queryset = others  # type: ignore[attr-defined]


class PledgeForm(forms.Form):
    words = sentences(
        4,
        label=_("Your pledge"),
        help_text=_(
            "What you will do with what the partners recommend, and by when you will answer."
            " Anybody will be able to read it."
        ),
        max_length=2000,
        error_messages={"required": _("Say what the sponsor promises to do.")},
    )
