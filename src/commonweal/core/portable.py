"""Rows of the database as lines of JSON that any of our databases reads back unchanged.

Django's own serialisers cut times to milliseconds, which would break the event log's hashes.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID

from django.apps import apps
from django.core.management.color import no_style
from django.db import connection
from django.db.models import BinaryField, Field, JSONField, Model
from django.db.models.sql import InsertQuery

from commonweal.core.errors import Invalid

# Made anew by every installation, of use to nobody else, or secret while they last.
LEFT_OUT: Final = {
    "auth.group",
    "auth.group_permissions",
    "auth.permission",
    "contenttypes.contenttype",
    "core.ratewindow",
    "sessions.session",
}
BATCH: Final = 500


def tables() -> list[type[Model]]:
    """Every model that belongs into a copy of the installation, in a steady order."""
    found = apps.get_models(include_auto_created=True)
    kept = [m for m in found if m._meta.managed and m._meta.label_lower not in LEFT_OUT]
    return sorted(kept, key=lambda model: model._meta.label_lower)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    if isinstance(value, UUID):
        return str(value)
    return value


def _out(field: Field[Any, Any], row: Model) -> Any:
    value = field.value_from_object(row)
    if isinstance(field, BinaryField) and value is not None:
        return base64.b64encode(bytes(value)).decode()
    return value if isinstance(field, JSONField) else _plain(value)


def lines(model: type[Model]) -> Iterator[bytes]:
    """Each row as one line of JSON, in the order of its key."""
    fields = model._meta.concrete_fields
    for row in model._base_manager.order_by("pk").iterator(chunk_size=2000):
        values = {field.attname: _out(field, row) for field in fields}
        # Sorted: PostgreSQL does not keep the order of names inside a JSON value.
        text = json.dumps(values, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
        yield text.encode() + b"\n"


def _in(field: Field[Any, Any], value: Any) -> Any:
    if isinstance(field, BinaryField) and value is not None:
        return base64.b64decode(value, validate=True)
    return value if isinstance(field, JSONField) else field.to_python(value)


def row_of(model: type[Model], line: bytes) -> Model:
    """The row that a line holds, not yet stored. Raises ValueError when it does not fit."""
    values = json.loads(line)
    fields = {field.attname: field for field in model._meta.concrete_fields}
    if not isinstance(values, dict) or set(values) != set(fields):
        raise ValueError("other columns than here")
    row = model()
    for name, field in fields.items():
        setattr(row, name, _in(field, values[name]))
    return row


def load(model: type[Model], source: Iterable[bytes]) -> int:
    """Store the rows of these lines as they are; how many. Raises Invalid, naming the line."""
    count, batch = 0, []
    for count, line in enumerate(source, start=1):
        try:
            batch.append(row_of(model, line))
        except Exception:
            raise Invalid(
                f"Line {count} of {model._meta.label_lower} cannot be read; nothing was changed."
            ) from None
        if len(batch) >= BATCH:
            _insert(model, batch)
            batch = []
    _insert(model, batch)
    return count


def _insert(model: type[Model], rows: list[Model]) -> None:
    """INSERT with the values as they are; `bulk_create` would renew times of `auto_now_add`."""
    fields = list(model._meta.concrete_fields)
    size = connection.ops.bulk_batch_size(fields, rows) if rows else 1
    for start in range(0, len(rows), size):
        query = InsertQuery(model)
        query.insert_values(fields, rows[start : start + size], raw=True)
        query.get_compiler(connection=connection).execute_sql()


def reset_sequences(models: Iterable[type[Model]]) -> None:
    """Let the next row's number follow the greatest that was loaded."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), list(models)):
            cursor.execute(statement)
