"""A refused action, shown on the form that asked for it: at the field, nothing of the input lost."""

from __future__ import annotations

from collections.abc import Callable

from django import forms
from django.utils.translation import gettext as _

from commonweal.core.errors import Conflict, Denied, Failure, Invalid
from commonweal.core.requests import Request


def attempt(form: forms.BaseForm, act: Callable[[], object]) -> bool:
    """Run the action. When a rule refuses it, put the words on the form and answer False.

    Invalid goes to its fields; what has no field here, and Denied and Conflict, go above the form.
    Missing is not caught: nothing may be said about what is not there for the reader.
    """
    try:
        act()
    except (Invalid, Conflict, Denied) as failure:
        blame(form, failure)
        return False
    return True


def done(request: Request, form: forms.BaseForm, act: Callable[[], object]) -> bool:
    """Whether the form was sent, is valid, and the action went through."""
    return request.method == "POST" and form.is_valid() and attempt(form, act)


def blame(form: forms.BaseForm, failure: Failure) -> None:
    """Put the words of a failure on the form, and the clause that refuses when one does."""
    if isinstance(failure, Denied):
        form.refused = True  # type: ignore[attr-defined]
    fields = failure.fields if isinstance(failure, Invalid) else {}
    known = {field: text for field, text in fields.items() if field in form.fields}
    for field, text in known.items():
        form.add_error(field, text)
    if not known:
        form.add_error(None, " ".join([str(failure), *_clause(failure)]))


def _clause(failure: Failure) -> list[str]:
    clause = failure.clause if isinstance(failure, Denied) else ""
    return [_("Refused by %(clause)s.") % {"clause": clause}] if clause else []


def status_of(form: forms.BaseForm) -> int:
    """The HTTP status of the page that shows the form: 403 for what a rule refused, 422 for input."""
    if getattr(form, "refused", False):
        return Denied.http_status
    return Invalid.http_status if form.errors else 200
