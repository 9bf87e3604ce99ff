"""Fair order of waiting requests: keys (accounts, networks) take turns, and the requests of one key are served as they arrived.

Pure: no clock and no event loop. Each operation takes constant time, however many wait.
"""

from collections import Counter, OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Bounds:
    """Bounds of a queue: requests that run, those of one key, requests that wait, those of one key, and how long one may wait."""

    at_once: int
    per_key: int
    waiting: int
    waiting_per_key: int
    longest_wait_s: float


class Turns(Generic[T]):
    """Requests that run, and those that wait. A ring of keys: the first key starts one request, then goes to the end."""

    def __init__(self, bounds: Bounds) -> None:
        self.bounds = bounds
        self.running = self.waiting = 0
        self._running: Counter[Hashable] = Counter()
        self._lines: dict[Hashable, OrderedDict[T, None]] = {}  # waiting requests by key
        self._ring: OrderedDict[Hashable, None] = OrderedDict()  # keys with a waiting request that may run

    def has_room(self, key: Hashable) -> bool:
        """Return whether one more request of this key may run or wait."""
        own = len(self._lines.get(key, ()))
        if not own and self.running < self.bounds.at_once and self._may_run(key):
            return True
        return self.waiting < self.bounds.waiting and own < self.bounds.waiting_per_key

    def join(self, key: Hashable, request: T) -> None:
        """Add a request to the line of its key."""
        self._lines.setdefault(key, OrderedDict())[request] = None
        self.waiting += 1
        if self._may_run(key):
            self._ring[key] = None  # a key that is in the ring keeps its place

    def leave(self, key: Hashable, request: T) -> bool:
        """Remove a request that waits. Return whether it was waiting."""
        if request not in self._lines.get(key, ()):
            return False
        self._remove(key, request)
        return True

    def start_next(self) -> tuple[Hashable, T] | None:
        """Start the next request, and return it with its key; None if none may run."""
        if self.running >= self.bounds.at_once or not self._ring:
            return None
        key = next(iter(self._ring))
        request = next(iter(self._lines[key]))
        self._remove(key, request)
        self.running += 1
        self._running[key] += 1
        if key in self._ring:
            if self._may_run(key):
                self._ring.move_to_end(key)
            else:
                del self._ring[key]
        return key, request

    def end(self, key: Hashable) -> None:
        """End a request that runs. Its key may start another one, behind the keys that wait already."""
        self.running -= 1
        self._running[key] -= 1
        if not self._running[key]:
            del self._running[key]
        if key in self._lines:
            self._ring[key] = None

    def count(self, key: Hashable) -> int:
        """Return how many requests of a key run or wait."""
        return self._running[key] + len(self._lines.get(key, ()))

    def is_waiting(self, key: Hashable) -> bool:
        """Return whether a request of this key waits."""
        return key in self._lines

    def starts_before(self, key: Hashable) -> int:
        """Return at most how many requests start before one of this key that joins now."""
        own = len(self._lines.get(key, ()))
        return min(self.waiting, (own + 1) * len(self._lines))

    def _may_run(self, key: Hashable) -> bool:
        return self._running[key] < self.bounds.per_key

    def _remove(self, key: Hashable, request: T) -> None:
        self.waiting -= 1
        line = self._lines[key]
        del line[request]
        if not line:
            del self._lines[key]
            self._ring.pop(key, None)
