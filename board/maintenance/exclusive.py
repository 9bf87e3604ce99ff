"""Work on a database for which all servers must be stopped: an upgrade, a restore."""

import contextlib
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection, text

from board.errors import OperationError
from models.db.database import Database
from models.db.sqlite import library

PATIENCE_S = 3.0  # for the connections of a server that has just stopped
LOCK_SUFFIX = ".upgrade-lock"
LOCK_KEY = 0x7570677264  # advisory lock of such work: "upgrd"
NAME = "searchboard upgrade"  # of our own connections
IN_USE = "A server or another command uses this database. Stop all servers first, for example: systemctl stop searchboard."
TWICE = "Another upgrade or restore of this database is running. Wait until it ends."

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
    with _lock_file(database.path) if database.path is not None else _advisory_lock(database):
        yield


@contextlib.contextmanager
def _lock_file(path: Path) -> Iterator[None]:
    import fcntl

    with open(f"{path}{LOCK_SUFFIX}", "w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise OperationError(TWICE) from error
        if not _wait_until(lambda: _is_free(path)):
            raise OperationError(IN_USE)
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
def _advisory_lock(database: Database) -> Iterator[None]:
    with database.write_engine.connect() as connection:
        connection.detach()  # closing it releases the lock; a pool would keep it open
        # text: advisory lock of PostgreSQL
        if not connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": LOCK_KEY}).scalar_one():
            raise OperationError(TWICE)
        connection.execute(_END_LEFT_OVER, {"own": NAME})
        connection.commit()
        if not _wait_until(lambda: _count_others(connection) == 0):
            raise OperationError(IN_USE)
        yield


def _count_others(connection: Connection) -> int:
    count = int(connection.execute(_OTHERS).scalar_one())
    connection.commit()  # a server ends an idle transaction, and with it the lock
    return count


def _wait_until(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + PATIENCE_S
    while not (holds := condition()) and time.monotonic() < deadline:
        time.sleep(0.1)
    return holds
