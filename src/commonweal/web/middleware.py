"""Who is asking, what browsers may keep, and how failures are answered."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from commonweal.core import queries
from commonweal.core.errors import Failure
from commonweal.core.models import Person
from commonweal.web import failures

Handler = Callable[[HttpRequest], HttpResponse]


class ActorMiddleware:
    """Puts `request.at` (one clock reading per request) and `request.actor` on the request."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        at = timezone.now()
        request.at = at  # type: ignore[attr-defined]
        request.actor = SimpleLazyObject(  # type: ignore[attr-defined]
            lambda: queries.actor_for(
                request.user if isinstance(request.user, Person) else None, at
            )
        )
        return self.get_response(request)


class PrivacyMiddleware:
    """Nothing that a signed-in person or a link's holder sees is kept by a browser or a proxy."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if "Cache-Control" not in response:
            response["Cache-Control"] = "no-store, private"
        response["Permissions-Policy"] = (
            "camera=(), geolocation=(), microphone=(), payment=(), usb=(),"
            " publickey-credentials-get=(self), publickey-credentials-create=(self)"
        )
        return response


class FailureMiddleware:
    """Turns the five `core.errors`, and bare refusals, into pages with words to act on."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code == 405 and not response.streaming and not response.content:
            return failures.not_taken_page(request, response)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, Failure):
            return None
        return failures.page(request, exception)
