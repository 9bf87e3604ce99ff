"""SQLite backend: choice of the library, setup of connections, and the lock file of writers.

SQLite before 3.51.3 can corrupt a WAL file that two connections write to, and the system's version is often older. `pysqlite3`
includes a newer version on platforms with wheels. With an older version, every writing process holds a lock file.
"""

import contextlib
import os
from collections.abc import Hashable, Iterator
from pathlib import Path
from types import ModuleType
from typing import IO, Any

from sqlalchemy import URL, Connection, Engine, create_engine, event

from models.db import statement
from models.db.backend import Backend
from models.db.errors import ConfigurationError
from models.db.read_pacing import Pace

SAFE_VERSION = (3, 51, 3)
BUSY_TIMEOUT_MS = 5_000  # wait for the commit of another process, such as the command line
PROGRESS_STEPS = 10_000  # virtual machine steps, about a millisecond, between two checks of the time limit
MIN_FREE_BYTES = 1_000_000  # bytes of free disk space
SYNCHRONOUS = "FULL"  # NORMAL may lose an acknowledged commit when the power fails
READ_THREADS = 4  # threads; more would only queue for the same two cores
HEAVY_READ_THREADS = 4  # in addition


def _library() -> ModuleType:
    try:
        from pysqlite3 import dbapi2
    except ImportError:
        import sqlite3 as dbapi2  # no wheel for this platform
    return dbapi2  # type: ignore[no-any-return]


library = _library()
needs_lock_file: bool = library.sqlite_version_info < SAFE_VERSION


class SQLiteBackend(Backend):
    """Database in a file. One connection writes, for all boards."""

    kind = "sqlite"
    read_threads, heavy_read_threads, write_threads = READ_THREADS, HEAVY_READ_THREADS, 1
    path: Path

    def __init__(self, url: URL, must_exist: bool, read_only: bool) -> None:
        """Raise ConfigurationError if the URL does not name a usable file. `must_exist`: the file must exist. `read_only`: the
        file is not changed."""
        if not url.database or url.database == ":memory:":
            raise ConfigurationError("DATABASE_URL names no file. Example: sqlite:///path/to/board.db.")
        self.path = Path(url.database).absolute()
        if must_exist and not self.path.exists():
            raise ConfigurationError(f"The database {self.path} does not exist. Create it with `board migrate`.")
        try:
            create_private_file(self.path)
        except OSError as error:
            raise ConfigurationError(f"The database file can't be created: {error.strerror}.") from error
        self._server_lock: IO[str] | None = None
        self.write_engine = _engine(self.path, "BEGIN IMMEDIATE", 1)
        self.read_engine = _engine(self.path, "BEGIN", READ_THREADS + HEAVY_READ_THREADS, read_only)

    def queue_key(self, boards: tuple[str, ...]) -> tuple[Hashable, tuple[str, ...]]:
        """Use one key for all writes. All writes that lock boards can share a commit."""
        return None, ("any",) if boards else ()

    def acquire_server_lock(self) -> None:
        """Allow only one server to write if the library has the corruption bug. The command line can still write in turn."""
        if not needs_lock_file:
            return
        import fcntl

        self._server_lock = open(f"{self.path}.server", "w")  # noqa: SIM115  (held until the end)
        try:
            fcntl.flock(self._server_lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self.release_server_lock()
            raise ConfigurationError(
                f"Another server writes to this file, and SQLite {library.sqlite_version} can destroy a file with two writers. "
                "Stop the other server, or install SQLite 3.51.3 or newer."
            ) from error

    def release_server_lock(self) -> None:
        if self._server_lock is not None:
            self._server_lock.close()
            self._server_lock = None

    @contextlib.contextmanager
    def write_lock(self) -> Iterator[None]:
        """Hold the lock file around a write transaction, if the library needs it."""
        if not needs_lock_file:
            yield
            return
        import fcntl

        with open(f"{self.path}.lock", "w") as lock_file:
            fcntl.flock(lock_file, fcntl.LOCK_EX)
            yield

    def try_lock_boards(self, connection: Connection, boards: set[str]) -> set[str]:
        """Return all boards, because this transaction has locked the entire file."""
        return boards

    @contextlib.contextmanager
    def statement_deadline(self, connection: Connection, pace: Pace) -> Iterator[None]:
        """Make statements fail within the context as soon as the read must end."""
        database = connection.connection.dbapi_connection
        database.set_progress_handler(lambda: pace.expired, PROGRESS_STEPS)  # type: ignore[union-attr]
        try:
            yield
        finally:
            database.set_progress_handler(None, 0)  # type: ignore[union-attr]

    def remove_remains(self) -> dict[str, int | str] | None:
        """Write the log into the file and empty it. Deleted rows are overwritten already (`secure_delete`)."""
        with self.write_lock(), contextlib.closing(library.connect(str(self.path))) as connection:
            configure_connection(connection)
            busy, pages, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return None if busy else {"log_pages": int(pages)}

    def size(self, connection: Connection) -> int:
        pages, page_bytes = (connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in ("page_count", "page_size"))
        return int(pages) * int(page_bytes)

    def free_bytes(self) -> int:
        space = os.statvfs(self.path.parent)
        return space.f_bavail * space.f_frsize

    def has_free_space(self) -> bool:
        return self.free_bytes() >= MIN_FREE_BYTES


def _engine(path: Path, begin: str, pool: int, read_only: bool = False) -> Engine:
    engine = create_engine(
        URL.create("sqlite", database=str(path)),
        module=library,
        pool_size=pool,
        max_overflow=0,
        hide_parameters=True,  # no user input in error messages
        connect_args={"check_same_thread": False, "cached_statements": 512},
    )
    event.listen(engine, "connect", lambda connection, _record: configure_connection(connection, read_only))
    event.listen(engine, "begin", lambda connection: statement.execute(connection, begin))
    return engine


def configure_connection(connection: Any, read_only: bool = False) -> None:
    """Configure a new DBAPI connection. This module begins transactions itself, and a commit is on the disk when it returns.
    `read_only`: the connection can't change anything."""
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    cursor.execute("PRAGMA query_only = ON" if read_only else "PRAGMA journal_mode = WAL")
    cursor.execute(f"PRAGMA synchronous = {SYNCHRONOUS}")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA secure_delete = ON")  # an erased name must not stay in free parts of the file
    cursor.execute("PRAGMA cache_size = -16000")
    cursor.close()


def create_private_file(path: Path) -> None:
    """Create the file so that only the account that runs the board can read it, because it contains data of children."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
