"""The front page, the health check and the error pages."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from commonweal.core.errors import Denied, Failure, Invalid, Missing, TooMany


@require_safe
def front(request: HttpRequest) -> HttpResponse:
    """Signed in: to what needs you. Otherwise: what this is and the public partnerships."""
    if request.user.is_authenticated:
        return redirect("home")
    return redirect("public_partnerships")


@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """For a load balancer: 200 when the database answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok"})


@require_safe
def about(request: HttpRequest) -> HttpResponse:
    return render(request, "web/about.html")


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "web/accessibility.html")


@require_safe
def gallery(request: HttpRequest) -> HttpResponse:
    """Every component in every state; for design work and accessibility checks."""
    from commonweal.web.gallery import context

    return render(request, "web/gallery.html", context())


def _error(request: HttpRequest, failure: Failure) -> HttpResponse:
    name = f"web/errors/{failure.http_status}.html"
    return render(request, name, {"failure": failure}, status=failure.http_status)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _error(
        request,
        Denied(
            _("This form was open too long, or your browser blocked its cookie."),
            mend=_("Go back, reload the page and send the form again. Nothing was saved."),
        ),
    )


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    failure = Invalid(
        _("The request could not be read."), mend=_("Check the address and try again.")
    )
    if isinstance(exception, RequestDataTooBig | TooManyFieldsSent):
        failure = Invalid(
            _("The form holds too much: more than %(megabytes)s MB of text, or %(fields)s fields.")
            % {
                "megabytes": settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 2**20,
                "fields": settings.DATA_UPLOAD_MAX_NUMBER_FIELDS,
            },
            mend=_("Go back and shorten what you wrote. Nothing was saved."),
        )
    failure.http_status = 400
    return _error(request, failure)


def too_many(request: HttpRequest) -> HttpResponse:
    """For the sign-in library, which counts tries by itself."""
    response = _error(request, TooMany("", retry_after=300))
    response["Retry-After"] = "300"
    return response


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _error(request, Denied(_("You may not do this.")))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _error(
        request,
        Missing(
            _("There is nothing at this address, or it is not open to you."),
            mend=_("Check the address. If somebody sent it to you, ask them for a new link."),
        ),
    )


def server_error(request: HttpRequest) -> HttpResponse:
    return render(request, "web/errors/500.html", status=500)
