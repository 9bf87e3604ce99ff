"""Send queue: what waits for a client is bounded, is written in order, and can be discarded until it is written."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtime.delivery import send_queue
from realtime.delivery.send_queue import QueueFull, SendQueue


@given(sizes=st.lists(st.integers(0, 400), max_size=40), limit=st.integers(1, 1_000))
def test_frames_come_out_in_order_and_several_at_once_up_to_a_limit(sizes: list[int], limit: int) -> None:
    box, put = SendQueue(), [b"%d" % number + b"x" * size for number, size in enumerate(sizes)]
    for frame in put:
        box.put(frame)
    runs = []
    while box:
        runs.append(box.take(limit))
    assert list(itertools.chain(*runs)) == put
    assert all(len(run) == 1 or sum(map(len, run)) <= limit for run in runs)
    assert all(sum(map(len, before)) + len(after[0]) > limit for before, after in itertools.pairwise(runs))
    assert box.queued_bytes == 0


@given(sizes=st.lists(st.integers(1, 400), max_size=40))
def test_queue_never_exceeds_its_bound_and_keeps_no_refused_frame(sizes: list[int]) -> None:
    bound, most = send_queue.MAX_QUEUED_BYTES, 1_000
    send_queue.MAX_QUEUED_BYTES = most
    try:
        box, kept = SendQueue(), 0
        for size in sizes:
            try:
                box.put(b"x" * size)
            except QueueFull:
                assert kept + size > most
            else:
                kept += size
            assert box.queued_bytes == kept <= most
        assert sum(map(len, box.take(most))) == kept if kept else not box
    finally:
        send_queue.MAX_QUEUED_BYTES = bound


@given(channels=st.lists(st.sampled_from(["a", "b", None]), max_size=30), purged=st.sampled_from(["a", "b", "c"]))
def test_frames_of_one_channel_can_be_discarded(channels: list[str | None], purged: str) -> None:
    box = SendQueue()
    for number, channel in enumerate(channels):
        box.put(b"%d" % number, channel)
    assert box.holds_frames(purged) is (purged in channels)
    box.discard(purged)
    assert not box.holds_frames(purged)
    left = [b"%d" % number for number, channel in enumerate(channels) if channel != purged]
    assert box.queued_bytes == sum(map(len, left))
    assert (box.take(10_000) if box else []) == left


def test_the_bound_is_the_contracts() -> None:
    assert send_queue.MAX_QUEUED_BYTES == 16 * 1_048_576


def test_a_full_queue_is_refused() -> None:
    box = SendQueue()
    box.put(b"x" * send_queue.MAX_QUEUED_BYTES)
    with pytest.raises(QueueFull):
        box.put(b"x")
