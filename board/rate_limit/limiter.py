"""Limiter: counts tries by rule and key, in this process first, and with the other processes if there is a Redis.

A refusal of this process does not ask Redis. Without Redis each process counts for itself: requests neither wait nor go
unlimited.

A refusal of Redis holds only for a key of which this process has counted its share itself. So whoever can write to Redis can
lower a limit to that share, and can lock nobody out.
"""

import time
from collections.abc import Callable, Sequence
from math import ceil
from typing import TYPE_CHECKING

from board.rate_limit.batches import Batches
from board.rate_limit.memory import MAX_KEYS, BoundedMemory
from board.rate_limit.rules import LimitResult, Rule

if TYPE_CHECKING:
    from board.rate_limit.shared import Shared

# Redis keeps keys until their window is over: new keys that one process may create there in ten minutes.
_NEW_KEYS = Rule("new keys", MAX_KEYS, 600, batch=0)

# Part of a limit that each process gives, whatever Redis says. With more processes than this, all of them together may exceed it.
SHARES = 8

RuleKey = tuple[Rule, str]  # a rule, and the key that is counted


class Limiter:
    """Rate limiter. `await take(rule, key)` counts a try, `give_back` takes it back."""

    def __init__(
        self, shared: "Shared | None" = None, clock: Callable[[], float] = time.monotonic, max_keys: int = MAX_KEYS
    ) -> None:
        self.memory = BoundedMemory(max_keys, clock)
        self._shared = shared
        self._batches = Batches(shared, clock) if shared is not None else None

    async def take(self, rule: Rule, key: str) -> LimitResult:
        """Count a try, unless it exceeds the limit."""
        result = self.take_now(rule, key)
        ask_redis = result.allowed and rule.limit and rule.batch == 1
        if not ask_redis or self._shared is None or self._is_flood(rule, key):
            return result
        answer = await self._shared.count(rule, key)
        if answer is None or answer.fits or not self._has_share(rule, key, tries=1):
            return result
        self.memory.give_back(rule, key)
        return LimitResult.of(rule, False, answer.counts)

    def take_now(self, rule: Rule, key: str) -> LimitResult:
        """Count a try without waiting: by this process's count, and by earlier replies of Redis on batches."""
        if not rule.limit:
            return LimitResult(rule, True)
        batches = self._batches if rule.batch > 1 else None
        if batches is not None and self._has_share(rule, key) and (wait_s := batches.wait_s(rule, key)):
            return LimitResult(rule, False, 0, wait_s)
        allowed = self.memory.take(rule, key)
        if allowed and batches is not None:
            batches.add(rule, key)
        return LimitResult.of(rule, allowed, self.memory.counts(rule, key))

    async def take_all(self, keys: Sequence[RuleKey]) -> LimitResult:
        """Count a try against all of these limits, or against none. Return the refusal, otherwise the last result."""
        counted: list[RuleKey] = []
        result = LimitResult(keys[0][0], True)
        for rule, key in keys:
            result = await self.take(rule, key)
            if not result.allowed:
                await self.give_back(counted)
                return result
            counted.append((rule, key))
        return result

    async def give_back(self, keys: Sequence[RuleKey]) -> None:
        """Take back a counted try that turned out not to be limited."""
        for rule, key in keys:
            if rule.limit:
                self.memory.give_back(rule, key)
                if self._shared is not None and rule.batch == 1:
                    await self._shared.count(rule, key, tries=-1)

    async def close(self) -> None:
        if self._batches is not None:
            await self._batches.close()
        if self._shared is not None:
            await self._shared.close()

    def _has_share(self, rule: Rule, key: str, tries: int = 0) -> bool:
        """Return whether this process counted its share of the limit before these tries, so that a refusal of Redis holds."""
        counts = self.memory.counts(rule, key)
        return counts.used(rule.window_s) - tries >= ceil(rule.limit / SHARES)

    def _is_flood(self, rule: Rule, key: str) -> bool:
        """Return whether this key is kept from Redis: it is new, and there were too many new ones lately."""
        counts = self.memory.counts(rule, key)
        return counts.before + counts.now == 1 and not self.memory.take(_NEW_KEYS, "")
