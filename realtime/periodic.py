"""What is done again and again by the clock: a round that fails is not the last one."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import NoReturn

log = logging.getLogger("realtime.periodic")


async def every(seconds: float, round: Callable[[], Awaitable[None]]) -> NoReturn:
    """Does a round after each pause, until it is cancelled. Of failures in a row the first is logged."""
    failed = False
    while True:
        await asyncio.sleep(seconds)
        try:
            await round()
            failed = False
        except Exception:
            if not failed:
                log.exception("a round failed")
            failed = True
