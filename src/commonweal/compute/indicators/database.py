"""A database for one computation: in this process, in memory, able to reach nothing.

No file, network or extension access, settings locked, memory and threads capped. It never spills
to disk, where person-level rows would lie unprotected: running out of memory is refused instead.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import duckdb

from commonweal.compute.errors import Unusable
from commonweal.compute.stopping import Stop


@dataclass(frozen=True)
class Limits:
    """What a computation may use of the machine, and the brake by which it can be ended."""

    memory_mb: int = 1500
    threads: int = 2
    stop: Stop = field(default_factory=Stop, compare=False, repr=False)


@contextmanager
def database(limits: Limits) -> Iterator[duckdb.DuckDBPyConnection]:
    """An empty database for the length of a `with` block.

    Raises Unusable when the block runs out of the memory allowed, and the reason when it is stopped.
    """
    connection = duckdb.connect(
        ":memory:",
        config={
            "enable_external_access": "false",
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "allow_community_extensions": "false",
            "python_enable_replacements": "false",
            "temp_directory": "",
            "preserve_insertion_order": "false",
            "memory_limit": f"{limits.memory_mb}MB",
            "threads": str(limits.threads),
        },
    )
    try:
        connection.execute("SET lock_configuration = true")
        with limits.stop.interrupting(connection.interrupt):
            yield connection
    except duckdb.InterruptException:
        limits.stop.check()
        raise
    except duckdb.OutOfMemoryException:
        raise Unusable(
            f"The rows need more than the {limits.memory_mb} MB of memory allowed.",
            mend="Allow more memory, ask for fewer slices at once, or split the file.",
        ) from None
    finally:
        connection.close()
