"""Database: runs plain synchronous functions of a Session in threads.

`read(fn)` runs fn on one consistent snapshot. `read_heavy(fn)` does so for many rows, in separate threads and with a time limit,
so that sign-in, rights and heads never wait for it. `write(fn)` queues fn for a writer thread, which groups jobs for the same
boards into one transaction, session and commit. A result is delivered only after its commit.
"""

import asyncio
import threading
import time
from collections.abc import Callable, Hashable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

from sqlalchemy import make_url, update
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, IntegrityError, ProgrammingError, SQLAlchemyError
from sqlmodel import Session

from models.board import OPERATIONS, Board
from models.db import sqlite
from models.db.backend import Backend
from models.db.errors import ConfigurationError as ConfigurationError
from models.db.errors import DatabaseUnavailable as DatabaseUnavailable
from models.db.errors import ReadTimeout as ReadTimeout
from models.db.errors import is_statement_error
from models.db.job import deliver
from models.db.read_pacing import Pace
from models.db.read_queue import ReadQueue
from models.db.tables import columns_of
from models.db.transaction import JobFailed, WriteTransaction, begin, set_maybe_committed
from models.db.write_health import WriteHealth
from models.db.write_queue import WriteJob, WriteQueue

T = TypeVar("T")

MAX_PENDING_WRITES = 4_096  # further writes are refused
RETRY_DEADLINE_S = 10.0  # after it was queued, a write is not retried
RETRY_PAUSE_S = 0.1  # pause before a group is retried, for a server that is coming back
HEAVY_READ_LIMIT_S = 10.0  # run time of a heavy read
_REQUEST_ERRORS = (DataError, ProgrammingError)  # errors of the statement, not of the database
_B = columns_of(Board)
_NOOP_WRITE = update(Board).where(_B.kind == OPERATIONS).values(seq=_B.seq)  # writes a row without a change


class Database:
    """Database at a URL (`sqlite:///path/to/board.db`, `postgresql://user@host:port/name`)."""

    def __init__(self, url: str, *, must_exist: bool = False, read_only: bool = False) -> None:
        """Raise ConfigurationError if the URL can't be used. A missing file is created unless `must_exist` or `read_only`.
        `read_only`: the file is not changed."""
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
        """Run fn, a short read, on one consistent snapshot of the database and return its result. fn can run twice, and can share
        its session with other reads. Raises DatabaseUnavailable."""
        result: T = await self._reads.put(fn)
        return result

    async def read_heavy(self, fn: Callable[[Session], T], limit_s: float | None = None) -> T:
        """Run fn for many rows, paced so that other threads can run (see `models.db.read_pacing`). Its statements and loops stop
        after `limit_s` seconds, or when nobody waits for the result. Raises ReadTimeout or DatabaseUnavailable."""
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
        """Run fn as `read` does, but in this thread. For the command line. Raises DatabaseUnavailable."""
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
                    if self._closing:  # the pool is disposed: the connection can't return to it
                        connection.invalidate()
        finally:
            if self._closing:  # the pool may have been disposed while the connection returned
                pool.dispose()

    def write(
        self, fn: Callable[[Session], T], on_committed: Callable[[T], None] | None = None, boards: tuple[str, ...] = ()
    ) -> "asyncio.Future[T]":
        """Queue fn and return the future of its result, which is set after the commit. An exception of fn undoes its work.

        `boards`: boards that fn locks, in the order in which it locks them. Jobs with the same last board run in the order of the
        calls. `on_committed` is called in the loop with the result before the future is resolved, in commit order per last board.

        fn can run again: on a new connection after a connection was lost, or alone after another job of its group failed. If
        `boards` are given, it can run again even after a connection was lost during the commit, because such writes recognise
        their command id. Raises DatabaseUnavailable if too many writes are pending, or if the database is closing.
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
        """Run fn in one transaction in this thread. For migrations and the command line. Raises DatabaseUnavailable."""
        try:
            with self._transaction() as transaction:
                result = transaction.run(fn)
                transaction.commit()
        except SQLAlchemyError as error:
            self.health.record_failure(error)
            raise DatabaseUnavailable from error
        return result

    @contextmanager
    def _transaction(self) -> Iterator[WriteTransaction]:
        """Begin a transaction. After its commit, when its connection has returned, run the callbacks that wait for that."""
        with self.backend.write_lock(), begin(self.write_engine) as transaction:
            yield transaction
        for callback in transaction.committed:
            callback()

    async def probe(self) -> None:
        """Test whether writes work again after a failure, with a write that changes nothing."""
        try:
            await self.write(_noop_write)
        except DatabaseUnavailable:
            return
        if self.backend.has_free_space():
            self.health.record_success()

    def dispose(self) -> None:
        """Close the connections. For the command line, which has no event loop and no threads."""
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
            executor.shutdown(wait=False, cancel_futures=True)  # a read may hang in the server
        self.dispose()
        self.backend.release_server_lock()

    def _start_writers(self) -> None:
        if not self._write_threads:
            for _ in range(self.backend.write_threads):
                thread = threading.Thread(target=self._writer_loop, name="write", daemon=True)
                self._write_threads.append(thread)
                thread.start()

    def _writer_loop(self) -> None:
        """Run groups of jobs until the queue is closed. The body of a writer thread."""
        finished_keys: Iterable[Hashable] = ()
        while (groups := self._queue.take(finished_keys)) is not None:
            remaining = self._run_combined(groups) if len(groups) > 1 else groups
            finished_keys = groups.keys() - remaining.keys()
            if remaining:
                self._queue.release(finished_keys)
                finished_keys = ()
            for key, group in remaining.items():
                try:
                    self._run_group(group)
                finally:
                    self._queue.release([key])

    def _run_combined(self, groups: dict[Hashable, list[WriteJob]]) -> dict[Hashable, list[WriteJob]]:
        """Run the groups of several keys in one transaction, which costs little more than one group. Skip and return the groups
        whose boards another transaction has locked. It never waits for a board, so it can't deadlock."""
        jobs: list[WriteJob] = []
        committing = False
        try:
            with self._transaction() as transaction:
                boards = {board for group in groups.values() for board in group[0].boards}
                locked = self.backend.try_lock_boards(transaction.connection, boards)
                remaining = {key: group for key, group in groups.items() if not locked.issuperset(group[0].boards)}
                jobs += [job for key, group in groups.items() if key not in remaining for job in group]
                _run_jobs(transaction, jobs)
                committing = True
                transaction.commit()
        except Exception:  # each group reports its error when it runs on its own
            for job in jobs if committing else ():
                job.maybe_committed = True
            return groups
        self._deliver(jobs)
        return remaining

    def _run_group(self, group: list[WriteJob]) -> None:
        """Run a group and deliver the results after the commit, or the errors.

        If one of several jobs fails, or conflicts with another process at the commit (the same command id on two boards), the
        entire group is rolled back and each job runs on its own.
        """
        if len(group) > 1:
            try:
                self._run_with_retry(group)
                self._deliver(group)
                return
            except (JobFailed, IntegrityError, *_REQUEST_ERRORS):
                pass
        for job in group:
            self._run_single(job)
            self._deliver([job])

    def _run_single(self, job: WriteJob) -> None:
        for _ in range(2):  # the second attempt finds what the other process committed
            try:
                self._run_with_retry([job])
                return
            except JobFailed as error:
                job.result, job.error = None, error.__cause__
                return
            except IntegrityError as error:
                _fail([job], error)
            except _REQUEST_ERRORS as error:
                job.result, job.error = None, error
                return

    def _run_with_retry(self, group: list[WriteJob]) -> None:
        """Run a group in one transaction. Retry until RETRY_DEADLINE_S if its connection was lost. Any other error of the
        database, such as a full disk, fails the entire group, and nothing is stored."""
        deadline = min(group[0].queued_at + RETRY_DEADLINE_S, self._close_deadline)
        while True:
            committing = False
            try:
                with self._transaction() as transaction:
                    _run_jobs(transaction, group)
                    if not group[0].boards:  # write first, so that a lost connection tells whether the commit was sent
                        transaction.send()
                    committing = True
                    transaction.commit()
                return
            except (JobFailed, IntegrityError, *_REQUEST_ERRORS):
                raise
            except Exception as error:
                can_retry = bool(group[0].boards) or not committing  # not committed, or the retry will detect the commit
                if not can_retry or not self.backend.is_retryable(error) or time.monotonic() > deadline:
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
    except ValueError:  # part of the password may be in place of the port: do not quote it
        raise ConfigurationError(
            "The database URL can't be read. Its port must be a number; write special characters in a password like %2F."
        ) from None
    match parsed.get_backend_name():
        case "sqlite":
            return sqlite.SQLiteBackend(parsed, must_exist, read_only)
        case "postgresql" | "postgres":
            from models.db import postgresql  # imported late, because SQLite needs no driver

            return postgresql.PostgreSQLBackend(parsed)
    raise ConfigurationError(
        "The board stores its data in SQLite (sqlite:///path/to/board.db) or in PostgreSQL (postgresql://…)."
    )


def _run_jobs(transaction: WriteTransaction, jobs: list[WriteJob]) -> None:
    """Run jobs in one session."""

    def run(session: Session) -> None:
        for job in jobs:
            job.error = None
            set_maybe_committed(session, job.maybe_committed)
            try:
                job.result = job.fn(session)
            except DBAPIError as error:
                if is_statement_error(error) and not isinstance(error, IntegrityError):  # a conflict with another process
                    raise JobFailed from error
                raise
            except Exception as error:
                raise JobFailed from error

    try:
        transaction.run(run, [job.fn for job in jobs])
    except (JobFailed, DBAPIError):
        raise
    except Exception as error:  # a job left a value that can't be sent to the database
        raise JobFailed from error


def _noop_write(session: Session) -> None:
    session.connection().execute(_NOOP_WRITE)


def _fail(group: list[WriteJob], error: Exception) -> None:
    unavailable = DatabaseUnavailable()
    unavailable.__cause__ = error
    for job in group:
        job.result, job.error = None, unavailable
