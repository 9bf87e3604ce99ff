"""Poll of the heads (epoch, seq) of the followed channels in the database: periodically, and immediately after a possible gap.

It finds lost messages, and sends the heads to each client, which compares them with its positions.
"""

import asyncio
import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Generic

from realtime.bus.bus import Bus
from realtime.channels.slices import SlicedWork
from realtime.delivery.delivery import Delivery
from realtime.delivery.initial_sync import InitialSync
from realtime.delivery.subscriber import Subscriber
from realtime.delivery.subscriptions import Subscriptions
from realtime.periodic import run_every
from realtime.source import EventSource, TemporarilyUnavailable, Viewer
from realtime.wire import protocol

log = logging.getLogger("realtime.channels.head_poller")

POLL_INTERVAL_S = 1.0  # between two polls, which is the maximum delay of a lost message
POLL_INTERVAL_BUS_DOWN_S = 0.25  # while the bus is down
COALESCE_S = 0.02  # period in which requests are merged: a returning Redis confirms a hundred channels in a row
IN_FLIGHT_GRACE_S = 0.05  # the message of a recent commit may still be in transit
MAX_HEADS_AGE_S = 2.0  # older heads prove nothing and are not sent


@dataclass(eq=False)
class HeadPoller(Generic[Viewer]):
    """Poller of the database's heads. Compares them with the channels, and sends them to the clients."""

    source: EventSource[Viewer]
    bus: Bus
    subscriptions: Subscriptions[Viewer]
    delivery: Delivery[Viewer]
    initial_sync: InitialSync[Viewer]
    sliced: SlicedWork
    _heads: dict[str, tuple[str, int]] = field(default_factory=dict)
    _database_time: str = ""
    _polled_at: float = float("-inf")
    _sending: bool = False  # heads to the clients, in slices
    _check_requested: asyncio.Event = field(default_factory=asyncio.Event)

    def request_check(self) -> None:
        """Poll now, because messages may be lost."""
        self._check_requested.set()

    async def poll_loop(self) -> None:
        """Compare the channels with the database's heads periodically, and read lost events."""
        while True:
            requested = self._check_requested.is_set()
            self._check_requested.clear()
            try:
                await self._poll(requested)
            except TemporarilyUnavailable:
                pass  # no heads are sent in the meantime, so every client shows that it is not current
            except Exception:
                log.exception("head poll failed")
            try:
                async with asyncio.timeout(POLL_INTERVAL_S if self.bus.up else POLL_INTERVAL_BUS_DOWN_S):
                    await self._check_requested.wait()
                await asyncio.sleep(COALESCE_S)
            except TimeoutError:
                pass

    async def _poll(self, requested: bool) -> None:
        start = time.monotonic()
        database_time, heads = await self.source.heads(list(self.subscriptions.channels))
        self._heads, self._database_time, self._polled_at = heads, database_time, start
        self.subscriptions.drop_unauthorized()
        behind = [name for name, head in heads.items() if self._is_behind(name, *head)]
        if behind and self.bus.up and not requested:
            await asyncio.sleep(IN_FLIGHT_GRACE_S)
        for name in behind:
            if self._is_behind(name, *heads[name]):
                self.delivery.counters.gaps_found_by_poll += self.delivery.catch_up(self.subscriptions.channels[name])
        for name, (epoch, _) in heads.items():
            channel = self.subscriptions.channels.get(name)
            if channel is not None and channel.sequence.epoch not in (None, epoch):
                self.initial_sync.reset(channel)

    def _is_behind(self, name: str, epoch: str, seq: int) -> bool:
        channel = self.subscriptions.channels.get(name)
        return channel is not None and channel.sequence.epoch == epoch and channel.sequence.seq < seq

    async def heartbeat_loop(self) -> None:
        """Send the heads of its channels to every client, every HEARTBEAT_S seconds."""
        await run_every(protocol.HEARTBEAT_S, self._send_heads)

    async def _send_heads(self) -> None:
        if time.monotonic() - self._polled_at > MAX_HEADS_AGE_S or self._sending:  # or the last ones are still being sent
            return
        self._sending = True
        heads, at, polled_at = self._heads, self._database_time, self._polled_at
        encoded: dict[tuple[str, ...], bytes] = {}  # by channels: most clients follow the same few

        def send(connection: Subscriber[Viewer]) -> None:
            if time.monotonic() - polled_at > MAX_HEADS_AGE_S:  # other work took too long
                return
            names = tuple(name for name in connection.followed if name in heads and self._is_live(name, connection))
            if names not in encoded:
                encoded[names] = protocol.heads(at, {name: heads[name] for name in names})
            connection.send(encoded[names])

        def connections() -> Iterator[Subscriber[Viewer]]:
            yield from list(self.subscriptions.connections)
            self._sending = False

        self.sliced.add(connections(), send)

    def _is_live(self, name: str, connection: Subscriber[Viewer]) -> bool:
        """Return whether this connection has received the channel. Before, its viewer may not know that the channel exists."""
        return self.subscriptions.channels[name].subscriptions[connection].live
