"""What the forms of all agreements have in common. A field is named after the kind of clause it writes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.text import format_lazy
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from commonweal.agree import legal_clauses, words
from commonweal.compute.errors import Unusable
from commonweal.compute.permits import clauses as c
from commonweal.compute.permits import governing as g
from commonweal.compute.permits.purposes import OWN, PURPOSES
from commonweal.compute.permits.terms import Terms
from commonweal.core.fields import DayInput
from commonweal.core.models import Organisation

HEADING = "# "
T = TypeVar("T")


def organisations(**options: Any) -> forms.ModelMultipleChoiceField[Organisation]:
    """Checkboxes for organisations at the table; the view says which."""
    return forms.ModelMultipleChoiceField(
        queryset=Organisation.objects.none(), widget=forms.CheckboxSelectMultiple, **options
    )


class TermsForm(forms.Form):
    """What sharing agreements and licences have in common. `language`: of the text, if it has one."""

    kind: str
    # Of each part that holds one of these fields something is new in nearly every agreement.
    own = frozenset({"title", "minimum_cell", "start"})
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
        help_text=gettext_lazy("Choose at least one, or write one below."),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    own_purpose = forms.CharField(
        label=gettext_lazy("Other purposes, in your own words"),
        help_text=gettext_lazy("One on each line. A purpose covers exactly what it says."),
        widget=forms.Textarea(attrs={"rows": 2}),
        required=False,
    )
    minimum_cell = forms.IntegerField(
        label=gettext_lazy("Smallest group shown"),
        help_text=gettext_lazy(
            "A result about fewer people than this, or fewer of whatever else is counted, is hidden,"
            " and so is what would give it away. 5 and 10 are usual; 1 hides nothing."
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
    grain = forms.ChoiceField(
        label=gettext_lazy("May users read single records?"),
        choices=[
            ("totals", gettext_lazy("No, totals only")),
            ("records", gettext_lazy("Yes, single records too")),
        ],
        widget=forms.RadioSelect,
        initial="totals",
        required=False,
    )
    place = forms.CharField(
        label=gettext_lazy("Countries in which the data may be kept and worked on"),
        help_text=gettext_lazy(
            "Names or two-letter codes with commas between, for example “Ireland, GB”; “UK” is taken"
            " as GB. Empty: the agreement says nothing about it."
        ),
        max_length=200,
        required=False,
    )
    breach = forms.IntegerField(
        label=gettext_lazy("Hours within which a breach is told to every party"),
        help_text=gettext_lazy("72 is usual. Empty: the agreement says nothing about it."),
        min_value=1,
        max_value=720,
        required=False,
    )
    fieldsets: Sequence[tuple[Any, ...]]
    further = forms.CharField(
        label=gettext_lazy("Further clauses"),
        help_text=gettext_lazy(
            "For people to read; the software does not enforce them. Begin each with a line"
            " “# Heading”."
        ),
        widget=forms.Textarea(attrs={"rows": 6}),
        required=False,
    )

    def __init__(self, *args: Any, language: str = "", **options: Any) -> None:
        super().__init__(*args, **options)
        self.language = language or text_language()
        self.fields["publication"].choices = levels(c.LEVELS)  # type: ignore[attr-defined]
        self.fields["purpose"].or_another = True  # type: ignore[attr-defined]
        self.offer_purposes(PURPOSES)

    def offer_purposes(self, keys: Iterable[str]) -> None:
        """The purposes that can be ticked, each with its meaning."""
        held = list(keys)
        field = self.fields["purpose"]
        field.choices = [(key, words.purpose(key)) for key in held]  # type: ignore[attr-defined]
        field.choice_hints = {  # type: ignore[attr-defined]
            key: words.purpose_meaning(key) for key in held
        }

    def clean_own_purpose(self) -> list[str]:
        """Keys of the purposes in the parties' own words."""
        found = [f"{OWN}{each}" for each in lines_of(self.cleaned_data["own_purpose"])]
        made(lambda: c.Purpose(tuple(found)) if found else None)
        return found

    def clean_place(self) -> g.Place | None:
        codes: list[str] = []
        for said in filter(str.strip, self.cleaned_data["place"].split(",")):
            # A name may be of several words; codes may stand side by side.
            code = words.country_code(said)
            found = [code] if code else [words.country_code(each) for each in said.split()]
            if "" in found:
                raise ValidationError(
                    _(
                        "“%(name)s” is no country that we know. Write its name, for example"
                        " “Ireland”, or its two-letter code."
                    )
                    % {"name": said.strip()}
                )
            codes += found
        return made(lambda: g.Place(tuple(codes))) if codes else None

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        asked = not {"purpose", "own_purpose"} & self.errors.keys()
        if asked and not said.get("purpose") and not said.get("own_purpose"):
            self.add_error("purpose", _("Choose at least one purpose."))
        self.legal = legal_clauses.read(self, self.language)
        return said

    def close(self, *asked: tuple[Any, ...]) -> None:
        """Complete the fieldsets: with what is `asked`, the legal headings, and then the last one."""
        legal = legal_clauses.ask(self, self.kind)
        *begun, last = self.fieldsets
        self.fieldsets = [
            *begun,
            *asked,
            (legal_clauses.LEGEND, legal, legal_clauses.HINT, True),
            last,
        ]

    def keep(self, model: str) -> None:
        """Fold what is usually taken over from a model, given by its reference, as it is.

        Open stays what each agreement says for itself (`own`); what is folded is read where the draft
        is compared with its model, and opens where something in it is wrong.
        """
        self.fieldsets = [
            entry
            if self.own.intersection(entry[1])
            else (entry[0], entry[1], entry[2] if len(entry) > 2 else "", model)
            for entry in self.fieldsets
        ]

    def clean_further(self) -> list[c.Prose]:
        """The free clauses. Refuses text before the first heading and headings without text."""
        return made(lambda: parse_further(self.cleaned_data["further"]))

    def limits(self) -> list[c.Clause]:
        """The clauses that both kinds of agreement settle. Only of a valid form."""
        said = self.cleaned_data
        return [
            c.Purpose((*said["purpose"], *said.get("own_purpose", ()))),
            c.MinimumCell(said["minimum_cell"]),
            c.Linkage(said["linkage"] == "yes"),
            c.Publication(said["publication"]),
            c.Retention(said["retention"]),
            c.Start(said["start"]),
            c.Expiry(said["expiry"]),
            c.Withdrawal(said["withdrawal"]),
            g.Grain(said.get("grain") or "totals"),
            *([said["place"]] if said.get("place") else []),
            *([g.Breach(said["breach"])] if said.get("breach") else []),
            *self.legal,
            *said["further"],
        ]


def text_language() -> str:
    """The language in which a text is written from here on."""
    return get_language() or settings.LANGUAGE_CODE


def lines_of(text: str) -> list[str]:
    """The lines that say something, each without space around it."""
    return [each for line in text.splitlines() if (each := " ".join(line.split()))]


def made(make: Callable[[], T]) -> T:
    """What can be made of the words. Raises ValidationError with the reason when it means nothing."""
    try:
        return make()
    except Unusable as fault:
        raise ValidationError(words.unusable(fault)) from fault


def levels(known: Iterable[str]) -> list[tuple[str, str]]:
    """How far results may go, as choices."""
    said = {
        "none": _("Only the user that a licence names"),
        "partners": _("The partners at the table"),
        "public": _("The public"),
    }
    return [(level, said[level]) for level in known]


def parse_further(text: str) -> list[c.Prose]:
    """Free clauses, each begun by a line “# Heading”. Raises Unusable for words before the first."""
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


def title_field(example: Any = "") -> forms.CharField:
    return forms.CharField(
        label=gettext_lazy("Title"),
        help_text=format_lazy(
            "{} {}",
            example or gettext_lazy("What people will call it, for example “Beds for babies”."),
            gettext_lazy("Choose it well: it stays the same in every later version."),
        ),
        max_length=200,
        error_messages={"required": gettext_lazy("Give the agreement a title.")},
    )


def chosen_purposes(clauses: Sequence[c.Clause]) -> list[str]:
    """Every purpose of these clauses, those in own words too."""
    return [key for each in clauses if isinstance(each, c.Purpose) for key in each.purposes]


def initial_of(terms: Terms, prose: str, language: str) -> dict[str, Any]:
    """What a form shows when a new version is drafted from these terms, with a text in a language."""
    legal, rest = legal_clauses.show(terms.kind, terms.clauses, language)
    found: dict[str, Any] = {"prose": prose, "further": _as_further(rest), **legal}
    for clause in terms.clauses:
        if isinstance(clause, c.Party):
            found[clause.kind] = list(clause.ids)
        elif shown := _SHOWN.get(clause.kind):
            found[clause.kind] = shown(clause)
        elif clause.kind in ASKED:
            found |= {f"{clause.kind}_{name}": said for name, said in vars(clause).items()}
    purposes = found.pop("purpose", [])
    own = [each for each in purposes if each.startswith(OWN)]
    found["purpose"] = [each for each in purposes if each not in own]
    found["own_purpose"] = "\n".join(each.removeprefix(OWN) for each in own)
    return found


_SELDOM = frozenset(
    "minimum_cell linkage publication retention grain place breach fixed decision_rule risk_share"
    " five_safes".split()
)


def unasked(
    form: forms.Form, made: Sequence[c.Clause], before: Sequence[c.Clause]
) -> list[c.Clause]:
    """Clauses from before that the form has no field for: a new version keeps them as they are."""
    known = {each.kind for each in made} | {
        kind for kind in _SELDOM for name in form.fields if f"{name}_".startswith(f"{kind}_")
    }
    return [each for each in before if each.kind in _SELDOM - known]


_SHOWN: Mapping[str, Callable[[Any], Any]] = {
    "purpose": lambda clause: list(clause.purposes),
    "linkage": lambda clause: "yes" if clause.allowed else "no",
    "minimum_cell": lambda clause: clause.minimum,
    "publication": lambda clause: clause.level,
    "retention": lambda clause: clause.months,
    "withdrawal": lambda clause: clause.notice_days,
    "start": lambda clause: clause.day,
    "expiry": lambda clause: clause.day,
    "grain": lambda clause: clause.level,
    "place": lambda clause: ", ".join(clause.countries),
    "breach": lambda clause: clause.hours,
    "fixed": lambda clause: list(clause.kinds),
}
"""How a form shows what a clause of a kind says."""


ASKED = {
    "four_questions": {
        "legal": gettext_lazy("Is it legal? By which law or consent?"),
        "ethical": gettext_lazy("Is it ethical? Who could be harmed, and who was asked?"),
        "good_idea": gettext_lazy("Is it a good idea? What will be done with the answer?"),
        "known": gettext_lazy("How do we know, and who decides?"),
    },
    "five_safes": {
        "projects": gettext_lazy("Safe project: is this use right?"),
        "people": gettext_lazy("Safe people: who works with the data?"),
        "settings": gettext_lazy("Safe setting: where, and how is it locked?"),
        "data": gettext_lazy("Safe data: what could still tell who somebody is?"),
        "outputs": gettext_lazy("Safe outputs: what may leave, and who looks at it first?"),
    },
}
"""What is asked before data is shared or used, and answered in the agreement itself."""


def ask_all(form: forms.Form, kind: str, *, required: bool) -> list[str]:
    """Give the form the questions of a kind; their names. All are answered, or none where not required."""
    names = []
    for name, label in ASKED[kind].items():
        field = forms.CharField(
            label=label,
            widget=forms.Textarea(attrs={"rows": 2}),
            max_length=4000,
            required=required,
            error_messages={"required": _("Answer in a sentence or two.")},
        )
        form.fields[f"{kind}_{name}"] = field
        names.append(f"{kind}_{name}")
    return names


def check_all_answered(form: forms.Form, kind: str) -> None:
    """Answers to some of the questions are not enough: the others are told which are missing."""
    names = [f"{kind}_{name}" for name in ASKED[kind] if f"{kind}_{name}" in form.fields]
    given = [name for name in names if form.cleaned_data.get(name)]
    for name in names if given else []:
        if name not in given and name not in form.errors:
            form.add_error(name, _("Answer all of these, or none."))


def answers(said: Mapping[str, Any]) -> list[c.Clause]:
    """The clauses made of the answers, where they were given."""
    found: list[c.Clause] = []
    for kind, of in (("four_questions", g.FourQuestions), ("five_safes", g.FiveSafes)):
        given = [said.get(f"{kind}_{name}", "") for name in ASKED[kind]]
        if all(given):
            found.append(of(*given))
    return found
