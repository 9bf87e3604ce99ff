"""Counts of this process, of a bounded number of keys."""

import time
from collections.abc import Callable
from math import floor

from board.rate_limit.rules import Counts, Rule

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


class BoundedMemory:
    """Counts by rule and key. Drops the keys with the fewest tries when there are too many: a flood of keys that are each tried
    once clears nobody's count."""

    def __init__(self, max_keys: int = MAX_KEYS, clock: Callable[[], float] = time.monotonic) -> None:
        self._max_keys, self._clock = max_keys, clock
        self._periods: dict[tuple[Rule, str], _Periods] = {}

    def __len__(self) -> int:
        return len(self._periods)

    def take(self, rule: Rule, key: str) -> bool:
        """Count a try, unless it exceeds the limit. Return whether it was counted."""
        periods = self._periods.get((rule, key))
        now = self._clock()
        if periods is not None and periods.moved_to(now).counts(now).used(rule.window_s) >= rule.limit:
            return False
        if periods is None:
            periods = self._add(rule, key, now)
        periods.now += 1
        return True

    def give_back(self, rule: Rule, key: str) -> None:
        """Take back a counted try: of the current period, otherwise of the previous one."""
        periods = self._periods.get((rule, key))
        if periods is None:
            return
        if periods.moved_to(self._clock()).now:
            periods.now -= 1
        else:
            periods.before = max(0, periods.before - 1)

    def counts(self, rule: Rule, key: str) -> Counts:
        now, periods = self._clock(), self._periods.get((rule, key))
        return periods.moved_to(now).counts(now) if periods is not None else Counts(0, 0.0, 0, 0.0)

    def _add(self, rule: Rule, key: str, now: float) -> _Periods:
        if len(self._periods) >= self._max_keys:
            self._evict(now)
        return self._periods.setdefault((rule, key), _Periods(now, rule.window_s))

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
