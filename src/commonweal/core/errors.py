"""The five ways a request can fail, each with words its reader can act on.

Anything else that is raised is a bug. One middleware (`web.middleware`) turns these into HTTP
answers, the command line turns them into exit codes.
"""

from __future__ import annotations


class Failure(Exception):
    """Base of the five. `text`: what happened and where. `mend`: what the reader can do now."""

    http_status = 400
    exit_code = 2

    def __init__(self, text: str, *, mend: str = "") -> None:
        self.text = str(text)
        self.mend = str(mend)
        super().__init__(" ".join(part for part in (self.text, self.mend) if part))


class Denied(Failure):
    """Refused by a rule. `clause` names the agreement clause that refuses, when one does."""

    http_status = 403
    exit_code = 3

    def __init__(self, text: str, *, mend: str = "", clause: str = "") -> None:
        super().__init__(text, mend=mend)
        self.clause = clause


class Missing(Failure):
    """Not there, or not there for this reader: the two look the same on purpose."""

    http_status = 404


class Conflict(Failure):
    """Someone or something else changed the record first."""

    http_status = 409


class Invalid(Failure):
    """Input that cannot be used. `fields` maps a form field to its message."""

    http_status = 422

    def __init__(self, text: str, *, mend: str = "", fields: dict[str, str] | None = None) -> None:
        super().__init__(text, mend=mend)
        self.fields = fields or {}


class TooMany(Failure):
    """Asked too often. `retry_after`: seconds until it is worth trying again."""

    http_status = 429
    exit_code = 3

    def __init__(self, text: str, *, mend: str = "", retry_after: int = 0) -> None:
        super().__init__(text, mend=mend)
        self.retry_after = retry_after
