"""Periodic tasks on the database. While it is unavailable this is logged, and they go on."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import NoReturn

import structlog

from models.db.database import DatabaseUnavailable
from realtime.periodic import run_every

log = structlog.get_logger()


async def run_on_database(
    fn: Callable[[], Awaitable[None]],
    seconds: float,
    unavailable: str,
    *,
    asked: asyncio.Event | None = None,
    pause_s: float = 0.0,
) -> NoReturn:
    """Call `fn` every `seconds`, and soon after `asked` is set, but not before `pause_s`, until cancelled. `unavailable` is the
    log event for a database that is unavailable."""
    wanted = asked or asyncio.Event()

    @wraps(fn)  # other errors are logged with its name
    async def call() -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await wanted.wait()
        wanted.clear()
        try:
            await fn()
        except DatabaseUnavailable:
            log.warning(unavailable)

    await run_every(pause_s, call)
