"""Turns of accounts: how many things of one account are under way at a time, so that the many of one keep nobody else waiting."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import TypeVar

from sqlmodel import Session

from board.engine.identity import Caller, require_active
from board.errors import Refused
from board.i18n import N_
from models.db.database import Database
from realtime.turns import Turn, Turns

T = TypeVar("T")

RUNNING_PER_ACCOUNT = 2  # under way at a time, of one account
WAITING_PER_ACCOUNT = 16  # of one account, for their turn; a browser that opens its windows again asks for some at once
WAIT_TIMEOUT_S = 8.0  # for a turn; then a page is told to come back, before it gives up by itself
MAX_HEAVY_READS = 3  # heavy reads of all accounts: one account's two leave room for another's
RETRY_AFTER_S = 5  # after which who was sent away may come again
TOO_MANY_REQUESTS = N_("Too many large requests at once. Try again in a moment.")


class AccountLimit:
    """Gives turns to accounts, in the order in which they were asked for; not too many of one wait, nor for long."""

    def __init__(self, of_one: int = RUNNING_PER_ACCOUNT, waiting: int = WAITING_PER_ACCOUNT) -> None:
        self._turns = Turns(of_one)
        self._max_count = of_one + waiting

    def count(self, account: str) -> int:
        """Return how many turns of an account are under way or waited for."""
        return self._turns.count(account)

    async def acquire(self, account: str) -> Turn:
        """Wait for a turn. Raises Refused `rate_limited`."""
        if self.count(account) >= self._max_count:
            raise Refused("rate_limited", TOO_MANY_REQUESTS, retry_after_s=RETRY_AFTER_S)
        try:
            async with asyncio.timeout(WAIT_TIMEOUT_S):
                return await self._turns.take(account)
        except TimeoutError:
            raise Refused("rate_limited", TOO_MANY_REQUESTS, retry_after_s=RETRY_AFTER_S) from None

    @contextlib.asynccontextmanager
    async def slot(self, account: str) -> AsyncIterator[None]:
        """Hold a turn. Raises Refused `rate_limited`."""
        slot = await self.acquire(account)
        try:
            yield
        finally:
            slot.end()


@contextlib.asynccontextmanager
async def acquire_or_refuse(room: asyncio.Semaphore | asyncio.Lock) -> AsyncIterator[None]:
    """Hold a room. Raises Refused `unavailable` where there is none for some seconds."""
    try:
        async with asyncio.timeout(WAIT_TIMEOUT_S):
            await room.acquire()
    except TimeoutError:
        raise Refused("unavailable") from None
    try:
        yield
    finally:
        room.release()


class HeavyReads(AccountLimit):
    """Turns at reads of many rows. An account holds its turn until the answer is delivered; the database's threads are held
    only while they read."""

    def __init__(self, database: Database) -> None:
        super().__init__()
        self._database = database
        self._semaphore = asyncio.Semaphore(MAX_HEAVY_READS)

    async def read(self, caller: Caller, fn: Callable[[Session], T], within_s: float | None = None) -> T:
        """Read for a caller who has a turn, and who is still signed in when it begins. Raises Refused, TooLong,
        DatabaseUnavailable."""

        def read(session: Session) -> T:
            require_active(session, caller)  # it may have waited
            return fn(session)

        async with acquire_or_refuse(self._semaphore):
            return await self._database.read_heavy(read, within_s)
