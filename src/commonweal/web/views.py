"""The front page, the health check and the error pages."""

from __future__ import annotations

from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from commonweal.core.errors import Denied, Missing
from commonweal.web import failures


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


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return failures.page(
        request,
        Denied(
            _("This form was open too long, or your browser blocked its cookie."),
            mend=_("Go back, reload the page and send the form again. Nothing was saved."),
        ),
    )


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return failures.unreadable_page(request, exception)


def too_many(request: HttpRequest) -> HttpResponse:
    """Asked for by the sign-in library when one of its own limits is reached."""
    return failures.page(request, failures.library_limit())


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    # The page's heading says all that is known.
    return failures.page(request, Denied(""))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return failures.page(
        request,
        Missing(
            _("There is nothing at this address, or it is not open to you."),
            mend=_("Check the address. If somebody sent it to you, ask them for a new link."),
        ),
    )


def server_error(request: HttpRequest) -> HttpResponse:
    return render(request, "web/errors/500.html", status=500)
