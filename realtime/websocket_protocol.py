"""WebSocket protocol of the server: uvicorn's, which keeps clients that do not read for ever, with limits added.

`WebSocketProtocol` is handed to the application in the state of its scope; a connection writes its frames to it.
"""

import contextlib
import socket
from asyncio.transports import BaseTransport
from collections.abc import Callable
from typing import Any

from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.exceptions import InvalidState
from websockets.frames import Frame

from realtime.deadlines import Deadlines
from realtime.frame_writer import FULL_BYTES, STATE_KEY
from realtime.protocol import CLOSE_TOO_MANY_MESSAGES
from realtime.text_frames import TextFrames

CLOSE_TIMEOUT_S = 3.0  # wait for the close handshake; then the transport is aborted, which frees what it held
MAX_UNSENT_BYTES = 32 * 1024  # unsent bytes in the kernel: small, so that a client's progress is visible here
TCP_USER_TIMEOUT_MS = 40_000  # abort when the peer's kernel acknowledges nothing for so long
MAX_CONTROL_FRAMES_PER_S = 200  # pings, pongs and message fragments; above it, the connection is closed


class WebSocketProtocol(WebSocketsSansIOProtocol):
    """WebSocket of one client, and the writer of its frames."""

    control_frames: "ControlFrameLimit"
    connected_at: float
    is_full = False  # more is unsent than the client should be sent at once
    on_room: Callable[[], None] | None = None  # called when it is no longer full
    on_close: Callable[[], None] | None = None  # called when the connection is lost

    def connection_made(self, transport: BaseTransport) -> None:
        super().connection_made(transport)
        self.control_frames = ControlFrameLimit()
        self.connected_at = self.loop.time()
        self.transport.set_write_buffer_limits(high=FULL_BYTES)
        tune_socket(transport.get_extra_info("socket"))

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        if self.on_close is not None:
            self.on_close()

    def is_late(self, now: float, deadlines: Deadlines) -> bool:
        """Return whether the handshake takes too long."""
        return not self.handshake_complete and now - self.connected_at > deadlines.handshake

    async def run_asgi(self) -> None:
        self.scope["state"][STATE_KEY] = self
        await super().run_asgi()
        self._abort_later()

    def write(self, frames: TextFrames) -> None:
        """Write frames behind what was written before. Does nothing if the connection has ended."""
        if not (self.close_sent or self.disconnected or self.transport.is_closing()):
            self.transport.write(frames.wire)

    async def finish(self) -> None:
        """Return at once: the transport writes what it has, and is aborted if that takes too long."""

    def pause_writing(self) -> None:
        super().pause_writing()
        self.is_full = True

    def resume_writing(self) -> None:
        super().resume_writing()
        self.is_full = False
        if self.on_room is not None:
            self.on_room()

    @property
    def unsent_bytes(self) -> int:
        """Bytes that are written and not sent."""
        return self.transport.get_write_buffer_size()

    def close(self, code: int) -> None:
        """Send a close frame behind what was written. The connection is aborted CLOSE_TIMEOUT_S later if the client does not
        answer."""
        if not self.close_sent and not self.transport.is_closing():
            with contextlib.suppress(InvalidState):  # the peer closed first
                self.conn.send_close(code)
                self.transport.write(b"".join(self.conn.data_to_send()))
            self.close_sent = True
            self.queue.put_nowait({"type": "websocket.disconnect", "code": code})
            if self.read_paused:  # the peer's close frame must be read
                self.read_paused = False
                self.transport.resume_reading()
        self._abort_later()

    def abort(self) -> None:
        """Abort the connection now; unsent output is discarded."""
        self.transport.abort()

    def _abort_later(self) -> None:
        """Abort after CLOSE_TIMEOUT_S: a closed transport waits until all is sent, for ever if the client does not read."""
        if self.close_timer is None and not self.disconnected:
            self.close_timer = self.loop.call_later(CLOSE_TIMEOUT_S, self.transport.abort)

    # -- control frames: uvicorn neither counts them nor checks whether its answers are read -------------------------

    def handle_ping(self) -> None:
        if self.unsent_bytes < FULL_BYTES:
            super().handle_ping()
        else:
            self.conn.data_to_send()  # a client that does not read gets no answer, which would be buffered here
        self._count_control_frame()

    def handle_pong(self, event: Frame) -> None:
        super().handle_pong(event)
        self._count_control_frame()

    def handle_cont(self, event: Frame) -> None:
        super().handle_cont(event)  # a fragment may be empty, so the size limit of messages does not stop these
        self._count_control_frame()

    def _count_control_frame(self) -> None:
        if not self.control_frames.too_many(self.loop.time()):
            return
        if self.handshake_complete:
            self.close(CLOSE_TOO_MANY_MESSAGES)
            self.transport.pause_reading()
        else:
            self.abort()

    # -- where uvicorn would wait for ever, or log errors for what clients may do ------------------------------------

    async def send(self, message: Any) -> None:
        if message["type"] == "websocket.accept" and self.transport.is_closing():
            self.handshake_complete = True  # the client disconnected before the answer
            raise ClientDisconnected
        await super().send(message)
        if message["type"] == "websocket.http.response.body" and self.close_sent:
            self.handshake_complete = True  # the refusal was an answer: no error
        if message["type"] == "websocket.accept":  # unused from here on; a connection would keep them in memory
            for handshake in (self.request, self.response):
                handshake.headers.clear()

    def shutdown(self) -> None:
        if self.handshake_complete:
            self.close(1012)
        else:
            super().shutdown()
            self._abort_later()

    def handle_close(self, event: Frame) -> None:
        super().handle_close(event)
        self._abort_later()

    def handle_parser_exception(self) -> None:
        super().handle_parser_exception()
        self._abort_later()

    def keepalive_timeout(self) -> None:
        self.pong_timer = None
        self.pending_ping_payload = None
        if self.read_paused or self.unsent_bytes:  # its pong may be unread, or our ping unsent: stalls are detected elsewhere
            self.schedule_ping()
        else:
            self.abort()


class ControlFrameLimit:
    """Limit on control frames and fragments per second."""

    def __init__(self) -> None:
        self._count, self._second = 0, 0.0

    def too_many(self, now: float) -> bool:
        """Count one. Return whether it exceeds the limit."""
        if now - self._second >= 1:
            self._count, self._second = 0, now
        self._count += 1
        return self._count > MAX_CONTROL_FRAMES_PER_S


def tune_socket(connection: socket.socket) -> None:
    """Set TCP options where the platform has them. (Both are numbers in Linux's <linux/tcp.h>.)"""
    for option, value in (("TCP_NOTSENT_LOWAT", MAX_UNSENT_BYTES), ("TCP_USER_TIMEOUT", TCP_USER_TIMEOUT_MS)):
        if hasattr(socket, option):
            with contextlib.suppress(OSError):  # a socket of another kind
                connection.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), value)
