"""Progress of work on many rows: a sentence for people, and fields for the log."""

import time
from collections.abc import Callable

MIN_S = 2.0  # measured before an estimate is given


class RowProgress:
    """Number of processed rows, and an estimate of the remaining time from the rate since the first report."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now, self._started_at = now, now()
        self._first: int | None = None
        self.done = self.total = 0

    def update(self, done: int, total: int) -> None:
        if self._first is None:
            self._first, self._started_at = done, self._now()
        self.done, self.total = done, total

    @property
    def percent(self) -> int:
        return 100 * self.done // self.total if self.total else 100

    @property
    def remaining_s(self) -> float | None:
        """Estimated seconds until the end; None while it is too early to tell."""
        elapsed, moved = self._now() - self._started_at, self.done - (self._first or 0)
        return (self.total - self.done) * elapsed / moved if elapsed >= MIN_S and moved > 0 else None

    @property
    def fields(self) -> dict[str, int]:
        remaining = {} if self.remaining_s is None else {"remaining_s": round(self.remaining_s)}
        return {"done": self.done, "total": self.total, "percent": self.percent} | remaining

    def sentence(self, verb: str) -> str:
        """Return a sentence, such as: moved 500,000 of 2,000,000 rows (25 %), about 3 min left."""
        estimate = "" if self.remaining_s is None else f", about {duration(self.remaining_s)} left"
        return f"{verb} {self.done:,} of {self.total:,} rows ({self.percent} %){estimate}"


def duration(seconds: float) -> str:
    """Return a time in words, rounded up: 40 s, 3 min, 2 h."""
    if seconds < 60:
        return f"{max(1, round(seconds))} s"
    minutes = -(-seconds // 60)
    return f"{minutes:.0f} min" if minutes < 120 else f"{-(-minutes // 60):.0f} h"
