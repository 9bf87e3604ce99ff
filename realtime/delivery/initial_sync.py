"""Initial sync of a subscription: a snapshot or the missed events, after which it is live. Repeated if the sent frames are no
longer valid."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic

from realtime.bus.bus import Bus, events_channel
from realtime.channels.channel import Channel, Subscription
from realtime.channels.channel_reader import ChannelReader
from realtime.channels.presence import Presence
from realtime.counters import Counters
from realtime.delivery.delivery import Delivery
from realtime.delivery.render import event_frames
from realtime.delivery.subscriber import Subscriber
from realtime.delivery.subscriptions import Subscriptions
from realtime.periodic import cancel_all
from realtime.source import ChannelView, EventSource, Position, TemporarilyUnavailable, Viewer
from realtime.wire import protocol

log = logging.getLogger("realtime.delivery.initial_sync")


@dataclass(eq=False)
class InitialSync(Generic[Viewer]):
    """Initial sync of subscriptions with their channels."""

    source: EventSource[Viewer]
    bus: Bus
    subscriptions: Subscriptions[Viewer]
    reader: ChannelReader[Viewer]
    delivery: Delivery[Viewer]
    presence: Presence
    counters: Counters
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def send(self, subscription: Subscription[Viewer], position: Position | None) -> None:
        """Send a snapshot or the events missed since a position, then `subscribed`, after which the subscription is live."""
        connection, name = subscription.connection, subscription.channel.name
        # The subscribe race: an event committed while the snapshot is being read is neither in the snapshot nor (yet) in the
        # stream. So the subscription is added first, and the bus confirms that it receives the channel; then the snapshot is
        # read; then the events after it, until both are at the same seq. Only then is the subscription live. Nothing is awaited
        # between that comparison and going live.
        try:
            if subscription.is_current:
                await self.bus.subscribe(events_channel(name))
            while subscription.is_current and not await self._send_initial(subscription, position):
                position = None
        except Exception as error:
            code, sentence = "unavailable", "The board can't be read right now."
            if not isinstance(error, TemporarilyUnavailable):
                log.exception("subscription failed")
                self.counters.subscribes_failed += 1
                code, sentence = "failed", "The board can't be read because of a fault in the program. It was logged."
            if subscription.is_current:
                self.subscriptions.remove(connection, name)
                connection.send(protocol.error(code, sentence, board=name))

    async def _send_initial(self, subscription: Subscription[Viewer], position: Position | None) -> bool:
        """Send a snapshot or the missed events. Return False if another read is needed."""
        connection, name = subscription.connection, subscription.channel.name
        read, view = await self.reader.read(name, position, connection.account["id"])
        if view is not None and self.source.can_see(connection.viewer, name) and not await self._record(subscription):
            return True
        async with self.reader.answer_slots:
            await asyncio.sleep(0)  # let other tasks run
            if not subscription.is_current:
                return True
            viewer = connection.viewer
            if view is None or not self.source.can_see(viewer, name):
                self.subscriptions.remove(connection, name)
                self.source.on_refused(viewer, name)
                connection.send(protocol.error("not_found", "There is no board by this name that you may see.", board=name))
                return True
            if subscription.opened is None:
                return False  # the right to see the board came while this waited, so nothing was recorded: read again
            key = self.source.visibility_key(viewer, name)
            if position is not None and view.covers(position) and self.source.can_resume(viewer, view, position[1]):
                self.counters.subscribes_resumed += 1
                initial = await read.events(self.source, viewer, view, position[1])
            elif view.entities is not None:
                self.counters.subscribes_reset += position is not None
                self.counters.subscribes_fresh += position is None
                initial = await read.snapshot(self.source, viewer, view)
            else:
                return False
            if not subscription.is_current:
                return True
            if not self.source.can_see(connection.viewer, name) or self.source.visibility_key(connection.viewer, name) != key:
                return False  # rights changed: the rendered frames may show too much, so read again
            subscription.seq = view.seq
            await self._catch_up_to_channel(subscription, view, initial)
        return True

    async def _record(self, subscription: Subscription[Viewer]) -> bool:
        """Record the start of a subscription, once, before anything is sent. Return whether it is still current."""
        if subscription.is_current and subscription.opened is None:
            opened = await self.source.on_opened(subscription.connection.viewer, subscription.channel.name)
            if not subscription.is_current:
                self.source.on_closed(opened)
                return False
            subscription.opened = opened
        return subscription.is_current

    async def _catch_up_to_channel(self, subscription: Subscription[Viewer], view: ChannelView, initial: list[bytes]) -> None:
        """Send the initial frames and the events after them; then the subscription is live."""
        connection, channel, frames = subscription.connection, subscription.channel, list(initial)
        if channel.sequence.epoch not in (None, view.epoch):
            self.reset(channel, keep=subscription)  # the board was restored while other clients followed it
        # Other subscriptions may be behind this one (never ahead of the channel), so the channel's position does not change: it
        # reads the next events on its own.
        ahead = view.seq > channel.sequence.seq
        if channel.sequence.epoch is None:
            ahead = channel.start(view.epoch, view.seq)
        if ahead:
            self.delivery.catch_up(channel)
        while subscription.seq < channel.sequence.seq:
            records = channel.ring.after(subscription.seq, channel.sequence.seq)
            if records is None:
                connection.send_all(frames, channel.name)
                frames = []
                records = await self.reader.events_after(channel.name, (view.epoch, subscription.seq))
            if not subscription.is_current or self.subscriptions.drop_if_unauthorized(subscription):
                return
            if not records:
                raise TemporarilyUnavailable
            frames += event_frames(self.source, connection.viewer, channel.name, view.epoch, records, live=True).texts
            subscription.seq = records[-1].seq
        if self.subscriptions.drop_if_unauthorized(subscription):
            return
        frames.append(protocol.subscribed(channel.name, view.epoch, subscription.seq))
        if connection.display is None:
            frames.append(self.presence.frame(channel.name))
        # These heads prove that the screen is current; otherwise it would wait for the next heartbeat.
        frames.append(protocol.heads(view.at, {channel.name: (view.epoch, view.seq)}))
        connection.send_all(frames, channel.name)
        self.subscriptions.go_live(subscription)

    # -- again -------------------------------------------------------------------------------------------------------

    def reset(self, channel: Channel[Viewer], keep: Subscription[Viewer] | None = None) -> None:
        """Send a new snapshot to all subscribers except `keep`, because the board was restored and has another epoch."""
        channel.reset()
        for subscription in list(channel.subscriptions.values()):
            if subscription is not keep:
                self._resubscribe(subscription)

    def resume(self, subscription: Subscription[Viewer]) -> None:
        """Send the events after a subscription's position from the journal, or a snapshot, because the ring no longer has
        them."""
        epoch = subscription.channel.sequence.epoch
        self._resubscribe(subscription, None if epoch is None else (epoch, subscription.seq))

    def resubscribe_all(self, connection: Subscriber[Viewer]) -> None:
        """Send new snapshots of all its channels to a connection, because its rights changed."""
        for name in list(connection.followed):
            self._resubscribe(self.subscriptions.channels[name].subscriptions[connection])

    def invalidate(self, name: str, concerns: Callable[[Viewer], bool]) -> None:
        """Replace frames that may show too much, after the rights of the viewers selected by `concerns` changed.

        Discards waiting frames and sends a new snapshot. (Live events are rendered immediately before they are written.)
        """
        channel = self.subscriptions.channels.get(name)
        for subscription in list(channel.subscriptions.values()) if channel else ():
            connection = subscription.connection
            if concerns(connection.viewer) and (not subscription.live or connection.send_queue.holds_frames(name)):
                self._resubscribe(subscription)

    def _resubscribe(self, subscription: Subscription[Viewer], position: Position | None = None) -> None:
        """Replace waiting frames by a new snapshot, or append the events after a position. Presence stays."""
        connection, name = subscription.connection, subscription.channel.name
        if position is None:
            connection.send_queue.discard(name)
        # Added before the task runs: the connection may have ended by then, and nothing would remove a later subscription.
        task = asyncio.create_task(self.send(self.subscriptions.add(connection, name), position))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def stop(self) -> None:
        """Cancel repeated snapshots in progress."""
        await cancel_all(self._tasks)
