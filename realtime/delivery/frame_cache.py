"""Frames encoded for clients that are behind, for reuse by other clients at the same position. Bounded over all channels."""

from collections.abc import Hashable

from realtime.wire.text_frames import TextFrames

MAX_CACHED_BYTES = 16 * 1_048_576


class FrameCache:
    """Frames by events and audience. The oldest are dropped first."""

    def __init__(self) -> None:
        self.held_bytes = 0
        self._frames: dict[Hashable, TextFrames] = {}

    def get(self, key: Hashable) -> TextFrames | None:
        return self._frames.get(key)

    def add(self, key: Hashable, frames: TextFrames) -> None:
        self._frames[key] = frames
        self.held_bytes += _size(frames)
        while self.held_bytes > MAX_CACHED_BYTES:
            self.held_bytes -= _size(self._frames.pop(next(iter(self._frames))))

    def clear(self) -> None:
        self._frames.clear()
        self.held_bytes = 0


def _size(frames: TextFrames) -> int:
    """Return the bytes of the texts, and of their encoding."""
    return 2 * sum(map(len, frames.texts))
