"""Polls the heads (epoch, seq) of the followed channels from the database: periodically, and at once after a possible gap.

A lost message is found here, and each client is told by the heads whether it is current.
"""

import asyncio
import logging
import time
from typing import Protocol

from realtime import protocol
from realtime.bus import Bus
from realtime.channel import Channel
from realtime.counters import Counters
from realtime.periodic import run_every
from realtime.source import EventSource, TemporarilyUnavailable
from realtime.subscriber import Subscriber

log = logging.getLogger("realtime.head_poller")

POLL_INTERVAL_S = 1.0  # between two polls: the delay that a lost message costs, at most
POLL_INTERVAL_BUS_DOWN_S = 0.25  # while the bus is down
COALESCE_S = 0.02  # how long requests are coalesced: a Redis that is back confirms a hundred channels in a row
IN_FLIGHT_GRACE_S = 0.05  # a message of a commit a moment ago may still be on its way
MAX_HEADS_AGE_S = 2.0  # older heads prove nothing and are not sent


class FollowedChannels(Protocol):
    """The part of the hub that this module uses: the channels, and the connections that follow them."""

    source: EventSource
    bus: Bus
    counters: Counters
    channels: dict[str, Channel]
    connections: set[Subscriber]

    def drop_unauthorized(self) -> None:
        """Drop subscriptions whose viewer may no longer see the channel."""

    def catch_up(self, channel: Channel) -> bool:
        """Start reading the next events of a channel from the journal. Return false if that is under way already."""

    def reset_channel(self, channel: Channel) -> None:
        """Send a new snapshot to all subscribers of a channel, because its board was restored."""


class HeadPoller:
    """Poller of the database's heads. Compares them with the channels, and sends them to the clients."""

    def __init__(self, hub: FollowedChannels) -> None:
        self._hub = hub
        self._heads: dict[str, tuple[str, int]] = {}
        self._database_time = ""
        self._polled_at = float("-inf")
        self._check_requested = asyncio.Event()

    def request_check(self) -> None:
        """Poll now: something may have been missed."""
        self._check_requested.set()

    async def poll_loop(self) -> None:
        """Compare the channels with the database's heads periodically, and read what was lost."""
        while True:
            requested = self._check_requested.is_set()
            self._check_requested.clear()
            try:
                await self._poll(requested)
            except TemporarilyUnavailable:
                pass  # no heads are sent meanwhile, so every client shows that it is not current
            except Exception:
                log.exception("head poll failed")
            try:
                async with asyncio.timeout(POLL_INTERVAL_S if self._hub.bus.up else POLL_INTERVAL_BUS_DOWN_S):
                    await self._check_requested.wait()
                await asyncio.sleep(COALESCE_S)
            except TimeoutError:
                pass

    async def _poll(self, requested: bool) -> None:
        started = time.monotonic()
        database_time, heads = await self._hub.source.heads(list(self._hub.channels))
        self._heads, self._database_time, self._polled_at = heads, database_time, started
        self._hub.drop_unauthorized()
        behind = [name for name, head in heads.items() if self._is_behind(name, *head)]
        if behind and self._hub.bus.up and not requested:
            await asyncio.sleep(IN_FLIGHT_GRACE_S)
        for name in behind:
            if self._is_behind(name, *heads[name]):
                self._hub.counters.gaps_found_by_poll += self._hub.catch_up(self._hub.channels[name])
        for name, (epoch, _) in heads.items():
            channel = self._hub.channels.get(name)
            if channel is not None and channel.sequence.epoch not in (None, epoch):
                self._hub.reset_channel(channel)

    def _is_behind(self, name: str, epoch: str, seq: int) -> bool:
        channel = self._hub.channels.get(name)
        return channel is not None and channel.sequence.epoch == epoch and channel.sequence.seq < seq

    async def heartbeat_loop(self) -> None:
        """Send the heads of its channels to every client, every HEARTBEAT_S seconds."""
        await run_every(protocol.HEARTBEAT_S, self._send_heads)

    async def _send_heads(self) -> None:
        if time.monotonic() - self._polled_at > MAX_HEADS_AGE_S:
            return
        for connection in list(self._hub.connections):
            followed = {name: self._heads[name] for name in connection.followed if self._is_live(name, connection)}
            connection.send(protocol.heads(self._database_time, followed))

    def _is_live(self, name: str, connection: Subscriber) -> bool:
        """Return whether this connection was sent the channel; before that, its viewer may not know that the channel exists."""
        return name in self._heads and self._hub.channels[name].subscriptions[connection].live
