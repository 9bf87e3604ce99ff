"""Deadlines for clients: a connection that sends or reads too slowly is aborted.

Each limit is for an expected action of the client: sending the head of a request, its body, or reading the response. The
application never sees such incomplete connections; hundreds of them would occupy file descriptors and memory.
"""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

CHECKED_AT_ONCE = 500  # connections, before other tasks run


@dataclass(frozen=True)
class Deadlines:
    """Seconds per step. `unread_output` equals the limit for WebSocket clients; a poor connection can stall for part of it and
    recover."""

    head: float = 10.0  # for the head of a request from its first byte; for the first request from the connect
    body: float = 10.0  # between two parts of a body
    whole_body: float = 60.0  # for the complete body, which has at most 64 KiB
    handshake: float = 10.0  # WebSocket handshake
    unread_output: float = 30.0  # without any progress in sending the response
    check_interval: float = 1.0  # between two checks of all connections


async def abort_late_connections(connections: Iterable[Any], deadlines: Deadlines, on_abort: Callable[[], object]) -> None:
    """Abort late connections periodically until cancelled, and call `on_abort` for each.

    A connection without `is_late` is never late. (`isinstance` with a protocol class takes 15 µs.)
    """
    loop = asyncio.get_running_loop()
    while True:
        await asyncio.sleep(deadlines.check_interval)
        for number, connection in enumerate(list(connections)):
            is_late = getattr(connection, "is_late", None)
            if is_late is not None and is_late(loop.time(), deadlines):
                connection.abort()
                on_abort()
            if number % CHECKED_AT_ONCE == CHECKED_AT_ONCE - 1:
                await asyncio.sleep(0)
