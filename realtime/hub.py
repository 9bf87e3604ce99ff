"""The hub: which connections follow which channels, and how an event reaches them all, once and in order.

It is handed a `Source`, which reads a journal and knows who may see what, and a `Bus` to the hubs of other processes; it
knows nothing of what a channel is about.
"""

import asyncio
import logging
from collections.abc import Callable, Iterator
from typing import Any

from realtime import presence, protocol
from realtime.bus import Bus
from realtime.bus_sync import BusSync
from realtime.channel import Channel, Subscription
from realtime.channel_reader import ChannelReader, SharedRead
from realtime.counters import Counters
from realtime.head_poller import HeadPoller
from realtime.outbox import EventBatch
from realtime.presence import Presence
from realtime.render import event_frames, render_batch
from realtime.sequence import Verdict
from realtime.source import ChannelView, EventRecord, EventSource, Position, TemporarilyUnavailable
from realtime.subscriber import Subscriber

log = logging.getLogger("realtime.hub")

MAX_FOLLOWED = 500  # channels a socket may follow
REORDER_GRACE_S = 0.01  # processes overtake each other on the bus: what is missing is mostly there before it can be read


class Hub:
    def __init__(self, source: EventSource, bus: Bus) -> None:
        self.source, self.bus = source, bus
        self.counters = Counters()
        self.channels: dict[str, Channel] = {}
        self.connections: set[Subscriber] = set()
        self.alerts_requested = asyncio.Event()  # somebody asked to be told of alerts
        # What every connection is told after its hello: by subject, and whether it is a display's.
        self._broadcasts: dict[str, dict[bool, bytes]] = {}
        self.channel_reader = ChannelReader(source)
        self.presence = Presence(bus.publish)
        self.head_poller = HeadPoller(self)
        self.bus_sync = BusSync(self, bus)
        self.announce_head = self.bus_sync.announce_head
        self._tasks: list[asyncio.Task[None]] = []
        self._background_tasks: set[asyncio.Task[None]] = set()

    # -- coming and going ---------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Starts also where the bus is down. Raises BusMisconfigured."""
        await self.bus_sync.start()
        work = (
            self.head_poller.poll_loop(),
            self.head_poller.heartbeat_loop(),
            presence.run(self.presence, self.channels, self._send_presence),
        )
        self._tasks = [asyncio.create_task(each) for each in work]

    async def stop(self) -> None:
        """Lets everybody go. What is still committed afterwards is published; the bus is stopped by who opened it."""
        self.presence.close()
        for connection in list(self.connections):
            connection.close(protocol.CLOSE_RESTART)
        for task in [*self._tasks, *self._background_tasks]:
            task.cancel()
        await asyncio.gather(*self._tasks, *self._background_tasks, return_exceptions=True)
        await self.channel_reader.stop()

    def broadcast(self, subject: str, to_people: bytes, to_displays: bytes) -> None:
        """Tells every connection that is here, and each that comes, until something else is announced of this subject."""
        told, now = self._broadcasts.get(subject, {}), {False: to_people, True: to_displays}
        self._broadcasts[subject] = now
        for connection in self.connections:
            frame = now[connection.display is not None]
            if frame != told.get(connection.display is not None):
                connection.send(frame)

    def send_broadcasts(self, connection: Subscriber) -> None:
        """Tells a connection what was announced."""
        for frames in self._broadcasts.values():
            connection.send(frames[connection.display is not None])

    def remove_connection(self, connection: Subscriber) -> None:
        """A connection is gone: nothing of it stays."""
        self.connections.discard(connection)
        for name in list(connection.followed):
            self._remove_subscription(connection, name)

    async def subscribe(self, connection: Subscriber, name: str, position: Position | None = None) -> None:
        """Answers with a snapshot or a catch-up and then `subscribed`, after which the subscription is live."""
        self._remove_subscription(connection, name)  # a second subscribe replaces the first
        if len(connection.followed) >= MAX_FOLLOWED:
            connection.send(protocol.error("too_large", "This socket follows too many boards.", board=name))
            return
        connection.followed.add(name)
        await self._serve_subscription(
            self._add_subscription(connection, self.channels.setdefault(name, Channel(name))), position
        )

    def _add_subscription(self, connection: Subscriber, channel: Channel) -> Subscription:
        """A subscription that is not live yet, in place of the one that the connection may have had."""
        subscription = channel.subscriptions[connection] = Subscription(connection, channel)
        return subscription

    def _resubscribe(self, subscription: Subscription) -> None:
        """What was shown, or is still owed, holds no more: a fresh snapshot follows. Who is where stays."""
        subscription.connection.outbox.discard(subscription.channel.name)
        # Entered now: by the time that a task runs, the connection may be gone, and nobody would take it away again.
        self._spawn(self._serve_subscription(self._add_subscription(subscription.connection, subscription.channel), None))

    async def _serve_subscription(self, subscription: Subscription, position: Position | None) -> None:
        connection, name = subscription.connection, subscription.channel.name
        # The subscribe race: an event that is committed while the snapshot is being read is in neither the snapshot nor
        # (yet) the stream. So the subscription is entered first, and the bus confirms that it tells us of the channel; then
        # the snapshot is read; and then whatever the channel has got beyond it is read, until both stand at the same seq.
        # Only then is it live. Nothing is awaited between that comparison and going live.
        try:
            if self._is_current(subscription):
                await self.bus_sync.subscribe(name)
            while self._is_current(subscription) and not await self._send_initial(subscription, position):
                position = None
        except Exception as error:
            code, sentence = "unavailable", "The board can't be read right now."
            if not isinstance(error, TemporarilyUnavailable):
                log.exception("a channel could not be opened")
                self.counters.subscribes_failed += 1
                code, sentence = "failed", "The board can't be read because of a fault in the program. It was logged."
            if self._is_current(subscription):
                self._remove_subscription(connection, name)
                connection.send(protocol.error(code, sentence, board=name))

    def unsubscribe(self, connection: Subscriber, name: str) -> None:
        self._remove_subscription(connection, name)
        connection.send(protocol.unsubscribed(name, "asked"))

    async def _send_initial(self, subscription: Subscription, position: Position | None) -> bool:
        """Opens a channel for one reader. False where the position can't be continued from what was read for it."""
        connection, name = subscription.connection, subscription.channel.name
        reading, opening = await self.channel_reader.read(name, position, connection.account["id"])
        async with self.channel_reader.answer_slots:
            await asyncio.sleep(0)  # the others' turn
            if not self._is_current(subscription):
                return True
            reader = connection.viewer
            if opening is None or not self.source.can_see(reader, name):
                self._remove_subscription(connection, name)
                connection.send(protocol.error("not_found", "There is no board by this name that you may see.", board=name))
                return True
            view = self.source.visibility_key(reader, name)
            if opening.covers(position) and position is not None and self.source.can_resume(reader, opening, position[1]):
                self.counters.subscribes_resumed += 1
                owed = await reading.events(self.source, reader, opening, position[1])
            elif opening.entities is not None:
                self.counters.subscribes_reset += position is not None
                self.counters.subscribes_fresh += position is None
                owed = await reading.snapshot(self.source, reader, opening)
            else:
                return False
            if not self._is_current(subscription):
                return True
            if not self.source.can_see(connection.viewer, name) or self.source.visibility_key(connection.viewer, name) != view:
                return False  # it may be too much by now: it is read anew
            for frame in owed:
                connection.send(frame, name)
            subscription.seq = opening.seq
            await self._catch_up_to_channel(subscription, reading, opening)
        return True

    async def _catch_up_to_channel(self, subscription: Subscription, reading: SharedRead, opening: ChannelView) -> None:
        channel = subscription.channel
        if channel.sequence.epoch not in (None, opening.epoch):
            self.reset_channel(channel, keep=subscription)  # the board was restored from elsewhere while others followed it
        # Others may stand behind what this one was just told (never ahead of the channel): the channel is not moved on
        # for it, but reads on by itself.
        ahead = opening.seq > channel.sequence.seq
        if channel.sequence.epoch is None:
            ahead = channel.sequence.start(opening.epoch, opening.seq)
        if ahead:
            self.catch_up(channel)
        while subscription.seq < channel.sequence.seq:
            records = channel.ring.after(subscription.seq)
            if records is None:
                records = await self.channel_reader.events_after(channel.name, (opening.epoch, subscription.seq))
            if not self._is_current(subscription) or self._drop_if_unauthorized(subscription):
                return
            if not records:
                raise TemporarilyUnavailable
            reader = subscription.connection.viewer
            for frame in event_frames(self.source, reader, channel.name, opening.epoch, records, live=True):
                subscription.connection.send(frame, channel.name)
            subscription.seq = records[-1].seq
        if self._drop_if_unauthorized(subscription):
            return
        subscription.live = True
        subscription.connection.send(protocol.subscribed(channel.name, opening.epoch, subscription.seq), channel.name)
        if subscription.connection.display is None:
            subscription.connection.send(self.presence.frame(channel.name), channel.name)
        # What was just read proves the screen at once; without it, a reader would wait for the next heartbeat.
        subscription.connection.send(protocol.heads(opening.at, {channel.name: (opening.epoch, opening.seq)}))

    def _is_current(self, subscription: Subscription) -> bool:
        """Whether this subscription is still the one that its connection has of the channel."""
        return subscription.channel.subscriptions.get(subscription.connection) is subscription

    def _remove_subscription(self, connection: Subscriber, name: str) -> None:
        connection.followed.discard(name)
        connection.outbox.discard(name)
        channel = self.channels.get(name)
        if channel is None:
            return
        channel.subscriptions.pop(connection, None)
        self.presence.leave(connection, name)
        if not channel.subscriptions:
            if channel.catching_up is not None:
                channel.catching_up.cancel()
            del self.channels[name]
            self.bus_sync.unsubscribe(name)

    def drop_subscription(self, subscription: Subscription) -> None:
        """The right to see the channel ended: nothing that was not sent yet is sent any more."""
        self._remove_subscription(subscription.connection, subscription.channel.name)
        subscription.connection.send(protocol.unsubscribed(subscription.channel.name, "forbidden"))

    def resubscribe_all(self, connection: Subscriber) -> None:
        """What this connection is shown on all that it follows is another from now on."""
        for name in list(connection.followed):
            if (subscription := self.channels[name].subscriptions.get(connection)) is not None:
                self._resubscribe(subscription)

    def invalidate(self, name: str, whose: Callable[[Any], bool]) -> None:
        """What these readers see on a channel has changed: whatever frames they are still owed of it may show too much, so
        they are not sent, and a fresh snapshot is. (Events are owed as records, and are shown by the rights of then.)"""
        channel = self.channels.get(name)
        for subscription in list(channel.subscriptions.values()) if channel else ():
            connection = subscription.connection
            if whose(connection.viewer) and (not subscription.live or connection.outbox.holds_frames(name)):
                self._resubscribe(subscription)

    def drop_unauthorized(self) -> None:
        """Rights may have changed: whoever may not see a channel any more is dropped from it."""
        for channel in list(self.channels.values()):
            self._drop_unauthorized_from(channel)

    def _drop_unauthorized_from(self, channel: Channel) -> None:
        for subscription in list(channel.subscriptions.values()):
            if subscription.live or subscription.seq:  # else nothing was owed yet, and it will hear that there is no such board
                self._drop_if_unauthorized(subscription)

    def _drop_if_unauthorized(self, subscription: Subscription) -> bool:
        """Whether its reader may not see the channel any more; then it is dropped."""
        seen = self.source.can_see(subscription.connection.viewer, subscription.channel.name)
        if not seen:
            self.drop_subscription(subscription)
        return not seen

    # -- events -------------------------------------------------------------------------------------------------------

    def publish(self, name: str, epoch: str, records: list[EventRecord]) -> None:
        """Events that this process committed in a row: for its own readers, and for the other processes."""
        if records:
            self.bus_sync.publish(name, epoch, records)
            if name in self.channels:
                self.ingest(self.channels[name], epoch, records)

    def ingest(self, channel: Channel, epoch: str, records: list[EventRecord]) -> bool:
        """Events in a row, from whoever learned of them; True where they were passed on."""
        self._drop_unauthorized_from(channel)
        match channel.sequence.classify(epoch, records[0].seq, records[-1].seq):
            case Verdict.NEXT:
                self._deliver(channel, [record for record in records if record.seq > channel.sequence.seq])
                return True
            case Verdict.GAP:
                self.counters.sequence_gaps += 1
                channel.hold_early(records)
                self.catch_up(channel, REORDER_GRACE_S)
            case Verdict.OTHER_EPOCH:
                self.reset_channel(channel)
        return False

    def _deliver(self, channel: Channel, records: list[EventRecord]) -> None:
        """Passes on what follows, and what came early and follows on that."""
        while records:
            channel.sequence.seq = records[-1].seq
            channel.ring.extend(records)
            for subscription in list(channel.subscriptions.values()):
                if subscription.live:
                    new = records if subscription.seq + 1 == records[0].seq else [r for r in records if r.seq > subscription.seq]
                    if new:
                        subscription.seq = new[-1].seq
                        subscription.connection.enqueue(EventBatch(subscription, new), channel.name)
            records = channel.pop_contiguous()

    def render(self, delivery: EventBatch) -> Iterator[bytes]:
        """The frames of a delivery, each made when it is written: as its reader may see the events then."""
        return render_batch(self.source, delivery, self._is_current)

    def catch_up(self, channel: Channel, grace_s: float = 0.0) -> bool:
        """Reads from the journal what the channel has missed, if it is not there after a moment's grace. False where that is
        being done already."""
        if channel.catching_up is not None and not channel.catching_up.done():
            channel.has_more |= channel.reading_journal or not grace_s
            return False
        channel.has_more = not grace_s
        channel.catching_up = asyncio.create_task(self._read_missing(channel, grace_s))
        return True

    async def _read_missing(self, channel: Channel, grace_s: float) -> None:
        await asyncio.sleep(grace_s)
        if not channel.has_more and not channel.out_of_order:
            return
        channel.reading_journal = True
        try:
            while (epoch := channel.sequence.epoch) is not None:
                channel.has_more = False
                records = await self.channel_reader.events_after(channel.name, (epoch, channel.sequence.seq))
                new = [record for record in records if record.seq > channel.sequence.seq]
                self._drop_unauthorized_from(channel)
                self._deliver(channel, new)
                if not new and not channel.has_more:  # else something came while we read what was before it
                    return
        except TemporarilyUnavailable:
            pass  # the sweep tries again
        finally:
            channel.reading_journal = False

    def reset_channel(self, channel: Channel, keep: Subscription | None = None) -> None:
        """Another life of the board: everybody gets a snapshot."""
        channel.reset()
        for subscription in list(channel.subscriptions.values()):
            if subscription is not keep:
                self._resubscribe(subscription)

    def _spawn(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._background_tasks.add(task)
        task.add_done_callback(self._background_tasks.discard)

    # -- who is where -------------------------------------------------------------------------------------------------

    def set_presence(self, connection: Subscriber, said: protocol.SetPresence) -> None:
        """Where a person is, on a channel that the socket follows."""
        if said.board not in connection.followed:
            connection.send(protocol.error("not_found", "This socket does not follow that board.", board=said.board))
            return
        place: dict[str, Any] = {"card": said.card} if self.source.has_cards(said.board) else {}
        self.presence.enter(connection, said.board, place | {"editing": said.editing})

    def _send_presence(self, name: str, frame: bytes) -> None:
        for subscription in list(self.channels[name].subscriptions.values()):
            if subscription.live and subscription.connection.display is None:
                subscription.connection.send(frame, name)
