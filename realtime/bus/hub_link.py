"""Exchange of committed events and of presence with other processes.

An event from the bus is accepted only if it is the next one. After a possible gap, and for an event that changes rights, the
journal is read instead.
"""

import time
from dataclasses import dataclass
from typing import Generic

from realtime.bus import bus_messages
from realtime.bus.bus import PRESENCE_CHANNEL, Bus, board_of, events_channel
from realtime.bus.bus_messages import EventsMessage
from realtime.channels.channel import Channel
from realtime.channels.head_poller import HeadPoller
from realtime.channels.presence import Presence
from realtime.channels.sequence import Verdict
from realtime.delivery.delivery import Delivery
from realtime.source import EventRecord, EventSource, Viewer


@dataclass(eq=False)
class HubLink(Generic[Viewer]):
    """Link between the hub and the bus: publishes this process's events, and applies those of other processes."""

    bus: Bus
    source: EventSource[Viewer]
    channels: dict[str, Channel[Viewer]]
    delivery: Delivery[Viewer]
    head_poller: HeadPoller[Viewer]
    presence: Presence

    async def start(self) -> None:
        """Start the bus and subscribe to presence. Raises BusMisconfigured."""
        await self.bus.start(self._on_message, self._on_possible_gap)
        await self.bus.subscribe(PRESENCE_CHANNEL)

    def publish(self, name: str, epoch: str, records: list[EventRecord]) -> None:
        """Publish consecutive events that this process committed."""
        channel = events_channel(name)
        if self.bus.reaches_others(channel):
            self.bus.publish(channel, bus_messages.encode(epoch, records))

    def announce_head(self, name: str, seq: int) -> None:
        """Announce that events up to `seq` exist, because the process that committed them died before publishing."""
        self.bus.publish(events_channel(name), bus_messages.wakeup(seq))
        self._check_gap(name, seq)

    def _check_gap(self, name: str, seq: int) -> None:
        channel = self.channels.get(name)
        if channel is not None and channel.sequence.seq < seq:
            self.head_poller.request_check()

    def _on_possible_gap(self, channel_name: str | None) -> None:
        """Check for missed messages on a channel (None: on any channel)."""
        if channel_name in (None, PRESENCE_CHANNEL):
            self.presence.gossip_all(ask=True)
        channel = self.channels.get(board_of(channel_name) or "") if channel_name is not None else None
        if channel_name is None or (channel is not None and channel.sequence.epoch is not None):
            self.head_poller.request_check()

    def _on_message(self, channel_name: str, message: bytes) -> None:
        """Handle a message of the bus. Drop an undecodable message, and check the journal instead."""
        try:
            if channel_name == PRESENCE_CHANNEL:
                self.presence.on_gossip(message)
            elif (channel := self.channels.get(board_of(channel_name) or "")) is not None:
                self._on_events(channel, bus_messages.decode(message))
        except (bus_messages.DecodeError, ValueError, KeyError, TypeError):
            self.head_poller.request_check()

    def _on_events(self, channel: Channel[Viewer], message: EventsMessage) -> None:
        sequence = channel.sequence
        if sequence.epoch is None:
            channel.sequence.note_head(message.last)
        elif message.epoch != sequence.epoch or not message.wires:
            self._check_gap(channel.name, message.last)  # a wakeup, or another epoch, which the poll of the heads finds
        elif message.last > sequence.seq:  # otherwise it is our own message, or a late one
            records = [self.source.decode_record(channel.name, wire) for wire in message.wires]
            if [record.seq for record in records] != list(range(message.first, message.last + 1)):
                self.head_poller.request_check()
            elif any(map(self.source.changes_rights, records)):
                self.delivery.catch_up(channel)
            elif self.delivery.ingest(channel, message.epoch, records) is Verdict.NEXT:
                self.delivery.counters.observe_delay(max(0.0, time.time() - message.sent_at))
