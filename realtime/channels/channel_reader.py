"""Reads of channels for subscribing clients: a bounded number at a time, each shared by all that wait for the same channel.

After a restart a thousand clients reconnect within seconds, most of them to the same few boards. A request joins a read of its
channel that has not started. (A started one would use earlier rights.) If the source finds nothing new since an earlier read, the
frames of that one are sent again.
"""

import asyncio
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from realtime.delivery.render import MAX_FRAME_BYTES
from realtime.keyed_semaphore import KeyedSemaphore, Slot
from realtime.periodic import cancel_all
from realtime.source import ChannelView, EventRecord, EventSource, Position, Viewer
from realtime.wire import protocol
from realtime.wire.text_frames import split_into_runs

T = TypeVar("T")

MAX_READS = 3  # concurrent reads of complete channels
MAX_READS_PER_ACCOUNT = 2  # of these, for one account, so that its many sockets do not delay other accounts
MAX_CATCH_UPS = 3  # concurrent reads of the next events, separate so that live clients do not wait behind new ones
ITEMS_PER_YIELD, FRAMES_PER_YIELD = 100, 8  # entities or events rendered, and frames built, before other tasks may run
MAX_KEPT_SNAPSHOTS = 8  # of one view, for readers with different visibility
MAX_ANSWERS = 4  # clients answered at a time, so that messages of others are read in the meantime


async def collect_yielding(items: Iterable[T], every: int = ITEMS_PER_YIELD) -> list[T]:
    """Return the items of a costly iterable as a list; let other tasks run after each `every` items."""
    frames_made: list[T] = []
    for item in items:
        frames_made.append(item)
        if len(frames_made) % every == 0:
            await asyncio.sleep(0)
    return frames_made


def _has_failed(task: "asyncio.Task[T]") -> bool:
    return task.done() and (task.cancelled() or task.exception() is not None)


@dataclass(eq=False)
class SharedRead(Generic[Viewer]):
    """Read of a channel for all requests before its start, and the frames built from it, each once."""

    channel: str
    view: "asyncio.Future[ChannelView | None]"
    positions: set[Position | None] = field(default_factory=set)
    _frames: "dict[Hashable, asyncio.Task[list[bytes]]]" = field(default_factory=dict)

    async def snapshot(self, source: EventSource[Viewer], viewer: Viewer, view: ChannelView) -> list[bytes]:
        """Return the frames of a snapshot, rendered with the viewer's rights at the time of the call."""
        key, frames = source.visibility_key(viewer, self.channel), view.snapshots
        if key not in frames or _has_failed(frames[key]):
            if len(frames) >= MAX_KEPT_SNAPSHOTS:  # tasks that wait for the oldest still get it
                frames.pop(next(iter(frames)))
            frames[key] = asyncio.create_task(self._snapshot(view, source.entities(viewer, self.channel, view)))
        return await asyncio.shield(frames[key])  # the client that started the task may have left

    async def events(self, source: EventSource[Viewer], viewer: Viewer, view: ChannelView, seq: int) -> list[bytes]:
        """Return the frames of the events after `seq`, rendered with the viewer's rights at the time of the call."""
        key = (seq, source.visibility_key(viewer, self.channel))
        if key not in self._frames:
            self._frames[key] = asyncio.create_task(self._events(view, seq, source.history_renderer(viewer, self.channel)))
        return await asyncio.shield(self._frames[key])

    async def _snapshot(self, view: ChannelView, entities: Iterable[bytes]) -> list[bytes]:
        encoded = await collect_yielding(entities)
        runs = list(split_into_runs([(entity, None) for entity in encoded], MAX_FRAME_BYTES)) or [[]]
        frames_made = (
            protocol.snapshot(self.channel, view.epoch, view.seq, run, more=number < len(runs))
            for number, run in enumerate(runs, 1)
        )
        return await collect_yielding(frames_made, FRAMES_PER_YIELD)

    async def _events(self, view: ChannelView, seq: int, render: Callable[[EventRecord], bytes]) -> list[bytes]:
        parts = await collect_yielding((render(record), record.group) for record in view.records if record.seq > seq)
        return await collect_yielding(
            (protocol.events(self.channel, view.epoch, run) for run in split_into_runs(parts, MAX_FRAME_BYTES)),
            FRAMES_PER_YIELD,
        )


class ChannelReader(Generic[Viewer]):
    """Reader of channels from the source. `reads`: number of reads. `requests`: number of requests that they answered."""

    def __init__(self, source: EventSource[Viewer]) -> None:
        self.reads = self.requests = 0
        self.account_slots = KeyedSemaphore(MAX_READS_PER_ACCOUNT)
        self.answer_slots = asyncio.Semaphore(MAX_ANSWERS)
        self._source = source
        self._channel_slots = KeyedSemaphore(1)  # one read of a channel at a time; requests in the meantime share the next one
        self._read_slots = asyncio.Semaphore(MAX_READS)
        self._catch_up_slots = asyncio.Semaphore(MAX_CATCH_UPS)
        self._not_started: dict[str, SharedRead[Viewer]] = {}  # reads that have not started, by channel
        self._tasks: set[asyncio.Task[None]] = set()

    async def read(
        self, channel: str, position: Position | None, account: Hashable
    ) -> tuple[SharedRead[Viewer], ChannelView | None]:
        """Return a read of the channel that starts after this call, and its view (None: the channel does not exist).

        `account`: key for MAX_READS_PER_ACCOUNT. Raises TemporarilyUnavailable.
        """
        self.requests += 1
        read = self._not_started.get(channel)
        if read is None:
            slot = await self.account_slots.acquire(account)
            if (read := self._not_started.get(channel)) is not None:  # another request started one in the meantime
                slot.release()
            else:
                read = self._start(channel, slot)
        read.positions.add(position)
        return read, await asyncio.shield(read.view)

    def _start(self, channel: str, slot: Slot) -> SharedRead[Viewer]:
        read = self._not_started[channel] = SharedRead[Viewer](channel, asyncio.get_running_loop().create_future())
        task = asyncio.create_task(self._read(read))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(lambda _: slot.release())
        return read

    async def _read(self, read: SharedRead[Viewer]) -> None:
        slot = await self._channel_slots.acquire(read.channel)
        try:
            await self._read_in_turn(read)
        finally:
            slot.release()

    async def _read_in_turn(self, read: SharedRead[Viewer]) -> None:
        async with self._read_slots:
            del self._not_started[read.channel]
            self.reads += 1
            try:
                view = await self._source.read_channel(read.channel, read.positions)
            except Exception as error:
                read.view.set_exception(error)
                read.view.exception()  # all requests may have ended; mark the exception as retrieved
            else:
                read.view.set_result(view)

    async def events_after(self, channel: str, position: Position) -> list[EventRecord]:
        """Return the next events after a position. Raises TemporarilyUnavailable."""
        async with self._catch_up_slots:
            return await self._source.events_after(channel, position)

    async def stop(self) -> None:
        """Cancel all reads."""
        await cancel_all(self._tasks)
