"""The SQLite that we use: which library, how a connection is set up, and when writers need a lock file.

SQLite before 3.51.3 can corrupt a WAL file that two connections write to, and the system's is often such a one.
`pysqlite3` carries a newer one where it has wheels; with an older one every writing process holds a lock file.
"""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

SAFE_VERSION = (3, 51, 3)
BUSY_TIMEOUT_MS = 5_000  # how long a writer waits for another process's commit: the command line's, say


def _library() -> ModuleType:
    try:
        from pysqlite3 import dbapi2
    except ImportError:
        import sqlite3 as dbapi2  # no wheel for this platform
    return dbapi2  # type: ignore[no-any-return]


library = _library()
needs_lock_file: bool = library.sqlite_version_info < SAFE_VERSION


def set_up(connection: Any) -> None:
    """Makes a fresh DBAPI connection ours: we begin transactions ourselves, and a commit is on the disk when it returns."""
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")  # NORMAL may lose what was acknowledged when the power fails
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA cache_size = -16000")
    cursor.close()


@contextlib.contextmanager
def writing(path: Path) -> Iterator[None]:
    """Held around each write transaction: one writing process at a time where the library needs that."""
    if not needs_lock_file:
        yield
        return
    import fcntl

    with open(f"{path}.lock", "w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def make_private(path: Path) -> None:
    """The database holds children's data: only the account that runs the board may read the files."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
