"""Batches: what was counted here is told to Redis so many at a time, aside from whoever is counted.

While Redis says that all processes together took too much, the key waits here: until what is owed fits.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from board.rate_limit.rules import Rule

if TYPE_CHECKING:
    from board.rate_limit.shared import Shared

MOST_KEYS = 10_000  # those that were told of longest ago are forgotten


@dataclass(slots=True)
class _Debt:
    """What was taken of a key and is not told yet. `until`: when it is told again, where it did not fit; 0 where it did."""

    owed: int = 0
    until: float = 0.0
    telling: bool = False


class Batches:
    def __init__(self, shared: "Shared", clock: Callable[[], float]) -> None:
        self._shared, self._clock = shared, clock
        self._debts: dict[tuple[str, str], _Debt] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        return len(self._debts)

    def wait_s(self, rule: Rule, key: str) -> float:
        """Seconds for which this key waits; 0 where it need not."""
        debt = self._debts.get((rule.name, key))
        if debt is None or not debt.until:
            return 0.0
        left_s = debt.until - self._clock()
        if left_s <= 0:
            self._tell(rule, key, debt)
        return max(left_s, 0.001)

    def add(self, rule: Rule, key: str) -> None:
        """One was taken here."""
        debt = self._debts.get((rule.name, key))
        if debt is None:
            if len(self._debts) >= MOST_KEYS:
                del self._debts[next(iter(self._debts))]
            debt = self._debts[rule.name, key] = _Debt()
        debt.owed += 1
        if debt.owed >= min(rule.batch, rule.limit):
            self._tell(rule, key, debt)

    def _tell(self, rule: Rule, key: str, debt: _Debt) -> None:
        if not debt.telling:
            debt.telling = True
            task = asyncio.create_task(self._told(rule, key, debt))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _told(self, rule: Rule, key: str, debt: _Debt) -> None:
        owed = min(debt.owed, rule.limit)
        try:
            fits = await self._shared.hit(rule, key, owed)
            if fits is False:
                counts = await self._shared.counts(rule, key)
                # Not before as much as is owed fits, or each process would go on by a whole batch for each that fits.
                wait_s = counts.wait_s(max(1, rule.limit - owed + 1), rule.window_s) if counts is not None else 0.0
                debt.until = self._clock() + wait_s if counts is not None else 0.0
            else:
                debt.owed, debt.until = (debt.owed - owed if fits else 0), 0.0
        finally:
            debt.telling = False

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
