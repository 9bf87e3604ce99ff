"""Concurrency limits per account, so that one account's requests do not block those of others."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Coroutine, Hashable
from functools import partial
from typing import Any, TypeVar

from sqlmodel import Session

from board.engine.identity import Caller, require_active
from board.errors import Refused
from board.i18n import N_
from models.db.database import Database
from realtime.keyed_semaphore import KeyedSemaphore, Slot

T = TypeVar("T")

RUNNING_PER_ACCOUNT = 2  # requests of one account that run at a time
WAITING_PER_ACCOUNT = 16  # requests of one account that wait; a browser that reopens its windows sends several at once
WAIT_TIMEOUT_S = 8.0  # longest wait for a slot; then the page is told to retry, before it gives up by itself
MAX_HEAVY_READS = 3  # heavy reads of all accounts together: one more than a single account may run
RETRY_AFTER_S = 5  # sent as Retry-After to refused requests
TOO_MANY_REQUESTS = N_("Too many large requests at once. Try again in a moment.")


class AccountLimit:
    """Limit of concurrent requests per account, first come, first served. Few may wait, and not for long."""

    def __init__(self, of_one: int = RUNNING_PER_ACCOUNT, waiting: int = WAITING_PER_ACCOUNT) -> None:
        self._turns = KeyedSemaphore(of_one)
        self._max_count = of_one + waiting

    def count(self, account: str) -> int:
        """Return how many requests of an account run or wait."""
        return self._turns.count(account)

    async def acquire(self, account: str) -> Slot:
        """Wait for a slot. Raises Refused `rate_limited` if too many wait, or after WAIT_TIMEOUT_S."""
        if self.count(account) >= self._max_count:
            raise Refused("rate_limited", TOO_MANY_REQUESTS, retry_after_s=RETRY_AFTER_S)
        try:
            async with asyncio.timeout(WAIT_TIMEOUT_S):
                return await self._turns.acquire(account)
        except TimeoutError:
            raise Refused("rate_limited", TOO_MANY_REQUESTS, retry_after_s=RETRY_AFTER_S) from None

    @contextlib.asynccontextmanager
    async def slot(self, account: str) -> AsyncIterator[None]:
        """Hold a slot within a `with` block. Raises Refused `rate_limited`."""
        slot = await self.acquire(account)
        try:
            yield
        finally:
            slot.release()


@contextlib.asynccontextmanager
async def acquire_or_refuse(lock: asyncio.Semaphore | asyncio.Lock) -> AsyncIterator[None]:
    """Hold a lock or semaphore within a `with` block. Raises Refused `unavailable` after WAIT_TIMEOUT_S."""
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


class HeavyReads(AccountLimit):
    """Limit of reads of many rows. An account keeps its slot until the response is delivered; a database thread is held only
    during the read."""

    def __init__(self, database: Database) -> None:
        super().__init__()
        self._database = database
        self._semaphore = asyncio.Semaphore(MAX_HEAVY_READS)

    async def read(self, caller: Caller, fn: Callable[[Session], T], within_s: float | None = None) -> T:
        """Run `fn` for a caller who holds a slot and is still signed in. Raises Refused, TooLong, DatabaseUnavailable."""

        def read(session: Session) -> T:
            require_active(session, caller)  # the session may have ended while the caller waited
            return fn(session)

        async with acquire_or_refuse(self._semaphore):
            return await self._database.read_heavy(read, within_s)
