"""Where lines of the log go: a thread of its own writes them, so that nobody who says something waits for who should read it.

Standard error may be a pipe that nobody empties, or that is closed. Then lines wait here, as many as MOST; those that come
after are counted, and their number is said when all that waited is written.
"""

import os
import queue
import threading
import time
from collections.abc import Callable

MOST = 4_096  # lines that wait
TRIES_AGAIN_S = 0.05  # where whoever shares standard error has made it one that does not wait


class AsyncLogWriter:
    """What structlog calls a logger: its methods take a line. `fd`: none where there is no standard error. `lost` makes the
    line that says how many were lost."""

    def __init__(self, fd: int | None, lost: Callable[[int], str]) -> None:
        self._fd, self._say_lost = fd, lost
        self._waiting: queue.SimpleQueue[bytes | threading.Event] = queue.SimpleQueue()
        # Garbage may be collected in the midst of this, and what goes wrong there is logged too: by this thread.
        self._counting = threading.RLock()
        self._lost = 0
        self._torn = False  # the last line broke off
        threading.Thread(target=self._run, name="log", daemon=True).start()

    def msg(self, line: str) -> None:
        """Takes a line. Never waits, and never fails."""
        if self._waiting.qsize() < MOST:
            self._waiting.put(f"{line}\n".encode(errors="backslashreplace"))
        else:
            self._lose()

    log = debug = info = warning = error = critical = msg

    def flush(self, patience_s: float) -> bool:
        """Waits until what was said before is written; false where that takes too long."""
        written = threading.Event()
        self._waiting.put(written)
        return written.wait(patience_s)

    def _lose(self) -> None:
        with self._counting:
            self._lost += 1

    def _run(self) -> None:
        while True:
            item = self._waiting.get()
            if isinstance(item, bytes):
                self._write(item)
            if self._lost and self._waiting.empty():
                self._tell_lost()
            if isinstance(item, threading.Event):
                item.set()

    def _tell_lost(self) -> None:
        with self._counting:
            count, self._lost = self._lost, 0
        if not self._write(f"{self._say_lost(count)}\n".encode()):
            with self._counting:
                self._lost += count - 1  # that line was no line of theirs

    def _write(self, line: bytes) -> bool:
        """Whether the whole line could be written. One by one: short lines of several processes do not mix."""
        left = b"\n" + line if self._torn else line
        while left and self._fd is not None:
            try:
                left = left[os.write(self._fd, left) :]
                self._torn = bool(left)
            except BlockingIOError:
                time.sleep(TRIES_AGAIN_S)
            except OSError:
                self._lose()
                return False
        return True
