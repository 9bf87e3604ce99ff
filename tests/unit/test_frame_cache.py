"""Cache of frames for clients that are behind: bounded in bytes, the first ones go first."""

import pytest

from realtime.delivery import frame_cache
from realtime.delivery.frame_cache import FrameCache
from realtime.wire.text_frames import TextFrames


def test_frames_added_first_are_dropped_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frame_cache, "MAX_CACHED_BYTES", 1_000)
    cache = FrameCache()
    for number in range(10):
        cache.add(number, TextFrames([b"x" * 150]))
        assert cache.held_bytes <= 1_000
    assert [cache.get(number) is not None for number in range(10)] == [False] * 7 + [True] * 3
    cache.clear()
    assert cache.held_bytes == 0
    assert cache.get(9) is None
