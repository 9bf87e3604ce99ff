"""Outbox: the queue of a client is bounded, is written in order, and can be discarded until it is written."""

import asyncio
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtime import outbox
from realtime.outbox import EventBatch, Outbox, QueueFull
from realtime.source import EventRecord, Subject

SUBJECT = Subject("note", "n", "note.added")


def delivery(subscription: object, *seqs: int, size: int = 10) -> EventBatch:
    return EventBatch(subscription, [EventRecord(seq, b"x" * size, None, SUBJECT) for seq in seqs])


def emptied(box: Outbox) -> list[bytes | EventBatch]:
    """Return all queued items, as they would be written."""

    async def take() -> list[bytes | EventBatch]:
        taken = []
        while box.queued_bytes or box._items:
            taken.append(await asyncio.wait_for(box.get(), 1))
        return taken

    return asyncio.run(take())


@given(kinds=st.lists(st.sampled_from(["frame", "a", "b"]), max_size=40))
def test_items_come_out_in_order_and_adjacent_batches_as_one(kinds: list[str]) -> None:
    box, put = Outbox(), []
    for seq, kind in enumerate(kinds):
        box.put(b"%d" % seq if kind == "frame" else delivery(kind, seq), kind)
        put.append((kind, seq))
    taken = emptied(box)
    said = [
        (item.subscription, record.seq) if isinstance(item, EventBatch) else ("frame", int(item))
        for item in taken
        for record in (item.records if isinstance(item, EventBatch) else [EventRecord(0, b"", None, SUBJECT)])
    ]
    assert said == put
    assert box.queued_bytes == 0
    for before, after in itertools.pairwise(taken):
        both = isinstance(before, EventBatch) and isinstance(after, EventBatch)
        assert not (both and before.subscription == after.subscription)  # type: ignore[union-attr]


@given(sizes=st.lists(st.integers(1, 400), max_size=40))
def test_queue_never_exceeds_its_bound_and_keeps_no_refused_item(sizes: list[int]) -> None:
    bound, most = outbox.MAX_QUEUED_BYTES, 1_000
    outbox.MAX_QUEUED_BYTES = most
    try:
        box, kept = Outbox(), 0
        for size in sizes:
            try:
                box.put(b"x" * size)
            except QueueFull:
                assert kept + size > most
            else:
                kept += size
            assert box.queued_bytes == kept <= most
        assert sum(len(item) for item in emptied(box) if isinstance(item, bytes)) == kept
    finally:
        outbox.MAX_QUEUED_BYTES = bound


@given(channels=st.lists(st.sampled_from(["a", "b", None]), max_size=30), purged=st.sampled_from(["a", "b", "c"]))
def test_queued_items_of_one_channel_can_be_discarded(channels: list[str | None], purged: str) -> None:
    box = Outbox()
    for number, channel in enumerate(channels):
        box.put(b"%d" % number, channel)
    assert box.holds_frames(purged) is (purged in channels)
    box.discard(purged)
    assert not box.holds_frames(purged)
    left = [b"%d" % number for number, channel in enumerate(channels) if channel != purged]
    assert box.queued_bytes == sum(map(len, left))
    assert emptied(box) == left


def test_the_bound_is_the_contracts() -> None:
    assert outbox.MAX_QUEUED_BYTES == 16 * 1_048_576


async def test_taking_waits_until_there_is_something() -> None:
    box = Outbox()
    taking = asyncio.create_task(box.get())
    await asyncio.sleep(0)
    assert not taking.done()
    box.put(b"at last")
    assert await asyncio.wait_for(taking, 1) == b"at last"
    again = asyncio.create_task(box.get())
    await asyncio.sleep(0)
    assert not again.done()
    again.cancel()
    with pytest.raises(asyncio.CancelledError):
        await again


async def test_deliveries_come_together_only_up_to_a_bound() -> None:
    box = Outbox()
    for seq in range(5_000):
        box.put(delivery("a", seq, size=1), "a")
    first = await box.get()
    assert isinstance(first, EventBatch)
    assert len(first.records) == 1_000
