"""One line to Redis: commands go out in the order in which they are put, answers come in to one callback, and the first
fault ends it.

It never reconnects by itself. redis-py's own clients do, without a word, and what was said meanwhile is lost unnoticed: here
whoever holds a line learns of its end, and asks the journal.
"""

import asyncio
import contextlib
import socket
from collections import deque
from collections.abc import Callable, Coroutine
from typing import Any

from redis.asyncio.connection import AbstractConnection, Connection, UnixDomainSocketConnection, parse_url
from redis.exceptions import ConnectionError, RedisError, ResponseError

CONNECT_TIMEOUT_S = 2.0
MAX_QUEUED = 10_000  # commands
MAX_QUEUED_BYTES = 16 * 1_048_576
MAX_BATCH = 256  # commands written at once
ANSWERS_PER_YIELD = 64  # answers after which the loop is left to others: what was read is parsed without ever waiting

CONNECTION_ERRORS = (RedisError, OSError, TimeoutError)


def connection_of(url: str) -> AbstractConnection:
    """A connection as the URL says, not yet made. Raises ValueError where the URL can't be used."""
    try:
        given: dict[str, Any] = dict(parse_url(url))
        kind = given.pop("connection_class", Connection)
        for name in ("max_connections", "timeout", "health_check_interval", "retry_on_timeout"):
            given.pop(name, None)  # of pools and reconnecting clients
        if kind is not UnixDomainSocketConnection:
            given |= {"socket_keepalive": True, "socket_keepalive_options": _KEEPALIVE}
        made: AbstractConnection = kind(**given | _OPTIONS)
    except (ValueError, TypeError, RedisError) as error:
        raise ValueError("REDIS_URL is like redis://user:password@host:6379, rediss:// for TLS, or unix:///path.") from error
    return made


_OPTIONS = {
    "db": 0,  # channels know no databases
    "protocol": 2,
    "decode_responses": False,
    "driver_info": None,  # a user of few rights may not say it
    "socket_timeout": None,  # nothing may be said for hours; whether the line lives is found by the bus's own heartbeat
    "socket_connect_timeout": CONNECT_TIMEOUT_S,
}
_KEEPALIVE = {
    getattr(socket, name): value
    for name, value in (("TCP_KEEPIDLE", 5), ("TCP_KEEPINTVL", 2), ("TCP_KEEPCNT", 2), ("TCP_USER_TIMEOUT", 5_000))
    if hasattr(socket, name)
}


class RedisConnection:
    """Made by `open`. `answered` is told each answer in order, errors of Redis as exceptions."""

    def __init__(self, url: str, answered: Callable[[Any], None]) -> None:
        self._connection = connection_of(url)
        self._on_answer = answered
        self._queue: deque[tuple[bytes | str, ...]] = deque()
        self._queued_bytes = 0
        self._unanswered = 0
        self._not_empty = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()

    async def open(self) -> None:
        """Connects and signs in. Raises one of FAULTS."""
        async with asyncio.timeout(2 * CONNECT_TIMEOUT_S):  # a server that accepts and then says nothing
            await self._connection.connect()  # type: ignore[no-untyped-call]

    async def request(self, *command: str) -> Any:
        """One command and its answer, before the line runs. Raises one of FAULTS."""
        async with asyncio.timeout(CONNECT_TIMEOUT_S):
            await self._write_commands([command])
            return await self._connection.read_response(disable_decoding=True)

    def send(self, *command: bytes | str) -> bool:
        """Queues a command; False when too much is waiting."""
        size = sum(map(len, command))
        if len(self._queue) >= MAX_QUEUED or self._queued_bytes + size > MAX_QUEUED_BYTES:
            return False
        self._queue.append(command)
        self._queued_bytes += size
        self._unanswered += 1
        self._idle.clear()
        self._not_empty.set()
        return True

    async def run(self) -> None:
        """Sends and hears until the line breaks. Raises one of FAULTS."""
        await until_one_ends(self._write_loop(), self._read_loop())

    async def drain(self, seconds: float) -> None:
        """Waits until everything that was put is answered, so long at most."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._idle.wait()

    async def close(self) -> None:
        with contextlib.suppress(*CONNECTION_ERRORS):
            await self._connection.disconnect(nowait=True)

    async def _write_loop(self) -> None:
        while True:
            await self._not_empty.wait()
            self._not_empty.clear()
            while self._queue:
                commands = [self._queue.popleft() for _ in range(min(MAX_BATCH, len(self._queue)))]
                self._queued_bytes -= sum(len(part) for command in commands for part in command)
                await self._write_commands(commands)

    async def _write_commands(self, commands: list[tuple[Any, ...]]) -> None:
        if not self._connection.is_connected:  # else it would connect anew, and nobody would know
            raise ConnectionError("the line is broken")
        await self._connection.send_packed_command(self._connection.pack_commands(commands), check_health=False)

    async def _read_loop(self) -> None:
        count = 0
        while True:
            try:
                answer = await self._connection.read_response(disable_decoding=True)
            except ResponseError as error:
                answer = error
            self._unanswered = max(0, self._unanswered - 1)
            if not self._unanswered:
                self._idle.set()
            self._on_answer(answer)
            count += 1
            if count % ANSWERS_PER_YIELD == 0:
                await asyncio.sleep(0)


async def until_one_ends(*work: Coroutine[Any, Any, None]) -> None:
    """Runs them all until the first ends; the others end with it. Raises what it raised."""
    tasks = [asyncio.create_task(each) for each in work]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
