"""Turns: so many things of one key are under way at a time, the others wait in the order in which they were asked for."""

import asyncio
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field


@dataclass(eq=False)
class Turn:
    """A turn, until it is ended."""

    _end: Callable[[], None]
    _ended: bool = field(default=False)

    def end(self) -> None:
        """End it, once; who waits comes next."""
        if not self._ended:
            self._ended = True
            self._end()


@dataclass(eq=False)
class _Key:
    room: asyncio.Semaphore
    count: int = 0


class Turns:
    """Gives turns by keys. Of a key that nobody has or wants nothing is kept."""

    def __init__(self, of_one: int) -> None:
        self._of_one = of_one
        self._keys: dict[Hashable, _Key] = {}

    def count(self, key: Hashable) -> int:
        """Return how many turns of a key are under way or waited for."""
        return self._keys[key].count if key in self._keys else 0

    async def take(self, key: Hashable) -> Turn:
        """Wait for a turn. Whoever takes it ends it."""
        its = self._keys.setdefault(key, _Key(asyncio.Semaphore(self._of_one)))
        its.count += 1
        try:
            await its.room.acquire()
        except BaseException:
            self._leave(key, its)
            raise

        def end() -> None:
            its.room.release()
            self._leave(key, its)

        return Turn(end)

    def _leave(self, key: Hashable, its: _Key) -> None:
        its.count -= 1
        if not its.count:
            del self._keys[key]
