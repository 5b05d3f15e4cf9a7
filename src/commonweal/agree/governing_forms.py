"""The form of an agreement on working together: constitution, memorandum, funding, rules, standards.

Each kind of agreement is a list of parts; a part adds its fields to the form, reads clauses from what
was typed, and says what it shows of clauses that are there already.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from commonweal.agree import governing_text, legal_clauses, words
from commonweal.agree.drafting import party
from commonweal.agree.form_parts import DraftedForm, Part, Said, number, text, wrong
from commonweal.agree.models import Agreement
from commonweal.agree.money_parts import LIMITS, PAYING
from commonweal.agree.terms_forms import (
    initial_of,
    lines_of,
    made,
    organisations,
    parse_further,
    text_language,
    title_field,
)
from commonweal.compute.permits import clauses as c
from commonweal.compute.permits import governing as g
from commonweal.compute.permits.kinds import KINDS
from commonweal.compute.permits.purposes import OWN, PURPOSES
from commonweal.compute.permits.terms import Terms
from commonweal.core.fields import DayInput
from commonweal.core.models import Organisation

SPARE = 3
"""Empty places for further rules; saving and changing the text brings three more."""


class GoverningForm(DraftedForm):
    """One agreement of a kind. `partners`: who is at the table. `terms`: what is there already."""

    def __init__(
        self,
        *args: Any,
        kind: str,
        partners: Iterable[Organisation],
        terms: Terms | None = None,
        prose: str = "",
        language: str = "",
        memoranda: Iterable[Agreement] = (),
        **options: Any,
    ) -> None:
        self.kind, self.partners, self.terms = kind, list(partners), terms
        self.language = language or text_language()
        self.memoranda = [each.pk for each in memoranda]
        self.parts = PARTS[kind]
        if terms:
            shown = initial_of(terms, prose, self.language)
            for part in self.parts:
                shown |= part.show(terms)
            options["initial"] = {**shown, **options.get("initial", {})}
        super().__init__(*args, **options)
        self.fieldsets = [
            (part.legend, part.add(self), part.hint, part.folded) for part in self.parts
        ]

    def clean(self) -> dict[str, Any]:
        """Every part says what it makes of the words; what means nothing is told at its field."""
        said = super().clean() or self.cleaned_data
        self.made: list[c.Clause] = []
        for part in self.parts:
            try:
                self.made += made(lambda part=part: part.read(self, said))  # type: ignore[misc]
            except KeyError:
                continue  # A field that is wrong already has no cleaned value.
            except ValidationError as fault:
                first = next(iter(self.fieldsets[self.parts.index(part)][1]), None)
                self.add_error(fault.params["field"] if fault.params else first, fault)
        return said

    def clauses(self) -> list[c.Clause]:
        """Everything the form settles. Only of a valid form."""
        return list(self.made)


def _why(form: DraftedForm) -> list[str]:
    names = []
    if form.terms is None:
        form.fields["title"] = title_field()
        names.append("title")
    if form.terms is None and form.memoranda and KINDS[form.kind].under:
        form.fields["parent"] = forms.ModelChoiceField(
            queryset=Agreement.objects.filter(pk__in=form.memoranda),
            label=_("Does it rest on a memorandum of understanding?"),
            empty_label=_("No, it stands alone"),
            required=False,
        )
        names.append("parent")
    form.fields["prose"] = forms.CharField(
        label=_("Why you agree on this"),
        help_text=_("In your own words, for everybody who reads it."),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=20_000,
        required=False,
    )
    return [*names, "prose"]


def _who(form: DraftedForm) -> list[str]:
    names = []
    if form.has("hub"):
        form.fields["hub"] = organisations(
            label=_("Which organisation keeps it for the others?"),
            error_messages={"required": _("Choose the organisation.")},
        )
        names.append("hub")
    form.fields["member"] = organisations(
        label=_("Who takes part?"),
        help_text=_("Each of them signs."),
        error_messages={"required": _("Choose at least one organisation.")},
    )
    known = Organisation.objects.filter(pk__in=[each.pk for each in form.partners])
    for name in [*names, "member"]:
        form.fields[name].queryset = known.order_by("name")  # type: ignore[attr-defined]
    return [*names, "member"]


def _read_who(form: DraftedForm, said: Said) -> list[c.Clause]:
    found: list[c.Clause] = [party(c.MEMBER, said["member"])]
    return found + ([party(c.HUB, said["hub"])] if "hub" in form.fields else [])


def _purposes(form: DraftedForm) -> list[str]:
    field = forms.MultipleChoiceField(
        label=_("What for?"),
        help_text=_(
            "What rests on the memorandum may serve these purposes and no others. Choose at least one,"
            " or write one below."
        ),
        choices=[(key, words.purpose(key)) for key in PURPOSES],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    field.choice_hints = {key: words.purpose_meaning(key) for key in PURPOSES}  # type: ignore[attr-defined]
    field.or_another = True  # type: ignore[attr-defined]
    form.fields["purpose"] = field
    form.fields["own_purpose"] = text(
        _("Other purposes, in your own words"), _("One on each line."), rows=2, required=False
    )
    return ["purpose", "own_purpose"]


def _read_purposes(form: DraftedForm, said: Said) -> list[c.Clause]:
    keys = (*said["purpose"], *(f"{OWN}{each}" for each in lines_of(said["own_purpose"])))
    if not keys:
        raise wrong("purpose", _("Choose at least one purpose."))
    return [c.Purpose(keys)]


def _together(form: DraftedForm) -> list[str]:
    form.fields["principles"] = text(
        _("What do you hold to in working together?"),
        _("One on each line, for example “Nobody speaks for a partner but itself”."),
    )
    form.fields["weeks"] = number(_("The table meets every so many weeks"), 1, 52, 2)
    form.fields["meets"] = forms.CharField(label=_("Where and how does it meet?"), max_length=500)
    form.fields["channels"] = text(
        _("How do you keep in touch between meetings?"), _("One on each line."), rows=2
    )
    return ["principles", "weeks", "meets", "channels"]


def _read_together(form: DraftedForm, said: Said) -> list[c.Clause]:
    return [
        g.Principles(tuple(lines_of(said["principles"]))),
        g.Cadence(said["weeks"], said["meets"].strip()),
        g.Channels(tuple(lines_of(said["channels"]))),
    ]


def _show_together(terms: Terms) -> Mapping[str, Any]:
    found: dict[str, Any] = {}
    if held := terms.clause(g.Principles):
        found["principles"] = "\n".join(held.lines)
    if met := terms.clause(g.Cadence):
        found |= {"weeks": met.weeks, "meets": met.words}
    if channels := terms.clause(g.Channels):
        found["channels"] = "\n".join(channels.lines)
    return found


def _deciding(form: DraftedForm) -> list[str]:
    form.fields["decision_rule"] = forms.ChoiceField(
        label=_("How does the table decide where nothing else is agreed?"),
        choices=[(each, governing_text.decision_rule_name(each)) for each in g.RULES],
        widget=forms.RadioSelect,
        initial="consent",
        required=form.has("decision_rule"),
    )
    form.fields["quorum"] = number(_("Percent of the seats that must take part"), 1, 100, 60)
    form.fields["review_months"] = number(
        _("Months after which a decision comes back for review at the latest"), 1, 60, 12
    )
    return ["decision_rule", "quorum", "review_months"]


def _read_deciding(form: DraftedForm, said: Said) -> list[c.Clause]:
    if not said["decision_rule"]:
        return []
    return [g.DecisionRule(said["decision_rule"], said["quorum"], said["review_months"])]


def _show_deciding(terms: Terms) -> Mapping[str, Any]:
    held = terms.clause(g.DecisionRule)
    return {**vars(held), "decision_rule": held.rule} if held else {}


def _disputes(form: DraftedForm) -> list[str]:
    form.fields["steps"] = forms.MultipleChoiceField(
        label=_("What happens when partners are in dispute?"),
        choices=[(each, governing_text.step_name(each)) for each in g.STEPS],
        widget=forms.CheckboxSelectMultiple,
        initial=list(g.STEPS),
        error_messages={"required": _("Choose at least one step.")},
    )
    form.fields["step_days"] = number(_("Days that each step takes at most"), 1, 365, 14)
    return ["steps", "step_days"]


def _read_disputes(form: DraftedForm, said: Said) -> list[c.Clause]:
    chosen = tuple(each for each in g.STEPS if each in said["steps"])
    return [g.Conflict(chosen, said["step_days"])]


def _show_disputes(terms: Terms) -> Mapping[str, Any]:
    held = terms.clause(g.Conflict)
    return {"steps": list(held.steps), "step_days": held.days} if held else {}


def _rules(form: DraftedForm) -> list[str]:
    held = sum(isinstance(each, g.Rule) for each in form.terms.clauses) if form.terms else 0
    names = []
    for place in range(1, held + SPARE + 1):
        form.fields[f"rule_{place}_heading"] = forms.CharField(
            label=_("Rule %(place)s: its heading") % {"place": place},
            max_length=200,
            required=form.has("rule") and place == 1,
        )
        form.fields[f"rule_{place}_text"] = text(
            _("Rule %(place)s: what partners do") % {"place": place}, rows=3, required=False
        )
        form.fields[f"rule_{place}_marks"] = forms.MultipleChoiceField(
            label=_("Rule %(place)s: what kind is it?") % {"place": place},
            choices=[
                ("binding", _("A duty under the agreement; else a voluntary commitment")),
                ("fixed", _("Fixed by the hub; else each partner may adapt it")),
            ],
            widget=forms.CheckboxSelectMultiple,
            required=False,
        )
        form.fields[f"rule_{place}_small"] = text(
            _("Rule %(place)s: what is asked of a small partner instead") % {"place": place},
            _("Leave it empty where the same is asked of all."),
            rows=2,
            required=False,
        )
        names += [f"rule_{place}_{part}" for part in ("heading", "text", "marks", "small")]
    form.fields["small"] = forms.IntegerField(
        label=_("A partner is small with fewer people on its staff than"),
        min_value=1,
        max_value=100_000,
        required=False,
    )
    return [*names, "small"]


def _read_rules(form: DraftedForm, said: Said) -> list[c.Clause]:
    found: list[c.Clause] = []
    easier = False
    for place in range(1, 1000):
        if f"rule_{place}_heading" not in form.fields:
            break
        heading, text = said[f"rule_{place}_heading"].strip(), said[f"rule_{place}_text"].strip()
        marks, small = said[f"rule_{place}_marks"], said[f"rule_{place}_small"].strip()
        if not heading and not text:
            continue
        if not heading or not text:
            missing = "text" if heading else "heading"
            raise wrong(f"rule_{place}_{missing}", _("A rule has a heading and says what is done."))
        found.append(g.Rule(heading, text, "fixed" in marks, "binding" in marks, small))
        easier = easier or bool(small)
    if easier and not said["small"]:
        raise wrong("small", _("Say which partners are small."))
    return found + ([g.Small(said["small"])] if said["small"] else [])


def _show_rules(terms: Terms) -> Mapping[str, Any]:
    found: dict[str, Any] = {}
    rules = [each for each in terms.clauses if isinstance(each, g.Rule)]
    for place, rule in enumerate(rules, 1):
        found |= {
            f"rule_{place}_heading": rule.heading,
            f"rule_{place}_text": rule.text,
            f"rule_{place}_small": rule.small,
            f"rule_{place}_marks": [each for each in ("binding", "fixed") if getattr(rule, each)],
        }
    small = terms.clause(g.Small)
    return found | ({"small": small.staff} if small else {})


def _term(form: DraftedForm) -> list[str]:
    form.fields["start"] = forms.DateField(label=_("First day"), widget=DayInput)
    form.fields["expiry"] = forms.DateField(
        label=_("Last day"),
        help_text=_("Renewal is foreseen 90, 30 and 7 days ahead."),
        widget=DayInput,
    )
    form.fields["withdrawal"] = number(
        _("Days for which a party that leaves still owes what it has promised"), 0, 730, 30
    )
    return ["start", "expiry", "withdrawal"]


def _read_term(form: DraftedForm, said: Said) -> list[c.Clause]:
    return [c.Start(said["start"]), c.Expiry(said["expiry"]), c.Withdrawal(said["withdrawal"])]


def _legal(form: DraftedForm) -> list[str]:
    return legal_clauses.ask(form, form.kind)


def _read_legal(form: DraftedForm, said: Said) -> list[c.Clause]:
    return list(legal_clauses.read(form, form.language))


def _further(form: DraftedForm) -> list[str]:
    form.fields["further"] = text(
        _("Further clauses"),
        _("For people to read. Begin each with a line “# Heading”."),
        rows=6,
        required=False,
    )
    return ["further"]


def _read_further(form: DraftedForm, said: Said) -> list[c.Clause]:
    return list(parse_further(said["further"]))


WHY = Part(gettext_lazy("What and why"), _why, lambda form, said: [])
WHO = Part(gettext_lazy("Who"), _who, _read_who)
PURPOSE = Part(gettext_lazy("What for"), _purposes, _read_purposes)
TOGETHER = Part(gettext_lazy("How you work together"), _together, _read_together, _show_together)
DECIDING = Part(gettext_lazy("How you decide"), _deciding, _read_deciding, _show_deciding)
DISPUTES = Part(gettext_lazy("How you handle conflict"), _disputes, _read_disputes, _show_disputes)
RULES = Part(
    gettext_lazy("Rules"),
    _rules,
    _read_rules,
    _show_rules,
    gettext_lazy("Leave a rule empty if you do not need it."),
)
TERM = Part(gettext_lazy("How long"), _term, _read_term)
LEGAL = Part(legal_clauses.LEGEND, _legal, _read_legal, hint=legal_clauses.HINT, folded=True)
FURTHER = Part(gettext_lazy("Further clauses"), _further, _read_further)

PARTS: Mapping[str, Sequence[Part]] = {
    "constitution": (WHY, WHO, TOGETHER, DECIDING, DISPUTES, RULES, LIMITS, TERM, FURTHER),
    "mou": (WHY, WHO, PURPOSE, RULES, LIMITS, TERM, LEGAL, FURTHER),
    "funding": (WHY, WHO, PAYING, LIMITS, RULES, TERM, FURTHER),
    "procurement": (WHY, WHO, RULES, LIMITS, TERM, FURTHER),
    "standards": (WHY, WHO, RULES, TERM, FURTHER),
}
