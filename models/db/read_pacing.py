"""Pacing of heavy reads: each has a time limit, and lets other threads run while it works.

A read of 10,000 rows keeps the Python interpreter busy; a thread that waits for a row or two gets a turn of milliseconds only
between its slices. So a heavy read works for a moment and then lets go. Where another thread took the interpreter, as the event
loop or the writer, it rests as long as it worked; where nobody did, it goes on at once. Code that loops over many rows calls
`yield_to_others()` or iterates over `paced(rows)`; in any other thread both do nothing.
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
MAX_REST_S = 0.005  # longest rest, because a slice is long where others had the interpreter meanwhile
OFFER_S = 0.0001  # seconds for which the interpreter is offered: a thread that waits for it wakes within them
TAKEN_S = 0.0003  # an offer that took longer was taken; the system wakes a sleeper some 0.06 ms late

_thread = threading.local()


class Pace:
    """Pace of one heavy read, from the moment when it starts to work."""

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
        """Cancel the read, from any thread: nobody waits for the result."""
        self._cancelled = True

    @property
    def expired(self) -> bool:
        """Return whether the read must end now."""
        return self._cancelled or time.monotonic() > self._deadline

    def yield_if_due(self) -> None:
        """Let others run if the slice is used up. Raises ReadTimeout if the read must end now."""
        if self.expired:
            raise ReadTimeout
        now = time.monotonic()
        worked = now - self._slice_start
        if worked < WORK_SLICE_S:
            return
        time.sleep(OFFER_S)
        self._slice_start = time.monotonic()
        if self._slice_start - now > TAKEN_S:
            time.sleep(min(worked, MAX_REST_S))
            self._slice_start = time.monotonic()


def yield_to_others() -> None:
    """Let other threads run, if this thread does a heavy read. Raises ReadTimeout after its limit."""
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
