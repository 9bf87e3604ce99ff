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
from models.db.errors import ConfigurationError, DatabaseUnavailable, TooLong, is_fault
from models.db.read_pacing import Pace
from models.db.write_health import WriteHealth
from models.db.write_queue import WriteJob, WriteQueue

__all__ = [
    "ConfigurationError",
    "Database",
    "DatabaseUnavailable",
    "TooLong",
    "after_commit",
    "batch",
    "before_commit",
    "maybe_committed",
]

T = TypeVar("T")
Late = Callable[[Session], None]

WAITING = 4_096  # writes that may wait; above it the desk says that it is overloaded instead of growing
DEADLINE_S = 10.0  # after it was queued, a write is not tried again
PAUSE_S = 0.1  # before a group is tried again; the server is coming back, say
HEAVY_S = 10.0  # within which a heavy read is done, once it has begun
START_S = 10.0  # how long a server may take to come up: all may have been started at one moment
_FAULTS = (DataError, ProgrammingError)  # what one asked of the database is at fault, not the database
_NOTHING_NEW = text("UPDATE board SET seq = seq WHERE kind = 'operations'")  # a row that is written, as it was
_LATE, _TOGETHER, _MAY_BE_DONE, _COMMITTED = "late", "together", "may be done", "committed"  # in what a session carries along


class Store(Protocol):
    """What differs between the databases. See `models.db.sqlite` and `models.db.postgresql`."""

    @property
    def kind(self) -> str: ...
    @property
    def path(self) -> Path | None: ...
    @property
    def readers(self) -> int: ...
    @property
    def heavy_readers(self) -> int: ...
    @property
    def writers(self) -> int: ...

    reader: Engine
    writer: Engine

    def reach(self, patience_s: float) -> None: ...
    def claim(self) -> None: ...
    def let_go(self) -> None: ...
    def line(self, boards: tuple[str, ...]) -> tuple[Any, tuple[str, ...]]: ...
    def writing(self) -> AbstractContextManager[None]: ...
    def lock_free(self, connection: Connection, boards: set[str]) -> set[str]: ...
    def lock_tables(self, connection: Connection) -> None: ...
    def take_time(self, connection: Connection) -> None: ...
    def ending(self, connection: Connection, pace: Pace) -> AbstractContextManager[None]: ...
    def may_try_again(self, error: Exception) -> bool: ...
    def has_room(self) -> bool: ...


class _Raised(Exception):
    """A job of a group raised something: what it did must be undone, and nothing of the others."""


class Database:
    """A database by its URL (`sqlite:///path/to/board.db`, `postgresql://user@host:port/name`)."""

    def __init__(self, url: str, *, existing: bool = False, reading: bool = False) -> None:
        """Raises ConfigurationError where the URL is not one that we can serve. A file that is not there is made, unless it has
        to be
        `existing`, or is only to be read (`reading`): then it stays as it is."""
        self.store = _store(url, existing or reading, reading)
        self.kind, self.path = self.store.kind, self.store.path
        self.url = url
        self.writer = self.store.writer
        self._threads = ThreadPoolExecutor(self.store.readers, thread_name_prefix="read")
        self._heavy_threads = ThreadPoolExecutor(self.store.heavy_readers, thread_name_prefix="read heavy")
        self._lines = WriteQueue()
        self._waiting = 0
        self._writers: list[threading.Thread] = []
        self._ends_at = float("inf")
        self._closing = False
        self.health = WriteHealth()

    def reach(self, patience_s: float = START_S) -> None:
        """Waits for the server, if there is one. Raises ConfigurationError."""
        self.store.reach(patience_s)

    def claim(self) -> None:
        """For who serves: says that this process goes on writing until it closes. Raises ConfigurationError where another one
        does, and two would destroy the file."""
        self.store.claim()

    async def read(self, fn: Callable[[Session], T]) -> T:
        """What fn says of one consistent view of the database; it may be asked twice. Raises DatabaseUnavailable."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self.read_now, fn)

    async def read_heavy(self, fn: Callable[[Session], T], within_s: float | None = None) -> T:
        """Run fn for many rows: it gives way to other threads (see `models.db.read_pacing`), and its statements and loops stop
        after `within_s` seconds, or when nobody waits for the result. Raises TooLong or DatabaseUnavailable."""
        pace = Pace(HEAVY_S if within_s is None else within_s)

        def read() -> T:
            with pace.kept():
                return self.read_now(lambda session: self._read_paced(fn, session, pace))

        try:
            return await asyncio.get_running_loop().run_in_executor(self._heavy_threads, read)
        except asyncio.CancelledError:
            pace.stop()
            raise
        except DatabaseUnavailable as error:
            if pace.over and not isinstance(error, TooLong):  # it was a statement that was stopped
                raise TooLong from error
            raise

    def _read_paced(self, fn: Callable[[Session], T], session: Session, pace: Pace) -> T:
        with self.store.ending(session.connection(), pace):
            return fn(session)

    def read_now(self, fn: Callable[[Session], T]) -> T:
        """The same, in this thread: for the command line."""
        try:
            try:
                return self._read(fn)
            except DBAPIError as error:
                if not self.store.may_try_again(error):
                    raise
                return self._read(fn)  # the server was restarted since this connection was last used, say
        except SQLAlchemyError as error:
            raise DatabaseUnavailable from error

    def _read(self, fn: Callable[[Session], T]) -> T:
        pool = self.store.reader.pool
        try:
            with self.store.reader.connect() as connection, Session(connection) as session:
                try:
                    return fn(session)
                finally:
                    if self._closing:  # the pool that it would go back to is gone
                        connection.invalidate()
        finally:
            if self._closing:  # or went while it was going back
                pool.dispose()

    def write(
        self, fn: Callable[[Session], T], after: Callable[[T], None] | None = None, boards: tuple[str, ...] = ()
    ) -> "asyncio.Future[T]":
        """Queues fn; its result comes when it is durable. What fn raises undoes what it did.

        `boards` are those that fn locks, in the order in which it locks them. Writes with the same last board are done in the
        order of the calls. `after` is called in the loop with the result, for each last board in commit order, before anyone
        who awaits it goes on. fn may be run again: on a fresh connection when one was lost, also at commit (where `boards` are
        named: such writes know by their command id that they were done), or by itself when another one of its group raised.
        Raises DatabaseUnavailable when too much is waiting, or the database is being closed.
        """
        loop = asyncio.get_running_loop()
        if self._waiting >= WAITING or self._closing:
            raise DatabaseUnavailable
        line, shared = self.store.line(boards)
        job = WriteJob(fn, shared, loop, loop.create_future(), after)
        self._waiting += 1
        self._start_writers()
        self._lines.put(line, job)
        return job.done

    def write_now(self, fn: Callable[[Session], T]) -> T:
        """One transaction in this thread: for migrations and the command line. Raises DatabaseUnavailable."""
        try:
            with self.store.writing(), self.writer.begin() as connection:
                result, committed = _in_session(connection, fn)
        except SQLAlchemyError as error:
            self.health.failed(error)
            raise DatabaseUnavailable from error
        _tell(committed)
        return result

    async def probe(self) -> None:
        """Try whether writes work again, by one that changes nothing that anybody reads; for whoever learned that they fail."""
        try:
            await self.write(_write_nothing_new)
        except DatabaseUnavailable:
            return
        if self.store.has_room():
            self.health.works()

    def dispose(self) -> None:
        """Let go of the connections: for the command line, which has no loop and no threads to close."""
        self.writer.dispose()
        self.store.reader.dispose()

    async def close(self) -> None:
        """Finishes what is waiting, then lets go of the files and connections."""
        self._ends_at = time.monotonic() + DEADLINE_S
        self._closing = True
        self._lines.close()
        for thread in self._writers:
            await asyncio.to_thread(thread.join)
        self._writers.clear()
        for threads in (self._threads, self._heavy_threads):
            threads.shutdown(wait=False, cancel_futures=True)  # one may be stuck in the server
        self.dispose()
        self.store.let_go()

    def _start_writers(self) -> None:
        if not self._writers:
            for _ in range(self.store.writers):
                thread = threading.Thread(target=self._work, name="write", daemon=True)
                self._writers.append(thread)
                thread.start()

    def _work(self) -> None:
        """A writing thread."""
        while (taken := self._lines.take()) is not None:
            left = self._do_together(taken) if len(taken) > 1 else taken
            self._lines.release(taken.keys() - left.keys())
            for line, group in left.items():
                try:
                    self._do(group)
                finally:
                    self._lines.release([line])

    def _do_together(self, groups: dict[Hashable, list[WriteJob]]) -> dict[Hashable, list[WriteJob]]:
        """Does the groups of several lines in one transaction, which costs little more than that of one, as far as nobody else
        holds their boards: it waits for no board, so nobody waits for it in a circle. Gives the groups that are left."""
        jobs: list[WriteJob] = []
        committing = False
        try:
            with self.store.writing(), self.writer.connect() as connection, connection.begin() as transaction:
                free = self.store.lock_free(connection, {board for group in groups.values() for board in group[0].boards})
                left = {line: group for line, group in groups.items() if not free.issuperset(group[0].boards)}
                jobs += [job for line, group in groups.items() if line not in left for job in group]
                committed = _run(connection, jobs)
                committing = True
                transaction.commit()
        except Exception:  # whatever it is, it is told to whom it concerns when each group is done by itself
            for job in jobs if committing else ():
                job.may_be_done = True
            return groups
        _tell(committed)
        self._settle(jobs)
        return left

    def _do(self, group: list[WriteJob]) -> None:
        """Tells each job of a group its result, when it is durable, or its error.

        Where one of several raises, or leaves what can't be kept beside another process's (the same command id on two
        boards), all of it is undone and they are done one by one, each told at once.
        """
        if len(group) > 1:
            try:
                self._until_done(group)
                self._settle(group)
                return
            except (_Raised, IntegrityError, *_FAULTS):
                pass
        for job in group:
            self._alone(job)
            self._settle([job])

    def _alone(self, job: WriteJob) -> None:
        for _ in range(2):  # once more, it finds what the other process did
            try:
                self._until_done([job])
                return
            except _Raised as error:
                job.result, job.error = None, error.__cause__
                return
            except IntegrityError as error:
                _fail([job], error)
            except _FAULTS as error:
                job.result, job.error = None, error
                return

    def _until_done(self, group: list[WriteJob]) -> None:
        """Runs a group in one transaction; again where its connection was lost, as long as somebody may wait for it.
        Any other error of the database (a full disk, say) fails all of it: nothing of it was kept."""
        until = min(group[0].since + DEADLINE_S, self._ends_at)
        while True:
            committing = False
            try:
                with self.store.writing(), self.writer.connect() as connection, connection.begin() as transaction:
                    committed = _run(connection, group)
                    committing = True
                    transaction.commit()
                _tell(committed)
                return
            except (_Raised, IntegrityError, *_FAULTS):
                raise
            except Exception as error:
                known = bool(group[0].boards) or not committing  # that it was not done, or will be found to be
                if not known or not self.store.may_try_again(error) or time.monotonic() > until:
                    self.health.failed(error)
                    _fail(group, error)
                    return
                for job in group if committing else ():
                    job.may_be_done = True
            time.sleep(PAUSE_S)

    def _settle(self, group: list[WriteJob]) -> None:
        """Hands a group's results to the loops that wait for them, in order, in one hop for each loop."""
        by_loop: dict[asyncio.AbstractEventLoop, list[WriteJob]] = {}
        for job in group:
            by_loop.setdefault(job.loop, []).append(job)
        for loop, jobs in by_loop.items():

            def tell(jobs: list[WriteJob] = jobs) -> None:
                self._waiting -= len(jobs)
                for job in jobs:
                    job.settle()

            if not loop.is_closed():
                loop.call_soon_threadsafe(tell)


def _store(url: str, existing: bool, reading: bool) -> Store:
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
            return sqlite.Store(parsed, existing, reading)
        case "postgresql" | "postgres":
            from models.db import postgresql  # here, as who keeps a file needs no driver

            return postgresql.Store(parsed)
    raise ConfigurationError("The board keeps its data in SQLite (sqlite:///path/to/board.db) or in PostgreSQL (postgresql://…).")


def batch(session: Session) -> Sequence[Callable[[Session], Any]]:
    """All that shares this session, in order: what all of them need can be read at once."""
    shared: Sequence[Callable[[Session], Any]] = session.info.get(_TOGETHER, ())
    return shared


def maybe_committed(session: Session) -> bool:
    """Whether what this session is run for may have been done before: its connection was lost at the commit."""
    return bool(session.info.get(_MAY_BE_DONE))


def before_commit(session: Session, late: Late) -> None:
    """Has something done once, when all that shares this session has been done, before it is committed."""
    session.info.setdefault(_LATE, []).append(late)


def after_commit(session: Session, tell: Callable[[], None]) -> None:
    """Has something done once what this session does is on the disk, in the thread that wrote it. It must not fail."""
    session.info.setdefault(_COMMITTED, []).append(tell)


def _tell(committed: list[Callable[[], None]]) -> None:
    for each in committed:
        each()


def _run(connection: Connection, group: list[WriteJob]) -> list[Callable[[], None]]:
    """Runs a group in one session; what is to be done when it is committed."""

    def run(session: Session) -> None:
        session.info[_TOGETHER] = [job.fn for job in group]
        for job in group:
            job.error = None
            session.info[_MAY_BE_DONE] = job.may_be_done
            try:
                job.result = job.fn(session)
            except DBAPIError as error:
                if is_fault(error) and not isinstance(error, IntegrityError):  # which another process may have brought about
                    raise _Raised from error
                raise
            except Exception as error:
                raise _Raised from error

    try:
        return _in_session(connection, run)[1]
    except (_Raised, DBAPIError):
        raise
    except Exception as error:  # what one of them left can't even be said to the database
        raise _Raised from error


def _in_session(connection: Connection, fn: Callable[[Session], T]) -> tuple[T, list[Callable[[], None]]]:
    with Session(connection, join_transaction_mode="rollback_only", expire_on_commit=False) as session:
        result = fn(session)
        for late in session.info.get(_LATE, ()):
            late(session)
        session.flush()
        return result, session.info.get(_COMMITTED, [])


def _write_nothing_new(session: Session) -> None:
    session.connection().execute(_NOTHING_NEW)


def _fail(group: list[WriteJob], error: Exception) -> None:
    failed = DatabaseUnavailable()
    failed.__cause__ = error
    for job in group:
        job.result, job.error = None, failed
