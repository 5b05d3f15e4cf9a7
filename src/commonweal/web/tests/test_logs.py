"""A log line tells that something failed and where, never the link or the value it was about."""

from __future__ import annotations

import io
import logging
import sys
from typing import Any

import polars as pl
import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from commonweal.core.serving import log_settings
from commonweal.web.logs import Line

SECRET = "Vexnir"


def fails(request: HttpRequest, token: str) -> HttpResponse:
    pl.Series([SECRET]).cast(pl.Int64)
    return HttpResponse()


urlpatterns = [path("l/submit/<str:token>/", fails)]


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """What the installation's own handler writes."""
    (handler,) = [each for each in logging.getLogger().handlers if isinstance(each.formatter, Line)]
    # Not `setStream`: the stream of another test, which that would flush, may be closed.
    monkeypatch.setattr(handler, "stream", stream := io.StringIO())
    return stream


def test_a_personal_link_is_not_written_down() -> None:
    record = logging.LogRecord(
        "django.request", logging.WARNING, "", 0, "%s: %s", ("Gone", "/l/submit/s3cr3t/x/"), None
    )
    assert Line().format(record) == "Gone: /l/submit/…/x/"
    assert record.args == ("Gone", "/l/submit/s3cr3t/x/"), "the record is not ours to change"


@pytest.mark.django_db
def test_a_failing_page_is_logged_by_class_and_place(written: io.StringIO, settings: Any) -> None:
    settings.ROOT_URLCONF = __name__
    client = Client(raise_request_exception=False)
    assert client.get("/l/submit/s3cr3t/").status_code == 500
    (line,) = written.getvalue().splitlines()
    assert line.startswith("ERROR django.request: Internal Server Error: /l/submit/…/ [")
    assert "InvalidOperationError (web/tests/test_logs.py, line " in line
    assert SECRET not in line and "s3cr3t" not in line


def test_what_another_handler_left_on_the_record_is_not_written() -> None:
    try:
        raise ValueError(SECRET) from KeyError(SECRET)
    except ValueError:
        record = logging.LogRecord("x", logging.ERROR, "", 0, "Failed", None, sys.exc_info())
    logging.Formatter().format(record)
    assert record.exc_text is not None and SECRET in record.exc_text
    line = Line().format(record)
    assert line.startswith("Failed [ValueError (web/tests/test_logs.py, line ")
    assert SECRET not in line


def test_an_exception_from_elsewhere_is_placed_too() -> None:
    try:
        int(io.StringIO(SECRET).getvalue())
    except ValueError as error:
        record = logging.LogRecord(
            "x",
            logging.ERROR,
            "",
            0,
            "Failed",
            None,
            (ValueError, error.with_traceback(None), None),
        )
    assert Line().format(record) == "Failed [ValueError]"


@pytest.mark.parametrize("name", ["django.request", "django.server", "django.security", "other"])
def test_no_other_handler_writes(name: str) -> None:
    """Django's own would print the traceback when debugging, and mail it when not."""
    logger: logging.Logger | None = logging.getLogger(name)
    while logger:
        for handler in logger.handlers:
            assert "_pytest" in type(handler).__module__ or isinstance(handler.formatter, Line)
        logger = logger.parent if logger.propagate else None


def test_the_web_server_writes_its_own_lines_the_same_way() -> None:
    for formatter in log_settings()["formatters"].values():
        assert formatter["()"] == f"{Line.__module__}.{Line.__qualname__}"
