"""Redis connection: commands are sent in the order of `send`, answers go to one callback, and the first error ends it.

It never reconnects on its own. redis-py's clients do so silently, and lose messages in the meantime. Here the owner of the
connection gets the error, and checks the journal.
"""

import asyncio
import contextlib
import socket
from collections import deque
from collections.abc import Callable, Coroutine
from typing import Any

from redis.asyncio.connection import AbstractConnection, Connection, UnixDomainSocketConnection, parse_url
from redis.exceptions import ConnectionError, RedisError, ResponseError

from realtime.periodic import cancel_all

CONNECT_TIMEOUT_S = 2.0
MAX_QUEUED = 10_000  # commands
MAX_QUEUED_BYTES = 16 * 1_048_576
MAX_BATCH = 256  # commands per write
ANSWERS_PER_YIELD = 64  # answers after which other tasks may run: parsing received bytes never waits

CONNECTION_ERRORS = (RedisError, OSError, TimeoutError)


def connection_of(url: str) -> AbstractConnection:
    """Return a redis-py connection for a URL, not yet open. Raises ValueError if the URL can't be used."""
    try:
        options: dict[str, Any] = dict(parse_url(url))
        kind = options.pop("connection_class", Connection)
        for name in ("max_connections", "timeout", "health_check_interval", "retry_on_timeout"):
            options.pop(name, None)  # options of pools and reconnecting clients
        if kind is not UnixDomainSocketConnection:
            options |= {"socket_keepalive": True, "socket_keepalive_options": _KEEPALIVE}
        connection: AbstractConnection = kind(**options | _OPTIONS)
    except (ValueError, TypeError, RedisError) as error:
        raise ValueError("REDIS_URL is like redis://user:password@host:6379, rediss:// for TLS, or unix:///path.") from error
    return connection


_OPTIONS = {
    "db": 0,  # channels are shared by all databases
    "protocol": 2,
    "decode_responses": False,
    "driver_info": None,  # a user with few rights may not send it
    "socket_timeout": None,  # there may be no message for hours; the heartbeat of the bus detects a dead connection
    "socket_connect_timeout": CONNECT_TIMEOUT_S,
}
_KEEPALIVE = {
    getattr(socket, name): value
    for name, value in (("TCP_KEEPIDLE", 5), ("TCP_KEEPINTVL", 2), ("TCP_KEEPCNT", 2), ("TCP_USER_TIMEOUT", 5_000))
    if hasattr(socket, name)
}


class RedisConnection:
    """Connection to Redis, opened by `open`. `on_answer`: called with each answer in order, and with errors as exceptions."""

    def __init__(self, url: str, on_answer: Callable[[Any], None]) -> None:
        self._connection = connection_of(url)
        self._on_answer = on_answer
        self._queue: deque[tuple[bytes | str, ...]] = deque()
        self._queued_bytes = 0
        self._unanswered = 0
        self._not_empty = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()

    async def open(self) -> None:
        """Connect and authenticate. Raises one of CONNECTION_ERRORS."""
        async with asyncio.timeout(2 * CONNECT_TIMEOUT_S):  # covers a server that accepts and then does not answer
            await self._connection.connect()  # type: ignore[no-untyped-call]

    async def request(self, *command: str) -> Any:
        """Send one command and return its answer; only before `run`. Raises one of CONNECTION_ERRORS."""
        async with asyncio.timeout(CONNECT_TIMEOUT_S):
            await self._write_commands([command])
            return await self._connection.read_response(disable_decoding=True)

    def send(self, *command: bytes | str) -> bool:
        """Queue a command. Return false if the queue is full."""
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
        """Send and receive until the connection fails. Raises one of CONNECTION_ERRORS."""
        await until_one_ends(self._write_loop(), self._read_loop())

    async def drain(self, seconds: float) -> None:
        """Wait until all queued commands are answered, at most `seconds`."""
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
        if not self._connection.is_connected:  # otherwise redis-py would reconnect silently
            raise ConnectionError("the connection is lost")
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
    """Run coroutines until the first ends, then cancel the others. Raises the exception of the first."""
    tasks = [asyncio.create_task(coroutine) for coroutine in work]
    try:
        ended_tasks, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in ended_tasks:
            task.result()
    finally:
        await cancel_all(tasks)
