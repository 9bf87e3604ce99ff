"""Queue of pending writes. Jobs with the same key run in order, one group at a time; different keys may run in parallel or share
a transaction."""

import threading
import time
from collections import deque
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from typing import Any

from models.db.job import Job

MAX_GROUP = 64  # jobs per commit; a larger group delays its first job
# New jobs are collected while a thread has been busy for less than this; a longer job waits for a lock or the network.
COLLECT_S = 0.05


@dataclass(slots=True)
class WriteJob(Job):
    """Pending write. `boards`: boards that it locks."""

    boards: tuple[str, ...]
    on_committed: Callable[[Any], None] | None = None
    queued_at: float = field(default_factory=time.monotonic)
    maybe_committed: bool = False  # the connection was lost during its commit

    def resolve(self) -> None:
        """Resolve the future, in its loop. `on_committed` runs first, so that commits are published in commit order."""
        if self.error is None and self.on_committed is not None:
            try:
                self.on_committed(self.result)
            except Exception as error:  # a bug: the write is committed, and its caller must not wait indefinitely
                self.loop.call_exception_handler({"message": "after a commit", "exception": error})
        Job.resolve(self)  # `super()` does not work in a dataclass with slots


def _next_group(waiting: deque[WriteJob], limit: int) -> list[WriteJob]:
    group = [waiting.popleft()]
    while group[0].boards and waiting and len(group) < limit and waiting[0].boards == group[0].boards:
        group.append(waiting.popleft())
    return group


class WriteQueue:
    """Queue shared by the event loop, which puts jobs, and the writer threads, which take and release them."""

    def __init__(self) -> None:
        self._jobs: dict[Hashable, deque[WriteJob]] = {}  # by key, including keys that a thread is working on
        self._ready: deque[Hashable] = deque()  # keys with jobs and without a thread, longest waiting first
        self._changed = threading.Condition()
        self._busy_since: dict[int, float] = {}  # start of work, by thread
        self._watching = 0  # threads that wait until another thread has been busy for COLLECT_S
        self._closed = False

    def put(self, key: Hashable, job: WriteJob) -> None:
        with self._changed:
            if key in self._jobs:
                self._jobs[key].append(job)
                return
            self._jobs[key] = deque([job])
            self._ready.append(key)
            self._wake_one()

    def take(self, finished_keys: Iterable[Hashable] = ()) -> dict[Hashable, list[WriteJob]] | None:
        """Release the finished keys, wait for a key, and take its first jobs that lock the same boards. Return None if the queue
        is empty and closed.

        A job that locks no board is taken alone. Other ready keys are added, up to MAX_GROUP jobs. While a thread is busy, new
        jobs are collected, because threads share CPU time and each group has a fixed cost.
        """
        with self._changed:
            self._release(finished_keys)
            while (wait_s := self._wait_s()) != 0 or not self._ready:
                if self._closed and not self._ready:
                    return None
                self._watching += wait_s is not None
                self._changed.wait(wait_s)
                self._watching -= wait_s is not None
            self._busy_since[threading.get_ident()] = time.monotonic()
            groups: dict[Hashable, list[WriteJob]] = {}
            free = MAX_GROUP
            while self._ready and free and (not groups or self._jobs[self._ready[0]][0].boards):
                key = self._ready.popleft()
                groups[key] = _next_group(self._jobs[key], free)
                free -= len(groups[key])
                if not groups[key][0].boards:
                    break
            if self._ready:
                self._wake_one()
            return groups

    def _wake_one(self) -> None:
        """Wake a thread for the ready keys, unless a thread is watching, because another could not do more and waking costs as
        much as writing a row."""
        if not (self._busy_since and self._watching):
            self._changed.notify()

    def _wait_s(self) -> float | None:
        """Return the seconds to wait before taking the ready keys: 0 for none, None to wait for a change."""
        if not self._ready:
            return None
        start = max(self._busy_since.values(), default=0.0)
        return max(0.0, start + COLLECT_S - time.monotonic())

    def release(self, keys: Iterable[Hashable]) -> None:
        """Release keys whose groups this thread has finished, so that their next jobs can be taken."""
        with self._changed:
            self._release(keys)
            if self._ready:
                self._changed.notify()

    def _release(self, keys: Iterable[Hashable]) -> None:
        self._busy_since.pop(threading.get_ident(), None)
        for key in keys:
            if self._jobs[key]:
                self._ready.append(key)
            else:
                del self._jobs[key]

    def close(self) -> None:
        """Close the queue, so that the threads end when it is empty."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
