"""Database: runs plain synchronous functions of a Session in threads.

`read(fn)` runs fn on one consistent view. `read_heavy(fn)` does so for many rows, in threads of its own and with a time limit, so
that sign-in, rights and heads never wait behind it. `write(fn)` queues fn for a writer thread, which groups jobs for the same
boards: one transaction, one session, one commit. A result is delivered only after its commit.
"""

import asyncio
import threading
import time
from collections.abc import Callable, Hashable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Connection, Transaction, make_url, text
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, IntegrityError, ProgrammingError, SQLAlchemyError
from sqlmodel import Session

from models.db import sqlite
from models.db.backend import Backend
from models.db.errors import ConfigurationError as ConfigurationError
from models.db.errors import DatabaseUnavailable as DatabaseUnavailable
from models.db.errors import ReadTimeout as ReadTimeout
from models.db.errors import is_statement_error
from models.db.job import deliver
from models.db.read_pacing import Pace
from models.db.read_queue import ReadQueue
from models.db.statement import Write, write_all
from models.db.write_health import WriteHealth
from models.db.write_queue import WriteJob, WriteQueue

T = TypeVar("T")
BeforeCommit = Callable[[Session], None]
AtCommit = Callable[[], list[Write]]

MAX_PENDING_WRITES = 4_096  # pending writes; above it, writes are refused instead of growing the queue
RETRY_DEADLINE_S = 10.0  # after it was queued, a write is not retried
RETRY_PAUSE_S = 0.1  # pause before a group is retried, for a server that is coming back
HEAVY_READ_LIMIT_S = 10.0  # run time of a heavy read
_REQUEST_ERRORS = (DataError, ProgrammingError)  # errors of the statement, not of the database
_NOOP_WRITE = text("UPDATE board SET seq = seq WHERE kind = 'operations'")  # writes a row without a change
# Keys of `Session.info`.
_BEFORE_COMMIT, _BATCH, _MAYBE_COMMITTED, _AFTER_COMMIT = "before commit", "batch", "maybe committed", "after commit"
_BEFORE_FLUSH, _AT_COMMIT, _CONNECTION = "before flush", "at commit", "connection"


class _WriteSession(Session):
    """Session that writes what others keep for it before a query could miss it."""

    def flush(self, objects: Sequence[Any] | None = None) -> None:
        for callback in self.info.get(_BEFORE_FLUSH, ()):
            callback(self)
        super().flush(objects)

    def flush_orm(self) -> None:
        """Write the rows that the session itself tracks."""
        super().flush()


class _Prepared(NamedTuple):
    """Rest of a transaction: writes to send with the commit, and functions to call after it."""

    writes: list[Write]
    committed: list[Callable[[], None]]


class _JobFailed(Exception):
    """A job of a group failed: its own work must be undone, and the other jobs retried."""


class Database:
    """Database at a URL (`sqlite:///path/to/board.db`, `postgresql://user@host:port/name`)."""

    def __init__(self, url: str, *, must_exist: bool = False, read_only: bool = False) -> None:
        """Raise ConfigurationError if the URL can't be used. A missing file is created unless `must_exist`, or `read_only`, which
        leaves the file as it is."""
        self.backend = _backend_for(url, must_exist or read_only, read_only)
        self.kind, self.path = self.backend.kind, self.backend.path
        self.url = url
        self.write_engine = self.backend.write_engine
        self._read_threads = ThreadPoolExecutor(self.backend.read_threads, thread_name_prefix="read")
        self._heavy_read_threads = ThreadPoolExecutor(self.backend.heavy_read_threads, thread_name_prefix="read heavy")
        self._reads = ReadQueue(self._read_threads, self.backend.read_threads, self.read_now)
        self._queue = WriteQueue()
        self._pending = 0
        self._write_threads: list[threading.Thread] = []
        self._close_deadline = float("inf")
        self._closing = False
        self.health = WriteHealth()

    async def read(self, fn: Callable[[Session], T]) -> T:
        """Run fn, a short read, on one consistent view of the database and return its result; fn may run twice, and others may
        share its session. Raises DatabaseUnavailable."""
        result: T = await self._reads.put(fn)
        return result

    async def read_heavy(self, fn: Callable[[Session], T], limit_s: float | None = None) -> T:
        """Run fn for many rows, paced to let other threads run (see `models.db.read_pacing`). Its statements and loops are
        stopped after `limit_s` seconds, or when nobody waits for the result. Raises ReadTimeout or DatabaseUnavailable."""
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
            if pace.expired and not isinstance(error, ReadTimeout):  # the limit stopped a statement
                raise ReadTimeout from error
            raise

    def _read_paced(self, fn: Callable[[Session], T], session: Session, pace: Pace) -> T:
        with self.backend.statement_deadline(session.connection(), pace):
            return fn(session)

    def read_now(self, fn: Callable[[Session], T]) -> T:
        """Run fn as `read` does, in this thread: for the command line. Raises DatabaseUnavailable."""
        try:
            try:
                return self._read(fn)
            except DBAPIError as error:
                if not self.backend.is_retryable(error):
                    raise
                return self._read(fn)  # the server may have been restarted since this connection was last used
        except SQLAlchemyError as error:
            raise DatabaseUnavailable from error

    def _read(self, fn: Callable[[Session], T]) -> T:
        pool = self.backend.read_engine.pool
        try:
            with self.backend.read_engine.connect() as connection, Session(connection) as session:
                try:
                    return fn(session)
                finally:
                    if self._closing:  # the pool that it would return to is gone
                        connection.invalidate()
        finally:
            if self._closing:  # or went while the connection returned
                pool.dispose()

    def write(
        self, fn: Callable[[Session], T], on_committed: Callable[[T], None] | None = None, boards: tuple[str, ...] = ()
    ) -> "asyncio.Future[T]":
        """Queue fn; the future gets its result after the commit. An exception of fn undoes its work.

        `boards` are the boards that fn locks, in the order in which it locks them. Jobs with the same last board run in the order
        of the calls. `on_committed` is called in the loop with the result, in commit order per last board, before the future is
        done.

        fn may run again: on a fresh connection after one was lost, also during the commit (if `boards` are given: such writes
        find by their command id that they are done), or by itself after another job of its group failed. Raises
        DatabaseUnavailable if too many writes are pending, or the database is closing.
        """
        loop = asyncio.get_running_loop()
        if self._pending >= MAX_PENDING_WRITES or self._closing:
            raise DatabaseUnavailable
        key, locked_boards = self.backend.queue_key(boards)
        job = WriteJob(fn, loop, loop.create_future(), locked_boards, on_committed)
        self._pending += 1
        self._start_writers()
        self._queue.put(key, job)
        return job.future

    def write_now(self, fn: Callable[[Session], T]) -> T:
        """Run fn in one transaction in this thread: for migrations and the command line. Raises DatabaseUnavailable."""
        try:
            with self.backend.write_lock(), self.write_engine.begin() as connection:
                result, prepared = _in_session(connection, fn)
                write_all(connection, prepared.writes)
        except SQLAlchemyError as error:
            self.health.record_failure(error)
            raise DatabaseUnavailable from error
        _call_all(prepared.committed)
        return result

    async def probe(self) -> None:
        """Test whether writes work again by a write that changes nothing; for use after one failed."""
        try:
            await self.write(_noop_write)
        except DatabaseUnavailable:
            return
        if self.backend.has_free_space():
            self.health.record_success()

    def dispose(self) -> None:
        """Close the connections: for the command line, which has no loop and no threads."""
        self.write_engine.dispose()
        self.backend.read_engine.dispose()

    async def close(self) -> None:
        """Finish the pending writes, then close files and connections."""
        self._close_deadline = time.monotonic() + RETRY_DEADLINE_S
        self._closing = True
        self._queue.close()
        for thread in self._write_threads:
            await asyncio.to_thread(thread.join)
        self._write_threads.clear()
        for executor in (self._read_threads, self._heavy_read_threads):
            executor.shutdown(wait=False, cancel_futures=True)  # a read may be stuck in the server
        self.dispose()
        self.backend.release_server_lock()

    def _start_writers(self) -> None:
        if not self._write_threads:
            for _ in range(self.backend.write_threads):
                thread = threading.Thread(target=self._writer_loop, name="write", daemon=True)
                self._write_threads.append(thread)
                thread.start()

    def _writer_loop(self) -> None:
        """Run groups of jobs until the queue is closed: the body of a writer thread."""
        done: Iterable[Hashable] = ()
        while (groups := self._queue.take(done)) is not None:
            remaining = self._run_combined(groups) if len(groups) > 1 else groups
            done = groups.keys() - remaining.keys()
            if remaining:
                self._queue.release(done)
                done = ()
            for key, group in remaining.items():
                try:
                    self._run_group(group)
                finally:
                    self._queue.release([key])

    def _run_combined(self, groups: dict[Hashable, list[WriteJob]]) -> dict[Hashable, list[WriteJob]]:
        """Run the groups of several keys in one transaction, which costs little more than one group, as far as no other
        transaction holds their boards. It never waits for a board, so it can't deadlock. Return the groups that are left."""
        jobs: list[WriteJob] = []
        committing = False
        try:
            with self.backend.write_lock(), self.write_engine.connect() as connection, connection.begin() as transaction:
                locked = self.backend.try_lock_boards(
                    connection, {board for group in groups.values() for board in group[0].boards}
                )
                remaining = {key: group for key, group in groups.items() if not locked.issuperset(group[0].boards)}
                jobs += [job for key, group in groups.items() if key not in remaining for job in group]
                prepared = _run_in_session(connection, jobs)
                committing = True
                _commit(connection, transaction, prepared)
        except Exception:  # each group reports its error when it runs by itself
            for job in jobs if committing else ():
                job.maybe_committed = True
            return groups
        _call_all(prepared.committed)
        self._deliver(jobs)
        return remaining

    def _run_group(self, group: list[WriteJob]) -> None:
        """Run a group and deliver the results after the commit, or the errors.

        If one of several jobs fails, or conflicts with another process at the commit (the same command id on two boards), the
        whole group is rolled back and each job runs by itself.
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
        for _ in range(2):  # the second attempt finds what the other process committed
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
        """Run a group in one transaction, and again if its connection was lost, until RETRY_DEADLINE_S. Any other error of the
        database (a full disk, for example) fails the whole group: nothing of it was stored."""
        deadline = min(group[0].queued_at + RETRY_DEADLINE_S, self._close_deadline)
        while True:
            committing = False
            try:
                with self.backend.write_lock(), self.write_engine.connect() as connection, connection.begin() as transaction:
                    prepared = _run_in_session(connection, group)
                    if not group[0].boards:  # a lost connection tells whether the commit was sent: write first
                        write_all(connection, prepared.writes)
                        prepared.writes.clear()
                    committing = True
                    _commit(connection, transaction, prepared)
                _call_all(prepared.committed)
                return
            except (_JobFailed, IntegrityError, *_REQUEST_ERRORS):
                raise
            except Exception as error:
                safe = bool(group[0].boards) or not committing  # it was not committed, or a retry will find that it was
                if not safe or not self.backend.is_retryable(error) or time.monotonic() > deadline:
                    self.health.record_failure(error)
                    _fail(group, error)
                    return
                for job in group if committing else ():
                    job.maybe_committed = True
            time.sleep(RETRY_PAUSE_S)

    def _deliver(self, group: list[WriteJob]) -> None:
        """Deliver the results of a group to the loops that wait for them."""
        deliver(group, self._on_delivery)

    def _on_delivery(self, count: int) -> None:
        self._pending -= count


def _backend_for(url: str, must_exist: bool, read_only: bool) -> Backend:
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise ConfigurationError("DATABASE_URL is not the URL of a database. Example: sqlite:///path/to/board.db.") from error
    except ValueError:  # part of the password may stand where the port should be: do not quote it
        raise ConfigurationError(
            "The database URL can't be read. Its port must be a number; write special characters in a password like %2F."
        ) from None
    match parsed.get_backend_name():
        case "sqlite":
            return sqlite.SQLiteBackend(parsed, must_exist, read_only)
        case "postgresql" | "postgres":
            from models.db import postgresql  # imported late, because SQLite needs no driver

            return postgresql.PostgreSQLBackend(parsed)
    raise ConfigurationError("The board keeps its data in SQLite (sqlite:///path/to/board.db) or in PostgreSQL (postgresql://…).")


def batch(session: Session) -> Sequence[Callable[[Session], Any]]:
    """Return the functions that share this session, in order, so that what all of them need can be read at once."""
    functions: Sequence[Callable[[Session], Any]] = session.info.get(_BATCH, ())
    return functions


def connection_of(session: Session) -> Connection:
    """Return the connection of a session, for text SQL. One that writes begins no transaction of its own for it, which would cost
    as much as a statement: it is in that of its connection."""
    found: Connection | None = session.info.get(_CONNECTION)
    return found if found is not None else session.connection()


def maybe_committed(session: Session) -> bool:
    """Return whether an earlier attempt may have committed (the connection was lost during COMMIT)."""
    return bool(session.info.get(_MAYBE_COMMITTED))


def before_commit(session: Session, callback: BeforeCommit) -> None:
    """Register a function that runs once, after all functions that share this session, just before the commit."""
    session.info.setdefault(_BEFORE_COMMIT, []).append(callback)


def after_commit(session: Session, callback: Callable[[], None]) -> None:
    """Register a function that runs once after the commit, in the thread that wrote. It must not fail."""
    session.info.setdefault(_AFTER_COMMIT, []).append(callback)


def before_flush(session: Session, callback: BeforeCommit) -> None:
    """Register a function that runs before the session writes the rows that it tracks, which it also does before its queries."""
    session.info.setdefault(_BEFORE_FLUSH, []).append(callback)


def at_commit(session: Session, writes: AtCommit) -> None:
    """Register a function that returns what is to be written together with the commit, after all that `before_commit` runs."""
    session.info.setdefault(_AT_COMMIT, []).append(writes)


def _commit(connection: Connection, transaction: Transaction, prepared: _Prepared) -> None:
    """Write what is left and commit, in one round trip where the driver can."""
    try:
        write_all(connection, prepared.writes, commit=True)
    except DBAPIError:
        raise
    except Exception as error:  # a value that can't be sent to the database
        raise _JobFailed from error
    transaction.commit()


def _call_all(committed: list[Callable[[], None]]) -> None:
    for each in committed:
        each()


def _run_in_session(connection: Connection, group: list[WriteJob]) -> _Prepared:
    """Run a group in one session. Return what is left to do."""

    def run(session: Session) -> None:
        session.info[_BATCH] = [job.fn for job in group]
        for job in group:
            job.error = None
            session.info[_MAYBE_COMMITTED] = job.maybe_committed
            try:
                job.result = job.fn(session)
            except DBAPIError as error:
                if is_statement_error(error) and not isinstance(error, IntegrityError):  # a conflict with another process
                    raise _JobFailed from error
                raise
            except Exception as error:
                raise _JobFailed from error

    try:
        return _in_session(connection, run)[1]
    except (_JobFailed, DBAPIError):
        raise
    except Exception as error:  # a job left something that can't be sent to the database
        raise _JobFailed from error


def _in_session(connection: Connection, fn: Callable[[Session], T]) -> tuple[T, _Prepared]:
    with _WriteSession(connection, join_transaction_mode="rollback_only", expire_on_commit=False) as session:
        session.info[_CONNECTION] = connection
        result = fn(session)
        for callback in session.info.get(_BEFORE_COMMIT, ()):
            callback(session)
        session.flush_orm()
        writes = [write for callback in session.info.get(_AT_COMMIT, ()) for write in callback()]
        return result, _Prepared(writes, session.info.get(_AFTER_COMMIT, []))


def _noop_write(session: Session) -> None:
    session.connection().execute(_NOOP_WRITE)


def _fail(group: list[WriteJob], error: Exception) -> None:
    unavailable = DatabaseUnavailable()
    unavailable.__cause__ = error
    for job in group:
        job.result, job.error = None, unavailable
