"""Deadlines for clients: a connection that sends or reads too slowly is aborted.

Each limit is on something expected from the client: the head of a request, its body, or that it reads the response. The
application does not see connections that never get so far; hundreds of them would hold file descriptors and memory.
"""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

CHECKED_AT_ONCE = 500  # connections, before other tasks run


@dataclass(frozen=True)
class Deadlines:
    """Seconds per step. `unread_output` equals the limit for WebSocket clients; a bad line can stall for part of it and
    recover."""

    head: float = 10.0  # for the head of a request from its first byte; for the first request from the connect
    body: float = 10.0  # between two parts of a body
    whole_body: float = 60.0  # for the whole body, which is at most 64 KiB
    handshake: float = 10.0  # WebSocket handshake
    unread_output: float = 30.0  # without any progress in sending the response
    check_interval: float = 1.0  # between two checks of all connections


async def abort_late_connections(connections: Iterable[Any], deadlines: Deadlines, ended: Callable[[], object]) -> None:
    """Abort late connections periodically until cancelled. `ended` is called for each. One that can't tell is not late.
    (`isinstance` with a protocol class takes 15 µs.)"""
    loop = asyncio.get_running_loop()
    while True:
        await asyncio.sleep(deadlines.check_interval)
        for number, each in enumerate(list(connections)):
            is_late = getattr(each, "is_late", None)
            if is_late is not None and is_late(loop.time(), deadlines):
                each.abort()
                ended()
            if number % CHECKED_AT_ONCE == CHECKED_AT_ONCE - 1:
                await asyncio.sleep(0)
