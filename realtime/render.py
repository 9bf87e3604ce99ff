"""Frames of events: each made when it is written, as its reader may see them then, and once for all who are shown the same."""

from collections.abc import Callable, Iterator
from typing import Any

from realtime import protocol
from realtime.channel import Channel, Subscription
from realtime.outbox import EventBatch, split_into_frames
from realtime.source import EventRecord, EventSource

MAX_FRAME_BYTES = 128 * 1024  # bytes of a snapshot or catch-up frame: small enough to make progress within 30 s on a bad line
MAX_CACHED_FRAMES = 32  # frames of a channel that its other readers are about to want


def event_frames(
    source: EventSource, reader: Any, channel: str, epoch: str, records: list[EventRecord], live: bool
) -> list[bytes]:
    """Events from the journal, split into frames between commands."""
    parts = [(source.render(reader, channel, record, live), record.group) for record in records]
    return [protocol.events(channel, epoch, run) for run in split_into_frames(parts, MAX_FRAME_BYTES)]


def render_batch(source: EventSource, delivery: EventBatch, stands: Callable[[Subscription], bool]) -> Iterator[bytes]:
    """The frames of a delivery, as long as its subscription stands."""
    subscription = delivery.subscription
    assert isinstance(subscription, Subscription)
    channel, left = subscription.channel, list(delivery.records)
    epoch = channel.sequence.epoch
    for run in split_into_frames([(record.wire, record.group) for record in left], protocol.MAX_SERVER_FRAME_BYTES // 2):
        records, left = left[: len(run)], left[len(run) :]
        if not stands(subscription) or epoch is None:
            return
        yield _frame(source, channel, epoch, subscription.connection.viewer, records)


def _frame(source: EventSource, channel: Channel, epoch: str, reader: Any, records: list[EventRecord]) -> bytes:
    key = (epoch, records[0].seq, records[-1].seq, source.audience_key(reader, channel.name))
    if key not in channel.rendered:
        wires = [source.render(reader, channel.name, each, live=True) for each in records]
        frame = protocol.events(channel.name, epoch, wires)
        if key[-1] is None:
            return frame
        if len(channel.rendered) >= MAX_CACHED_FRAMES:
            channel.rendered.clear()
        channel.rendered[key] = frame
    return channel.rendered[key]
