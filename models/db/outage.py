"""Outages of the database server while a process starts."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from models.db.backend import SERVER_START_TIMEOUT_S
from models.db.database import Database
from models.db.errors import DatabaseUnavailable

T = TypeVar("T")


async def outlast(database: Database, step: Callable[[], Awaitable[T]]) -> T:
    """Run a step of the start, and again after a lost connection: a server that goes away meanwhile is waited for, as one that
    is not there yet. `step` can run several times. Raises DatabaseUnavailable or ConfigurationError."""
    deadline = time.monotonic() + SERVER_START_TIMEOUT_S
    while True:
        try:
            return await step()
        except DatabaseUnavailable as error:
            cause = error.__cause__
            is_lost = isinstance(cause, Exception) and database.backend.is_retryable(cause)
            if not is_lost or time.monotonic() > deadline:
                raise
        await asyncio.to_thread(database.backend.wait_until_ready)
