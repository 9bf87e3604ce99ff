"""The heads of the channels that are followed here, as the database has them: read by the clock, and at once where there may
be a gap. Whatever was lost on the way is found here, and each screen is told by them whether it is current."""

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

POLL_INTERVAL_S = 1.0  # how often heads are compared with the database: a lost message costs this much delay, no more
POLL_INTERVAL_BUS_DOWN_S = 0.25  # while no bus tells us anything
COALESCE_S = 0.02  # how long reasons to look are collected: a Redis that is back confirms a hundred channels in a row
IN_FLIGHT_GRACE_S = 0.05  # what was committed a moment ago need not have been lost
MAX_HEADS_AGE_S = 2.0  # older heads prove nothing and are not sent


class FollowedChannels(Protocol):
    """What is read of the hub here: the channels that are followed, and by whom."""

    source: EventSource
    bus: Bus
    counters: Counters
    channels: dict[str, Channel]
    connections: set[Subscriber]

    def drop_unauthorized(self) -> None:
        """Take channels from whom they may not be shown any more."""

    def catch_up(self, channel: Channel) -> bool:
        """Have what comes next on a channel read from the journal. True where that was not under way."""

    def reset_channel(self, channel: Channel) -> None:
        """Show a channel anew to everybody who follows it: its board was restored."""


class HeadPoller:
    def __init__(self, hub: FollowedChannels) -> None:
        self._hub = hub
        self._heads: dict[str, tuple[str, int]] = {}
        self._database_time = ""
        self._polled_at = float("-inf")
        self._check_requested = asyncio.Event()

    def request_check(self) -> None:
        """Something may have been missed: look now."""
        self._check_requested.set()

    async def poll_loop(self) -> None:
        """Compares what was passed on with the database: whatever was lost on the way only costs delay."""
        while True:
            doubted = self._check_requested.is_set()
            self._check_requested.clear()
            try:
                await self._poll(doubted)
            except TemporarilyUnavailable:
                pass  # no heads go out meanwhile: every screen says that it is not current
            except Exception:
                log.exception("head poll failed")
            try:
                async with asyncio.timeout(POLL_INTERVAL_S if self._hub.bus.up else POLL_INTERVAL_BUS_DOWN_S):
                    await self._check_requested.wait()
                await asyncio.sleep(COALESCE_S)
            except TimeoutError:
                pass

    async def _poll(self, doubted: bool) -> None:
        read = time.monotonic()
        at, found = await self._hub.source.heads(list(self._hub.channels))
        self._heads, self._database_time, self._polled_at = found, at, read
        self._hub.drop_unauthorized()
        late = [name for name, head in found.items() if self._is_behind(name, *head)]
        if late and self._hub.bus.up and not doubted:
            await asyncio.sleep(IN_FLIGHT_GRACE_S)
        for name in late:
            if self._is_behind(name, *found[name]):
                self._hub.counters.gaps_found_by_poll += self._hub.catch_up(self._hub.channels[name])
        for name, (epoch, _) in found.items():
            channel = self._hub.channels.get(name)
            if channel is not None and channel.sequence.epoch not in (None, epoch):
                self._hub.reset_channel(channel)

    def _is_behind(self, name: str, epoch: str, seq: int) -> bool:
        channel = self._hub.channels.get(name)
        return channel is not None and channel.sequence.epoch == epoch and channel.sequence.seq < seq

    async def heartbeat_loop(self) -> None:
        """Tells every screen, by the clock, where the boards that it shows stand."""
        await run_every(protocol.HEARTBEAT_S, self._send_heads)

    async def _send_heads(self) -> None:
        if time.monotonic() - self._polled_at > MAX_HEADS_AGE_S:
            return
        for connection in list(self._hub.connections):
            followed = {name: self._heads[name] for name in connection.followed if self._is_live(name, connection)}
            connection.send(protocol.heads(self._database_time, followed))

    def _is_live(self, name: str, connection: Subscriber) -> bool:
        """Whether this connection was shown the channel: until then it may be one that its reader may not know of."""
        return name in self._heads and self._hub.channels[name].subscriptions[connection].live
