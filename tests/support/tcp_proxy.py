"""TCP proxy between browsers and a server that fails on request. It does not read what it passes."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

from tests.support.listening import stop_listening

CHUNK = 65_536  # bytes


class ProxiedConnection:
    """Connection through the proxy: the browser's end and the server's."""

    def __init__(self, browser: asyncio.StreamWriter, server: asyncio.StreamWriter) -> None:
        self.ends = (browser, server)
        self.dead = False  # drop all data, and do not pass on the end of the stream
        self.held = 0  # bytes of the browser that are held back
        self.socket = False  # True for a websocket, False for an HTTP call

    def reset(self) -> None:
        for end in self.ends:
            end.transport.abort()


class TcpProxy:
    """Proxy that passes bytes both ways. A connection of which bytes were dropped stays dead: a stream cannot have a hole."""

    def __init__(self, target: str) -> None:
        self._target = urlsplit(target)
        self._wires: set[ProxiedConnection] = set()
        self._state = "passing"
        self._from_browsers, self._from_server = asyncio.Event(), asyncio.Event()  # open gates
        self.release()
        self.url = ""

    def cut(self) -> None:
        """Reset all connections and refuse new ones."""
        self._state = "cut"
        for wire in list(self._wires):
            wire.reset()

    def swallow(self) -> None:
        """Accept bytes and connections and pass nothing on; close none."""
        self._state = "swallowing"
        for wire in self._wires:
            wire.dead = True

    def hold(self) -> None:
        """Hold back what browsers send, whole and in order. What the server sends passes."""
        self._from_browsers.clear()

    def hold_answers(self) -> None:
        """Hold back what the server sends. What browsers send passes."""
        self._from_server.clear()

    def release(self) -> None:
        self._from_browsers.set()
        self._from_server.set()

    def heal(self) -> None:
        """Let new connections pass again."""
        self._state = "passing"

    @property
    def held(self) -> int:
        """Return how many sockets have bytes held back."""
        return sum(wire.held > 0 for wire in self._wires if wire.socket)

    async def serve(self) -> asyncio.Server:
        server = await asyncio.start_server(self._taken, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        return server

    async def _taken(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._state == "cut":
            return writer.transport.abort()
        try:
            from_server, to_server = await asyncio.open_connection(self._target.hostname, self._target.port)
        except OSError:  # the server is gone: close the client too
            return writer.transport.abort()
        wire = ProxiedConnection(writer, to_server)
        wire.dead = self._state == "swallowing"
        self._wires.add(wire)
        await asyncio.gather(
            self._carry(reader, to_server, wire, self._from_browsers),
            self._carry(from_server, writer, wire, self._from_server),
        )
        self._wires.discard(wire)
        if wire.dead:  # it is still open
            wire.reset()
        return None

    async def _carry(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, wire: ProxiedConnection, gate: asyncio.Event
    ) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(CHUNK):
                wire.socket = wire.socket or data.startswith((b"GET /ws ", b"GET /ws?"))
                if not gate.is_set():
                    wire.held += len(data) if gate is self._from_browsers else 0
                    await gate.wait()
                    wire.held = 0
                if not wire.dead:
                    writer.write(data)
                    await writer.drain()
        if not wire.dead:
            writer.close()

    def reset(self) -> None:
        for wire in list(self._wires):
            wire.reset()


@contextlib.asynccontextmanager
async def proxy_to(target: str) -> AsyncIterator[TcpProxy]:
    """Run a proxy in front of a server's URL; browsers are given the URL of the proxy."""
    line = TcpProxy(target)
    server = await line.serve()
    try:
        yield line
    finally:
        line.release()
        await stop_listening(server)
        line.reset()
