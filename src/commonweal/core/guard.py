"""Database triggers that keep written rows as they were written. For use in migrations."""

from __future__ import annotations

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import RunPython
from django.db.migrations.state import StateApps

_POSTGRES = """
CREATE OR REPLACE FUNCTION commonweal_refuse_change() RETURNS trigger AS $$
BEGIN RAISE EXCEPTION 'rows of % are never changed', TG_TABLE_NAME USING ERRCODE = '23514'; END;
$$ LANGUAGE plpgsql;
CREATE TRIGGER {table}_immutable BEFORE UPDATE{columns} ON {table}
FOR EACH ROW EXECUTE FUNCTION commonweal_refuse_change();
"""
_SQLITE = """
CREATE TRIGGER {table}_immutable BEFORE UPDATE{columns} ON {table}
BEGIN SELECT RAISE(ABORT, 'rows of {table} are never changed'); END;
"""


def immutable(table: str, *columns: str) -> RunPython:
    """A migration operation: the table's rows (or only these columns) can be written once.

    Stops bugs and bulk updates, not an administrator; what must withstand one is hash-chained.
    """

    def add(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
        template = _SQLITE if editor.connection.vendor == "sqlite" else _POSTGRES
        of = f" OF {', '.join(columns)}" if columns else ""
        editor.execute(template.format(table=table, columns=of), params=None)

    def drop(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
        on = "" if editor.connection.vendor == "sqlite" else f" ON {table}"
        editor.execute(f"DROP TRIGGER IF EXISTS {table}_immutable{on}", params=None)

    return RunPython(add, drop)
