"""The pace of heavy reads: each has a deadline, and gives way to everybody else while it works.

Threads of Python take turns at one interpreter. A read of 10,000 rows keeps it busy for as long as it can, and whoever waits
for a row or two gets a turn of some milliseconds between its own. So a heavy read works for a moment and rests as long: the
event loop and the writer go on meanwhile. Code that loops over many rows says `give_way()`, or takes them from `paced(rows)`;
in any other thread both do nothing.
"""

import contextlib
import threading
import time
from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

from sqlalchemy import CursorResult

from models.db.errors import ReadTimeout

T = TypeVar("T")

WORK_SLICE_S = 0.002  # of work, then of rest
MAX_REST_S = 0.005  # the longest rest: a slice was long where others had the interpreter meanwhile

_thread = threading.local()


class Pace:
    """The pace of one heavy read, from the moment when it begins to work."""

    def __init__(self, limit_s: float) -> None:
        self.limit_s = limit_s
        self._cancelled = False
        self._deadline = float("inf")
        self._slice_start = 0.0

    @contextlib.contextmanager
    def activate(self) -> Iterator[None]:
        """Hold this thread to the pace."""
        self._slice_start = time.monotonic()
        self._deadline = self._slice_start + self.limit_s
        _thread.pace = self
        try:
            yield
        finally:
            _thread.pace = None

    def cancel(self) -> None:
        """Say, from any thread, that nobody waits for the result any more."""
        self._cancelled = True

    @property
    def expired(self) -> bool:
        """Whether the read is to end now."""
        return self._cancelled or time.monotonic() > self._deadline

    def yield_if_due(self) -> None:
        """Rest where it was worked long enough. Raises TooLong where the read is to end now."""
        if self.expired:
            raise ReadTimeout
        worked = time.monotonic() - self._slice_start
        if worked >= WORK_SLICE_S:
            time.sleep(min(worked, MAX_REST_S))
            self._slice_start = time.monotonic()


def yield_to_others() -> None:
    """Let others go on, where this thread does a heavy read. Raises TooLong after its deadline."""
    pace: Pace | None = getattr(_thread, "pace", None)
    if pace is not None:
        pace.yield_if_due()


def paced(items: Iterable[T], every: int = 50) -> Iterator[T]:
    """Yield the items, and give way after so many of them."""
    for number, item in enumerate(items, 1):
        yield item
        if number % every == 0:
            yield_to_others()


def in_pages(rows: CursorResult[Any], size: int = 100) -> Iterator[Any]:
    """Yield the rows of an answer of the database, fetched so many at a time, and give way after each."""
    for page in rows.partitions(size):
        yield from page
        yield_to_others()
