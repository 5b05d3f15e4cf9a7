"""A throw-away PostgreSQL cluster for tests: made, started, stopped and removed by one context.

`initdb` refuses root, so a root caller runs it as an unprivileged account of the machine.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path


def binaries() -> Path | None:
    """The folder with `initdb` and `pg_ctl`, or None when this machine has no PostgreSQL server."""
    candidates: list[Path] = []
    if config := shutil.which("pg_config"):
        found = subprocess.run([config, "--bindir"], capture_output=True, text=True, check=False)
        candidates.append(Path(found.stdout.strip()))
    candidates += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    candidates += [Path(found).parent for name in ("pg_ctl",) if (found := shutil.which(name))]
    for folder in candidates:
        if (folder / "initdb").exists() and (folder / "pg_ctl").exists():
            return folder
    return None


def account() -> str | None:
    """Which account runs the server: None for ourselves, a name when we are root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            pwd.getpwnam(name)
            return name
    raise RuntimeError("PostgreSQL refuses to run as root and there is no account to run it as")


def run(user: str | None, *command: str | Path) -> None:
    result = subprocess.run(
        [str(part) for part in command],
        user=user,
        cwd="/",
        env={"PATH": os.environ["PATH"], "LC_ALL": "C"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        text=True,
        check=False,
    )
    if result.returncode:
        raise RuntimeError(f"{Path(str(command[0])).name} failed:\n{result.stdout}")


@contextlib.contextmanager
def cluster() -> Iterator[str]:
    """Yield a DATABASE_URL on a fresh cluster that only a Unix socket reaches."""
    bin_dir, user = binaries(), account()
    if bin_dir is None:
        raise RuntimeError("no PostgreSQL server found")
    base = Path(tempfile.mkdtemp(prefix="cw-pg-", dir="/tmp"))  # a socket's path must be short
    if user:
        os.chown(base, pwd.getpwnam(user).pw_uid, -1)
    base.chmod(0o755)
    data = base / "data"
    try:
        run(user, bin_dir / "initdb", "-D", data, "-A", "trust", "-U", "commonweal", "-E", "UTF8")
        options = f"-c listen_addresses='' -c unix_socket_directories='{base}' -c fsync=off"
        log = base / "log"
        run(user, bin_dir / "pg_ctl", "-D", data, "-w", "-l", log, "-o", options, "start")
        try:
            yield f"postgresql://commonweal@/postgres?host={base}"
        finally:
            run(user, bin_dir / "pg_ctl", "-D", data, "-w", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(base, ignore_errors=True)
