"""Taking an uploaded file on a page: never more of it than the cap, never readable on the disk."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from commonweal.pool.uploads import FORM_BYTES, SealingUploadHandler
from commonweal.pool.vault.store import too_large

View = Callable[..., HttpResponse]


def takes_a_file(view: View) -> View:
    """For views with one file field. Raises Invalid for more than settings.UPLOAD_CAP bytes.

    A request that says it is larger is refused before it is read; one that lies about it is cut off
    at the cap. The check of the form's token is only put off until our handler stands ready: the
    token would otherwise be looked for with the whole file read first.
    """
    protected = csrf_protect(view)

    @csrf_exempt
    @wraps(view)
    def taking(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method != "POST":
            return protected(request, *args, **kwargs)
        cap: int = settings.UPLOAD_CAP
        if _declared(request) > cap + FORM_BYTES:
            raise too_large(cap)
        handler = SealingUploadHandler(request, cap=cap)
        request.upload_handlers = [handler]
        _files = request.FILES  # reads the body
        if handler.is_too_large:
            raise too_large(cap)
        return protected(request, *args, **kwargs)

    return taking


def _declared(request: HttpRequest) -> int:
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0
