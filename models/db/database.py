"""One database, read and written by plain synchronous functions in threads.

`read(fn)` runs fn on one consistent view; `read_heavy(fn)` does so for what reads many rows, in threads of its own, within a
deadline: sign-in, rights and heads never wait behind it. `write(fn)` queues fn for a writing thread, which takes what is waiting
for the same boards as a group: one transaction, one session, one commit. Nobody learns of a result before it is on the disk.
"""

import asyncio
import threading
import time
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection, Engine, make_url, text
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, IntegrityError, ProgrammingError, SQLAlchemyError
from sqlmodel import Session

from models.db import sqlite
from models.db.errors import ConfigurationError, DatabaseUnavailable, ReadTimeout, is_statement_error
from models.db.read_pacing import Pace
from models.db.write_health import WriteHealth
from models.db.write_queue import WriteJob, WriteQueue

__all__ = [
    "ConfigurationError",
    "Database",
    "DatabaseUnavailable",
    "ReadTimeout",
    "after_commit",
    "batch",
    "before_commit",
    "maybe_committed",
]

T = TypeVar("T")
BeforeCommit = Callable[[Session], None]

MAX_PENDING_WRITES = 4_096  # writes that may wait; above it the desk says that it is overloaded instead of growing
RETRY_DEADLINE_S = 10.0  # after it was queued, a write is not tried again
RETRY_PAUSE_S = 0.1  # before a group is tried again; the server is coming back, say
HEAVY_READ_LIMIT_S = 10.0  # within which a heavy read is done, once it has begun
SERVER_START_TIMEOUT_S = 10.0  # how long a server may take to come up: all may have been started at one moment
_REQUEST_ERRORS = (DataError, ProgrammingError)  # what one asked of the database is at fault, not the database
_NOOP_WRITE = text("UPDATE board SET seq = seq WHERE kind = 'operations'")  # a row that is written, as it was
_BEFORE_COMMIT, _BATCH, _MAYBE_COMMITTED, _AFTER_COMMIT = (
    "late",
    "together",
    "may be done",
    "committed",
)  # in what a session carries along


class Backend(Protocol):
    """What differs between the databases. See `models.db.sqlite` and `models.db.postgresql`."""

    @property
    def kind(self) -> str: ...
    @property
    def path(self) -> Path | None: ...
    @property
    def read_threads(self) -> int: ...
    @property
    def heavy_read_threads(self) -> int: ...
    @property
    def write_threads(self) -> int: ...

    read_engine: Engine
    write_engine: Engine

    def wait_until_ready(self, patience_s: float) -> None: ...
    def acquire_server_lock(self) -> None: ...
    def release_server_lock(self) -> None: ...
    def queue_key(self, boards: tuple[str, ...]) -> tuple[Any, tuple[str, ...]]: ...
    def write_lock(self) -> AbstractContextManager[None]: ...
    def try_lock_boards(self, connection: Connection, boards: set[str]) -> set[str]: ...
    def lock_for_migration(self, connection: Connection) -> None: ...
    def disable_timeouts(self, connection: Connection) -> None: ...
    def statement_deadline(self, connection: Connection, pace: Pace) -> AbstractContextManager[None]: ...
    def is_retryable(self, error: Exception) -> bool: ...
    def has_free_space(self) -> bool: ...


class _JobFailed(Exception):
    """A job of a group raised something: what it did must be undone, and nothing of the others."""


class Database:
    """A database by its URL (`sqlite:///path/to/board.db`, `postgresql://user@host:port/name`)."""

    def __init__(self, url: str, *, must_exist: bool = False, read_only: bool = False) -> None:
        """Raises ConfigurationError where the URL is not one that we can serve. A file that is not there is made, unless it has
        to be
        `existing`, or is only to be read (`reading`): then it stays as it is."""
        self.backend = _backend_for(url, must_exist or read_only, read_only)
        self.kind, self.path = self.backend.kind, self.backend.path
        self.url = url
        self.write_engine = self.backend.write_engine
        self._read_threads = ThreadPoolExecutor(self.backend.read_threads, thread_name_prefix="read")
        self._heavy_read_threads = ThreadPoolExecutor(self.backend.heavy_read_threads, thread_name_prefix="read heavy")
        self._queue = WriteQueue()
        self._pending = 0
        self._write_threads: list[threading.Thread] = []
        self._close_deadline = float("inf")
        self._closing = False
        self.health = WriteHealth()

    def wait_until_ready(self, patience_s: float = SERVER_START_TIMEOUT_S) -> None:
        """Waits for the server, if there is one. Raises ConfigurationError."""
        self.backend.wait_until_ready(patience_s)

    def acquire_server_lock(self) -> None:
        """For who serves: says that this process goes on writing until it closes. Raises ConfigurationError where another one
        does, and two would destroy the file."""
        self.backend.acquire_server_lock()

    async def read(self, fn: Callable[[Session], T]) -> T:
        """What fn says of one consistent view of the database; it may be asked twice. Raises DatabaseUnavailable."""
        return await asyncio.get_running_loop().run_in_executor(self._read_threads, self.read_now, fn)

    async def read_heavy(self, fn: Callable[[Session], T], limit_s: float | None = None) -> T:
        """Run fn for many rows: it gives way to other threads (see `models.db.read_pacing`), and its statements and loops stop
        after `within_s` seconds, or when nobody waits for the result. Raises TooLong or DatabaseUnavailable."""
        pace = Pace(HEAVY_READ_LIMIT_S if limit_s is None else limit_s)

        def read() -> T:
            with pace.activate():
                return self.read_now(lambda session: self._read_paced(fn, session, pace))

        try:
            return await asyncio.get_running_loop().run_in_executor(self._heavy_read_threads, read)
        except asyncio.CancelledError:
            pace.cancel()
            raise
        except DatabaseUnavailable as error:
            if pace.expired and not isinstance(error, ReadTimeout):  # it was a statement that was stopped
                raise ReadTimeout from error
            raise

    def _read_paced(self, fn: Callable[[Session], T], session: Session, pace: Pace) -> T:
        with self.backend.statement_deadline(session.connection(), pace):
            return fn(session)

    def read_now(self, fn: Callable[[Session], T]) -> T:
        """The same, in this thread: for the command line."""
        try:
            try:
                return self._read(fn)
            except DBAPIError as error:
                if not self.backend.is_retryable(error):
                    raise
                return self._read(fn)  # the server was restarted since this connection was last used, say
        except SQLAlchemyError as error:
            raise DatabaseUnavailable from error

    def _read(self, fn: Callable[[Session], T]) -> T:
        pool = self.backend.read_engine.pool
        try:
            with self.backend.read_engine.connect() as connection, Session(connection) as session:
                try:
                    return fn(session)
                finally:
                    if self._closing:  # the pool that it would go back to is gone
                        connection.invalidate()
        finally:
            if self._closing:  # or went while it was going back
                pool.dispose()

    def write(
        self, fn: Callable[[Session], T], on_committed: Callable[[T], None] | None = None, boards: tuple[str, ...] = ()
    ) -> "asyncio.Future[T]":
        """Queues fn; its result comes when it is durable. What fn raises undoes what it did.

        `boards` are those that fn locks, in the order in which it locks them. Writes with the same last board are done in the
        order of the calls. `after` is called in the loop with the result, for each last board in commit order, before anyone
        who awaits it goes on. fn may be run again: on a fresh connection when one was lost, also at commit (where `boards` are
        named: such writes know by their command id that they were done), or by itself when another one of its group raised.
        Raises DatabaseUnavailable when too much is waiting, or the database is being closed.
        """
        loop = asyncio.get_running_loop()
        if self._pending >= MAX_PENDING_WRITES or self._closing:
            raise DatabaseUnavailable
        line, shared = self.backend.queue_key(boards)
        job = WriteJob(fn, shared, loop, loop.create_future(), on_committed)
        self._pending += 1
        self._start_writers()
        self._queue.put(line, job)
        return job.future

    def write_now(self, fn: Callable[[Session], T]) -> T:
        """One transaction in this thread: for migrations and the command line. Raises DatabaseUnavailable."""
        try:
            with self.backend.write_lock(), self.write_engine.begin() as connection:
                result, committed = _in_session(connection, fn)
        except SQLAlchemyError as error:
            self.health.record_failure(error)
            raise DatabaseUnavailable from error
        _call_all(committed)
        return result

    async def probe(self) -> None:
        """Try whether writes work again, by one that changes nothing that anybody reads; for whoever learned that they fail."""
        try:
            await self.write(_noop_write)
        except DatabaseUnavailable:
            return
        if self.backend.has_free_space():
            self.health.record_success()

    def dispose(self) -> None:
        """Let go of the connections: for the command line, which has no loop and no threads to close."""
        self.write_engine.dispose()
        self.backend.read_engine.dispose()

    async def close(self) -> None:
        """Finishes what is waiting, then lets go of the files and connections."""
        self._close_deadline = time.monotonic() + RETRY_DEADLINE_S
        self._closing = True
        self._queue.close()
        for thread in self._write_threads:
            await asyncio.to_thread(thread.join)
        self._write_threads.clear()
        for threads in (self._read_threads, self._heavy_read_threads):
            threads.shutdown(wait=False, cancel_futures=True)  # one may be stuck in the server
        self.dispose()
        self.backend.release_server_lock()

    def _start_writers(self) -> None:
        if not self._write_threads:
            for _ in range(self.backend.write_threads):
                thread = threading.Thread(target=self._writer_loop, name="write", daemon=True)
                self._write_threads.append(thread)
                thread.start()

    def _writer_loop(self) -> None:
        """A writing thread."""
        while (taken := self._queue.take()) is not None:
            left = self._run_combined(taken) if len(taken) > 1 else taken
            self._queue.release(taken.keys() - left.keys())
            for line, group in left.items():
                try:
                    self._run_group(group)
                finally:
                    self._queue.release([line])

    def _run_combined(self, groups: dict[Hashable, list[WriteJob]]) -> dict[Hashable, list[WriteJob]]:
        """Does the groups of several lines in one transaction, which costs little more than that of one, as far as nobody else
        holds their boards: it waits for no board, so nobody waits for it in a circle. Gives the groups that are left."""
        jobs: list[WriteJob] = []
        committing = False
        try:
            with self.backend.write_lock(), self.write_engine.connect() as connection, connection.begin() as transaction:
                free = self.backend.try_lock_boards(connection, {board for group in groups.values() for board in group[0].boards})
                left = {line: group for line, group in groups.items() if not free.issuperset(group[0].boards)}
                jobs += [job for line, group in groups.items() if line not in left for job in group]
                committed = _run_in_session(connection, jobs)
                committing = True
                transaction.commit()
        except Exception:  # whatever it is, it is told to whom it concerns when each group is done by itself
            for job in jobs if committing else ():
                job.maybe_committed = True
            return groups
        _call_all(committed)
        self._deliver(jobs)
        return left

    def _run_group(self, group: list[WriteJob]) -> None:
        """Tells each job of a group its result, when it is durable, or its error.

        Where one of several raises, or leaves what can't be kept beside another process's (the same command id on two
        boards), all of it is undone and they are done one by one, each told at once.
        """
        if len(group) > 1:
            try:
                self._run_with_retry(group)
                self._deliver(group)
                return
            except (_JobFailed, IntegrityError, *_REQUEST_ERRORS):
                pass
        for job in group:
            self._run_single(job)
            self._deliver([job])

    def _run_single(self, job: WriteJob) -> None:
        for _ in range(2):  # once more, it finds what the other process did
            try:
                self._run_with_retry([job])
                return
            except _JobFailed as error:
                job.result, job.error = None, error.__cause__
                return
            except IntegrityError as error:
                _fail([job], error)
            except _REQUEST_ERRORS as error:
                job.result, job.error = None, error
                return

    def _run_with_retry(self, group: list[WriteJob]) -> None:
        """Runs a group in one transaction; again where its connection was lost, as long as somebody may wait for it.
        Any other error of the database (a full disk, say) fails all of it: nothing of it was kept."""
        until = min(group[0].queued_at + RETRY_DEADLINE_S, self._close_deadline)
        while True:
            committing = False
            try:
                with self.backend.write_lock(), self.write_engine.connect() as connection, connection.begin() as transaction:
                    committed = _run_in_session(connection, group)
                    committing = True
                    transaction.commit()
                _call_all(committed)
                return
            except (_JobFailed, IntegrityError, *_REQUEST_ERRORS):
                raise
            except Exception as error:
                known = bool(group[0].boards) or not committing  # that it was not done, or will be found to be
                if not known or not self.backend.is_retryable(error) or time.monotonic() > until:
                    self.health.record_failure(error)
                    _fail(group, error)
                    return
                for job in group if committing else ():
                    job.maybe_committed = True
            time.sleep(RETRY_PAUSE_S)

    def _deliver(self, group: list[WriteJob]) -> None:
        """Hands a group's results to the loops that wait for them, in order, in one hop for each loop."""
        by_loop: dict[asyncio.AbstractEventLoop, list[WriteJob]] = {}
        for job in group:
            by_loop.setdefault(job.loop, []).append(job)
        for loop, jobs in by_loop.items():

            def tell(jobs: list[WriteJob] = jobs) -> None:
                self._pending -= len(jobs)
                for job in jobs:
                    job.resolve()

            if not loop.is_closed():
                loop.call_soon_threadsafe(tell)


def _backend_for(url: str, existing: bool, reading: bool) -> Backend:
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise ConfigurationError("DATABASE_URL names no database: it is like sqlite:///path/to/board.db.") from error
    except ValueError:  # what stands where the port should be may be a part of the password, and is not told
        raise ConfigurationError(
            "The database URL can't be read: its port is a number, and signs in a password are written like %2F."
        ) from None
    match parsed.get_backend_name():
        case "sqlite":
            return sqlite.SQLiteBackend(parsed, existing, reading)
        case "postgresql" | "postgres":
            from models.db import postgresql  # here, as who keeps a file needs no driver

            return postgresql.PostgreSQLBackend(parsed)
    raise ConfigurationError("The board keeps its data in SQLite (sqlite:///path/to/board.db) or in PostgreSQL (postgresql://…).")


def batch(session: Session) -> Sequence[Callable[[Session], Any]]:
    """All that shares this session, in order: what all of them need can be read at once."""
    shared: Sequence[Callable[[Session], Any]] = session.info.get(_BATCH, ())
    return shared


def maybe_committed(session: Session) -> bool:
    """Whether what this session is run for may have been done before: its connection was lost at the commit."""
    return bool(session.info.get(_MAYBE_COMMITTED))


def before_commit(session: Session, late: BeforeCommit) -> None:
    """Has something done once, when all that shares this session has been done, before it is committed."""
    session.info.setdefault(_BEFORE_COMMIT, []).append(late)


def after_commit(session: Session, tell: Callable[[], None]) -> None:
    """Has something done once what this session does is on the disk, in the thread that wrote it. It must not fail."""
    session.info.setdefault(_AFTER_COMMIT, []).append(tell)


def _call_all(committed: list[Callable[[], None]]) -> None:
    for each in committed:
        each()


def _run_in_session(connection: Connection, group: list[WriteJob]) -> list[Callable[[], None]]:
    """Runs a group in one session; what is to be done when it is committed."""

    def run(session: Session) -> None:
        session.info[_BATCH] = [job.fn for job in group]
        for job in group:
            job.error = None
            session.info[_MAYBE_COMMITTED] = job.maybe_committed
            try:
                job.result = job.fn(session)
            except DBAPIError as error:
                if is_statement_error(error) and not isinstance(
                    error, IntegrityError
                ):  # which another process may have brought about
                    raise _JobFailed from error
                raise
            except Exception as error:
                raise _JobFailed from error

    try:
        return _in_session(connection, run)[1]
    except (_JobFailed, DBAPIError):
        raise
    except Exception as error:  # what one of them left can't even be said to the database
        raise _JobFailed from error


def _in_session(connection: Connection, fn: Callable[[Session], T]) -> tuple[T, list[Callable[[], None]]]:
    with Session(connection, join_transaction_mode="rollback_only", expire_on_commit=False) as session:
        result = fn(session)
        for late in session.info.get(_BEFORE_COMMIT, ()):
            late(session)
        session.flush()
        return result, session.info.get(_AFTER_COMMIT, [])


def _noop_write(session: Session) -> None:
    session.connection().execute(_NOOP_WRITE)


def _fail(group: list[WriteJob], error: Exception) -> None:
    failed = DatabaseUnavailable()
    failed.__cause__ = error
    for job in group:
        job.result, job.error = None, failed
