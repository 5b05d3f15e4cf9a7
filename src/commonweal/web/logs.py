"""What may stand in a log line."""

from __future__ import annotations

import logging
import re
from typing import Final

from commonweal.core.errors import without_text

_LINK: Final = re.compile(r"(/l/[a-z-]+/)[^/\s]+")


class Line(logging.Formatter):
    """One line a record, without the secret of a personal link and without what a failure says.

    The text of an exception can hold a value of the data that was being read, so only its class and
    place are written down, in development too: whatever shows it must be another means than a log.
    """

    def format(self, record: logging.LogRecord) -> str:
        # Not through `Formatter.format`: it would also print a traceback that another handler
        # has left on the record.
        record.message = record.getMessage()
        if self.usesTime():
            record.asctime = self.formatTime(record, self.datefmt)
        line = self.formatMessage(record)
        if record.exc_info and record.exc_info[1] is not None:
            line = f"{line} [{without_text(record.exc_info[1])}]"
        return _LINK.sub(r"\1…", line)
