"""Work for many clients, in slices, so that commands and pings are answered meanwhile."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

T = TypeVar("T")

SLICE_S = 0.004  # seconds of work before other tasks may run
ITEMS_PER_CLOCK = 32  # items between two looks at the clock


class SlicedWork:
    """Queue of work. Each piece begins after the one before it has ended, so that what clients are sent keeps its order."""

    def __init__(self) -> None:
        self._queue: deque[tuple[Iterator[Any], Callable[[Any], None]]] = deque()
        self._waiting = False  # for its next slice

    @property
    def is_behind(self) -> bool:
        """Return whether work waits: whoever adds some periodically leaves a round out then, so that the queue stays short."""
        return bool(self._queue)

    def add(self, items: Iterable[T], act: Callable[[T], None]) -> None:
        """Call `act` with each item: at once for the first ones, if nothing waits; for the rest in later slices."""
        self._queue.append((iter(items), act))
        if not self._waiting:
            self._run_slice()

    def _run_slice(self) -> None:
        self._waiting = False
        loop = asyncio.get_running_loop()
        until = loop.time() + SLICE_S
        while self._queue:
            items, act = self._queue[0]
            for number, item in enumerate(items, 1):
                act(item)
                if not number % ITEMS_PER_CLOCK and loop.time() >= until:
                    self._waiting = True
                    loop.call_soon(self._run_slice)
                    return
            self._queue.popleft()
