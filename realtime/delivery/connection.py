"""WebSocket connection of a client: reading and dispatching messages, writing frames, and closing."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable
from math import ceil
from typing import Any, Generic

from starlette.websockets import WebSocketDisconnect

from realtime.delivery.frame_writer import FrameWriter
from realtime.delivery.send_queue import QueueFull, SendQueue
from realtime.delivery.stall_check import StallCheck
from realtime.hub import Hub
from realtime.source import Viewer
from realtime.wire import protocol
from realtime.wire.text_frames import TextFrames

log = logging.getLogger("realtime.delivery.connection")

DRAIN_TIMEOUT_S = 2  # for the commands in progress, when the server restarts
MAX_CONCURRENT_COMMANDS = 32  # concurrent commands per connection; further messages stay unread
FLOOD_FACTOR = 10  # multiple of the allowed rate at which the connection is closed
MAX_WRITE_BYTES = 65_536  # bytes of waiting frames per write

CommandHandler = Callable[["Connection[Viewer]", protocol.Command], Awaitable[bytes]]


class Connection(Generic[Viewer]):
    """Connection of a client to the hub.

    `viewer`: decides rights in the source. `account`: the account as others see it. `display`: settings of a wall display, which
    neither has nor receives presence; None for a person. `wait_s`: counts a message against the limit of the account over all its
    connections, and returns 0 or the seconds to wait. `on_rate_limited`: called for each message over a limit.
    """

    __slots__ = (
        "__weakref__", "_account_wait_s", "_all_written", "_closing", "_command_slots", "_commands", "_execute", "_is_lost",
        "_is_open", "_is_subscribing", "_message_rate", "_on_rate_limited", "_overflowed", "_stall_check", "account", "asked_for",
        "display", "followed", "hub", "lagging", "send_queue", "viewer", "writer",
    )  # fmt: skip

    def __init__(
        self, writer: FrameWriter, hub: Hub[Viewer], viewer: Viewer, account: dict[str, str], execute: "CommandHandler[Viewer]",
        rate: int, display: dict[str, Any] | None = None, wait_s: Callable[[], float] = lambda: 0.0,
        on_rate_limited: Callable[[], None] = lambda: None,
    ) -> None:  # fmt: skip
        self.hub, self.viewer, self.account, self.display = hub, viewer, account, display
        self.writer = writer
        self.send_queue = SendQueue()
        self.followed: set[str] = set()
        self.lagging: dict[str, None] = {}
        self.asked_for: set[str] = set()  # of `protocol.REQUESTED`
        self._execute = execute
        self._message_rate, self._account_wait_s = TokenBucket(rate), wait_s
        self._on_rate_limited = on_rate_limited
        self._command_slots = asyncio.Semaphore(MAX_CONCURRENT_COMMANDS)
        self._closing: asyncio.Future[int | None] = asyncio.get_running_loop().create_future()
        self._commands: set[asyncio.Task[None]] = set()
        self._is_open = self._overflowed = self._is_lost = self._is_subscribing = False
        self._stall_check: StallCheck | None = None  # created when frames wait for the first time
        self._all_written: asyncio.Future[None] | None = None

    async def run(self, server: str) -> None:
        """Accept the handshake and serve the client until it leaves; then remove the connection from the hub.

        `server`: version for `hello`.
        """
        # Before any await: from here on the connection counts, and changes of its rights apply.
        self.hub.connections.add(self)
        self.send(protocol.hello(self.account, server, self.hub.source.form, self.display))
        self.hub.send_broadcasts(self)
        reading: asyncio.Task[None] | None = None
        try:
            await self.writer.accept()
            self.writer.on_room, self.writer.on_lost = self._on_room, self._on_lost
            self._is_open = not self._overflowed and self._close_code in (None, protocol.CLOSE_RESTART)
            self._on_room()
            reading = asyncio.create_task(self._read())
            reading.add_done_callback(self._on_reading_end)
            await self._closing
            if self._close_code == protocol.CLOSE_RESTART:
                await self._drain_commands(reading)
        except (WebSocketDisconnect, ConnectionError):
            pass  # the client disconnected before it was accepted
        finally:
            self._is_open = False
            self.writer.on_room = self.writer.on_lost = None
            self.hub.subscriptions.remove_connection(self)
            if self._stall_check is not None:
                self._stall_check.stop()
                self._stall_check = None  # it refers back to this connection
            if reading is not None:
                reading.cancel()
                await asyncio.wait([reading])
                error = None if reading.cancelled() else reading.exception()
                if isinstance(error, Exception) and not isinstance(error, WebSocketDisconnect | ConnectionError):
                    self.hub.counters.sockets_failed += 1
                    log.error("socket failed", exc_info=error)
            if self._close_code is not None:
                self.writer.close(self._close_code)
            await self.writer.finish()

    def _on_reading_end(self, _: "asyncio.Task[None]") -> None:
        """End the connection because its client has left, unless it is being closed."""
        if not self._closing.done():
            self._closing.set_result(None)

    def _on_lost(self) -> None:
        """Begin no more subscriptions, and end the connection if one waits for the database.

        Otherwise the reads for clients that gave up and came back would delay those for the same clients' new connections.
        """
        self._is_lost = True
        if self._is_subscribing and not self._closing.done():
            self._closing.set_result(None)

    async def _drain_commands(self, reading: "asyncio.Task[None]") -> None:
        """Stop reading, answer the commands in progress, and write waiting frames."""
        reading.cancel()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(DRAIN_TIMEOUT_S):
                if self._commands:
                    await asyncio.wait(self._commands)
                if self._is_waiting:
                    self._all_written = asyncio.get_running_loop().create_future()
                    await self._all_written

    def update_viewer(self, viewer: Viewer, account: dict[str, str], display: dict[str, Any] | None = None) -> None:
        """Replace the viewer, and send the account or the display settings if they changed."""
        self.viewer = viewer
        self.hub.subscriptions.viewer_changed(self)
        if account != self.account:
            self.account = account
            self.send(protocol.account(account))
        if display is not None and display != self.display:
            self.display = display
            self.send(protocol.display(display))

    # -- writing -----------------------------------------------------------------------------------------------------

    def send(self, frame: bytes, channel: str | None = None) -> None:
        """Write a frame, or queue it if the client has not read enough. A full queue closes the connection."""
        if self.write_now(TextFrames((frame,))):
            return
        if self._close_code in (None, protocol.CLOSE_RESTART) and not self._overflowed:  # nothing is queued after a gap
            try:
                self.send_queue.put(frame, channel)
                self._watch_progress()
            except QueueFull:
                self._overflowed, self._is_open = True, False
                self._close_slow()

    def send_all(self, frames: list[bytes], channel: str) -> None:
        """Write frames of a channel, like `send`, but together as far as possible."""
        if sum(map(len, frames)) > MAX_WRITE_BYTES or not self.write_now(TextFrames(frames)):
            for frame in frames:
                self.send(frame, channel)

    def write_now(self, frames: TextFrames) -> bool:
        """Write frames; return False, without writing, if earlier frames wait or the client has not read enough."""
        if (
            self.writer.is_full or self.send_queue.queued_bytes or not self._is_open
        ):  # the condition of `has_room`, inlined for speed
            return False
        self.writer.write(frames)
        return True

    @property
    def has_room(self) -> bool:
        return not (self.writer.is_full or self.send_queue) and self._is_open

    def lag(self, channel: str) -> None:
        """Record that events of a channel wait in its ring until the client has read enough."""
        self.lagging[channel] = None
        self._watch_progress()

    @property
    def _is_waiting(self) -> bool:
        return bool(self.send_queue or self.lagging)

    def _on_room(self) -> None:
        """Write waiting frames, then events of channels in turn, as long as the client reads."""
        if self._stall_check is not None:
            self._stall_check.note_progress()
        if self._is_waiting and self.hub.step.begin() is None:  # many clients may be ready at the same time
            asyncio.get_running_loop().call_soon(self._on_room_later)
            return
        while self.send_queue and not self.writer.is_full:
            self.writer.write(TextFrames(self.send_queue.take(MAX_WRITE_BYTES)))
        for channel in list(self.lagging):
            if self.writer.is_full:
                return
            self.lagging.pop(channel, None)
            self.hub.send_missed(self, channel)
        if self._all_written is not None and not self._is_waiting and not self._all_written.done():
            self._all_written.set_result(None)

    def _on_room_later(self) -> None:
        if self.writer.on_room is not None:  # it has not ended
            self._on_room()

    def _watch_progress(self) -> None:
        """Start to check whether the client reads."""
        if self._is_open:
            if self._stall_check is None:
                self._stall_check = StallCheck(lambda: self.writer.unsent_bytes, lambda: self._is_waiting, self._close_slow)
            self._stall_check.start()

    def close(self, code: int) -> None:
        """Close the socket with a close code, soon."""
        if not self._closing.done():
            self._closing.set_result(code)
            self._is_open = code == protocol.CLOSE_RESTART  # its commands are still answered

    @property
    def _close_code(self) -> int | None:
        return self._closing.result() if self._closing.done() and not self._closing.cancelled() else None

    def _close_slow(self) -> None:
        """Close a connection whose client does not read, and discard its waiting frames."""
        if not self._closing.done():
            self.hub.counters.slow_clients_closed += 1
            self.close(protocol.CLOSE_TOO_SLOW)

    # -- reading -----------------------------------------------------------------------------------------------------

    async def _read(self) -> None:
        while True:
            event = await self.writer.receive()
            if event["type"] == "websocket.disconnect":
                return
            verdict = self._message_rate.try_take()
            if verdict is None:
                self.hub.counters.rate_limit_closed += 1
                self._on_rate_limited()
                self.close(protocol.CLOSE_TOO_MANY_MESSAGES)
                return
            wait_s = self._account_wait_s() if verdict else self._message_rate.wait_s
            text = event.get("text")
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
        self._on_rate_limited()
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
                # Tasks start in the order of their creation, and a command is queued for the writer before its task first waits.
                # So the commands of a connection run in the order in which they were sent.
                task = asyncio.create_task(self._run_command(message))
                self._commands.add(task)
                task.add_done_callback(self._commands.discard)
            case protocol.Subscribe():
                await self._subscribe(message)
            case protocol.Unsubscribe(board):
                self.hub.unsubscribe(self, board)
            case protocol.SetPresence() | protocol.Request() if self.display is not None:
                self.send(protocol.error("forbidden", "Nobody is at a display.", board=getattr(message, "board", None)))
            case protocol.SetPresence():
                self.hub.set_presence(self, message)
            case protocol.Request(subject) if subject not in self.asked_for:
                self.asked_for.add(subject)
                self.hub.requested[subject].set()
            case protocol.Ping(id):
                self.send(protocol.pong(id))

    async def _subscribe(self, message: protocol.Subscribe) -> None:
        if self._is_lost:
            return
        is_outdated = message.form not in (None, self.hub.source.form)
        position = None if message.epoch is None or message.after is None or is_outdated else (message.epoch, message.after)
        self._is_subscribing = True
        await self.hub.subscribe(self, message.board, position)
        self._is_subscribing = False

    async def _run_command(self, message: protocol.Command) -> None:
        try:
            self.send(await self._execute(self, message))
        finally:
            self._command_slots.release()


class TokenBucket:
    """Token bucket of messages, refilled at the allowed rate, with a capacity of one second. A rate of 0 means no limit."""

    __slots__ = ("_per_second", "_refilled_at", "_second_count", "_second_start", "_tokens")

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
        """Take a token. Return True if there was one, False over the rate, None if far over it for a full second."""
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
