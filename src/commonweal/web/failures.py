"""Failures as pages, and words for what the framework refuses before a view of ours is asked."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from urllib.parse import quote

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.defaultfilters import filesizeformat
from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _

from commonweal.core.errors import Failure, Invalid, TooMany

log = logging.getLogger(__name__)
# No limit of the sign-in library lasts longer, and it does not say which of them was reached.
LIBRARY_LIMIT_SECONDS = 300


class NotTaken(Failure):
    """The address takes only forms, or only shows a page."""

    http_status = 405


class TooLarge(Invalid):
    """More than an address takes."""

    http_status = 413


def page(request: HttpRequest, failure: Failure, **facts: object) -> HttpResponse:
    """The failure as a page, with its status."""
    name = f"web/errors/{failure.http_status}.html"
    context = {"failure": failure, **facts}
    response = render(request, name, context, status=failure.http_status)
    if (seconds := getattr(failure, "retry_after", None)) is not None:
        response["Retry-After"] = str(seconds)
    return response


def unreadable(exception: Exception) -> Failure:
    """What to say about a request that the framework could not, or would not, read."""
    if isinstance(exception, RequestDataTooBig):
        most = filesizeformat(settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
        return TooLarge(
            _("The text in this form is longer than the %(most)s that one form may send.")
            % {"most": most},
            mend=_("Go back, shorten the text and send the form again. Nothing was saved."),
        )
    failure = Invalid(
        _("The request could not be read."), mend=_("Check the address and try again.")
    )
    if isinstance(exception, TooManyFieldsSent):
        failure = Invalid(
            _("This form has more than the %(most)d fields that one form may send.")
            % {"most": settings.DATA_UPLOAD_MAX_NUMBER_FIELDS},
            mend=_("Go back and send it in smaller parts. Nothing was saved."),
        )
    elif isinstance(exception, TooManyFilesSent):
        failure = Invalid(
            _("This form has more than the %(most)d files that one form may send.")
            % {"most": settings.DATA_UPLOAD_MAX_NUMBER_FILES},
            mend=_("Go back and send it in smaller parts. Nothing was saved."),
        )
    failure.http_status = 400
    return failure


def unreadable_page(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Tells the reader what is too much; a form that is too large is no fault of ours."""
    response = page(request, unreadable(exception))
    if isinstance(exception, (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)):
        # The path as it was sent: decoded it could begin a line of its own.
        log.warning("%s: %s", type(exception).__name__, quote(request.path))
        # Else the framework logs it once more, as an error with a traceback.
        response._has_been_logged = True  # type: ignore[attr-defined]
    return response


def library_limit() -> TooMany:
    """The answer to whoever reaches a limit of the sign-in library."""
    minutes = LIBRARY_LIMIT_SECONDS // 60
    return TooMany(
        _("This was tried too often."),
        mend=_("Wait %(minutes)d minutes and try again.") % {"minutes": minutes},
        retry_after=LIBRARY_LIMIT_SECONDS,
    )


def not_taken_page(request: HttpRequest, bare: HttpResponse) -> HttpResponse:
    """Instead of an empty answer: why nothing is shown here, and the page that the form is on."""
    failure = NotTaken(_("This address only takes what a form sends."))
    if request.method not in {"GET", "HEAD"}:
        failure = NotTaken(_("This address only shows a page and takes no form."))
    response = page(request, failure, belongs_to=next(_pages_above(request), ""))
    response["Allow"] = bare["Allow"]
    response._has_been_logged = True  # type: ignore[attr-defined]
    return response


def _pages_above(request: HttpRequest) -> Iterator[str]:
    """The addresses above this one that exist, the nearest first; itself when it can be read."""
    path = request.path_info
    if request.method not in {"GET", "HEAD"}:
        yield path
    while path := path.rstrip("/").rpartition("/")[0]:
        path += "/"
        try:
            resolve(path)
        except Resolver404:
            continue
        yield path
