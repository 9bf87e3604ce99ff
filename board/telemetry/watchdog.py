"""Watchdog of the event loop: a task beats, a thread checks the beats, and systemd is notified if its watchdog is on."""

import asyncio
import contextlib
import os
import socket
import sys
import threading
import time
import traceback
from collections.abc import Callable

import structlog

from board.telemetry import metrics

log = structlog.get_logger()

BEAT_S = 1.0
STALL_S = 3.0  # without a beat; then the loop is logged as stalled, with its traceback


def sd_notify(state: str, patience_s: float = 1.0) -> None:
    """Notify systemd, if this is a service of `Type=notify`; see sd_notify(3)."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if address.startswith(("/", "@")):
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as connection:
            connection.settimeout(patience_s)  # systemd may lag, and ten messages fill its queue
            connection.sendto(state.encode(), address.replace("@", "\0", 1) if address[0] == "@" else address)


def sd_watchdog() -> None:
    """Notify systemd's watchdog, if it is on (`WatchdogSec=`)."""
    if "WATCHDOG_USEC" in os.environ:
        sd_notify("WATCHDOG=1", patience_s=0)


class LoopWatchdog:
    """Watchdog of the event loop that creates it. `on_beat`: called at each beat."""

    def __init__(self, on_beat: Callable[[], object] | None = None) -> None:
        self._on_beat = on_beat or sd_watchdog
        self._thread = threading.get_ident()
        self._beat_at = time.monotonic()
        self._stopped = threading.Event()

    async def run(self) -> None:
        """Beat until cancelled."""
        threading.Thread(target=self._watch, name="pulse", daemon=True).start()
        try:
            while True:
                self._beat_at = time.monotonic()
                self._on_beat()
                await asyncio.sleep(BEAT_S)
        finally:
            self._stopped.set()

    def _watch(self) -> None:
        checked_at, stalled_since = time.monotonic(), 0.0
        while not self._stopped.wait(BEAT_S / 2):
            now = time.monotonic()
            # If the entire process was stopped, the loop had no chance to beat.
            was_stopped, checked_at = now - checked_at > 2 * BEAT_S, now
            if not was_stopped and not stalled_since and now - self._beat_at > STALL_S:
                stalled_since = self._beat_at
                metrics.event_loop_stalls.inc()
                log.error("event loop stalled", seconds=round(now - stalled_since, 1), traceback=self._traceback())
            elif stalled_since and self._beat_at != stalled_since:
                log.warning("event loop recovered", seconds=round(self._beat_at - stalled_since, 1))
                stalled_since = 0.0

    def _traceback(self) -> list[str]:
        frame = sys._current_frames().get(self._thread)
        stack = traceback.extract_stack(frame)[-12:] if frame else []
        return [f"{entry.filename}:{entry.lineno} {entry.name}" for entry in stack]
