"""Counts of all processes of one installation together, in Redis.

Redis is trusted with little: keys stand there as keyed digests, so it learns no address and no account; and whoever asks does
not wait for one that is slow or gone, but goes on by what its own process counted. Whoever may write to it can let tries
through, or refuse them, until their window is over.
"""

import asyncio
import hashlib
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog
from limits.aio.storage import RedisStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from redis.asyncio import BlockingConnectionPool
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from board.rate_limit.rules import Counts, Rule

log = structlog.get_logger()

WITHIN_S = 1.0  # an answer that takes longer is not waited for
LINES = 8  # connections of one process
PAUSE_S = (1.0, 15.0)  # from the first to the longest time in which a Redis that failed is not asked

T = TypeVar("T")


class Shared:
    """`secret` is what all processes of the installation know. Answers are None where Redis can't be asked."""

    def __init__(self, url: str, secret: bytes, clock: Callable[[], float] = time.monotonic) -> None:
        self._key = hashlib.blake2b(secret, person=b"board limits", digest_size=32).digest()
        prefix = f"board:{hashlib.blake2b(self._key, digest_size=6).hexdigest()}:limits"
        self._pool = BlockingConnectionPool.from_url(
            url, max_connections=LINES, timeout=WITHIN_S, socket_timeout=WITHIN_S, socket_connect_timeout=WITHIN_S,
            retry=Retry(NoBackoff(), 0), protocol=2, driver_info=None,
        )  # fmt: skip
        self._pool.connection_kwargs["db"] = 0  # where the bus is: another would have to be selected, which few rights may not
        self._storage = _Storage(
            "async+redis://", implementation="redispy", key_prefix=prefix, connection_pool=self._pool  # type: ignore[arg-type]
        )  # fmt: skip
        self._strategy = SlidingWindowCounterRateLimiter(self._storage)
        self._clock = clock
        self._pause_s, self._not_before = PAUSE_S[0], 0.0
        self._down = False

    async def hit(self, rule: Rule, key: str, cost: int = 1) -> bool | None:
        """Count `cost` tries, unless they are more than fit."""
        return await self._asked(lambda: self._strategy.hit(rule.item, self._named(key), cost=cost))

    async def counts(self, rule: Rule, key: str) -> Counts | None:
        found = await self._asked(lambda: self._storage.get_sliding_window(self._stored(rule, key), rule.window_s))
        return Counts(*found) if found is not None else None

    async def give_back(self, rule: Rule, key: str) -> None:
        """Take back one try."""
        await self._asked(lambda: self._storage.give_back(self._stored(rule, key), rule.window_s))

    async def close(self) -> None:
        await self._pool.disconnect()

    def _stored(self, rule: Rule, key: str) -> str:
        return rule.item.key_for(self._named(key))

    def _named(self, key: str) -> str:
        return hashlib.blake2b(key.encode(), key=self._key, digest_size=16).hexdigest()

    async def _asked(self, ask: Callable[[], Awaitable[T]]) -> T | None:
        if self._clock() < self._not_before:
            return None
        again = self._down
        if again:  # one asks whether it is back; the others go on meanwhile
            self._not_before = self._clock() + self._pause_s
        try:
            async with asyncio.timeout(WITHIN_S):
                answer = await ask()
        except (RedisError, OSError, TimeoutError) as error:
            self._failed(type(error).__name__, again)
            return None
        if again:
            self._down, self._pause_s, self._not_before = False, PAUSE_S[0], 0.0
            log.warning("rate limits are shared again")
        return answer

    def _failed(self, reason: str, again: bool) -> None:
        if not self._down:
            log.warning("rate limits are not shared: each process counts for itself", reason=reason)
        if again:
            self._pause_s = min(PAUSE_S[1], 2 * self._pause_s)
        self._down = True
        self._not_before = self._clock() + self._pause_s


class _Storage(RedisStorage):
    """The library's storage, from which a try can be taken back."""

    STORAGE_SCHEME: list[str] = []  # noqa: RUF012  (of the library's registry, where it shall not stand)

    async def give_back(self, key: str, window_s: int) -> None:
        await self.incr(self._current_window_key(key), 2 * window_s, -1)
