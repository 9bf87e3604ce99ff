"""Phases of a long command, with the seconds that each took. Some run at the same time."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from board.install import report


class Phases:
    """Seconds by phase, in the order in which they ran."""

    def __init__(self) -> None:
        self._seconds: dict[str, float] = {}
        self._started = time.monotonic()

    @contextmanager
    def timed(self, phase: str, description: str) -> Iterator[None]:
        """Announce a phase, and measure the time of a `with` block."""
        report(f"{phase}: {description}")
        sys.stdout.flush()  # programs that run in the phase write to the same stream
        started = time.monotonic()
        try:
            yield
        finally:
            self._seconds[phase] = time.monotonic() - started

    def seconds(self) -> float:
        """Return the seconds since the first phase began."""
        return time.monotonic() - self._started

    def __str__(self) -> str:
        """Return `lint 0.4 s, types 15.0 s`."""
        return ", ".join(f"{phase} {seconds:.1f} s" for phase, seconds in self._seconds.items())
