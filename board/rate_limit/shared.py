"""Counts of all processes of one installation, in Redis.

Redis is trusted with little: keys are keyed digests, so it learns no address and no account. A slow or missing Redis delays
nobody; the process goes on with its own counts. Whoever can write to Redis can allow what each process allows, and refuse what
exceeds the share of each process: see `limiter`.
"""

import asyncio
import hashlib
import time
from collections.abc import Awaitable, Callable
from typing import NamedTuple

import structlog
from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from board.rate_limit.rules import Counts, Rule

log = structlog.get_logger()

TIMEOUT_S = 1.0  # timeout of a reply
MAX_CONNECTIONS = 8  # connections of one process
PAUSE_S = (1.0, 15.0)  # shortest and longest pause before a failed Redis is asked again

# Keys: counts of the previous and of the current period; Redis keeps the latter for a whole period after its end. Arguments: the
# period in milliseconds, the limit, and the tries: 0 only reads, -1 takes one back. `how-to/install.md` grants these commands.
_COUNT = """
local window, limit, tries = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local left = redis.call('pttl', KEYS[2])
if left > 0 and left < window then
    redis.call('rename', KEYS[2], KEYS[1])
    redis.call('set', KEYS[2], 0, 'PX', left + window)
end
local before, now = redis.call('get', KEYS[1]) or 0, redis.call('get', KEYS[2]) or 0
local before_ms, now_ms = math.max(0, redis.call('pttl', KEYS[1])), math.max(0, redis.call('pttl', KEYS[2]))
local fits = math.floor((tonumber(before) or 0) * before_ms / window) + (tonumber(now) or 0) + tries <= limit
if fits and tries ~= 0 then
    if redis.call('exists', KEYS[2]) == 1 then
        redis.call('incrby', KEYS[2], tries)
    else
        redis.call('set', KEYS[2], tries, 'PX', 2 * window)
    end
end
return {fits and 1 or 0, before, before_ms, now, now_ms}
"""


class Answer(NamedTuple):
    """Answer of Redis: whether the tries fit, and are counted; and the counts before them."""

    fits: bool
    counts: Counts


class Shared:
    """Client of the shared counts. `secret` is shared by all processes of the installation."""

    def __init__(self, url: str, secret: bytes, clock: Callable[[], float] = time.monotonic) -> None:
        self._key = hashlib.blake2b(secret, person=b"board limits", digest_size=32).digest()
        self._prefix = f"board:{hashlib.blake2b(self._key, digest_size=6).hexdigest()}:limits"
        self._pool = BlockingConnectionPool.from_url(
            url, max_connections=MAX_CONNECTIONS, timeout=TIMEOUT_S, socket_timeout=TIMEOUT_S, socket_connect_timeout=TIMEOUT_S,
            retry=Retry(NoBackoff(), 0), protocol=2, driver_info=None,
        )  # fmt: skip
        self._pool.connection_kwargs["db"] = (
            0  # the same as the bus: SELECT of another database needs a permission that restricted users lack
        )
        self._script = Redis(connection_pool=self._pool).register_script(_COUNT)
        self._clock = clock
        self._pause_s, self._not_before = PAUSE_S[0], 0.0
        self._down = False

    async def count(self, rule: Rule, key: str, tries: int = 1) -> Answer | None:
        """Count these tries, unless they exceed the limit; take back one with -1. Return None if Redis can't be asked."""
        return await self._request(lambda: self._run(rule, key, tries))

    async def close(self) -> None:
        await self._pool.disconnect()

    async def _run(self, rule: Rule, key: str, tries: int) -> Answer:
        arguments = [rule.window_s * 1_000, rule.limit, tries]
        fits, before, before_ms, now, now_ms = await self._script(self.keys(rule, key), arguments)
        return Answer(fits == 1, Counts(int(before), before_ms / 1_000, int(now), now_ms / 1_000).within(rule))

    def keys(self, rule: Rule, key: str) -> list[str]:
        """Return the keys in Redis: of the previous and of the current period."""
        digest = hashlib.blake2b(key.encode(), key=self._key, digest_size=16).hexdigest()
        current = f"{self._prefix}:{{{rule.name}/{digest}/{rule.limit}/{rule.window_s}/second}}"
        return [f"{current}/-1", current]

    async def _request(self, send: Callable[[], Awaitable[Answer]]) -> Answer | None:
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
            log.warning("rate limits not shared", reason=reason)
        if was_down:
            self._pause_s = min(PAUSE_S[1], 2 * self._pause_s)
        self._down = True
        self._not_before = self._clock() + self._pause_s
