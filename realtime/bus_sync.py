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
    counters: Counters
    head_poller: HeadPoller
    presence: Presence
    channels: dict[str, Channel]

    def catch_up(self, channel: Channel) -> bool:
        """Have what comes next on a channel read from the journal. True where that was not under way."""

    def ingest(self, channel: Channel, epoch: str, records: list[EventRecord]) -> bool:
        """Pass events on that may be the next ones. True where they were new."""


class BusSync:
    def __init__(self, hub: EventReceiver, bus: Bus) -> None:
        self._hub, self._bus = hub, bus

    async def start(self) -> None:
        """Raises BusMisconfigured."""
        await self._bus.start(self._on_message, self._on_possible_gap)
        await self._bus.subscribe(names.PRESENCE_CHANNEL)

    async def subscribe(self, name: str) -> None:
        """Returns when events that are committed from now on are told to us, or soon, where the bus is down."""
        await self._bus.subscribe(names.events_channel(name))

    def unsubscribe(self, name: str) -> None:
        self._bus.unsubscribe(names.events_channel(name))

    def publish(self, name: str, epoch: str, records: list[EventRecord]) -> None:
        """Events that this process committed in a row."""
        self._bus.publish(names.events_channel(name), bus_messages.encode(epoch, records))

    def announce_head(self, name: str, seq: int) -> None:
        """There are events up to a seq of which nobody may have been told: the process that wrote them may be gone."""
        self._bus.publish(names.events_channel(name), bus_messages.wakeup(seq))
        self._check_gap(name, seq)

    def _check_gap(self, name: str, seq: int) -> None:
        channel = self._hub.channels.get(name)
        if channel is not None and channel.sequence.seq < seq:
            self._hub.head_poller.request_check()

    def _on_possible_gap(self, told: str | None) -> None:
        """The bus can't say that it told us all of a channel (None: of any)."""
        if told in (None, names.PRESENCE_CHANNEL):
            self._hub.presence.gossip_all(ask=True)
        channel = self._hub.channels.get(names.board_of(told) or "") if told is not None else None
        if told is None or (channel is not None and channel.sequence.epoch is not None):
            self._hub.head_poller.request_check()

    def _on_message(self, told: str, message: bytes) -> None:
        """A message of the bus. Whatever is wrong with it, the journal is right."""
        try:
            if told == names.PRESENCE_CHANNEL:
                self._hub.presence.on_gossip(message)
            elif (channel := self._hub.channels.get(names.board_of(told) or "")) is not None:
                self._on_events(channel, bus_messages.decode(message))
        except (bus_messages.DecodeError, ValueError, KeyError, TypeError):
            self._hub.head_poller.request_check()

    def _on_events(self, channel: Channel, said: EventsMessage) -> None:
        sequence = channel.sequence
        if sequence.epoch is None:
            channel.sequence.note_head(said.last)
        elif said.epoch != sequence.epoch or not said.wires:
            self._check_gap(channel.name, said.last)  # a poke, or another life of the board: the heads say which
        elif said.last > sequence.seq:  # else it is our own, or comes late
            records = [self._hub.source.decode_record(channel.name, wire) for wire in said.wires]
            if [record.seq for record in records] != list(range(said.first, said.last + 1)):
                self._hub.head_poller.request_check()
            elif any(map(self._hub.source.changes_rights, records)):
                self._hub.catch_up(channel)
            elif self._hub.ingest(channel, said.epoch, records):
                self._hub.counters.observe_delay(max(0.0, time.time() - said.sent_at))
