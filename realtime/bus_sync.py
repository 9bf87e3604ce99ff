"""What passes between the hubs of several processes: events after their commit, and who is where.

The bus is believed where it tells the next event; wherever it may have told too little, or something that decides about
rights, the journal is asked.
"""

import time
from typing import Protocol

from realtime import bus as names
from realtime import bus_messages
from realtime.bus import Bus
from realtime.bus_messages import EventsMessage
from realtime.channel import Channel
from realtime.counters import Counters
from realtime.head_poller import HeadPoller
from realtime.presence import Presence
from realtime.source import EventRecord, EventSource


class EventReceiver(Protocol):
    """What is read of the hub here, and told to it."""

    source: EventSource
    tally: Counters
    heads: HeadPoller
    crowds: Presence
    channels: dict[str, Channel]

    def catch_up(self, channel: Channel) -> bool:
        """Have what comes next on a channel read from the journal. True where that was not under way."""

    def offer(self, channel: Channel, epoch: str, records: list[EventRecord]) -> bool:
        """Pass events on that may be the next ones. True where they were new."""


class BusSync:
    def __init__(self, hub: EventReceiver, bus: Bus) -> None:
        self._hub, self._bus = hub, bus

    async def start(self) -> None:
        """Raises BusMisconfigured."""
        await self._bus.start(self._hear, self._may_have_missed)
        await self._bus.follow(names.PRESENCE)

    async def follow(self, name: str) -> None:
        """Returns when events that are committed from now on are told to us, or soon, where the bus is down."""
        await self._bus.follow(names.events(name))

    def leave(self, name: str) -> None:
        self._bus.leave(names.events(name))

    def publish(self, name: str, epoch: str, records: list[EventRecord]) -> None:
        """Events that this process committed in a row."""
        self._bus.publish(names.events(name), bus_messages.encode(epoch, records))

    def hint(self, name: str, seq: int) -> None:
        """There are events up to a seq of which nobody may have been told: the process that wrote them may be gone."""
        self._bus.publish(names.events(name), bus_messages.wakeup(seq))
        self._look_beyond(name, seq)

    def _look_beyond(self, name: str, seq: int) -> None:
        channel = self._hub.channels.get(name)
        if channel is not None and channel.sequence.seq < seq:
            self._hub.heads.doubt()

    def _may_have_missed(self, told: str | None) -> None:
        """The bus can't say that it told us all of a channel (None: of any)."""
        if told in (None, names.PRESENCE):
            self._hub.crowds.tell_all(ask=True)
        channel = self._hub.channels.get(names.board_of(told) or "") if told is not None else None
        if told is None or (channel is not None and channel.sequence.epoch is not None):
            self._hub.heads.doubt()

    def _hear(self, told: str, message: bytes) -> None:
        """A message of the bus. Whatever is wrong with it, the journal is right."""
        try:
            if told == names.PRESENCE:
                self._hub.crowds.hear(message)
            elif (channel := self._hub.channels.get(names.board_of(told) or "")) is not None:
                self._hear_news(channel, bus_messages.read(message))
        except (bus_messages.DecodeError, ValueError, KeyError, TypeError):
            self._hub.heads.doubt()

    def _hear_news(self, channel: Channel, said: EventsMessage) -> None:
        sequence = channel.sequence
        if sequence.epoch is None:
            channel.sequence.note(said.last)
        elif said.epoch != sequence.epoch or not said.wires:
            self._look_beyond(channel.name, said.last)  # a poke, or another life of the board: the heads say which
        elif said.last > sequence.seq:  # else it is our own, or comes late
            records = [self._hub.source.record(channel.name, wire) for wire in said.wires]
            if [record.seq for record in records] != list(range(said.first, said.last + 1)):
                self._hub.heads.doubt()
            elif any(map(self._hub.source.sets_rights, records)):
                self._hub.catch_up(channel)
            elif self._hub.offer(channel, said.epoch, records):
                self._hub.tally.delay(max(0.0, time.time() - said.sent))
