"""The hub: which connections follow which channels, and how an event reaches them all, once and in order.

It is handed a `Source`, which reads a journal and knows who may see what; it knows nothing of what a channel is about.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from realtime import protocol
from realtime.channel import Channel, Subscription
from realtime.outbox import Delivery, frames
from realtime.sequence import Sequence, Verdict
from realtime.source import Later, Opening, Record, Source
from realtime.tally import Tally

if TYPE_CHECKING:
    from realtime.connection import Connection

log = logging.getLogger("realtime.hub")

SWEEP_S = 1.0  # how often heads are compared with the database: a lost message costs this much delay, no more
HEADS_FRESH_S = 2.0  # older heads prove nothing and are not sent
OPENINGS = 4  # snapshots and catch-ups read at a time, so that a thousand returning readers don't starve the rest
FRAME = 128 * 1024  # bytes of a snapshot or catch-up frame: small enough to make progress within 30 s on a bad line
MAX_FOLLOWED = 500  # channels a socket may follow


class Hub:
    def __init__(self, source: Source) -> None:
        self.source = source
        self.channels: dict[str, Channel] = {}
        self.connections: set[Connection] = set()
        self.tally = Tally()
        self._heads: dict[str, tuple[str, int]] = {}
        self._heads_at = ""
        self._heads_read = float("-inf")
        self._openings = asyncio.Semaphore(OPENINGS)
        self._tasks: list[asyncio.Task[None]] = []
        self._loose: set[asyncio.Task[None]] = set()

    # -- coming and going ---------------------------------------------------------------------------------------------

    def start(self) -> None:
        self._tasks = [asyncio.create_task(each) for each in (self._sweep(), self._beat(), self._tell_presence())]

    async def stop(self) -> None:
        for connection in list(self.connections):
            connection.end(protocol.GOING)
        for task in [*self._tasks, *self._loose]:
            task.cancel()
        await asyncio.gather(*self._tasks, *self._loose, return_exceptions=True)

    def leave(self, connection: "Connection") -> None:
        """A connection is gone: nothing of it stays."""
        self.connections.discard(connection)
        for name in list(connection.followed):
            self._forget(connection, name)

    async def subscribe(self, connection: "Connection", name: str, position: tuple[str, int] | None = None) -> None:
        """Answers with a snapshot or a catch-up and then `subscribed`, after which the subscription is live."""
        self._forget(connection, name)  # a second subscribe replaces the first
        if len(connection.followed) >= MAX_FOLLOWED:
            connection.send(protocol.error("too_large", "This socket follows too many boards.", board=name))
            return
        channel = self.channels.setdefault(name, Channel(name))
        subscription = Subscription(connection, channel)
        # The subscribe race: an event that is committed while the snapshot is being read is in neither the snapshot nor
        # (yet) the stream. So the subscription is entered first; then the snapshot is read; and then whatever the channel
        # has got beyond it is read from the journal, until both stand at the same seq. Only then is it live. Nothing is
        # awaited between that comparison and going live.
        channel.subscriptions[connection] = subscription
        connection.followed.add(name)
        try:
            async with self._openings:
                opening = await self.source.open(connection.reader, name, position)
            if not self._stands(subscription):
                return
            if opening is None or not self.source.may_see(connection.reader, name):
                self._forget(connection, name)
                connection.send(protocol.error("not_found", "There is no board by this name that you may see.", board=name))
                return
            self._send_opening(subscription, opening)
            await self._reach_channel(subscription, opening)
        except Later:
            if self._stands(subscription):
                self._forget(connection, name)
                connection.send(protocol.error("unavailable", "The board can't be read right now.", board=name))

    def unsubscribe(self, connection: "Connection", name: str) -> None:
        self._forget(connection, name)
        connection.send(protocol.unsubscribed(name, "asked"))

    def _send_opening(self, subscription: Subscription, opening: Opening) -> None:
        name, connection = subscription.channel.name, subscription.connection
        if opening.entities is not None:
            runs = list(frames([(entity, None) for entity in opening.entities], FRAME)) or [[]]
            for number, run in enumerate(runs, 1):
                connection.send(protocol.snapshot(name, opening.epoch, opening.seq, run, more=number < len(runs)), name)
        self._send_records(subscription, opening.epoch, opening.records, live=False)
        subscription.seq = opening.seq

    async def _reach_channel(self, subscription: Subscription, opening: Opening) -> None:
        channel = subscription.channel
        if channel.sequence.epoch not in (None, opening.epoch):
            self._restart_all(channel, but=subscription)  # the board was restored from elsewhere while others followed it
        # Others may stand behind what this one was just told (never ahead of the channel): the channel is not moved on
        # for it, but reads on by itself.
        ahead = opening.seq > channel.sequence.seq
        if channel.sequence.epoch is None:
            ahead = channel.sequence.start(opening.epoch, opening.seq)
        if ahead:
            self._catch_up(channel)
        while subscription.seq < channel.sequence.seq:
            records = await self.source.after(channel.name, subscription.seq)
            if not self._stands(subscription):
                return
            if not records:
                raise Later
            self._send_records(subscription, opening.epoch, records, live=True)
            subscription.seq = records[-1].seq
        if not self.source.may_see(subscription.connection.reader, channel.name):
            self.drop(subscription)
            return
        subscription.live = True
        subscription.connection.send(protocol.subscribed(channel.name, opening.epoch, subscription.seq), channel.name)
        subscription.connection.send(channel.crowd.frame(channel.name), channel.name)
        # What was just read proves the screen at once; without it, a reader would wait for the next heartbeat.
        subscription.connection.send(protocol.heads(opening.at, {channel.name: (opening.epoch, opening.seq)}))

    def _send_records(self, subscription: Subscription, epoch: str, records: list[Record], live: bool) -> None:
        """Events from the journal, split into frames between commands."""
        reader, name = subscription.connection.reader, subscription.channel.name
        parts = [(self.source.show(reader, name, record, live), record.group) for record in records]
        for run in frames(parts, FRAME):
            subscription.connection.send(protocol.events(name, epoch, run), name)

    def _stands(self, subscription: Subscription) -> bool:
        """Whether this subscription is still the one that its connection has of the channel."""
        return subscription.channel.subscriptions.get(subscription.connection) is subscription

    def _live(self, connection: "Connection", name: str) -> bool:
        """Whether this connection was shown the channel: until then it may be one that its reader may not know of."""
        return name in self._heads and self.channels[name].subscriptions[connection].live

    def _forget(self, connection: "Connection", name: str) -> None:
        connection.followed.discard(name)
        connection.outbox.purge(name)
        channel = self.channels.get(name)
        if channel is None:
            return
        channel.subscriptions.pop(connection, None)
        channel.crowd.leave(connection)
        if not channel.subscriptions:
            if channel.catching_up is not None:
                channel.catching_up.cancel()
            del self.channels[name]

    def drop(self, subscription: Subscription) -> None:
        """The right to see the channel ended: nothing that was not sent yet is sent any more."""
        self._forget(subscription.connection, subscription.channel.name)
        subscription.connection.send(protocol.unsubscribed(subscription.channel.name, "forbidden"))

    def renew(self, name: str, whose: Callable[[Any], bool]) -> None:
        """What these readers see on a channel has changed: whatever frames they are still owed of it may show too much, so
        they are not sent, and a fresh snapshot is. (Events are owed as records, and are shown by the rights of then.)"""
        channel = self.channels.get(name)
        for subscription in list(channel.subscriptions.values()) if channel else ():
            connection = subscription.connection
            if whose(connection.reader) and (not subscription.live or connection.outbox.holds_frames(name)):
                self._spawn(self.subscribe(connection, name))

    def review(self) -> None:
        """Rights may have changed: whoever may not see a channel any more is dropped from it."""
        for channel in list(self.channels.values()):
            self._review(channel)

    def _review(self, channel: Channel) -> None:
        for subscription in list(channel.subscriptions.values()):
            if subscription.live and not self.source.may_see(subscription.connection.reader, channel.name):
                self.drop(subscription)

    # -- events -------------------------------------------------------------------------------------------------------

    def publish(self, name: str, epoch: str, records: list[Record]) -> None:
        """Events that were committed in a row, from whoever learned of them."""
        channel = self.channels.get(name)
        if channel is None or not records:
            return
        self._review(channel)
        match channel.sequence.offer(epoch, records[0].seq, records[-1].seq):
            case Verdict.NEXT:
                self._deliver(channel, [record for record in records if record.seq > channel.sequence.seq])
            case Verdict.GAP:
                self._catch_up(channel)
            case Verdict.OTHER:
                self._restart_all(channel)

    def _deliver(self, channel: Channel, records: list[Record]) -> None:
        channel.sequence.seq = records[-1].seq
        for subscription in list(channel.subscriptions.values()):
            if subscription.live:
                new = records if subscription.seq + 1 == records[0].seq else [r for r in records if r.seq > subscription.seq]
                if new:
                    subscription.seq = new[-1].seq
                    subscription.connection.owe(Delivery(subscription, new), channel.name)

    def render(self, delivery: Delivery) -> Iterator[bytes]:
        """The frames of a delivery, each made when it is written: as its reader may see the events then."""
        subscription = delivery.subscription
        assert isinstance(subscription, Subscription)
        name, epoch = subscription.channel.name, subscription.channel.sequence.epoch
        left = list(delivery.records)
        for run in frames([(record.wire, record.group) for record in left], protocol.MAX_SERVER_FRAME // 2):
            records, left = left[: len(run)], left[len(run) :]
            if not self._stands(subscription) or epoch is None:
                return
            reader = subscription.connection.reader
            yield protocol.events(name, epoch, [self.source.show(reader, name, record, live=True) for record in records])

    def _catch_up(self, channel: Channel) -> None:
        """Reads from the journal what the channel has missed."""
        if channel.catching_up is None or channel.catching_up.done():
            channel.catching_up = asyncio.create_task(self._read_on(channel))

    async def _read_on(self, channel: Channel) -> None:
        with contextlib.suppress(Later):  # the sweep tries again
            while channel.sequence.epoch is not None:
                records = await self.source.after(channel.name, channel.sequence.seq)
                new = [record for record in records if record.seq > channel.sequence.seq]
                if not new:
                    return
                self._review(channel)
                self._deliver(channel, new)

    def _restart_all(self, channel: Channel, but: Subscription | None = None) -> None:
        """Another life of the board: everybody gets a snapshot."""
        channel.sequence = Sequence()
        for subscription in list(channel.subscriptions.values()):
            if subscription is not but:
                self._spawn(self.subscribe(subscription.connection, channel.name))

    def _spawn(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._loose.add(task)
        task.add_done_callback(self._loose.discard)

    # -- what goes by the clock ---------------------------------------------------------------------------------------

    async def _sweep(self) -> None:
        """Compares what was passed on with the database: whatever was lost on the way only costs delay."""
        while True:
            try:
                read = time.monotonic()
                at, found = await self.source.heads(list(self.channels))
                self._heads, self._heads_at, self._heads_read = found, at, read
                self.review()
                for name, (epoch, seq) in found.items():
                    channel = self.channels.get(name)
                    if channel is None or channel.sequence.epoch is None:
                        continue
                    if channel.sequence.epoch != epoch:
                        self._restart_all(channel)
                    elif seq > channel.sequence.seq:
                        self._catch_up(channel)
            except Later:
                pass  # no heads go out meanwhile: every screen says that it is not current
            except Exception:
                log.exception("sweep failed")
            await asyncio.sleep(SWEEP_S)

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(protocol.HEARTBEAT_S)
            if time.monotonic() - self._heads_read > HEADS_FRESH_S:
                continue
            for connection in list(self.connections):
                followed = {name: self._heads[name] for name in connection.followed if self._live(connection, name)}
                connection.send(protocol.heads(self._heads_at, followed))

    def present(self, connection: "Connection", said: protocol.Presence) -> None:
        """Where a person is, on a channel that the socket follows."""
        channel = self.channels.get(said.board)
        if channel is None or said.board not in connection.followed:
            connection.send(protocol.error("not_found", "This socket does not follow that board.", board=said.board))
            return
        place: dict[str, Any] = {"card": said.card} if self.source.has_cards(said.board) else {}
        channel.crowd.enter(connection, place | {"editing": said.editing})

    async def _tell_presence(self) -> None:
        while True:
            await asyncio.sleep(1)  # at most once a second, says the contract
            for channel in list(self.channels.values()):
                if channel.crowd.due():
                    frame = channel.crowd.frame(channel.name)
                    for subscription in list(channel.subscriptions.values()):
                        if subscription.live:
                            subscription.connection.send(frame, channel.name)
