"""Delivery of the events of a channel to its live subscriptions, once and in order."""

import asyncio
from dataclasses import dataclass
from typing import Generic

from realtime.channel import Channel
from realtime.channel_reader import ChannelReader
from realtime.counters import Counters
from realtime.outbox import EventBatch
from realtime.sequence import Verdict
from realtime.source import EventRecord, TemporarilyUnavailable, Viewer
from realtime.subscriptions import Subscriptions

REORDER_GRACE_S = 0.01  # messages of processes overtake each other: mostly the missing one arrives before it can be read


@dataclass(eq=False)
class Delivery(Generic[Viewer]):
    """Delivery of events that arrive, and of those that are missing before them, which it reads from the journal."""

    subscriptions: Subscriptions[Viewer]
    reader: ChannelReader[Viewer]
    counters: Counters

    def ingest(self, channel: Channel[Viewer], epoch: str, records: list[EventRecord]) -> Verdict:
        """Deliver consecutive events, wherever they come from, if they are the next ones. Start a read of missing ones before
        them. Return what they were."""
        self.subscriptions.drop_unauthorized_from(channel)
        verdict = channel.sequence.classify(epoch, records[0].seq, records[-1].seq)
        if verdict is Verdict.NEXT:
            self._deliver(channel, [record for record in records if record.seq > channel.sequence.seq])
        elif verdict is Verdict.GAP:
            self.counters.sequence_gaps += 1
            channel.hold_early(records)
            self.catch_up(channel, REORDER_GRACE_S)
        return verdict

    def _deliver(self, channel: Channel[Viewer], records: list[EventRecord]) -> None:
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

    def catch_up(self, channel: Channel[Viewer], grace_s: float = 0.0) -> bool:
        """Read missed events of a channel from the journal, unless they arrive within `grace_s` seconds. Return false if that is
        under way already."""
        if channel.catching_up is not None and not channel.catching_up.done():
            channel.has_more |= channel.reading_journal or not grace_s
            return False
        channel.has_more = not grace_s
        channel.catching_up = asyncio.create_task(self._read_missing(channel, grace_s))
        return True

    async def _read_missing(self, channel: Channel[Viewer], grace_s: float) -> None:
        await asyncio.sleep(grace_s)
        if not channel.has_more and not channel.out_of_order:
            return
        channel.reading_journal = True
        try:
            while (epoch := channel.sequence.epoch) is not None:
                channel.has_more = False
                records = await self.reader.events_after(channel.name, (epoch, channel.sequence.seq))
                new = [record for record in records if record.seq > channel.sequence.seq]
                self.subscriptions.drop_unauthorized_from(channel)
                self._deliver(channel, new)
                if not new and not channel.has_more:  # otherwise something arrived during the read
                    return
        except TemporarilyUnavailable:
            pass  # the poll of the heads tries again
        finally:
            channel.reading_journal = False
