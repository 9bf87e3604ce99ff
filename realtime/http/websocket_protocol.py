"""WebSocket protocol of the server on the sans-I/O core of `websockets`, because general servers can't write without waiting, and
do not end clients that do not read.

The application gets `WebSocketProtocol` in the state of its scope; a connection writes its frames to it. Uvicorn creates it
(`Config.ws`), feeds it the handshake, and calls `shutdown`. No other part of uvicorn is used.
"""

import asyncio
import contextlib
import logging
import secrets
import socket
from asyncio.transports import BaseTransport, Transport
from collections.abc import Callable, Coroutine
from http import HTTPStatus
from typing import Any, cast
from urllib.parse import unquote

from websockets.datastructures import Headers
from websockets.exceptions import InvalidState
from websockets.frames import Frame, Opcode
from websockets.http11 import Request, Response
from websockets.server import ServerProtocol

from realtime.deadlines import Deadlines
from realtime.delivery.frame_writer import FULL_BYTES, STATE_KEY
from realtime.wire.protocol import CLOSE_RESTART, CLOSE_TOO_MANY_MESSAGES
from realtime.wire.text_frames import TextFrames

log = logging.getLogger("realtime.http.websocket_protocol")
_quiet = logging.getLogger("realtime.http.websocket_protocol.frames")  # errors of clients are counted, not logged
_quiet.setLevel(logging.CRITICAL)

NOT_UTF8 = "Invalid UTF-8 sequence received from client."  # in uvicorn's words, for programs that count such clients
CLOSE_TIMEOUT_S = 3.0  # wait for the close handshake; then the transport is aborted, which frees its memory
MAX_UNSENT_BYTES = 32 * 1024  # unsent bytes in the kernel: small, so that a client's progress is visible here
TCP_USER_TIMEOUT_MS = 40_000  # without an acknowledgement by the peer's kernel, until the connection is aborted
MAX_CONTROL_FRAMES_PER_S = 200  # pings, pongs and message fragments; above it, the connection is closed
MAX_UNREAD_MESSAGES = 16  # messages that the application has not read; above it, reading pauses
MAX_UNREAD_CHARACTERS = 65_536  # characters in them

Message = dict[str, Any]


class ClientGone(ConnectionError):
    """Disconnect of the client, raised to an application that sends, as ASGI requires."""


class WebSocketProtocol(asyncio.Protocol):
    """WebSocket of one client, and the writer of its frames.

    The arguments are uvicorn's: its configuration, the state that its connections share, and the application's state.
    """

    def __init__(self, config: Any, server_state: Any, app_state: dict[str, Any], _loop: Any = None) -> None:
        self.is_full = False  # the unsent bytes exceed the limit
        self.on_room: Callable[[], None] | None = None  # called when it is no longer full
        self.on_lost: Callable[[], None] | None = None  # called when the connection is lost, for the application
        self.on_close: Callable[[], None] | None = None  # called then, for the HTTP protocol that admitted the connection
        self.handshake_complete = False  # it was accepted or refused
        self.close_sent = False
        self.loop: asyncio.AbstractEventLoop = _loop or asyncio.get_running_loop()
        self.control_frames = ControlFrameLimit()
        self.connected_at = self.loop.time()
        self._config, self._server, self._app_state = config, server_state, app_state
        self._frames = ServerProtocol(max_size=config.ws_max_size, logger=_quiet)
        self._response: Response | None = None  # to the handshake
        self._refusal: tuple[int, list[tuple[str, str]], bytes] | None = None  # begun with `websocket.http.response.start`
        self._unread: list[Message] = []
        self._unread_characters = 0
        self._reader: asyncio.Future[None] | None = None  # the application, waiting for a message
        self._session: Coroutine[Any, Any, None] | None = None
        self._reading_paused = self._lost = False
        self._writable: asyncio.Future[None] | None = None  # the application, waiting to send
        self._fragments: list[bytes] = []
        self._is_text = True
        self._close_timer: asyncio.TimerHandle | None = None
        self._ping_timer: asyncio.TimerHandle | None = None
        self._pong_awaited: bytes | None = None  # payload of our last ping, while it is not answered

    # -- the transport ---------------------------------------------------------------------------------------------------

    def connection_made(self, transport: BaseTransport) -> None:
        self.transport = cast(Transport, transport)
        self._server.connections.add(self)
        self.transport.set_write_buffer_limits(high=FULL_BYTES)

    def connection_lost(self, exc: Exception | None) -> None:
        self._lost = self.handshake_complete = True
        self._server.connections.discard(self)
        for timer in (self._ping_timer, self._close_timer):
            if timer is not None:
                timer.cancel()
        self._put({"type": "websocket.disconnect", "code": 1005 if exc is None else 1006})
        self._wake_sender()
        if exc is None:
            self.transport.close()
        for call in (self.on_lost, self.on_close):
            if call is not None:
                call()

    def pause_writing(self) -> None:
        self.is_full = True

    def resume_writing(self) -> None:
        self.is_full = False
        self._wake_sender()
        if self.on_room is not None:  # later: asyncio ends a transport twice if a write here finds that the client has left
            self.loop.call_soon(self._say_room)

    def _say_room(self) -> None:
        if self.on_room is not None and not self.is_full:
            self.on_room()

    def eof_received(self) -> None:
        """Let the transport close."""

    def is_late(self, now: float, deadlines: Deadlines) -> bool:
        """Return whether the handshake takes too long."""
        return not self.handshake_complete and now - self.connected_at > deadlines.handshake

    def abort(self) -> None:
        """Abort the connection now; unsent output is discarded."""
        self.transport.abort()

    def shutdown(self) -> None:
        """End the connection, because the server ends."""
        if self.handshake_complete:
            self.close(CLOSE_RESTART)
        else:
            self._refuse(HTTPStatus.INTERNAL_SERVER_ERROR, [], b"Internal Server Error")
            self._abort_later()

    def _abort_later(self) -> None:
        """Abort after CLOSE_TIMEOUT_S: a closed transport waits until all is sent, indefinitely if the client does not read."""
        if self._close_timer is None and not self._lost:
            self._close_timer = self.loop.call_later(CLOSE_TIMEOUT_S, self.transport.abort)

    # -- writing without waiting -------------------------------------------------------------------------------------------

    def write(self, frames: TextFrames) -> None:
        """Write frames after the earlier ones. No-op if the connection has ended."""
        if not (self.close_sent or self.transport.is_closing()):  # asyncio warns about each write after a failed one
            self.transport.write(frames.wire)

    @property
    def unsent_bytes(self) -> int:
        """Written but unsent bytes."""
        return self.transport.get_write_buffer_size()

    def close(self, code: int, reason: str = "") -> None:
        """Send a close frame after the written frames. If the client does not answer, abort after CLOSE_TIMEOUT_S."""
        if not self.close_sent and not self.transport.is_closing():
            with contextlib.suppress(InvalidState):  # the peer closed first
                self._frames.send_close(code, reason)
                self._write_output()
            self.close_sent = True
            self._put({"type": "websocket.disconnect", "code": code})
            self._resume_reading()  # the peer's close frame must be read
        self._abort_later()

    async def finish(self) -> None:
        """Return immediately: the transport writes its buffer, and is aborted if that takes too long."""

    def _write_output(self) -> None:
        output = b"".join(self._frames.data_to_send())
        if not self.transport.is_closing():
            self.transport.write(output)

    # -- what the client sends ---------------------------------------------------------------------------------------------

    def data_received(self, data: bytes) -> None:
        self._frames.receive_data(data)
        if self._frames.parser_exc is None:
            for event in self._frames.events_received():
                if isinstance(event, Request):
                    self._on_handshake(event)
                else:
                    self._on_frame(cast(Frame, event))
        if self._frames.parser_exc is not None and not self.close_sent:
            self._on_broken_frame()

    def _on_handshake(self, request: Request) -> None:
        self._response = self._frames.accept(request)
        if self._response.status_code != HTTPStatus.SWITCHING_PROTOCOLS:
            self._refuse_by(self._response)
            return
        scope = self._scope(request)
        request.headers.clear()  # frees memory: the library's parser keeps the request while the connection lives
        self._put({"type": "websocket.connect"})
        task = self.loop.create_task(self._run(scope))
        self._server.tasks.add(task)
        task.add_done_callback(self._server.tasks.discard)

    def _scope(self, request: Request) -> Message:
        """Return the scope of ASGI's WebSocket specification, version 2.4."""
        raw_path, _, query = request.path.partition("?")
        root: str = self._config.root_path
        subprotocols = request.headers.get_all("Sec-WebSocket-Protocol")
        return {
            "type": "websocket",
            "asgi": {"version": self._config.asgi_version, "spec_version": "2.4"},
            "http_version": "1.1",
            "scheme": "ws" if self.transport.get_extra_info("sslcontext") is None else "wss",
            "server": address_of(self.transport.get_extra_info("sockname")),
            "client": address_of(self.transport.get_extra_info("peername")),
            "root_path": root,
            "path": root + unquote(raw_path),
            "raw_path": (root + raw_path).encode("ascii"),
            "query_string": query.encode("ascii"),
            "headers": [(name.lower().encode("ascii"), _header_bytes(value)) for name, value in request.headers.raw_items()],
            "subprotocols": [name.strip() for header in subprotocols for name in header.split(",")],
            "state": self._app_state.copy() | {STATE_KEY: self},
            "extensions": {"websocket.http.response": {}},
        }

    def _on_frame(self, frame: Frame) -> None:
        match frame.opcode:
            case Opcode.TEXT | Opcode.BINARY:
                self._is_text, self._fragments = frame.opcode is Opcode.TEXT, [bytes(frame.data)]
                self._on_fragment(frame.fin)
            case Opcode.CONT:
                self._fragments.append(bytes(frame.data))
                self._on_fragment(frame.fin)
                self._count_control_frame()  # a fragment may be empty, so the size limit of messages does not stop these
            case Opcode.PING:
                if self.unsent_bytes < FULL_BYTES:
                    self._write_output()
                else:
                    self._frames.data_to_send()  # drop the answer to a client that does not read: it would be buffered here
                self._count_control_frame()
            case Opcode.PONG:
                if self._pong_awaited is not None and bytes(frame.data) == self._pong_awaited:
                    self._pong_awaited = None
                self._count_control_frame()
            case Opcode.CLOSE:
                self._on_close_frame()

    def _on_fragment(self, is_last: bool) -> None:
        if not is_last:
            return
        data = self._fragments[0] if len(self._fragments) == 1 else b"".join(self._fragments)
        self._fragments = []
        if self.close_sent:
            return
        if not self._is_text:
            self._put({"type": "websocket.receive", "bytes": data})
            return
        try:
            self._put({"type": "websocket.receive", "text": data.decode()})
        except UnicodeDecodeError:
            log.warning(NOT_UTF8)
            self.close(1007)

    def _on_close_frame(self) -> None:
        if self.close_sent:  # the peer's answer to ours
            self.transport.close()
        elif not self.transport.is_closing():
            close = self._frames.close_rcvd
            code, reason = (close.code, close.reason) if close is not None else (1005, "")
            self._put({"type": "websocket.disconnect", "code": code, "reason": reason})
            self.close_sent = True
            self._write_output()
            self.transport.close()
        self._abort_later()

    def _on_broken_frame(self) -> None:
        """End the connection because its client broke the protocol. The library has prepared the close frame."""
        close = self._frames.close_sent
        self.handshake_complete = self.close_sent = True
        self._put({"type": "websocket.disconnect", "code": close.code if close is not None else 1006})
        self._write_output()
        self.transport.close()
        self._abort_later()

    def _count_control_frame(self) -> None:
        if not self.control_frames.too_many(self.loop.time()):
            return
        if self.handshake_complete:
            self.close(CLOSE_TOO_MANY_MESSAGES)
            self.transport.pause_reading()
        else:
            self.abort()

    # -- keep-alive ----------------------------------------------------------------------------------------------------------

    def _ping_later(self) -> None:
        if self._config.ws_ping_interval:
            self._ping_timer = self.loop.call_later(self._config.ws_ping_interval, self._ping)

    def _ping(self) -> None:
        """Ping the client, and end the connection if it does not answer in time."""
        if self.close_sent or self.transport.is_closing():
            return
        self._pong_awaited = secrets.token_bytes(4)
        self._frames.send_ping(self._pong_awaited)
        self._write_output()
        self._ping_timer = self.loop.call_later(self._config.ws_ping_timeout or 20.0, self._check_pong)

    def _check_pong(self) -> None:
        # Its pong may be unread, or our ping unsent; the connection finds clients that do not read.
        if self._pong_awaited is None or self._reading_paused or self.unsent_bytes:
            self._pong_awaited = None
            self._ping_later()
        else:
            self.abort()

    # -- the session that the application leaves behind --------------------------------------------------------------------

    async def accept(self) -> None:
        """Accept the handshake. Raises ClientGone."""
        await self.receive()  # `websocket.connect`
        await self._send({"type": "websocket.accept"})

    async def serve(self, session: Coroutine[Any, Any, None]) -> None:
        """Continue this session after the application returns, which frees its scope and the stack of its middleware, 6 kB for
        each connection."""
        self._session = session

    # -- ASGI ----------------------------------------------------------------------------------------------------------------

    async def _run(self, scope: Message) -> None:
        try:
            await self._config.loaded_app(scope, self.receive, self._send)
            del scope
            if self._session is not None:
                session, self._session = self._session, None
                await session
            if not self.handshake_complete:
                log.error("handshake not completed")
        except ClientGone:
            pass
        except Exception:
            log.exception("socket failed")
        finally:
            self.on_room = self.on_lost = None
            if not self.handshake_complete:
                self._refuse(HTTPStatus.INTERNAL_SERVER_ERROR, [], b"Internal Server Error")
            if self._close_timer is None:
                self.transport.close()
            self._abort_later()

    def _put(self, message: Message) -> None:
        self._unread.append(message)
        self._unread_characters += len(message.get("text") or message.get("bytes") or "")
        if len(self._unread) > MAX_UNREAD_MESSAGES or self._unread_characters > MAX_UNREAD_CHARACTERS:
            self._pause_reading()
        if self._reader is not None and not self._reader.done():
            self._reader.set_result(None)

    def _pause_reading(self) -> None:
        if not self._reading_paused and not self.close_sent and not self._lost:
            self._reading_paused = True
            self.transport.pause_reading()

    def _resume_reading(self) -> None:
        if self._reading_paused:
            self._reading_paused = False
            self.transport.resume_reading()

    async def receive(self) -> Message:
        while not self._unread:
            self._reader = self.loop.create_future()
            try:
                await self._reader
            finally:
                self._reader = None
        message = self._unread.pop(0)
        self._unread_characters -= len(message.get("text") or message.get("bytes") or "")
        if not self._unread:
            self._resume_reading()
        return message

    async def _send(self, message: Message) -> None:
        while self.is_full and not self._lost:
            self._writable = self.loop.create_future()
            await self._writable
        if self._lost:
            raise ClientGone
        match message["type"]:
            case "websocket.accept":
                self._accept(message)
            case "websocket.send" if self.handshake_complete and not self.close_sent:
                text = message.get("text")
                self._frames.send_binary(message["bytes"]) if text is None else self._frames.send_text(text.encode())
                self._write_output()
            case "websocket.close" if self.handshake_complete:
                self.close(message.get("code", 1000), message.get("reason") or "")
            case "websocket.close":
                self._refuse(HTTPStatus.FORBIDDEN, [], b"")
            case "websocket.http.response.start":
                self._refusal = (
                    message["status"],
                    [(k.decode("latin-1"), v.decode("latin-1")) for k, v in message["headers"]],
                    b"",
                )
            case "websocket.http.response.body" if self._refusal is not None:
                status, headers, body = self._refusal
                self._refusal = status, headers, body + message.get("body", b"")
                if not message.get("more_body", False):
                    self._refuse(*self._refusal)
            case unexpected:
                if not self.close_sent:  # a message after a close is late, not an error
                    raise RuntimeError(f"{unexpected} can't be sent now")

    def _wake_sender(self) -> None:
        if self._writable is not None and not self._writable.done():
            self._writable.set_result(None)

    def _accept(self, message: Message) -> None:
        if self.transport.is_closing() or self._response is None:
            self.handshake_complete = True  # the client disconnected before the answer
            raise ClientGone
        del self._response.headers["Date"]
        defaults: list[tuple[bytes, bytes]] = self._server.default_headers
        for name, value in defaults + list(message.get("headers") or ()):
            self._response.headers[name.decode("latin-1").lower()] = value.decode("latin-1")
        if message.get("subprotocol"):
            self._response.headers["Sec-WebSocket-Protocol"] = message["subprotocol"]
        self.handshake_complete = True
        self._frames.send_response(self._response)
        self._write_output()
        self._response = None  # unused from here on; a connection would keep it in memory
        self._ping_later()

    def _refuse(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        """Answer the handshake with an HTTP response, and end the connection."""
        if not self.handshake_complete and not self.transport.is_closing():
            complete = Headers(headers)
            for name, value in (("Connection", "close"), ("Content-Length", str(len(body))), ("Content-Type", "text/plain")):
                complete.setdefault(name, value)
            self._refuse_by(Response(status, HTTPStatus(status).phrase, complete, body))

    def _refuse_by(self, response: Response) -> None:
        self.handshake_complete = self.close_sent = True
        self._put({"type": "websocket.disconnect", "code": 1006})
        self._frames.send_response(response)
        self._write_output()
        self.transport.close()
        self._abort_later()


class ControlFrameLimit:
    """Limit on control frames and fragments per second."""

    __slots__ = ("_count", "_second")

    def __init__(self) -> None:
        self._count, self._second = 0, 0.0

    def too_many(self, now: float) -> bool:
        """Count one. Return whether it exceeds the limit."""
        if now - self._second >= 1:
            self._count, self._second = 0, now
        self._count += 1
        return self._count > MAX_CONTROL_FRAMES_PER_S


def tune_socket(connection: socket.socket) -> None:
    """Set TCP options that the platform supports. (Both are numbers in Linux's <linux/tcp.h>.)"""
    for option, value in (("TCP_NOTSENT_LOWAT", MAX_UNSENT_BYTES), ("TCP_USER_TIMEOUT", TCP_USER_TIMEOUT_MS)):
        if hasattr(socket, option):
            with contextlib.suppress(OSError):  # a socket of another kind
                connection.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), value)


def address_of(name: Any) -> tuple[str, int] | None:
    """Return host and port of a socket's name; None for a socket of another kind."""
    return (name[0], name[1]) if isinstance(name, tuple) else None


def _header_bytes(value: str) -> bytes:
    """Return the bytes of a header's value, which `websockets` decodes as ASCII with surrogates, or (from 17) as ISO-8859-1."""
    try:
        return value.encode("ascii", "surrogateescape")
    except UnicodeEncodeError:
        return value.encode("latin-1")
