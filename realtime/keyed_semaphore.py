"""Turns: so many things of one key are under way at a time, the others wait in the order in which they were asked for."""

import asyncio
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field


@dataclass(eq=False)
class Slot:
    """A turn, until it is ended."""

    _on_release: Callable[[], None]
    _released: bool = field(default=False)

    def release(self) -> None:
        """End it, once; who waits comes next."""
        if not self._released:
            self._released = True
            self._on_release()


@dataclass(eq=False)
class _Key:
    semaphore: asyncio.Semaphore
    count: int = 0


class KeyedSemaphore:
    """Gives turns by keys. Of a key that nobody has or wants nothing is kept."""

    def __init__(self, of_one: int) -> None:
        self._limit = of_one
        self._keys: dict[Hashable, _Key] = {}

    def count(self, key: Hashable) -> int:
        """Return how many turns of a key are under way or waited for."""
        return self._keys[key].count if key in self._keys else 0

    async def acquire(self, key: Hashable) -> Slot:
        """Wait for a turn. Whoever takes it ends it."""
        its = self._keys.setdefault(key, _Key(asyncio.Semaphore(self._limit)))
        its.count += 1
        try:
            await its.semaphore.acquire()
        except BaseException:
            self._release_use(key, its)
            raise

        def end() -> None:
            its.semaphore.release()
            self._release_use(key, its)

        return Slot(end)

    def _release_use(self, key: Hashable, its: _Key) -> None:
        its.count -= 1
        if not its.count:
            del self._keys[key]
