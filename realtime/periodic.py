"""Periodic tasks, which run until they are cancelled. Errors are logged, and the task continues."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection
from typing import Any, NoReturn

log = logging.getLogger("realtime.periodic")


async def run_every(seconds: float, fn: Callable[[], Awaitable[None]]) -> NoReturn:
    """Call `fn` after each pause of `seconds`, until cancelled. Log the first of consecutive failures with the name of `fn`."""
    has_failed = False
    while True:
        await asyncio.sleep(seconds)
        try:
            await fn()
            has_failed = False
        except Exception:
            if not has_failed:
                log.exception("periodic task failed", extra={"task": getattr(fn, "__qualname__", repr(fn))})
            has_failed = True


async def cancel_all(tasks: Collection[asyncio.Task[Any]]) -> None:
    """Cancel tasks, and wait until they have ended."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
