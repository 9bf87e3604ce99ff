"""Presence: one entry for each connection that reported its place on a channel, in all processes.

Each process gossips changes of its own entries, and all of them every few seconds. Entries that are not repeated for EXPIRY_S are
removed, because their process was killed or can't be reached.
"""

import heapq
import secrets
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol

import orjson

from realtime.bus import bus
from realtime.channels.channel import Channel, Subscription
from realtime.channels.slices import SlicedWork
from realtime.periodic import run_every
from realtime.source import Viewer
from realtime.wire import protocol

MAX_PEOPLE_SHOWN = 100  # people per frame; the count includes all
TICK_S = 0.1
MIN_INTERVAL_S = 1.0  # between two frames to the clients of a channel (contract)
CROWDED = 200  # people or subscriptions above which CROWDED_INTERVAL_S applies: each change costs a frame per client
CROWDED_INTERVAL_S = 5.0
GOSSIP_INTERVAL_S = 0.5  # between two messages about changes; with MIN_INTERVAL_S a change takes under two seconds
FULL_GOSSIP_INTERVAL_S = 4.0  # between two messages with all entries
EXPIRY_S = 12.0  # lifetime of an entry without a repetition
MAX_PROCESSES = 1_000  # processes whose last message number is kept
_MAX_GOSSIP_BYTES = 65_536  # bytes of entries per message

Entry = tuple[float, dict[str, Any]]  # start time (by the clock of its process), and the sent entry


class Participant(Protocol):
    """Connection of a person. `account`: the account as others see it."""

    account: dict[str, str]


@dataclass(slots=True)
class RemotePresence:
    """Presence on a channel in another process. `people`: the newest entries."""

    count: int
    people: list[Entry]
    received_at: float


@dataclass(slots=True)
class LastPublished:
    """Last presence frame of a channel, and its time."""

    published_at: float = float("-inf")
    changed: bool = True
    frame: bytes | None = None


@dataclass
class Presence:
    """Presence on all channels. `publish`: sends a message to the other processes."""

    publish: Callable[[str, bytes], None]
    process_id: str = field(default_factory=lambda: secrets.token_hex(8))
    _local: dict[str, dict[Participant, Entry]] = field(default_factory=dict)
    _remote: dict[str, dict[str, RemotePresence]] = field(default_factory=dict)  # by process, then channel
    _last_numbers: dict[str, int] = field(default_factory=dict)  # of the last message, by process
    _published: dict[str, LastPublished] = field(default_factory=dict)
    _ungossiped: set[str] = field(default_factory=set)  # changed channels of which the other processes do not know yet
    _gossiped_at: float = float("-inf")
    _full_gossip_at: float = float("-inf")
    _number: int = 0

    # -- this process ------------------------------------------------------------------------------------------------

    def enter(self, connection: Participant, channel: str, place: dict[str, Any]) -> None:
        """Set the place of a connection on a channel. The newest entries are last."""
        entries = self._local.setdefault(channel, {})
        entry = {"account": connection.account["id"], "name": connection.account["name"], **place}
        if connection not in entries or entries[connection][1] != entry:
            entries.pop(connection, None)
            entries[connection] = (time.time(), entry)
            self._mark_changed(channel)
            self._ungossiped.add(channel)

    def leave(self, connection: Participant, channel: str) -> None:
        entries = self._local.get(channel, {})
        if entries.pop(connection, None) is not None:
            self._mark_changed(channel)
            self._ungossiped.add(channel)
            if not entries:
                del self._local[channel]

    def occupied(self) -> set[str]:
        """Return the channels with entries in any process."""
        return set(self._local).union(*self._remote.values())

    def count(self, channel: str) -> int:
        """Return the number of connections on a channel over all processes."""
        elsewhere = sum(presence[channel].count for presence in self._remote.values() if channel in presence)
        return len(self._local.get(channel, ())) + elsewhere

    def people(self, channel: str, limit: int) -> list[dict[str, str]]:
        """Return the people on a channel over all processes, each once, by name; at most `limit`."""
        entries = [
            *self._newest(channel),
            *(entry for channels in self._remote.values() if channel in channels for entry in channels[channel].people),
        ]
        names = {entry["account"]: entry["name"] for _, entry in entries}
        people = sorted(names.items(), key=lambda person: (person[1], person[0]))
        return [{"account": account, "name": name} for account, name in people[:limit]]

    def frame(self, channel: str) -> bytes:
        """Return the presence frame of a channel."""
        last = self._published.setdefault(channel, LastPublished())
        if last.frame is None:
            remote = (channels[channel].people for channels in self._remote.values() if channel in channels)
            presence = [self._newest(channel), *remote]
            newest = heapq.nlargest(
                MAX_PEOPLE_SHOWN, (entry for entries in presence for entry in entries), key=lambda entry: entry[0]
            )
            last.frame = protocol.presence(channel, self.count(channel), [entry_sent for _, entry_sent in reversed(newest)])
        return last.frame

    def due_channels(self, subscriptions: dict[str, int]) -> Iterator[str]:
        """Yield the channels whose clients are due a frame. `subscriptions`: number of subscriptions of each followed channel.

        Forgets channels without subscriptions.
        """
        now = time.monotonic()
        for channel in self._published.keys() - subscriptions.keys():
            del self._published[channel]
        for channel, last in self._published.items():
            if not last.changed:
                continue
            crowded = max(self.count(channel), subscriptions[channel]) > CROWDED
            if now - last.published_at >= (CROWDED_INTERVAL_S if crowded else MIN_INTERVAL_S):
                last.changed, last.published_at = False, now
                yield channel

    def _mark_changed(self, channel: str) -> None:
        last = self._published.setdefault(channel, LastPublished())
        last.changed, last.frame = True, None

    def _newest(self, channel: str) -> list[Entry]:
        return list(self._local.get(channel, {}).values())[-MAX_PEOPLE_SHOWN:]

    # -- the other processes -----------------------------------------------------------------------------------------

    def gossip(self) -> None:
        """Send due changes to the other processes, and expire their old entries."""
        now = time.monotonic()
        self._expire(now - EXPIRY_S)
        if now - self._full_gossip_at >= FULL_GOSSIP_INTERVAL_S:
            self.gossip_all()
        elif self._ungossiped and now - self._gossiped_at >= GOSSIP_INTERVAL_S:
            self._send_channels(self._ungossiped)

    def gossip_all(self, ask: bool = False) -> None:
        """Send all entries. `ask`: request those of the other processes, because some may be lost."""
        self._full_gossip_at = time.monotonic()
        self._send_channels(self._ungossiped | self._local.keys(), ask)

    def close(self) -> None:
        """Remove all entries of this process, also in the other processes."""
        left_channels, self._local = set(self._local), {}
        self._send_channels(left_channels | self._ungossiped)

    def _send_channels(self, channels: Iterable[str], ask: bool = False) -> None:
        self._gossiped_at = time.monotonic()
        lines, size = list[bytes](), 0
        for channel in sorted(channels):
            entries = {"channel": channel, "count": len(self._local.get(channel, ())), "people": self._newest(channel)}
            lines.append(orjson.dumps(entries))
            size += len(lines[-1])
            if size > _MAX_GOSSIP_BYTES:
                self._send(lines)
                lines, size = [], 0
        if lines or ask:
            self._send(lines, ask)
        self._ungossiped = set()

    def _send(self, lines: list[bytes], ask: bool = False) -> None:
        self._number += 1
        head = orjson.dumps({"from": self.process_id, "number": self._number, "ask": ask})
        self.publish(bus.PRESENCE_CHANNEL, b"\n".join([head, *lines]))

    def on_gossip(self, message: bytes) -> None:
        """Apply a message of another process. Raises ValueError, KeyError or TypeError if it is malformed."""
        head, *lines = map(orjson.loads, message.split(b"\n"))
        process, number = head["from"], head["number"]
        # Ignore our own message, and an old one that somebody repeated.
        if process == self.process_id or number <= self._last_numbers.get(process, 0):
            return
        self._last_numbers[process] = number
        while len(self._last_numbers) > MAX_PROCESSES:
            del self._last_numbers[next(iter(self._last_numbers))]
        now = time.monotonic()
        for entries in lines:
            people = [(float(since), entry_sent) for since, entry_sent in entries["people"]]
            self._update_remote(process, entries["channel"], RemotePresence(int(entries["count"]), people, now))
        if head["ask"]:
            self.gossip_all()

    def _update_remote(self, process: str, channel: str, entries: RemotePresence) -> None:
        by_channel = self._remote.setdefault(process, {})
        before = by_channel.get(channel)
        if entries.count:
            by_channel[channel] = entries
        else:
            by_channel.pop(channel, None)
        if (before.count, before.people) != (entries.count, entries.people) if before else entries.count:
            self._mark_changed(channel)

    def _expire(self, before: float) -> None:
        for process, presence in list(self._remote.items()):
            for channel, entries in list(presence.items()):
                if entries.received_at < before:
                    del presence[channel]
                    self._mark_changed(channel)
            if not presence:
                del self._remote[process]


async def run(presence: Presence, channels: dict[str, Channel[Viewer]], sliced: SlicedWork) -> None:
    """Send presence to clients and processes periodically."""

    async def round() -> None:
        presence.gossip()
        if sliced.is_behind:
            return
        for channel in list(presence.due_channels({name: len(channel.subscriptions) for name, channel in channels.items()})):
            sliced.add(list(channels[channel].subscriptions.values()), partial(_send, presence.frame(channel), channel))

    await run_every(TICK_S, round)


def _send(frame: bytes, channel: str, subscription: Subscription[Viewer]) -> None:
    if subscription.live and subscription.is_current and subscription.connection.display is None:
        subscription.connection.send(frame, channel)
