"""A queue in which one account occupies all its slots, and may not wait."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from board.queues.fair_queue import FairQueue


@contextlib.asynccontextmanager
async def full_queue(queue: FairQueue, account: str) -> AsyncIterator[None]:
    """Occupy all slots of an account within a `with` block, and let nobody wait."""
    async with contextlib.AsyncExitStack() as turns:
        for _ in range(queue.bounds.per_key):
            await turns.enter_async_context(queue.turn(account))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(queue._turns, "bounds", replace(queue.bounds, waiting_per_key=0))
            yield
