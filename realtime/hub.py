"""Hub: which connections follow which channels, and the delivery of each event to all of them, once and in order.

It depends on an `EventSource`, which reads the journal and decides rights, and a `Bus` to the hubs of other processes; it does
not know what a channel is about.
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

MAX_FOLLOWED = 500  # channels per connection
REORDER_GRACE_S = 0.01  # messages of processes overtake each other: mostly the missing one arrives before it can be read


class Hub:
    """Connections and channels of this process."""

    def __init__(self, source: EventSource, bus: Bus) -> None:
        self.source, self.bus = source, bus
        self.counters = Counters()
        self.channels: dict[str, Channel] = {}
        self.connections: set[Subscriber] = set()
        self.alerts_requested = asyncio.Event()  # set when a client asks for alert counts
        # Latest frame of each subject for people (False) and displays (True), sent to every connection after its hello.
        self._broadcasts: dict[str, dict[bool, bytes]] = {}
        self.channel_reader = ChannelReader(source)
        self.presence = Presence(bus.publish)
        self.head_poller = HeadPoller(self)
        self.bus_sync = BusSync(self, bus)
        self.announce_head = self.bus_sync.announce_head
        self._tasks: list[asyncio.Task[None]] = []
        self._background_tasks: set[asyncio.Task[None]] = set()

    # -- connections -------------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Start, also while the bus is down. Raises BusMisconfigured."""
        await self.bus_sync.start()
        work = (
            self.head_poller.poll_loop(),
            self.head_poller.heartbeat_loop(),
            presence.run(self.presence, self.channels, self._send_presence),
        )
        self._tasks = [asyncio.create_task(each) for each in work]

    async def stop(self) -> None:
        """Close all connections. Commits after this are still published; whoever opened the bus stops it."""
        self.presence.close()
        for connection in list(self.connections):
            connection.close(protocol.CLOSE_RESTART)
        for task in [*self._tasks, *self._background_tasks]:
            task.cancel()
        await asyncio.gather(*self._tasks, *self._background_tasks, return_exceptions=True)
        await self.channel_reader.stop()

    def broadcast(self, subject: str, to_people: bytes, to_displays: bytes) -> None:
        """Send a frame to every connection, and to each later one until the next broadcast of the same subject."""
        before, frames_now = self._broadcasts.get(subject, {}), {False: to_people, True: to_displays}
        self._broadcasts[subject] = frames_now
        for connection in self.connections:
            frame = frames_now[connection.display is not None]
            if frame != before.get(connection.display is not None):
                connection.send(frame)

    def send_broadcasts(self, connection: Subscriber) -> None:
        """Send the current broadcasts to a new connection."""
        for frames in self._broadcasts.values():
            connection.send(frames[connection.display is not None])

    def remove_connection(self, connection: Subscriber) -> None:
        """Remove a closed connection and its subscriptions."""
        self.connections.discard(connection)
        for name in list(connection.followed):
            self._remove_subscription(connection, name)

    async def subscribe(self, connection: Subscriber, name: str, position: Position | None = None) -> None:
        """Answer with a snapshot or the missed events, then `subscribed`, after which the subscription is live."""
        self._remove_subscription(connection, name)  # a second subscribe replaces the first
        if len(connection.followed) >= MAX_FOLLOWED:
            connection.send(protocol.error("too_large", "This socket follows too many boards.", board=name))
            return
        connection.followed.add(name)
        await self._serve_subscription(
            self._add_subscription(connection, self.channels.setdefault(name, Channel(name))), position
        )

    def _add_subscription(self, connection: Subscriber, channel: Channel) -> Subscription:
        """Add a subscription that is not live yet, in place of the connection's earlier one."""
        subscription = channel.subscriptions[connection] = Subscription(connection, channel)
        return subscription

    def _resubscribe(self, subscription: Subscription) -> None:
        """Discard queued frames and send a new snapshot. Presence is kept."""
        subscription.connection.outbox.discard(subscription.channel.name)
        # Added before the task runs: the connection may be gone by then, and nothing would remove a subscription added later.
        self._spawn(self._serve_subscription(self._add_subscription(subscription.connection, subscription.channel), None))

    async def _serve_subscription(self, subscription: Subscription, position: Position | None) -> None:
        connection, name = subscription.connection, subscription.channel.name
        # The subscribe race: an event committed while the snapshot is being read is neither in the snapshot nor (yet) in the
        # stream. So the subscription is added first, and the bus confirms that it receives the channel; then the snapshot is
        # read; then the events after it, until both are at the same seq. Only then is the subscription live. Nothing is awaited
        # between that comparison and going live.
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
        """Send a snapshot or the missed events. Return false if the position can't be continued from what was read for it."""
        connection, name = subscription.connection, subscription.channel.name
        shared, view = await self.channel_reader.read(name, position, connection.account["id"])
        async with self.channel_reader.answer_slots:
            await asyncio.sleep(0)  # let other tasks run
            if not self._is_current(subscription):
                return True
            viewer = connection.viewer
            if view is None or not self.source.can_see(viewer, name):
                self._remove_subscription(connection, name)
                connection.send(protocol.error("not_found", "There is no board by this name that you may see.", board=name))
                return True
            key = self.source.visibility_key(viewer, name)
            if view.covers(position) and position is not None and self.source.can_resume(viewer, view, position[1]):
                self.counters.subscribes_resumed += 1
                initial = await shared.events(self.source, viewer, view, position[1])
            elif view.entities is not None:
                self.counters.subscribes_reset += position is not None
                self.counters.subscribes_fresh += position is None
                initial = await shared.snapshot(self.source, viewer, view)
            else:
                return False
            if not self._is_current(subscription):
                return True
            if not self.source.can_see(connection.viewer, name) or self.source.visibility_key(connection.viewer, name) != key:
                return False  # rights changed: what was rendered may show too much, so read again
            for frame in initial:
                connection.send(frame, name)
            subscription.seq = view.seq
            await self._catch_up_to_channel(subscription, shared, view)
        return True

    async def _catch_up_to_channel(self, subscription: Subscription, shared: SharedRead, view: ChannelView) -> None:
        channel = subscription.channel
        if channel.sequence.epoch not in (None, view.epoch):
            self.reset_channel(channel, keep=subscription)  # the board was restored while others followed it
        # Other subscriptions may be behind what this one was just sent (never ahead of the channel): the channel is not moved on
        # for it, but reads on by itself.
        ahead = view.seq > channel.sequence.seq
        if channel.sequence.epoch is None:
            ahead = channel.sequence.start(view.epoch, view.seq)
        if ahead:
            self.catch_up(channel)
        while subscription.seq < channel.sequence.seq:
            records = channel.ring.after(subscription.seq)
            if records is None:
                records = await self.channel_reader.events_after(channel.name, (view.epoch, subscription.seq))
            if not self._is_current(subscription) or self._drop_if_unauthorized(subscription):
                return
            if not records:
                raise TemporarilyUnavailable
            viewer = subscription.connection.viewer
            for frame in event_frames(self.source, viewer, channel.name, view.epoch, records, live=True):
                subscription.connection.send(frame, channel.name)
            subscription.seq = records[-1].seq
        if self._drop_if_unauthorized(subscription):
            return
        subscription.live = True
        subscription.connection.send(protocol.subscribed(channel.name, view.epoch, subscription.seq), channel.name)
        if subscription.connection.display is None:
            subscription.connection.send(self.presence.frame(channel.name), channel.name)
        # The heads just read prove that the screen is current; without them it would wait for the next heartbeat.
        subscription.connection.send(protocol.heads(view.at, {channel.name: (view.epoch, view.seq)}))

    def _is_current(self, subscription: Subscription) -> bool:
        """Return whether this is still the connection's subscription to the channel."""
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
        """End a subscription whose viewer may no longer see the channel; unsent frames are discarded."""
        self._remove_subscription(subscription.connection, subscription.channel.name)
        subscription.connection.send(protocol.unsubscribed(subscription.channel.name, "forbidden"))

    def resubscribe_all(self, connection: Subscriber) -> None:
        """Send new snapshots of all its channels to a connection, because what it may see changed."""
        for name in list(connection.followed):
            if (subscription := self.channels[name].subscriptions.get(connection)) is not None:
                self._resubscribe(subscription)

    def invalidate(self, name: str, concerns: Callable[[Any], bool]) -> None:
        """Replace frames that may show too much, after the rights of the viewers that `concerns` selects changed.

        Rendered frames still in the queue are discarded and a new snapshot is sent. (Events are queued as records, and rendered
        by the rights at the time of writing.)
        """
        channel = self.channels.get(name)
        for subscription in list(channel.subscriptions.values()) if channel else ():
            connection = subscription.connection
            if concerns(connection.viewer) and (not subscription.live or connection.outbox.holds_frames(name)):
                self._resubscribe(subscription)

    def drop_unauthorized(self) -> None:
        """Drop subscriptions whose viewer may no longer see the channel."""
        for channel in list(self.channels.values()):
            self._drop_unauthorized_from(channel)

    def _drop_unauthorized_from(self, channel: Channel) -> None:
        for subscription in list(channel.subscriptions.values()):
            # Otherwise nothing was sent yet, and it will be answered that there is no such board.
            if subscription.live or subscription.seq:
                self._drop_if_unauthorized(subscription)

    def _drop_if_unauthorized(self, subscription: Subscription) -> bool:
        """Drop the subscription if its viewer may no longer see the channel. Return whether it was dropped."""
        allowed = self.source.can_see(subscription.connection.viewer, subscription.channel.name)
        if not allowed:
            self.drop_subscription(subscription)
        return not allowed

    # -- events ------------------------------------------------------------------------------------------------------

    def publish(self, name: str, epoch: str, records: list[EventRecord]) -> None:
        """Publish consecutive events that this process committed: to its own clients and to the other processes."""
        if records:
            self.bus_sync.publish(name, epoch, records)
            if name in self.channels:
                self.ingest(self.channels[name], epoch, records)

    def ingest(self, channel: Channel, epoch: str, records: list[EventRecord]) -> bool:
        """Deliver consecutive events, wherever they come from, if they are the next ones. Return true if they were new."""
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
        """Queue the events that follow, and early ones that follow those, for the live subscriptions."""
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

    def render(self, batch: EventBatch) -> Iterator[bytes]:
        """Return the frames of a batch, each rendered just before it is written, by the viewer's rights at that moment."""
        return render_batch(self.source, batch, self._is_current)

    def catch_up(self, channel: Channel, grace_s: float = 0.0) -> bool:
        """Read missed events of a channel from the journal, unless they arrive within `grace_s` seconds. Return false if that is
        under way already."""
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
                if not new and not channel.has_more:  # otherwise something arrived during the read
                    return
        except TemporarilyUnavailable:
            pass  # the poll of the heads tries again
        finally:
            channel.reading_journal = False

    def reset_channel(self, channel: Channel, keep: Subscription | None = None) -> None:
        """Send a new snapshot to all subscribers but `keep`: the board has another epoch."""
        channel.reset()
        for subscription in list(channel.subscriptions.values()):
            if subscription is not keep:
                self._resubscribe(subscription)

    def _spawn(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._background_tasks.add(task)
        task.add_done_callback(self._background_tasks.discard)

    # -- presence ----------------------------------------------------------------------------------------------------

    def set_presence(self, connection: Subscriber, message: protocol.SetPresence) -> None:
        """Set where a person is, on a channel that the connection follows."""
        if message.board not in connection.followed:
            connection.send(protocol.error("not_found", "This socket does not follow that board.", board=message.board))
            return
        place: dict[str, Any] = {"card": message.card} if self.source.has_cards(message.board) else {}
        self.presence.enter(connection, message.board, place | {"editing": message.editing})

    def _send_presence(self, name: str, frame: bytes) -> None:
        for subscription in list(self.channels[name].subscriptions.values()):
            if subscription.live and subscription.connection.display is None:
                subscription.connection.send(frame, name)
