"""How long a client may take: a connection that sends, or reads, too slowly is ended.

Each waits for something of its client: the head of a request, its body, or that what was written is read. Nobody else knows of
a connection that never gets so far; hundreds of them would keep files and memory for as long as they like.
"""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol, runtime_checkable


@dataclass(frozen=True)
class Deadlines:
    """Seconds. `unread` is as long as a reader of events is given; a bad line stands still for some of it, and goes on."""

    head: float = 10.0  # for the head of a request, from its first byte; for the first one from the beginning
    body: float = 10.0  # between two parts of a body
    whole_body: float = 60.0  # for all of it: it is 64 KiB at most
    handshake: float = 10.0  # of a websocket
    unread_output: float = 30.0  # in which nothing of what was written could be sent
    check_interval: float = 1.0  # between two looks at all connections


@runtime_checkable
class TimedConnection(Protocol):
    """A connection that knows whether its client takes too long."""

    def is_late(self, now: float, deadlines: Deadlines) -> bool: ...
    def abort(self) -> None: ...


async def abort_late_connections(connections: Iterable[object], deadlines: Deadlines, ended: Callable[[], object]) -> None:
    """End those that are late, again and again, until cancelled. `ended` is called for each."""
    loop = asyncio.get_running_loop()
    while True:
        await asyncio.sleep(deadlines.check_interval)
        now = loop.time()
        for each in [each for each in connections if isinstance(each, TimedConnection) and each.is_late(now, deadlines)]:
            each.abort()
            ended()
