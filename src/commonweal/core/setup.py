"""Making an installation ready: database, static files, words. Quick when nothing is to be done."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

STAMP = ".collected"


def prepare() -> list[str]:
    """Do what is needed; what was done, in words. Empty when all was ready."""
    Path(settings.HOME).mkdir(mode=0o700, parents=True, exist_ok=True)
    steps = {
        "compiled translations": compile_messages,
        "migrated the database": migrate,
        "made the cache table": make_cache_table,
        "collected static files": collect_static,
    }
    return [words for words, step in steps.items() if step()]


def migrate() -> bool:
    """Apply outstanding migrations; whether there were any."""
    executor = MigrationExecutor(connection)
    if not executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return False
    call_command("migrate", interactive=False, verbosity=0)
    return True


def make_cache_table() -> bool:
    """The table in which failed sign-ins are counted; whether it was missing."""
    table = settings.CACHES["default"].get("LOCATION", "")
    if not table or table in connection.introspection.table_names():
        return False
    call_command("createcachetable", verbosity=0)
    return True


def compile_messages() -> bool:
    """Write `.mo` beside each newer `.po`; needs no gettext tools. Whether any was written."""
    written = False
    for folder in settings.LOCALE_PATHS:
        for source in sorted(Path(folder).glob("*/LC_MESSAGES/*.po")):
            target = source.with_suffix(".mo")
            if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
                continue
            # Whole or not at all: other processes may be starting on it.
            part = target.with_suffix(f".{os.getpid()}.mo")
            with source.open("rb") as text, part.open("wb") as compiled:
                write_mo(compiled, read_po(text))
            part.replace(target)
            written = True
    return written


def collect_static() -> bool:
    """Copy and compress static files for serving, if any changed since the last time."""
    stamp = Path(settings.STATIC_ROOT) / STAMP
    state = _static_state()
    if stamp.exists() and stamp.read_text() == state:
        return False
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    stamp.write_text(state)
    return True


def _static_state() -> str:
    digest = hashlib.sha256(settings.STORAGES["staticfiles"]["BACKEND"].encode())
    for finder in get_finders():
        for path, storage in sorted(finder.list([]), key=lambda found: str(found[0])):
            facts = Path(storage.path(path)).stat()
            digest.update(f"{path}|{facts.st_size}|{facts.st_mtime_ns}\n".encode())
    return digest.hexdigest()
