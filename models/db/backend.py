"""Differences between the databases. What has a body here is so for a database that needs nothing of the kind."""

from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine

from models.db.read_pacing import Pace

SERVER_START_TIMEOUT_S = 10.0  # wait for a server that may have been started at the same moment


class Backend:
    """Engines of a database, and how it is written to. See `models.db.sqlite` and `models.db.postgresql`."""

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
        """Reserve the database for this serving process until it closes. Raises ConfigurationError if another server has a file
        that two writers would destroy."""

    def release_server_lock(self) -> None:
        """Give the reservation back."""

    def queue_key(self, boards: tuple[str, ...]) -> tuple[Any, tuple[str, ...]]:
        """Return the key of the queue for a write that locks these boards, and the boards that it locks."""
        raise NotImplementedError

    def write_lock(self) -> AbstractContextManager[None]:
        """Return the lock to hold around a write transaction."""
        return nullcontext()

    def try_lock_boards(self, connection: Connection, boards: set[str]) -> set[str]:
        """Lock the boards that no other transaction holds now, and return them."""
        raise NotImplementedError

    def lock_for_migration(self, connection: Connection) -> None:
        """Keep other processes from migrating until the transaction ends."""

    def disable_timeouts(self, connection: Connection) -> None:
        """Remove the timeouts of this transaction: for work that may take long while nobody waits."""

    def statement_deadline(self, connection: Connection, pace: Pace) -> AbstractContextManager[None]:
        """Return a context in which statements end when the heavy read has to."""
        raise NotImplementedError

    def is_retryable(self, error: Exception) -> bool:
        """Return whether a failed transaction may work on a fresh connection. An error of a file stays, as of a full disk."""
        return False

    def size(self, connection: Connection) -> int:
        """Return the bytes of the database."""
        raise NotImplementedError

    def free_bytes(self) -> int | None:
        """Return the bytes that are free on its disk; None if that can't be told from here."""
        return None

    def has_free_space(self) -> bool:
        """Return false if a small write may still fit into the files, but the next one may not. A server minds its own disk."""
        return True
