"""Reads of the journal for live clients behind the ring of their channel: one read for all clients that need the same events.

A read is only for clients with free space in their buffers. Each client gets as much as it can receive. The page is kept for its
next part, and for other clients.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic

from realtime.channels.channel import Channel, Subscription
from realtime.channels.channel_reader import ChannelReader
from realtime.channels.ring import Ring, RingBudget
from realtime.channels.slices import StepBudget
from realtime.source import EventRecord, TemporarilyUnavailable, Viewer

log = logging.getLogger("realtime.channels.read_back")

MAX_BEHIND = 5_000  # events; a client that is further behind is sent a snapshot
MAX_PAGES = 4  # kept per channel
RETRY_S = 1.0  # while the journal can't be read


@dataclass(eq=False)
class ReadBack(Generic[Viewer]):
    """Reader of the journal for clients behind the ring.

    `serve`: sends a client the available events, and calls `wait` if it needs more. `resume`: synchronises a client again.
    """

    reader: ChannelReader[Viewer]
    rings: RingBudget
    step: StepBudget
    serve: Callable[[Subscription[Viewer]], None]
    resume: Callable[[Subscription[Viewer]], None]

    def wait(self, subscription: Subscription[Viewer]) -> None:
        """Read the events after a subscription's position soon, then serve it."""
        channel = subscription.channel
        if channel.flushed - subscription.seq > MAX_BEHIND:
            self.resume(subscription)
            return
        channel.waiting[subscription] = None
        if channel.reading_back is None:
            channel.reading_back = asyncio.create_task(self._read(channel))

    async def _read(self, channel: Channel[Viewer]) -> None:
        try:
            while channel.waiting and (epoch := channel.sequence.epoch) is not None:
                after = min(subscription.seq for subscription in channel.waiting)
                try:
                    records = await self.reader.events_after(channel.name, (epoch, after))
                except TemporarilyUnavailable:
                    records = []
                if not records:
                    await asyncio.sleep(RETRY_S)
                elif channel.sequence.epoch == epoch:
                    await self._serve(channel, records)
        except Exception:
            log.exception("catch-up read failed")
            for subscription in list(channel.waiting):
                del channel.waiting[subscription]
                self.resume(subscription)
        finally:
            channel.reading_back = None

    async def _serve(self, channel: Channel[Viewer], page: list[EventRecord]) -> None:
        """Keep a page, and serve the subscriptions that wait for its events.

        The bound of all rings is enforced afterwards, so that each of them makes progress.
        """
        while len(channel.pages) >= MAX_PAGES:
            channel.pages.pop(0).clear()
        page_ring = Ring(self.rings)
        page_ring.extend(page)
        channel.pages.append(page_ring)
        waiting = [waiter for waiter in channel.waiting if page[0].seq <= waiter.seq + 1 <= page[-1].seq]
        for subscription in waiting:
            if self.step.begin() is None:
                await asyncio.sleep(0)
            channel.waiting.pop(subscription, None)
            self.serve(subscription)  # no-op if it has left in the meantime
        self.rings.enforce()
