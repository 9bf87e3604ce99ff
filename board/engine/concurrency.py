"""Reads of many rows: in turn by account, and shared by callers who ask for the same."""

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

WAIT_TIMEOUT_S = 8.0  # longest wait for a lock; then the page is told to retry, before it gives up by itself


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
    """Reads by what they depend on: whoever asks for the same while one runs, or shortly after, gets its result."""

    def __init__(self, kept_s: float, most: int) -> None:
        self._kept_s, self._most = kept_s, most
        self._begun: dict[Hashable, tuple[asyncio.Task[Any], float]] = {}

    async def get(self, key: Hashable, read: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Return the result of `read`, or of another's with this key. What another's raises is not shared: it is read anew."""
        now = asyncio.get_running_loop().time()
        self._begun = {each: begun for each, begun in self._begun.items() if now - begun[1] < self._kept_s}
        if key in self._begun:
            with contextlib.suppress(Exception):
                found: T = await asyncio.shield(self._begun[key][0])
                return found
        task = asyncio.create_task(read())
        task.add_done_callback(partial(self._forget_failed, key))
        self._begun.pop(key, None)
        self._begun[key] = task, now
        while len(self._begun) > self._most:
            del self._begun[next(iter(self._begun))]
        return await asyncio.shield(task)

    def _forget_failed(self, key: Hashable, task: asyncio.Task[Any]) -> None:
        if (task.cancelled() or task.exception() is not None) and self._begun.get(key, (None,))[0] is task:
            del self._begun[key]


class HeavyReads:
    """Reads of many rows, in turn by account. The turn, and with it a database thread, is held only during the read."""

    def __init__(self, database: Database, queue: FairQueue) -> None:
        self._database, self._queue = database, queue

    async def read(self, caller: Caller, fn: Callable[[Session], T], within_s: float | None = None) -> T:
        """Run `fn` for a caller who is still signed in at their turn. Raises Refused, ReadTimeout, DatabaseUnavailable."""

        def read(session: Session) -> T:
            require_active(session, caller)  # the session may have ended while the caller waited
            return fn(session)

        async with self._queue.turn(caller.account.id):
            return await self._database.read_heavy(read, within_s)
