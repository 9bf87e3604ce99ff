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

from models.db.errors import TooLong

T = TypeVar("T")

SLICE_S = 0.002  # of work, then of rest
REST_S = 0.005  # the longest rest: a slice was long where others had the interpreter meanwhile

_here = threading.local()


class Pace:
    """The pace of one heavy read, from the moment when it begins to work."""

    def __init__(self, within_s: float) -> None:
        self.within_s = within_s
        self._stopped = False
        self._until = float("inf")
        self._slice = 0.0

    @contextlib.contextmanager
    def kept(self) -> Iterator[None]:
        """Hold this thread to the pace."""
        self._slice = time.monotonic()
        self._until = self._slice + self.within_s
        _here.pace = self
        try:
            yield
        finally:
            _here.pace = None

    def stop(self) -> None:
        """Say, from any thread, that nobody waits for the result any more."""
        self._stopped = True

    @property
    def over(self) -> bool:
        """Whether the read is to end now."""
        return self._stopped or time.monotonic() > self._until

    def step(self) -> None:
        """Rest where it was worked long enough. Raises TooLong where the read is to end now."""
        if self.over:
            raise TooLong
        worked = time.monotonic() - self._slice
        if worked >= SLICE_S:
            time.sleep(min(worked, REST_S))
            self._slice = time.monotonic()


def give_way() -> None:
    """Let others go on, where this thread does a heavy read. Raises TooLong after its deadline."""
    pace: Pace | None = getattr(_here, "pace", None)
    if pace is not None:
        pace.step()


def paced(items: Iterable[T], every: int = 50) -> Iterator[T]:
    """Yield the items, and give way after so many of them."""
    for number, item in enumerate(items, 1):
        yield item
        if number % every == 0:
            give_way()


def in_pages(rows: CursorResult[Any], size: int = 100) -> Iterator[Any]:
    """Yield the rows of an answer of the database, fetched so many at a time, and give way after each."""
    for page in rows.partitions(size):
        yield from page
        give_way()
