"""Event loop with its own clock, and a transport whose client reads only when a test says so."""

import asyncio
import selectors
from typing import Any


class _NoWait(selectors.DefaultSelector):
    """Selector that does not wait: it moves the clock of the loop."""

    loop: "SimulatedLoop"

    def select(self, timeout: float | None = None) -> list[Any]:
        self.loop.now += timeout or 0.0
        return super().select(0)


class SimulatedLoop(asyncio.SelectorEventLoop):
    """Event loop that never waits: its time moves on to the next timer at once."""

    def __init__(self) -> None:
        self.now = 1_000.0
        selector = _NoWait()
        selector.loop = self
        super().__init__(selector)

    def time(self) -> float:
        return self.now


class SimulatedTransport(asyncio.Transport):
    """Transport to a client. What is written waits until `drain`; `received` is what the client has read."""

    def __init__(self, protocol: Any) -> None:
        super().__init__()
        self.received = b""
        self.most_buffered = 0
        self.reading_paused = self.was_closed = False
        self._protocol, self._buffer = protocol, bytearray()
        self._high, self._full, self._closing, self._lost = 65_536, False, False, False
        protocol.connection_made(self)

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return _Socket() if name == "socket" else default

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        self._high = high or self._high

    def get_write_buffer_size(self) -> int:
        return len(self._buffer)

    def write(self, data: Any) -> None:
        if self._lost:
            return
        self._buffer += data
        self.most_buffered = max(self.most_buffered, len(self._buffer))
        if len(self._buffer) > self._high and not self._full:
            self._full = True
            self._protocol.pause_writing()

    def drain(self, size: int) -> None:
        """Let the client read so many bytes."""
        self.received += self._buffer[:size]
        del self._buffer[:size]
        if self._full and len(self._buffer) <= self._high // 4:
            self._full = False
            self._protocol.resume_writing()
        if self._closing and not self._buffer:
            self.abort()

    def feed(self, data: bytes) -> None:
        """Let the client send something."""
        if not self._lost and not self._closing:
            self._protocol.data_received(data)

    @property
    def written(self) -> bytes:
        """Return what the client has read, and what waits for it."""
        return self.received + bytes(self._buffer)

    def is_closing(self) -> bool:
        return self._closing or self._lost

    def close(self) -> None:
        self._closing = True
        if not self._buffer:
            self.abort()

    def abort(self) -> None:
        if not self._lost:
            self._lost = self._closing = True
            self._buffer.clear()
            asyncio.get_running_loop().call_soon(self._protocol.connection_lost, None)

    def pause_reading(self) -> None:
        self.reading_paused = True

    def resume_reading(self) -> None:
        self.reading_paused = False


class _Socket:
    def setsockopt(self, *option: object) -> None:
        pass
