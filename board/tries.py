"""How often something was tried lately: a moving window for each key, in this process, and no more keys than it can hold."""

import time
from collections import deque
from collections.abc import Callable, Mapping

WINDOW_S = 300.0
AT_MOST = 20_000  # keys; a desk has some dozens, and whoever types one address after the other shall not fill the memory

Key = tuple[str, ...]


class Tries:
    """Counts by keys. When they are too many, those with the fewest tries are forgotten first: so nobody's count is cleared
    by a flood of other keys, each tried once."""

    def __init__(self, at_most: int = AT_MOST, clock: Callable[[], float] = time.monotonic, window_s: float = WINDOW_S) -> None:
        self._at_most, self._clock, self._window_s = at_most, clock, window_s
        self._times: dict[Key, deque[float]] = {}

    def __len__(self) -> int:
        return len(self._times)

    def take(self, allowed: Mapping[Key, int]) -> bool:
        """Counts a try under all of these keys; under none, and False, where one of them has had as many as it may."""
        now = self._clock()
        if any(self._count(key, now) >= most for key, most in allowed.items()):
            return False
        for key in allowed:
            self._times.setdefault(key, deque()).append(now)
        if len(self._times) > self._at_most:
            self._make_room(now)
        return True

    def clear(self, key: Key) -> None:
        self._times.pop(key, None)

    def _count(self, key: Key, now: float) -> int:
        times = self._times.get(key, deque())
        while times and times[0] <= now - self._window_s:
            times.popleft()
        return len(times)

    def _make_room(self, now: float) -> None:
        """Drops what is over; then, of too many still, enough that the next time is far off: this looks at all of them."""
        left = [(key, times) for key, times in self._times.items() if self._count(key, now)]
        if len(left) > self._at_most * 3 // 4:
            left.sort(key=lambda each: (len(each[1]), each[1][-1]))
            left = left[-self._at_most // 2 :]
        self._times = dict(left)
