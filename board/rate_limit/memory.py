"""Counts of this process: a storage for `limits` with a bounded number of keys.

The library's own memory storage keeps every key until its period is over, and scans all of them at each try.
"""

import time
from collections.abc import Callable
from math import floor

from limits.storage import SlidingWindowCounterSupport, Storage

from board.rate_limit.rules import Counts

MAX_KEYS = 20_000  # a desk has some hundreds; a client that changes its address must not fill the memory


class _Periods:
    """Counts of a key in the current and the previous period."""

    __slots__ = ("before", "now", "start", "window_s")

    def __init__(self, start: float, window_s: int) -> None:
        self.start, self.window_s = start, window_s
        self.before = self.now = 0

    def moved_to(self, now: float) -> "_Periods":
        """Move to the period that contains `now`, and return itself."""
        elapsed = floor((now - self.start) / self.window_s)
        if elapsed:
            self.before, self.now = (self.now if elapsed == 1 else 0), 0
            self.start = self.start + elapsed * self.window_s if self.before else now
        return self

    def counts(self, now: float) -> Counts:
        left_s = self.start + self.window_s - now
        return Counts(self.before, left_s if self.before else 0.0, self.now, left_s + self.window_s if self.now else 0.0)


class BoundedMemory(Storage, SlidingWindowCounterSupport):
    """Storage that drops the keys with the fewest tries when there are too many: a flood of keys that are each tried once clears
    nobody's count."""

    STORAGE_SCHEME = None

    def __init__(self, max_keys: int = MAX_KEYS, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._max_keys, self._clock = max_keys, clock
        self._periods: dict[str, _Periods] = {}

    def __len__(self) -> int:
        return len(self._periods)

    def acquire_sliding_window_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        periods = self._periods.get(key)
        now = self._clock()
        if periods is not None and periods.moved_to(now).counts(now).used(expiry) + amount > limit:
            return False
        if amount > limit:
            return False
        self._add(key, expiry, amount, now)
        return True

    def _add(self, key: str, window_s: int, amount: int, now: float) -> None:
        if key not in self._periods:
            self._periods[key] = _Periods(now, window_s)
            if len(self._periods) > self._max_keys:
                self._evict(now)
                self._periods.setdefault(key, _Periods(now, window_s))
        self._periods[key].now += amount

    def give_back(self, key: str, amount: int = 1) -> None:
        """Take back counted tries: of the current period, then of the previous one."""
        periods = self._periods.get(key)
        if periods is not None:
            periods.moved_to(self._clock())
            of_now = min(amount, periods.now)
            periods.now -= of_now
            periods.before = max(0, periods.before - (amount - of_now))

    def get_sliding_window(self, key: str, expiry: int) -> Counts:
        now, periods = self._clock(), self._periods.get(key)
        return periods.moved_to(now).counts(now) if periods is not None else Counts(0, 0.0, 0, 0.0)

    def clear_sliding_window(self, key: str, expiry: int) -> None:
        self._periods.pop(key, None)

    def _evict(self, now: float) -> None:
        """Drop expired keys, and if there are still too many, enough to make the next call rare: it scans all of them."""
        left = [(key, periods) for key, periods in self._periods.items() if any(self._used(periods, now))]
        if len(left) > self._max_keys * 3 // 4:
            left.sort(key=lambda each: (sum(self._used(each[1], now)), each[1].start))
            left = left[-self._max_keys // 2 :]
        self._periods = dict(left)

    def _used(self, periods: _Periods, now: float) -> tuple[int, int]:
        counts = periods.moved_to(now).counts(now)
        return counts.before, counts.now

    # -- other methods of a storage of `limits` ----------------------------------------------------------------------------

    @property
    def base_exceptions(self) -> type[Exception]:
        return ValueError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        now = self._clock()
        self._add(key, expiry, amount, now)
        return self._periods[key].moved_to(now).now

    def get(self, key: str) -> int:
        periods = self._periods.get(key)
        return periods.moved_to(self._clock()).now if periods is not None else 0

    def get_expiry(self, key: str) -> float:
        periods = self._periods.get(key)
        left_s = periods.moved_to(now := self._clock()).start + periods.window_s - now if periods is not None else 0.0
        return time.time() + left_s

    def check(self) -> bool:
        return True

    def reset(self) -> int:
        dropped = len(self._periods)
        self._periods.clear()
        return dropped

    def clear(self, key: str) -> None:
        self._periods.pop(key, None)
