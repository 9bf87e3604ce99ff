"""Differences between the databases. A method with a body here is for databases that do not need it."""

from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine

from models.db.read_pacing import Pace

SERVER_START_TIMEOUT_S = 10.0  # wait for a server that may have been started at the same time


class Backend:
    """Engines and locks of a database. See `models.db.sqlite` and `models.db.postgresql`."""

    kind: str
    path: Path | None = None
    read_threads: int
    heavy_read_threads: int
    write_threads: int
    read_engine: Engine
    write_engine: Engine

    def wait_until_ready(self, patience_s: float = SERVER_START_TIMEOUT_S) -> None:
        """Wait until the server accepts connections. Raises ConfigurationError after `patience_s` seconds, or if the server can't
        be used."""

    def acquire_server_lock(self) -> None:
        """Reserve the database for this server until it closes. Raises ConfigurationError if another server uses a file that two
        writers would destroy."""

    def release_server_lock(self) -> None:
        """Release the reservation."""

    def queue_key(self, boards: tuple[str, ...]) -> tuple[Any, tuple[str, ...]]:
        """Return the queue key of a write that locks these boards, and the boards for grouping it with other writes."""
        raise NotImplementedError

    def write_lock(self) -> AbstractContextManager[None]:
        """Return the lock to hold around a write transaction."""
        return nullcontext()

    def try_lock_boards(self, connection: Connection, boards: set[str]) -> set[str]:
        """Lock the boards that no other transaction has locked, and return them."""
        raise NotImplementedError

    def lock_for_migration(self, connection: Connection) -> None:
        """Prevent other processes from migrating until the transaction ends."""

    def disable_timeouts(self, connection: Connection) -> None:
        """Remove the timeouts of this transaction, for long work that nobody waits for."""

    def statement_deadline(self, connection: Connection, pace: Pace) -> AbstractContextManager[None]:
        """Return a context in which statements stop when the heavy read must end."""
        raise NotImplementedError

    def is_retryable(self, error: Exception) -> bool:
        """Return whether a failed transaction may succeed on a new connection. Errors of a file, such as a full disk, persist."""
        return False

    def remove_remains(self) -> dict[str, int | str] | None:
        """Remove the remains of deleted data from the files of the database, and return a report; None if others use them now."""
        raise NotImplementedError

    def size(self, connection: Connection) -> int:
        """Return the size of the database in bytes."""
        raise NotImplementedError

    def free_bytes(self) -> int | None:
        """Return the free bytes on its disk; None if that is unknown."""
        return None

    def has_free_space(self) -> bool:
        """Return whether its disk has space for further writes, beyond small ones that still fit into its files. Always true for
        a database server, which checks its own disk."""
        return True
