"""Batches of counts: tries counted in this process are reported to Redis several at a time, outside the request.

While Redis reports that all processes together exceed the limit, the key waits here until the unreported tries fit.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from board.rate_limit.rules import Rule
from realtime.periodic import cancel_all

if TYPE_CHECKING:
    from board.rate_limit.shared import Shared

MAX_KEYS = 10_000  # beyond, the oldest is dropped


@dataclass(slots=True)
class _Unreported:
    """Unreported tries of a key. `until`: time of the next report after one that did not fit; 0 otherwise."""

    count: int = 0
    until: float = 0.0
    is_reporting: bool = False


class Batches:
    """Unreported tries of this process, by rule and key."""

    def __init__(self, shared: "Shared", clock: Callable[[], float]) -> None:
        self._shared, self._clock = shared, clock
        self._unreported: dict[tuple[str, str], _Unreported] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        return len(self._unreported)

    def wait_s(self, rule: Rule, key: str) -> float:
        """Return the seconds that this key has to wait; 0 if none."""
        entry = self._unreported.get((rule.name, key))
        if entry is None or not entry.until:
            return 0.0
        left_s = entry.until - self._clock()
        if left_s <= 0:
            self._start_report(rule, key, entry)
        return max(left_s, 0.001)

    def add(self, rule: Rule, key: str) -> None:
        """Count one try of this process."""
        entry = self._unreported.get((rule.name, key))
        if entry is None:
            if len(self._unreported) >= MAX_KEYS:
                del self._unreported[next(iter(self._unreported))]
            entry = self._unreported[rule.name, key] = _Unreported()
        entry.count += 1
        if entry.count >= min(rule.batch, rule.limit):
            self._start_report(rule, key, entry)

    def _start_report(self, rule: Rule, key: str, entry: _Unreported) -> None:
        if not entry.is_reporting:
            entry.is_reporting = True
            task = asyncio.create_task(self._report(rule, key, entry))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _report(self, rule: Rule, key: str, entry: _Unreported) -> None:
        count = min(entry.count, rule.limit)
        try:
            answer = await self._shared.count(rule, key, count)
            if answer is not None and not answer.fits:
                # Wait until all unreported tries fit, or each process would exceed the limit by a batch for each that fits.
                entry.until = self._clock() + answer.counts.wait_s(max(1, rule.limit - count + 1), rule.window_s)
            else:
                entry.count, entry.until = (entry.count - count if answer is not None else 0), 0.0
        finally:
            entry.is_reporting = False

    async def close(self) -> None:
        await cancel_all(self._tasks)
