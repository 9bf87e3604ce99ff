"""Database locks for work that runs once at a time: an upgrade or restore without servers, or a rotation of keys beside them.

A crash releases the lock, on each machine of the installation.
"""

import contextlib
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection, text

from board.errors import OperationError
from models.db.database import Database
from models.db.sqlite import library

PATIENCE_S = 3.0  # for the connections of a server that has just stopped
NAME = "searchboard upgrade"  # of our own connections
IN_USE = "A server or another command uses this database. Stop all servers first, for example: systemctl stop searchboard."
TWICE = "Another upgrade or restore of this database is running. Wait until it ends."


class Lock(NamedTuple):
    """Lock of one kind of work. `suffix`: of its file, beside SQLite's. `key`: of PostgreSQL's advisory lock."""

    suffix: str
    key: int
    refusal: str


UPGRADE = Lock(".upgrade-lock", 0x7570677264, TWICE)  # "upgrd"
ROTATION = Lock(
    ".rotation-lock", 0x6B657973, "Another `board keys` command changes the keys of this database. Wait until it ends."
)  # "keys"

# text: statistics of PostgreSQL
_OTHERS = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'searchboard'")
# Connections left by a killed run: they would write at the same time as this one.
# text: statistics of PostgreSQL
_END_LEFT_OVER = text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
    "AND usename = current_user AND application_name = :own"
)


def open_alone(url: str, must_exist: bool = True) -> Database:
    """Return a database whose connections can be distinguished from those of servers."""
    name = "&" if "?" in url else "?"
    return Database(
        url if url.startswith("sqlite") else f"{url}{name}application_name={NAME.replace(' ', '%20')}", must_exist=must_exist
    )


@contextlib.contextmanager
def alone(database: Database) -> Iterator[None]:
    """Exclude other upgrades and restores while the block runs. Raises OperationError if a server is running."""
    with _locked(database, UPGRADE) as connection:
        if connection is not None:
            connection.execute(_END_LEFT_OVER, {"own": NAME})
        path = database.path
        is_free = (lambda: _is_free(path)) if path is not None else (lambda: connection is None or not _count_others(connection))
        if not _wait_until(is_free):
            raise OperationError(IN_USE)
        yield


@contextlib.contextmanager
def one_rotation(database: Database) -> Iterator[None]:
    """Exclude other rotations of keys while the block runs. Servers may run. Raises OperationError."""
    with _locked(database, ROTATION):
        yield


@contextlib.contextmanager
def _locked(database: Database, lock: Lock) -> Iterator[Connection | None]:
    """Hold a lock; yield its connection on PostgreSQL, None on SQLite. Raises OperationError if another process has it."""
    if database.path is not None:
        with _lock_file(database.path, lock):
            yield None
    else:
        with _advisory_lock(database, lock) as connection:
            yield connection


@contextlib.contextmanager
def _lock_file(path: Path, lock: Lock) -> Iterator[None]:
    import fcntl

    with open(f"{path}{lock.suffix}", "w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise OperationError(lock.refusal) from error
        yield


def _is_free(path: Path) -> bool:
    """Return whether no other process has the file open: only then can its journal be closed. True if it is not a database."""
    try:
        with closing(library.connect(path, timeout=0.1)) as connection:
            return bool(connection.execute("PRAGMA journal_mode = DELETE").fetchone()[0] == "delete")
    except library.OperationalError:
        return False
    except library.DatabaseError:
        return True


@contextlib.contextmanager
def _advisory_lock(database: Database, lock: Lock) -> Iterator[Connection]:
    with database.write_engine.connect() as connection:
        connection.detach()  # closing it releases the lock; a pool would keep it open
        # text: advisory lock of PostgreSQL
        if not connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": lock.key}).scalar_one():
            raise OperationError(lock.refusal)
        connection.commit()  # a server ends an idle transaction, and with it the lock
        yield connection


def _count_others(connection: Connection) -> int:
    count = int(connection.execute(_OTHERS).scalar_one())
    connection.commit()  # a server ends an idle transaction, and with it the lock
    return count


def _wait_until(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + PATIENCE_S
    while not (holds := condition()) and time.monotonic() < deadline:
        time.sleep(0.1)
    return holds
