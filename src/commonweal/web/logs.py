"""What may stand in a log line."""

from __future__ import annotations

import logging
import re

_LINK = re.compile(r"(/l/[a-z-]+/)[^/\s]+")


class WithoutSecrets(logging.Filter):
    """Takes the secret of a personal link out of an address before it is written down."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = _LINK.sub(r"\1…", record.getMessage())
        record.args = ()
        return True
