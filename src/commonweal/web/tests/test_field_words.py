"""What the framework finds wrong with a field, in words of ours."""

from __future__ import annotations

import pytest
from django import forms

from commonweal.core.models import Organisation
from commonweal.web import formview

RAW = ("Null", "UUID", "zzz", "valid choice", "required")


class Form(forms.Form):
    text = forms.CharField()
    long = forms.CharField(widget=forms.Textarea)
    one = forms.ModelChoiceField(Organisation.objects.all())
    some = forms.ModelMultipleChoiceField(
        Organisation.objects.all(), widget=forms.CheckboxSelectMultiple
    )
    kind = forms.ChoiceField(choices=[("a", "A")], widget=forms.RadioSelect)
    own = forms.CharField(error_messages={"required": "Say who."})


def said(**sent: object) -> dict[str, list[str]]:
    form = Form({key: value for key, value in sent.items() if value is not None})
    return {bound.name: formview.view(bound).errors for bound in form}


@pytest.mark.django_db
def test_nothing_is_said_in_the_frameworks_words() -> None:
    found = said(text="a\0b", long="\0", one="zzz", some=["zzz"], kind="zzz")
    assert not [
        word for word in RAW for errors in found.values() for text in errors if word in text
    ]
    hidden = "Type this again: it holds a character that cannot be seen or kept."
    assert (found["text"], found["long"]) == ([hidden], [hidden])
    assert found["one"] == found["kind"] == found["some"] == ["Choose one of the list."]


@pytest.mark.django_db
def test_a_null_in_a_list_is_no_choice() -> None:
    found = said(one="\0", kind="\0")
    assert found["one"] == found["kind"] == ["Choose one of the list."]


@pytest.mark.django_db
def test_the_forms_own_words_stay() -> None:
    assert said()["own"] == ["Say who."]
