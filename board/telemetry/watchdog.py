"""Whether the event loop goes round: it beats, a thread listens, and systemd is told where it asks."""

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
STUCK_S = 3.0  # without a beat for so long, nobody is answered any more: the log says what the loop is doing


def notify(state: str, patience_s: float = 1.0) -> None:
    """Tells systemd, where this is a service of `Type=notify`; see sd_notify(3)."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if address.startswith(("/", "@")):
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
            line.settimeout(patience_s)  # it may be behind: ten messages fill its queue
            line.sendto(state.encode(), address.replace("@", "\0", 1) if address[0] == "@" else address)


def notify_beat() -> None:
    """Tells systemd that we are alive, where it waits for that (`WatchdogSec=`)."""
    if "WATCHDOG_USEC" in os.environ:
        notify("WATCHDOG=1", patience_s=0)


class LoopWatchdog:
    """Made and run in the loop that it is about. `tell` is called at each beat."""

    def __init__(self, tell: Callable[[], object] | None = None) -> None:
        self._tell = tell or notify_beat
        self._thread = threading.get_ident()
        self._at = time.monotonic()
        self._ended = threading.Event()

    async def run(self) -> None:
        """Beats until it is cancelled."""
        threading.Thread(target=self._listen, name="pulse", daemon=True).start()
        try:
            while True:
                self._at = time.monotonic()
                self._tell()
                await asyncio.sleep(BEAT_S)
        finally:
            self._ended.set()

    def _listen(self) -> None:
        looked, since = time.monotonic(), 0.0
        while not self._ended.wait(BEAT_S / 2):
            now = time.monotonic()
            slept, looked = now - looked > 2 * BEAT_S, now  # the whole process was stopped: the loop has had no chance yet
            if not slept and not since and now - self._at > STUCK_S:
                since = self._at
                metrics.event_loop_stalls.inc()
                log.error("event loop stalled", seconds=round(now - since, 1), traceback=self._traceback())
            elif since and self._at != since:
                log.warning("event loop recovered", seconds=round(self._at - since, 1))
                since = 0.0

    def _traceback(self) -> list[str]:
        frame = sys._current_frames().get(self._thread)
        stack = traceback.extract_stack(frame)[-12:] if frame else []
        return [f"{each.filename}:{each.lineno} {each.name}" for each in stack]
