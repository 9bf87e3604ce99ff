"""Run a coroutine at a fixed interval; log errors and keep going."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import NoReturn

log = logging.getLogger("realtime.periodic")


async def run_every(seconds: float, fn: Callable[[], Awaitable[None]]) -> NoReturn:
    """Call `fn` after each pause of `seconds`, until cancelled. Log the first of consecutive failures with the name of `fn`."""
    failed = False
    while True:
        await asyncio.sleep(seconds)
        try:
            await fn()
            failed = False
        except Exception:
            if not failed:
                log.exception("periodic task failed", extra={"task": getattr(fn, "__qualname__", repr(fn))})
            failed = True
