"""Function of a session that runs in a thread, and the caller in an event loop that waits for it."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlmodel import Session


@dataclass(slots=True)
class Job:
    """Function, and the future of its caller."""

    fn: Callable[[Session], Any]
    loop: asyncio.AbstractEventLoop
    future: "asyncio.Future[Any]"
    result: Any = field(default=None, init=False)
    error: BaseException | None = field(default=None, init=False)

    def resolve(self) -> None:
        """Resolve the future, in its loop."""
        if self.future.cancelled():
            return
        if self.error is None:
            self.future.set_result(self.result)
        else:
            self.future.set_exception(_raisable(self.error))


def _raisable(error: BaseException) -> BaseException:
    """Return an error that a future takes: it refuses StopIteration, and so its caller would wait indefinitely."""
    if not isinstance(error, StopIteration):
        return error
    bug = RuntimeError("StopIteration outside of a generator")
    bug.__cause__ = error
    return bug


def deliver(jobs: Iterable[Job], before: Callable[[int], None] = lambda count: None) -> None:
    """Resolve the futures in order, in one call per loop. Each call begins with `before(number of its jobs)`."""
    by_loop: dict[asyncio.AbstractEventLoop, list[Job]] = {}
    for job in jobs:
        by_loop.setdefault(job.loop, []).append(job)
    for loop, loop_jobs in by_loop.items():

        def resolve(jobs: list[Job] = loop_jobs) -> None:
            before(len(jobs))
            for job in jobs:
                job.resolve()

        if not loop.is_closed():
            loop.call_soon_threadsafe(resolve)
