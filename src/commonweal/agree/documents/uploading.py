"""Pages that take one small file: what says that it is larger is refused before it is read."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse  # noqa: TID251
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from commonweal.core.errors import Invalid

# What a form's other fields and the multipart borders may add to the file itself.
_FORM_BYTES = 64 * 1024

View = Callable[..., HttpResponse]


def limited(cap: int) -> Callable[[View], View]:
    """For a view with one file field of at most `cap` bytes. Raises Invalid for a larger request.

    The check of the form's token is only put off until the size is known: the token would otherwise
    be looked for with the whole file read first.
    """

    def around(view: View) -> View:
        protected = csrf_protect(view)

        @csrf_exempt
        @wraps(view)
        def taking(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            # Twice the cap: what is only a little too large gets its answer at the form.
            if request.method == "POST" and _declared(request) > 2 * cap + _FORM_BYTES:
                raise Invalid(
                    _("The file is larger than %(megabytes)d MB.")
                    % {"megabytes": cap // (1024 * 1024)},
                    mend=_("Go back and choose a smaller one."),
                )
            return protected(request, *args, **kwargs)

        return taking

    return around


def _declared(request: HttpRequest) -> int:
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0
