"""Frames to and from a client: by our own WebSocket protocol, or, on another server, through ASGI."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, MutableMapping
from typing import Any, Protocol

from starlette.websockets import WebSocket, WebSocketDisconnect

from realtime.wire.text_frames import TextFrames

FULL_BYTES = 64 * 1024  # unsent bytes above which a client counts as not reading
FINISH_TIMEOUT_S = 3.0
STATE_KEY = "websocket_protocol"  # in the state of an ASGI scope: the FrameWriter of a server that has one


class FrameWriter(Protocol):
    """Writer and reader of one client. `on_room`: called when the writer is no longer full. `on_lost`: called when our own server
    has lost the connection, even if earlier messages of the client are still unread."""

    on_room: Callable[[], None] | None
    on_lost: Callable[[], None] | None

    async def accept(self) -> None:
        """Accept the handshake. Raises OSError or WebSocketDisconnect if the client has left."""

    async def receive(self) -> MutableMapping[str, Any]:
        """Return the next message of the client, in the form of ASGI."""

    def serve(self, session: Coroutine[Any, Any, None]) -> Awaitable[None]:
        """Run a session until the connection ends. The endpoint awaits the result.

        On our own server it returns immediately and the session continues, so that the memory of the endpoint's callers is freed.
        """

    @property
    def is_full(self) -> bool:
        """Return whether the unsent bytes exceed the limit."""

    @property
    def unsent_bytes(self) -> int:
        """Bytes that are written and not sent."""

    def write(self, frames: TextFrames) -> None:
        """Write frames after the earlier ones. Never waits. No-op if the connection has ended."""

    def close(self, code: int) -> None:
        """Send a close frame after the written frames. No-op if the connection has ended."""

    async def finish(self) -> None:
        """Wait for a bounded time until the written frames are passed on, so that the application may end."""


def frame_writer(socket: WebSocket) -> FrameWriter:
    """Return the writer of a socket: that of its server, or a slower one that sends through ASGI."""
    server_writer: FrameWriter | None = socket.scope.get("state", {}).get(STATE_KEY)
    return server_writer if server_writer is not None else AsgiFrameWriter(socket)


class AsgiFrameWriter:
    """Writer for any ASGI server: a task sends one frame at a time, and ends when there are none."""

    def __init__(self, socket: WebSocket) -> None:
        self.on_room: Callable[[], None] | None = None
        self.on_lost: Callable[[], None] | None = None
        self.is_full = False
        self.unsent_bytes = 0
        self._socket = socket
        self._texts: deque[bytes] = deque()
        self._task: asyncio.Task[None] | None = None
        self._close_code: int | None = None
        self._ended = False

    async def accept(self) -> None:
        await self._socket.accept()

    async def receive(self) -> MutableMapping[str, Any]:
        return await self._socket.receive()

    async def serve(self, session: Coroutine[Any, Any, None]) -> None:
        await session

    def write(self, frames: TextFrames) -> None:
        if not self._ended and self._close_code is None:
            self._texts.extend(frames.texts)
            self.unsent_bytes += sum(map(len, frames.texts))
            self.is_full = self.unsent_bytes > FULL_BYTES
            self._start()

    def close(self, code: int) -> None:
        if not self._ended and self._close_code is None:
            self._close_code = code
            self._start()

    async def finish(self) -> None:
        if self._task is not None:
            await asyncio.wait([self._task], timeout=FINISH_TIMEOUT_S)

    def _start(self) -> None:
        if self._task is None:
            self._task = asyncio.create_task(self._send_all())

    async def _send_all(self) -> None:
        try:
            while self._texts:
                text = self._texts.popleft()
                await self._socket.send_text(text.decode())
                self.unsent_bytes -= len(text)
                if self.is_full and self.unsent_bytes <= FULL_BYTES // 4:
                    self.is_full = False
                    if self.on_room is not None:
                        self.on_room()
            if self._close_code is not None:
                await self._socket.close(self._close_code)
        except (WebSocketDisconnect, RuntimeError, OSError):  # the client is gone
            self._ended = True
            self._texts.clear()
        finally:
            self._task = None
