"""Who is on a channel: one entry for each socket that said where it is, here and on the other processes.

Each process tells the others of its own crowds when they change, and of all of them every few seconds. A crowd that was not
told anew for long is gone: its process was killed, or can't be heard.
"""

import heapq
import secrets
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import orjson

from realtime import bus, protocol
from realtime.channel import Channel
from realtime.periodic import run_every
from realtime.subscriber import Subscriber

MAX_PEOPLE_SHOWN = 100  # people in a frame; the count says how many there are
TICK_S = 0.1
MIN_INTERVAL_S = 1.0  # at most so often a channel's readers are told, says the contract
CROWDED = 200  # people or readers from which on changes are told less often: each one costs a frame to each reader
CROWDED_INTERVAL_S = 5.0
GOSSIP_INTERVAL_S = 0.5  # at most so often the other processes are told of changes: with the screens' second it is under two
FULL_GOSSIP_INTERVAL_S = 4.0  # how often they are told of everything
EXPIRY_S = 12.0  # what was not told for so long is gone
MAX_PROCESSES = 1_000  # of which the number of their last message is kept
_MAX_GOSSIP_BYTES = 65_536  # bytes of crowds in one message

Entry = tuple[float, dict[str, Any]]  # since when (the clock of its process), and what is shown


@dataclass(slots=True)
class RemotePresence:
    """The crowd of a channel on another process: how many, the newest of them, and when we heard of it."""

    count: int
    people: list[Entry]
    received_at: float


@dataclass(slots=True)
class LastPublished:
    """What a channel's readers were told last, and when."""

    published_at: float = float("-inf")
    changed: bool = True
    frame: bytes | None = None


@dataclass
class Presence:
    """The crowds of all channels. `publish` passes a message on to the other processes."""

    publish: Callable[[str, bytes], None]
    process_id: str = field(default_factory=lambda: secrets.token_hex(8))
    _local: dict[str, dict[Subscriber, Entry]] = field(default_factory=dict)
    _remote: dict[str, dict[str, RemotePresence]] = field(default_factory=dict)  # process, channel
    _last_numbers: dict[str, int] = field(default_factory=dict)  # of the last message of each process
    _published: dict[str, LastPublished] = field(default_factory=dict)
    _ungossiped: set[str] = field(default_factory=set)  # channels whose change the other processes were not told of
    _gossiped_at: float = float("-inf")
    _full_gossip_at: float = float("-inf")
    _number: int = 0

    # -- here ---------------------------------------------------------------------------------------------------------

    def enter(self, connection: Subscriber, channel: str, place: dict[str, Any]) -> None:
        """Says, or says anew, where a socket is; the newest come last."""
        crowd = self._local.setdefault(channel, {})
        entry = {"account": connection.account["id"], "name": connection.account["name"], **place}
        if connection not in crowd or crowd[connection][1] != entry:
            crowd.pop(connection, None)
            crowd[connection] = (time.time(), entry)
            self._mark_changed(channel)
            self._ungossiped.add(channel)

    def leave(self, connection: Subscriber, channel: str) -> None:
        crowd = self._local.get(channel, {})
        if crowd.pop(connection, None) is not None:
            self._mark_changed(channel)
            self._ungossiped.add(channel)
            if not crowd:
                del self._local[channel]

    def count(self, channel: str) -> int:
        """How many there are on a channel, over all processes."""
        there = sum(crowds[channel].count for crowds in self._remote.values() if channel in crowds)
        return len(self._local.get(channel, ())) + there

    def frame(self, channel: str) -> bytes:
        """What readers of a channel are told."""
        told = self._published.setdefault(channel, LastPublished())
        if told.frame is None:
            crowds = [self._newest(channel), *(each[channel].people for each in self._remote.values() if channel in each)]
            newest = heapq.nlargest(MAX_PEOPLE_SHOWN, (entry for crowd in crowds for entry in crowd), key=lambda entry: entry[0])
            told.frame = protocol.presence(channel, self.count(channel), [shown for _, shown in reversed(newest)])
        return told.frame

    def due_channels(self, readers: dict[str, int]) -> Iterator[str]:
        """The channels whose readers are to be told now, of these (each with how many read it). Others are forgotten."""
        now = time.monotonic()
        for channel in self._published.keys() - readers.keys():
            del self._published[channel]
        for channel, told in self._published.items():
            many = max(self.count(channel), readers[channel]) > CROWDED
            if told.changed and now - told.published_at >= (CROWDED_INTERVAL_S if many else MIN_INTERVAL_S):
                told.changed, told.published_at = False, now
                yield channel

    def _mark_changed(self, channel: str) -> None:
        told = self._published.setdefault(channel, LastPublished())
        told.changed, told.frame = True, None

    def _newest(self, channel: str) -> list[Entry]:
        return list(self._local.get(channel, {}).values())[-MAX_PEOPLE_SHOWN:]

    # -- the other processes ------------------------------------------------------------------------------------------

    def gossip(self) -> None:
        """Tells the other processes what they are to know by now, and forgets what they have not told for long."""
        now = time.monotonic()
        self._expire(now - EXPIRY_S)
        if now - self._full_gossip_at >= FULL_GOSSIP_INTERVAL_S:
            self.gossip_all()
        elif self._ungossiped and now - self._gossiped_at >= GOSSIP_INTERVAL_S:
            self._send_channels(self._ungossiped)

    def gossip_all(self, ask: bool = False) -> None:
        """Tells all crowds; `ask`: the others shall tell theirs, as we may have missed some."""
        self._full_gossip_at = time.monotonic()
        self._send_channels(self._ungossiped | self._local.keys(), ask)

    def close(self) -> None:
        """We go: nobody is here any more."""
        gone, self._local = set(self._local), {}
        self._send_channels(gone | self._ungossiped)

    def _send_channels(self, channels: Iterable[str], ask: bool = False) -> None:
        self._gossiped_at = time.monotonic()
        lines, size = list[bytes](), 0
        for channel in sorted(channels):
            crowd = {"channel": channel, "count": len(self._local.get(channel, ())), "people": self._newest(channel)}
            lines.append(orjson.dumps(crowd))
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
        """What another process tells."""
        head, *lines = map(orjson.loads, message.split(b"\n"))
        process, number = head["from"], head["number"]
        if process == self.process_id or number <= self._last_numbers.get(process, 0):  # an old one, said again by somebody else
            return
        self._last_numbers[process] = number
        while len(self._last_numbers) > MAX_PROCESSES:
            del self._last_numbers[next(iter(self._last_numbers))]
        now = time.monotonic()
        for crowd in lines:
            people = [(float(since), shown) for since, shown in crowd["people"]]
            self._update_remote(process, crowd["channel"], RemotePresence(int(crowd["count"]), people, now))
        if head["ask"]:
            self.gossip_all()

    def _update_remote(self, process: str, channel: str, crowd: RemotePresence) -> None:
        known = self._remote.setdefault(process, {})
        before = known.get(channel)
        if crowd.count:
            known[channel] = crowd
        else:
            known.pop(channel, None)
        if (before.count, before.people) != (crowd.count, crowd.people) if before else crowd.count:
            self._mark_changed(channel)

    def _expire(self, before: float) -> None:
        for process, crowds in list(self._remote.items()):
            for channel, crowd in list(crowds.items()):
                if crowd.received_at < before:
                    del crowds[channel]
                    self._mark_changed(channel)
            if not crowds:
                del self._remote[process]


async def run(crowds: Presence, channels: dict[str, Channel], tell: Callable[[str, bytes], None]) -> None:
    """Tells readers and processes by the clock."""

    async def round() -> None:
        crowds.gossip()
        for channel in list(crowds.due_channels({name: len(each.subscriptions) for name, each in channels.items()})):
            tell(channel, crowds.frame(channel))

    await run_every(TICK_S, round)
