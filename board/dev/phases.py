"""Phases of a long command, with the seconds that each took."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from board.install import report


class Phases:
    """Seconds by phase, in the order in which they ran."""

    def __init__(self) -> None:
        self._took: dict[str, float] = {}

    @contextmanager
    def timed(self, phase: str, does: str) -> Iterator[None]:
        """Announce a phase, with what it does, and time it."""
        report(f"{phase}: {does}")
        sys.stdout.flush()  # what runs there writes to the same place
        began = time.monotonic()
        try:
            yield
        finally:
            self._took[phase] = time.monotonic() - began

    def seconds(self) -> float:
        return sum(self._took.values())

    def __str__(self) -> str:
        """Return `lint 0.4 s, types 15.0 s`."""
        return ", ".join(f"{phase} {seconds:.1f} s" for phase, seconds in self._took.items())
