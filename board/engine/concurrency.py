"""Concurrency limits per account, so that one account's requests do not block those of others."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import TypeVar

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
