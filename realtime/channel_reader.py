"""Reading for those who come, or come back: a bounded number of readings at a time, each shared by all who wait for the same.

After a restart a thousand readers come back within seconds, most of them to the same few boards. Whoever asks for a channel
joins a reading of it that has not begun. (Joining one that has begun would show it by the rights of before.)
"""

import asyncio
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from realtime import protocol
from realtime.keyed_semaphore import KeyedSemaphore, Slot
from realtime.outbox import split_into_frames
from realtime.render import MAX_FRAME_BYTES
from realtime.source import ChannelView, EventRecord, EventSource, Position

T = TypeVar("T")

MAX_READS = 3  # of whole channels, at a time
MAX_READS_PER_ACCOUNT = 2  # of them, begun for one reader: with however many sockets they ask, others are read for in between
MAX_CATCH_UPS = 3  # of what comes next on a channel, at a time: who is live does not wait behind who comes
ITEMS_PER_YIELD, FRAMES_PER_YIELD = 100, 8  # entities or events shown, and frames made, between two looks at the network
MAX_ANSWERS = 4  # readers answered between two looks at the network: everybody else is heard meanwhile


async def collect_yielding(items: Iterable[T], every: int = ITEMS_PER_YIELD) -> list[T]:
    """The items, which cost something to make; after so many of them the loop is left to others."""
    made: list[T] = []
    for item in items:
        made.append(item)
        if len(made) % every == 0:
            await asyncio.sleep(0)
    return made


@dataclass(eq=False)
class SharedRead:
    """A view of a channel for all who asked before it was begun, and the frames that were made of it, each once."""

    channel: str
    view: "asyncio.Future[ChannelView | None]"
    positions: set[Position | None] = field(default_factory=set)
    _frames: "dict[Hashable, asyncio.Task[list[bytes]]]" = field(default_factory=dict)

    async def snapshot(self, source: EventSource, reader: Any, opening: ChannelView) -> list[bytes]:
        """The frames of a snapshot, as this reader may see it when this is called."""
        key = ("snapshot", source.visibility_key(reader, self.channel))
        if key not in self._frames:
            self._frames[key] = asyncio.create_task(self._snapshot(opening, source.entities(reader, self.channel, opening)))
        return await asyncio.shield(self._frames[key])  # whoever asked first may be gone

    async def events(self, source: EventSource, reader: Any, opening: ChannelView, seq: int) -> list[bytes]:
        """The frames of the events after a seq, as this reader may see them when this is called."""
        key = (seq, source.visibility_key(reader, self.channel))
        if key not in self._frames:
            self._frames[key] = asyncio.create_task(self._events(opening, seq, source.history_renderer(reader, self.channel)))
        return await asyncio.shield(self._frames[key])

    async def _snapshot(self, opening: ChannelView, entities: Iterable[bytes]) -> list[bytes]:
        encoded = await collect_yielding(entities)
        runs = list(split_into_frames([(entity, None) for entity in encoded], MAX_FRAME_BYTES)) or [[]]
        made = (
            protocol.snapshot(self.channel, opening.epoch, opening.seq, run, more=number < len(runs))
            for number, run in enumerate(runs, 1)
        )
        return await collect_yielding(made, FRAMES_PER_YIELD)

    async def _events(self, opening: ChannelView, seq: int, show: Callable[[EventRecord], bytes]) -> list[bytes]:
        parts = await collect_yielding((show(record), record.group) for record in opening.records if record.seq > seq)
        return await collect_yielding(
            (protocol.events(self.channel, opening.epoch, run) for run in split_into_frames(parts, MAX_FRAME_BYTES)),
            FRAMES_PER_YIELD,
        )


class ChannelReader:
    """`openings` counts the readings of channels, `asked` those who were answered by them."""

    def __init__(self, source: EventSource) -> None:
        self.reads = self.requests = 0
        self.account_slots = KeyedSemaphore(MAX_READS_PER_ACCOUNT)
        self.answer_slots = asyncio.Semaphore(MAX_ANSWERS)
        self._source = source
        self._read_slots = asyncio.Semaphore(MAX_READS)
        self._catch_up_slots = asyncio.Semaphore(MAX_CATCH_UPS)
        self._not_started: dict[str, SharedRead] = {}  # not begun
        self._tasks: set[asyncio.Task[None]] = set()

    async def read(self, channel: str, position: Position | None, who: Hashable) -> tuple[SharedRead, ChannelView | None]:
        """A view of the channel that was begun after this call, for somebody by whom readings are counted. Raises
        TemporarilyUnavailable."""
        self.requests += 1
        reading = self._not_started.get(channel)
        if reading is None:
            turn = await self.account_slots.acquire(who)
            if (reading := self._not_started.get(channel)) is not None:  # another began one meanwhile
                turn.release()
            else:
                reading = self._start(channel, turn)
        reading.positions.add(position)
        return reading, await asyncio.shield(reading.view)

    def _start(self, channel: str, turn: Slot) -> SharedRead:
        reading = self._not_started[channel] = SharedRead(channel, asyncio.get_running_loop().create_future())
        task = asyncio.create_task(self._read(reading))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(lambda _: turn.release())
        return reading

    async def _read(self, reading: SharedRead) -> None:
        async with self._read_slots:
            del self._not_started[reading.channel]
            self.reads += 1
            try:
                opening = await self._source.read_channel(reading.channel, reading.positions)
            except Exception as error:
                reading.view.set_exception(error)
                reading.view.exception()  # whoever asked may be gone
            else:
                reading.view.set_result(opening)

    async def events_after(self, channel: str, position: Position) -> list[EventRecord]:
        """The next events after a position. Raises TemporarilyUnavailable."""
        async with self._catch_up_slots:
            return await self._source.events_after(channel, position)

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
