"""A log line tells that a link was refused, never the link."""

from __future__ import annotations

import logging

from commonweal.web.logs import WithoutSecrets


def test_a_personal_link_is_not_written_down() -> None:
    record = logging.LogRecord(
        "django.request", logging.WARNING, "", 0, "%s: %s", ("Gone", "/l/submit/s3cr3t/x/"), None
    )
    assert WithoutSecrets().filter(record)
    assert record.getMessage() == "Gone: /l/submit/…/x/"
