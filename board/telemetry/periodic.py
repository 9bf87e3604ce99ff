"""Background tasks on the database. They log that it is unavailable, and continue."""

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
    wake: asyncio.Event | None = None,
    pause_s: float = 0.0,
) -> NoReturn:
    """Call `fn` every `seconds`, and soon after `wake` is set, but at most every `pause_s`, until cancelled.

    `unavailable`: log event if the database is unavailable.
    """
    event = wake or asyncio.Event()

    @wraps(fn)  # other errors are logged with its name
    async def call() -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await event.wait()
        event.clear()
        try:
            await fn()
        except DatabaseUnavailable:
            log.warning(unavailable)

    await run_every(pause_s, call)


async def run_until_done(fn: Callable[[], Awaitable[None]], seconds: float, failed: str) -> None:
    """Call `fn` until it succeeds, every `seconds`. `failed`: log event of a failure."""
    while True:
        try:
            return await fn()
        except DatabaseUnavailable:
            log.warning(failed)
        except Exception:
            log.exception(failed)
        await asyncio.sleep(seconds)


def log_end(task: asyncio.Task[None]) -> None:
    """Log that a background task ended with an error. A callback of the task."""
    if not task.cancelled() and (error := task.exception()) is not None:
        log.error("background task ended", task=task.get_name(), exc_info=error)
