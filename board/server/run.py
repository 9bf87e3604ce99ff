"""Run a server until it is stopped."""

import asyncio
import gc
from collections.abc import Callable

from board.config.settings import Settings
from board.server.serve import serve
from board.telemetry import logs


def run(settings: Settings, ready: Callable[[str], None] | None = None) -> None:
    """Run `serve` from synchronous code, in this process or with the configured number of workers.

    Raises ConfigurationError.
    """
    try:
        if settings.workers > 1:
            from board.server.supervisor import supervise

            gc.enable()  # workers are separate processes
            supervise(settings, ready)
        else:
            asyncio.run(serve(settings, ready))
    finally:
        logs.flush()  # before the message of an error is printed
