"""TCP proxy that fails on request, with latency, small slices, resets, refused connections, or a black hole that drops all bytes.

It never reorders, alters or omits bytes of a live stream: once it has dropped bytes of a connection, that connection stays dead.
"""

import asyncio
import contextlib
import socket
import struct
from collections import deque
from typing import Any

MOST_SLICES = 200  # per piece: a snapshot in single bytes would measure the proxy, not the board
HIGH_WATER = 1_048_576  # bytes waiting for delivery, above which the proxy stops reading
ACCEPT_TURNS = 2  # of the event loop, until an accepted connection has its protocol


class FaultyProxy:
    """Proxy that listens on its own port, and forwards each connection to the target."""

    def __init__(self, port: int, host: str = "127.0.0.1") -> None:
        self.target = (host, port)
        self.port = 0
        self.refusing = self.swallowing = False
        self.delay_s, self.slice = 0.0, 0
        self.wires: set[ProxiedConnection] = set()
        self.connecting: set[asyncio.Task[None]] = set()  # to the target
        self._server: asyncio.Server | None = None

    async def open(self) -> "FaultyProxy":
        self._server = await asyncio.get_running_loop().create_server(lambda: _End(self, None), "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def close(self) -> None:
        """Refuse further connections, and return once the others are closed."""
        self.refusing = True
        if self._server is not None:
            for each in self._server.sockets:
                asyncio.get_running_loop().remove_reader(each.fileno())
            for _ in range(ACCEPT_TURNS):  # asyncio never closes what it accepted for a server that is closed meanwhile
                await asyncio.sleep(0)
            self._server.close()
        for task in self.connecting:
            task.cancel()
        if self.connecting:
            await asyncio.wait(self.connecting)
        self.reset()
        while self.wires:
            await asyncio.sleep(0)

    def reset(self) -> None:
        """Reset all connections, as if the other side had crashed."""
        for wire in list(self.wires):
            wire.reset()

    def swallow(self) -> None:
        """Drop everything sent from now on, silently."""
        self.swallowing = True
        for wire in self.wires:
            wire.dead = True

    def heal(self, tell: bool = True) -> None:
        """Forward bytes again. `tell`: reset dead connections; otherwise their clients must find out on their own."""
        self.refusing = self.swallowing = False
        self.delay_s, self.slice = 0.0, 0
        if tell:
            for wire in [each for each in self.wires if each.dead]:
                wire.reset()


class ProxiedConnection:
    """Connection through the proxy: the client's end and the target's."""

    def __init__(self, line: FaultyProxy, caller: "_End") -> None:
        self.line = line
        self.dead = line.swallowing
        self.ends = [caller]
        line.wires.add(self)

    def reset(self) -> None:
        for end in self.ends:
            end.abort()

    def lost(self, end: "_End") -> None:
        self.ends.remove(end)
        if not self.ends:
            self.line.wires.discard(self)


class _End(asyncio.Protocol):
    def __init__(self, line: FaultyProxy, wire: ProxiedConnection | None) -> None:
        self._line, self._wire = line, wire
        self._transport: Any = None
        self._peer: _End | None = None
        self._waiting: deque[bytes] = deque()  # delayed pieces, and pieces that arrived before the peer was connected
        self._queued = 0
        self._closing = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        if self._wire is not None:
            self._wire.ends.append(self)
        else:
            if self._line.refusing:
                return self.abort()
            self._wire = ProxiedConnection(self._line, self)
            if not self._wire.dead:
                task = asyncio.create_task(self._connect())
                self._line.connecting.add(task)
                task.add_done_callback(self._line.connecting.discard)
        return None

    async def _connect(self) -> None:
        wire = self._wire
        assert wire is not None
        try:
            _, peer = await asyncio.get_running_loop().create_connection(lambda: _End(self._line, wire), *self._line.target)
        except OSError:
            return wire.reset()
        if self._transport.is_closing() or peer._transport.is_closing():
            return wire.reset()
        self._peer, peer._peer = peer, self
        self._flush()
        return None

    def data_received(self, data: bytes) -> None:
        assert self._wire is not None
        if self._wire.dead:
            return
        if self._peer is None or self._queued or self._line.delay_s or self._line.slice:
            self._later(data)
        else:
            self._peer.write(data)

    def _later(self, data: bytes) -> None:
        size = max(self._line.slice, len(data) // MOST_SLICES) if self._line.slice else len(data)
        pieces = [data[start : start + size] for start in range(0, len(data), size)]
        self._waiting.extend(pieces)
        self._queued += len(data)
        if self._queued > HIGH_WATER:
            self._transport.pause_reading()
        if self._peer is not None:
            loop = asyncio.get_running_loop()
            for number in range(len(pieces)):
                loop.call_later(self._line.delay_s + number * 0.0005, self._pass_on)

    def _flush(self) -> None:
        for _ in range(len(self._waiting)):
            self._pass_on()

    def _pass_on(self) -> None:
        """Forward the oldest delayed piece."""
        if self._waiting and self._peer is not None and self._wire is not None:
            piece = self._waiting.popleft()
            self._queued -= len(piece)
            if not self._wire.dead:
                self._peer.write(piece)
            if not self._waiting:
                self.resume()
                if self._closing:
                    self._peer.shut()

    def pause_writing(self) -> None:
        if self._peer is not None:
            self._peer._pause()

    def resume_writing(self) -> None:
        if self._peer is not None:
            self._peer.resume()

    def _pause(self) -> None:
        with contextlib.suppress(RuntimeError):
            self._transport.pause_reading()

    def resume(self) -> None:
        with contextlib.suppress(RuntimeError):
            self._transport.resume_reading()

    def eof_received(self) -> bool:
        return False

    def connection_lost(self, error: Exception | None) -> None:
        wire = self._wire
        if wire is None:
            return
        wire.lost(self)
        if wire.dead or self._peer is None:  # a black hole does not forward the end of the stream
            return
        if error is not None:
            self._peer.abort()
        elif self._waiting:
            self._closing = True
        else:
            self._peer.shut()

    def write(self, data: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(data)

    def shut(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def abort(self) -> None:
        """Reset the connection instead of closing it."""
        if self._transport is not None:
            ours = self._transport.get_extra_info("socket")
            if not self._transport.is_closing():
                ours.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self._transport.abort()
