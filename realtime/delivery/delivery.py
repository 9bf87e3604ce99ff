"""Delivery of the events of a channel to its live subscriptions, once and in order.

Events go into the channel's ring, and from there to the clients in *sweeps*: one frame for each audience, encoded once, is
written to each of its clients that has all earlier events. A quiet channel's first event is swept immediately; events within
FLUSH_INTERVAL_S of a sweep are swept together. A client that does not read fast enough is skipped, and catches up from the ring
when it can receive again, or from pages of the journal, which are read for all such clients together.
"""

import asyncio
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import Generic

from realtime.channels.channel import Audience, Channel, Subscription
from realtime.channels.channel_reader import ChannelReader
from realtime.channels.read_back import ReadBack
from realtime.channels.ring import KEPT_S
from realtime.channels.sequence import Verdict
from realtime.channels.slices import ITEMS_PER_CLOCK, StepBudget
from realtime.counters import Counters
from realtime.delivery.frame_cache import FrameCache
from realtime.delivery.render import event_frames
from realtime.delivery.subscriptions import Subscriptions
from realtime.periodic import run_every
from realtime.source import EventRecord, EventSource, TemporarilyUnavailable, Viewer
from realtime.wire import protocol
from realtime.wire.text_frames import TextFrames

log = logging.getLogger("realtime.delivery.delivery")

REORDER_GRACE_S = 0.01  # messages of processes overtake each other: a missing one usually arrives before a read would end
FLUSH_INTERVAL_S = 0.005  # from the end of a sweep of a channel to its next one
MAX_SWEEP_BYTES = 64 * 1024  # of events per sweep or catch-up: a client's buffer may exceed its mark by this much


@dataclass(eq=False, slots=True)
class Sweep(Generic[Viewer]):
    """Sweep of the events after `before` over the clients of a channel. `members`: consumed in slices."""

    epoch: str
    before: int
    records: list[EventRecord]
    members: Iterator[Subscription[Viewer]]
    frames: dict[Audience[Viewer], TextFrames] = field(default_factory=dict)

    @property
    def last(self) -> int:
        return self.records[-1].seq


@dataclass(eq=False)
class Delivery(Generic[Viewer]):
    """Delivery of arriving events, and of missing ones before them, which it reads from the journal.

    `resume`: synchronises a subscription again from its position; set by the hub.
    """

    source: EventSource[Viewer]
    subscriptions: Subscriptions[Viewer]
    reader: ChannelReader[Viewer]
    counters: Counters
    step: StepBudget
    resume: Callable[[Subscription[Viewer]], None] = lambda subscription: None

    def __post_init__(self) -> None:
        self._frames = FrameCache()
        self._read_back = ReadBack(self.reader, self.subscriptions.rings, self.step, self.send_missed, self._synchronise)

    def _synchronise(self, subscription: Subscription[Viewer]) -> None:
        self.resume(subscription)

    async def age_loop(self) -> None:
        """Drop old events and frames that were kept for clients that are behind."""
        await run_every(KEPT_S, self._age)

    async def _age(self) -> None:
        self.subscriptions.rings.age()
        self._frames.clear()

    # -- events that arrive ------------------------------------------------------------------------------------------

    def ingest(self, channel: Channel[Viewer], epoch: str, records: list[EventRecord]) -> Verdict:
        """Deliver consecutive events if they are the next ones; otherwise start a read of missing ones. Return the verdict."""
        verdict = channel.sequence.classify(epoch, records[0].seq, records[-1].seq)
        if verdict is Verdict.NEXT:
            self._append(channel, [record for record in records if record.seq > channel.sequence.seq])
        elif verdict is Verdict.GAP:
            self.counters.sequence_gaps += 1
            channel.hold_early(records)
            self.catch_up(channel, REORDER_GRACE_S)
        return verdict

    def _append(self, channel: Channel[Viewer], records: list[EventRecord]) -> None:
        """Add the next events, and early ones that follow them, to the ring, and deliver them soon."""
        while records:
            channel.sequence.seq = records[-1].seq
            channel.ring.extend(records)
            if self.source.drop_erased(channel.name, records):
                channel.drop_sent()
                self._frames.clear()
            records = channel.pop_contiguous()
        self.subscriptions.rings.enforce()
        self._schedule(channel)

    # -- sweeps ------------------------------------------------------------------------------------------------------

    def _schedule(self, channel: Channel[Viewer]) -> None:
        """Sweep the ring after this step of the loop, which may add more events (of a group of commits), or FLUSH_INTERVAL_S
        after the last sweep."""
        if channel.sweep is None and channel.timer is None and channel.flushed < channel.sequence.seq:
            loop = asyncio.get_running_loop()
            wait_s = channel.swept_at + FLUSH_INTERVAL_S - loop.time()
            if wait_s <= 0:
                channel.timer = loop.call_soon(self._flush, channel)
            else:
                channel.timer = loop.call_later(wait_s, self._flush, channel)

    def _flush(self, channel: Channel[Viewer]) -> None:
        """Begin a sweep of the unswept events."""
        channel.timer = None
        epoch = channel.sequence.epoch
        self.subscriptions.apply_rights(channel)
        run = channel.ring.first_after(channel.flushed, channel.sequence.seq, MAX_SWEEP_BYTES)
        if run is None:  # more events arrived than the ring keeps
            channel.flushed = channel.sequence.seq
            for subscription in list(channel.subscriptions.values()):
                self.send_missed(subscription)
        elif run and epoch is not None:
            members = chain.from_iterable([list(audience.members) for audience in channel.audiences.values()])
            channel.sweep = Sweep(epoch, channel.flushed, run, members)
            channel.flushed = run[-1].seq
            self._run_slice(channel, channel.sweep, is_first=True)

    def _run_slice(self, channel: Channel[Viewer], sweep: Sweep[Viewer], is_first: bool = False) -> None:
        """Continue a sweep while this step of the loop has time, and later with the other clients.

        The first clients are served immediately: otherwise those of a thousand small channels would wait longer for an event than
        its author for the ack.
        """
        if channel.sweep is not sweep:  # the channel was reset
            return
        loop, until = asyncio.get_running_loop(), self.step.begin()
        if until is None and not is_first:
            loop.call_soon(self._run_slice, channel, sweep)
            return
        channel.sweep = None  # reset first, so that an error does not block the channel's next sweep
        self.subscriptions.apply_rights(channel)
        before, last, frames = sweep.before, sweep.last, sweep.frames
        for number, subscription in enumerate(sweep.members, 1):
            audience = subscription.audience
            if audience is None:
                continue  # it ended, or is being synchronised
            if subscription.seq == before:
                try:
                    if (its_frames := frames.get(audience)) is None:
                        its_frames = frames[audience] = self._render(subscription, sweep.epoch, sweep.records)
                    if subscription.connection.write_now(its_frames):
                        subscription.seq = last
                    else:
                        subscription.connection.lag(channel.name)
                except Exception:
                    self._end_failed(subscription)
            elif subscription.seq < last:
                self.send_missed(subscription)
            if not number % ITEMS_PER_CLOCK and (until is None or loop.time() >= until):
                channel.sweep = sweep
                loop.call_soon(self._run_slice, channel, sweep)
                return
        channel.swept_at = loop.time()
        self._schedule(channel)

    def _render(self, subscription: Subscription[Viewer], epoch: str, records: list[EventRecord]) -> TextFrames:
        viewer, name = subscription.connection.viewer, subscription.channel.name
        return event_frames(self.source, viewer, name, epoch, records, live=True)

    def _end_failed(self, subscription: Subscription[Viewer]) -> None:
        """End a connection whose events can't be rendered. This is a bug, which must not affect other connections."""
        self.counters.sockets_failed += 1
        log.exception("socket failed")
        subscription.connection.close(protocol.CLOSE_RESTART)

    # -- clients that are behind -------------------------------------------------------------------------------------

    def send_missed(self, subscription: Subscription[Viewer]) -> None:
        """Write the events after a live subscription's position, from the ring or the journal, as long as its client reads."""
        channel, connection = subscription.channel, subscription.connection
        self.subscriptions.apply_rights(channel)
        epoch = channel.sequence.epoch
        while subscription.audience is not None and epoch is not None and subscription.seq < channel.flushed:
            if not connection.has_room:  # do not read or encode for a client that does not read
                connection.lag(channel.name)
                return
            run = self._next_run(subscription)
            if run is None:
                self._read_back.wait(subscription)
                return
            try:
                is_written = connection.write_now(self._shared_frames(subscription, epoch, run))
            except Exception:
                self._end_failed(subscription)
                return
            if not is_written:
                connection.lag(channel.name)
                return
            subscription.seq = run[-1].seq

    def _next_run(self, subscription: Subscription[Viewer]) -> list[EventRecord] | None:
        channel = subscription.channel
        for ring in (channel.ring, *channel.pages):
            run = ring.first_after(subscription.seq, channel.flushed, MAX_SWEEP_BYTES, aligned=True)
            if run:
                return run
        return None

    def _shared_frames(self, subscription: Subscription[Viewer], epoch: str, run: list[EventRecord]) -> TextFrames:
        """Return the frames of a run of events for the subscription's audience."""
        key = (run[0].seq, run[-1].seq, subscription.audience, subscription.channel.rights)
        frames = self._frames.get(key)
        if frames is None:
            frames = self._render(subscription, epoch, run)
            self._frames.add(key, frames)
        return frames

    # -- missing events ----------------------------------------------------------------------------------------------

    def catch_up(self, channel: Channel[Viewer], grace_s: float = 0.0) -> bool:
        """Read missed events of a channel from the journal, unless they arrive within `grace_s` seconds.

        Return False if a read is already in progress.
        """
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
                self._append(channel, new)
                if not new and not channel.has_more:  # otherwise events arrived during the read
                    return
        except TemporarilyUnavailable:
            pass  # the poll of the heads tries again
        finally:
            channel.reading_journal = False
