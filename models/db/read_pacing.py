"""Pacing of heavy reads: each has a time limit, and regularly yields the interpreter (GIL) to other threads.

A read of 10,000 rows keeps the interpreter busy, while other threads wait for a row or two. So a heavy read yields the GIL every
2 ms. If another thread takes it, such as the event loop or a writer, the read rests for as long as it has worked. Otherwise it
continues immediately. Code that loops over many rows calls `yield_to_others()` or iterates over `paced(rows)`. Both are no-ops in
other threads.
"""

import contextlib
import threading
import time
from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

from sqlalchemy import CursorResult

from models.db.errors import ReadTimeout

T = TypeVar("T")

WORK_SLICE_S = 0.002  # seconds of work before a rest
MAX_REST_S = 0.005  # longest rest, because a slice is long if other threads had the GIL in the meantime
GIL_OFFER_S = 0.0001  # time for which the GIL is offered: a waiting thread wakes within it
TAKEN_S = 0.0003  # a longer offer means that another thread took the GIL; the system wakes a sleeper about 0.06 ms late

_thread = threading.local()


class Pace:
    """Pace of one heavy read. Its time limit starts with `activate`."""

    def __init__(self, limit_s: float) -> None:
        self.limit_s = limit_s
        self._cancelled = False
        self._deadline = float("inf")
        self._slice_start = 0.0

    @contextlib.contextmanager
    def activate(self) -> Iterator[None]:
        """Pace this thread within the context."""
        self._slice_start = time.monotonic()
        self._deadline = self._slice_start + self.limit_s
        _thread.pace = self
        try:
            yield
        finally:
            _thread.pace = None

    def cancel(self) -> None:
        """Cancel the read, because nobody waits for its result. Can be called from any thread."""
        self._cancelled = True

    @property
    def expired(self) -> bool:
        """Return whether the read must end now."""
        return self._cancelled or time.monotonic() > self._deadline

    def yield_if_due(self) -> None:
        """Let other threads run if the slice is used up. Raises ReadTimeout if the read must end now."""
        if self.expired:
            raise ReadTimeout
        now = time.monotonic()
        work_s = now - self._slice_start
        if work_s < WORK_SLICE_S:
            return
        time.sleep(GIL_OFFER_S)
        self._slice_start = time.monotonic()
        if self._slice_start - now > TAKEN_S:
            time.sleep(min(work_s, MAX_REST_S))
            self._slice_start = time.monotonic()


def yield_to_others() -> None:
    """Let other threads run if this thread runs a heavy read. Raises ReadTimeout after its time limit."""
    pace: Pace | None = getattr(_thread, "pace", None)
    if pace is not None:
        pace.yield_if_due()


def paced(items: Iterable[T], every: int = 50) -> Iterator[T]:
    """Yield the items, and let other threads run after every `every` items."""
    for number, item in enumerate(items, 1):
        yield item
        if number % every == 0:
            yield_to_others()


def in_pages(rows: CursorResult[Any], size: int = 100) -> Iterator[Any]:
    """Yield the rows of a result, fetched `size` at a time, and let other threads run after each page."""
    for page in rows.partitions(size):
        yield from page
        yield_to_others()
