"""Queue for work that few requests may do at a time: accounts, or networks of strangers, take turns.

A request waits for at most one turn of each other key before its own key has its turn. A full queue refuses immediately, and
says when to come again. Each process has its own queues.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from board.errors import Refused
from board.i18n import N_
from board.queues.turns import Bounds, Turns
from board.rate_limit.account_limits import too_many
from board.telemetry import metrics
from realtime.keyed_semaphore import Slot

R = TypeVar("R")

TOO_MANY_REQUESTS = N_("Too many requests are waiting. Try again in {time}.")
MAX_RETRY_S = 60  # longest Retry-After of a full queue
_WEIGHT = 0.1  # of the latest turn in the average


class FairQueue:
    """Turns of one kind of work. The caller holds its turn until it releases the slot."""

    def __init__(
        self, name: str, bounds: Bounds, sentence: str = TOO_MANY_REQUESTS, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.name = name
        self._turns: Turns[asyncio.Future[None]] = Turns(bounds)
        self._sentence, self._clock = sentence, clock
        self._turn_s = 0.0  # average length of a turn
        self._metrics = metrics.QueueMetrics(name)
        self._threads: ThreadPoolExecutor | None = None

    @property
    def bounds(self) -> Bounds:
        return self._turns.bounds

    def count(self, key: Hashable) -> int:
        """Return how many requests of a key run or wait."""
        return self._turns.count(key)

    def is_waiting(self, key: Hashable) -> bool:
        """Return whether a request of this key waits for its turn."""
        return self._turns.is_waiting(key)

    def wait_s(self, key: Hashable) -> float:
        """Return about how many seconds a request of this key would wait now."""
        own = max(0, self._turns.count(key) - self.bounds.per_key + 1)
        all = self._turns.starts_before(key) + 1 if self._turns.running >= self.bounds.at_once else 0
        return self._turn_s * max(own / self.bounds.per_key, all / self.bounds.at_once)

    @contextlib.asynccontextmanager
    async def turn(self, key: Hashable) -> AsyncIterator[None]:
        """Hold a turn within a `with` block. Raises Refused `rate_limited`."""
        slot = await self.acquire(key)
        try:
            yield
        finally:
            slot.release()

    async def run(self, key: Hashable, fn: Callable[[], R]) -> R:
        """Run `fn` in a turn, in a thread of this queue: work in the loop's own threads never waits for it. Raises Refused."""
        if self._threads is None:
            self._threads = ThreadPoolExecutor(self.bounds.at_once, thread_name_prefix=self.name)
        async with self.turn(key):
            return await asyncio.get_running_loop().run_in_executor(self._threads, fn)

    def close(self) -> None:
        """End the threads, once they are idle."""
        if self._threads is not None:
            self._threads.shutdown(wait=False, cancel_futures=True)

    async def acquire(self, key: Hashable) -> Slot:
        """Wait for a turn. Raises Refused `rate_limited` if too many wait, or after the longest wait."""
        if not self._turns.has_room(key):
            raise self._refused(key)
        began, request = self._clock(), asyncio.get_running_loop().create_future()
        self._turns.join(key, request)
        self._start_waiting()
        if not request.done():
            await self._wait(key, request)
        started = self._clock()
        self._metrics.waited(started - began)
        return Slot(lambda: self._end(key, started))

    async def _wait(self, key: Hashable, request: "asyncio.Future[None]") -> None:
        try:
            async with asyncio.timeout(self.bounds.longest_wait_s):
                await request
        except BaseException as error:
            if not self._turns.leave(key, request) and request.done() and not request.cancelled():
                self._turns.end(key)  # it was started in the moment in which it was cancelled
            self._start_waiting()
            if isinstance(error, TimeoutError):
                raise self._refused(key) from None
            raise

    def _end(self, key: Hashable, started: float) -> None:
        took = self._clock() - started
        self._turn_s += (took - self._turn_s) * _WEIGHT if self._turn_s else took
        self._turns.end(key)
        self._start_waiting()

    def _start_waiting(self) -> None:
        while (started := self._turns.start_next()) is not None:
            key, request = started
            if request.cancelled():  # its task has not run since
                self._turns.end(key)
            else:
                request.set_result(None)
        self._metrics.lengths(self._turns.running, self._turns.waiting)

    def _refused(self, key: Hashable) -> Refused:
        self._metrics.refused()
        return too_many(min(self.wait_s(key), MAX_RETRY_S), self._sentence)
