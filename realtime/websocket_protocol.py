"""The websocket protocol that the server speaks: uvicorn's, which never lets go of a client that does not read, made to.

`WebSocketProtocol` is what a connection writes to. It is handed to the application as `scope["state"]["websocket_protocol"]`.
"""

import asyncio
import contextlib
import socket
from asyncio.transports import BaseTransport
from collections.abc import Callable, Iterable
from typing import Any

from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.exceptions import InvalidState
from websockets.frames import Frame

from realtime.deadlines import Deadlines
from realtime.protocol import CLOSE_TOO_MANY_MESSAGES

CLOSE_TIMEOUT_S = 3.0  # how long a goodbye may take to get through; then the transport is aborted, and what it held is freed
WRITE_BUFFER_BYTES = 64 * 1024  # bytes of written frames that wait in this process; above it, writing pauses
MAX_UNSENT_BYTES = (
    32 * 1024
)  # bytes in the kernel that were not sent yet: so a reader's progress is seen here, and not megabytes later
TCP_USER_TIMEOUT_MS = 40_000  # what the other machine's kernel did not acknowledge or take for so long, is sent to nobody
MAX_CONTROL_FRAMES_PER_S = 200  # pings, pongs and parts of messages; above it, the line is cut
STALL_CHECKS = 6  # times that progress is looked for before a reader counts as stalled


class WebSocketProtocol(WebSocketsSansIOProtocol):
    """One websocket. Frames are written without waiting; `drained` waits for the reader."""

    control_frames: "ControlFrameLimit"
    connected_at: float
    on_close: Callable[[], None] | None = None  # called at its end

    def connection_made(self, transport: BaseTransport) -> None:
        super().connection_made(transport)
        self.control_frames = ControlFrameLimit()
        self.connected_at = self.loop.time()
        self.transport.set_write_buffer_limits(high=WRITE_BUFFER_BYTES)
        tune_socket(transport.get_extra_info("socket"))

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        if self.on_close is not None:
            self.on_close()

    def is_late(self, now: float, deadlines: Deadlines) -> bool:
        """Whether its handshake takes too long."""
        return not self.handshake_complete and now - self.connected_at > deadlines.handshake

    async def run_asgi(self) -> None:
        self.scope["state"]["websocket_protocol"] = self
        await super().run_asgi()
        self._abort_later()

    def write(self, texts: Iterable[bytes]) -> None:
        """Writes text frames, encoded already, behind what is written. Nothing where the line has ended."""
        if not (self.close_sent or self.disconnected or self.transport.is_closing()):
            self.transport.write(b"".join(part for text in texts if text for part in (_frame_header(len(text)), text)))

    async def drain(self, stalled_s: float) -> None:
        """Returns when there is room to write again, or the line has ended. Raises TimeoutError when nothing of what waits
        could be sent for so many seconds."""
        left, since = self.unsent_bytes, self.loop.time()
        while not self.writable.is_set():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(stalled_s / STALL_CHECKS):
                    await self.writable.wait()
            if self.unsent_bytes < left:
                left, since = self.unsent_bytes, self.loop.time()
            elif self.loop.time() - since >= stalled_s:
                raise TimeoutError

    @property
    def unsent_bytes(self) -> int:
        """Bytes that are written and not sent."""
        return self.transport.get_write_buffer_size()

    def close(self, code: int) -> None:
        """Says goodbye behind what is written. The line is gone CLOSING_S later, whether its reader heard it or not."""
        if not self.close_sent and not self.transport.is_closing():
            with contextlib.suppress(InvalidState):  # the peer was first
                self.conn.send_close(code)
                self.transport.write(b"".join(self.conn.data_to_send()))
            self.close_sent = True
            self.queue.put_nowait({"type": "websocket.disconnect", "code": code})
            if self.read_paused:  # the peer's answer to the goodbye is to be read
                self.read_paused = False
                self.transport.resume_reading()
        self._abort_later()

    def abort(self) -> None:
        """Ends the line now; what was not sent is forgotten."""
        self.transport.abort()

    def _abort_later(self) -> None:
        """A transport that is closed waits until all is sent: for ever, where nobody reads."""
        if self.close_timer is None and not self.disconnected:
            self.close_timer = self.loop.call_later(CLOSE_TIMEOUT_S, self.transport.abort)

    # -- what comes beside the messages: uvicorn neither counts it nor looks whether its answers are read -------------------

    def handle_ping(self) -> None:
        if self.unsent_bytes < WRITE_BUFFER_BYTES:
            super().handle_ping()
        else:
            self.conn.data_to_send()  # who does not read the answers gets no more: they would be kept here
        self._count_control_frame()

    def handle_pong(self, event: Frame) -> None:
        super().handle_pong(event)
        self._count_control_frame()

    def handle_cont(self, event: Frame) -> None:
        super().handle_cont(event)  # a part may be empty: the limit of a message never ends these
        self._count_control_frame()

    def _count_control_frame(self) -> None:
        if not self.control_frames.too_many(self.loop.time()):
            return
        if self.handshake_complete:
            self.close(CLOSE_TOO_MANY_MESSAGES)
            self.transport.pause_reading()
        else:
            self.abort()

    # -- where uvicorn would wait for ever, or complain of what clients may do --------------------------------------------

    async def send(self, message: Any) -> None:
        if message["type"] == "websocket.accept" and self.transport.is_closing():
            self.handshake_complete = True  # the client left before it was answered: there is nobody to answer
            raise ClientDisconnected
        await super().send(message)
        if message["type"] == "websocket.http.response.body" and self.close_sent:
            self.handshake_complete = True  # it was refused: that is an answer too, and no error
        if message["type"] == "websocket.accept":  # nobody looks at these again; a line would keep them for as long as it is open
            for said in (self.request, self.response):
                said.headers.clear()

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
        if (
            self.read_paused or self.unsent_bytes
        ):  # its pong may lie here unread, our ping unsent: who stalls is noticed elsewhere
            self.schedule_ping()
        else:
            self.abort()


class ControlFrameLimit:
    """How many of them came in this second."""

    def __init__(self) -> None:
        self._count, self._second = 0, 0.0

    def too_many(self, now: float) -> bool:
        """Whether one more is one too many."""
        if now - self._second >= 1:
            self._count, self._second = 0, now
        self._count += 1
        return self._count > MAX_CONTROL_FRAMES_PER_S


def tune_socket(line: socket.socket) -> None:
    """Where the platform has it. (Both are numbers in Linux's <linux/tcp.h>.)"""
    for option, value in (("TCP_NOTSENT_LOWAT", MAX_UNSENT_BYTES), ("TCP_USER_TIMEOUT", TCP_USER_TIMEOUT_MS)):
        if hasattr(socket, option):
            with contextlib.suppress(OSError):  # a socket of another kind
                line.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), value)


def _frame_header(size: int) -> bytes:
    """The head of an unfragmented, unmasked text frame (RFC 6455, section 5.2)."""
    if size < 126:
        return bytes((0x81, size))
    if size < 65_536:
        return b"\x81\x7e" + size.to_bytes(2, "big")
    return b"\x81\x7f" + size.to_bytes(8, "big")
