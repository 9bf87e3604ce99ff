"""Hub: connections, the channels that they follow, and the delivery of each event to all of them, once and in order.

It depends on an `EventSource`, which reads the journal and decides rights, and a `Bus` to the hubs of other processes. It knows
nothing about the content of channels. Its parts have one job each:

- `subscriptions`: connections, channels and subscriptions
- `initial_sync`: frames of a new subscription until it is live
- `delivery`: arriving events, in order, to live subscriptions
- `bus_link`: events of other processes; `head_poller`: lost events
- `presence`: the place of each person
"""

import asyncio
from typing import Generic

from realtime.bus.bus import Bus
from realtime.bus.hub_link import HubLink
from realtime.channels import presence
from realtime.channels.channel_reader import ChannelReader
from realtime.channels.head_poller import HeadPoller
from realtime.channels.presence import Presence
from realtime.channels.sequence import Verdict
from realtime.channels.slices import SlicedWork, StepBudget
from realtime.counters import Counters
from realtime.delivery.delivery import Delivery
from realtime.delivery.initial_sync import InitialSync
from realtime.delivery.subscriber import Subscriber
from realtime.delivery.subscriptions import Subscriptions
from realtime.periodic import cancel_all
from realtime.source import EventRecord, EventSource, Position, Viewer
from realtime.wire import protocol

MAX_FOLLOWED = 500  # channels per connection


class Hub(Generic[Viewer]):
    """Connections and channels of this process."""

    def __init__(self, source: EventSource[Viewer], bus: Bus) -> None:
        self.source, self.bus = source, bus
        self.counters = Counters()
        self.requested = {subject: asyncio.Event() for subject in protocol.REQUESTED}  # set when a client requests it
        # Latest frame of each subject for people (False) and displays (True), sent to every connection after its hello.
        self._broadcasts: dict[str, dict[bool, bytes]] = {}
        self.presence = Presence(bus.publish)
        self.subscriptions = Subscriptions(source, bus, self.presence)
        self.connections, self.channels = self.subscriptions.connections, self.subscriptions.channels
        self.channel_reader = ChannelReader(source)
        self.step = StepBudget()
        self.sliced = SlicedWork(self.step)  # frames for many clients, other than events
        self.delivery = Delivery(source, self.subscriptions, self.channel_reader, self.counters, self.step)
        self.initial_sync = InitialSync(
            source, bus, self.subscriptions, self.channel_reader, self.delivery, self.presence, self.counters
        )
        self.delivery.resume = self.initial_sync.resume
        self.head_poller = HeadPoller(source, bus, self.subscriptions, self.delivery, self.initial_sync, self.sliced)
        self.bus_link = HubLink(bus, source, self.channels, self.delivery, self.head_poller, self.presence)
        self.announce_head = self.bus_link.announce_head
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Start, also while the bus is down. Raises BusMisconfigured."""
        await self.bus_link.start()
        work = (
            self.head_poller.poll_loop(), self.head_poller.heartbeat_loop(),
            presence.run(self.presence, self.channels, self.sliced), self.delivery.age_loop(),
        )  # fmt: skip
        self._tasks = [asyncio.create_task(loop) for loop in work]

    async def stop(self) -> None:
        """Close all connections. Later commits are still published; the caller that opened the bus must stop it."""
        self.presence.close()
        for connection in list(self.connections):
            connection.close(protocol.CLOSE_RESTART)
        await cancel_all(self._tasks)
        await self.initial_sync.stop()
        await self.channel_reader.stop()

    # -- to every connection -----------------------------------------------------------------------------------------

    def broadcast(self, subject: str, to_people: bytes, to_displays: bytes) -> None:
        """Send a frame to every connection whose viewer gets broadcasts, and to each later one until the next broadcast of the
        same subject."""
        before, frames_now = self._broadcasts.get(subject, {}), {False: to_people, True: to_displays}
        self._broadcasts[subject] = frames_now

        def send(connection: Subscriber[Viewer]) -> None:
            frame = frames_now[connection.display is not None]
            if frame != before.get(connection.display is not None):
                connection.send(frame)

        self.sliced.add([each for each in self.connections if self.source.gets_broadcasts(each.viewer)], send)

    def send_broadcasts(self, connection: Subscriber[Viewer]) -> None:
        """Send the current broadcasts to a new connection, if its viewer gets them."""
        if not self.source.gets_broadcasts(connection.viewer):
            return
        for frames in self._broadcasts.values():
            connection.send(frames[connection.display is not None])

    # -- by channel --------------------------------------------------------------------------------------------------

    async def subscribe(self, connection: Subscriber[Viewer], name: str, position: Position | None = None) -> None:
        """Answer with a snapshot or the missed events, then `subscribed`, after which the subscription is live."""
        self.subscriptions.remove(connection, name)  # a second subscribe replaces the first
        if len(connection.followed) >= MAX_FOLLOWED:
            connection.send(protocol.error("too_large", "This socket follows too many boards.", board=name))
            return
        await self.initial_sync.send(self.subscriptions.add(connection, name), position)

    def unsubscribe(self, connection: Subscriber[Viewer], name: str) -> None:
        self.subscriptions.remove(connection, name)
        connection.send(protocol.unsubscribed(name, "asked"))

    def publish(self, name: str, epoch: str, records: list[EventRecord]) -> None:
        """Publish consecutive events that this process committed: to its own clients and to the other processes."""
        self.bus_link.publish(name, epoch, records)
        channel = self.channels.get(name)
        if channel is not None and self.delivery.ingest(channel, epoch, records) is Verdict.OTHER_EPOCH:
            self.initial_sync.reset(channel)

    def send_missed(self, connection: Subscriber[Viewer], name: str) -> None:
        """Send a connection the skipped events of a channel."""
        channel = self.channels.get(name)
        subscription = channel.subscriptions.get(connection) if channel is not None else None
        if subscription is not None:
            self.delivery.send_missed(subscription)

    def set_presence(self, connection: Subscriber[Viewer], message: protocol.SetPresence) -> None:
        """Set the place of a person on a channel that the connection follows."""
        if message.board not in connection.followed:
            connection.send(protocol.error("not_found", "This socket does not follow that board.", board=message.board))
            return
        place = {"card": message.card} if self.source.has_cards(message.board) else {}
        self.presence.enter(connection, message.board, place | {"editing": message.editing})
