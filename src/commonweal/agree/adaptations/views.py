"""Pages on how parties follow the rules of an agreement: where they differ, and saying how."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from commonweal.agree import queries as agreements
from commonweal.agree import sheets, words
from commonweal.agree.adaptations import actions, presentation, queries
from commonweal.agree.adaptations.forms import AdaptForm, AsItIsForm
from commonweal.agree.models import Adaptation, AgreementVersion
from commonweal.agree.showing import AGREE, form_page, page
from commonweal.compute.permits.adapting import Course
from commonweal.compute.permits.governing import Rule
from commonweal.core.errors import Denied
from commonweal.core.formerrors import done
from commonweal.core.models import Organisation
from commonweal.core.requests import SignedInRequest


@login_required
@require_safe
def differences(request: SignedInRequest, slug: str, reference: str) -> HttpResponse:
    """Who follows a rule in its own way, and why?"""
    sheet = sheets.sheet(request.actor, slug, reference, request.at)
    book = queries.book(sheet, request.actor, request.at)
    context = {
        "agreement": sheet.agreement,
        "version": sheet.version,
        "lead": presentation.lead(book),
        "table": presentation.table(book, sheet) if book.rules else None,
        "rules": presentation.rules(book, sheet),
        "fixed": book.fixed.values(),
        "lapsed": presentation.lapsed(book, sheet),
    }
    return AGREE.page(request, "differences", sheet.agreement.partnership, context)


@dataclass(frozen=True)
class _Asked:
    """A rule that the reader may say something of, for these organisations."""

    version: AgreementVersion
    rule: Rule
    mine: list[Organisation]
    courses: dict[Organisation, Course[Adaptation]]
    initial: dict[str, Any]

    @property
    def context(self) -> dict[str, Any]:
        """What the page shows beside its form."""
        now = [
            (organisation.name, course.last)
            for organisation, course in self.courses.items()
            if course.last and course.last.words
        ]
        return {
            "agreement": self.version.agreement,
            "version": self.version,
            "rule": self.rule,
            "now": [(name, row, words.day(row.from_on)) for name, row in now],
            "mine": self.mine,
        }


def _asked(request: SignedInRequest, slug: str, reference: str, number: int, clause: int) -> _Asked:
    """Raises Missing, Denied and Conflict as `queries.check_adaptable` does, before anybody types."""
    # Who only looks in reads the text and finds nothing here.
    agreements.agreement_for(request.actor, slug, reference, request.at)
    version = agreements.version_for(request.actor, slug, reference, number, request.at)
    rule = queries.rule_at(version, clause)
    terms = agreements.terms_of(version)
    partnership = version.agreement.partnership
    mine = queries.may_speak_for(request.actor, partnership, terms, request.at)
    if not mine:
        raise Denied(
            _("Only the people of a party say how it follows a rule."),
            mend=_("Ask whoever signs for your organisation or looks after its data."),
        )
    queries.check_adaptable(version, clause, request.at)
    today = terms.day_of(request.at)
    courses = {each: queries.course_of(version, rule, each, today) for each in mine}
    return _Asked(version, rule, mine, courses, {"from_on": today})


@login_required
@page
def adapt(
    request: SignedInRequest, slug: str, reference: str, number: int, clause: int
) -> HttpResponse:
    """How does your organisation follow this rule?"""
    asked = _asked(request, slug, reference, number, clause)
    form = AdaptForm(request.POST or None, mine=asked.mine, initial=asked.initial)
    if done(request, form, lambda: _say(request, actions.adapt, asked, clause, form)):
        messages.success(request, _("Your words stand beside the rule now."))
        return _to_rule(asked, clause)
    return _form_page(request, "adapt", form, asked, clause)


@login_required
@page
def take_as_it_is(
    request: SignedInRequest, slug: str, reference: str, number: int, clause: int
) -> HttpResponse:
    """Does your organisation take the rule as it is again?"""
    asked = _asked(request, slug, reference, number, clause)
    form = AsItIsForm(request.POST or None, mine=asked.mine, initial=asked.initial)
    if done(request, form, lambda: _say(request, actions.take_as_it_is, asked, clause, form)):
        messages.success(
            request, _("Your organisation takes the rule as it is again, from that day on.")
        )
        return _to_rule(asked, clause)
    return _form_page(request, "as_it_is", form, asked, clause)


def _say(
    request: SignedInRequest,
    write: Callable[..., Adaptation],
    asked: _Asked,
    clause: int,
    form: forms.Form,
) -> Adaptation:
    """The forms' fields have the names of what the actions take."""
    return write(
        version=asked.version,
        clause=clause,
        **form.cleaned_data,
        by=request.actor,
        at=request.at,
    )


def _to_rule(asked: _Asked, clause: int) -> HttpResponse:
    agreement = asked.version.agreement
    where = [agreement.partnership.slug, agreement.reference]
    return redirect(f"{reverse('rule_differences', args=where)}#rule-{clause}")


def _form_page(
    request: SignedInRequest, template: str, form: forms.Form, asked: _Asked, clause: int
) -> HttpResponse:
    partnership = asked.version.agreement.partnership
    return form_page(request, template, partnership, form, clause=clause, **asked.context)
