"""The five ways a request can fail, each with words its reader can act on.

Anything else that is raised is a bug. One middleware (`web.middleware`) turns these into HTTP
answers, the command line turns them into exit codes.
"""

from __future__ import annotations

import traceback
from pathlib import Path
from typing import Final, Self

PACKAGE: Final = Path(__file__).resolve().parents[1]


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

    @classmethod
    def at(cls, field: str, text: str) -> Self:
        """What is wrong with one field, said beside it."""
        return cls(text, fields={field: text})


class TooMany(Failure):
    """Asked too often. `retry_after`: seconds until it is worth trying again."""

    http_status = 429
    exit_code = 3

    def __init__(self, text: str, *, mend: str = "", retry_after: int = 0) -> None:
        super().__init__(text, mend=mend)
        self.retry_after = retry_after


def without_text(exception: BaseException) -> str:
    """Class and place of a bug, for a log; never its text, which can hold a value that was read.

    The place is the innermost line of ours, for that is where the search begins.
    """
    frames = traceback.extract_tb(exception.__traceback__)
    ours = [frame for frame in frames if Path(frame.filename).is_relative_to(PACKAGE)]
    if not (ours or frames):
        return type(exception).__name__
    frame = (ours or frames)[-1]
    path = Path(frame.filename)
    name = path.relative_to(PACKAGE) if ours else path.name
    return f"{type(exception).__name__} ({name}, line {frame.lineno})"
