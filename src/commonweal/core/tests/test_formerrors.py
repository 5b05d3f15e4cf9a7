"""Refusals on forms: at the field when it is there, above the form otherwise."""

from __future__ import annotations

import pytest
from django import forms

from commonweal.core.errors import Conflict, Denied, Failure, Invalid, Missing
from commonweal.core.formerrors import attempt, status_of


class Form(forms.Form):
    name = forms.CharField()


def refused(failure: Failure) -> Form:
    form = Form({"name": "kept"})
    assert form.is_valid()

    def act() -> None:
        raise failure

    assert not attempt(form, act)
    assert form["name"].value() == "kept"
    return form


def test_at_the_field() -> None:
    assert refused(Invalid("x", fields={"name": "Too odd."})).errors == {"name": ["Too odd."]}


@pytest.mark.parametrize(
    "failure",
    [
        Invalid("It is odd.", mend="Mend it."),
        Invalid("It is odd.", mend="Mend it.", fields={"elsewhere": "x"}),
        Denied("It is odd.", mend="Mend it."),
        Conflict("It is odd.", mend="Mend it."),
    ],
)
def test_above_the_form_with_the_way_to_mend_it(failure: Failure) -> None:
    assert refused(failure).non_field_errors() == ["It is odd. Mend it."]


def test_the_clause_that_refuses_is_named() -> None:
    form = refused(Denied("It has ended.", mend="Renew it.", clause="DSA-1 clause 9 (expiry)"))
    assert form.non_field_errors() == [
        "It has ended. Renew it. Refused by DSA-1 clause 9 (expiry)."
    ]


def test_the_page_says_whether_a_rule_refused_or_the_input_is_to_be_mended() -> None:
    assert status_of(refused(Denied("x"))) == 403
    assert status_of(refused(Invalid("x"))) == status_of(Form({})) == 422
    assert status_of(Form({"name": "x"})) == 200


def test_what_is_missing_is_told_by_no_form() -> None:
    with pytest.raises(Missing):
        refused(Missing("x"))


def test_what_works_leaves_no_error() -> None:
    form = Form({"name": "x"})
    assert form.is_valid()
    assert attempt(form, lambda: None)
    assert not form.errors
