"""Heavy reads: accounts take turns, and callers with the same request share a result."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Coroutine, Hashable
from functools import partial
from typing import Any, TypeVar

from sqlmodel import Session

from board.engine.identity import Caller, require_active
from board.errors import Refused
from board.queues.fair_queue import FairQueue
from models.db.database import Database

T = TypeVar("T")

WAIT_TIMEOUT_S = 8.0  # longest wait for a lock: below a page's timeout, so that the page gets an answer and retries


@contextlib.asynccontextmanager
async def acquire_or_refuse(lock: asyncio.Lock) -> AsyncIterator[None]:
    """Hold a lock within a `with` block. Raises Refused `unavailable` after WAIT_TIMEOUT_S."""
    try:
        async with asyncio.timeout(WAIT_TIMEOUT_S):
            await lock.acquire()
    except TimeoutError:
        raise Refused("unavailable") from None
    try:
        yield
    finally:
        lock.release()


class SharedReads:
    """Results by key. A second request for a key shares the result of the first for `ttl_s` seconds from its start."""

    def __init__(self, ttl_s: float, limit: int) -> None:
        self._ttl_s, self._limit = ttl_s, limit
        self._reads: dict[Hashable, tuple[asyncio.Task[Any], float]] = {}  # task, and time at which its read started

    async def get(self, key: Hashable, read: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Return the result of `read`, or a shared one for this key. Exceptions are not shared: `read` runs again."""
        now = asyncio.get_running_loop().time()
        self._reads = {key: (task, start) for key, (task, start) in self._reads.items() if now - start < self._ttl_s}
        if key in self._reads:
            with contextlib.suppress(Exception):
                result: T = await asyncio.shield(self._reads[key][0])
                return result
        task = asyncio.create_task(read())
        task.add_done_callback(partial(self._forget_failed, key))
        self._reads.pop(key, None)
        self._reads[key] = task, now
        while len(self._reads) > self._limit:
            del self._reads[next(iter(self._reads))]
        return await asyncio.shield(task)

    def _forget_failed(self, key: Hashable, task: asyncio.Task[Any]) -> None:
        if (task.cancelled() or task.exception() is not None) and self._reads.get(key, (None,))[0] is task:
            del self._reads[key]


class HeavyReads:
    """Queue of heavy reads, in which accounts take turns. A turn occupies a database thread only during the read."""

    def __init__(self, database: Database, queue: FairQueue) -> None:
        self._database, self._queue = database, queue

    async def read(self, caller: Caller, fn: Callable[[Session], T], within_s: float | None = None) -> T:
        """Run `fn` when it is the caller's turn. Raises Refused `unauthenticated` if the caller's access has ended by then,
        ReadTimeout if the read takes too long, DatabaseUnavailable if the database can't be read."""

        def read(session: Session) -> T:
            require_active(session, caller)  # access may have ended during the wait
            return fn(session)

        async with self._queue.turn(caller.account.id):
            return await self._database.read_heavy(read, within_s)
