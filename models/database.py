"""One database, read and written by plain synchronous functions in threads.

`read(fn)` runs fn on one consistent view. `write(fn)` queues fn for the one writing thread, which takes what is waiting
as a group: one transaction, a savepoint for each, one commit. Nobody learns of a result before it is on the disk.
"""

import asyncio
import queue
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError
from sqlmodel import Session

from models import sqlite

T = TypeVar("T")

GROUP = 64  # commands that share a commit at most; more would make the first of them wait for long
WAITING = 4_096  # writes that may wait; above it the desk says that it is overloaded instead of growing
READERS = 4  # threads; more only queue for the same two cores


class Unavailable(Exception):
    """The database could not do it now; nothing was changed. Sent again, it may work."""


class Unusable(Exception):
    """The database named by the settings can't be used at all: one sentence why."""


@dataclass
class _Job:
    fn: Callable[[Session], Any]
    loop: asyncio.AbstractEventLoop
    done: "asyncio.Future[Any]"
    result: Any = None
    error: BaseException | None = None
    after: Callable[[Any], None] | None = field(default=None)

    def settle(self) -> None:
        """In the loop: tells who waits. `after` comes first, so that what was committed is published in commit order."""
        if self.error is None and self.after is not None:
            self.after(self.result)
        if self.done.cancelled():
            return
        if self.error is None:
            self.done.set_result(self.result)
        else:
            self.done.set_exception(self.error)


def _engine(path: Path, begin: str, pool: int) -> Engine:
    engine = create_engine(
        f"sqlite:///{path}",
        module=sqlite.library,
        pool_size=pool,
        max_overflow=0,
        hide_parameters=True,  # what people typed is in no error
        connect_args={"check_same_thread": False, "cached_statements": 512},
    )
    event.listen(engine, "connect", lambda connection, _record: sqlite.set_up(connection))
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(begin))
    return engine


class Database:
    """An SQLite database by its URL (`sqlite:///path/to/board.db`)."""

    def __init__(self, url: str) -> None:
        """Raises Unusable where the URL is not one that we can serve."""
        try:
            parsed = make_url(url)
        except ArgumentError as error:
            raise Unusable("DATABASE_URL names no database: it is like sqlite:///path/to/board.db.") from error
        if parsed.get_backend_name() != "sqlite":
            raise Unusable("Only SQLite databases (sqlite:///path/to/board.db) can be served by this version.")
        if not parsed.database or parsed.database == ":memory:":
            raise Unusable("The board keeps its journal in a file: name one, as in sqlite:///path/to/board.db.")
        self.url = url
        self.path = Path(parsed.database).absolute()
        try:
            sqlite.make_private(self.path)
        except OSError as error:
            raise Unusable(f"The database file can't be made: {error.strerror}.") from error
        self.writer = _engine(self.path, "BEGIN IMMEDIATE", 1)
        self._reader = _engine(self.path, "BEGIN", READERS)
        self._threads = ThreadPoolExecutor(READERS, thread_name_prefix="read")
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._waiting = 0
        self._thread: threading.Thread | None = None

    async def read(self, fn: Callable[[Session], T]) -> T:
        """What fn says of one consistent view of the database. Raises Unavailable."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self.read_now, fn)

    def read_now(self, fn: Callable[[Session], T]) -> T:
        """The same, in this thread: for the command line."""
        try:
            with self._reader.connect() as connection, Session(connection) as session:
                return fn(session)
        except DBAPIError as error:
            raise Unavailable from error

    def write(self, fn: Callable[[Session], T], after: Callable[[T], None] | None = None) -> "asyncio.Future[T]":
        """Queues fn in the order of the calls; its result comes when it is durable. What fn raises undoes what it did.

        `after` is called in the loop with the result, in commit order, before anyone who awaits it goes on.
        Raises Unavailable when too much is waiting.
        """
        loop = asyncio.get_running_loop()
        if self._waiting >= WAITING:
            raise Unavailable
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="write", daemon=True)
            self._thread.start()
        job = _Job(fn, loop, loop.create_future(), after=after)
        self._waiting += 1
        self._jobs.put(job)
        return job.done

    def write_now(self, fn: Callable[[Session], T]) -> T:
        """One transaction in this thread: for migrations and the command line. Raises Unavailable."""
        try:
            with sqlite.writing(self.path), self.writer.begin() as connection:
                return _in_session(connection, fn)
        except DBAPIError as error:
            raise Unavailable from error

    async def close(self) -> None:
        """Finishes what is waiting, then lets go of the files."""
        if self._thread is not None:
            self._jobs.put(None)
            await asyncio.to_thread(self._thread.join)
            self._thread = None
        self._threads.shutdown()
        self.writer.dispose()
        self._reader.dispose()

    def _work(self) -> None:
        """The writing thread."""
        going = True
        while going:
            job = self._jobs.get()
            if job is None:
                return
            group = [job]
            while len(group) < GROUP:
                try:
                    more = self._jobs.get_nowait()
                except queue.Empty:
                    break
                if more is None:
                    going = False
                    break
                group.append(more)
            self._commit(group)
            self._settle(group)

    def _commit(self, group: list[_Job]) -> None:
        """Runs a group in one transaction. An operational error (a full disk, say) fails all of it: SQLite may have rolled
        everything back already, and whatever came after would commit by itself."""
        try:
            with sqlite.writing(self.path), self.writer.connect() as connection, connection.begin():
                for job in group:
                    self._run(connection, job)
        except Exception as error:
            failed = Unavailable()
            failed.__cause__ = error
            for job in group:
                job.result, job.error = None, failed

    @staticmethod
    def _run(connection: Connection, job: _Job) -> None:
        savepoint = connection.begin_nested()
        try:
            job.result = _in_session(connection, job.fn)
        except OperationalError:
            raise
        except BaseException as error:
            savepoint.rollback()
            job.error = error
        else:
            savepoint.commit()

    def _settle(self, group: list[_Job]) -> None:
        """Hands a group's results to the loops that wait for them, in order, in one hop for each loop."""
        by_loop: dict[asyncio.AbstractEventLoop, list[_Job]] = {}
        for job in group:
            by_loop.setdefault(job.loop, []).append(job)
        for loop, jobs in by_loop.items():

            def tell(jobs: list[_Job] = jobs) -> None:
                self._waiting -= len(jobs)
                for job in jobs:
                    job.settle()

            if not loop.is_closed():
                loop.call_soon_threadsafe(tell)


def _in_session(connection: Connection, fn: Callable[[Session], T]) -> T:
    with Session(connection, join_transaction_mode="rollback_only", expire_on_commit=False) as session:
        result = fn(session)
        session.flush()
        return result
