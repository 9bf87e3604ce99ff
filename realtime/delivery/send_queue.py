"""Send queue of a connection: frames that wait because the client reads too slowly. Bounded.

It contains no events of channels: a client that is behind gets them from the channel's ring when it has read enough.
"""

from collections import deque

MAX_QUEUED_BYTES = 16 * 1_048_576  # bytes per connection; slower clients are disconnected


class QueueFull(Exception):
    """Overflow of the connection's send queue."""


class SendQueue:
    """Unwritten frames of one connection, in order, each with its channel (or None)."""

    __slots__ = ("__weakref__", "_frames", "queued_bytes")

    def __init__(self) -> None:
        self.queued_bytes = 0
        self._frames: deque[tuple[str | None, bytes]] | tuple[()] = ()  # a deque (600 bytes) only while frames wait

    def __bool__(self) -> bool:
        return bool(self._frames)

    def put(self, frame: bytes, channel: str | None = None) -> None:
        """Append a frame. Raises QueueFull."""
        if self.queued_bytes + len(frame) > MAX_QUEUED_BYTES:
            raise QueueFull
        self.queued_bytes += len(frame)
        if not self._frames:
            self._frames = deque()
        self._frames.append((channel, frame))

    def discard(self, channel: str) -> None:
        """Discard the frames of a channel, because its viewer may no longer see it."""
        if self._frames:
            self._frames = deque(entry for entry in self._frames if entry[0] != channel) or ()
            self.queued_bytes = sum(len(frame) for _, frame in self._frames)

    def holds_frames(self, channel: str) -> bool:
        """Return whether frames of a channel wait."""
        return any(its_channel == channel for its_channel, _ in self._frames)

    def take(self, limit: int) -> list[bytes]:
        """Remove and return the first frames, at most `limit` bytes, but at least one frame."""
        frames: list[bytes] = []
        while self._frames and (not frames or limit >= len(self._frames[0][1])):
            _, frame = self._frames.popleft()
            limit -= len(frame)
            self.queued_bytes -= len(frame)
            frames.append(frame)
        self._frames = self._frames or ()
        return frames
