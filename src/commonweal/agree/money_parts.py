"""The parts of a form that speak of money: who pays, who carries the risk, standing limits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from commonweal.agree import governing_text
from commonweal.agree.form_parts import DraftedForm, Part, Said, wrong
from commonweal.compute.permits import clauses as c
from commonweal.compute.permits import governing as g
from commonweal.compute.permits.terms import Terms
from commonweal.core import formats
from commonweal.core.fields import DayInput


def minor_units(said: str, currency: str, field: str) -> int:
    """An amount as people write it in their language. Raises ValidationError; 0 for nothing said."""
    if not said.strip():
        return 0
    try:
        amount = formats.minor(said, currency)
    except ValueError as fault:
        raise wrong(field, _not_an_amount()) from fault
    if amount <= 0:
        raise wrong(field, _not_an_amount())
    return amount


def _not_an_amount() -> str:
    return _("Write an amount such as 10000 or 10,000.50.")


def _currency(form: DraftedForm) -> str:
    form.fields["currency"] = forms.CharField(
        label=_("Currency"), help_text=_("Its three-letter code."), max_length=3, initial="GBP"
    )
    return "currency"


def _amount(label: str) -> forms.CharField:
    return forms.CharField(label=label, max_length=20, required=False)


def _paying(form: DraftedForm) -> list[str]:
    names = [_currency(form)]
    for each in form.partners:
        said = {"name": each.name}
        form.fields[f"pays_{each.pk}"] = _amount(_("%(name)s pays") % said)
        form.fields[f"due_{each.pk}"] = forms.DateField(
            label=_("%(name)s: by when?") % said, widget=DayInput, required=False
        )
        form.fields[f"for_{each.pk}"] = forms.CharField(
            label=_("%(name)s: only for what? (empty: for all that is agreed)") % said,
            max_length=500,
            required=False,
        )
        form.fields[f"risk_{each.pk}"] = forms.IntegerField(
            label=_("%(name)s carries of the risk, in percent") % said,
            min_value=0,
            max_value=100,
            required=False,
        )
        names += [f"{what}_{each.pk}" for what in ("pays", "due", "for", "risk")]
    return names


def _read_paying(form: DraftedForm, said: Said) -> list[c.Clause]:
    found: list[c.Clause] = []
    currency = said["currency"].strip().upper()
    shares = []
    for each in form.partners:
        named = c.Organisation(each.pk, each.name)
        amount = minor_units(said[f"pays_{each.pk}"], currency, f"pays_{each.pk}")
        if amount and not said[f"due_{each.pk}"]:
            raise wrong(f"due_{each.pk}", _("Say by when it is paid."))
        if amount:
            restriction = said[f"for_{each.pk}"].strip()
            found.append(
                g.Contribution(named, amount, currency, said[f"due_{each.pk}"], restriction)
            )
        if said[f"risk_{each.pk}"]:
            shares.append((named, said[f"risk_{each.pk}"]))
    if not found:
        raise wrong(f"pays_{form.partners[0].pk}", _("Say at least what one partner pays."))
    if sum(share for _named, share in shares) != 100:
        raise wrong(
            f"risk_{form.partners[0].pk}", _("The shares of the risk do not add up to 100 percent.")
        )
    return [*found, g.RiskShare(tuple(shares))]


def _show_paying(terms: Terms) -> Mapping[str, Any]:
    found: dict[str, Any] = {}
    for each in terms.clauses:
        if isinstance(each, g.Contribution):
            key = each.organisation.id
            found |= {
                "currency": each.currency,
                f"pays_{key}": formats.written(each.amount_minor, each.currency),
                f"due_{key}": each.due,
                f"for_{key}": each.restriction,
            }
        if isinstance(each, g.RiskShare):
            found |= {f"risk_{named.id}": share for named, share in each.shares}
    return found


def _limits(form: DraftedForm) -> list[str]:
    held = (
        sum(isinstance(each, g.StandingLimit) for each in form.terms.clauses) if form.terms else 0
    )
    names = []
    if "currency" not in form.fields:
        names.append(_currency(form))
    for place in range(1, held + 2 + 1):
        form.fields[f"limit_{place}_what"] = forms.CharField(
            label=_("Standing limit %(place)s: what a partner may do") % {"place": place},
            max_length=500,
            required=False,
        )
        form.fields[f"limit_{place}_amount"] = _amount(
            _("Standing limit %(place)s: up to which amount?") % {"place": place}
        )
        form.fields[f"limit_{place}_period"] = forms.ChoiceField(
            label=_("Standing limit %(place)s: how often?") % {"place": place},
            choices=[(each, governing_text.period_name(each)) for each in g.PERIODS],
            required=False,
        )
        names += [f"limit_{place}_{part}" for part in ("what", "amount", "period")]
    return names


def _read_limits(form: DraftedForm, said: Said) -> list[c.Clause]:
    found: list[c.Clause] = []
    for place in range(1, 1000):
        if f"limit_{place}_what" not in form.fields:
            break
        what, field = said[f"limit_{place}_what"].strip(), f"limit_{place}_amount"
        currency = said["currency"].strip().upper()
        amount = minor_units(said[field], currency, field)
        if amount and not what:
            raise wrong(f"limit_{place}_what", _("Say what a partner may do."))
        if what:
            period = said[f"limit_{place}_period"] or g.PERIODS[0]
            found.append(g.StandingLimit(what, amount, currency if amount else "", period))
    return found


def _show_limits(terms: Terms) -> Mapping[str, Any]:
    found: dict[str, Any] = {}
    limits = [each for each in terms.clauses if isinstance(each, g.StandingLimit)]
    for place, each in enumerate(limits, 1):
        found |= {f"limit_{place}_what": each.what, f"limit_{place}_period": each.period}
        if each.amount_minor:
            found[f"limit_{place}_amount"] = formats.written(each.amount_minor, each.currency)
            found["currency"] = each.currency
    return found


PAYING = Part(
    gettext_lazy("Who pays what, and who carries the risk"), _paying, _read_paying, _show_paying
)
LIMITS = Part(
    gettext_lazy("Standing limits"),
    _limits,
    _read_limits,
    _show_limits,
    gettext_lazy("What a partner may do without asking each time."),
)
