"""WebSocket connection of a client: reads and dispatches its messages, writes its queued frames, and closes it."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable, Iterator
from math import ceil
from typing import Any, Generic

from starlette.websockets import WebSocket, WebSocketDisconnect

from realtime import protocol
from realtime.hub import Hub
from realtime.outbox import EventBatch, Outbox, QueueFull
from realtime.source import Viewer
from realtime.websocket_protocol import WebSocketProtocol

log = logging.getLogger("realtime.connection")

STALL_TIMEOUT_S = 30  # close a connection whose write makes no progress for so long
DRAIN_TIMEOUT_S = 2  # for the commands under way, when the server restarts
MAX_CONCURRENT_COMMANDS = 32  # concurrent commands per connection; further messages stay unread
FLOOD_FACTOR = 10  # multiple of the allowed rate at which the connection is closed
END_OF_OUTPUT = b""  # queued as the last item: nothing is written after it
MAX_WRITE_BYTES = 65_536  # bytes of frames per write

CommandHandler = Callable[["Connection[Viewer]", protocol.Command], Awaitable[bytes]]


class Connection(Generic[Viewer]):
    """A client's connection to the hub.

    `viewer` is what the source needs to decide rights; `account` is what others see of the person. `display` holds the settings
    of a wall display (None for a person): a display has no presence, and receives none. `account_wait_s` counts a message against
    the limit of the account over all its connections and returns 0, or the seconds to wait.
    """

    def __init__(
        self, socket: WebSocket, hub: Hub[Viewer], viewer: Viewer, account: dict[str, str], execute: "CommandHandler[Viewer]",
        rate: int, display: dict[str, Any] | None = None, wait_s: Callable[[], float] = lambda: 0.0,
    ) -> None:  # fmt: skip
        self.socket, self.hub, self.viewer, self.account, self.display = socket, hub, viewer, account, display
        self.frame_writer: WebSocketProtocol = socket.scope["state"]["websocket_protocol"]
        self.outbox = Outbox()
        self.followed: set[str] = set()
        self.wants_alerts = False  # whether the client asked for alert counts
        self._execute = execute
        self._message_rate, self._account_wait_s = TokenBucket(rate), wait_s
        self._command_slots = asyncio.Semaphore(MAX_CONCURRENT_COMMANDS)
        self._closing: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._commands: set[asyncio.Task[None]] = set()
        self._overflowed = False

    async def run(self, server: str) -> None:
        """Accept the socket and serve it until it closes; then remove the connection from the hub. `server` is the version for
        `hello`."""
        # Before anything is awaited: the connection counts, and changes of its rights apply, from here on.
        self.hub.connections.add(self)
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
            pass  # the client disconnected before it was accepted
        finally:
            self.hub.subscriptions.remove_connection(self)
            for task in work:
                task.cancel()
            for result in await asyncio.gather(*work, return_exceptions=True):
                if isinstance(result, Exception) and not isinstance(result, WebSocketDisconnect | ConnectionError):
                    self.hub.counters.sockets_failed += 1
                    log.error("socket failed", exc_info=result)
            if self._close_code is not None:
                self.frame_writer.close(self._close_code)

    async def _drain_commands(self, reading: "asyncio.Future[Any]", writing: "asyncio.Future[Any]") -> None:
        """Stop reading, and answer the commands under way."""
        reading.cancel()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(DRAIN_TIMEOUT_S):
                if self._commands:
                    await asyncio.wait(self._commands)
                self.send(END_OF_OUTPUT)
                await asyncio.wait([writing])

    def update_viewer(self, viewer: Viewer, account: dict[str, str], display: dict[str, Any] | None = None) -> None:
        """Replace the viewer, and send the account or the display settings if they changed."""
        self.viewer = viewer
        if account != self.account:
            self.account = account
            self.send(protocol.account(account))
        if display is not None and display != self.display:
            self.display = display
            self.send(protocol.display(display))

    def send(self, frame: bytes, channel: str | None = None) -> None:
        """Queue a frame. Never waits."""
        self.enqueue(frame, channel)

    def enqueue(self, item: bytes | EventBatch, channel: str | None) -> None:
        """Queue a frame or a batch of events. A full queue closes the connection."""
        if self._close_code in (None, protocol.CLOSE_RESTART) and not self._overflowed:  # nothing is queued after a gap
            try:
                self.outbox.put(item, channel)
            except QueueFull:
                self._overflowed = True
                self._close_slow()

    def close(self, code: int) -> None:
        """Close the socket with a close code, soon."""
        if not self._closing.done():
            self._closing.set_result(code)

    @property
    def _close_code(self) -> int | None:
        return self._closing.result() if self._closing.done() else None

    def _close_slow(self) -> None:
        """Close a connection whose client does not read; its queue is discarded."""
        if not self._closing.done():
            self.hub.counters.slow_clients_closed += 1
            self.close(protocol.CLOSE_TOO_SLOW)

    async def _write(self) -> None:
        # Do not bind the item to a local: an idle connection would keep its last frame alive.
        while await self._write_item(await self.outbox.get()):
            pass

    async def _write_item(self, item: bytes | EventBatch) -> bool:
        """Write an item and wait until the client has read enough. Return whether more can be written."""
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
        """Yield the frames per write: queued frames together, frames of events one by one, as each is rendered just before its
        write."""
        if isinstance(item, bytes):
            yield [item, *self.outbox.take_frames(MAX_WRITE_BYTES)]
        else:
            for frame in self.hub.render(item):
                yield [frame]

    async def _read(self) -> None:
        while True:
            received = await self.socket.receive()
            if received["type"] == "websocket.disconnect":
                return
            verdict = self._message_rate.try_take()
            if verdict is None:
                self.hub.counters.rate_limit_closed += 1
                self.close(protocol.CLOSE_TOO_MANY_MESSAGES)
                return
            wait_s = self._account_wait_s() if verdict else self._message_rate.wait_s
            text = received.get("text")
            if text is None:
                self.send(protocol.error("invalid", "Messages are text, not binary."))
                continue
            try:
                message = protocol.parse(text)
            except protocol.BadMessage as bad:
                self.send(bad.frame)
                continue
            if wait_s:
                self._refuse_for_rate(message, max(1, ceil(wait_s)))
            else:
                await self._dispatch(message)

    def _refuse_for_rate(self, message: protocol.Message, retry_after_s: int) -> None:
        sentence = "Too many messages at once: wait a moment."
        if isinstance(message, protocol.Command):
            self.send(protocol.refused(message.id, "rate_limited", sentence, retry_after_s=retry_after_s))
        else:
            about = {"board": getattr(message, "board", None), "id": getattr(message, "id", None)}
            self.send(protocol.error("rate_limited", sentence, **about, retry_after_s=retry_after_s))

    async def _dispatch(self, message: protocol.Message) -> None:
        match message:
            case protocol.Command():
                await self._command_slots.acquire()
                # Tasks start in the order of their creation, and a command is queued for the writer before its task first waits:
                # so the commands of a connection run in the order in which they were sent.
                task = asyncio.create_task(self._run_command(message))
                self._commands.add(task)
                task.add_done_callback(self._commands.discard)
            case protocol.Subscribe(board, epoch, after):
                position = None if epoch is None or after is None else (epoch, after)
                await self.hub.subscribe(self, board, position)
            case protocol.Unsubscribe(board):
                self.hub.unsubscribe(self, board)
            case protocol.SetPresence() | protocol.RequestAlerts() if self.display is not None:
                self.send(protocol.error("forbidden", "Nobody is at a display.", board=getattr(message, "board", None)))
            case protocol.SetPresence():
                self.hub.set_presence(self, message)
            case protocol.RequestAlerts() if not self.wants_alerts:
                self.wants_alerts = True
                self.hub.alerts_requested.set()
            case protocol.Ping(id):
                self.send(protocol.pong(id))

    async def _run_command(self, message: protocol.Command) -> None:
        try:
            self.send(await self._execute(self, message))
        finally:
            self._command_slots.release()


class TokenBucket:
    """Token bucket of messages, refilled at the allowed rate, with room for one second of it. A rate of 0 means no limit."""

    def __init__(self, per_second: int) -> None:
        self._per_second = per_second
        self._tokens = float(per_second)
        self._refilled_at = time.monotonic()
        self._second_count, self._second_start = 0, self._refilled_at

    @property
    def wait_s(self) -> float:
        """Seconds until a token is available."""
        return max(0.0, 1 - self._tokens) / self._per_second if self._per_second else 0.0

    def try_take(self) -> bool | None:
        """Take a token. Return true if there was one, false over the rate, None if far over it for a whole second."""
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
