"""Queue of short reads. Reads that wait while the threads are busy share a session, because hops between threads cost more than
the reads when many clients reconnect at the same time."""

import asyncio
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor
from typing import Any, Protocol

from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from models.db.job import Job, deliver

HURRY_S = 0.002  # a read that has waited this long gets another thread, if one is free
MAX_SHARED = 32  # reads per session; the last read waits for all of them


class ReadNow(Protocol):
    """Function that runs another one on one consistent view of the database, in this thread."""

    def __call__(self, fn: Callable[[Session], Any]) -> Any: ...


class ReadQueue:
    """Reads that wait for one of several threads; usually one thread is enough. If `read_now` fails for reads that share a
    session, each read runs again on its own."""

    def __init__(self, executor: Executor, threads: int, read_now: ReadNow) -> None:
        self._executor, self._threads, self._read_now = executor, threads, read_now
        self._running = 0  # threads
        self._jobs: deque[Job] = deque()
        self._lock = threading.Lock()
        self._check: asyncio.TimerHandle | None = None

    def put(self, fn: Callable[[Session], Any]) -> "asyncio.Future[Any]":
        """Queue a read and return the future of its result. The future is cancelled if the threads were stopped."""
        loop = asyncio.get_running_loop()
        job = Job(fn, loop, loop.create_future())
        with self._lock:
            self._jobs.append(job)
            is_first = not self._running
        if is_first:
            self._start_thread()
        elif self._check is None:
            self._check = loop.call_later(HURRY_S, self._start_if_late, loop)
        return job.future

    def _start_if_late(self, loop: asyncio.AbstractEventLoop) -> None:
        """Start another thread if reads still wait, because the running threads are busy with long reads."""
        self._check = None
        if self._jobs and self._running < self._threads:
            self._start_thread()
        if self._jobs:
            self._check = loop.call_later(HURRY_S, self._start_if_late, loop)

    def _start_thread(self) -> None:
        with self._lock:
            self._running += 1
        try:
            self._executor.submit(self._run)
        except RuntimeError:  # the threads were stopped
            with self._lock:
                self._running -= 1
                remaining, self._jobs = list(self._jobs), deque()
            for job in remaining:
                job.future.cancel()

    def _run(self) -> None:
        """Run waiting reads until there are none. The body of a thread."""
        while True:
            with self._lock:
                jobs = [self._jobs.popleft() for _ in range(min(MAX_SHARED, len(self._jobs)))]
                if not jobs:
                    self._running -= 1
                    return
            jobs = [job for job in jobs if not job.future.cancelled()]
            if len(jobs) == 1 or not self._run_shared(jobs):
                for job in jobs:
                    self._run_single(job)
            deliver(jobs)

    def _run_shared(self, jobs: list[Job]) -> bool:
        """Run reads in one session. Return False if the database failed any of them, because this can make the rest fail too."""

        def run(session: Session) -> None:
            for job in jobs:
                try:
                    job.result, job.error = job.fn(session), None
                except SQLAlchemyError:
                    raise
                except Exception as error:  # an error of the caller's function, such as a refusal
                    job.error = error

        try:
            self._read_now(run)
        except Exception:
            return False
        return True

    def _run_single(self, job: Job) -> None:
        try:
            job.result, job.error = self._read_now(job.fn), None
        except BaseException as error:
            job.error = error
