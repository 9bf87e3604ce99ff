"""The SQLite that we use: which library, how a connection is set up, and when writers need a lock file.

SQLite before 3.51.3 can corrupt a WAL file that two connections write to, and the system's is often such a one.
`pysqlite3` carries a newer one where it has wheels; with an older one every writing process holds a lock file.
"""

import contextlib
import os
from collections.abc import Hashable, Iterator
from pathlib import Path
from types import ModuleType
from typing import IO, Any

from sqlalchemy import URL, Connection, Engine, create_engine, event

from models.db.errors import ConfigurationError
from models.db.read_pacing import Pace

SAFE_VERSION = (3, 51, 3)
BUSY_TIMEOUT_MS = 5_000  # how long a writer waits for another process's commit: the command line's, say
PROGRESS_STEPS = 10_000  # of its own steps, a millisecond or so, SQLite looks whether its time is over
MIN_FREE_BYTES = 1_000_000  # bytes
READ_THREADS = 4  # threads; more only queue for the same two cores
HEAVY_READ_THREADS = 4  # beside them


def _library() -> ModuleType:
    try:
        from pysqlite3 import dbapi2
    except ImportError:
        import sqlite3 as dbapi2  # no wheel for this platform
    return dbapi2  # type: ignore[no-any-return]


library = _library()
needs_lock_file: bool = library.sqlite_version_info < SAFE_VERSION


class SQLiteBackend:
    """A database file. One connection writes, for all boards."""

    kind = "sqlite"
    read_threads, heavy_read_threads, write_threads = READ_THREADS, HEAVY_READ_THREADS, 1

    def __init__(self, url: URL, existing: bool, reading: bool) -> None:
        """Raises ConfigurationError where the URL names no file that we can have; with `existing` it is there already, and with
        `reading` it stays as it is."""
        if not url.database or url.database == ":memory:":
            raise ConfigurationError("The board keeps its journal in a file: name one, as in sqlite:///path/to/board.db.")
        self.path = Path(url.database).absolute()
        if existing and not self.path.exists():
            raise ConfigurationError(f"There is no database {self.path}: `board migrate` makes one.")
        try:
            create_private_file(self.path)
        except OSError as error:
            raise ConfigurationError(f"The database file can't be made: {error.strerror}.") from error
        self._server_lock: IO[str] | None = None
        self.write_engine = _engine(self.path, "BEGIN IMMEDIATE", 1)
        self.read_engine = _engine(self.path, "BEGIN", READ_THREADS + HEAVY_READ_THREADS, reading)

    def wait_until_ready(self, patience_s: float) -> None:
        """A file is there at once."""

    def queue_key(self, boards: tuple[str, ...]) -> tuple[Hashable, tuple[str, ...]]:
        """All writes wait in one line; those of boards share a commit, whichever boards they are."""
        return None, ("any",) if boards else ()

    def acquire_server_lock(self) -> None:
        """With a library that has the corruption bug one server writes, and the command line beside it, in turn. Raises
        Unusable where another server does."""
        if not needs_lock_file:
            return
        import fcntl

        self._server_lock = open(f"{self.path}.server", "w")  # noqa: SIM115  (held until the end)
        try:
            fcntl.flock(self._server_lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self.release_server_lock()
            raise ConfigurationError(
                f"Another server writes to this file, and SQLite {library.sqlite_version} can destroy a file with two writers: "
                "stop the other one, or install an SQLite of 3.51.3 or newer."
            ) from error

    def release_server_lock(self) -> None:
        if self._server_lock is not None:
            self._server_lock.close()
            self._server_lock = None

    @contextlib.contextmanager
    def write_lock(self) -> Iterator[None]:
        """Held around each write transaction: one writing process at a time where the library needs that."""
        if not needs_lock_file:
            yield
            return
        import fcntl

        with open(f"{self.path}.lock", "w") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            yield

    def try_lock_boards(self, connection: Connection, boards: set[str]) -> set[str]:
        """All of them: the whole file is this transaction's."""
        return boards

    def lock_for_migration(self, connection: Connection) -> None:
        """Whoever writes is alone."""

    def disable_timeouts(self, connection: Connection) -> None:
        """Nothing ends by itself here."""

    @contextlib.contextmanager
    def statement_deadline(self, connection: Connection, pace: Pace) -> Iterator[None]:
        """Statements within fail as soon as the read is to end."""
        database = connection.connection.dbapi_connection
        database.set_progress_handler(lambda: pace.expired, PROGRESS_STEPS)  # type: ignore[union-attr]
        try:
            yield
        finally:
            database.set_progress_handler(None, 0)  # type: ignore[union-attr]

    def has_free_space(self) -> bool:
        """False where a small write may fit into what the files have already, and the next one may not."""
        room = os.statvfs(self.path.parent)
        return room.f_bavail * room.f_frsize >= MIN_FREE_BYTES

    def is_retryable(self, error: Exception) -> bool:
        """A file that fails, fails: it is full, say. What waits for another process has waited already."""
        return False


def _engine(path: Path, begin: str, pool: int, reading: bool = False) -> Engine:
    engine = create_engine(
        URL.create("sqlite", database=str(path)),
        module=library,
        pool_size=pool,
        max_overflow=0,
        hide_parameters=True,  # what people typed is in no error
        connect_args={"check_same_thread": False, "cached_statements": 512},
    )
    event.listen(engine, "connect", lambda connection, _record: configure_connection(connection, reading))
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(begin))
    return engine


def configure_connection(connection: Any, reading: bool = False) -> None:
    """Makes a fresh DBAPI connection ours: we begin transactions ourselves, and a commit is on the disk when it returns. With
    `reading` it can change nothing."""
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    cursor.execute("PRAGMA query_only = ON" if reading else "PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")  # NORMAL may lose what was acknowledged when the power fails
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA cache_size = -16000")
    cursor.close()


def create_private_file(path: Path) -> None:
    """The database holds children's data: only the account that runs the board may read the files."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
