"""Counts of this process: a storage for `limits` that holds no more keys than it may.

The library's own memory storage keeps every key until its period is over, and looks through all of them at each try.
"""

import time
from collections.abc import Callable
from math import floor

from limits.storage import SlidingWindowCounterSupport, Storage

from board.rate_limit.rules import Counts

MOST_KEYS = 20_000  # a desk has some hundreds; whoever comes from one address after the other shall not fill the memory


class _Periods:
    """The present period of a key and the one before it."""

    __slots__ = ("before", "began", "now", "window_s")

    def __init__(self, began: float, window_s: int) -> None:
        self.began, self.window_s = began, window_s
        self.before = self.now = 0

    def at(self, now: float) -> "_Periods":
        """Itself, moved to the period in which `now` is."""
        gone = floor((now - self.began) / self.window_s)
        if gone:
            self.before, self.now = (self.now if gone == 1 else 0), 0
            self.began = self.began + gone * self.window_s if self.before else now
        return self

    def counts(self, now: float) -> Counts:
        left_s = self.began + self.window_s - now
        return Counts(self.before, left_s if self.before else 0.0, self.now, left_s + self.window_s if self.now else 0.0)


class BoundedMemory(Storage, SlidingWindowCounterSupport):
    """When the keys are too many, those with the fewest tries are forgotten first: so nobody's count is cleared by a flood of
    other keys, each tried once."""

    STORAGE_SCHEME = None

    def __init__(self, most_keys: int = MOST_KEYS, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._most_keys, self._clock = most_keys, clock
        self._periods: dict[str, _Periods] = {}

    def __len__(self) -> int:
        return len(self._periods)

    def acquire_sliding_window_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        periods = self._periods.get(key)
        now = self._clock()
        if periods is not None and periods.at(now).counts(now).used(expiry) + amount > limit:
            return False
        if amount > limit:
            return False
        self._add(key, expiry, amount, now)
        return True

    def _add(self, key: str, window_s: int, amount: int, now: float) -> None:
        if key not in self._periods:
            self._periods[key] = _Periods(now, window_s)
            if len(self._periods) > self._most_keys:
                self._make_room(now)
                self._periods.setdefault(key, _Periods(now, window_s))
        self._periods[key].now += amount

    def give_back(self, key: str, amount: int = 1) -> None:
        """Takes back what was counted: of the present period, else of the one before."""
        periods = self._periods.get(key)
        if periods is not None:
            periods.at(self._clock())
            of_now = min(amount, periods.now)
            periods.now -= of_now
            periods.before = max(0, periods.before - (amount - of_now))

    def get_sliding_window(self, key: str, expiry: int) -> Counts:
        now, periods = self._clock(), self._periods.get(key)
        return periods.at(now).counts(now) if periods is not None else Counts(0, 0.0, 0, 0.0)

    def clear_sliding_window(self, key: str, expiry: int) -> None:
        self._periods.pop(key, None)

    def _make_room(self, now: float) -> None:
        """Drops what is over; then, of too many still, enough that the next time is far off: this looks at all of them."""
        left = [(key, periods) for key, periods in self._periods.items() if any(self._used(periods, now))]
        if len(left) > self._most_keys * 3 // 4:
            left.sort(key=lambda each: (sum(self._used(each[1], now)), each[1].began))
            left = left[-self._most_keys // 2 :]
        self._periods = dict(left)

    def _used(self, periods: _Periods, now: float) -> tuple[int, int]:
        counts = periods.at(now).counts(now)
        return counts.before, counts.now

    # -- the rest of what a storage of `limits` has ------------------------------------------------------------------------

    @property
    def base_exceptions(self) -> type[Exception]:
        return ValueError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        now = self._clock()
        self._add(key, expiry, amount, now)
        return self._periods[key].at(now).now

    def get(self, key: str) -> int:
        periods = self._periods.get(key)
        return periods.at(self._clock()).now if periods is not None else 0

    def get_expiry(self, key: str) -> float:
        periods = self._periods.get(key)
        left_s = periods.at(now := self._clock()).began + periods.window_s - now if periods is not None else 0.0
        return time.time() + left_s

    def check(self) -> bool:
        return True

    def reset(self) -> int:
        dropped = len(self._periods)
        self._periods.clear()
        return dropped

    def clear(self, key: str) -> None:
        self._periods.pop(key, None)
