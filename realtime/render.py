"""Rendering of events into frames: each frame just before its write, by the viewer's rights, and once for all viewers with the
same view."""

from collections.abc import Iterator

from realtime import protocol
from realtime.channel import Channel, Subscription
from realtime.outbox import EventBatch, split_into_frames
from realtime.source import EventRecord, EventSource, Viewer

MAX_FRAME_BYTES = 128 * 1024  # bytes per frame of a snapshot or catch-up: small enough to make progress within 30 s on a bad line
MAX_CACHED_FRAMES = 32  # frames per channel, for the other clients that are about to need them


def event_frames(
    source: EventSource[Viewer], viewer: Viewer, channel: str, epoch: str, records: list[EventRecord], live: bool
) -> list[bytes]:
    """Return events from the journal as frames, split between commands."""
    parts = [(source.render(viewer, channel, record, live), record.group) for record in records]
    return [protocol.events(channel, epoch, run) for run in split_into_frames(parts, MAX_FRAME_BYTES)]


def render_batch(source: EventSource[Viewer], batch: EventBatch) -> Iterator[bytes]:
    """Yield the frames of a batch, as long as its subscription is current."""
    subscription = batch.subscription
    assert isinstance(subscription, Subscription)
    channel, remaining = subscription.channel, list(batch.records)
    epoch = channel.sequence.epoch
    for run in split_into_frames([(record.wire, record.group) for record in remaining], protocol.MAX_SERVER_FRAME_BYTES // 2):
        records, remaining = remaining[: len(run)], remaining[len(run) :]
        if not subscription.is_current or epoch is None:
            return
        yield _frame(source, channel, epoch, subscription.connection.viewer, records)


def _frame(
    source: EventSource[Viewer], channel: Channel[Viewer], epoch: str, viewer: Viewer, records: list[EventRecord]
) -> bytes:
    key = (epoch, records[0].seq, records[-1].seq, source.audience_key(viewer, channel.name))
    if key not in channel.rendered:
        wires = [source.render(viewer, channel.name, record, live=True) for record in records]
        frame = protocol.events(channel.name, epoch, wires)
        if key[-1] is None:
            return frame
        if len(channel.rendered) >= MAX_CACHED_FRAMES:
            channel.rendered.clear()
        channel.rendered[key] = frame
    return channel.rendered[key]
