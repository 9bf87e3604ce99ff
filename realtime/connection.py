"""One socket: reads what its person says, writes what the hub owes it, and ends when it must."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable, Iterator
from math import ceil
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from realtime import protocol
from realtime.hub import Hub
from realtime.outbox import EventBatch, Outbox, QueueFull
from realtime.websocket_protocol import WebSocketProtocol

log = logging.getLogger("realtime.connection")

STALL_TIMEOUT_S = 30  # a write that makes no progress for so long: the reader is let go
DRAIN_TIMEOUT_S = 2  # for the commands under way of a socket that is told to go
MAX_CONCURRENT_COMMANDS = 32  # commands of one socket under way at a time; the rest waits unread
FLOOD_FACTOR = 10  # times the allowed rate: then the socket is closed
END_OF_OUTPUT = b""  # after it nothing is written
MAX_WRITE_BYTES = 65_536  # bytes of frames that are written in one go

CommandHandler = Callable[["Connection", protocol.Command], Awaitable[bytes]]


class Connection:
    """`reader` is whatever the source needs to judge rights; `account` is what others see of the person. `display` is what a
    screen is to show at which there is no person: it is told of nobody, and nobody is told of it. `wait_s` counts a message
    against what its account may say on all its sockets: 0, or for how many seconds it has to wait."""

    def __init__(
        self, socket: WebSocket, hub: Hub, viewer: Any, account: dict[str, str], execute: CommandHandler, rate: int,
        display: dict[str, Any] | None = None, wait_s: Callable[[], float] = lambda: 0.0,
    ) -> None:  # fmt: skip
        self.socket, self.hub, self.viewer, self.account, self.display = socket, hub, viewer, account, display
        self.frame_writer: WebSocketProtocol = socket.scope["state"]["websocket_protocol"]
        self.outbox = Outbox()
        self.followed: set[str] = set()
        self.wants_alerts = False  # whether it asked to be told of alerts
        self._execute = execute
        self._message_rate, self._account_wait_s = TokenBucket(rate), wait_s
        self._command_slots = asyncio.Semaphore(MAX_CONCURRENT_COMMANDS)
        self._closing: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._commands: set[asyncio.Task[None]] = set()
        self._overflowed = False

    async def run(self, server: str) -> None:
        """Accepts the socket, and serves it until it ends. Takes everything of it away then."""
        self.hub.connections.add(self)  # before anything is awaited: from here on it counts, and its rights are watched
        self.send(protocol.hello(self.account, server, self.display))
        self.hub.send_broadcasts(self)
        work: list[asyncio.Future[Any]] = []
        try:
            await self.socket.accept()
            work = [asyncio.create_task(self._read()), asyncio.create_task(self._write())]
            await asyncio.wait([*work, self._closing], return_when=asyncio.FIRST_COMPLETED)
            if self._close_code == protocol.CLOSE_RESTART:
                await self._drain_commands(*work)
        except WebSocketDisconnect:
            pass  # the client left before it was let in
        finally:
            self.hub.remove_connection(self)
            for task in work:
                task.cancel()
            for ended in await asyncio.gather(*work, return_exceptions=True):
                if isinstance(ended, Exception) and not isinstance(ended, WebSocketDisconnect | ConnectionError):
                    self.hub.counters.sockets_failed += 1
                    log.error("a socket failed", exc_info=ended)
            if self._close_code is not None:
                self.frame_writer.close(self._close_code)

    async def _drain_commands(self, reading: "asyncio.Future[Any]", writing: "asyncio.Future[Any]") -> None:
        """Reads no more, and answers what was asked before."""
        reading.cancel()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(DRAIN_TIMEOUT_S):
                if self._commands:
                    await asyncio.wait(self._commands)
                self.send(END_OF_OUTPUT)
                await asyncio.wait([writing])

    def update_viewer(self, viewer: Any, account: dict[str, str], display: dict[str, Any] | None = None) -> None:
        """The reader as it is now; its screens are told when its name or role, or what it is to show, is another."""
        self.viewer = viewer
        if account != self.account:
            self.account = account
            self.send(protocol.account(account))
        if display is not None and display != self.display:
            self.display = display
            self.send(protocol.display(display))

    def send(self, frame: bytes, channel: str | None = None) -> None:
        """Owes the reader a frame. Never waits."""
        self.enqueue(frame, channel)

    def enqueue(self, item: bytes | EventBatch, channel: str | None) -> None:
        if self._close_code in (None, protocol.CLOSE_RESTART) and not self._overflowed:  # after a hole nothing more
            try:
                self.outbox.put(item, channel)
            except QueueFull:
                self._overflowed = True
                self._close_slow()

    def close(self, code: int) -> None:
        """Closes the socket with a code, soon."""
        if not self._closing.done():
            self._closing.set_result(code)

    @property
    def _close_code(self) -> int | None:
        return self._closing.result() if self._closing.done() else None

    def _close_slow(self) -> None:
        """The reader does not drain: it is let go, and what it is owed is forgotten."""
        if not self._closing.done():
            self.hub.counters.slow_clients_closed += 1
            self.close(protocol.CLOSE_TOO_SLOW)

    async def _write(self) -> None:
        # Nothing that was written stays in a variable here: each socket would keep its last frame for as long as it is quiet.
        while await self._write_item(await self.outbox.get()):
            pass

    async def _write_item(self, item: bytes | EventBatch) -> bool:
        """Writes it, and waits for the reader; whether more can be written."""
        for frames in self._frames(item):
            self.frame_writer.write(frames)
            if END_OF_OUTPUT in frames:
                return False
            try:
                await self.frame_writer.drain(STALL_TIMEOUT_S)
            except TimeoutError:
                self._close_slow()
                return False
        return True

    def _frames(self, item: bytes | EventBatch) -> Iterator[list[bytes]]:
        """What is written at once: the frames that wait in a row, or one that is made when its turn comes."""
        if isinstance(item, bytes):
            yield [item, *self.outbox.take_frames(MAX_WRITE_BYTES)]
        else:
            for frame in self.hub.render(item):
                yield [frame]

    async def _read(self) -> None:
        while True:
            message = await self.socket.receive()
            if message["type"] == "websocket.disconnect":
                return
            verdict = self._message_rate.try_take()
            if verdict is None:
                self.hub.counters.rate_limit_closed += 1
                self.close(protocol.CLOSE_TOO_MANY_MESSAGES)
                return
            wait_s = self._account_wait_s() if verdict else self._message_rate.wait_s
            text = message.get("text")
            if text is None:
                self.send(protocol.error("invalid", "Messages are text, not binary."))
                continue
            try:
                said = protocol.parse(text)
            except protocol.BadMessage as unreadable:
                self.send(unreadable.frame)
                continue
            if wait_s:
                self._refuse_for_rate(said, max(1, ceil(wait_s)))
            else:
                await self._dispatch(said)

    def _refuse_for_rate(self, said: Any, retry_after_s: int) -> None:
        sentence = "Too many messages at once: wait a moment."
        if isinstance(said, protocol.Command):
            self.send(protocol.refused(said.id, "rate_limited", sentence, retry_after_s=retry_after_s))
        else:
            of = {"board": getattr(said, "board", None), "id": getattr(said, "id", None)}
            self.send(protocol.error("rate_limited", sentence, **of, retry_after_s=retry_after_s))

    async def _dispatch(self, said: Any) -> None:
        match said:
            case protocol.Command():
                await self._command_slots.acquire()
                # Tasks start in the order in which they are made, and a command is queued for the writer before its task
                # first waits: so a socket's commands are judged in the order in which they were sent.
                task = asyncio.create_task(self._run_command(said))
                self._commands.add(task)
                task.add_done_callback(self._commands.discard)
            case protocol.Subscribe(board, epoch, after):
                position = None if epoch is None or after is None else (epoch, after)
                await self.hub.subscribe(self, board, position)
            case protocol.Unsubscribe(board):
                self.hub.unsubscribe(self, board)
            case protocol.SetPresence() | protocol.RequestAlerts() if self.display is not None:
                self.send(protocol.error("forbidden", "Nobody is at a display.", board=getattr(said, "board", None)))
            case protocol.SetPresence():
                self.hub.set_presence(self, said)
            case protocol.RequestAlerts() if not self.wants_alerts:
                self.wants_alerts = True
                self.hub.alerts_requested.set()
            case protocol.Ping(id):
                self.send(protocol.pong(id))

    async def _run_command(self, said: protocol.Command) -> None:
        try:
            self.send(await self._execute(self, said))
        finally:
            self._command_slots.release()


class TokenBucket:
    """A bucket of messages that refills at the allowed rate and holds one second of it."""

    def __init__(self, per_second: int) -> None:
        self._per_second = per_second
        self._tokens = float(per_second)
        self._refilled_at = time.monotonic()
        self._second_count, self._second_start = 0, self._refilled_at

    @property
    def wait_s(self) -> float:
        """Seconds until there is room for another one."""
        return max(0.0, 1 - self._tokens) / self._per_second if self._per_second else 0.0

    def try_take(self) -> bool | None:
        """True: go on. False: over the rate. None: far over it, for a whole second."""
        if not self._per_second:
            return True
        now = time.monotonic()
        self._tokens = min(self._per_second, self._tokens + (now - self._refilled_at) * self._per_second)
        self._refilled_at = now
        if now - self._second_start >= 1:
            self._second_count, self._second_start = 0, now
        self._second_count += 1
        if self._second_count > FLOOD_FACTOR * self._per_second:
            return None
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True
