"""Rendering of events into frames, with a viewer's current rights."""

from realtime.source import EventRecord, EventSource, Viewer
from realtime.wire import protocol
from realtime.wire.text_frames import TextFrames, split_into_runs

MAX_FRAME_BYTES = 128 * 1024  # per frame of a snapshot or catch-up, which a poor connection receives within 30 s


def event_frames(
    source: EventSource[Viewer],
    viewer: Viewer,
    channel: str,
    epoch: str,
    records: list[EventRecord],
    live: bool,
    limit: int = MAX_FRAME_BYTES,
) -> TextFrames:
    """Return events as frames, split between commands."""
    parts = [(source.render(viewer, channel, record, live), record.group) for record in records]
    return TextFrames(protocol.events(channel, epoch, run) for run in split_into_runs(parts, limit))
