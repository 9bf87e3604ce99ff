"""Counts of all processes of one installation, in Redis.

Redis is trusted with little: keys are keyed digests, so it learns no address and no account. A slow or missing Redis delays
nobody; the process goes on with its own counts. Whoever can write to Redis can allow what each process allows, and refuse what
exceeds the share of each process: see `limiter`.
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

TIMEOUT_S = 1.0  # timeout of a reply
MAX_CONNECTIONS = 8  # connections of one process
PAUSE_S = (1.0, 15.0)  # shortest and longest pause before a failed Redis is asked again

T = TypeVar("T")


class Shared:
    """Client of the shared counts. `secret` is shared by all processes of the installation. Results are None if Redis can't be
    asked."""

    def __init__(self, url: str, secret: bytes, clock: Callable[[], float] = time.monotonic) -> None:
        self._key = hashlib.blake2b(secret, person=b"board limits", digest_size=32).digest()
        prefix = f"board:{hashlib.blake2b(self._key, digest_size=6).hexdigest()}:limits"
        self._pool = BlockingConnectionPool.from_url(
            url, max_connections=MAX_CONNECTIONS, timeout=TIMEOUT_S, socket_timeout=TIMEOUT_S, socket_connect_timeout=TIMEOUT_S,
            retry=Retry(NoBackoff(), 0), protocol=2, driver_info=None,
        )  # fmt: skip
        self._pool.connection_kwargs["db"] = (
            0  # the same as the bus: SELECT of another database needs a permission that restricted users lack
        )
        self._storage = _Storage(
            "async+redis://", implementation="redispy", key_prefix=prefix, connection_pool=self._pool  # type: ignore[arg-type]
        )  # fmt: skip
        self._strategy = SlidingWindowCounterRateLimiter(self._storage)
        self._clock = clock
        self._pause_s, self._not_before = PAUSE_S[0], 0.0
        self._down = False

    async def hit(self, rule: Rule, key: str, cost: int = 1) -> bool | None:
        """Count `cost` tries, unless they exceed the limit."""
        return await self._request(lambda: self._strategy.hit(rule.item, self._key_digest(key), cost=cost))

    async def counts(self, rule: Rule, key: str) -> Counts | None:
        found = await self._request(lambda: self._storage.get_sliding_window(self._storage_key(rule, key), rule.window_s))
        return Counts(*found).within(rule) if found is not None else None

    async def give_back(self, rule: Rule, key: str) -> None:
        """Take back one try."""
        await self._request(lambda: self._storage.give_back(self._storage_key(rule, key), rule.window_s))

    async def close(self) -> None:
        await self._pool.disconnect()

    def _storage_key(self, rule: Rule, key: str) -> str:
        return rule.item.key_for(self._key_digest(key))

    def _key_digest(self, key: str) -> str:
        return hashlib.blake2b(key.encode(), key=self._key, digest_size=16).hexdigest()

    async def _request(self, send: Callable[[], Awaitable[T]]) -> T | None:
        if self._clock() < self._not_before:
            return None
        was_down = self._down
        if was_down:  # one request probes Redis; the others go on meanwhile
            self._not_before = self._clock() + self._pause_s
        try:
            async with asyncio.timeout(TIMEOUT_S):
                answer = await send()
        except (RedisError, OSError, TimeoutError, ValueError, TypeError, OverflowError) as error:  # the last: no counts of ours
            self._on_failure(type(error).__name__, was_down)
            return None
        if was_down:
            self._down, self._pause_s, self._not_before = False, PAUSE_S[0], 0.0
            log.warning("rate limits shared again")
        return answer

    def _on_failure(self, reason: str, was_down: bool) -> None:
        if not self._down:
            log.warning("rate limits not shared: each process counts for itself", reason=reason)
        if was_down:
            self._pause_s = min(PAUSE_S[1], 2 * self._pause_s)
        self._down = True
        self._not_before = self._clock() + self._pause_s


class _Storage(RedisStorage):
    """Storage of the library that can also take back a try."""

    STORAGE_SCHEME: list[str] = []  # noqa: RUF012  (of the library's registry, where it shall not stand)

    async def give_back(self, key: str, window_s: int) -> None:
        await self.incr(self._current_window_key(key), 2 * window_s, -1)
