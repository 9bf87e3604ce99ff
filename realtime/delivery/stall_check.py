"""Check whether a client reads: it has stalled if nothing was sent for STALL_TIMEOUT_S while frames wait."""

import asyncio
import sys
import time
from collections.abc import Callable

STALL_TIMEOUT_S = 30  # without progress of a write, until the connection is closed
STALL_CHECKS = 6  # checks for progress before a client counts as stalled


class StallCheck:
    """Timer of one connection, which runs while frames wait.

    `unsent_bytes`: returns the written but unsent bytes. `is_waiting`: returns whether frames wait behind them. `on_stall`:
    called if the client has stalled.
    """

    __slots__ = ("_is_waiting", "_least_unsent", "_on_stall", "_progressed_at", "_timer", "_unsent_bytes")

    def __init__(self, unsent_bytes: Callable[[], int], is_waiting: Callable[[], bool], on_stall: Callable[[], None]) -> None:
        self._unsent_bytes, self._is_waiting, self._on_stall = unsent_bytes, is_waiting, on_stall
        self._timer: asyncio.TimerHandle | None = None
        self._progressed_at, self._least_unsent = 0.0, 0

    def start(self) -> None:
        """Start the checks. Idempotent."""
        if self._timer is None:
            self._progressed_at, self._least_unsent = time.monotonic(), self._unsent_bytes()
            self._check_later()

    def note_progress(self) -> None:
        """Record that the client has read."""
        self._progressed_at, self._least_unsent = time.monotonic(), sys.maxsize

    def stop(self) -> None:
        """Stop the checks."""
        if self._timer is not None:
            self._timer.cancel()

    def _check_later(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(STALL_TIMEOUT_S / STALL_CHECKS, self._check)

    def _check(self) -> None:
        self._timer = None
        if not self._is_waiting():
            return
        unsent, now = self._unsent_bytes(), time.monotonic()
        if unsent < self._least_unsent:
            self._least_unsent, self._progressed_at = unsent, now
        elif now - self._progressed_at >= STALL_TIMEOUT_S:
            self._on_stall()
            return
        self._check_later()
