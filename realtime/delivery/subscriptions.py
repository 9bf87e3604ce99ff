"""Connections of this process, and the channels that they follow and may see."""

from typing import Generic

from realtime.bus.bus import Bus, events_channel
from realtime.channels.channel import Channel, Subscription
from realtime.channels.presence import Presence
from realtime.channels.ring import Ring, RingBudget
from realtime.delivery.subscriber import Subscriber
from realtime.source import EventSource, Viewer
from realtime.wire import protocol


class Subscriptions(Generic[Viewer]):
    """Registry of connections, channels and subscriptions. Contains a channel while a connection follows it."""

    def __init__(self, source: EventSource[Viewer], bus: Bus, presence: Presence) -> None:
        self.connections: set[Subscriber[Viewer]] = set()
        self.channels: dict[str, Channel[Viewer]] = {}
        self.rings = RingBudget()
        self.of_displays: dict[Subscription[Viewer], None] = {}  # live ones
        self._source, self._bus, self._presence = source, bus, presence

    def add(self, connection: Subscriber[Viewer], name: str) -> Subscription[Viewer]:
        """Add a subscription that is not live yet, replacing the connection's earlier one, which stays recorded as open."""
        connection.followed.add(name)
        channel = self.channels.get(name)
        if channel is None:
            channel = self.channels[name] = Channel(name, Ring(self.rings))
        earlier = self._end(channel, connection)
        subscription = channel.subscriptions[connection] = Subscription(connection, channel)
        if earlier is not None:
            subscription.opened, earlier.opened = earlier.opened, None
        return subscription

    def remove(self, connection: Subscriber[Viewer], name: str) -> None:
        """Remove the connection's subscription to a channel, if there is one, and discard its unsent frames."""
        connection.followed.discard(name)
        connection.send_queue.discard(name)
        channel = self.channels.get(name)
        if channel is None:
            return
        if (ended := self._end(channel, connection)) is not None and ended.opened is not None:
            self._source.on_closed(ended.opened)
        self._presence.leave(connection, name)
        if not channel.subscriptions:
            channel.stop()
            del self.channels[name]
            self._bus.unsubscribe(events_channel(name))

    def _end(self, channel: Channel[Viewer], connection: Subscriber[Viewer]) -> Subscription[Viewer] | None:
        """End the connection's subscription to a channel, and return it, if there is one."""
        connection.lagging.pop(channel.name, None)
        subscription = channel.subscriptions.pop(connection, None)
        if subscription is not None:
            channel.waiting.pop(subscription, None)
            channel.leave(subscription)
            self.of_displays.pop(subscription, None)
        return subscription

    def remove_connection(self, connection: Subscriber[Viewer]) -> None:
        """Remove a closed connection and its subscriptions."""
        self.connections.discard(connection)
        for name in list(connection.followed):
            self.remove(connection, name)

    # -- rights ------------------------------------------------------------------------------------------------------

    def go_live(self, subscription: Subscription[Viewer]) -> None:
        """Start the live events of a subscription that has received all earlier ones."""
        channel = subscription.channel
        subscription.live = True
        if subscription.connection.display is not None:
            self.of_displays[subscription] = None
        channel.join(subscription, self._source.audience_key(subscription.connection.viewer, channel.name))

    def drop_unauthorized(self) -> None:
        """Apply changed rights to all channels."""
        for channel in list(self.channels.values()):
            self.apply_rights(channel)

    def apply_rights(self, channel: Channel[Viewer]) -> None:
        """Drop subscriptions whose viewer may no longer see the channel, and form new audiences, if rights have changed."""
        version = self._source.rights_version
        if channel.rights == version:
            return
        channel.rights = version
        for subscription in list(channel.subscriptions.values()):
            # Otherwise nothing was sent yet, and the answer will be that the board does not exist.
            if (subscription.live or subscription.seq) and not self.drop_if_unauthorized(subscription) and subscription.live:
                self.go_live(subscription)

    def viewer_changed(self, connection: Subscriber[Viewer]) -> None:
        """Record that a connection's viewer was replaced, so that its rights are checked again before the next frame."""
        for name in connection.followed:
            self.channels[name].rights = None

    def drop_if_unauthorized(self, subscription: Subscription[Viewer]) -> bool:
        """Drop the subscription if its viewer may no longer see the channel; return whether it was dropped."""
        connection, name = subscription.connection, subscription.channel.name
        if self._source.can_see(connection.viewer, name):
            return False
        self.remove(connection, name)
        connection.send(protocol.unsubscribed(name, "forbidden"))
        return True
