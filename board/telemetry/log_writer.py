"""Asynchronous log writer: a thread writes the lines, so that logging never blocks.

Standard error may be a pipe without a reader, or closed. Then up to MAX_QUEUED lines wait in memory; further ones are counted,
and their number is logged when the queue is empty.
"""

import os
import queue
import threading
import time
from collections.abc import Callable

MAX_QUEUED = 4_096  # lines in memory
RETRY_PAUSE_S = 0.05  # pause before a retry if another process made standard error non-blocking


class AsyncLogWriter:
    """Logger for structlog: its methods take a line.

    `fd`: None without standard error. `lost`: returns the line that reports the number of dropped lines.
    """

    def __init__(self, fd: int | None, lost: Callable[[int], str]) -> None:
        self._fd, self._lost_line = fd, lost
        self._queue: queue.SimpleQueue[bytes | threading.Event] = queue.SimpleQueue()
        # Reentrant: a garbage collection within this block may log too, on the same thread.
        self._counting = threading.RLock()
        self._lost = 0
        self._broken_line = False  # the last line was written in part
        threading.Thread(target=self._run, name="log", daemon=True).start()

    def msg(self, line: str) -> None:
        """Queue a line. Never blocks and never raises."""
        if self._queue.qsize() < MAX_QUEUED:
            self._queue.put(f"{line}\n".encode(errors="backslashreplace"))
        else:
            self._count_lost()

    log = debug = info = warning = error = critical = msg

    def flush(self, timeout_s: float) -> bool:
        """Wait until all queued lines are written; return false after `timeout_s` seconds."""
        is_written = threading.Event()
        self._queue.put(is_written)
        return is_written.wait(timeout_s)

    def _count_lost(self) -> None:
        with self._counting:
            self._lost += 1

    def _run(self) -> None:
        while True:
            item = self._queue.get()
            if isinstance(item, bytes):
                self._write(item)
            if self._lost and self._queue.empty():
                self._report_lost()
            if isinstance(item, threading.Event):
                item.set()

    def _report_lost(self) -> None:
        with self._counting:
            count, self._lost = self._lost, 0
        if not self._write(f"{self._lost_line(count)}\n".encode()):
            with self._counting:
                self._lost += count - 1  # the report itself is not one of the dropped lines

    def _write(self, line: bytes) -> bool:
        """Write a line; return whether all of it was written. One write per line, so that short lines of several processes do not
        mix."""
        remaining = b"\n" + line if self._broken_line else line
        while remaining and self._fd is not None:
            try:
                remaining = remaining[os.write(self._fd, remaining) :]
                self._broken_line = bool(remaining)
            except BlockingIOError:
                time.sleep(RETRY_PAUSE_S)
            except OSError:
                self._count_lost()
                return False
        return True
