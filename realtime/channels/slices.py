"""Work for many clients in slices, so that commands and pings are answered in the meantime."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

T = TypeVar("T")

SLICE_S = 0.004  # seconds of work before other tasks may run
ITEMS_PER_CLOCK = 32  # items between two reads of the clock


class StepBudget:
    """Time for long work in one step of the loop, shared by all such work: with any number of clients, a step takes little more
    than SLICE_S."""

    def __init__(self) -> None:
        self._until: float | None = None

    def begin(self) -> float | None:
        """Return the time until which to work, by the loop's clock. None if the time is used up: continue in the next step."""
        loop = asyncio.get_running_loop()
        if self._until is None:  # the first caller makes progress, even if the step has already taken long
            self._until = loop.time() + SLICE_S
            loop.call_soon(self._end_step)
        elif loop.time() >= self._until:
            return None
        return self._until

    def _end_step(self) -> None:
        self._until = None


class SlicedWork:
    """Queue of work. Each piece begins after the previous one has ended, which keeps the order of frames."""

    def __init__(self, step: StepBudget | None = None) -> None:
        self._step = step or StepBudget()
        self._queue: deque[tuple[Iterator[Any], Callable[[Any], None]]] = deque()
        self._waiting = False  # for its next slice

    @property
    def is_behind(self) -> bool:
        """Return whether work waits. Periodic work skips a round then, so that the queue stays short."""
        return bool(self._queue)

    def add(self, items: Iterable[T], act: Callable[[T], None]) -> None:
        """Call `act` with each item: immediately with the first ones if the queue is empty, with the rest in later slices."""
        self._queue.append((iter(items), act))
        if not self._waiting:
            self._run_slice()

    def _run_slice(self) -> None:
        loop, until = asyncio.get_running_loop(), self._step.begin()
        self._waiting = until is None
        if until is None:
            loop.call_soon(self._run_slice)
            return
        while self._queue:
            items, act = self._queue[0]
            for number, item in enumerate(items, 1):
                act(item)
                if not number % ITEMS_PER_CLOCK and loop.time() >= until:
                    self._waiting = True
                    loop.call_soon(self._run_slice)
                    return
            self._queue.popleft()
