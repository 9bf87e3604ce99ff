"""Writes that wait for a writing thread, in lines: those of one line are done in the order in which they came, one group at
a time; different lines go side by side, or together."""

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlmodel import Session

MAX_GROUP = 64  # writes that share a commit at most; more would make the first of them wait for long
COLLECT_S = 0.05  # what takes longer waits for something, a lock or a line: meanwhile another thread goes on


@dataclass(slots=True)
class WriteJob:
    """One write, and who waits for it. `boards` are the boards that it locks."""

    fn: Callable[[Session], Any]
    boards: tuple[str, ...]
    loop: asyncio.AbstractEventLoop
    future: "asyncio.Future[Any]"
    on_committed: Callable[[Any], None] | None = None
    queued_at: float = field(default_factory=time.monotonic)
    maybe_committed: bool = False  # a commit of it was under way when its connection was lost
    result: Any = None
    error: BaseException | None = None

    def resolve(self) -> None:
        """In the loop: tells who waits. `after` comes first, so that what was committed is published in commit order."""
        if self.error is None and self.on_committed is not None:
            try:
                self.on_committed(self.result)
            except Exception as error:  # a fault of ours: it is committed, and nobody must wait for ever
                self.loop.call_exception_handler({"message": "after a commit", "exception": error})
        if self.future.cancelled():
            return
        if self.error is None:
            self.future.set_result(self.result)
        else:
            self.future.set_exception(self.error)


def _next_group(waiting: deque[WriteJob], most: int) -> list[WriteJob]:
    group = [waiting.popleft()]
    while group[0].boards and waiting and len(group) < most and waiting[0].boards == group[0].boards:
        group.append(waiting.popleft())
    return group


class WriteQueue:
    """Shared by the loop, which puts, and the writing threads, which take and release."""

    def __init__(self) -> None:
        self._jobs: dict[Hashable, deque[WriteJob]] = {}  # each line with a job, one that is being worked on included
        self._ready: deque[Hashable] = deque()  # lines that no thread works on, the one that waits longest first
        self._changed = threading.Condition()
        self._busy_since: dict[int, float] = {}  # threads, and since when
        self._closed = False

    def put(self, line: Hashable, job: WriteJob) -> None:
        with self._changed:
            if line in self._jobs:
                self._jobs[line].append(job)
                return
            self._jobs[line] = deque([job])
            self._ready.append(line)
            self._changed.notify()

    def take(self) -> dict[Hashable, list[WriteJob]] | None:
        """Waits for a line, and takes the jobs at its head that lock the same boards; one that locks none is alone. Of lines
        that are ready too, the same, as long as all of it is no more than one group. None when all is done and closed.

        Threads share one processor's time, and each group has its costs: while one is at work, what comes is collected.
        """
        with self._changed:
            while (wait_s := self._wait_s()) != 0 or not self._ready:
                if self._closed and not self._ready:
                    return None
                self._changed.wait(wait_s)
            self._busy_since[threading.get_ident()] = time.monotonic()
            taken: dict[Hashable, list[WriteJob]] = {}
            room = MAX_GROUP
            while self._ready and room and (not taken or self._jobs[self._ready[0]][0].boards):
                line = self._ready.popleft()
                taken[line] = _next_group(self._jobs[line], room)
                room -= len(taken[line])
                if not taken[line][0].boards:
                    break
            return taken

    def _wait_s(self) -> float | None:
        """How long a thread waits before it takes what is ready: 0 where it does so now, None for news."""
        if not self._ready:
            return None
        began = max(self._busy_since.values(), default=0.0)
        return max(0.0, began + COLLECT_S - time.monotonic())

    def release(self, lines: Iterable[Hashable]) -> None:
        """Groups of these lines are done by this thread: the next may be taken."""
        with self._changed:
            self._busy_since.pop(threading.get_ident(), None)
            for line in lines:
                if self._jobs[line]:
                    self._ready.append(line)
                else:
                    del self._jobs[line]
            if self._ready:
                self._changed.notify()

    def close(self) -> None:
        """Threads end when nothing waits any more."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
