"""Semaphore per key: a limited number of slots for each key, granted in the order of the requests."""

import asyncio
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field


@dataclass(eq=False)
class Slot:
    """Acquired slot."""

    _on_release: Callable[[], None]
    _released: bool = field(default=False)

    def release(self) -> None:
        """Release the slot for the next waiter. Idempotent."""
        if not self._released:
            self._released = True
            self._on_release()


@dataclass(eq=False)
class _Key:
    semaphore: asyncio.Semaphore
    count: int = 0


class KeyedSemaphore:
    """Semaphore per key. Unused keys take no memory."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._keys: dict[Hashable, _Key] = {}

    def count(self, key: Hashable) -> int:
        """Return the number of held and requested slots of a key."""
        return self._keys[key].count if key in self._keys else 0

    async def acquire(self, key: Hashable) -> Slot:
        """Wait for a slot. The caller must release it."""
        entry = self._keys.setdefault(key, _Key(asyncio.Semaphore(self._limit)))
        entry.count += 1
        try:
            await entry.semaphore.acquire()
        except BaseException:
            self._release_use(key, entry)
            raise

        def release() -> None:
            entry.semaphore.release()
            self._release_use(key, entry)

        return Slot(release)

    def _release_use(self, key: Hashable, entry: _Key) -> None:
        entry.count -= 1
        if not entry.count:
            del self._keys[key]
