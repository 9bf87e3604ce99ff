"""Document of a provider that is kept for a while."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from board.providers.errors import ProviderError

T = TypeVar("T")
TTL_S = 600.0  # a key that the provider removed works for at most this long
STALE_S = 86_400.0  # after this, a document is not used if it can't be read again
RETRY_S = 5.0  # after a failure, in which nobody asks again
REFRESH_S = 60.0  # between two reads because of an unknown key


class Cached(Generic[T]):
    """Document that `load` reads. Of concurrent callers, one reads it and the others wait for it."""

    def __init__(self, load: Callable[[], Awaitable[T]], clock: Callable[[], float] = time.monotonic) -> None:
        self._load, self._clock = load, clock
        self._lock = asyncio.Lock()
        self._value: T | None = None
        self._read_at = self._tried_at = float("-inf")

    async def get(self, ttl_s: float = TTL_S) -> T:
        """Return the document, read again if it is older than `ttl_s`. Raises ProviderError."""
        if self._value is not None and self._age() < ttl_s:
            return self._value
        async with self._lock:
            if self._value is not None and self._age() < ttl_s:
                return self._value
            return await self._read()

    async def refresh(self) -> T:
        """Return the document, read again unless that was tried less than a minute ago. Raises ProviderError."""
        if self._value is not None and self._clock() - self._tried_at < REFRESH_S:
            return self._value
        return await self.get(REFRESH_S)

    async def _read(self) -> T:
        is_too_soon = self._clock() - self._tried_at < RETRY_S and self._tried_at > self._read_at
        try:
            if is_too_soon:
                raise ProviderError("unavailable")
            self._tried_at = self._clock()
            self._value = await self._load()
            self._read_at = self._tried_at
        except ProviderError:
            if self._value is None or self._age() > STALE_S:
                raise
        return self._value

    def _age(self) -> float:
        return self._clock() - self._read_at
