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

STALLED_S = 30  # a write that makes no progress for so long: the reader is let go
FINISH_S = 2  # for the commands under way of a socket that is told to go
AT_ONCE = 32  # commands of one socket under way at a time; the rest waits unread
FLOOD = 10  # times the allowed rate: then the socket is closed
NO_MORE = b""  # after it nothing is written
TOGETHER = 65_536  # bytes of frames that are written in one go

Obey = Callable[["Connection", protocol.Command], Awaitable[bytes]]


class Connection:
    """`reader` is whatever the source needs to judge rights; `account` is what others see of the person. `display` is what a
    screen is to show at which there is no person: it is told of nobody, and nobody is told of it. `wait_s` counts a message
    against what its account may say on all its sockets: 0, or for how many seconds it has to wait."""

    def __init__(
        self, socket: WebSocket, hub: Hub, reader: Any, account: dict[str, str], obey: Obey, rate: int,
        display: dict[str, Any] | None = None, wait_s: Callable[[], float] = lambda: 0.0,
    ) -> None:  # fmt: skip
        self.socket, self.hub, self.reader, self.account, self.display = socket, hub, reader, account, display
        self.line: WebSocketProtocol = socket.scope["state"]["line"]
        self.outbox = Outbox()
        self.followed: set[str] = set()
        self.alerted = False  # whether it asked to be told of alerts
        self._obey = obey
        self._rate, self._wait_s = TokenBucket(rate), wait_s
        self._room = asyncio.Semaphore(AT_ONCE)
        self._end: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._commands: set[asyncio.Task[None]] = set()
        self._full = False

    async def run(self, server: str) -> None:
        """Accepts the socket, and serves it until it ends. Takes everything of it away then."""
        self.hub.connections.add(self)  # before anything is awaited: from here on it counts, and its rights are watched
        self.send(protocol.hello(self.account, server, self.display))
        self.hub.greet(self)
        work: list[asyncio.Future[Any]] = []
        try:
            await self.socket.accept()
            work = [asyncio.create_task(self._read()), asyncio.create_task(self._write())]
            await asyncio.wait([*work, self._end], return_when=asyncio.FIRST_COMPLETED)
            if self._ended_by == protocol.GOING:
                await self._finish(*work)
        except WebSocketDisconnect:
            pass  # the client left before it was let in
        finally:
            self.hub.leave(self)
            for task in work:
                task.cancel()
            for ended in await asyncio.gather(*work, return_exceptions=True):
                if isinstance(ended, Exception) and not isinstance(ended, WebSocketDisconnect | ConnectionError):
                    self.hub.tally.sockets_failed += 1
                    log.error("a socket failed", exc_info=ended)
            if self._ended_by is not None:
                self.line.end(self._ended_by)

    async def _finish(self, reading: "asyncio.Future[Any]", writing: "asyncio.Future[Any]") -> None:
        """Reads no more, and answers what was asked before."""
        reading.cancel()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(FINISH_S):
                if self._commands:
                    await asyncio.wait(self._commands)
                self.send(NO_MORE)
                await asyncio.wait([writing])

    def renew(self, reader: Any, account: dict[str, str], display: dict[str, Any] | None = None) -> None:
        """The reader as it is now; its screens are told when its name or role, or what it is to show, is another."""
        self.reader = reader
        if account != self.account:
            self.account = account
            self.send(protocol.account(account))
        if display is not None and display != self.display:
            self.display = display
            self.send(protocol.display(display))

    def send(self, frame: bytes, channel: str | None = None) -> None:
        """Owes the reader a frame. Never waits."""
        self.owe(frame, channel)

    def owe(self, item: bytes | EventBatch, channel: str | None) -> None:
        if self._ended_by in (None, protocol.GOING) and not self._full:  # after a hole nothing more
            try:
                self.outbox.put(item, channel)
            except QueueFull:
                self._full = True
                self._cut()

    def end(self, code: int) -> None:
        """Closes the socket with a code, soon."""
        if not self._end.done():
            self._end.set_result(code)

    @property
    def _ended_by(self) -> int | None:
        return self._end.result() if self._end.done() else None

    def _cut(self) -> None:
        """The reader does not drain: it is let go, and what it is owed is forgotten."""
        if not self._end.done():
            self.hub.tally.slow_cut += 1
            self.end(protocol.TOO_SLOW)

    async def _write(self) -> None:
        # Nothing that was written stays in a variable here: each socket would keep its last frame for as long as it is quiet.
        while await self._written(await self.outbox.take()):
            pass

    async def _written(self, item: bytes | EventBatch) -> bool:
        """Writes it, and waits for the reader; whether more can be written."""
        for frames in self._frames(item):
            self.line.write(frames)
            if NO_MORE in frames:
                return False
            try:
                await self.line.drained(STALLED_S)
            except TimeoutError:
                self._cut()
                return False
        return True

    def _frames(self, item: bytes | EventBatch) -> Iterator[list[bytes]]:
        """What is written at once: the frames that wait in a row, or one that is made when its turn comes."""
        if isinstance(item, bytes):
            yield [item, *self.outbox.frames_waiting(TOGETHER)]
        else:
            for frame in self.hub.render(item):
                yield [frame]

    async def _read(self) -> None:
        while True:
            message = await self.socket.receive()
            if message["type"] == "websocket.disconnect":
                return
            verdict = self._rate.take()
            if verdict is None:
                self.hub.tally.flooding_cut += 1
                self.end(protocol.TOO_MANY)
                return
            wait_s = self._wait_s() if verdict else self._rate.wait_s
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
                await self._hear(said)

    def _refuse_for_rate(self, said: Any, retry_after_s: int) -> None:
        sentence = "Too many messages at once: wait a moment."
        if isinstance(said, protocol.Command):
            self.send(protocol.refused(said.id, "rate_limited", sentence, retry_after_s=retry_after_s))
        else:
            of = {"board": getattr(said, "board", None), "id": getattr(said, "id", None)}
            self.send(protocol.error("rate_limited", sentence, **of, retry_after_s=retry_after_s))

    async def _hear(self, said: Any) -> None:
        match said:
            case protocol.Command():
                await self._room.acquire()
                # Tasks start in the order in which they are made, and a command is queued for the writer before its task
                # first waits: so a socket's commands are judged in the order in which they were sent.
                task = asyncio.create_task(self._command(said))
                self._commands.add(task)
                task.add_done_callback(self._commands.discard)
            case protocol.Subscribe(board, epoch, after):
                position = None if epoch is None or after is None else (epoch, after)
                await self.hub.subscribe(self, board, position)
            case protocol.Unsubscribe(board):
                self.hub.unsubscribe(self, board)
            case protocol.Presence() | protocol.Alerts() if self.display is not None:
                self.send(protocol.error("forbidden", "Nobody is at a display.", board=getattr(said, "board", None)))
            case protocol.Presence():
                self.hub.present(self, said)
            case protocol.Alerts() if not self.alerted:
                self.alerted = True
                self.hub.asked.set()
            case protocol.Ping(id):
                self.send(protocol.pong(id))

    async def _command(self, said: protocol.Command) -> None:
        try:
            self.send(await self._obey(self, said))
        finally:
            self._room.release()


class TokenBucket:
    """A bucket of messages that refills at the allowed rate and holds one second of it."""

    def __init__(self, per_second: int) -> None:
        self._per_second = per_second
        self._left = float(per_second)
        self._at = time.monotonic()
        self._counted, self._second = 0, self._at

    @property
    def wait_s(self) -> float:
        """Seconds until there is room for another one."""
        return max(0.0, 1 - self._left) / self._per_second if self._per_second else 0.0

    def take(self) -> bool | None:
        """True: go on. False: over the rate. None: far over it, for a whole second."""
        if not self._per_second:
            return True
        now = time.monotonic()
        self._left = min(self._per_second, self._left + (now - self._at) * self._per_second)
        self._at = now
        if now - self._second >= 1:
            self._counted, self._second = 0, now
        self._counted += 1
        if self._counted > FLOOD * self._per_second:
            return None
        if self._left < 1:
            return False
        self._left -= 1
        return True
