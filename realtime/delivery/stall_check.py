"""Check of whether a client reads: it has stalled if nothing could be sent for STALL_TIMEOUT_S while something waits."""

import asyncio
import sys
import time
from collections.abc import Callable

STALL_TIMEOUT_S = 30  # close a connection whose write makes no progress for so long
STALL_CHECKS = 6  # checks for progress before a client counts as stalled


class StallCheck:
    """Timer of one connection. It runs while something waits to be sent; then `on_stall` is called, or it ends.

    `unsent_bytes` returns the bytes that are written and not sent; `is_waiting` whether anything waits behind them.
    """

    __slots__ = ("_is_waiting", "_least_unsent", "_on_stall", "_progressed_at", "_timer", "_unsent_bytes")

    def __init__(self, unsent_bytes: Callable[[], int], is_waiting: Callable[[], bool], on_stall: Callable[[], None]) -> None:
        self._unsent_bytes, self._is_waiting, self._on_stall = unsent_bytes, is_waiting, on_stall
        self._timer: asyncio.TimerHandle | None = None
        self._progressed_at, self._least_unsent = 0.0, 0

    def start(self) -> None:
        """Check from now on, if it does not already."""
        if self._timer is None:
            self._progressed_at, self._least_unsent = time.monotonic(), self._unsent_bytes()
            self._check_later()

    def note_progress(self) -> None:
        """Note that the client has read."""
        self._progressed_at, self._least_unsent = time.monotonic(), sys.maxsize

    def stop(self) -> None:
        """Check no longer."""
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
